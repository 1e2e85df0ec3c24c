package io.penstock.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.Record;
import ai.djl.util.Pair;
import io.penstock.Dataset;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Single records, and what DJL does with sets that have random access. */
@Timeout(60)
class PenstockRecordsTest {
  @TempDir Path directory;
  private Dataset dataset;
  private NDManager manager;
  private PenstockRecords records;

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager();
    dataset =
        Dataset.open(
            ArrayFile.bytes(directory.resolve("x.npy"), 23, 12),
            ArrayFile.indices(directory.resolve("y.npy"), 23));
    records = PenstockRecords.builder(dataset).data("x").label("y").setSampling(5, true).build();
  }

  @AfterEach
  void close() {
    manager.close();
    dataset.close();
  }

  @Test
  void aRecordIsACopyThatMayBeChangedAndOutlivesTheDataset() {
    Record record = records.get(manager, 22);
    dataset.close();
    NDArray image = record.getData().head();
    assertThat(image.getShape()).isEqualTo(new Shape(12));
    assertThat(image.addi(1).toUint8Array()[11]).isEqualTo(22 + 11 + 1);
    assertThat(record.getLabels().head().getLong()).isEqualTo(22);
  }

  @Test
  void thereAreNoOthers() {
    assertThat(records.size()).isEqualTo(23);
    for (long index : new long[] {-1, 23}) {
      assertThatExceptionOfType(IndexOutOfBoundsException.class)
          .isThrownBy(() -> records.get(manager, index));
    }
  }

  @Test
  void djlStacksThemIntoBatchesAndEachComesOnce() throws Exception {
    Set<Long> seen = new TreeSet<>();
    for (Batch batch : records.getData(manager)) {
      long[] labels = batch.getLabels().head().toLongArray();
      NDArray images = batch.getData().head();
      assertThat(images.getShape()).isEqualTo(new Shape(labels.length, 12));
      for (int i = 0; i < labels.length; i++) {
        assertThat(images.get(i).toUint8Array()[3]).isEqualTo((int) labels[i] + 3);
        assertThat(seen.add(labels[i])).isTrue();
      }
      batch.close();
    }
    assertThat(seen).hasSize(23);
  }

  @Test
  void djlSplitsThem() throws Exception {
    RandomAccessDataset[] parts = records.randomSplit(3, 1);
    assertThat(parts[0].size() + parts[1].size()).isEqualTo(23);
    Pair<Number[][], Number[][]> arrays = records.subDataset(4, 6).toArray(manager);
    assertThat(arrays.getValue()[1][0]).isEqualTo(5L);
  }
}
