package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.format.Source;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sequences of token data are records of different sizes. */
class TokenSequencesTest {
  @TempDir Path directory;

  @Test
  void anArrayThatIsCalledSequencesIsAnArray() throws IOException {
    Path file = directory.resolve("data.npz");
    String header = "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 2), }";
    byte[] bytes = new byte[10 + 118 + 6];
    ByteBuffer npy = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    npy.put((byte) 0x93).put("NUMPY\1\0".getBytes(StandardCharsets.US_ASCII)).putShort((short) 118);
    npy.put(
        (header + " ".repeat(117 - header.length()) + "\n").getBytes(StandardCharsets.US_ASCII));
    npy.put(new byte[] {1, 2, 3, 4, 5, 6});
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      ZipEntry entry = new ZipEntry("sequences.npy");
      CRC32 crc = new CRC32();
      crc.update(bytes);
      entry.setMethod(ZipEntry.STORED);
      entry.setSize(bytes.length);
      entry.setCrc(crc.getValue());
      zip.putNextEntry(entry);
      zip.write(bytes);
    }
    for (String name : List.of("data.npz", "data.npz#sequences", "d*.npz#sequences")) {
      try (Dataset dataset =
          Dataset.builder().column("x", Source.parse(directory.resolve(name))).open()) {
        assertThat(dataset.record("x", 2).toArray(ValueLayout.JAVA_BYTE)).containsExactly(5, 6);
      }
    }
  }

  @Test
  void sequencesOfSeveralIndexesAreOneColumn() {
    Source pattern =
        Source.parse(
            Path.of("src/test/resources/io/penstock/format/numpy1/tokens-u*.idx#sequences"));
    List<Source> shards = pattern.shards();
    long records = 0;
    for (Source shard : shards) {
      try (Dataset dataset = Dataset.open(shard)) {
        records += dataset.recordCount();
      }
    }
    try (Dataset dataset = Dataset.builder().column("x", pattern).open()) {
      assertThat(dataset.recordCount()).isEqualTo(records);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"u2", "i4", "f8"})
  void sequencesOfTokenDataAreRecords(String type) throws IOException {
    Path files = Path.of("src/test/resources/io/penstock/format/numpy1");
    Path index = files.resolve("tokens-" + type + ".idx");
    byte[] tokens = Files.readAllBytes(files.resolve("tokens-" + type + ".bin"));
    ByteBuffer header = ByteBuffer.wrap(Files.readAllBytes(index)).order(ByteOrder.LITTLE_ENDIAN);
    int count = (int) header.getLong(18);
    try (Dataset dataset = Dataset.open(Source.parse(Path.of(index + "#sequences")));
        Loader loader = dataset.loader().batchSize(2).build()) {
      assertThat(dataset.recordCount()).isEqualTo(count);
      int seen = 0;
      for (Batch batch : loader.epoch(0)) {
        int bytes = dataset.column("sequences").elementType().sizeBytes();
        for (int i = 0; i < batch.size(); i++, seen++) {
          int sequence = (int) batch.index(i);
          long from = batch.offsets("sequences").getAtIndex(ValueLayout.JAVA_LONG, i) * bytes;
          int length = header.getInt(34 + 4 * sequence) * bytes;
          long pointer = header.getLong(34 + 4 * count + 8 * sequence);
          assertThat(batch.column("sequences").asSlice(from, length).toArray(ValueLayout.JAVA_BYTE))
              .isEqualTo(
                  java.util.Arrays.copyOfRange(tokens, (int) pointer, (int) pointer + length));
        }
      }
      assertThat(seen).isEqualTo(count);
    }
  }
}
