package io.penstock.cli.read;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
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
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Options of {@code read} with records of different sizes: each does what it does with others. */
@Timeout(120)
final class VariableReadTest {
  private static final int RECORDS = 3000;

  @TempDir Path directory;
  private Path texts;
  private String division;
  private final int[] starts = new int[RECORDS + 1];

  @BeforeEach
  void write() {
    SplittableRandom random = new SplittableRandom(5);
    ByteBuffer offsets = ByteBuffer.allocate(4 * (RECORDS + 1)).order(ByteOrder.LITTLE_ENDIAN);
    offsets.putInt(0);
    for (int i = 0; i < RECORDS; i++) {
      starts[i + 1] = starts[i] + (i == 0 ? 40 : random.nextInt(3000));
      offsets.putInt(starts[i + 1]);
    }
    byte[] values = new byte[starts[RECORDS]];
    random.nextBytes(values);
    String shape = "(%d,)".formatted(RECORDS + 1);
    Path file = Run.npy(directory.resolve("o.npy"), "'<i4'", shape, offsets.array());
    texts =
        Run.npy(directory.resolve("text.npy"), "'|u1'", "(%d,)".formatted(values.length), values);
    division = "text=" + file;
  }

  private Run run(String command, Object... more) {
    List<Object> words = new ArrayList<>(List.of(command, texts, "--offsets", division, "--json"));
    words.addAll(List.of(more));
    return Run.of(words.toArray());
  }

  private JsonObject json(String command, Object... more) {
    Run run = run(command, more);
    assertThat(run.code()).as(run.err()).isEqualTo(ExitCodes.DONE);
    return JsonParser.parseString(run.text()).getAsJsonObject();
  }

  private JsonElement digest(Object... more) {
    return json("read", more).get("digest");
  }

  /** Changes the first byte of a record that has one. */
  private void damage(int record) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(texts.toFile(), "rw")) {
      long at = Files.size(texts) - starts[RECORDS] + starts[record];
      file.seek(at);
      int old = file.read();
      file.seek(at);
      file.write(old ^ 1);
    }
  }

  @Test
  void damagedRecordsFailAreSkippedOrReplaced() throws IOException {
    json("checksum");
    JsonElement before = digest("--digest", "--verify");
    assertThat(before).isEqualTo(digest("--digest"));
    damage(0);
    assertThat(digest("--digest")).isNotEqualTo(before);
    Run failed = run("read", "--verify");
    assertThat(failed.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(failed.err()).hasLineCount(1).contains("record 0 of column 'text'");
    JsonObject skipped = json("read", "--verify", "--bad-records", "skip");
    assertThat(skipped.get("records").getAsInt()).isEqualTo(RECORDS - 1);
    JsonObject listed = skipped.getAsJsonObject("badRecords");
    assertThat(listed.get("count").getAsInt()).isEqualTo(1);
    JsonObject bad = listed.getAsJsonArray("listed").get(0).getAsJsonObject();
    assertThat(bad.get("index").getAsInt()).isZero();
    assertThat(bad.get("column").getAsString()).isEqualTo("text");
    JsonObject replaced = json("read", "--verify", "--bad-records", "replace");
    assertThat(replaced.get("records").getAsInt()).isEqualTo(RECORDS);
    assertThat(
            replaced
                .getAsJsonObject("badRecords")
                .getAsJsonArray("listed")
                .get(0)
                .getAsJsonObject()
                .get("replacement")
                .getAsInt())
        .isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--memory 32m",
        "--memory 32m --readahead cache=1m",
        "--memory 32m --readahead backend=pread",
        "--memory 32m --readahead backend=mmap",
        "--memory 32m --readahead io=buffered,backend=pread,ioThreads=3",
        "--memory 32m --batch-bytes 20k",
        "--batch-size 7",
      })
  void recordsAreTheSameHoweverTheyAreRead(String how) {
    JsonElement once = digest("--digest", "--seed", 3, "--epochs", 2);
    List<Object> words = new ArrayList<>(List.of("--digest", "--seed", 3, "--epochs", 2));
    words.addAll(List.of(how.split(" ")));
    assertThat(digest(words.toArray())).isEqualTo(once);
  }

  @Test
  void oneBatchIsReplayed() {
    JsonObject replayed = json("read", "--replay", "--limit", 40, "--batch-size", 10);
    assertThat(replayed.get("batches").getAsInt()).isEqualTo(40);
    assertThat(replayed.get("records").getAsInt()).isEqualTo(400);
  }

  @Test
  void blocksAreShuffled() {
    JsonElement windows =
        digest("--digest", "--shuffle", "block", "--block-records", 64, "--memory", "32m");
    assertThat(windows)
        .isEqualTo(digest("--digest", "--shuffle", "block", "--block-records", 64))
        .isNotEqualTo(digest("--digest"));
  }
}
