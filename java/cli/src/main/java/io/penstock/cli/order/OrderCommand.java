package io.penstock.cli.order;

import io.penstock.Dataset;
import io.penstock.cli.command.ExitCodes;
import io.penstock.cli.command.Json;
import io.penstock.cli.command.Picture;
import io.penstock.cli.command.Streams;
import io.penstock.cli.options.ColumnOptions;
import io.penstock.cli.options.ColumnValues;
import io.penstock.cli.options.OrderOptions;
import io.penstock.cli.options.RankByOptions;
import io.penstock.cli.text.OneLine;
import io.penstock.sampler.MixingReport;
import io.penstock.sampler.Sampler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.LongUnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code order}: shows how well an order mixes, without reading the data. */
@Command(
    name = "order",
    header = "Shows how well an order mixes, before training, and draws it.",
    description = {
      "Computes an order without reading the records (except for labels), and shows what it costs"
          + " in randomness: each figure stands beside its value by chance. The figure mixing says"
          + " how far apart in the order neighbours in the file come: 1 for an exact shuffle, near"
          + " 0 for the order of the file.",
      "",
      "With --json, one object on stdout: sampler, seed, records, positions, epoch, batchSize,"
          + " sampledBatches, windowRecords (read together; 1: none), mixing, neighbourShare,"
          + " chanceNeighbourShare, displacement (chance: 1/3), batchSpread, labelDiversity,"
          + " chanceLabelDiversity, labelsPerBatch, chanceLabelsPerBatch (null without --labels),"
          + " plot (path; null if none). mixing is null for orders in which records come twice."
          + " With --world-size also ranks (batchSpread and labelDiversity of each) and union (of"
          + " all together in a step)."
    })
public final class OrderCommand implements Callable<Integer> {
  private static final String DEFAULT_PLOT = "penstock-order.png";

  private final Streams streams;

  @Spec private CommandSpec spec;

  @Mixin private ColumnOptions columns;
  @Mixin private OrderOptions order;
  @Mixin private RankByOptions rankBy;

  @Option(
      names = "--world-size",
      paramLabel = "PROCESSES",
      defaultValue = "1",
      description =
          "Also show how the batches of each of so many processes mix, and those of all together."
              + " Default: ${DEFAULT-VALUE}.")
  private int worldSize;

  @Option(
      names = "--batch-size",
      paramLabel = "RECORDS",
      defaultValue = "256",
      description = "Records in a batch. Default: ${DEFAULT-VALUE}.")
  private int batchSize;

  @Option(
      names = "--epoch",
      paramLabel = "NUMBER",
      defaultValue = "0",
      description = "The epoch to show. Default: ${DEFAULT-VALUE}.")
  private long epoch;

  @Option(
      names = "--labels",
      paramLabel = "COLUMN",
      description =
          "Also show how different the labels within a batch are, with the labels in this column of"
              + " integers. Default: no labels.")
  private String labels;

  @Option(
      names = "--plot",
      paramLabel = "FILE",
      description =
          "File for the plot, a .png; replaced if it exists. Default: "
              + DEFAULT_PLOT
              + " in the current directory; none with --json.")
  private Path plot;

  @Option(
      names = "--json",
      description = "Print one JSON object on stdout. Default: tables for people.")
  private boolean isJson;

  /**
   * Made once for each run of the program.
   *
   * @param streams for its output
   */
  public OrderCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() throws IOException {
    checkOptions();
    try (Dataset dataset = columns.open()) {
      checkPlot(dataset);
      Sampler sampler = order.sampler(dataset);
      LongUnaryOperator label = labels == null ? null : ColumnValues.integers(dataset, labels);
      MixingReport mixing =
          label == null
              ? MixingReport.of(sampler, batchSize, epoch)
              : MixingReport.of(sampler, batchSize, epoch, label);
      RankMixing ranks =
          worldSize == 1
              ? null
              : RankMixing.of(sampler, worldSize, rankBy.rankBy(), batchSize, epoch, label);
      Path picture = plot != null || isJson ? plot : Path.of(DEFAULT_PLOT);
      OrderReport report = new OrderReport(sampler, mixing, ranks, labels, picture);
      if (isJson) {
        Json.print(streams, report.toJson());
      } else {
        streams.print(report.toHuman());
      }
      if (picture != null) {
        String title = OneLine.of(sampler.description());
        new Picture(picture, plot != null)
            .draw(streams, path -> OrderPlot.write(sampler, epoch, title, path));
      }
    }
    return ExitCodes.DONE;
  }

  private void checkOptions() {
    order.check();
    rankBy.check();
    check(worldSize >= 1, "--world-size must be at least 1, was " + worldSize);
    check(batchSize >= 1, "--batch-size must be at least 1, was " + batchSize);
    check(epoch >= 0, "--epoch must be at least 0, was " + epoch);
    check(
        plot == null || plot.toString().endsWith(".png"),
        "--plot must be a name that ends in .png, was " + plot);
  }

  private void checkPlot(Dataset dataset) throws IOException {
    if (plot == null || Files.notExists(plot)) {
      return;
    }
    for (var file : dataset.files()) {
      check(
          !Files.isSameFile(file.path(), plot),
          "--plot must be another file than those of the dataset, was " + plot);
    }
  }

  private void check(boolean isRight, String rule) {
    if (!isRight) {
      throw new ParameterException(spec.commandLine(), rule);
    }
  }
}
