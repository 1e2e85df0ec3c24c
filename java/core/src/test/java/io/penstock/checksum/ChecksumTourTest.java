package io.penstock.checksum;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.error.BadRecord;
import io.penstock.options.BadRecordPolicy;
import io.penstock.sampler.Tour;
import io.penstock.write.NpyWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example in the package documentation compiles, runs, and does what it says. */
class ChecksumTourTest {
  private static final int RECORDS = 1000;

  @TempDir Path directory;

  /** Some records; of them, one is damaged later on. */
  private Path images() {
    Path path = directory.resolve("images.npy");
    byte[] bytes = new byte[RECORDS * 16];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i * 31);
    }
    try (NpyWriter writer =
        NpyWriter.builder(path, io.penstock.array.ElementType.UINT8, 16).open()) {
      writer.append(MemorySegment.ofArray(bytes));
      writer.commit();
    }
    return path;
  }

  @Test
  void exampleRuns() {
    Path images = images();
    Path checksums = directory.resolve("images-crc.npy");
    long count = 0;
    List<BadRecord> damaged;
    // tour
    try (Dataset dataset = Dataset.open(images)) {
      RecordChecksums.write(dataset, checksums, false, records -> {}); // once, while all is well
      try (Loader loader =
          dataset
              .loader()
              .batchSize(128)
              .verify(checksums)
              .badRecordPolicy(BadRecordPolicy.SKIP)
              .build()) {
        for (Batch batch : loader.epoch(0)) { // damaged records are not in it
          count += batch.size();
        }
        damaged = loader.badRecords(); // which they are, and where they lie
      }
    }
    // end of tour
    assertThat(count).isEqualTo(RECORDS);
    assertThat(damaged).isEmpty();
  }

  @Test
  void aDamagedRecordIsLeftOutAsTheExampleSays() throws IOException {
    Path images = images();
    Path checksums = directory.resolve("images-crc.npy");
    try (Dataset dataset = Dataset.open(images)) {
      RecordChecksums.write(dataset, checksums, false, records -> {});
    }
    FileTime modified = Files.getLastModifiedTime(images);
    try (FileChannel channel = FileChannel.open(images, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {99}), 4096 + 16 * 77 + 3);
    }
    Files.setLastModifiedTime(images, modified);
    long count = 0;
    try (Dataset dataset = Dataset.open(images);
        Loader loader =
            dataset
                .loader()
                .batchSize(128)
                .verify(checksums)
                .badRecordPolicy(BadRecordPolicy.SKIP)
                .build()) {
      for (Batch batch : loader.epoch(0)) {
        count += batch.size();
      }
      assertThat(count).isEqualTo(RECORDS - 1);
      assertThat(loader.badRecords()).extracting(BadRecord::index).containsExactly(77L);
    }
  }

  @Test
  void exampleIsTheDocumentedOne() throws IOException {
    assertThat(Tour.documented(RecordChecksums.class.getPackage()))
        .isEqualTo(Tour.compiled(ChecksumTourTest.class));
  }
}
