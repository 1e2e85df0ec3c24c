package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.sampler.FullShuffle;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** More records than an int counts, and files beyond 4 GiB: sparse, so they take no space. */
@Timeout(300)
class LargeFilesTest {
  private static final long RECORDS = (5L << 30) + 123;

  @TempDir Path directory;

  static List<Way> ways() {
    return Way.all().toList();
  }

  @ParameterizedTest
  @MethodSource("ways")
  void recordsBeyondTheRangeOfAnIntAreRead(Way way) {
    TestArray array = TestArray.sparse(directory.resolve("x.npy"), RECORDS, 1);
    FullShuffle order = new FullShuffle(RECORDS, 4);
    for (long position = 0; position < 1000; position++) {
      long index = order.index(2, position);
      array.put(index, new byte[] {mark(index)});
    }
    try (Dataset dataset = Dataset.open(array.path());
        Loader loader = way.loader(dataset).batchSize(200).memoryBytes(64 << 20).seed(4).build()) {
      long beyond = 0;
      for (Batch batch : loader.epoch(2)) {
        for (int i = 0; i < batch.size(); i++) {
          long index = batch.index(i);
          assertThat(batch.column(0).get(ValueLayout.JAVA_BYTE, i)).isEqualTo(mark(index));
          beyond += index > Integer.MAX_VALUE ? 1 : 0;
        }
        if (batch.position() == 800) {
          break;
        }
      }
      assertThat(loader.epoch(0).batchCount()).isEqualTo(RECORDS / 200 + 1);
      assertThat(beyond).isGreaterThan(400);
    }
  }

  @Test
  void aFileBeyondFourGigabytesIsReadToItsEnd() {
    int recordBytes = 64 << 20;
    TestArray array = TestArray.sparse(directory.resolve("x.npy"), 70, recordBytes);
    byte[] last = new byte[recordBytes];
    Arrays.fill(last, (byte) 7);
    last[0] = 1;
    last[recordBytes - 1] = 2;
    array.put(69, last);
    try (Dataset dataset = Dataset.open(array.path());
        Loader loader = dataset.loader().batchSize(1).memoryBytes(512 << 20).build()) {
      boolean isSeen = false;
      for (Batch batch : loader.epoch(0)) {
        if (batch.index(0) == 69) {
          isSeen = true;
          assertThat(batch.column(0).mismatch(MemorySegment.ofArray(last))).isEqualTo(-1);
          assertThat(dataset.record("x", 69).mismatch(batch.column(0))).isEqualTo(-1);
        } else {
          assertThat(batch.column(0).get(ValueLayout.JAVA_BYTE, recordBytes - 1)).isZero();
        }
      }
      assertThat(isSeen).isTrue();
      assertThat(array.offsetBytes(69)).isGreaterThan(1L << 32);
    }
  }

  /** A byte for a record; never 0, as where nothing was written. */
  private static byte mark(long index) {
    return (byte) (1 + index % 251);
  }
}
