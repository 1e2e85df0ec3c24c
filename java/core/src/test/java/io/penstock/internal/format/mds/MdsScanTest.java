package io.penstock.internal.format.mds;

import static io.penstock.internal.format.mds.MdsBytes.int32s;
import static io.penstock.internal.format.mds.MdsBytes.int64;
import static io.penstock.internal.format.mds.MdsBytes.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.array.ElementType;
import io.penstock.error.PenstockException;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.index.RecordingIndexBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MdsScanTest {
  @TempDir private Path dir;

  private RecordingIndexBuilder scan(byte[] shard) throws IOException {
    return RecordingIndexBuilder.of(write(shard), new MdsScan());
  }

  private Path write(byte[] shard) throws IOException {
    return Files.write(dir.resolve("shard.00000.mds"), shard);
  }

  private static MdsBytes mixed() {
    return MdsBytes.of(
        "[\"box\", \"image\", \"label\", \"text\"]",
        "[\"ndarray:int32:2,3\", \"jpeg\", \"int\", \"str\"]",
        "[24, null, 8, null]");
  }

  @Test
  void smallValuesAreKeptAndLargeOnesStayInPlace() throws IOException {
    MdsBytes shard = mixed();
    for (int i = 0; i < 3; i++) {
      byte[] image = new byte[10 * i];
      shard.sample(int32s(1, 2, 3, 4, 5, i), image, int64(-i), text("word " + i));
    }
    RecordingIndexBuilder found = scan(shard.bytes());
    // A sample: 8 bytes of sizes, 24 of the box, the image, 8 of the label, 6 of the text.
    int at = shard.samplesAt();
    assertThat(found.column("box").kind).isEqualTo("runs");
    assertThat(found.column("box").recordShape.toList()).containsExactly(2L, 3L);
    assertThat(found.column("box").places)
        .containsExactly(place(at + 8, 24), place(at + 54, 24), place(at + 110, 24));
    assertThat(found.column("image").kind).isEqualTo("places");
    assertThat(found.column("image").places)
        .containsExactly(place(at + 32, 0), place(at + 78, 10), place(at + 134, 20));
    assertThat(found.column("text").places)
        .containsExactly(place(at + 40, 6), place(at + 96, 6), place(at + 162, 6));
    assertThat(found.column("label").kind).isEqualTo("values");
    assertThat(found.names()).containsExactly("box", "image", "label", "text");
    assertThat(longs(found, "label")).containsExactly(0, -1, -2);
  }

  private static long[] place(long offset, long bytes) {
    return new long[] {offset, bytes};
  }

  private static long[] longs(RecordingIndexBuilder found, String name) {
    return found.column(name).records.stream()
        .mapToLong(record -> ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN).getLong())
        .toArray();
  }

  @Test
  void samplesOfOneSizeAreRunsAndAreNotRead() throws IOException {
    MdsBytes shard =
        MdsBytes.of("[\"id\", \"tokens\"]", "[\"int\", \"ndarray:int32:5\"]", "[8, 20]");
    for (int i = 0; i < 70_000; i++) {
      shard.sample(int64(i), int32s(i, 1, 2, 3, 4));
    }
    RecordingIndexBuilder found = scan(shard.bytes());
    int at = shard.samplesAt();
    assertThat(found.columns()).allSatisfy(column -> assertThat(column.kind).isEqualTo("runs"));
    assertThat(found.column("id").places).hasSize(70_000).contains(place(at + 28 * 69_999L, 8));
    assertThat(found.column("tokens").places).hasSize(70_000).startsWith(place(at + 8, 20));
  }

  @Test
  void manySmallSamplesAreKeptInPieces() throws IOException {
    MdsBytes shard = MdsBytes.of("[\"id\", \"text\"]", "[\"int\", \"str\"]", "[8, null]");
    for (int i = 0; i < 70_000; i++) {
      shard.sample(int64(i), text("abc".substring(i % 4)));
    }
    RecordingIndexBuilder found = scan(shard.bytes());
    long[] ids = longs(found, "id");
    assertThat(ids).hasSize(70_000);
    for (int i = 0; i < ids.length; i++) {
      assertThat(ids[i]).isEqualTo(i);
    }
    assertThat(found.column("text").places).hasSize(70_000);
  }

  @Test
  void aShardMayBeEmpty() throws IOException {
    RecordingIndexBuilder found = scan(mixed().bytes());
    assertThat(found.columns())
        .hasSize(4)
        .allSatisfy(column -> assertThat(column.count()).isZero());
  }

  /** A sample larger than what is read at once, with a value behind it. */
  @Test
  void largeValuesAreJumpedOver() throws IOException {
    MdsBytes shard = MdsBytes.of("[\"a\", \"b\"]", "[\"bytes\", \"uint8\"]", "[null, 1]");
    shard.sample(new byte[3 << 20], new byte[] {7}).sample(new byte[0], new byte[] {9});
    RecordingIndexBuilder found = scan(shard.bytes());
    assertThat(found.column("b").records).containsExactly(new byte[] {7}, new byte[] {9});
    int at = shard.samplesAt();
    assertThat(found.column("a").places)
        .containsExactly(place(at + 4, 3 << 20), place(at + 9 + (3 << 20), 0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "int | 8 | i8 | []",
        "uint8 | 1 | u1 | []",
        "float16 | 2 | f2 | []",
        "ndarray:float32:3,224,224 | 602112 | f4 | [3, 224, 224]",
        "ndarray:uint16:2049 | 4098 | u2 | [2049]",
        "something | 12 | u1 | [12]",
      })
  void encodingsOfOneSizeAreElements(String encoding, long bytes, String type, String shape) {
    MdsColumn column = MdsColumn.of("x", encoding, bytes);
    assertThat(column.type()).isEqualTo(ElementType.parse(type));
    assertThat(column.shape().toList()).hasToString(shape);
    assertThat(column.isVariable()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"str", "bytes", "json", "pkl", "str_int", "ndarray", "ndarray:int32", "ndarray:x:3"})
  void otherEncodingsAreBytes(String encoding) {
    MdsColumn column = MdsColumn.of("x", encoding, MdsColumn.VARIABLE);
    assertThat(column.isVariable()).isTrue();
    assertThat(column.type().descr()).isEqualTo("|u1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "int | 4",
        "int | -1",
        "ndarray:int32:2,3 | 23",
        "ndarray:int32:4000000000,4000000000,4000000000 | 8",
        "bytes | 0",
      })
  void sizesMustBeThoseOfTheEncoding(String encoding, long bytes) {
    assertThatThrownBy(() -> MdsColumn.of("x", encoding, bytes))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("expected a size of");
  }

  @Test
  void namesOfPartsAreDifferentAndVisible() throws IOException {
    MdsBytes shard =
        MdsBytes.of(
            "[\"a\", \"a\", \"b\\u0007\"]", "[\"str\", \"str\", \"str\"]", "[null,null,null]");
    assertThat(scan(shard.bytes()).names()).containsExactly("a", "a~2", "b\\u0007");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[] | [] | [] | expected names, encodings and sizes of at least one column, as many of"
            + " each, found 0, 0 and 0",
        "[\"a\"] | [\"str\", \"int\"] | [null] | expected names, encodings and sizes",
        "[\"\"] | [\"str\"] | [null] | expected columns with names, found one without",
        "[\"a\"] | [\"int\"] | [9] | expected a size of 8 bytes for column 'a'",
        "[\"a\"] | [\"int\"] | [8.5] | expected ',' at byte",
        "{} | [\"int\"] | [8] | expected '[' at byte",
      })
  void aConfigurationThatMakesNoSenseIsAnError(
      String names, String encodings, String sizes, String problem) {
    MdsBytes shard = MdsBytes.of(names, encodings, sizes);
    assertThatThrownBy(() -> scan(shard.bytes()))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("not a valid MDS shard: configuration: " + problem);
  }

  @Test
  void samplesMustFollowOneAnother() throws IOException {
    MdsBytes shard = mixed().sample(int32s(0, 0, 0, 0, 0, 0), new byte[5], int64(1), text("x"));
    shard.sample(int32s(0, 0, 0, 0, 0, 0), new byte[5], int64(1), text("x"));
    byte[] bytes = shard.bytes();
    ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int second = words.getInt(8);
    for (int wrong : new int[] {0, shard.samplesAt() - 1, bytes.length + 1, -1}) {
      words.putInt(8, wrong);
      assertThatThrownBy(() -> scan(bytes))
          .hasMessageContaining("MDS shard is damaged: expected sample 0 to end in bytes")
          .hasMessageEndingWith("make or copy it again");
    }
    words.putInt(8, second - 1);
    assertThatThrownBy(() -> scan(bytes))
        .hasMessageContaining(
            "expected the values of sample 0 to add up to its 45 bytes, found 46");
    words.putInt(8, shard.samplesAt() + 3);
    assertThatThrownBy(() -> scan(bytes))
        .hasMessageContaining("expected sample 0 to have at least 40 bytes, found 3");
  }

  @Test
  void samplesOfOneSizeMustHaveIt() throws IOException {
    MdsBytes shard = MdsBytes.of("[\"a\"]", "[\"int\"]", "[8]").raw(new byte[8]).raw(new byte[9]);
    assertThatThrownBy(() -> scan(shard.bytes()))
        .hasMessageContaining("expected sample 1 to have 8 bytes, as its columns have, found 9");
  }

  @Test
  void nothingMayFollowTheLastSample() throws IOException {
    byte[] bytes =
        mixed().sample(int32s(0, 0, 0, 0, 0, 0), new byte[5], int64(1), text("x")).bytes();
    assertThatThrownBy(() -> scan(Arrays.copyOf(bytes, bytes.length + 3)))
        .hasMessageContaining("expected the last sample to end where the file ends, found 3 bytes");
  }

  /** Cut anywhere: not a shard any more, or an error with the place. */
  @Test
  void aShardThatIsCutShortIsAnError() throws IOException {
    MdsBytes shard = mixed();
    for (int i = 0; i < 3; i++) {
      shard.sample(int32s(1, 2, 3, 4, 5, i), new byte[10 * i], int64(-i), text("word " + i));
    }
    byte[] bytes = shard.bytes();
    assertThat(isOne(bytes)).isTrue();
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThat(isOne(cut)).isEqualTo(length >= shard.samplesAt());
      assertThatThrownBy(() -> scan(cut)).isInstanceOf(PenstockException.class);
    }
  }

  private boolean isOne(byte[] bytes) throws IOException {
    try (OpenFile file = OpenFile.open(write(bytes))) {
      return MdsHeader.isOne(Arrays.copyOf(bytes, Math.min(16, bytes.length)), file);
    }
  }

  /** Counts and offsets of any size lead to an error, and to no allocation. */
  @Test
  void hostileHeadersAreNoShards() throws IOException {
    byte[] bytes =
        mixed().sample(int32s(0, 0, 0, 0, 0, 0), new byte[5], int64(1), text("x")).bytes();
    ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int at : new int[] {0, 4}) {
      int right = words.getInt(at);
      for (int wrong : new int[] {-1, Integer.MAX_VALUE, Integer.MIN_VALUE, 0, 2, right - 1}) {
        words.putInt(at, wrong);
        assertThat(isOne(bytes)).as("%d at %d", wrong, at).isFalse();
        assertThatThrownBy(() -> scan(bytes)).isInstanceOf(PenstockException.class);
      }
      words.putInt(at, right);
    }
  }
}
