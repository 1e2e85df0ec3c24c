package io.penstock.checksum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.penstock.Dataset;
import io.penstock.array.Column;
import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.array.Shard;
import io.penstock.error.PenstockException;
import io.penstock.format.Source;
import io.penstock.write.NpyWriter;
import io.penstock.write.ShardLayout;
import io.penstock.write.VariableNpyWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checksums that are put together of those of shards are those of the whole. */
class ShardChecksumsTest {
  private static final int RECORDS = 1001;
  private static final int SHARDS = 3;
  private static final int IMAGE_BYTES = 2000;

  @TempDir Path directory;

  private final ShardLayout layout =
      ShardLayout.of(
          List.of(column("images", IMAGE_BYTES, false), column("texts", 1, true)), RECORDS, SHARDS);
  private final Map<String, String> files = new HashMap<>();
  private final List<Path> parts = new ArrayList<>();

  private static Column column(String name, long bytes, boolean isVariable) {
    Column.Builder column =
        Column.builder(name, ElementType.UINT8, isVariable ? Shape.SCALAR : Shape.of(bytes))
            .shards(List.of(Shard.of(Path.of(name), 0, RECORDS, bytes)));
    return isVariable ? column.variable().build() : column.build();
  }

  /** What three processes do. */
  @BeforeEach
  void writeShards() throws IOException {
    Random random = new Random(3);
    for (int shard = 0; shard < SHARDS; shard++) {
      int count = (int) (layout.first(shard + 1) - layout.first(shard));
      Path images = directory.resolve(layout.fileName(0, shard));
      Path texts = directory.resolve(layout.fileName(1, shard));
      Path offsets = directory.resolve(layout.offsetsFileName(1, shard));
      Path part = directory.resolve("part-" + shard);
      parts.add(part);
      try (NpyWriter first = NpyWriter.builder(images, ElementType.UINT8, IMAGE_BYTES).open();
          VariableNpyWriter second =
              VariableNpyWriter.open(NpyWriter.builder(texts, ElementType.UINT8), offsets);
          RecordChecksumPart sums = new RecordChecksumPart(part)) {
        for (int i = 0; i < count; i++) {
          byte[] image = bytes(random, IMAGE_BYTES);
          byte[] text = bytes(random, random.nextInt(50));
          first.append(MemorySegment.ofArray(image));
          second.append(MemorySegment.ofArray(text));
          sums.append(new int[] {crc(image), crc(text)}, 2);
        }
        first.commit();
        second.commit();
        sums.finish();
      }
      for (String name : layout.fileNames(shard)) {
        files.put(name, ShardChecksums.ofFile(directory.resolve(name)));
      }
    }
  }

  private static byte[] bytes(Random random, int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private static int crc(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  private Path records() throws IOException {
    try (var all = Files.list(directory)) {
      return all.filter(file -> file.toString().contains(".penstock-records-"))
          .findFirst()
          .orElseThrow();
    }
  }

  @Test
  void checksumsOfRecordsAreThoseOfTheWhole() throws IOException {
    ShardChecksums.write(directory, layout, files, parts);
    Path expected = directory.resolve("expected.npy");
    try (Dataset dataset =
        Dataset.builder()
            .column("images", Source.glob(directory, layout.filePattern(0)))
            .variable(
                "texts",
                List.of(Source.glob(directory, layout.filePattern(1))),
                List.of(Source.glob(directory, layout.offsetsFilePattern(1))))
            .open()) {
      RecordChecksums.write(dataset, expected, false, _ -> {});
    }
    assertThat(records()).hasSameBinaryContentAs(expected);
    assertThat(directory.resolve("images.penstock.json"))
        .content()
        .contains(
            "\"penstock\": \"manifest/1\"",
            "\"records\": 1001,",
            "\"images-*.npy\"",
            "\"texts.offsets-*.npy\"",
            "\"path\": \"images-00002.npy\"",
            files.get("images-00002.npy"));
    // 1 MiB has 8 digits; the header and 334 records of 2,000 bytes are less.
    assertThat(files.get("images-00000.npy")).hasSize(8);
  }

  @Test
  void aPartOfAnotherLengthIsRefused() throws IOException {
    Files.write(parts.get(1), new byte[12]);
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(() -> ShardChecksums.write(directory, layout, files, parts))
        .withMessageContaining("part-1: expected the checksums of a shard, 2672 bytes, found 12");
    assertThat(directory.resolve("images.penstock.json")).doesNotExist();
  }

  @Test
  void aFileWithoutChecksumsIsRefused() {
    files.remove("texts.offsets-00001.npy");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ShardChecksums.write(directory, layout, files, parts))
        .withMessageContaining("texts.offsets-00001.npy");
  }

  @Test
  void aPartThatIsNotFinishedIsDeleted() {
    Path path = directory.resolve("killed");
    try (RecordChecksumPart part = new RecordChecksumPart(path)) {
      part.append(new int[] {1, 2}, 2);
      assertThat(path).exists();
    }
    assertThat(path).doesNotExist();
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(() -> new RecordChecksumPart(parts.getFirst()))
        .withMessageContaining("the checksums of records were not written");
  }
}
