package io.penstock.cli.demo;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.penstock.Loader;
import io.penstock.cli.command.Json;
import io.penstock.cli.command.Streams;
import io.penstock.cli.text.Human;
import io.penstock.cli.text.OneLine;
import io.penstock.cli.text.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/** What {@code demo} says, as it comes to know it: lines for people, or one JSON object. */
final class DemoReport {
  private final Streams streams;
  private final boolean isJson;
  private final ImageSource source;
  private final SampleFiles files;
  private final JsonObject json = new JsonObject();
  private final JsonArray epochs = new JsonArray();
  private final JsonObject readings = new JsonObject();

  /** What became of an epoch; seconds and records are those of training, without the test. */
  record EpochResult(
      long epoch,
      double loss,
      double testAccuracy,
      double seconds,
      double recordsPerSecond,
      double stallFraction) {}

  DemoReport(Streams streams, boolean isJson, ImageSource source, SampleFiles files) {
    this.streams = streams;
    this.isJson = isJson;
    this.source = source;
    this.files = files;
  }

  /** Says what is read, and how. */
  void start(Loader loader) throws IOException {
    long bytes = files.count() * loader.dataset().recordBytes();
    long memoryBytes = loader.statistics().memoryBytes();
    json.addProperty("data", source.name());
    json.addProperty("generated", source.isGenerated());
    json.addProperty("images", files.images().toString());
    json.addProperty("labels", files.labels().toString());
    json.addProperty("records", files.count());
    json.addProperty("bytes", bytes);
    json.addProperty("memoryBytes", memoryBytes);
    json.addProperty("backend", loader.backend().flag());
    json.addProperty("io", loader.io().flag());
    json.addProperty("reason", loader.reason());
    json.add("epochs", epochs);
    String what =
        source.isGenerated()
            ? "generated images (noisy patterns, not real ones: the accuracy means little)"
            : "Fashion-MNIST, pictures of ten kinds of clothes, repeated";
    Table table = Table.ofPairs();
    table.add("data", what);
    table.add("", "%s images, %s".formatted(Human.count(files.count()), Human.bytes(bytes)));
    table.add("files", OneLine.of(files.images().getParent().toString()));
    table.add("memory", Human.bytes(memoryBytes) + " for reading");
    table.add("backend", loader.backend().flag() + ", " + loader.io().flag());
    say("\n" + table);
    say(
        """

        Training a softmax regression on shuffled batches, another order each epoch:

          epoch    loss   test accuracy      images/s   waiting for data
        """);
  }

  void add(EpochResult result) throws IOException {
    JsonObject object = new JsonObject();
    object.addProperty("epoch", result.epoch());
    object.addProperty("loss", result.loss());
    object.addProperty("testAccuracy", result.testAccuracy());
    object.addProperty("seconds", result.seconds());
    object.addProperty("recordsPerSecond", result.recordsPerSecond());
    object.addProperty("stallFraction", result.stallFraction());
    epochs.add(object);
    say(
        String.format(
            Locale.ROOT,
            "  %5d  %6.3f  %14s  %,12.0f  %17s%n",
            result.epoch(),
            result.loss(),
            Human.percent(result.testAccuracy()),
            result.recordsPerSecond(),
            Human.percent(result.stallFraction())));
  }

  void startReading(double limitSeconds, long memoryBytes) throws IOException {
    json.add("reading", readings);
    say(
        String.format(
            Locale.ROOT,
            "%nReading alone: the first epoch of the same shuffled order, each from a cold file, at"
                + " most %.0f s each.%nMost data sets worth shuffling do not fit into memory; this"
                + " one does, so memory is held to %s.%n%n",
            limitSeconds,
            Human.bytes(memoryBytes)));
  }

  /** Shows one way of reading, by its name in JSON. */
  void add(String name, TimedReading reading) throws IOException {
    JsonObject object = new JsonObject();
    object.addProperty("records", reading.records());
    object.addProperty("seconds", reading.seconds());
    object.addProperty("recordsPerSecond", reading.recordsPerSecond());
    object.add("cachedFraction", Json.number(reading.cachedFraction()));
    object.addProperty("cacheLimited", reading.isCacheLimited());
    readings.add(name, object);
    say(
        String.format(
            Locale.ROOT,
            "  %-36s %,11.0f images/s   %s%n",
            label(name, reading),
            reading.recordsPerSecond(),
            state(reading.cachedFraction())));
  }

  private String label(String name, TimedReading reading) {
    return switch (name) {
      case "penstock" -> reading.isCacheLimited() ? "Penstock" : "Penstock, and the page cache";
      case "mapping" ->
          reading.isCacheLimited() ? "plain mapping" : "plain mapping, memory not held";
      default -> "plain mapping, memory for everything";
    };
  }

  /** Says what the readings mean. */
  void endReading(TimedReading mapping, TimedReading penstock) throws IOException {
    readings.addProperty("checkedRecords", mapping.records());
    readings.addProperty("crc32c", "%08x".formatted(mapping.checksum()));
    double ratio = penstock.recordsPerSecond() / mapping.recordsPerSecond();
    say(
        String.format(
            Locale.ROOT,
            "%n  Penstock / plain mapping: %s%n"
                + "  Each read the same bytes: CRC-32C of the first %,d images is %08x.%n",
            String.format(Locale.ROOT, ratio < 10 ? "%.1f x" : "%,.0f x", ratio),
            mapping.records(),
            mapping.checksum()));
  }

  /** Says what to do next, or prints the JSON object. */
  void end() throws IOException {
    if (isJson) {
      Json.print(streams, json);
      return;
    }
    String program = System.getProperty("penstock.program", "java/bin/penstock");
    say(
        """

        Try next:
          %1$s info %2$s
          %1$s read %2$s %3$s --digest
          %1$s read YOUR.npy --memory 4g
        """
            .formatted(program, quoted(files.images()), quoted(files.labels())));
  }

  /** Cold or warm: every figure says which it is. */
  private static String state(double cachedFraction) {
    if (Double.isNaN(cachedFraction)) {
      return "(cold or warm: not known)";
    }
    return cachedFraction < 0.01
        ? "(cold)"
        : "(warm: %s cached at the start)".formatted(Human.percent(cachedFraction));
  }

  /** For a shell, and short. */
  private static String quoted(Path path) {
    String text = path.toString();
    String home = System.getenv("HOME") + "/";
    if (!text.matches("[A-Za-z0-9_./@%+=:,-]+")) {
      return "'" + text.replace("'", "'\\''") + "'";
    }
    return text.startsWith(home) ? "~/" + text.substring(home.length()) : text;
  }

  private void say(String text) throws IOException {
    if (!isJson) {
      streams.print(text);
    }
  }
}
