package io.penstock.hdf5;

/**
 * What is wrong with a file, or with one object in it: what was expected, what was found, what to
 * do, in one line without the file's name. Never leaves this package: whoever knows the name of the
 * object turns it into the reason for that object.
 */
final class Hdf5Fault extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static final String COPY = ": make or copy the file again";

  private Hdf5Fault(String message) {
    super(message);
  }

  /** Bytes that no writer of HDF5 writes. */
  @SuppressWarnings("AnnotateFormatMethod") // The annotation would be a dependency.
  static Hdf5Fault damaged(String expectedAndFound, Object... values) {
    return new Hdf5Fault(expectedAndFound.formatted(values) + COPY);
  }

  /** What HDF5 has and this package has not; the message ends with the way out. */
  @SuppressWarnings("AnnotateFormatMethod") // As above.
  static Hdf5Fault refused(String message, Object... values) {
    return new Hdf5Fault(message.formatted(values));
  }
}
