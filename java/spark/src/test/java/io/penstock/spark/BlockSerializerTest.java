package io.penstock.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import org.apache.spark.serializer.SerializationStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import scala.Tuple2;
import scala.collection.Iterator;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/** Blocks come back as they were written, and a damaged one is an error. */
class BlockSerializerTest {
  private static final ClassTag<Object> ANY = ClassTag$.MODULE$.apply(Object.class);

  private final BlockSerializer serializer = new BlockSerializer();

  private static EntryBlock block(int bucket, int entryBytes) {
    byte[] bytes = new byte[EntryBlock.HEAD_BYTES + entryBytes + 7];
    for (int i = 0; i < entryBytes; i++) {
      bytes[EntryBlock.HEAD_BYTES + i] = (byte) (bucket + i);
    }
    return new EntryBlock(bucket, bytes, EntryBlock.HEAD_BYTES + entryBytes);
  }

  private byte[] written(EntryBlock... blocks) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (SerializationStream stream = serializer.newInstance().serializeStream(out)) {
      for (EntryBlock block : blocks) {
        stream.writeKey(EntryBlock.bucket(block.bytes()), ANY).writeValue(block, ANY);
      }
    }
    return out.toByteArray();
  }

  private Iterator<Tuple2<Object, Object>> read(byte[] bytes) {
    return serializer
        .newInstance()
        .deserializeStream(new ByteArrayInputStream(bytes))
        .asKeyValueIterator();
  }

  @Test
  void blocksComeBackWithTheirBuckets() {
    EntryBlock[] blocks = {block(7, 5), block(0, 0), block(1 << 24, 100_000)};
    Iterator<Tuple2<Object, Object>> found = read(written(blocks));
    for (EntryBlock block : blocks) {
      Tuple2<Object, Object> next = found.next();
      assertThat(next._1()).isEqualTo(EntryBlock.bucket(block.bytes()));
      EntryBlock value = (EntryBlock) next._2();
      assertThat(Arrays.copyOf(value.bytes(), value.end()))
          .isEqualTo(Arrays.copyOf(block.bytes(), block.end()));
    }
    assertThat(found.hasNext()).isFalse();
  }

  @Test
  void blocksMayBeMoved() {
    assertThat(serializer.supportsRelocationOfSerializedObjects()).isTrue();
    byte[] first = written(block(1, 10));
    byte[] second = written(block(2, 20));
    byte[] swapped = Arrays.copyOf(second, first.length + second.length);
    System.arraycopy(first, 0, swapped, second.length, first.length);
    Iterator<Tuple2<Object, Object>> found = read(swapped);
    assertThat(found.next()._1()).isEqualTo(2);
    assertThat(found.next()._1()).isEqualTo(1);
    assertThat(found.hasNext()).isFalse();
  }

  /** Spark takes an EOFException for the end of the data: it must not be one. */
  @ParameterizedTest
  @ValueSource(ints = {1, 15, 16, 40})
  void halfABlockIsNoEnd(int bytes) {
    byte[] written = written(block(3, 30));
    assertThat(written).hasSizeGreaterThan(40);
    assertDamaged(Arrays.copyOf(written, bytes), "and then the end");
  }

  /** Also a size that was damaged: it is found before anybody makes room for so many bytes. */
  @Test
  void noByteMayChange() {
    byte[] written = written(block(3, 30), block(4, 5));
    int first = EntryBlock.HEAD_BYTES + 30;
    for (int at = 0; at < first; at++) {
      for (int flipped = 1; flipped < 1 << Byte.SIZE; flipped++) {
        byte[] changed = written.clone();
        changed[at] ^= (byte) flipped;
        assertDamaged(changed, "the CRC-32C");
      }
    }
  }

  private void assertDamaged(byte[] bytes, String problem) {
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(
            () -> {
              boolean next = read(bytes).hasNext();
              throw new AssertionError("a damaged block is " + (next ? "read" : "the end"));
            })
        .withMessageContaining("a block of Spark's shuffle: expected")
        .withMessageContaining(problem)
        .withMessageContaining("Spark repeats it")
        .satisfies(e -> assertThat(e.kind()).isEqualTo(ErrorKind.UNREADABLE));
  }
}
