package io.penstock.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.apache.spark.serializer.SerializationStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import scala.Tuple2;
import scala.collection.Iterator;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/** Blocks come back as they were written, and half a block is an error. */
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
  @ValueSource(ints = {1, 7, 8, 20})
  void halfABlockIsNoEnd(int bytes) {
    byte[] cut = Arrays.copyOf(written(block(3, 30)), bytes);
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(
            () -> {
              boolean _ = read(cut).hasNext();
              throw new AssertionError("half a block is the end of the data");
            })
        .withMessageContaining("a block of Spark's shuffle: expected")
        .isExactlyInstanceOf(IOException.class);
  }
}
