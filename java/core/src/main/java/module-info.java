/**
 * Penstock: shuffled batches of arrays larger than memory. What is exported is the API; the engine,
 * the bindings and the native library behind it may change with every version.
 */
@SuppressWarnings("module") // io.penstock.images is not there when this module is compiled
module io.penstock {
  exports io.penstock;
  exports io.penstock.array;
  exports io.penstock.checksum;
  exports io.penstock.error;
  exports io.penstock.format;
  exports io.penstock.job;
  exports io.penstock.options;
  exports io.penstock.sampler;
  exports io.penstock.spi;
  exports io.penstock.statistics;
  exports io.penstock.transform;
  exports io.penstock.write;

  // How a native library is found and loaded.
  exports io.penstock.internal.library to
      io.penstock.images;

  // For direct reads and writes of files: it has the option that opens a file for them.
  requires jdk.unsupported;

  // For events of JDK Flight Recorder; a runtime without it is fine.
  requires static jdk.jfr;

  // Nullness of what is exported, for compilers; nothing needs it at run time.
  requires static org.jspecify;

  uses io.penstock.spi.FormatProvider;
}
