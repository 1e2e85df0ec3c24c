package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.array.ElementType;
import io.penstock.checksum.RecordChecksums;
import io.penstock.format.Source;
import io.penstock.job.LoaderState;
import io.penstock.options.Shuffle;
import io.penstock.write.DatasetShuffle;
import io.penstock.write.NpyWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written, compared or read again is the same in languages with other digits. */
class LocaleTest {
  private final Locale before = Locale.getDefault();

  @TempDir Path directory;

  @BeforeEach
  void speakArabic() {
    Locale.setDefault(Locale.forLanguageTag("ar-EG"));
    assertThat("%d".formatted(4096)).as("digits of this language").isNotEqualTo("4096");
  }

  @AfterEach
  void speakAsBefore() {
    Locale.setDefault(before);
  }

  private Path write(String name, String field) {
    Path path = directory.resolve(name);
    try (NpyWriter writer =
        NpyWriter.builder(path, ElementType.INT16, 9).alignRecords(field).open()) {
      writer.append(MemorySegment.ofArray(new short[9 * 1000]));
      writer.commit();
    }
    return path;
  }

  @Test
  void writtenFilesAreRead() throws IOException {
    write("x.npy", "x");
    try (Dataset dataset = Dataset.open(Source.parse(Path.of(directory.resolve("x.npy") + "#x")))) {
      assertThat(dataset.recordCount()).isEqualTo(1000);
      new DatasetShuffle(dataset, directory.resolve("out")).shards(3).run();
      Path checksums = directory.resolve("x.checksums.npy");
      RecordChecksums.write(dataset, checksums, false, _ -> {});
      try (RecordChecksums read = RecordChecksums.open(checksums, dataset)) {
        assertThat(read.get(0, 0)).isEqualTo(read.get(0, 999));
      }
    }
    try (var files = Files.list(directory.resolve("out"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .contains("x-00000.npy", "x-00001.npy", "x-00002.npy");
    }
  }

  @Test
  void statesAndFingerprintsAreThoseOfAllLanguages() {
    Path path = write("y.npy", null);
    String arabic = state(path);
    Locale.setDefault(Locale.ROOT);
    assertThat(state(path)).isEqualTo(arabic);
  }

  private static String state(Path path) {
    try (Dataset dataset = Dataset.open(path);
        Loader loader =
            dataset.loader().shuffle(Shuffle.BLOCK).blockRecords(10).batchSize(100).build()) {
      int batches = 0;
      for (Batch batch : loader.epoch(0)) {
        assertThat(batch.size()).isEqualTo(100);
        if (++batches == 3) {
          break;
        }
      }
      String state = loader.state().toString();
      assertThat(LoaderState.parse(state).toString()).isEqualTo(state);
      return state + dataset.fingerprint();
    }
  }
}
