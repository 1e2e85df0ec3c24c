package io.penstock.cli.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.penstock.Dataset;
import io.penstock.cli.Run;
import io.penstock.cli.command.ExitCodes;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code plan} from end to end: made-up devices, and files that hold nothing. */
final class PlanCommandTest {
  private static final long RECORDS = 1_000_000;
  private static final int RECORD_BYTES = 784;

  @TempDir Path directory;

  private static Run plan(Object... arguments) {
    return Run.of(Stream.concat(Stream.of("plan"), Stream.of(arguments)).toArray());
  }

  private static JsonObject json(Object... arguments) {
    Run run = plan(Stream.concat(Stream.of("--json"), Stream.of(arguments)).toArray());
    assertThat(run.code()).as(run.err()).isEqualTo(ExitCodes.DONE);
    assertThat(run.err()).isEmpty();
    return JsonParser.parseString(run.text()).getAsJsonObject();
  }

  private static Object[] planned(Object... more) {
    return Stream.concat(
            Stream.of("--records", RECORDS, "--record-bytes", RECORD_BYTES, "--memory", "96m"),
            Stream.of(more))
        .toArray();
  }

  private Path file() throws IOException {
    return sparse("x.npy", "(" + RECORDS + "," + RECORD_BYTES + ")", RECORDS * RECORD_BYTES);
  }

