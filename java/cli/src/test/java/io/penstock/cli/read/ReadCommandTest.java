package io.penstock.cli.read;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.penstock.cli.Run;
import io.penstock.cli.command.ExitCodes;
import io.penstock.statistics.Statistic;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code read}: what it delivers, and what it says. */
final class ReadCommandTest {
  /** What scripts rely on, in this order; other statistics may stand between. */
  private static final List<String> NAMES =
      List.of(
          "records",
          "batches",
          "bytes",
          "seconds",
          "recordsPerSecond",
          "bytesPerSecond",
          "backend",
          "io",
          "queueDepth",
          "requests",
          "bytesRead",
          "bytesWanted",
          "mergedRecords",
          "cacheHits",
          "stallSeconds",
          "cpuSecondsNative",
          "peakRssBytes",
          "timeSeconds",
          "latencyMicros",
          "reason",
          "digest",
          "badRecords");

  private static final int RECORDS = 1003;
  private static final int RECORD_BYTES = 12;
  private static final int HEADER_BYTES = 128;

  @TempDir Path directory;

  private Path path() {
    return Run.records(directory.resolve("x.npy"), RECORDS, RECORD_BYTES);
  }

  private static Run done(Object... arguments) {
    Run run = Run.of(arguments);
    assertThat(run.err()).doesNotContain("penstock:");
    assertThat(run.code()).isEqualTo(ExitCodes.DONE);
    return run;
  }

  private static List<Long> indices(Object... arguments) {
    return done(arguments).lines().stream().map(Long::valueOf).toList();
  }

  private static JsonObject json(Object... arguments) {
    Run run = done(arguments);
    assertThat(run.lines()).hasSize(1);
    return JsonParser.parseString(run.text()).getAsJsonObject();
  }

  @Test
  void everyIndexComesOncePerEpoch() {
    List<Long> indices = indices("read", path(), "--epochs", 3, "--indices", "-");
    assertThat(indices).hasSize(3 * RECORDS);
    Long[] all = LongStream.range(0, RECORDS).boxed().toArray(Long[]::new);
    for (int epoch = 0; epoch < 3; epoch++) {
      assertThat(indices.subList(epoch * RECORDS, (epoch + 1) * RECORDS))
          .containsExactlyInAnyOrder(all);
    }
  }

  @Test
  void epochsAndSeedsHaveOrdersOfTheirOwn() {
    Path path = path();
    var orders = new HashSet<List<Long>>();
    for (int seed = 0; seed < 3; seed++) {
      for (int epoch = 0; epoch < 3; epoch++) {
        orders.add(indices("read", path, "--seed", seed, "--first-epoch", epoch, "--indices", "-"));
      }
    }
    assertThat(orders).hasSize(9);
  }

