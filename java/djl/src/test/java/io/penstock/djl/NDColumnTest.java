package io.penstock.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.util.passthrough.PassthroughNDManager;
import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.array.ElementType;
import io.penstock.array.OutputColumn;
import io.penstock.options.Shuffle;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which types elements have in DJL, and that they stay the same numbers there. */
class NDColumnTest {
  /** Small and large numbers of both signs, whose low bytes differ. */
  private static final long[] NUMBERS = {0, 1, -1, 127, -128, 0x1234, -30000, 0x7fff_fffeL};

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "|b1,BOOLEAN,1",
    "|i1,INT8,1",
    "|u1,UINT8,1",
    "<i4,INT32,4",
    ">i4,INT32,4",
    "<i8,INT64,8",
    ">i8,INT64,8",
    "<f2,FLOAT16,2",
    ">f2,FLOAT16,2",
    "<f4,FLOAT32,4",
    ">f4,FLOAT32,4",
    "<f8,FLOAT64,8",
    ">f8,FLOAT64,8",
    "<i2,INT32,2",
    ">i2,INT32,2",
    "<u2,INT32,2",
    ">u2,INT32,2",
    "<u4,INT64,4",
    ">u4,INT64,4",
  })
  void elementsAreTheSameNumbersInNativeOrder(String descr, DataType type, int sizeBytes) {
    boolean isLittle = !descr.startsWith(">");
    ByteBuffer file =
        ByteBuffer.allocate(NUMBERS.length * sizeBytes)
            .order(isLittle ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    for (long number : NUMBERS) {
      put(file, sizeBytes, descr.endsWith("b1") ? number & 1 : number);
    }
    Path path = ArrayFile.write(directory.resolve("x.npy"), descr, "(2, 2, 2)", file.flip());
    try (Dataset dataset = Dataset.open(path);
        Loader loader = dataset.loader().shuffle(Shuffle.NONE).nativeOrder(true).build()) {
      NDColumn column = new NDColumn(loader.columns().getFirst(), null);
      for (Batch batch : loader.epoch(0)) {
        NDArray array = column.of(batch, PassthroughNDManager.INSTANCE);
        assertThat(array.getShape()).isEqualTo(new Shape(2, 2, 2));
        check(array, descr, type, sizeBytes, file, 0);
        boolean isOwnMemory =
            MemorySegment.ofBuffer(array.toByteBuffer()).address() == batch.column("x").address();
        assertThat(isOwnMemory).isEqualTo(type.getNumOfBytes() == sizeBytes);
      }
      NDColumn stored = new NDColumn(OutputColumn.of(dataset.column("x")), null);
      NDArray record = stored.copyOf(dataset.record("x", 1), PassthroughNDManager.INSTANCE);
      assertThat(record.getShape()).isEqualTo(new Shape(2, 2));
      check(record, descr, type, sizeBytes, file, 4);
    }
  }

  private static void check(
      NDArray array, String descr, DataType type, int sizeBytes, ByteBuffer file, int first) {
    assertThat(array.getDataType()).isEqualTo(type);
    ByteBuffer found = array.toByteBuffer().duplicate().order(ByteOrder.nativeOrder());
    int count = found.remaining() / type.getNumOfBytes();
    assertThat(count).isEqualTo(NUMBERS.length - first);
    boolean isUnsigned = descr.charAt(1) == 'u';
    for (int i = 0; i < count; i++) {
      long stored = get(file, sizeBytes, first + i);
      long expected =
          isUnsigned && sizeBytes < 8 && type != DataType.UINT8
              ? stored & ((1L << (8 * sizeBytes)) - 1)
              : stored;
      assertThat(get(found, type.getNumOfBytes(), i)).as(descr + " " + i).isEqualTo(expected);
    }
  }

  private static void put(ByteBuffer to, int sizeBytes, long number) {
    switch (sizeBytes) {
      case 1 -> to.put((byte) number);
      case 2 -> to.putShort((short) number);
      case 4 -> to.putInt((int) number);
      default -> to.putLong(number);
    }
  }

  /** The bits of an element, as a signed number of its size. */
  private static long get(ByteBuffer from, int sizeBytes, int i) {
    return switch (sizeBytes) {
      case 1 -> from.get(i);
      case 2 -> from.getShort(2 * i);
      case 4 -> from.getInt(4 * i);
      default -> from.getLong(8 * i);
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"<u8", "<c8", "|S3", "<U2", "|V2", "<M8[s]", "<m8[ns]", "<f16"})
  void whatDjlHasNoTypeForIsRefused(String descr) {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new NDColumn("x", ElementType.parse(descr), io.penstock.array.Shape.SCALAR, null))
        .withMessageStartingWith("column 'x': expected booleans, integers of up to 8 bytes")
        .withMessageContaining("found '" + descr + "'")
        .withMessageEndingWith("turn it into one of them with a transform, or leave it out");
  }
}
