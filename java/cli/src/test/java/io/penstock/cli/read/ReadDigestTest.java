package io.penstock.cli.read;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.penstock.cli.Run;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What is delivered stays what it was, bit for bit: digests of orders, ways of reading, ranks and
 * formats, as an earlier release computed them (read-digests.tsv). A job that goes on with a newer
 * release depends on it.
 */
class ReadDigestTest {
  private static final int RECORDS = 5_003;
  private static final int RECORD_BYTES = 37;

  @TempDir static Path directory;

  @BeforeAll
  static void write() throws IOException {
    byte[] values = new byte[RECORDS * RECORD_BYTES];
    new SplittableRandom(1).nextBytes(values);
    int cut = 2_000;
    npy("x.npy", "|u1", "%d, %d".formatted(RECORDS, RECORD_BYTES), values);
    npy(
        "part-1.npy",
        "|u1",
        "%d, %d".formatted(cut, RECORD_BYTES),
        Arrays.copyOf(values, cut * RECORD_BYTES));
    npy(
        "part-2.npy",
        "|u1",
        "%d, %d".formatted(RECORDS - cut, RECORD_BYTES),
        Arrays.copyOfRange(values, cut * RECORD_BYTES, values.length));
    Files.write(directory.resolve("x.bin"), values);
    ByteBuffer labels = ByteBuffer.allocate(4 * RECORDS).order(ByteOrder.BIG_ENDIAN);
    ByteBuffer offsets = ByteBuffer.allocate(8 * (RECORDS + 1)).order(ByteOrder.LITTLE_ENDIAN);
    SplittableRandom random = new SplittableRandom(2);
    long at = 0;
    for (int i = 0; i < RECORDS; i++) {
      labels.putInt(i % 7);
      offsets.putLong(at);
      at = i == RECORDS - 1 ? values.length : Math.min(values.length, at + random.nextInt(70));
    }
    offsets.putLong(at);
    npy("y.npy", ">i4", RECORDS + ",", labels.array());
    npy("offsets.npy", "<i8", RECORDS + 1 + ",", offsets.array());
    npy("values.npy", "|u1", values.length + ",", values);
    safetensors(values);
    for (int i = 0; i < 60; i++) {
      Path folder = Files.createDirectories(directory.resolve("folder/class" + i % 3));
      Files.write(folder.resolve("f" + i), Arrays.copyOfRange(values, 100 * i, 101 * i + 1));
    }
  }

  private static void npy(String name, String descr, String shape, byte[] data) throws IOException {
    String header =
        "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }".formatted(descr, shape);
    ByteBuffer file = ByteBuffer.allocate(128 + data.length).order(ByteOrder.LITTLE_ENDIAN);
    file.put((byte) 0x93).put("NUMPY\1\0".getBytes(StandardCharsets.US_ASCII));
    file.putShort((short) 118).put("%-117s\n".formatted(header).getBytes(StandardCharsets.UTF_8));
    Files.write(directory.resolve(name), file.put(data).array());
  }

  private static void safetensors(byte[] data) throws IOException {
    byte[] header =
        "{\"x\":{\"dtype\":\"U8\",\"shape\":[%d,%d],\"data_offsets\":[0,%d]}}"
            .formatted(RECORDS, RECORD_BYTES, data.length)
            .getBytes(StandardCharsets.UTF_8);
    ByteBuffer file = ByteBuffer.allocate(8 + header.length + data.length);
    file.order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).put(header).put(data);
    Files.write(directory.resolve("x.safetensors"), file.array());
  }

  /** Lines of a command line and its digests; names of files begin with an at sign. */
  static Stream<String[]> vectors() throws IOException {
    try (InputStream vectors = ReadDigestTest.class.getResourceAsStream("read-digests.tsv")) {
      String text = new String(vectors.readAllBytes(), StandardCharsets.UTF_8);
      return text.lines().map(line -> line.split("\t"));
    }
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void deliveredBytesAreThoseOfTheReleaseBefore(String arguments, String digest) {
    Stream<String> given =
        Stream.of(arguments.split(" ")).map(word -> word.replace("@", directory + "/"));
    Object[] words =
        Stream.concat(
                Stream.concat(Stream.of("read"), given),
                Stream.of("--memory", "32m", "--digest", "--json"))
            .toArray();
    Run run = Run.of(words);
    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isZero();
    assertThat(JsonParser.parseString(run.text()).getAsJsonObject().get("digest").toString())
        .isEqualTo(digest);
  }
}
