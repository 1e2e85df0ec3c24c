package io.penstock.internal.format.vecs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.LoaderBuilder;
import io.penstock.array.ArrayLayout;
import io.penstock.array.Shape;
import io.penstock.array.Shard;
import io.penstock.format.Formats;
import io.penstock.format.Hostile;
import io.penstock.format.Source;
import io.penstock.options.Shuffle;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Vectors in files that only a name and their structure describe. */
class VecsFormatTest {
  @TempDir Path directory;

  /** Vector i has the numbers 100 i, 100 i + 1, ... as far as they fit into a number. */
  private static byte[] file(String suffix, int count, int dimension) {
    boolean isWithHeader = suffix.endsWith("bin");
    int numberBytes = suffix.equals("bvecs") || suffix.contains("8") ? 1 : 4;
    ByteBuffer bytes =
        ByteBuffer.allocate((isWithHeader ? 8 : 4 * count) + count * dimension * numberBytes)
            .order(ByteOrder.LITTLE_ENDIAN);
    if (isWithHeader) {
      bytes.putInt(count).putInt(dimension);
    }
    for (int i = 0; i < count; i++) {
      if (!isWithHeader) {
        bytes.putInt(dimension);
      }
      for (int j = 0; j < dimension; j++) {
        int number = 100 * i + j;
        switch (suffix) {
          case "fvecs", "fbin" -> bytes.putFloat(number);
          case "ivecs", "ibin" -> bytes.putInt(number);
          default -> bytes.put((byte) number);
        }
      }
    }
    return bytes.array();
  }

  private Path write(String name, byte[] contents) throws IOException {
    return Files.write(directory.resolve(name), contents);
  }

  /** 640 and 896 begin as pickles do, and 93 as an old one. */
  @ParameterizedTest
  @CsvSource({
    "fvecs,<f4,640",
    "ivecs,<i4,896",
    "bvecs,|u1,93",
    "fbin,<f4,3",
    "ibin,<i4,1",
    "u8bin,|u1,128",
    "i8bin,|i1,7",
    "fvecs,<f4,1",
    "bvecs,|u1,128",
    "FVECS,<f4,5"
  })
  void vectorsAreReadInAnyOrder(String suffix, String descr, int dimension) throws IOException {
    byte[] contents = file(suffix.toLowerCase(Locale.ROOT), 71, dimension);
    Path path = write("x." + suffix, contents);
    ArrayLayout layout = Formats.open(path);
    assertThat(layout.format()).isEqualTo("vecs");
    assertThat(layout.elementType().descr()).isEqualTo(descr);
    assertThat(layout.shape()).isEqualTo(Shape.of(71, dimension));
    for (boolean isShuffled : new boolean[] {false, true}) {
      assertThat(read(path, layout, isShuffled)).isEqualTo(71);
    }
  }

  private static int read(Path path, ArrayLayout layout, boolean isShuffled) {
    int read = 0;
    try (Dataset dataset = Dataset.open(path)) {
      LoaderBuilder builder = dataset.loader().batchSize(8).memoryBytes(16 << 20);
      try (Loader loader = (isShuffled ? builder.seed(1) : builder.shuffle(Shuffle.NONE)).build()) {
        for (Batch batch : loader.epoch(0)) {
          for (int i = 0; i < batch.size(); i++, read++) {
            for (long j = 0; j < layout.shape().dim(1); j++) {
              long at = i * layout.recordBytes() + j * layout.elementType().sizeBytes();
              assertThat(number(batch, layout, at)).isEqualTo(expected(layout, batch.index(i), j));
            }
          }
        }
      }
    }
    return read;
  }

  private static double number(Batch batch, ArrayLayout layout, long at) {
    MemorySegment memory = batch.column("x");
    return switch (layout.elementType().descr()) {
      case "<f4" -> memory.get(ValueLayout.JAVA_FLOAT_UNALIGNED, at);
      case "<i4" -> memory.get(ValueLayout.JAVA_INT_UNALIGNED, at);
      default -> memory.get(ValueLayout.JAVA_BYTE, at);
    };
  }

