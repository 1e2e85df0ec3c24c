package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.penstock.array.ElementType;
import io.penstock.format.RawLayout;
import io.penstock.format.Source;
import io.penstock.options.Shuffle;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Numbers of a batch as Java's primitive types, and what is said where they are none. */
class TypedAccessTest {
  private static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;

  @TempDir Path directory;

  /** One batch of all records, with one column "x" of this type. */
  private void with(String type, ByteBuffer bytes, Consumer<Batch> use) throws IOException {
    with(type, bytes, false, use);
  }

  private void with(String type, ByteBuffer bytes, boolean isNativeOrder, Consumer<Batch> use)
      throws IOException {
    byte[] content = new byte[bytes.capacity()];
    bytes.get(0, content);
    Path file = Files.write(directory.resolve("x"), content);
    try (Dataset dataset =
            Dataset.builder()
                .column("x", Source.of(file).raw(RawLayout.of(ElementType.named(type))))
                .open();
        Loader loader =
            dataset
                .loader()
                .batchSize(64)
                .shuffle(Shuffle.NONE)
                .nativeOrder(isNativeOrder)
                .memoryBytes(1 << 20)
                .build()) {
      use.accept(loader.epoch(0).iterator().next());
    }
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(LITTLE);
  }

  @Test
  void floatsAreViewedAndCopied() throws IOException {
    ByteBuffer bytes = buffer(8).putFloat(1.5f).putFloat(-0.25f);
    with(
        "<f4",
        bytes,
        batch -> {
          assertThat(batch.floats("x").get(1)).isEqualTo(-0.25f);
          assertThat(batch.toFloatArray("x")).containsExactly(1.5f, -0.25f);
          double[] wide = new double[3];
          assertThat(batch.copyTo("x", wide)).isEqualTo(2);
          assertThat(wide).containsExactly(1.5, -0.25, 0);
          batch.floats("x").put(0, 7);
          assertThat(batch.column("x").get(ValueLayout.JAVA_FLOAT, 0)).isEqualTo(7);
        });
  }

  @Test
  void doublesAndHalvesAreNumbersToo() throws IOException {
    with(
        "<f8",
        buffer(16).putDouble(Math.PI).putDouble(2),
        batch -> {
          assertThat(batch.doubles("x").get(0)).isEqualTo(Math.PI);
          double[] copy = new double[2];
          assertThat(batch.copyTo("x", copy)).isEqualTo(2);
          assertThat(copy).containsExactly(Math.PI, 2);
          refused(
              () -> batch.toFloatArray("x"),
              "that a float holds exactly",
              "'<f8': use doubles(\"x\")");
        });
    with(
        "<f2",
        buffer(4).putShort(Float.floatToFloat16(0.5f)).putShort(Float.floatToFloat16(-3)),
        batch -> {
          assertThat(batch.toFloatArray("x")).containsExactly(0.5f, -3);
          double[] wide = new double[2];
          batch.copyTo("x", wide);
          assertThat(wide).containsExactly(0.5, -3);
          refused(() -> batch.floats("x"), "expected float32", "use toFloatArray(\"x\")");
        });
  }

  @Test
  void smallIntegersWidenByTheirSign() throws IOException {
    byte[] extremes = {0, 1, 127, -128, -1};
    with(
        "|u1",
        ByteBuffer.wrap(extremes),
        batch -> {
          assertThat(batch.toIntArray("x")).containsExactly(0, 1, 127, 128, 255);
          assertThat(batch.toFloatArray("x")).containsExactly(0, 1, 127, 128, 255);
        });
    with(
        "|i1",
        ByteBuffer.wrap(extremes),
        batch -> assertThat(batch.toIntArray("x")).containsExactly(0, 1, 127, -128, -1));
    with(
        "|b1",
        ByteBuffer.wrap(new byte[] {1, 0}),
        batch -> assertThat(batch.toIntArray("x")).containsExactly(1, 0));
    ByteBuffer shorts = buffer(4).putShort((short) 5).putShort((short) -2);
    with("<u2", shorts, batch -> assertThat(batch.toIntArray("x")).containsExactly(5, 65_534));
    with("<i2", shorts, batch -> assertThat(batch.toIntArray("x")).containsExactly(5, -2));
  }

