package io.penstock.cli.make;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.array.Column;
import io.penstock.cli.command.ExitCodes;
import io.penstock.cli.command.MemoryWarning;
import io.penstock.cli.command.Progress;
import io.penstock.cli.command.Streams;
import io.penstock.cli.options.ColumnOptions;
import io.penstock.cli.options.SizeConverter;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.write.NpyWriter;
import io.penstock.write.NpyWriterBuilder;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code take}: writes chosen records of a dataset to new files, in a given order. */
@Command(
    name = "take",
    header = "Writes chosen records, in a given order.",
    description = {
      "Record i of the result is the record whose index comes i-th in --indices; an index may come"
          + " several times. The same records are taken from all columns.",
      "",
      "With --json, one object on stdout, as that of convert."
    })
public final class TakeCommand implements Callable<Integer> {
  private final Streams streams;

  @Mixin private ColumnOptions columns;
  @Mixin private MakingOptions making;

  @Option(
      names = "--indices",
      paramLabel = "FILE",
      required = true,
      description =
          "Which records, in which order: an array of integers in any format that penstock reads,"
              + " or text with one index per line. Must be given; no default.")
  private Path indices;

  @Option(
      names = "--out",
      paramLabel = "DST",
      required = true,
      description =
          "The .npy to write; with several columns a directory, for one .npy for each column."
              + " Records of different sizes get another file, of their offsets: DST-offsets.npy."
              + " Must be given; no default.")
  private Path out;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      converter = SizeConverter.class,
      description =
          "Memory for records that are read ahead; more memory makes random indices cheaper. In"
              + " bytes or with k, m, g. Default: a quarter of what the machine and the control"
              + " group have left, at most 1g.")
  private Long memoryBytes;

  @Option(
      names = "--json",
      description = "Print one JSON object on stdout. Default: a line for people.")
  private boolean isJson;

  /**
   * Made once for each run of the program.
   *
   * @param streams for its output
   */
  public TakeCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() throws IOException {
    MakingReport report = new MakingReport();
    try (Dataset dataset = columns.open()) {
      if (dataset.columns().stream().anyMatch(Column::isVariable)) {
        making.checkVariable();
      }
      if (!Files.exists(indices) && indices.toString().matches("[-0-9,:. ]+")) {
        throw PenstockException.about(
            ErrorKind.NO_ACCESS,
            indices,
            "expected a file with the numbers of records for --indices, found none of this name:"
                + " write the numbers to a file, one a line");
      }
      IndexSampler order = IndexSampler.read(indices, dataset.recordCount());
      boolean isNew = Files.notExists(out);
      List<Path> targets = targets(dataset);
      List<TakenColumn> writers = new ArrayList<>();
      try (Loader loader = TakingLoader.open(dataset, order, memoryBytes)) {
        MemoryWarning.sayIfTooMuch(streams, memoryBytes, loader.statistics().memoryBytes());
        for (int i = 0; i < targets.size(); i++) {
          writers.add(writer(dataset.columns().get(i), targets.get(i), order.positionCount()));
        }
        take(loader, writers, order.positionCount());
        writers.forEach(TakenColumn::finish);
        writers.forEach(column -> column.commit(report));
      } finally {
        writers.forEach(TakenColumn::close);
        if (isNew) {
          deleteIfEmpty();
        }
      }
    }
    report.print(streams, isJson);
    return ExitCodes.DONE;
  }

  private List<Path> targets(Dataset dataset) throws IOException {
    if (dataset.columns().size() == 1) {
      return List.of(out);
    }
    if (!Files.isDirectory(out)) {
      if (Files.exists(out)) {
        throw PenstockException.about(
            ErrorKind.WRITE_FAILED,
            out,
            "expected a directory for several columns, found a file: name another --out");
      }
      Files.createDirectory(out);
    }
    return dataset.columns().stream().map(column -> out.resolve(fileName(column))).toList();
  }

  /** Deletes a directory that was made for files that were not written. */
  private void deleteIfEmpty() throws IOException {
    if (Files.isDirectory(out)) {
      try {
        Files.delete(out);
      } catch (DirectoryNotEmptyException e) {
        // Not empty: it has the files that were asked for, or others.
        return;
      }
    }
  }

  /** Part names may contain slashes, as in train/images. */
  private static String fileName(Column column) {
    return column.name().replace('/', '.') + ".npy";
  }

  private TakenColumn writer(Column column, Path target, long count) {
    NpyWriterBuilder builder =
        making
            .aligned(NpyWriter.builder(target, column.elementType(), column.shape()), target)
            .fields(column.fields());
    return column.isVariable()
        ? TakenColumn.VariableTaken.open(column, target, builder)
        : new TakenColumn.FixedTaken(column, target, count, builder.recordCount(count).open());
  }

  private void take(Loader loader, List<TakenColumn> writers, long total) {
    streams.interruption().atEnd(() -> MakingOptions.INTERRUPTED);
    try (Progress progress =
        Progress.ofRecords(streams, "take", total, () -> loader.statistics().bytes())) {
      long taken = 0;
      for (Batch batch : loader.epoch(0)) {
        for (TakenColumn writer : writers) {
          writer.append(batch);
        }
        taken += batch.size();
        progress.to(taken);
      }
    }
  }
}
