package io.penstock.cli.order;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.penstock.cli.command.Json;
import io.penstock.cli.text.Human;
import io.penstock.cli.text.OneLine;
import io.penstock.cli.text.Table;
import io.penstock.sampler.MixingReport;
import io.penstock.sampler.Sampler;
import java.nio.file.Path;
import java.util.Locale;

/** The report of {@code order}, for people and for programs. */
record OrderReport(
    Sampler sampler, MixingReport mixing, RankMixing ranks, String labels, Path plot) {
  /** So many ranks have a line for people; programs get all. */
  private static final int MOST_LINES = 16;

  /** For programs: the names are documented in the command's help, and stable. */
  JsonObject toJson() {
    JsonObject object = new JsonObject();
    object.addProperty("sampler", sampler.description());
    object.addProperty("seed", sampler.seed());
    object.addProperty("records", sampler.recordCount());
    object.addProperty("positions", mixing.size());
    object.addProperty("epoch", mixing.epoch());
    object.addProperty("batchSize", mixing.batchSize());
    object.addProperty("sampledBatches", mixing.sampledBatches());
    object.addProperty("windowRecords", sampler.windowRecords());
    object.add("mixing", Json.number(mixing.mixing()));
    object.add("neighbourShare", Json.number(mixing.neighbourShare()));
    object.add("chanceNeighbourShare", Json.number(mixing.chanceNeighbourShare()));
    object.add("displacement", Json.number(mixing.displacement()));
    object.add("batchSpread", Json.number(mixing.batchSpread()));
    object.add("labelDiversity", Json.number(mixing.labelDiversity()));
    object.add("chanceLabelDiversity", Json.number(mixing.chanceLabelDiversity()));
    object.add("labelsPerBatch", Json.number(mixing.labelsPerBatch()));
    object.add("chanceLabelsPerBatch", Json.number(mixing.chanceLabelsPerBatch()));
    if (ranks != null) {
      JsonArray all = new JsonArray();
      ranks.ranks().forEach(rank -> all.add(toJson(rank)));
      object.add("ranks", all);
      object.add("union", toJson(ranks.union()));
    }
    object.addProperty("plot", plot == null ? null : plot.toString());
    return object;
  }

  private static JsonObject toJson(RankMixing.BatchFigures figures) {
    JsonObject object = new JsonObject();
    object.add("batchSpread", Json.number(figures.spread()));
    object.add("labelDiversity", Json.number(figures.labelDiversity()));
    return object;
  }

  /** A table of the numbers, each beside the value by chance and its meaning. */
  String toHuman() {
    Table about = Table.ofPairs();
    about.add("order", OneLine.of(sampler.description()));
    about.add(
        "positions",
        "%s of %s, epoch %d, seed %d"
            .formatted(
                Human.count(mixing.size()),
                Human.plural(sampler.recordCount(), "record", "records"),
                mixing.epoch(),
                sampler.seed()));
    about.add(
        "looked at",
        "%s of %s"
            .formatted(
                Human.plural(mixing.sampledBatches(), "batch", "batches"),
                Human.count(mixing.batchSize())));
    if (plot != null) {
      about.add("plot", plot.toString());
    }
    Table numbers = Table.withHeads("", ">here", ">by chance", "");
    add(numbers, "mixing", mixing.mixing(), 1, "how far apart neighbours in the file come");
    add(
        numbers,
        "neighbours",
        mixing.neighbourShare(),
        mixing.chanceNeighbourShare(),
        "share of records whose next one in the file is in the same batch");
    add(
        numbers,
        "displacement",
        mixing.displacement(),
        1 / 3.0,
        "how far records move, of the whole");
    add(numbers, "spread", mixing.batchSpread(), 1, "how far apart records of a batch lie");
    if (labels != null) {
      add(
          numbers,
          "diversity",
          mixing.labelDiversity(),
          mixing.chanceLabelDiversity(),
          "share of pairs in a batch with different " + OneLine.of(labels));
      add(
          numbers,
          "labels",
          mixing.labelsPerBatch(),
          mixing.chanceLabelsPerBatch(),
          "different " + OneLine.of(labels) + " in a batch");
    }
    return about + "\n" + numbers + (ranks == null ? "" : "\n" + ranksToHuman());
  }

  /** The batches of ranks, and what they get together. */
  private Table ranksToHuman() {
    Table table = Table.withHeads("batches of", ">spread", ">diversity");
    int lines = Math.min(MOST_LINES, ranks.ranks().size());
    for (int rank = 0; rank < lines; rank++) {
      addRank(table, "rank " + rank, ranks.ranks().get(rank));
    }
    if (lines < ranks.ranks().size()) {
      table.add("...", "", "");
    }
    addRank(table, "all together", ranks.union());
    table.add("by chance", number(1), number(ranks.chanceLabelDiversity()));
    return table;
  }

  private static void addRank(Table table, String name, RankMixing.BatchFigures figures) {
    table.add(name, number(figures.spread()), number(figures.labelDiversity()));
  }

  private static void add(Table table, String name, double here, double chance, String meaning) {
    table.add(name, number(here), number(chance), meaning);
  }

  /** Three significant digits; "-" if there is no such number. */
  private static String number(double value) {
    if (!Double.isFinite(value)) {
      return "-";
    }
    int digits = value == 0 ? 0 : (int) Math.floor(Math.log10(Math.abs(value)));
    return String.format(Locale.ROOT, "%." + Math.clamp(2 - digits, 0, 9) + "f", value);
  }
}