  @Test
  void largeIntegersAreNotCutShort() throws IOException {
    ByteBuffer words = buffer(8).putInt(7).putInt(-1);
    with(
        "<i4",
        words,
        batch -> {
          assertThat(batch.ints("x").get(1)).isEqualTo(-1);
          assertThat(batch.toIntArray("x")).containsExactly(7, -1);
          assertThat(longs(batch)).containsExactly(7, -1);
          refused(() -> batch.toFloatArray("x"), "a float holds", "use ints(\"x\")");
        });
    with(
        "<u4",
        words,
        batch -> {
          assertThat(longs(batch)).containsExactly(7, 4_294_967_295L);
          refused(() -> batch.toIntArray("x"), "an int holds", "copyTo(\"x\", long[])");
          refused(() -> batch.ints("x"), "expected int32", "copyTo(\"x\", long[])");
        });
    ByteBuffer longs = buffer(16).putLong(Long.MIN_VALUE).putLong(3);
    for (String type : List.of("<i8", "<u8", "<M8[s]")) {
      with(
          type,
          longs,
          batch -> {
            assertThat(batch.longs("x").get(0)).isEqualTo(Long.MIN_VALUE);
            assertThat(longs(batch)).containsExactly(Long.MIN_VALUE, 3);
            refused(() -> batch.toIntArray("x"), "an int holds", "use longs(\"x\")");
          });
    }
  }

  @Test
  void theOtherByteOrderIsRefusedUnlessTheLoaderTurnsItAround() throws IOException {
    ByteBuffer big = ByteBuffer.allocate(4).putFloat(1.5f);
    with(
        ">f4",
        big,
        batch -> {
          refused(() -> batch.floats("x"), "'>f4'", "nativeOrder(true)");
          refused(() -> batch.toFloatArray("x"), "'>f4'", "nativeOrder(true)");
        });
    with(">f4", big, true, batch -> assertThat(batch.floats("x").get(0)).isEqualTo(1.5f));
  }

  @Test
  void whatIsNoNumberAndArraysThatAreTooShortAreRefused() throws IOException {
    with(
        "|S4",
        ByteBuffer.wrap(new byte[8]),
        batch -> refused(() -> batch.toIntArray("x"), "'|S4'", "use asByteBuffer(\"x\")"));
    with(
        "<f4",
        buffer(8),
        batch -> {
          refused(() -> batch.copyTo("x", new float[1]), "at least 2 elements", "one of 1");
          refused(() -> batch.floats("y"), "expected one of the columns [x]", "'y'");
          batch.close();
          assertThatIllegalStateException().isThrownBy(() -> batch.floats("x"));
          assertThatIllegalStateException().isThrownBy(() -> batch.toFloatArray("x"));
          assertThatIllegalStateException().isThrownBy(() -> batch.record("x", 0));
        });
  }

  @Test
  void aRecordIsItsPartOfTheColumnAlsoWhereSizesDiffer() throws IOException {
    with(
        "<f4",
        buffer(12).putFloat(1).putFloat(2).putFloat(3),
        batch -> {
          assertThat(batch.record("x", 2).byteSize()).isEqualTo(4);
          assertThat(batch.record("x", 2).get(ValueLayout.JAVA_FLOAT, 0)).isEqualTo(3);
          assertThatExceptionOfType(IndexOutOfBoundsException.class)
              .isThrownBy(() -> batch.record("x", 3));
        });
    // Sizes 0, 2, 1: as many values as records, so that the total does not give it away.
    Path values =
        Files.write(
            directory.resolve("v"),
            buffer(6).putShort((short) 10).putShort((short) 11).putShort((short) 12).array());
    Path offsets =
        Files.write(
            directory.resolve("o"), buffer(32).putLong(0).putLong(0).putLong(2).putLong(3).array());
    try (Dataset dataset =
            Dataset.builder()
                .variable(
                    "v",
                    Source.of(values).raw(RawLayout.of(ElementType.named("<i2"))),
                    Source.of(offsets).raw(RawLayout.of(ElementType.named("<i8"))))
                .open();
        Loader loader =
            dataset.loader().batchSize(8).shuffle(Shuffle.NONE).memoryBytes(1 << 20).build()) {
      Batch batch = loader.epoch(0).iterator().next();
      assertThat(batch.record("v", 0).byteSize()).isZero();
      assertThat(batch.record("v", 1).toArray(ValueLayout.JAVA_SHORT_UNALIGNED))
          .containsExactly((short) 10, (short) 11);
      assertThat(batch.record("v", 2).get(ValueLayout.JAVA_SHORT_UNALIGNED, 0))
          .isEqualTo((short) 12);
      assertThat(batch.toIntArray("v")).containsExactly(10, 11, 12);
    }
  }

  private static long[] longs(Batch batch) {
    long[] all = new long[batch.size()];
    assertThat(batch.copyTo("x", all)).isEqualTo(all.length);
    return all;
  }

  private static void refused(ThrowingCallable call, String... said) {
    assertThatIllegalArgumentException()
        .isThrownBy(call)
        .satisfies(e -> assertThat(e).message().contains(said));
  }
}
