package io.penstock.options;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.Batch;
import io.penstock.CheckedData;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.LoaderBuilder;
import io.penstock.TestColumn.RecordKind;
import io.penstock.Way;
import io.penstock.job.LoaderState;
import io.penstock.job.Remainder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An array with checksums, some records of which are damaged. */
@Timeout(120)
abstract class DamagedArray {
  static final int RECORDS = 1003;
  static final int BATCH = 64;

  /** Neighbours, the first and the last, and one whose damage is in the second column. */
  static final List<Integer> DAMAGED = List.of(0, 7, 500, 501, 502, 1002);

  static final int DAMAGED_LABEL = 333;

  private final RecordKind kind;

  @TempDir Path directory;
  CheckedData data;

  /** With images of one size, or of different sizes. */
  DamagedArray(RecordKind kind) {
    this.kind = kind;
  }

  static List<Way> ways() {
    return Way.all().toList();
  }

  @BeforeEach
  void write() throws IOException {
    data = CheckedData.write(directory, RECORDS, kind);
  }

  void damage() throws IOException {
    for (int index : DAMAGED) {
      data.images.flipBit(index);
    }
    CheckedData.flipBit(data.labels, DAMAGED_LABEL);
  }

  /** Damages a record: its image, or, if that is empty, its label. */
  void damage(long index) throws IOException {
    if (data.images.record(index).length > 0) {
      data.images.flipBit(index);
    } else {
      CheckedData.flipBit(data.labels, (int) index);
    }
  }

  /** How many bytes the images of a batch should have together. */
  long imageBytes(Batch batch) {
    long sum = 0;
    for (int i = 0; i < batch.size(); i++) {
      sum += data.images.record(batch.index(i)).length;
    }
    return sum;
  }

  static Set<Integer> allDamaged() {
    Set<Integer> all = new TreeSet<>(DAMAGED);
    all.add(DAMAGED_LABEL);
    return all;
  }

  List<Long> deliver(
      Dataset dataset, int rank, int worldSize, LoaderState from, long most, LoaderState[] state) {
    List<Long> indices = new ArrayList<>();
    try (Loader loader =
        dataset
            .loader()
            .batchSize(BATCH)
            .seed(3)
            .rank(rank, worldSize)
            .state(from)
            .verify(data.checksums)
            .badRecordPolicy(BadRecordPolicy.SKIP)
            .build()) {
      long count = 0;
      for (Batch batch : loader.epoch(0)) {
        for (int i = 0; i < batch.size(); i++) {
          indices.add(batch.index(i));
        }
        if (++count == most) {
          break;
        }
      }
      state[0] = loader.state();
    }
    return indices;
  }

  static List<Long> padding(LoaderBuilder builder) {
    List<Long> padding = new ArrayList<>();
    try (Loader loader = builder.batchSize(BATCH).remainder(Remainder.PAD).build()) {
      for (Batch batch : loader.epoch(0)) {
        for (int i = 0; i < batch.size(); i++) {
          assertThat(batch.isPadding(i)).isEqualTo(i >= batch.unpaddedSize());
          if (batch.isPadding(i)) {
            padding.add(batch.index(i));
          }
        }
      }
    }
    return padding;
  }
}
