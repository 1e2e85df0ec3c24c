package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.array.Column;
import io.penstock.array.ElementType;
import io.penstock.array.Field;
import io.penstock.array.OutputColumn;
import io.penstock.array.Shape;
import io.penstock.array.Shard;
import io.penstock.error.PenstockException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  @ParameterizedTest
  @ValueSource(strings = {"", "backend=mmap", "io=direct", "ioThreads=2", "cache=1k"})
  void everyBatchIsInTheOrderOfThisMachine(String readahead) throws IOException {
    try (Dataset dataset = Dataset.open(numbers());
        Loader loader =
            new Way(readahead, null).loader(dataset).batchSize(64).nativeOrder(true).build()) {
      for (Epoch epoch : loader.epochs(2)) {
        for (Batch batch : epoch) {
          for (int i = 0; i < batch.size(); i++) {
            short number = batch.column("x").getAtIndex(ValueLayout.JAVA_SHORT, i);
            assertThat(number).isEqualTo((short) batch.index(i));
            assertThat(batch.asByteBuffer("x").getShort(2 * i)).isEqualTo(number);
          }
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

  @Test
  void aReplayedBatchIsTurnedOnce() throws IOException {
    try (Dataset dataset = Dataset.open(numbers());
        Loader loader = dataset.loader().batchSize(64).nativeOrder(true).replay(true).build()) {
      for (Batch batch : loader.epoch(0)) {
        short number = batch.column("x").get(ValueLayout.JAVA_SHORT, 0);
        assertThat(number).isEqualTo((short) batch.index(0));
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
