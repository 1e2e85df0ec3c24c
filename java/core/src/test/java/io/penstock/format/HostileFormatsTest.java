package io.penstock.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * IDX, safetensors and token indices that are damaged or made to do harm: either they describe
 * arrays that are in the file, or there is a PenstockException.
 */
class HostileFormatsTest {
  private static final Path FILES = Path.of("src/test/resources/io/penstock/format/numpy1");

  /** What is allocated; what is held at one time is less. */
  private static final long WITHIN_BYTES = 64 << 20;

  @TempDir Path directory;

  @AfterAll
  static void sayHowLongTheSlowestTook() {
    Hostile.printSlowest();
  }

  private Path copy(String name) throws IOException {
    if (name.startsWith("tokens")) {
      String tokens = name.replace(".idx", ".bin");
      Files.copy(FILES.resolve(tokens), directory.resolve(tokens));
    }
    return directory.resolve(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"u1-1.idx", "f8-3.idx", "tensors.safetensors", "half.safetensors"})
  void everyPrefixIsRefused(String name) throws IOException {
    byte[] file = Files.readAllBytes(FILES.resolve(name));
    Hostile.assertPrefixesRefused(copy(name), file);
  }

  @Test
  void everyPrefixOfATokenIndexIsSound() throws IOException {
    Path path = copy("tokens-u2.idx");
    byte[] file = Files.readAllBytes(FILES.resolve("tokens-u2.idx"));
    for (int length = 0; length < file.length; length++) {
      assertThat(Hostile.isSound(Hostile.write(path, file, length))).isFalse();
    }
    assertThat(Hostile.isSound(Hostile.write(path, file, file.length))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "u1-1.idx",
        "i4-3.idx",
        "tensors.safetensors",
        "half.safetensors",
        "tokens-u2.idx",
        "tokens-f8.idx"
      })
  void flippedBitsAreReadConsistentlyOrRefused(String name) throws IOException {
    Path path = copy(name);
    Hostile.assertFlipsSound(path, Files.readAllBytes(FILES.resolve(name)));
  }

  @Test
  void changedBytesAreReadConsistentlyOrRefused() throws IOException {
    List<byte[]> files = new ArrayList<>();
    for (String name : List.of("f4-3.idx", "tensors.safetensors", "half.safetensors")) {
      files.add(Files.readAllBytes(FILES.resolve(name)));
    }
    Hostile.assertChangesSound(directory.resolve("changed"), files, 4_000, 23);
    Path index = copy("tokens-i4.idx");
    byte[] tokens = Files.readAllBytes(FILES.resolve("tokens-i4.idx"));
    Hostile.assertChangesSound(index, List.of(tokens), 4_000, 29);
  }

  private void assertTensorsRefused(String header, int dataBytes, String reason) {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    byte[] file = new byte[8 + text.length + dataBytes];
    ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(text.length).put(text);
    Path path = Hostile.write(directory.resolve("x.safetensors"), file, file.length);
    Hostile.assertRefusedWithin(path, WITHIN_BYTES, reason);
  }

  private static String tensor(String shape, String place) {
    return "{\"x\":{\"dtype\":\"U8\",\"shape\":[%s],\"data_offsets\":[%s]}}"
        .formatted(shape, place);
  }

  @Test
  void tensorsThatCannotBeInTheFileAreRefused() {
    assertTensorsRefused(tensor("7", "0,6"), 6, "expected 7 bytes for 'x'");
    assertTensorsRefused(tensor("6", "1,7"), 7, "without holes or overlaps");
    assertTensorsRefused(tensor("6", "0,6"), 7, "expected 6 bytes of tensors, found 7");
    assertTensorsRefused(tensor("6", "0,6"), 5, "expected 6 bytes of tensors, found 5");
    assertTensorsRefused(tensor("6", "6,0"), 6, "without holes or overlaps");
    String most = "9223372036854775807";
    assertTensorsRefused(tensor(most, "0," + most), 6, "expected " + most + " bytes of tensors");
    assertTensorsRefused(tensor(most + "," + most, "0,6"), 6, "bytes for 'x'");
    assertTensorsRefused(tensor("9223372036854775808", "0,6"), 6, "a whole number of 63 bits");
    assertTensorsRefused(tensor("-6", "0,6"), 6, "a whole number");
    assertTensorsRefused(tensor("6.0", "0,6"), 6, "expected");
    assertTensorsRefused(tensor("1" + ",1".repeat(64), "0,1"), 1, "at most 64 numbers");
    assertTensorsRefused(tensor("6", "0,6,6"), 6, "at most 2 numbers");
  }

