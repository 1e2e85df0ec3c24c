package io.penstock.options;

import io.penstock.Loader;
import io.penstock.LoaderBuilder;
import io.penstock.internal.ffi.NativeLimits;
import io.penstock.internal.report.Sizes;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;

/**
 * How far ahead and by which means records are read. These flags tune a {@link Loader}; they never
 * change what it delivers.
 *
 * <p>Written as one string everywhere, {@code "queueDepth=128,io=direct"}: in code, in the system
 * property {@value #PROPERTY} and in the environment variable {@value #ENVIRONMENT}. The property
 * is weakest and code strongest; each source changes only the flags that it names. In code, a
 * {@link #builder} has a typed setter for each flag. Sizes are bytes, with {@code k}, {@code m} or
 * {@code g} for powers of 1024. Immutable. Two are equal if all their values are, whichever flags
 * were named.
 */
public final class Readahead {
  /** The system property that is read when a loader is built. */
  public static final String PROPERTY = "penstock.readahead";

  /** The environment variable that is read when a loader is built; it wins over the property. */
  public static final String ENVIRONMENT = "PENSTOCK_READAHEAD";

  /** By which system calls records are read. */
  public enum Backend {
    /**
     * Chosen when an epoch starts: mmap if the data is in the page cache, otherwise the first of
     * uring and pread that works here.
     */
    AUTO,
    /** io_uring: many requests in flight from one thread. */
    URING,
    /** Reads one after another, with the kernel told in advance what comes. */
    PREAD,
    /** Copies out of a mapping of the file, with the kernel told in advance what comes. */
    MMAP;

    /**
     * The backend as flags spell it.
     *
     * @return for example "uring"
     */
    public String flag() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Whether the page cache takes part. */
  public enum Io {
    /**
     * Through the page cache if it can hold all data, the backend is auto too and {@code
     * dropBehind} is off; otherwise direct, if all files allow it and the backend gains from it.
     */
    AUTO,
    /** Past the page cache. */
    DIRECT,
    /** Through the page cache. */
    BUFFERED;

    /**
     * The same as flags spell it.
     *
     * @return for example "direct"
     */
    public String flag() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What the kernel is told about the files' pages. */
  public enum Advice {
    /** Whatever suits the backend and the order. */
    AUTO,
    /** No advice. */
    NORMAL,
    /** Records are read at random: nothing around them is wanted. */
    RANDOM,
    /** Records are read in ascending order: read far ahead. */
    SEQUENTIAL,
    /** Which records come next, batch by batch. */
    WILLNEED
  }

  /** The defaults. */
  public static final Readahead DEFAULT =
      new Readahead(
          Backend.AUTO,
          Io.AUTO,
          // The knee of a virtual NVMe disk is at 32, and 64 costs less processor time a read; some
          // gain from 128.
          64,
          8,
          // Bandwidth / requests a second was 13 to 30 KB on the devices tried.
          16 << 10,
          512 << 10,
          Advice.AUTO,
          false,
          true,
          true,
          1,
          0,
          Set.of());

  private static final int MAX_PREFETCH_BATCHES = 1000;
  private static final int MAX_IO_THREADS = 64;

  private final Backend backend;
  private final Io io;
  private final int queueDepth;
  private final int prefetchBatches;
  private final int mergeGapBytes;
  private final int maxReadBytes;
  private final Advice advice;
  private final boolean dropBehind;
  private final boolean hugePages;
  private final boolean fixedBuffers;
  private final int ioThreads;
  private final long cacheBytes;
  private final Set<String> given;

