package io.penstock.internal.format.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import io.penstock.format.Hostile;
import io.penstock.format.Source;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Headers of all lengths that the specification allows. */
class SafetensorsFormatTest {
  private static final long WITHIN_BYTES = 64 << 20;

  @TempDir Path directory;

  /** A file whose header is made of pieces, with so many bytes of data. */
  private Path write(int pieces, IntFunction<String> piece, int dataBytes) {
    Path path = directory.resolve("x.safetensors");
    long headerBytes = 0;
    for (int i = 0; i < pieces; i++) {
      headerBytes += piece.apply(i).getBytes(StandardCharsets.UTF_8).length;
    }
    try (OutputStream out =
        new java.io.BufferedOutputStream(Files.newOutputStream(path), 1 << 16)) {
      out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(headerBytes).array());
      for (int i = 0; i < pieces; i++) {
        out.write(piece.apply(i).getBytes(StandardCharsets.UTF_8));
      }
      out.write(new byte[dataBytes]);
      return path;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path write(String header, int dataBytes) {
    return write(1, _ -> header, dataBytes);
  }

  private static String tensor(String name, long place) {
    return "\"%s\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[%d,%d]}"
        .formatted(name, place, place + 1);
  }

  @Test
  void aHundredThousandTensorsAreFound() {
    int count = 100_000;
    Path path =
        write(
            count + 1,
            i ->
                i == count
                    ? "}"
                    : (i == 0 ? "{" : ",")
                        + tensor("model.layers." + i + ".mlp.down_proj.weight", i),
            count);
    assertThat(Formats.parts(path)).hasSize(count);
    long allocated =
        Hostile.allocatedBytes(
            () -> {
              Source last =
                  Source.parse(Path.of(path + "#model.layers.99999.mlp.down_proj.weight"));
              assertThat(Formats.open(last).dataOffset()).isEqualTo(sizeOf(path) - 1);
            });
    assertThat(allocated).isLessThan(WITHIN_BYTES);
  }

  private static long sizeOf(Path path) {
    try {
      return Files.size(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aHeaderOfNearlyAHundredMegabytesIsReadInLittleMemory() {
    String note = "x".repeat(1_000_000);
    Path path =
        write(
            101,
            i ->
                i == 0
                    ? "{\"__metadata__\":{"
                    : i == 100
                        ? "\"last\":\"\\u00e9\\n\"}," + tensor("x", 0) + "}"
                        : "\"%d\":\"%s\",".formatted(i, note),
            1);
    long allocated =
        Hostile.allocatedBytes(() -> assertThat(Formats.open(path).recordCount()).isEqualTo(1));
    assertThat(allocated).isLessThan(WITHIN_BYTES / 8);
  }

  @Test
  void namesOfAllKindsAreKept() {
    Path path = write("{" + tensor("a\\u0062\\ud83d\\ude00\u00e9\\\"", 0) + "}", 1);
    assertThat(Formats.parts(path).getFirst().name()).isEqualTo("ab\ud83d\ude00\u00e9\"");
  }

  @Test
  void headersThatWouldTakeTooMuchMemoryAreRefused() {
    Path many =
        write(
            400_001,
            i -> i == 400_000 ? "}" : (i == 0 ? "{" : ",") + tensor(Integer.toString(i), i),
            1);
    Hostile.assertRefusedWithin(many, 2 * WITHIN_BYTES, "expected names and shapes of at most");
    Path axes =
        write(
            40_001,
            i ->
                i == 40_000
                    ? "}"
                    : (i == 0 ? "{" : ",")
                        + "\"%d\":{\"dtype\":\"U8\",\"shape\":[1%s],\"data_offsets\":[0,1]}"
                            .formatted(i, ",1".repeat(63)),
            1);
    Hostile.assertRefusedWithin(axes, 2 * WITHIN_BYTES, "expected names and shapes of at most");
    Path name = write("{" + tensor("n".repeat(70_000), 0) + "}", 1);
    Hostile.assertRefusedWithin(name, WITHIN_BYTES, "a name of at most 65536 bytes");
  }

  @Test
  void bytesThatAreNoUtf8AreRefused() throws IOException {
    Path path = write("{" + tensor("nnnn", 0) + "}", 1);
    byte[] bytes = Files.readAllBytes(path);
    bytes[12] = (byte) 0xff;
    Hostile.write(path, bytes, bytes.length);
    assertThatThrownBy(() -> Formats.open(path))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("expected UTF-8 text in the header");
  }

  @Test
  void aHeaderThatIsCutShortIsToldBeforeItIsRead() {
    byte[] file = Arrays.copyOf(new byte[] {0, (byte) 0xe1, (byte) 0xf5, 5}, 32);
    file[8] = '{';
    Path path = Hostile.write(directory.resolve("y"), file, file.length);
    Hostile.assertRefusedWithin(path, 1 << 22, "expected the header of its tensors in bytes 8 to");
  }
}
