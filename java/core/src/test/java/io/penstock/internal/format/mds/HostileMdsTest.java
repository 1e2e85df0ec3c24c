package io.penstock.internal.format.mds;

import static io.penstock.internal.format.mds.MdsBytes.int32s;
import static io.penstock.internal.format.mds.MdsBytes.int64;
import static io.penstock.internal.format.mds.MdsBytes.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.error.PenstockException;
import io.penstock.format.Hostile;
import io.penstock.internal.index.RecordingIndexBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Shards and lists of shards that are damaged or made to do harm: what is found lies in the file,
 * or there is a PenstockException of one line, in little memory.
 */
class HostileMdsTest {
  private static final long WITHIN_BYTES = 64 << 20;

  private static final String SHARD =
      "{\"column_encodings\": [\"int\"], \"column_names\": [\"id\"], \"column_sizes\": [8],"
          + " \"compression\": null, \"format\": \"mds\", \"hashes\": [\"sha1\"], \"raw_data\":"
          + " {\"basename\": \"shard.%05d.mds\", \"bytes\": 100, \"hashes\": {\"sha1\": \"00\"}},"
          + " \"samples\": 7, \"size_limit\": 67108864, \"version\": 2, \"zip_data\": null}";

  @TempDir private Path dir;

  private static byte[] shard() {
    MdsBytes shard =
        MdsBytes.of(
            "[\"box\", \"image\", \"label\", \"text\"]",
            "[\"ndarray:int32:2,3\", \"jpeg\", \"int\", \"str\"]",
            "[24, null, 8, null]");
    for (int i = 0; i < 5; i++) {
      shard.sample(int32s(1, 2, 3, 4, 5, i), new byte[10 * i], int64(-i), text("word " + i));
    }
    return shard.bytes();
  }

  private static byte[] list(int shards) {
    return IntStream.range(0, shards)
        .mapToObj(SHARD::formatted)
        .collect(Collectors.joining(", ", "{\"shards\": [", "], \"version\": 2}"))
        .getBytes(StandardCharsets.UTF_8);
  }

  private static void assertIsOneLine(PenstockException e, Path path) {
    assertThat(e.getMessage()).contains(path.toString()).doesNotContain("\n");
    assertThat(e.getMessage().length()).isLessThan(1200);
  }

  /** True if a shard is read, with all that is found in it. */
  private boolean isSound(byte[] shard, int length) {
    Path path = Hostile.write(dir.resolve("shard.00000.mds"), shard, length);
    try {
      RecordingIndexBuilder found = RecordingIndexBuilder.of(path, new MdsScan());
      for (RecordingIndexBuilder.Found column : found.columns()) {
        for (long[] place : column.places) {
          assertThat(place[0]).isBetween(0L, (long) length);
          assertThat(place[1]).isBetween(0L, length - place[0]);
        }
      }
      return true;
    } catch (PenstockException e) {
      assertIsOneLine(e, path);
      return false;
    }
  }

  private boolean isSoundList(byte[] list, int length) {
    Path path = Hostile.write(dir.resolve("index.json"), list, length);
    MdsFolder.isOne(dir);
    try {
      return !MdsFolder.open(dir).shards().isEmpty();
    } catch (PenstockException e) {
      assertIsOneLine(e, path);
      return false;
    }
  }

  private static void assertWithinLimits(Runnable what) {
    assertThat(Hostile.allocatedBytes(what)).isLessThan(WITHIN_BYTES);
  }

  @Test
  void aShardThatIsCutAnywhereIsRefused() {
    byte[] shard = shard();
    for (int length = 0; length < shard.length; length++) {
      assertThat(isSound(shard, length)).as("the first %d bytes", length).isFalse();
    }
    assertThat(isSound(shard, shard.length)).isTrue();
  }

  @Test
  void aFlippedBitIsAnErrorOrAnotherSoundShard() {
    byte[] shard = shard();
    for (int bit = 0; bit < 8 * shard.length; bit++) {
      shard[bit / 8] ^= (byte) (1 << bit % 8);
      isSound(shard, shard.length);
      shard[bit / 8] ^= (byte) (1 << bit % 8);
    }
  }

