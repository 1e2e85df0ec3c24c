package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.penstock.error.BadRecord;
import io.penstock.error.PenstockException;
import io.penstock.options.BadRecordPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Which file of checksums a loader takes for which columns. */
@Timeout(120)
class ChecksumFilesTest {
  private static final int RECORDS = 1003;

  @TempDir Path directory;
  private CheckedData data;

  @BeforeEach
  void write() throws IOException {
    data = CheckedData.write(directory, RECORDS);
  }

  @Test
  void theyAreFoundByTheNamesOfColumns() throws IOException {
    CheckedData.flipBit(data.labels, 5);
    try (Dataset dataset = Dataset.open(data.labels.path());
        Loader loader =
            dataset.loader().verify(data.checksums).badRecordPolicy(BadRecordPolicy.SKIP).build()) {
      for (Batch batch : loader.epoch(0)) {
        assertThat(batch.size()).isPositive();
      }
      assertThat(loader.badRecords()).singleElement().extracting(BadRecord::index).isEqualTo(5L);
    }
  }

  @Test
  void thoseOfOtherDataAreRefused() throws IOException {
    Path others = data.checksums("others.npy", "'images'", "'classes'");
    TestArray shorter = TestArray.random(directory.resolve("short.npy"), RECORDS - 1, 784, 3);
    try (Dataset dataset = data.open();
        Dataset named = Dataset.builder().column("images", shorter.path()).open()) {
      assertThatExceptionOfType(PenstockException.class)
          .isThrownBy(() -> dataset.loader().verify(others).build())
          .withMessageContaining("expected checksums of a column 'labels'")
          .withMessageContaining("classes");
      assertThatExceptionOfType(PenstockException.class)
          .isThrownBy(() -> named.loader().verify(data.checksums).build())
          .withMessageContaining("of the 1002 records of column 'images'");
      assertThatExceptionOfType(PenstockException.class)
          .isThrownBy(() -> dataset.loader().verify(directory.resolve("none.npy")).build())
          .withMessageContaining("none.npy");
      assertThatExceptionOfType(PenstockException.class)
          .isThrownBy(() -> dataset.loader().verify(data.labels.path()).build())
          .withMessageContaining("expected checksums of a column 'images'");
    }
  }

  @Test
  void modificationTimesAreNoBusinessOfChecksums() throws IOException {
    Files.setLastModifiedTime(data.images.values().path(), FileTime.fromMillis(1_000_000_000_000L));
    try (Dataset dataset = data.open();
        Loader loader = dataset.loader().verify(data.checksums).build()) {
      assertThat(loader.epoch(0).iterator().next().size()).isEqualTo(256);
    }
  }
}
