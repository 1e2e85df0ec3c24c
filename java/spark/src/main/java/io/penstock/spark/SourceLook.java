package io.penstock.spark;

import io.penstock.Dataset;
import io.penstock.array.FileInfo;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import java.io.Serializable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What the files of a dataset looked like on the driver, to be compared on executors: they must be
 * the same files, and must not have been changed since. Immutable.
 */
final class SourceLook implements Serializable {
  private static final long serialVersionUID = 1L;

  /**
   * One file.
   *
   * @param path of it
   * @param bytes its size
   * @param modified when
   */
  private record FileLooks(String path, long bytes, Instant modified) implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  private final SparkSource source;
  private final ArrayList<FileLooks> files = new ArrayList<>();

  private SourceLook(SparkSource source, Dataset dataset) {
    this.source = source;
    for (FileInfo file : dataset.files()) {
      files.add(
          new FileLooks(
              file.path().toAbsolutePath().toString(), file.sizeBytes(), file.modified()));
    }
  }

  /** The looks of an open dataset. */
  static SourceLook of(SparkSource source, Dataset dataset) {
    return new SourceLook(source, dataset);
  }

  /**
   * Opens the dataset on an executor.
   *
   * @throws PenstockException if it is not there, or not the same
   */
  Dataset open() {
    Dataset dataset;
    try {
      dataset = source.open();
    } catch (PenstockException e) {
      boolean isUnseen = e.kind() == ErrorKind.UNREADABLE || e.kind() == ErrorKind.NO_ACCESS;
      throw e.again(
          "%s (on executor %s: %s)"
              .formatted(
                  e.getMessage(),
                  ExecutorName.here(),
                  isUnseen
                      ? "the data must lie on storage that all machines have under this path"
                      : "the data was changed meanwhile, or is another file there"));
    }
    try {
      check(dataset.files());
      return dataset;
    } catch (RuntimeException | Error e) {
      dataset.close();
      throw e;
    }
  }

  private void check(List<FileInfo> found) {
    if (found.size() != files.size()) {
      throw changed(files.getFirst().path, files.size() + " files", String.valueOf(found.size()));
    }
    for (int i = 0; i < files.size(); i++) {
      FileLooks expected = files.get(i);
      FileInfo file = found.get(i);
      if (file.sizeBytes() != expected.bytes || !file.modified().equals(expected.modified)) {
        throw changed(
            expected.path,
            "%d bytes of %s, as on the driver".formatted(expected.bytes, expected.modified),
            "%d bytes of %s".formatted(file.sizeBytes(), file.modified()));
      }
    }
  }

  private static PenstockException changed(String path, String expected, String found) {
    return PenstockException.builder(
            ErrorKind.FILE_CHANGED,
            "%s: expected %s, found %s on executor %s: the data was changed meanwhile, or is another file there: run it again when nobody changes it"
                .formatted(path, expected, found, ExecutorName.here()))
        .build();
  }
}