  /** Bytes that no disk holds, behind a header. */
  private Path sparse(String name, String shape, long bytes) throws IOException {
    Path path = directory.resolve(name);
    Run.npy(path, "'|u1'", shape, new byte[0]);
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(file.length() + bytes);
    }
    return path;
  }

  @Test
  void jsonHasWhatTheHelpSays() {
    JsonObject object = json(planned("--device", "gp3"));
    String help = plan("--help").text();
    assertThat(object.keySet()).allSatisfy(name -> assertThat(help).contains(name));
    for (String list : new String[] {"plans", "upgrades"}) {
      for (JsonElement element : object.getAsJsonArray(list)) {
        assertThat(element.getAsJsonObject().keySet())
            .allSatisfy(name -> assertThat(help).contains(name));
      }
    }
    assertThat(object.get("records").getAsLong()).isEqualTo(RECORDS);
    assertThat(object.get("dataBytes").getAsLong()).isEqualTo(RECORDS * RECORD_BYTES);
    assertThat(object.get("requestsPerSecond").getAsDouble()).isEqualTo(3000);
    // Five parts of the data, the budget, and the page cache.
    assertThat(object.getAsJsonArray("plans")).hasSize(7);
    assertThat(object.get("worthMore").getAsString()).isIn("memory", "disk", "either", "neither");
    assertThat(object.get("advice").getAsString()).endsWith(".").doesNotContain("NaN");
  }

  @Test
  void filesAreForetoldWithoutBeingRead() throws IOException {
    Path path = file();
    JsonObject file = json(path, "--device", "gp3", "--memory", "96m");
    JsonObject numbers = json(planned("--device", "gp3"));

    assertThat(file).isEqualTo(numbers);
    try (Dataset dataset = Dataset.open(path)) {
      double cached = dataset.files().getFirst().cachedFraction();
      assumeFalse(Double.isNaN(cached), "this kernel does not tell what is cached");
      // The header, and what a kernel reads with it.
      assertThat(cached).isLessThan(0.05);
    }
  }

  @Test
  void recordsOfDifferentSizesAreForetoldByTheirMean() throws IOException {
    Path values = sparse("v.npy", "(3000000,)", 3_000_000);
    Path offsets = directory.resolve("o.npy");
    byte[] bytes = new byte[8 * 10_001];
    for (int i = 0; i <= 10_000; i++) {
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(8 * i, 300L * i);
    }
    Run.npy(offsets, "'<i8'", "(10001,)", bytes);

    JsonObject object =
        json("--column", "v=" + values, "--offsets", "v=" + offsets, "--device", "hdd");

    assertThat(object.get("records").getAsLong()).isEqualTo(10_000);
    assertThat(object.get("recordBytes").getAsLong()).isEqualTo(300);
  }

  @Test
  void moreMemoryMakesEpochsShorterDownToAPass() {
    JsonArray plans = json(planned("--device", "gp3")).getAsJsonArray("plans");
    double before = Double.MAX_VALUE;
    for (JsonElement element : plans.asList().subList(0, 6)) {
      double now = element.getAsJsonObject().get("epochSeconds").getAsDouble();
      assertThat(now).isLessThanOrEqualTo(before);
      before = now;
    }
    double pass = (double) RECORDS * RECORD_BYTES / (125 << 20);
    assertThat(before).isCloseTo(pass, within(0.1 * pass));
  }

  @Test
  void tooLittleMemoryIsARowAndAReason() {
    JsonObject object =
        json("--records", 1000, "--record-bytes", 784, "--memory", "10k", "--device", "nvme");
    JsonObject least = object.getAsJsonArray("plans").get(0).getAsJsonObject();

    assertThat(least.get("way").getAsString()).isEqualTo("too little");
    assertThat(least.get("epochSeconds").isJsonNull()).isTrue();
    assertThat(object.get("worthMore").getAsString()).isEqualTo("memory");
    assertThat(object.get("advice").getAsString()).contains("too little for a loader");
    assertThat(
            plan("--records", 1000, "--record-bytes", 784, "--memory", "10k", "--device", "nvme")
                .text())
        .contains("too little");
  }

  @Test
  void aDeviceThatTuneHasMeasuredIsTakenFromItsJson() throws IOException {
    Path tuned = directory.resolve("tune.json");
    Files.writeString(
        tuned,
        """
        {"randomReads": [
          {"requestBytes": 4096, "queueDepth": 1, "requestsPerSecond": 10000.0},
          {"requestBytes": 4096, "queueDepth": 64, "requestsPerSecond": 50000.0},
          {"requestBytes": 65536, "queueDepth": 64, "requestsPerSecond": 9000.0}],
         "sequentialBytesPerSecond": 1.0e9}
        """);

    JsonObject object = json(planned("--device", tuned));

    assertThat(object.get("requestsPerSecond").getAsDouble()).isEqualTo(50_000);
    assertThat(object.get("bytesPerSecond").getAsDouble()).isEqualTo(1e9);
    Files.writeString(tuned, "{\"randomReads\": 3}");
    assertFails(ExitCodes.FAILED, "expected what penstock tune --json prints", "--device", tuned);
    Files.writeString(tuned, "no json");
    assertFails(ExitCodes.FAILED, "expected what penstock tune --json prints", "--device", tuned);
    Files.writeString(tuned, "{\"randomReads\": [], \"sequentialBytesPerSecond\": 1}");
    assertFails(ExitCodes.FAILED, "more than 0", "--device", tuned);
  }

  private static void assertFails(int code, String message, Object... device) {
    Run run = plan(planned(device));
    assertThat(run.code()).as(run.err()).isEqualTo(code);
    assertThat(run.err()).contains(message);
    assertThat(run.text()).isEmpty();
  }

  @Test
  void theTableSaysWhatIsWorthMore() {
    Run run = plan(planned("--requests-per-second", 3000, "--bytes-per-second", "131e6"));

    assertThat(run.code()).as(run.err()).isEqualTo(ExitCodes.DONE);
    assertThat(run.text())
        .contains("as given: 3,000 requests/s, 131.0 MB/s")
        .contains("96.0 MiB *")
        .contains("page cache")
        .containsPattern("worth (more|the same)");
    assertThat(run.lines()).noneMatch(line -> line.contains("NaN"));
  }

  @Test
  void wrongUsageSaysWhatIsMissing() {
    assertFails(ExitCodes.USAGE, "expected --device, or");
    assertFails(ExitCodes.USAGE, "must be one of [hdd, gp3, sata, gp3-16k, nvme]", "--device", "x");
    assertFails(ExitCodes.USAGE, "must come together", "--requests-per-second", 3);
    assertFails(
        ExitCodes.USAGE, "more than 0", "--requests-per-second", 0, "--bytes-per-second", 1);
    assertFails(
        ExitCodes.USAGE,
        "must come without",
        "--device",
        "hdd",
        "--requests-per-second",
        3,
        "--bytes-per-second",
        1);
    assertUsage("must come together", "--records", 3);
    assertUsage("must come without PATH", "x.npy", "--records", 3, "--record-bytes", 4);
    assertUsage("at least one PATH", "--memory", "1m");
    assertUsage("--records must be at least 1", "--records", 0, "--record-bytes", 4);
    assertUsage("--record-bytes must be at least 1", "--records", 1, "--record-bytes", "4,0");
    assertUsage("--batch-size", "--records", 1, "--record-bytes", "4", "--batch-size", 0);
  }

  private static void assertUsage(String message, Object... arguments) {
    Run run = plan(Stream.concat(Stream.of("--device", "hdd"), Stream.of(arguments)).toArray());
    assertThat(run.code()).as(run.err()).isEqualTo(ExitCodes.USAGE);
    assertThat(run.err()).contains(message);
  }
}
