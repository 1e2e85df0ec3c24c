package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.array.Column;
import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.format.RawLayout;
import io.penstock.format.Source;
import io.penstock.options.Readahead;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Columns that are parts of files: members of archives, fields, side by side with whole files. */
class DatasetPartsTest {
  private static final Path FILES = Path.of("src/test/resources/io/penstock/format/numpy1");

  @Test
  void membersOfAnArchiveAreColumnsNamedAfterThem() {
    try (Dataset dataset =
        Dataset.open(
            Source.parse(FILES.resolve("stored.npz#x")),
            Source.parse(FILES.resolve("stored.npz#y")))) {
      assertThat(dataset.columns()).extracting(Column::name).containsExactly("x", "y");
      assertThat(dataset.recordCount()).isEqualTo(6);
      assertThat(dataset.files()).hasSize(1);
      assertDelivered(dataset);
    }
  }

  @Test
  void fieldsOfRecordsAreColumns() {
    Path nested = FILES.resolve("nested.npy");
    try (Dataset dataset =
        Dataset.builder()
            .column("id", Source.parse(Path.of(nested + "#id")))
            .column("y", Source.parse(Path.of(nested + "#at.y")))
            .column("all", nested)
            .open()) {
      assertThat(dataset.column("y").shape()).isEqualTo(Shape.of(2, 3));
      assertThat(dataset.column("all").recordBytes()).isEqualTo(65);
      MemorySegment all = dataset.record("all", 2);
      assertThat(dataset.record("id", 2).mismatch(all.asSlice(0, 8))).isEqualTo(-1);
      assertThat(dataset.record("y", 2).mismatch(all.asSlice(12, 12))).isEqualTo(-1);
      assertDelivered(dataset);
    }
  }

  /** Of different lengths, some of them empty; each takes two descriptors. */
  @Test
  void thousandsOfShardsAreOneColumn(@TempDir Path directory) throws IOException {
    int count = 3_000;
    long limit =
        ((com.sun.management.UnixOperatingSystemMXBean)
                ManagementFactory.getOperatingSystemMXBean())
            .getMaxFileDescriptorCount();
    assumeTrue(limit > 2 * count + 500, "the limit of open files is " + limit);
    int records = 0;
    for (int shard = 0; shard < count; shard++) {
      ByteBuffer bytes = ByteBuffer.allocate(4 * (shard % 4));
      while (bytes.hasRemaining()) {
        bytes.putInt(records++);
      }
      Files.write(directory.resolve("part-" + shard + ".bin"), bytes.array());
    }
    Source shards =
        Source.parse(directory.resolve("part-*.bin")).raw(RawLayout.of(ElementType.named(">i4")));
    try (Dataset dataset = Dataset.builder().column("x", shards).open()) {
      assertThat(dataset.recordCount()).isEqualTo(records);
      assertThat(dataset.column("x").shards()).hasSize(count);
      for (int index : new int[] {0, 1, 2_000, records - 1}) {
        assertThat(dataset.record("x", index).asByteBuffer().getInt()).isEqualTo(index);
      }
      assertDelivered(dataset);
    }
  }

  /** What the loader brings, shuffled, is what lies in the mapped file. */
  private static void assertDelivered(Dataset dataset) {
    assertDelivered(dataset, "backend=mmap");
    assertDelivered(dataset, "io=buffered");
  }

  private static void assertDelivered(Dataset dataset, String readahead) {
    List<Long> seen = new ArrayList<>();
    LoaderBuilder builder = dataset.loader().batchSize(2).seed(5).memoryBytes(64 << 20);
    try (Loader loader = builder.readahead(Readahead.parse(readahead)).build()) {
      for (Batch batch : loader.epoch(0)) {
        for (int i = 0; i < batch.size(); i++) {
          seen.add(batch.index(i));
          for (Column column : dataset.columns()) {
            long bytes = column.recordBytes();
            MemorySegment record = batch.column(column.name()).asSlice(i * bytes, bytes);
            assertThat(record.toArray(ValueLayout.JAVA_BYTE))
                .as("record %d of %s", batch.index(i), column.name())
                .isEqualTo(
                    dataset.record(column.name(), batch.index(i)).toArray(ValueLayout.JAVA_BYTE));
          }
        }
      }
    }
    assertThat(seen).hasSize((int) dataset.recordCount()).doesNotHaveDuplicates();
  }
}
