package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.array.ElementType;
import io.penstock.error.PenstockException;
import io.penstock.format.Source;
import io.penstock.write.NpyWriter;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Offsets must divide all values into records: none of them may be in no record, in silence. */
class OffsetsTest {
  @TempDir Path directory;

  private Path write(String name, String type, long... numbers) {
    ElementType element = ElementType.parse(type);
    int size = element.sizeBytes();
    ByteBuffer bytes =
        ByteBuffer.allocate(size * numbers.length)
            .order(element.order().orElse(ByteOrder.nativeOrder()));
    for (long number : numbers) {
      switch (size) {
        case 1 -> bytes.put((byte) number);
        case 2 -> bytes.putShort((short) number);
        case 4 -> bytes.putInt((int) number);
        default -> bytes.putLong(number);
      }
    }
    Path path = directory.resolve(name);
    try (NpyWriter writer = NpyWriter.builder(path, element).replace(true).open()) {
      writer.append(MemorySegment.ofArray(bytes.array()));
      writer.commit();
    }
    return path;
  }

  private Dataset open(Path values, Path offsets) {
    return Dataset.builder().variable("v", values, offsets).open();
  }

  private static List<Source> sources(Path... files) {
    return Stream.of(files).map(Source::of).toList();
  }

  private void assertRefused(Path values, Path offsets, String found) {
    assertThatThrownBy(() -> open(values, offsets))
        .isInstanceOf(PenstockException.class)
        .hasMessageStartingWith(offsets + ": expected offsets of column 'v' from 0 to 10")
        .hasMessageContaining(found)
        .hasMessageContaining("one offset more than records");
  }

  @ParameterizedTest
  @ValueSource(strings = {"|u1", "|i1", "<i2", ">u2", "<i4", ">i4", "<u4", "<i8", ">u8"})
  void valuesThatAreInNoRecordAreNamed(String type) {
    Path values = write("v.npy", "<i8", 0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    assertRefused(
        values, write("o.npy", type, 0, 3, 7), "found 0 to 7, with values 7 to 9 in no record");
    assertRefused(
        values, write("o.npy", type, 2, 7, 10), "found 2 to 10, with values 0 to 1 in no record");
    assertRefused(
        values, write("o.npy", type, 1, 9), "with values 0 to 0 and values 9 to 9 in no record");
    assertRefused(values, write("o.npy", type, 0), "with values 0 to 9 in no record");
    try (Dataset dataset = open(values, write("o.npy", type, 0, 3, 3, 7, 10))) {
      assertThat(dataset.recordCount()).isEqualTo(4);
      assertThat(dataset.record("v", 3).byteSize()).isEqualTo(24);
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 7, 3, 10", "0, 12, 3, 10", "0, -1, 3, 10"})
  void offsetsThatGoBackFailWhereTheyAreRead(long first, long second, long third, long fourth) {
    Path values = write("v.npy", "<i8", 0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    try (Dataset dataset = open(values, write("o.npy", "<i8", first, second, third, fourth))) {
      assertThatThrownBy(() -> dataset.record("v", 1))
          .isInstanceOf(PenstockException.class)
          .hasMessageContaining("record 1 of column 'v'");
    }
  }

  @Test
  void offsetsBeyondTheValuesFailWhereTheyAreRead() {
    Path values = write("v.npy", "<i8", 0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    try (Dataset dataset = open(values, write("o.npy", "<u8", 0, 3, -1))) {
      assertThatThrownBy(() -> dataset.record("v", 1))
          .hasMessageContaining("expected it to lie within the 10 values");
    }
  }

  @Test
  void eachShardMustBeDividedAsAWhole() {
    List<Source> values = sources(write("v0.npy", "<i4", 1, 2, 3), write("v1.npy", "<i4", 4, 5));
    List<Source> offsets = sources(write("o0.npy", "<i4", 0, 3), write("o1.npy", "<i4", 0, 1));
    assertThatThrownBy(() -> Dataset.builder().variable("v", values, offsets).open())
        .hasMessageContaining("o1.npy: expected offsets of column 'v' from 0 to 2")
        .hasMessageContaining("values 1 to 1 in no record");
  }

  @Test
  void floatsAreNoOffsets() {
    Path values = write("v.npy", "<i8", 0, 1);
    assertThatThrownBy(() -> open(values, write("o.npy", "<f8", 0, 0)))
        .hasMessageContaining("expected a list of integers");
  }
}
