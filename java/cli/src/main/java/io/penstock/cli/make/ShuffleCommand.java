package io.penstock.cli.make;

import com.google.gson.JsonObject;
import io.penstock.Dataset;
import io.penstock.cli.command.ExitCodes;
import io.penstock.cli.command.Json;
import io.penstock.cli.command.MemorySampler;
import io.penstock.cli.command.MemoryWarning;
import io.penstock.cli.command.Progress;
import io.penstock.cli.command.Streams;
import io.penstock.cli.options.ColumnOptions;
import io.penstock.cli.options.SeedConverter;
import io.penstock.cli.options.SizeConverter;
import io.penstock.cli.text.Human;
import io.penstock.cli.text.OneLine;
import io.penstock.cli.text.Table;
import io.penstock.write.DatasetShuffle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code shuffle}: writes the records of a dataset to new files in shuffled order. */
@Command(
    name = "shuffle",
    customSynopsis = "penstock shuffle [OPTIONS] PATH... DIR",
    header =
        "Writes records in shuffled order into shards: any number of records, in bounded memory.",
    description = {
      "One permutation of all records, as read --shuffle full --seed delivers it in epoch 0,"
          + " written to DIR, the last of the paths, as COLUMN-00000.npy and so on, aligned over"
          + " the columns. DIR is created; its parent must exist. Read with --shuffle block, such"
          + " shards mix as well as a full shuffle, at the speed of a file in order. Records of"
          + " different sizes also get their offsets, COLUMN.offsets-00000.npy.",
      "",
      "Reads and writes the data twice, in order; once where it fits into --memory. Needs room for"
          + " the data twice beside the source. DIR is there when it is whole; what a killed run"
          + " left is deleted by the next one, which starts anew.",
      "",
      "With --json, one object on stdout: directory, records, bytes (of the records), columns,"
          + " shards, seed, passes, buckets, seconds, bytesPerSecond (of the records), peakRssBytes"
          + " (anonymous memory of the process, sampled)."
    })
public final class ShuffleCommand implements Callable<Integer> {
  private static final double NANOS = 1e9;

  private final Streams streams;

  @Spec private CommandSpec spec;

  @Mixin private ColumnOptions columns;

  @Option(
      names = "--shards",
      paramLabel = "COUNT",
      defaultValue = "1",
      description =
          "Number of files for each column, which differ by one record at most. Default:"
              + " ${DEFAULT-VALUE}.")
  private int shards;

  @Option(
      names = "--seed",
      paramLabel = "NUMBER",
      defaultValue = "0",
      converter = SeedConverter.class,
      description =
          "Seed of the shuffle: any 64-bit number, with a sign or, from 2^63 on, without one."
              + " Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      converter = SizeConverter.class,
      description =
          "Memory for everything except Java's own, in bytes or with k, m, g. Default: a quarter of"
              + " what the machine and the control group have left, at most 1g.")
  private Long memoryBytes;

  @Option(
      names = "--force",
      description =
          "Replace DIR, if a shuffle has made it and nothing else is in it. Default: a DIR that is"
              + " not empty is an error.")
  private boolean isForced;

  @Option(
      names = "--json",
      description = "Print one JSON object on stdout. Default: a summary for people.")
  private boolean isJson;

  /**
   * Made once for each run of the program.
   *
   * @param streams for its output
   */
  public ShuffleCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() throws IOException {
    long start = System.nanoTime();
    Path directory = columns.removeLast("DIR, the directory to make");
    if (Files.isRegularFile(directory)) {
      throw new ParameterException(
          spec.commandLine(),
          "expected DIR, the directory to make, as the last path, found the file " + directory);
    }
    try (MemorySampler memory = MemorySampler.start();
        Dataset dataset = columns.open()) {
      DatasetShuffle shuffle =
          new DatasetShuffle(dataset, directory).shards(shards).seed(seed).replace(isForced);
      if (memoryBytes != null) {
        shuffle.memoryBytes(memoryBytes);
        long most = Math.min(memoryBytes, dataset.recordCount() * dataset.recordBytes());
        MemoryWarning.sayIfTooMuch(streams, memoryBytes, most);
      }
      DatasetShuffle.Result result = run(shuffle, dataset.recordCount());
      double seconds = (System.nanoTime() - start) / NANOS;
      if (isJson) {
        Json.print(streams, toJson(directory, dataset, result, seconds, memory.peakBytes()));
      } else {
        streams.print(toHuman(directory, dataset, result, seconds, memory.peakBytes()));
      }
    }
    return ExitCodes.DONE;
  }

  private DatasetShuffle.Result run(DatasetShuffle shuffle, long records) {
    streams.interruption().atEnd(() -> MakingOptions.INTERRUPTED + ": run it again");
    // Reading and writing a record count one each, so half the sum are records done.
    try (Progress bar = Progress.start(streams, "shuffle", "records", records)) {
      return shuffle.progress(count -> bar.to(count / 2)).run();
    }
  }

  private JsonObject toJson(
      Path directory,
      Dataset dataset,
      DatasetShuffle.Result result,
      double seconds,
      long peakRssBytes) {
    JsonObject object = new JsonObject();
    object.addProperty("directory", directory.toString());
    object.addProperty("records", result.records());
    object.addProperty("bytes", result.bytes());
    object.addProperty("columns", dataset.columns().size());
    object.addProperty("shards", shards);
    object.addProperty("seed", seed);
    object.addProperty("passes", result.passes());
    object.addProperty("buckets", result.buckets());
    object.addProperty("seconds", seconds);
    object.add("bytesPerSecond", Json.number(result.bytes() / seconds));
    object.add("peakRssBytes", Json.count(peakRssBytes));
    return object;
  }

  private String toHuman(
      Path directory,
      Dataset dataset,
      DatasetShuffle.Result result,
      double seconds,
      long peakRssBytes) {
    Table table = Table.ofPairs();
    table.add("directory", OneLine.of(directory.toString()));
    table.add(
        "records",
        "%s of %s, %s"
            .formatted(
                Human.count(result.records()),
                Human.plural(dataset.columns().size(), "column", "columns"),
                Human.bytes(result.bytes())));
    table.add("shards", Human.count(shards));
    table.add(
        "passes",
        result.buckets() == 0
            ? result.passes() + ", all records in memory"
            : "%d, with %s"
                .formatted(result.passes(), Human.plural(result.buckets(), "bucket", "buckets")));
    table.add("time", Human.seconds(seconds));
    table.add("speed", Human.bytesPerSecond(result.bytes() / seconds));
    table.add(
        "memory", peakRssBytes < 0 ? "?" : "at most " + Human.bytes(peakRssBytes) + " in all");
    return table.toString();
  }
}