  /** Checks the ranges. */
  private Readahead(
      Backend backend,
      Io io,
      int queueDepth,
      int prefetchBatches,
      int mergeGapBytes,
      int maxReadBytes,
      Advice advice,
      boolean dropBehind,
      boolean hugePages,
      boolean fixedBuffers,
      int ioThreads,
      long cacheBytes,
      Set<String> given) {
    checkRange("queueDepth", queueDepth, 1, NativeLimits.MAX_QUEUE_DEPTH);
    checkRange("prefetchBatches", prefetchBatches, 1, MAX_PREFETCH_BATCHES);
    checkRange("mergeGap", mergeGapBytes, 0, NativeLimits.MAX_READ_BYTES);
    checkRange("maxRead", maxReadBytes, NativeLimits.BLOCK_BYTES, NativeLimits.MAX_READ_BYTES);
    checkRange("ioThreads", ioThreads, 1, MAX_IO_THREADS);
    if (cacheBytes < 0) {
      throw new IllegalArgumentException("cache must be at least 0, was " + cacheBytes);
    }
    if (cacheBytes > 0 && (backend == Backend.MMAP || ioThreads > 1)) {
      throw new IllegalArgumentException(
          "cache must be 0 with backend=mmap, whose cache is the kernel's, and with several"
              + " ioThreads, was "
              + cacheBytes);
    }
    if (backend == Backend.MMAP && io == Io.DIRECT) {
      throw new IllegalArgumentException(
          "io must be auto or buffered with backend=mmap, which is the page cache, was direct");
    }
    this.backend = backend;
    this.io = io;
    this.queueDepth = queueDepth;
    this.prefetchBatches = prefetchBatches;
    this.mergeGapBytes = mergeGapBytes;
    this.maxReadBytes = maxReadBytes;
    this.advice = advice;
    this.dropBehind = dropBehind;
    this.hugePages = hugePages;
    this.fixedBuffers = fixedBuffers;
    this.ioThreads = ioThreads;
    this.cacheBytes = cacheBytes;
    this.given = Set.copyOf(given);
  }

  /**
   * Reads flags; those that are not named keep their defaults.
   *
   * @param flags as "queueDepth=128,io=direct"; blank is allowed
   * @return the flags, with those that were named in {@link #given()}
   * @throws IllegalArgumentException for an unknown flag or a value that breaks its rule
   */
  public static Readahead parse(String flags) {
    return DEFAULT.with(flags);
  }

  /**
   * Starts from the defaults, with nothing {@link #given}.
   *
   * @return a builder
   */
  public static ReadaheadBuilder builder() {
    return new ReadaheadBuilder(DEFAULT);
  }

  /**
   * These flags with some of them changed.
   *
   * @param flags the changes, as for {@link #parse}
   * @return the outcome; the flags named here are added to {@link #given()}
   * @throws IllegalArgumentException for an unknown flag or a value that breaks its rule
   */
  public Readahead with(String flags) {
    Map<String, String> values = values();
    Set<String> names = new LinkedHashSet<>(given);
    for (String flag : flags.split(",", -1)) {
      if (flag.isBlank() && flags.isBlank()) {
        continue;
      }
      int equals = flag.indexOf('=');
      String name = (equals < 0 ? flag : flag.substring(0, equals)).strip();
      if (!values.containsKey(name)) {
        throw new IllegalArgumentException(
            "readahead flag must be one of %s, was '%s'".formatted(values.keySet(), name));
      }
      if (equals < 0) {
        throw new IllegalArgumentException(name + " must have a value, as in " + name + "=...");
      }
      values.put(name, flag.substring(equals + 1).strip());
      names.add(name);
    }
    return of(values, names);
  }

  /**
   * The flags that a loader works with: the system property, over that the environment, over that
   * what code says.
   *
   * @param code what code says; only its {@link #given()} flags count
   * @return the outcome
   * @throws IllegalArgumentException naming the source that is wrong
   */
  public static Readahead effective(Readahead code) {
    return merge(System.getProperty(PROPERTY), System.getenv(ENVIRONMENT), code);
  }

  static Readahead merge(String property, String environment, Readahead code) {
    Readahead merged = withSource(DEFAULT, "system property " + PROPERTY, property);
    merged = withSource(merged, "environment variable " + ENVIRONMENT, environment);
    StringJoiner flags = new StringJoiner(",");
    code.values()
        .forEach(
            (name, value) -> {
              if (code.given.contains(name)) {
                flags.add(name + "=" + value);
              }
            });
    return merged.with(flags.toString());
  }

  private static Readahead withSource(Readahead weaker, String source, String flags) {
    try {
      return flags == null ? weaker : weaker.with(flags);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(source + ": " + e.getMessage(), e);
    }
  }

  /**
   * By which system calls records are read.
   *
   * @return its value
   */
  public Backend backend() {
    return backend;
  }

  /**
   * Whether the page cache takes part; {@code backend=mmap} cannot do without it.
   *
   * @return its value
   */
  public Io io() {
    return io;
  }