  private static double expected(ArrayLayout layout, long index, long place) {
    long number = 100 * index + place;
    return layout.elementType().sizeBytes() == 1 ? (byte) number : number;
  }

  @Test
  void recordsLieBehindTheirDimensions() throws IOException {
    Path path = write("x.fvecs", file("fvecs", 10, 3));
    assertThat(Formats.open(path).shards()).containsExactly(Shard.of(path, 4, 10, 16));
    assertThat(Formats.open(path).isWhole()).isTrue();
  }

  @Test
  void aNameAloneProvesNothing() throws IOException {
    assertRefused("x.fvecs", new byte[0], "found an empty file");
    assertRefused("x.fvecs", new byte[] {1, 0, 0}, "begins with a dimension of 1 to");
    assertRefused("x.fvecs", new byte[] {-1, -1, -1, -1, 0, 0}, "a dimension of 1 to");
    byte[] odd = file("fvecs", 10, 3);
    assertRefused("y.fvecs", Arrays.copyOf(odd, 159), "no multiple");
    odd[4 * 40 - 16] = 4;
    assertRefused("z.fvecs", odd, "found dimension 3 in the first and 4 in that at byte 144");
    byte[] bin = file("fbin", 10, 3);
    assertRefused("x.fbin", Arrays.copyOf(bin, 127), "in 128 bytes, found 127 bytes");
    assertRefused("y.fbin", Arrays.copyOf(bin, 7), "of 8 bytes at least, found 7");
    bin[3] = -1;
    assertRefused("z.fbin", bin, "found 128 bytes");
    bin[7] = -1;
    assertRefused("w.fbin", bin, "found 128 bytes");
    // Whatever it is called, a file with a magic number is what that says.
    Path npy = directory.resolve("npy.fvecs");
    Files.copy(Path.of("src/test/resources/io/penstock/format/numpy1/u1-1.idx"), npy);
    assertThat(Formats.open(npy).format()).isEqualTo("idx");
    // And vectors of another name are not known.
    Path other = write("x.vectors", file("fvecs", 10, 3));
    assertThatThrownBy(() -> Formats.open(other)).hasMessageContaining("expected a file of arrays");
    assertThat(Formats.open(Source.parse(Path.of(other + "#raw:float32"))).recordCount())
        .isEqualTo(40);
  }

  private void assertRefused(String name, byte[] contents, String reason) throws IOException {
    Path path = write(name, contents);
    Hostile.assertRefusedWithin(path, 1 << 20, reason);
  }

  @Test
  void damagedFilesAreSound() throws IOException {
    for (String suffix : List.of("fvecs", "bvecs", "fbin", "i8bin")) {
      byte[] contents = file(suffix, 5, 3);
      Hostile.assertPrefixesSound(directory.resolve("a." + suffix), contents);
      Hostile.assertFlipsSound(directory.resolve("b." + suffix), contents);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5, 31, 32})
  void ofFewVectorsTheDimensionsOfAllAreCompared(int count) throws IOException {
    for (int odd = 1; odd < count; odd++) {
      byte[] contents = file("fvecs", count, 3);
      contents[16 * odd] = 4;
      assertRefused("few.fvecs", contents, "and 4 in that at byte " + 16 * odd);
    }
  }

  @Test
  void filesBeyond4GibibytesAreRead() throws IOException {
    Path path = directory.resolve("large.bvecs");
    long count = 40_000_000;
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(count * 132);
      for (long i : new long[] {0, count - 1}) {
        writeDimension(file, i);
      }
      for (int i = 1; i <= 30; i++) {
        writeDimension(file, (count - 1) * i / 31);
      }
    }
    ArrayLayout layout = Formats.open(path);
    assertThat(layout.shape()).isEqualTo(Shape.of(count, 128));
    assertThat(layout.runs().offsetOf(count - 1)).isEqualTo((count - 1) * 132 + 4);
  }

  private static void writeDimension(RandomAccessFile file, long vector) throws IOException {
    file.seek(vector * 132);
    file.write(128);
  }
}