  /** The same bytes in two samples, or in none: samples must follow one another. */
  @Test
  void samplesDoNotOverlap() {
    byte[] shard = shard();
    ByteBuffer words = ByteBuffer.wrap(shard).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 4; at <= 4 + 4 * 5; at += 4) {
      int right = words.getInt(at);
      for (int wrong : new int[] {right - 1, right + 1, 0, -1, shard.length, shard.length + 1}) {
        if (wrong != right) {
          words.putInt(at, wrong);
          assertThat(isSound(shard, shard.length)).as("%d at %d", wrong, at).isFalse();
        }
      }
      words.putInt(at, right);
    }
    assertThat(isSound(shard, shard.length)).isTrue();
  }

  /** A file of 3 MiB that promises four thousand million samples. */
  @Test
  void countsBeyondTheFileTakeNoMemory() {
    byte[] file = Arrays.copyOf(shard(), 3 << 20);
    ByteBuffer words = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    for (int count : new int[] {-1, Integer.MAX_VALUE, 1 << 20, 1 << 19}) {
      words.putInt(0, count).rewind();
      assertWithinLimits(() -> assertThat(isSound(file, file.length)).isFalse());
    }
  }

  @Test
  void nestedConfigurationsAreRefused() {
    for (String bomb : new String[] {"[", "{\"a\":", "\"", "[[],"}) {
      MdsBytes shard = MdsBytes.of("[\"a\"], \"x\": " + bomb.repeat(200_000), "[\"int\"]", "[8]");
      byte[] bytes = shard.sample(int64(1)).bytes();
      assertWithinLimits(() -> assertThat(isSound(bytes, bytes.length)).isFalse());
    }
  }

  @Test
  void columnsAreCounted() {
    int many = 100_000;
    String names = IntStream.range(0, many).mapToObj(_ -> "\"a\"").toList().toString();
    String encodings = IntStream.range(0, many).mapToObj(_ -> "\"int8\"").toList().toString();
    String sizes = IntStream.range(0, many).mapToObj(_ -> "1").toList().toString();
    byte[] bytes = MdsBytes.of(names, encodings, sizes).bytes();
    assertWithinLimits(() -> assertThat(isSound(bytes, bytes.length)).isFalse());
  }

  @Test
  void aListThatIsCutAnywhereIsRefused() {
    byte[] list = list(2);
    for (int length = 0; length < list.length; length++) {
      assertThat(isSoundList(list, length)).as("the first %d bytes", length).isFalse();
    }
    assertThat(isSoundList(list, list.length)).isTrue();
  }

  @Test
  void listsWithChangedBytesAreReadOrRefused() {
    byte[] list = list(2);
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 2_000; i++) {
      byte[] damaged = list.clone();
      for (int change = random.nextInt(1, 4); change > 0; change--) {
        damaged[random.nextInt(list.length)] =
            random.nextBoolean() ? (byte) random.nextInt() : list[random.nextInt(list.length)];
      }
      isSoundList(damaged, damaged.length);
    }
  }

  @Test
  void bombsInListsAreRefused() {
    for (String bomb : new String[] {"[", "{\"a\":", "\"", "[[],"}) {
      byte[] list =
          ("{\"version\": 2, \"x\": " + bomb.repeat(1 << 20)).getBytes(StandardCharsets.UTF_8);
      assertWithinLimits(() -> assertThat(isSoundList(list, list.length)).isFalse());
    }
    byte[] hashes =
        SHARD
            .formatted(0)
            .replace(
                "\"sha1\": \"00\"",
                IntStream.range(0, 400_000)
                    .mapToObj("\"h%d\": \"\""::formatted)
                    .collect(Collectors.joining(",")))
            .getBytes(StandardCharsets.UTF_8);
    byte[] list = new byte[hashes.length + 14];
    System.arraycopy("{\"shards\": [".getBytes(StandardCharsets.UTF_8), 0, list, 0, 12);
    System.arraycopy(hashes, 0, list, 12, hashes.length);
    System.arraycopy("]}".getBytes(StandardCharsets.UTF_8), 0, list, 12 + hashes.length, 2);
    Path path = Hostile.write(dir.resolve("index.json"), list, list.length);
    assertWithinLimits(
        () ->
            assertThatThrownBy(() -> MdsFolder.open(dir))
                .isInstanceOf(PenstockException.class)
                .hasMessageContaining(path.toString())
                .hasMessageContaining("names and hashes of at most"));
  }
}