  /**
   * Requests in flight at most, 1 to 4096; unless it is given, this is where reading starts, and
   * fewer or up to 256 (with backend=uring) are kept, as the device rewards it.
   *
   * @return its value
   */
  public int queueDepth() {
    return queueDepth;
  }

  /**
   * Batches made before they are asked for, 1 to 1000; fewer when {@link LoaderBuilder#memoryBytes}
   * does not hold so many.
   *
   * @return its value
   */
  public int prefetchBatches() {
    return prefetchBatches;
  }

  /**
   * Flag {@code mergeGap}: wanted records that lie at most so far apart are read by one request, 0
   * to 64m, if they are smaller than 96 KiB or no larger than this; unless it is given, it follows
   * what the device shows to be cheaper; given, it also says what a request is worth when memory is
   * divided.
   *
   * @return its value
   */
  public int mergeGapBytes() {
    return mergeGapBytes;
  }

  /**
   * Flag {@code maxRead}: size of a request at most, 4k to 64m; unless it is given, requests get
   * larger on a device that does few of them in a second.
   *
   * @return its value
   */
  public int maxReadBytes() {
    return maxReadBytes;
  }

  /**
   * What the kernel is told about the files' pages.
   *
   * @return its value
   */
  public Advice advice() {
    return advice;
  }

  /**
   * Whether pages are dropped from the page cache once they were read.
   *
   * @return its value
   */
  public boolean dropBehind() {
    return dropBehind;
  }

  /**
   * Whether own memory asks for transparent huge pages.
   *
   * @return its value
   */
  public boolean hugePages() {
    return hugePages;
  }

  /**
   * Whether buffers are registered with the kernel, where the limit on locked memory allows.
   *
   * @return its value
   */
  public boolean fixedBuffers() {
    return fixedBuffers;
  }

  /**
   * Reading threads, 1 to 64.
   *
   * @return its value
   */
  public int ioThreads() {
    return ioThreads;
  }

  /**
   * Flag {@code cache}: the part of {@link LoaderBuilder#memoryBytes} for records that are kept
   * from epoch to epoch of a shuffled order; 0 for none.
   *
   * @return its value
   */
  public long cacheBytes() {
    return cacheBytes;
  }

  /**
   * Names of the flags that were set explicitly, and so win over weaker sources.
   *
   * @return its value
   */
  public Set<String> given() {
    return given;
  }

  /** All flags in their canonical form, which {@link #parse} reads. */
  @Override
  public String toString() {
    StringJoiner text = new StringJoiner(",");
    values().forEach((name, value) -> text.add(name + "=" + value));
    return text.toString();
  }

  /** Whether all values are the same. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Readahead readahead && values().equals(readahead.values());
  }

  /** Agrees with {@link #equals}. */
  @Override
  public int hashCode() {
    return values().hashCode();
  }

  Map<String, String> values() {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("backend", FlagValues.lower(backend));
    values.put("io", FlagValues.lower(io));
    values.put("queueDepth", Integer.toString(queueDepth));
    values.put("prefetchBatches", Integer.toString(prefetchBatches));
    values.put("mergeGap", Sizes.format(mergeGapBytes));
    values.put("maxRead", Sizes.format(maxReadBytes));
    values.put("advice", FlagValues.lower(advice));
    values.put("dropBehind", Boolean.toString(dropBehind));
    values.put("hugePages", Boolean.toString(hugePages));
    values.put("fixedBuffers", Boolean.toString(fixedBuffers));
    values.put("ioThreads", Integer.toString(ioThreads));
    values.put("cache", Sizes.format(cacheBytes));
    return values;
  }

  static Readahead of(Map<String, String> values, Set<String> given) {
    return new Readahead(
        FlagValues.choice(Backend.values(), "backend", values),
        FlagValues.choice(Io.values(), "io", values),
        FlagValues.number("queueDepth", values),
        FlagValues.number("prefetchBatches", values),
        FlagValues.size("mergeGap", values),
        FlagValues.size("maxRead", values),
        FlagValues.choice(Advice.values(), "advice", values),
        FlagValues.truth("dropBehind", values),
        FlagValues.truth("hugePages", values),
        FlagValues.truth("fixedBuffers", values),
        FlagValues.number("ioThreads", values),
        Sizes.parse("cache", values.get("cache")),
        given);
  }

  private static void checkRange(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s must be %d to %d, was %d".formatted(name, least, most, value));
    }
  }
}