  @Test
  void headersThatAreNoHeadersAreRefused() {
    assertTensorsRefused("{", 0, "its end");
    assertTensorsRefused("{}}", 0, "nothing after the header");
    assertTensorsRefused("{\"a\":{}}", 0, "dtype, shape and two data_offsets");
    assertTensorsRefused("{\"__metadata__\":{\"a\":1}}", 0, "expected");
    assertTensorsRefused("{\"a\":{\"b\":".repeat(300_000), 0, "expected dtype, shape");
    assertTensorsRefused("{\"__metadata__\":" + "{".repeat(1_000_000), 0, "expected");
    assertTensorsRefused("{\"" + "x".repeat(2_000_000), 0, "a string that ends");
    String twice = "\"x\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}";
    assertTensorsRefused("{" + twice + "," + twice + "}", 0, "each tensor once");
    StringBuilder many = new StringBuilder("{\"n\":{\"dtype\":\"U8\"}");
    for (int i = 0; i < 70_000; i++) {
      many.append(",\"%d\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}".formatted(i));
    }
    assertTensorsRefused(many.append("}").toString(), 0, "expected");
  }

  @Test
  void aHeaderThatIsLongerThanAnyIsRefusedUnread() {
    byte[] file = new byte[32];
    ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(90_000_000).put((byte) '{');
    Path path = Hostile.write(directory.resolve("x.safetensors"), file, file.length);
    Hostile.assertRefusedWithin(path, 1 << 20, "expected the header of its tensors in bytes 8");
  }

  @Test
  void imagesThatCannotBeInTheFileAreRefused() {
    byte[] file = new byte[4 + 4 * 64];
    ByteBuffer.wrap(file).put(new byte[] {0, 0, 8, 64}).putInt(-1).putInt(-1).putInt(-1);
    Path path = Hostile.write(directory.resolve("x.idx"), file, file.length);
    Hostile.assertRefusedWithin(path, 1 << 20, "x.idx: ");
    ByteBuffer sizes = ByteBuffer.wrap(file).position(4);
    while (sizes.hasRemaining()) {
      sizes.putInt(-1);
    }
    Hostile.write(path, file, file.length);
    Hostile.assertRefusedWithin(path, 1 << 20, "less than 2^63 bytes");
  }

  @Test
  void tokenIndicesWithAbsurdNumbersAreRefused() throws IOException {
    byte[] file = Files.readAllBytes(FILES.resolve("tokens-u2.idx"));
    Path path = copy("tokens-u2.idx");
    for (long count : new long[] {-1, Long.MAX_VALUE, 1L << 61, 6}) {
      for (int place : new int[] {18, 26}) {
        byte[] damaged = file.clone();
        ByteBuffer.wrap(damaged).order(ByteOrder.LITTLE_ENDIAN).putLong(place, count);
        Hostile.write(path, damaged, damaged.length);
        Hostile.assertRefusedWithin(path, 1 << 20, "token index is cut short");
      }
    }
    Hostile.write(path, file, file.length);
    Files.delete(directory.resolve("tokens-u2.bin"));
    Hostile.assertRefusedWithin(path, 1 << 20, "tokens-u2.bin: expected a file, found none");
    assertThat(Formats.open(Source.parse(Path.of(path + "#lengths"))).recordCount()).isEqualTo(5);
  }
}
