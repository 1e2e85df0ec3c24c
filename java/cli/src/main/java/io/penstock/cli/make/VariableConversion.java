package io.penstock.cli.make;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.array.Column;
import io.penstock.cli.command.Progress;
import io.penstock.cli.command.Streams;
import io.penstock.cli.convert.Sources;
import io.penstock.error.PenstockException;
import io.penstock.format.Source;
import io.penstock.internal.format.PartPath;
import io.penstock.internal.format.RecordLayout;
import io.penstock.internal.format.known.KnownFormats;
import io.penstock.sampler.Sequential;
import io.penstock.write.NpyWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Writes a column whose records have different sizes and can be read in place, such as the members
 * of a tar, to a file of values and one of offsets.
 */
final class VariableConversion {
  private final List<Source> shards;

  private VariableConversion(List<Source> shards) {
    this.shards = shards;
  }

  /** What is meant by paths; empty if it is something else. */
  static Optional<VariableConversion> find(List<Path> paths) {
    if (paths.size() == 1 && Sources.isText(paths.getFirst())) {
      return Optional.empty();
    }
    List<Source> shards =
        paths.stream().flatMap(path -> Source.parse(path).shards().stream()).toList();
    return !shards.isEmpty() && isVariable(shards.getFirst())
        ? Optional.of(new VariableConversion(shards))
        : Optional.empty();
  }

  private static boolean isVariable(Source shard) {
    try {
      return Files.isRegularFile(shard.file())
          && KnownFormats.records(new PartPath(shard.file(), shard.partName().orElse("")))
              instanceof RecordLayout.Variable;
    } catch (PenstockException e) {
      return false; // Another conversion may read it, or says why it cannot.
    }
  }

  /** Writes the target and, beside it, the offsets. */
  void run(Path target, boolean mayReplace, Streams streams, MakingReport report) {
    // The name of the part, as messages about records have it.
    String name = shards.getFirst().columnName();
    try (Dataset dataset = Dataset.builder().column(name, shards.toArray(Source[]::new)).open()) {
      Column column = dataset.column(name);
      Sequential order = new Sequential(dataset.recordCount());
      try (Loader loader = TakingLoader.open(dataset, order, null);
          TakenColumn files =
              TakenColumn.VariableTaken.open(
                  column,
                  target,
                  NpyWriter.builder(target, column.elementType()).replace(mayReplace))) {
        write(loader, files, order.recordCount(), streams);
        files.finish();
        files.commit(report);
      }
    }
  }

  private static void write(Loader loader, TakenColumn files, long total, Streams streams) {
    try (Progress progress = Progress.start(streams, "convert", "records", total)) {
      long written = 0;
      for (Batch batch : loader.epoch(0)) {
        files.append(batch);
        written += batch.size();
        progress.to(written);
      }
    }
  }
}
