package io.penstock.bench.cold;

import io.penstock.bench.data.RecordFile;
import io.penstock.bench.data.RecordSize;
import io.penstock.bench.data.RecordTar;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;

/**
 * The files that a cell's contenders read, each with a small one of its kind for warming up. All
 * but the records themselves are only made for contenders that ask for them, by their parameter
 * {@code reads}. Names begin with {@code records-}, {@code warmup-} or {@code even-}.
 */
final class CellFiles {
  /** Value of the parameter {@code reads}: as many bytes in records of one size, the mean. */
  static final String EVEN = "even";

  /** Value of the parameter {@code reads}: the records in a tar. */
  static final String TAR = "tar";

  /** Enough for the compiler to see loops at work, and for 8 batches of the largest records. */
  private static final long WARMUP_FILE_BYTES = 64 << 20;

  private final Input records;
  private final Input even;

  CellFiles(Path folder, RecordSize size, long fileBytes) {
    records = Input.of(folder, "", size, fileBytes);
    even = records.records().isVariable() ? Input.of(folder, "even-", mean(), fileBytes) : records;
  }

  private RecordSize mean() {
    long words = Math.round((double) records.records().recordBytes() / Long.BYTES);
    return new RecordSize.Equal(Math.max(RecordSize.LEAST_BYTES, words * Long.BYTES));
  }

  /** The records. */
  RecordFile records() {
    return records.records();
  }

  /** What a contender reads. */
  Input input(Contender contender) {
    return switch (contender.parameters().getOrDefault("reads", "")) {
      case EVEN -> even;
      case TAR -> new Input(records.records(), records.warmup(), true);
      default -> records;
    };
  }

  /** Writes what the contenders read; files that are there already are kept. */
  void make(List<Contender> contenders, PrintStream talk) throws IOException {
    records.make(talk);
    for (Contender contender : contenders) {
      input(contender).make(talk);
    }
  }

  /** Deletes them all. */
  void delete() throws IOException {
    for (Input input :
        List.of(records, even, new Input(records.records(), records.warmup(), true))) {
      input.delete();
    }
  }

  /**
   * What a contender reads.
   *
   * @param records that it reads
   * @param warmup a small file of the same kind
   * @param isTar whether it reads them from tars beside these files
   */
  record Input(RecordFile records, RecordFile warmup, boolean isTar) {
    private static Input of(Path folder, String kind, RecordSize size, long fileBytes) {
      return new Input(
          file(folder, kind + "records", size, fileBytes),
          file(folder, kind + "warmup", size, WARMUP_FILE_BYTES),
          false);
    }

    private static RecordFile file(Path folder, String kind, RecordSize size, long fileBytes) {
      String name = "%s-%s-%d.npy".formatted(kind, size.label(), fileBytes >> 20);
      return RecordFile.ofSize(folder.resolve(name), size, fileBytes);
    }

    /** The file that the records are read from. */
    Path path() {
      return isTar ? new RecordTar(records).path() : records.path();
    }

    /** The file to warm up with. */
    Path warmupPath() {
      return isTar ? new RecordTar(warmup).path() : warmup.path();
    }

    /** All files that are read after warming up. */
    List<Path> paths() {
      return isTar ? List.of(path()) : records.paths();
    }

    private void make(PrintStream talk) throws IOException {
      for (RecordFile file : List.of(warmup, records)) {
        if (isTar) {
          new RecordTar(file).make();
        } else if (!file.isMade()) {
          talk.printf("making %s (%d MiB)%n", file.path().getFileName(), file.fileBytes() >> 20);
          file.make();
        }
      }
    }

    private void delete() throws IOException {
      for (RecordFile file : List.of(warmup, records)) {
        if (isTar) {
          new RecordTar(file).delete();
        } else {
          file.delete();
        }
      }
    }
  }
}
