package io.penstock.cli.info;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.penstock.cli.Run;
import io.penstock.cli.command.ExitCodes;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code info} of values and offsets: the sizes of the records, by powers of two. */
final class VariableInfoTest {
  @TempDir Path directory;

  /** Records of so many values of 2 bytes. */
  private Path write(String name, int... lengths) {
    ByteBuffer offsets =
        ByteBuffer.allocate(8 * lengths.length + 8).order(ByteOrder.LITTLE_ENDIAN).putLong(0);
    int sum = 0;
    for (int length : lengths) {
      sum += length;
      offsets.putLong(sum);
    }
    String shape = "(%d,)".formatted(lengths.length + 1);
    Run.npy(directory.resolve(name + "-offsets.npy"), "'<i8'", shape, offsets.array());
    return Run.npy(
        directory.resolve(name + ".npy"), "'<u2'", "(%d,)".formatted(sum), new byte[2 * sum]);
  }

  private String offsets(String name) {
    return name + "=" + directory.resolve(name + "-offsets.npy");
  }

  private static JsonObject json(Run run) {
    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isEqualTo(ExitCodes.DONE);
    return JsonParser.parseString(run.text()).getAsJsonObject();
  }

  @Test
  void theSizesOfRecordsAreCountedByPowersOfTwo() {
    Path values = write("text", 3, 0, 4, 9, 2);
    JsonObject object = json(Run.of("info", values, "--offsets", offsets("text"), "--json"));
    assertThat(object.get("records").getAsLong()).isEqualTo(5);
    assertThat(object.get("shape").toString()).isEqualTo("[5,null]");
    assertThat(object.get("dtype").getAsString()).isEqualTo("<u2");
    assertThat(object.get("dataBytes").getAsLong()).isEqualTo(36);
    assertThat(object.get("minRecordBytes").getAsLong()).isZero();
    assertThat(object.get("medianRecordBytes").getAsLong()).isEqualTo(6);
    assertThat(object.get("meanRecordBytes").getAsDouble()).isEqualTo(7.2);
    assertThat(object.get("maxRecordBytes").getAsLong()).isEqualTo(18);
    assertThat(object.get("sampledRecords").getAsLong()).isEqualTo(5);
    assertThat(object.get("histogram"))
        .isEqualTo(
            JsonParser.parseString(
                """
                [{"fromBytes": 0, "belowBytes": 1, "records": 1},
                 {"fromBytes": 1, "belowBytes": 2, "records": 0},
                 {"fromBytes": 2, "belowBytes": 4, "records": 0},
                 {"fromBytes": 4, "belowBytes": 8, "records": 2},
                 {"fromBytes": 8, "belowBytes": 16, "records": 1},
                 {"fromBytes": 16, "belowBytes": 32, "records": 1}]
                """));
    assertThat(Run.of("info", values, "--offsets", offsets("text")).lines())
        .contains("medianRecordBytes  6", "      4 to 7        2  40.0 %  " + "#".repeat(30));
  }

  @Test
  void shardsAreDividedOneByOne() {
    write("a0", 3, 0);
    write("a1", 1);
    Run run =
        Run.of(
            "info",
            directory.resolve("a?.npy"),
            "--offsets",
            "a=" + directory.resolve("a0-offsets.npy") + "," + directory.resolve("a1-offsets.npy"),
            "--json");
    assertThat(json(run).getAsJsonArray("files"))
        .extracting(file -> file.getAsJsonObject().get("records").getAsInt())
        .containsExactly(2, 1);
  }

  @Test
  void shardsThatAreScannedByManyThreadsComeInTheirOrder() throws IOException {
    for (int i = 0; i < 20; i++) {
      Files.writeString(directory.resolve("text-%02d.txt".formatted(i)), "a line\n".repeat(i));
    }
    for (String when : List.of("scanned now", "scanned before")) {
      Run run = Run.of("info", directory.resolve("text-*.txt#lines"), "--json");
      assertThat(json(run).getAsJsonArray("files"))
          .as(when)
          .extracting(file -> file.getAsJsonObject().get("records").getAsInt())
          .isEqualTo(IntStream.range(0, 20).boxed().toList());
    }
  }

  @Test
  void offsetsThatDoNotFitAreRefused() {
    Path values = write("text", 3, 5);
    write("other", 3, 5, 1);
    Run other = Run.of("info", values, "--offsets", "text=" + offsets("other").substring(6));
    assertThat(other.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(other.err())
        .hasLineCount(1)
        .contains(
            "other-offsets.npy: record 2: expected offsets of 0 to 8 in ascending order, found 8"
                + " and 9");
    Run unknown = Run.of("info", values, "--offsets", offsets("other"));
    assertThat(unknown.code()).isEqualTo(ExitCodes.USAGE);
    assertThat(unknown.err()).contains("must be of one of the columns [text], was other");
    Run more = Run.of("info", values, "--offsets", offsets("text") + "," + offsets("text"));
    assertThat(more.code()).isEqualTo(ExitCodes.USAGE);
    assertThat(more.err()).contains("--offsets must have as many files as column 'text'");
  }

  @Test
  void noRecordsHaveNoSizes() {
    Path values = write("none");
    JsonObject object = json(Run.of("info", values, "--offsets", offsets("none"), "--json"));
    assertThat(object.get("records").getAsLong()).isZero();
    assertThat(object.get("medianRecordBytes").isJsonNull()).isTrue();
    assertThat(object.get("meanRecordBytes").isJsonNull()).isTrue();
    assertThat(object.getAsJsonArray("histogram")).isEmpty();
    assertThat(Run.of("info", values, "--offsets", offsets("none")).lines())
        .contains("medianRecordBytes  -");
  }

  /** A sparse file of 20 million offsets, all of which are 0. */
  @Test
  @Timeout(60)
  void ofVeryManyRecordsASampleIsCounted() throws IOException {
    Path values = write("many");
    int records = 20_000_000;
    Path offsets = directory.resolve("many-offsets.npy");
    Run.npy(offsets, "'<i8'", "(%d,)".formatted(records + 1), new byte[0]);
    try (RandomAccessFile file = new RandomAccessFile(offsets.toFile(), "rw")) {
      file.setLength(file.length() + 8L * (records + 1));
    }
    JsonObject object = json(Run.of("info", values, "--offsets", offsets("many"), "--json"));
    long sampled = object.get("sampledRecords").getAsLong();
    assertThat(sampled).isBetween(1_000_000L, 3_000_000L);
    assertThat(object.get("minRecordBytes").isJsonNull()).isTrue();
    assertThat(object.get("maxRecordBytes").isJsonNull()).isTrue();
    assertThat(object.get("histogram").toString())
        .isEqualTo("[{\"fromBytes\":0,\"belowBytes\":1,\"records\":%d}]".formatted(sampled));
    assertThat(Run.of("info", values, "--offsets", offsets("many")).text())
        .contains("sampledRecords", "minRecordBytes     -");
  }
}
