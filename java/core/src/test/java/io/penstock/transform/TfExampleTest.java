package io.penstock.transform;

import static io.penstock.internal.format.tfrecord.TfRecords.bytes;
import static io.penstock.internal.format.tfrecord.TfRecords.example;
import static io.penstock.internal.format.tfrecord.TfRecords.feature;
import static io.penstock.internal.format.tfrecord.TfRecords.floats;
import static io.penstock.internal.format.tfrecord.TfRecords.ints;
import static io.penstock.internal.format.tfrecord.TfRecords.join;
import static io.penstock.internal.format.tfrecord.TfRecords.unpackedFloats;
import static io.penstock.internal.format.tfrecord.TfRecords.unpackedInts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.array.ElementType;
import io.penstock.array.OutputColumn;
import io.penstock.error.PenstockException;
import io.penstock.format.RawLayout;
import io.penstock.format.Source;
import io.penstock.options.Shuffle;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TfExampleTest {
  private static final long SEED = 20;

  @TempDir Path folder;

  /** What a transform delivers of these records, in order: text of each record by column. */
  private List<String> decode(TfExample example, String column, byte[]... records)
      throws IOException {
    ByteBuffer offsets =
        ByteBuffer.allocate(Long.BYTES * (records.length + 1)).order(ByteOrder.LITTLE_ENDIAN);
    long end = 0;
    offsets.putLong(0);
    for (byte[] record : records) {
      end += record.length;
      offsets.putLong(end);
    }
    Path values = Files.write(folder.resolve("values"), join(records));
    Path places = Files.write(folder.resolve("offsets"), offsets.array());
    try (Dataset dataset =
            Dataset.builder()
                .variable(
                    "records",
                    Source.of(values).raw(RawLayout.of(ElementType.UINT8)),
                    Source.of(places).raw(RawLayout.of(ElementType.INT64)))
                .open();
        Loader loader =
            dataset
                .loader()
                .batchSize(7)
                .shuffle(Shuffle.NONE)
                .transform(example.transform())
                .transform(Transforms.drop("records"))
                .build()) {
      List<String> all = new ArrayList<>();
      for (Batch batch : loader.epoch(0)) {
        for (int i = 0; i < batch.size(); i++) {
          all.add(text(loader, batch, column, i));
        }
      }
      return all;
    }
  }

  private static String text(Loader loader, Batch batch, String column, int i) {
    MemorySegment values = batch.column(column);
    OutputColumn described =
        loader.columns().stream().filter(c -> c.name().equals(column)).findFirst().orElseThrow();
    long from = i;
    long to = i + 1L;
    if (described.isVariable()) {
      from = batch.offsets(column).getAtIndex(ValueLayout.JAVA_LONG, i);
      to = batch.offsets(column).getAtIndex(ValueLayout.JAVA_LONG, i + 1);
    }
    MemorySegment record =
        values.asSlice(from * described.valueBytes(), (to - from) * described.valueBytes());
    return switch (described.elementType().descr()) {
      case "|u1" -> new String(record.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
      case "<f4" -> Arrays.toString(record.toArray(ValueLayout.JAVA_FLOAT));
      case "<i8" -> Arrays.toString(record.toArray(ValueLayout.JAVA_LONG));
      default -> throw new AssertionError(described);
    };
  }

  private static byte[] x(byte[] list) {
    return example(feature("other", bytes("?")), feature("x", list), feature("y", ints(1)));
  }

  @Test
  void integersOfAllSizesAreDecoded() throws IOException {
    long[] edges =
        LongStream.concat(
                IntStream.range(0, 64).mapToLong(bit -> 1L << bit),
                IntStream.range(0, 64).mapToLong(bit -> (1L << bit) - 1))
            .toArray();
    long[] random = new Random(SEED).longs(128).map(v -> v >> (v & 63)).toArray();
    assertThat(
            decode(
                TfExample.of("records").int64s("x", 16, 8),
                "x",
                x(ints(edges)),
                x(unpackedInts(random)),
                x(join(ints(Arrays.copyOf(edges, 100)), unpackedInts(Arrays.copyOf(edges, 28))))))
        .containsExactly(
            Arrays.toString(edges),
            Arrays.toString(random),
            Arrays.toString(
                LongStream.concat(Arrays.stream(edges).limit(100), Arrays.stream(edges).limit(28))
                    .toArray()));
  }

  @Test
  void manyRecordsAreDecodedTheSameOnAllThreads() throws IOException {
    Random random = new Random(SEED);
    int records = 1000;
    long[][] numbers = new long[records][];
    byte[][] examples = new byte[records][];
    for (int i = 0; i < records; i++) {
      numbers[i] = random.longs(random.nextInt(50)).map(v -> v >>> (v & 63)).toArray();
      examples[i] = x(ints(numbers[i]));
    }
    assertThat(decode(TfExample.of("records").int64sUpTo("x", 50), "x", examples))
        .containsExactly(Arrays.stream(numbers).map(Arrays::toString).toArray(String[]::new));
  }

  @Test
  void floatsAreCopiedPackedOrNot() throws IOException {
    TfExample three = TfExample.of("records").floats("x", 3);
    assertThat(
            decode(
                three,
                "x",
                x(floats(1, 2, 3)),
                x(unpackedFloats(4, 5, 6)),
                x(join(floats(7), unpackedFloats(8), floats(Float.NaN)))))
        .containsExactly("[1.0, 2.0, 3.0]", "[4.0, 5.0, 6.0]", "[7.0, 8.0, NaN]");
    assertThat(
            decode(
                TfExample.of("records").floatsUpTo("x", 2),
                "x",
                x(floats()),
                x(floats(1, 2)),
                x(unpackedFloats(3))))
        .containsExactly("[]", "[1.0, 2.0]", "[3.0]");
  }

  @Test
  void bytesAreCopied() throws IOException {
    assertThat(decode(TfExample.of("records").bytes("x"), "x", x(bytes("")), x(bytes("größe"))))
        .containsExactly("", "größe");
    assertThat(decode(TfExample.of("records").bytesOf("x", 2), "x", x(bytes("ab")), x(bytes("cd"))))
        .containsExactly("ab", "cd");
  }

  @Test
  void severalFeaturesAreDecodedTogetherAndTheLastOfANameCounts() throws IOException {
    TfExample both = TfExample.of("records").int64s("label").bytes("image").floats("weight");
    byte[] record =
        example(
            feature("label", ints(1, 2, 3)),
            feature("image", floats(1)),
            feature("weight", floats(0.5f)),
            feature("image", bytes("picture")),
            feature("label", ints(7)));
    assertThat(decode(both, "label", record)).containsExactly("[7]");
    assertThat(decode(both, "image", record)).containsExactly("picture");
    assertThat(decode(both, "weight", record)).containsExactly("[0.5]");
  }

  @Test
  void whatIsMissingIsEmptyIfThatIsAskedFor() throws IOException {
    TfExample optional = TfExample.of("records").int64sUpTo("x", 3).bytes("z").missingAsEmpty();
    assertThat(decode(optional, "x", example(), x(ints(1)), x(ints()), new byte[0]))
        .containsExactly("[]", "[1]", "[]", "[]");
    assertThat(decode(optional, "z", example(), x(ints(1)))).containsExactly("", "");
  }

  private void fails(TfExample example, byte[] record, String words) {
    byte[] good = example(feature("x", ints(1, 2)));
    assertThatThrownBy(() -> decode(example, "x", good, record))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("record 1")
        .hasMessageContaining(words);
  }

  @Test
  void aRecordThatHasNotWhatIsAskedOfItFailsItsBatchByName() {
    TfExample two = TfExample.of("records").int64s("x", 2);
    fails(two, example(), "feature 'x' must be in each record, is missing");
    fails(two.missingAsEmpty(), example(), "feature 'x' must be in each record, is missing");
    fails(two, x(bytes()), "feature 'x' must be in each record, is missing");
    fails(two, x(ints()), "feature 'x' must have 2 integers, has 0");
    fails(two, x(ints(1, 2, 3)), "feature 'x' must have 2 integers, has 3");
    fails(two, x(join(ints(1, 2), ints(3, 4))), "feature 'x' must have 2 integers, has 4");
    fails(two, x(unpackedInts(1)), "feature 'x' must have 2 integers, has 1");
    fails(two, x(bytes("ab")), "feature 'x' must have integers, has bytes");
    fails(two, x(bytes("")), "feature 'x' must have integers, has bytes");
    TfExample upTo = TfExample.of("records").int64sUpTo("x", 3);
    fails(upTo, x(ints(1, 2, 3, 4)), "feature 'x' must have at most 3 integers, has 4");
    fails(upTo, x(floats(1)), "feature 'x' must have integers, has floats");
  }

  @Test
  void aRecordThatIsNoExampleFailsItsBatch() {
    TfExample two = TfExample.of("records").int64s("x", 2);
    byte[] record = x(ints(1, 2));
    fails(two, Arrays.copyOf(record, record.length - 1), "goes beyond its message");
    fails(two, "some text".getBytes(StandardCharsets.UTF_8), "at byte");
  }

  @Test
  void severalValuesOfBytesAreRefused() throws IOException {
    TfExample bytes = TfExample.of("records").bytes("x");
    assertThatThrownBy(() -> decode(bytes, "x", x(bytes("a", "b"))))
        .hasMessageContaining("feature 'x' must have one value of bytes, has 2");
    assertThatThrownBy(() -> decode(TfExample.of("records").bytesOf("x", 3), "x", x(bytes("four"))))
        .hasMessageContaining("feature 'x' must have 3 bytes, has 4");
  }

  @Test
  void whatDoesNotFitIsToldWhenTheLoaderIsBuilt() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TfExample.of("records").transform())
        .withMessage("features of TfExample must not be empty");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> decode(TfExample.of("records").int64s("x").floats("x"), "x", x(ints(1))))
        .withMessageContaining("must have different names, were two 'x'");
    LongFunction<TfExample> most = count -> TfExample.of("records").int64sUpTo("x", count);
    assertThatIllegalArgumentException().isThrownBy(() -> most.apply(0));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                TfExample.of("records")
                    .int64s("x")
                    .transform()
                    .bind(List.of(OutputColumn.of("records", ElementType.UINT8, 8))))
        .withMessageContaining("must be variable and of uint8, as tf.Examples are");
  }
}
