package io.penstock.cli.make;

import java.util.Locale;

/** What {@code convert} makes of the files of a folder. */
enum FolderForm {
  /** An array of records of one size. */
  NPY,
  /** An array of the values of all files, and one of offsets. */
  VALUES,
  /** An archive. */
  TAR;

  /** As it is typed. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
