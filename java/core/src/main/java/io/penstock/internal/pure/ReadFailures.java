package io.penstock.internal.pure;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.os.ErrorKinds;
import io.penstock.internal.os.SystemReason;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What is said of records that channels could not read. */
public final class ReadFailures {
  private ReadFailures() {}

  /**
   * A record that could not be read.
   *
   * @param path of its file
   * @param column its name
   * @param index of the record
   * @param offset where it begins
   * @param length how many bytes it has
   * @param cause what the JDK says
   */
  public static PenstockException ofRecord(
      Path path, String column, long index, long offset, long length, IOException cause) {
    boolean isShort = cause instanceof EOFException;
    String found =
        isShort
            ? ("a file of %d bytes: ENODATA, it was cut short: copy or make the file again, then"
                    + " open the dataset again")
                .formatted(sizeBytes(path))
            : "that reading fails (%s): check the device, then read again"
                .formatted(SystemReason.of(cause));
    return PenstockException.builder(
            isShort ? ErrorKind.FILE_CHANGED : ErrorKinds.of(cause),
            "%s: record %d of column '%s' at byte %d: expected %d bytes, found %s"
                .formatted(path, index, column, offset, length, found))
        .path(path)
        .recordIndex(index)
        .offsetBytes(offset)
        .statusName(isShort ? "ENODATA" : FileStatus.statusName(cause))
        .cause(cause)
        .build();
  }

  private static long sizeBytes(Path path) {
    try {
      return Files.size(path);
    } catch (IOException e) {
      return 0; // It is gone altogether.
    }
  }
}