  @Test
  void anEpochIsTheSameHoweverItIsReached() {
    Path path = path();
    List<Long> together = indices("read", path, "--epochs", 2, "--indices", "-");
    List<Long> second = indices("read", path, "--first-epoch", 1, "--indices", "-");
    assertThat(together.subList(RECORDS, 2 * RECORDS)).isEqualTo(second);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "backend=pread",
        "backend=pread,io=buffered",
        "backend=mmap",
        "io=buffered,queueDepth=1,prefetchBatches=1",
        "ioThreads=2,mergeGap=0",
        "maxRead=4k,hugePages=false,fixedBuffers=false"
      })
  void readaheadAndBatchSizeDoNotChangeWhatIsDelivered(String flags) {
    Path path = path();
    JsonObject expected = json("read", path, "--epochs", 2, "--digest", "--json");
    JsonObject other =
        json(
            "read",
            path,
            "--epochs",
            2,
            "--digest",
            "--json",
            "--batch-size",
            37,
            "--readahead",
            flags);
    assertThat(other.get("digest")).isEqualTo(expected.get("digest"));
  }

  @Test
  void outAndIndicesTellTheSameOrder() throws IOException {
    Path path = path();
    Path out = directory.resolve("out.bin");
    Path indices = directory.resolve("indices.txt");
    done("read", path, "--out", out, "--indices", indices, "--batch-size", 100);
    byte[] file = Files.readAllBytes(path);
    ByteBuffer expected = ByteBuffer.allocate(RECORDS * RECORD_BYTES);
    for (String index : Files.readAllLines(indices)) {
      expected.put(file, HEADER_BYTES + Integer.parseInt(index) * RECORD_BYTES, RECORD_BYTES);
    }
    assertThat(Files.readAllBytes(out)).isEqualTo(expected.array());
  }

  @Test
  void digestIsOfTheDeliveredBytesOfEachColumn() throws NoSuchAlgorithmException {
    Path path = path();
    Path labels = Run.records(directory.resolve("labels.npy"), RECORDS, 1);
    JsonObject digest = json("read", path, labels, "--digest", "--json").getAsJsonObject("digest");
    assertThat(digest.keySet()).containsExactly("x", "labels");
    byte[] out = done("read", labels, "--out", "-").out();
    assertThat(digest.get("labels").getAsString())
        .isEqualTo(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(out)));
  }

  @Test
  void outIsOfTheFirstColumn() {
    Path path = path();
    Path labels = Run.records(directory.resolve("labels.npy"), RECORDS, 1);
    assertThat(done("read", labels, path, "--out", "-").out()).hasSize(RECORDS);
    assertThat(done("read", path, labels, "--out", "-").out()).hasSize(RECORDS * RECORD_BYTES);
  }

  @Test
  void shardsOfAColumnAreLaidEndToEnd() throws IOException {
    Path first = Run.records(directory.resolve("a.npy"), 10, 4);
    Path second = Run.records(directory.resolve("b.npy"), 7, 4);
    Run run =
        done("read", "--column", "x=" + first + "," + second, "--shuffle", "none", "--out", "-");
    ByteBuffer expected = ByteBuffer.allocate(17 * 4);
    expected.put(Files.readAllBytes(first), HEADER_BYTES, 40);
    expected.put(Files.readAllBytes(second), HEADER_BYTES, 28);
    assertThat(run.out()).isEqualTo(expected.array());
  }

  @Test
  void namedColumnsComeAfterPaths() {
    Path path = path();
    JsonObject digest =
        json("read", "--column", "b=" + path, path, "--column", "a=" + path, "--digest", "--json")
            .getAsJsonObject("digest");
    assertThat(digest.keySet()).containsExactly("x", "b", "a");
  }

  @Test
  void limitCountsBatchesOverAllEpochs() {
    Path path = path();
    assertThat(json("read", path, "--limit", 2, "--json").get("records").getAsLong())
        .isEqualTo(512);
    assertThat(indices("read", path, "--limit", 6, "--epochs", 9, "--indices", "-"))
        .hasSize(RECORDS + 512);
  }

  @Test
  void jsonHasItsFieldsAndTypes() {
    JsonObject object =
        json(
            "read",
            path(),
            "--digest",
            "--json",
            "--batch-size",
            100,
            "--readahead",
            "backend=pread");
    List<String> known = new ArrayList<>(NAMES);
    known.addAll(statistics(unit -> unit != Statistic.Unit.NANOSECONDS));
    assertThat(object.keySet())
        .containsAll(statistics(unit -> unit != Statistic.Unit.NANOSECONDS))
        .containsSubsequence(NAMES)
        .isSubsetOf(known);
    assertThat(object.get("records").getAsLong()).isEqualTo(RECORDS);
    assertThat(object.get("batches").getAsLong()).isEqualTo(11);
    assertThat(object.get("bytes").getAsLong()).isEqualTo(RECORDS * RECORD_BYTES);
    assertThat(object.get("seconds").getAsDouble()).isPositive();
    assertThat(object.get("recordsPerSecond").getAsDouble()).isPositive();
    assertThat(object.get("bytesPerSecond").getAsDouble()).isPositive();
    assertThat(object.get("backend").getAsString()).isEqualTo("pread");
    assertThat(object.get("io").getAsString()).isIn("direct", "buffered");
    assertThat(object.get("queueDepth").getAsLong()).isEqualTo(64);
    assertThat(object.get("requests").getAsLong()).isPositive();
    assertThat(object.get("bytesRead").getAsLong()).isGreaterThanOrEqualTo(RECORDS * RECORD_BYTES);
    assertThat(object.get("stallSeconds").getAsDouble()).isNotNegative();
    assertThat(object.get("cpuSecondsNative").getAsDouble()).isNotNegative();
    assertThat(object.get("peakRssBytes").getAsLong()).isGreaterThan(1 << 20);
    assertThat(object.get("reason").getAsString()).isNotBlank();
    assertThat(object.getAsJsonObject("digest").get("x").getAsString()).hasSize(64);
  }

  /** Names of all statistics of some units. */
  private static List<String> statistics(Predicate<Statistic.Unit> units) {
    return Arrays.stream(Statistic.values())
        .filter(statistic -> units.test(statistic.unit()))
        .map(Statistic::jsonName)
        .toList();
  }

  @Test
  void jsonSaysWhereTheTimeWentAndHowLongRequestsTook() {
    Path path = path();
    JsonObject object = json("read", path, "--json", "--readahead", "backend=pread,io=buffered");
    JsonObject times = object.getAsJsonObject("timeSeconds");
    assertThat(times.keySet())
        .containsExactlyElementsOf(statistics(unit -> unit == Statistic.Unit.NANOSECONDS))
        .containsSubsequence(
            "stall", "consumer", "queue", "device", "order", "plan", "copy", "check", "idle");
    times.entrySet().forEach(time -> assertThat(time.getValue().getAsDouble()).isNotNegative());
    assertThat(times.get("stall")).isEqualTo(object.get("stallSeconds"));
    assertThat(times.get("stall").getAsDouble() + times.get("consumer").getAsDouble())
        .isLessThanOrEqualTo(object.get("seconds").getAsDouble());
    JsonObject latencies = object.getAsJsonObject("latencyMicros");
    assertThat(latencies.keySet()).containsExactly("p50", "p90", "p99", "p999", "max");
    assertThat(latencies.get("p50").getAsDouble())
        .isPositive()
        .isLessThanOrEqualTo(latencies.get("max").getAsDouble());
    assertThat(object.get("bytesWanted").getAsLong()).isEqualTo(RECORDS * RECORD_BYTES);
    assertThat(object.get("mergedRecords").getAsLong())
        .isEqualTo(RECORDS - object.get("requests").getAsLong());
    assertThat(object.get("cacheHits").getAsLong()).isZero();

    JsonObject mapped = json("read", path, "--json", "--readahead", "backend=mmap");
    mapped
        .getAsJsonObject("latencyMicros")
        .entrySet()
        .forEach(latency -> assertThat(latency.getValue().isJsonNull()).isTrue());
  }

  @Test
  void replayHandsOutOneBatchAsOftenAsThereAreBatches() {
    Path path = path();
    JsonObject object = json("read", path, "--replay", "--json", "--epochs", 2);
    assertThat(object.get("records").getAsLong()).isEqualTo(2 * RECORDS);
    assertThat(object.get("batches").getAsLong()).isEqualTo(8);
    assertThat(object.get("reason").getAsString()).contains("replays one batch");
    List<Long> replayed = indices("read", path, "--replay", "--indices", "-");
    List<Long> real = indices("read", path, "--indices", "-");
    assertThat(replayed).hasSize(RECORDS);
    for (int first = 0; first < RECORDS; first += 256) {
      int size = Math.min(256, RECORDS - first);
      assertThat(replayed.subList(first, first + size)).isEqualTo(real.subList(0, size));
    }
    Run refused = Run.of("read", path, "--replay", "--state", directory.resolve("state"));
    assertThat(refused.code()).isEqualTo(ExitCodes.USAGE);
    assertThat(refused.err()).contains("--replay delivers one batch only");
  }

  @Test
  void withoutDigestTheObjectIsEmpty() {
    assertThat(json("read", path(), "--json").getAsJsonObject("digest").keySet()).isEmpty();
  }

  @Test
  void anEmptyArrayIsReadInNoBatches() {
    Path path = Run.npy(directory.resolve("x.npy"), "'<f8'", "(0, 3)", new byte[0]);
    JsonObject object = json("read", path, "--json");
    assertThat(object.get("batches").getAsLong()).isZero();
    for (String name : new String[] {"seconds", "recordsPerSecond", "bytesPerSecond"}) {
      JsonElement rate = object.get(name);
      assertThat(rate.getAsDouble()).as(name).isNotNegative();
    }
    assertThat(done("read", path).text()).contains("0 in 0 batches");
    assertThat(done("read", path, "--out", "-").out()).isEmpty();
  }

  @Test
  void summaryGoesToStdoutUnlessDataDo() {
    Path path = path();
    Run summary = done("read", path);
    assertThat(summary.text()).contains("1,003", "records/s", "MB/s", "backend", "waited");
    assertThat(summary.err()).isEmpty();
    Run unmapped = done("read", path, "--readahead", "backend=pread");
    assertThat(unmapped.text()).contains("latency", "ms for half of the requests");
    Run data = done("read", path, "--out", "-", "--digest");
    assertThat(data.out()).hasSize(RECORDS * RECORD_BYTES);
    assertThat(data.err()).contains("records/s", "sha256");
  }

  @Test
  void aReaderThatLeavesEndsTheCommandQuietly() {
    WritableByteChannel gone =
        new WritableByteChannel() {
          @Override
          public int write(ByteBuffer bytes) throws IOException {
            throw new IOException("Broken pipe");
          }

          @Override
          public boolean isOpen() {
            return true;
          }

          @Override
          public void close() {}
        };
    for (String data : new String[] {"--out", "--indices"}) {
      Run run = Run.into(gone, "read", path(), data, "-");
      assertThat(run.code()).isEqualTo(ExitCodes.OUTPUT_CLOSED);
      assertThat(run.err()).isEmpty();
    }
    Run run = Run.into(gone, "info", path());
    assertThat(run.code()).isEqualTo(ExitCodes.OUTPUT_CLOSED);
    assertThat(run.err()).isEmpty();
  }

  @Test
  void anOutputThatCannotBeWrittenIsNamed() {
    Path path = path();
    Run full = Run.of("read", path, "--out", "/dev/full");
    assertThat(full.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(full.err()).hasLineCount(1).contains("/dev/full");
    Path missing = directory.resolve("missing").resolve("out.bin");
    Run nowhere = Run.of("read", path, "--out", missing);
    assertThat(nowhere.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(nowhere.err()).hasLineCount(1).contains(missing.toString());
  }

  @Test
  void badDataDoNotTouchTheOutput() throws IOException {
    Path out = Files.writeString(directory.resolve("out.bin"), "precious");
    assertThat(Run.of("read", directory.resolve("missing.npy"), "--out", out).code())
        .isEqualTo(ExitCodes.FAILED);
    assertThat(out).hasContent("precious");
  }
}
