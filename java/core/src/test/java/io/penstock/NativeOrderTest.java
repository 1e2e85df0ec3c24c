package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.TestColumn.RecordKind;
import io.penstock.array.Column;
import io.penstock.array.ElementType;
import io.penstock.array.Field;
import io.penstock.array.OutputColumn;
import io.penstock.array.Shape;
import io.penstock.array.Shard;
import io.penstock.error.PenstockException;
import io.penstock.format.RawLayout;
import io.penstock.format.Source;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Numbers of the other byte order, delivered in that of this machine. */
@Tag("platform")
class NativeOrderTest {
  private static final int RECORDS = 1000;

  @TempDir Path directory;

  /** Big-endian shorts, each its own index. */
  private Path numbers() throws IOException {
    ByteBuffer elements = ByteBuffer.allocate(2 * RECORDS);
    for (int i = 0; i < RECORDS; i++) {
      elements.putShort((short) i);
    }
    return npy("'>i2'", "(%d,)".formatted(RECORDS), elements.array());
  }

  private Path npy(String descr, String shape, byte[] elements) throws IOException {
    String text = "{'descr': %s, 'fortran_order': False, 'shape': %s, }".formatted(descr, shape);
    byte[] header = text.getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer file = ByteBuffer.allocate(10 + header.length + elements.length);
    file.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    file.order(ByteOrder.LITTLE_ENDIAN).putShort((short) header.length);
    file.put(header).put(elements);
    return Files.write(directory.resolve("x.npy"), file.array());
  }

  /** The same numbers as records of one size, or as records of 1 and 3 of them in turn. */
  private Dataset open(RecordKind kind) throws IOException {
    if (kind == RecordKind.FIXED) {
      return Dataset.open(numbers());
    }
    ByteBuffer offsets = ByteBuffer.allocate((RECORDS / 2 + 1) * Long.BYTES);
    for (int i = 0; i <= RECORDS / 2; i++) {
      offsets.putLong(begin(i, kind));
    }
    Path file = Files.write(directory.resolve("offsets"), offsets.array());
    return Dataset.builder()
        .variable(
            "x", Source.of(numbers()), Source.of(file).raw(RawLayout.of(ElementType.named(">i8"))))
        .open();
  }

  private static long begin(long record, RecordKind kind) {
    return kind == RecordKind.FIXED ? record : 2 * record - record % 2;
  }

  static Stream<Arguments> waysAndKinds() {
    return Stream.of("", "backend=mmap", "io=direct", "ioThreads=2", "cache=1k")
        .flatMap(
            readahead ->
                Arrays.stream(RecordKind.values()).map(kind -> Arguments.of(readahead, kind)));
  }

  @ParameterizedTest
  @MethodSource("waysAndKinds")
  void everyBatchIsInTheOrderOfThisMachine(String readahead, RecordKind kind) throws IOException {
    try (Dataset dataset = open(kind);
        Loader loader =
            new Way(readahead, null).loader(dataset).batchSize(64).nativeOrder(true).build()) {
      for (Epoch epoch : loader.epochs(2)) {
        for (Batch batch : epoch) {
          long at = 0;
          for (int i = 0; i < batch.size(); i++) {
            long end = begin(batch.index(i) + 1, kind);
            for (long value = begin(batch.index(i), kind); value < end; value++, at++) {
              short number = batch.column("x").getAtIndex(ValueLayout.JAVA_SHORT, at);
              assertThat(number).isEqualTo((short) value);
              assertThat(batch.asByteBuffer("x").getShort((int) (2 * at))).isEqualTo(number);
            }
          }
          assertThat(batch.column("x").byteSize()).isEqualTo(2 * at);
        }
      }
    }
  }

  @Test
  void theLoaderSaysSoAndTheDatasetStaysAsItIs() throws IOException {
    try (Dataset dataset = Dataset.open(numbers())) {
      final String fingerprint = dataset.fingerprint();
      try (Loader stored = dataset.loader().build();
          Loader turned = dataset.loader().nativeOrder(true).state(stored.state()).build()) {
        assertThat(stored.columns()).containsExactly(OutputColumn.of(dataset.column("x")));
        assertThat(turned.columns().getFirst().elementType().descr()).isEqualTo("<i2");
        assertThat(turned.columns().getFirst().isNativeOrder()).isTrue();
        assertThat(dataset.column("x").elementType().descr()).isEqualTo(">i2");
        assertThat(dataset.fingerprint()).isEqualTo(fingerprint);
        assertThat(turned.state()).isEqualTo(stored.state());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aReplayedBatchIsTurnedOnce(RecordKind kind) throws IOException {
    try (Dataset dataset = open(kind);
        Loader loader = dataset.loader().batchSize(64).nativeOrder(true).replay(true).build()) {
      for (Batch batch : loader.epoch(0)) {
        short number = batch.column("x").get(ValueLayout.JAVA_SHORT, 0);
        assertThat(number).isEqualTo((short) begin(batch.index(0), kind));
      }
    }
  }

  @Test
  void fieldsThatLieOverEachOtherAreRefused() throws IOException {
    Column column =
        Column.builder("x", ElementType.parse("|V4"), Shape.SCALAR)
            .shards(List.of(Shard.of(numbers(), 0, 1, 4)))
            .fields(
                List.of(
                    Field.of("a", 0, ElementType.parse(">i4")),
                    Field.of("b", 2, ElementType.parse(">i2"))))
            .build();
    assertThatThrownBy(column::inNativeOrder)
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("'b' lies elsewhere or over another one");
  }

  @Test
  void fieldsWithStridesAreTurnedWhereTheyLie() {
    // Two elements of [(a: >i2, b: u1)] * 2: b stays.
    Column column =
        Column.builder("x", ElementType.parse("|V6"), Shape.SCALAR)
            .shards(List.of(Shard.of(directory, 0, 2, 6)))
            .fields(List.of(Field.of("a", 0, ElementType.parse(">i2")).withAxes(Shape.of(2), 3)))
            .build();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment records = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes(12));
      column.inNativeOrder();
      column.toNativeOrder(records);
      assertThat(records.toArray(ValueLayout.JAVA_BYTE))
          .containsExactly(1, 0, 2, 4, 3, 5, 7, 6, 8, 10, 9, 11);
    }
  }

  private static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = (byte) i;
    }
    return bytes;
  }
}
