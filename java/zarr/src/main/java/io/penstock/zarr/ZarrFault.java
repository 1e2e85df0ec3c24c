package io.penstock.zarr;

import java.io.IOException;

/** What is wrong with an array: what was expected, what was found, what to do. */
final class ZarrFault extends IOException {
  private static final long serialVersionUID = 1L;

  private ZarrFault(String message) {
    super(message);
  }

  /** The file is not what it should be. */
  @SuppressWarnings("AnnotateFormatMethod") // The annotation would be a dependency.
  static ZarrFault damaged(String format, Object... found) {
    return new ZarrFault(format.formatted(found) + ": make or copy the array again");
  }

  /** The file may be sound, but cannot be read here. */
  @SuppressWarnings("AnnotateFormatMethod") // As above.
  static ZarrFault refused(String format, Object... found) {
    return new ZarrFault(format.formatted(found));
  }
}
