package io.penstock.bench.cold;

import io.penstock.bench.data.ForeignCopy;
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

  /** Value of the parameter {@code reads}: the records as LanceDB has them. */
  static final String LANCE = "lance";

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
      case TAR -> records.as(InputForm.TAR);
      case LANCE -> records.as(InputForm.LANCE);
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
        List.of(records, even, records.as(InputForm.TAR), records.as(InputForm.LANCE))) {
      input.delete();
    }
  }

  /** How the records lie on the disk. */
  enum InputForm {
    /** The file of records itself. */
    NPY,
    /** A tar beside it. */
    TAR,
    /** A folder beside it, as LanceDB has it. */
    LANCE
  }

  /**
   * What a contender reads.
   *
   * @param records that it reads
   * @param warmup a small file of the same kind
   * @param form of what is read: these files, or something beside them
   */
  record Input(RecordFile records, RecordFile warmup, InputForm form) {
    private static Input of(Path folder, String kind, RecordSize size, long fileBytes) {
      return new Input(
          file(folder, kind + "records", size, fileBytes),
          file(folder, kind + "warmup", size, WARMUP_FILE_BYTES),
          InputForm.NPY);
    }

    private static RecordFile file(Path folder, String kind, RecordSize size, long fileBytes) {
      String name = "%s-%s-%d.npy".formatted(kind, size.label(), fileBytes >> 20);
      return RecordFile.ofSize(folder.resolve(name), size, fileBytes);
    }

    private Input as(InputForm other) {
      return new Input(records, warmup, other);
    }

    /** The file, or folder, that the records are read from. */
    Path path() {
      return path(records);
    }

    /** The same to warm up with. */
    Path warmupPath() {
      return path(warmup);
    }

    private Path path(RecordFile file) {
      return switch (form) {
        case NPY -> file.path();
        case TAR -> new RecordTar(file).path();
        case LANCE -> ForeignCopy.folder(file, LANCE);
      };
    }

    /** The files that records are read from once a contender is open: it may map others. */
    List<Path> recordFiles() throws IOException {
      return form == InputForm.NPY ? List.of(path()) : paths();
    }

    /** All files that are read after warming up. */
    List<Path> paths() throws IOException {
      return switch (form) {
        case NPY -> records.paths();
        case TAR -> List.of(path());
        case LANCE -> ForeignCopy.files(records, LANCE);
      };
    }

    /** Why it cannot be read here; null if it can. */
    String whyNot() {
      return form == InputForm.LANCE && ForeignCopy.named(LANCE) == null
          ? "LanceDB's bindings are not in this build: mvn -Plance -pl bench -am package"
              + " -DskipTests puts them in"
          : null;
    }

    private void make(PrintStream talk) throws IOException {
      for (RecordFile file : List.of(warmup, records)) {
        switch (form) {
          case NPY -> makeRecords(file, talk);
          case TAR -> new RecordTar(file).make();
          case LANCE -> makeLance(file);
        }
      }
    }

    private static void makeRecords(RecordFile file, PrintStream talk) throws IOException {
      if (!file.isMade()) {
        talk.printf("making %s (%d MiB)%n", file.path().getFileName(), file.fileBytes() >> 20);
        file.make();
      }
    }

    private static void makeLance(RecordFile file) throws IOException {
      ForeignCopy copy = ForeignCopy.named(LANCE);
      if (copy != null) {
        copy.make(file);
      }
    }

    private void delete() throws IOException {
      for (RecordFile file : List.of(warmup, records)) {
        switch (form) {
          case NPY -> file.delete();
          case TAR -> new RecordTar(file).delete();
          case LANCE -> ForeignCopy.delete(file, LANCE);
        }
      }
    }
  }
}
