package io.penstock.internal.format.arrow;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.internal.index.RecordingIndexBuilder;
import io.penstock.internal.index.RecordingIndexBuilder.Found;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a scan finds in small files of 20 rows in batches of 7, which Arrow's Java library wrote:
 * {@code ArrowFiles} in the tests of penstock-parquet says what is in them.
 */
class ArrowScanTest {
  private static final int ROWS = 20;

  private static List<Long> longs(Found column, byte[] container) {
    List<Long> values = new ArrayList<>();
    for (long[] place : column.places) {
      ByteBuffer bytes = ByteBuffer.wrap(container).order(ByteOrder.LITTLE_ENDIAN);
      int at = (int) place[0];
      values.add(
          switch (column.type.sizeBytes()) {
            case 1 -> (long) bytes.get(at);
            case 2 -> (long) bytes.getShort(at);
            case 4 -> (long) bytes.getInt(at);
            default -> bytes.getLong(at);
          });
    }
    return values;
  }

  private static List<Long> rows(java.util.function.IntToLongFunction value) {
    return IntStream.range(0, ROWS).mapToObj(value::applyAsLong).toList();
  }

  private static String text(int row) {
    return "record %d ".formatted(row).repeat(row % 4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"types.arrow", "stream.arrow"})
  void numbersAreFoundWhereTheyLie(String file) {
    byte[] container = ArrowSamples.bytes(file);
    RecordingIndexBuilder found = ArrowSamples.scan(file);

    assertThat(longs(found.column("i64"), container)).isEqualTo(rows(row -> -3L * row));
    assertThat(longs(found.column("i32"), container)).isEqualTo(rows(row -> row));
    assertThat(longs(found.column("i16"), container)).isEqualTo(rows(row -> row));
    assertThat(longs(found.column("u8"), container)).isEqualTo(rows(row -> row));
    assertThat(longs(found.column("f16"), container)).isEqualTo(rows(row -> row));
    assertThat(longs(found.column("f32"), container))
        .isEqualTo(rows(row -> Float.floatToRawIntBits(row / 3f)));
    assertThat(longs(found.column("f64"), container))
        .isEqualTo(rows(row -> Double.doubleToRawLongBits(row / 7d)));
    assertThat(longs(found.column("day"), container)).isEqualTo(rows(row -> row));
    assertThat(longs(found.column("clock"), container)).isEqualTo(rows(row -> row));
    assertThat(longs(found.column("time"), container)).isEqualTo(rows(row -> row * 1000L));
    assertThat(longs(found.column("span"), container)).isEqualTo(rows(row -> row));
    assertThat(longs(found.column("city"), container)).isEqualTo(rows(row -> row % 5));
    assertThat(found.columns().stream().map(column -> column.name + " " + column.type.descr()))
        .contains(
            "u8 |u1",
            "i32 <i4",
            "f16 <f2",
            "day <i4",
            "clock <i8",
            "time <M8[us]",
            "span <m8[ns]",
            "city <i2",
            "flag |b1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"types.arrow", "stream.arrow"})
  void listsOfOneLengthHaveThatShape(String file) {
    byte[] container = ArrowSamples.bytes(file);
    RecordingIndexBuilder found = ArrowSamples.scan(file);
    Found vector = found.column("vector");
    Found matrix = found.column("matrix");

    assertThat(vector.recordShape.toList()).containsExactly(4L);
    assertThat(matrix.recordShape.toList()).containsExactly(3L, 2L);
    assertThat(found.column("digest").recordShape.toList()).containsExactly(3L);
    ByteBuffer bytes = ByteBuffer.wrap(container).order(ByteOrder.LITTLE_ENDIAN);
    for (int row = 0; row < ROWS; row++) {
      for (int i = 0; i < 4; i++) {
        assertThat(bytes.getFloat((int) vector.places.get(row)[0] + 4 * i)).isEqualTo(row + i / 4f);
      }
      for (int i = 0; i < 6; i++) {
        assertThat(bytes.getShort((int) matrix.places.get(row)[0] + 2 * i))
            .isEqualTo((short) (row + i));
      }
      int digest = (int) found.column("digest").places.get(row)[0];
      assertThat(new byte[] {bytes.get(digest), bytes.get(digest + 1), bytes.get(digest + 2)})
          .containsExactly(row, 1, -row);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"types.arrow", "stream.arrow"})
  void stringsAndListsAreRecordsOfDifferentSizes(String file) {
    byte[] container = ArrowSamples.bytes(file);
    RecordingIndexBuilder found = ArrowSamples.scan(file);
    String[] names = {"text", "blob", "largeText", "largeBlob"};
    for (int shift = 0; shift < names.length; shift++) {
      int from = shift;
      assertThat(found.texts(names[shift], container))
          .isEqualTo(IntStream.range(0, ROWS).mapToObj(row -> text(row + from)).toList());
    }
    assertThat(found.texts("image.bytes", container))
        .isEqualTo(IntStream.range(0, ROWS).mapToObj(ArrowScanTest::text).toList());
    assertThat(found.texts("image.path", container))
        .isEqualTo(IntStream.range(0, ROWS).mapToObj(row -> row + ".jpg").toList());

    ByteBuffer bytes = ByteBuffer.wrap(container).order(ByteOrder.LITTLE_ENDIAN);
    for (int row = 0; row < ROWS; row++) {
      long[] tokens = found.column("tokens").places.get(row);
      assertThat(tokens[1]).isEqualTo(row % 5 * 4L);
      for (int i = 0; i < row % 5; i++) {
        assertThat(bytes.getInt((int) tokens[0] + 4 * i)).isEqualTo(row + i);
      }
      long[] wave = found.column("wave").places.get(row);
      assertThat(wave[1]).isEqualTo(row % 3 * 4L);
      for (int i = 0; i < row % 3; i++) {
        assertThat(bytes.getFloat((int) wave[0] + 4 * i)).isEqualTo((float) (row - i));
      }
    }
  }

  @Test
  void bitsBecomeBytesInTheIndex() {
    List<byte[]> flags = ArrowSamples.scan("types.arrow").column("flag").records;

    assertThat(flags.stream().map(flag -> flag[0] == 1).toList())
        .isEqualTo(IntStream.range(0, ROWS).mapToObj(row -> row % 3 == 0).toList());
  }

  @Test
  void columnsWithNullsAreNamedTogetherWithTheirMask() {
    RecordingIndexBuilder found = ArrowSamples.scan("nulls.arrow");

    assertThat(found.names()).contains("i64.values", "i64.valid", "text.values", "text.valid");
    assertThat(found.names()).doesNotContain("i64", "text", "image.bytes", "vector");
    for (String name : List.of("i64", "flag", "text", "vector", "matrix", "tokens", "image.path")) {
      assertThat(found.column(name + ".valid").records.stream().map(valid -> (int) valid[0]))
          .as(name)
          .isEqualTo(IntStream.range(0, ROWS).mapToObj(row -> row % 5 == 0 ? 0 : 1).toList());
    }
    assertThat(ArrowFacts.refused(found.facts()::get))
        .filteredOn(refused -> refused.name().equals("f32"))
        .singleElement()
        .extracting(ArrowFacts.Refused::problem)
        .asString()
        .contains("found 4, the first in record 0", "'f32.values'", "'f32.valid'");
    byte[] container = ArrowSamples.bytes("nulls.arrow");
    assertThat(found.texts("text.values", container))
        .isEqualTo(
            IntStream.range(0, ROWS).mapToObj(row -> row % 5 == 0 ? "" : text(row)).toList());
  }

  @Test
  void columnsThatCannotBeReadDoNotHideTheOthers() {
    RecordingIndexBuilder found = ArrowSamples.scan("unreadable.arrow");
    byte[] container = ArrowSamples.bytes("unreadable.arrow");

    assertThat(found.names()).containsExactly("first", "last");
    assertThat(longs(found.column("first"), container)).isEqualTo(rows(row -> row));
    assertThat(longs(found.column("last"), container)).isEqualTo(rows(row -> row));
    assertThat(ArrowFacts.refused(found.facts()::get))
        .extracting(ArrowFacts.Refused::name)
        .containsExactly("view", "none", "map", "words");
    assertThat(ArrowFacts.refused(found.facts()::get).getFirst().problem()).contains("utf8_view");
  }

  @ParameterizedTest
  @ValueSource(strings = {"lz4.arrow", "zstd.arrow"})
  void compressedColumnsSayHowToWriteThemWithoutCompression(String file) {
    RecordingIndexBuilder found = ArrowSamples.scan(file);

    assertThat(found.names()).isEmpty();
    assertThat(ArrowFacts.refused(found.facts()::get))
        .hasSize(3)
        .allSatisfy(
            refused ->
                assertThat(refused.problem())
                    .contains(
                        "compressed by " + (file.startsWith("lz4") ? "LZ4" : "ZSTD"),
                        "compression=None"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"types.arrow", "stream.arrow"})
  void aDictionaryIsReadWhereItLies(String file) {
    ArrowFacts.Dictionary cities =
        ArrowFacts.dictionaries(ArrowSamples.scan(file).facts()::get).getFirst();
    byte[] container = ArrowSamples.bytes(file);
    ByteBuffer bytes = ByteBuffer.wrap(container).order(ByteOrder.LITTLE_ENDIAN);

    assertThat(cities.name()).isEqualTo("city.dictionary");
    assertThat(cities.count()).isEqualTo(5);
    List<String> values = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      int start = bytes.getInt((int) cities.offsetsOffset() + 4 * i);
      int end = bytes.getInt((int) cities.offsetsOffset() + 4 * i + 4);
      values.add(
          new String(
              container, (int) cities.dataOffset() + start, end - start, StandardCharsets.UTF_8));
    }
    assertThat(values).containsExactly("Paris", "Rome", "", "Quito", "Oslo");
  }
}
