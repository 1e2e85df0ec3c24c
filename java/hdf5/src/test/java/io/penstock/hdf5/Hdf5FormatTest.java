package io.penstock.hdf5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.array.ArrayLayout;
import io.penstock.array.Part;
import io.penstock.array.Shape;
import io.penstock.array.StreamedArray;
import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import io.penstock.format.Source;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Datasets that h5py wrote. */
class Hdf5FormatTest {
  private static final Path FOLDER = Path.of("src/test/resources/io/penstock/hdf5");
  private static final Path FILE = FOLDER.resolve("arrays.h5");

  @TempDir Path directory;

  private static List<String[]> expected() throws IOException {
    return Files.readAllLines(FOLDER.resolve("arrays.tsv")).stream()
        .map(line -> line.split("\t", -1))
        .toList();
  }

  private static Source part(String name) {
    return Source.parse(Path.of(FILE + "#" + name));
  }

  @Test
  void datasetsAreReadAsTheyWereWritten() throws IOException, NoSuchAlgorithmException {
    int read = 0;
    for (String[] words : expected()) {
      if (words[1].equals("refused")) {
        continue;
      }
      ArrayLayout layout = Formats.open(part(words[0]));
      assertThat(layout.format()).isEqualTo("hdf5");
      assertThat(layout.elementType().descr()).as(words[0]).isEqualTo(words[1]);
      assertThat(String.join(",", layout.shape().toList().stream().map(String::valueOf).toList()))
          .isEqualTo(words[2]);
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(shuffled(part(words[0])));
      assertThat(HexFormat.of().formatHex(digest)).as(words[0]).isEqualTo(words[3]);
      read++;
    }
    assertThat(read).isEqualTo(14);
  }

  /** One epoch, every record put at its place. */
  private static byte[] shuffled(Source source) {
    try (Dataset dataset = Dataset.builder().column("x", source).open();
        Loader loader = dataset.loader().batchSize(2).seed(3).memoryBytes(32 << 20).build()) {
      int recordBytes = Math.toIntExact(dataset.recordBytes());
      byte[] bytes = new byte[Math.toIntExact(dataset.recordCount()) * recordBytes];
      for (Batch batch : loader.epoch(1)) {
        for (int i = 0; i < batch.size(); i++) {
          int place = Math.toIntExact(batch.index(i)) * recordBytes;
          MemorySegment.copy(
              batch.column("x"),
              ValueLayout.JAVA_BYTE,
              (long) i * recordBytes,
              bytes,
              place,
              recordBytes);
        }
      }
      return bytes;
    }
  }

  @Test
  void whatCannotBeReadInPlaceIsRefusedByName() throws IOException {
    for (String[] words : expected()) {
      if (words[1].equals("refused")) {
        assertThatThrownBy(() -> Formats.open(part(words[0])))
            .isInstanceOf(PenstockException.class)
            .hasMessageStartingWith(FILE + ": '" + words[0] + "': ")
            .hasMessageContaining(words[2]);
      }
    }
  }

  /** Both hold the same numbers, in chunks of other sizes, of which one kind is compressed. */
  @Test
  void chunksAreUnpackedInOrder() throws IOException {
    byte[] packed = elements("packed");
    assertThat(packed).hasSize(8 * 4 * 4).isEqualTo(shuffled(part("chunked")));
    for (int i = 0; i < packed.length; i++) {
      // As write_arrays.py fills them.
      assertThat(packed[i]).as("byte %d", i).isEqualTo((byte) ((i * 2654435761L) >> 7));
    }
    assertThat(Formats.streamed(part("chunked"))).isEmpty();
    assertThat(Formats.streamed(part("flags"))).isEmpty();
    assertThat(Formats.streamed(part("words"))).isEmpty();
  }

  private static byte[] elements(String name) throws IOException {
    StreamedArray array = Formats.streamed(part(name)).orElseThrow();
    assertThat(array.elementType().descr()).isEqualTo("<f4");
    assertThat(array.shape()).isEqualTo(Shape.of(8, 4));
    try (InputStream elements = array.source().open()) {
      return elements.readAllBytes();
    }
  }

  @Test
  void linksAreNotFollowed() throws IOException {
    assertThat(Formats.parts(FILE))
        .filteredOn(part -> !part.isField())
        .extracting(Part::name)
        .containsExactlyInAnyOrderElementsOf(expected().stream().map(words -> words[0]).toList());
  }

  /** Whatever a damaged file says, arrays lie inside of it, or there is a reason. */
  @Test
  void damagedFilesAreReadConsistentlyOrRefused() throws IOException {
    byte[] file = Files.readAllBytes(FILE);
    SplittableRandom random = new SplittableRandom(41);
    Path path = directory.resolve("damaged.h5");
    int refused = 0;
    for (int i = 0; i < 1_000; i++) {
      byte[] damaged = file.clone();
      for (int change = random.nextInt(1, 30); change > 0; change--) {
        damaged[random.nextInt(8, file.length)] = (byte) random.nextInt();
      }
      Files.write(path, damaged);
      try {
        for (Part part : Formats.parts(path)) {
          if (part.problem().isEmpty()) {
            ArrayLayout layout = part.layout();
            for (ArrayLayout.Run run : layout.runs()) {
              long end = run.offsetBytes() + run.recordCount() * run.strideBytes();
              assertThat(end).isBetween(0L, (long) file.length);
            }
          }
        }
      } catch (PenstockException e) {
        assertThat(e.getMessage()).startsWith(path + ": ").doesNotContain("\n");
        refused++;
      }
    }
    assertThat(refused).isPositive();
  }

  @Test
  void filesThatAreCutShortAreRefused() throws IOException {
    byte[] file = Files.readAllBytes(FILE);
    Path path = directory.resolve("cut.h5");
    for (int length = 8; length < 2_000; length += 37) {
      Files.write(path, Arrays.copyOf(file, length));
      assertThatThrownBy(() -> Formats.parts(path)).isInstanceOf(PenstockException.class);
    }
  }
}
