package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.error.PenstockException;
import io.penstock.options.Readahead;
import io.penstock.options.Shuffle;
import io.penstock.sampler.FullShuffle;
import io.penstock.sampler.Subset;
import io.penstock.sampler.SubsetSampler;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files that are not cached and fit into memory: read once, in order, beside the first batches. */
@Timeout(120)
@NamesNativeWays
class WarmingTest {
  private static final int RECORDS = 20_000;
  private static final int RECORD_BYTES = 784;
  private static final long BYTES = (long) RECORDS * RECORD_BYTES;

  @TempDir Path directory;

  @Test
  @NeedsNative("going from one backend to another")
  void theFirstEpochReadsTheDataOnceAndInOrder() throws Exception {
    TestArray array = TestArray.random(directory.resolve("x.npy"), RECORDS, RECORD_BYTES, 3);
    byte[] all = array.all();
    drop(array.path());
    try (Dataset dataset = Dataset.open(array.path());
        Loader loader = warming(dataset.loader().batchSize(100).seed(5))) {
      checkEpoch(loader, all, 0);

      awaitWarming(loader);
      LoaderStatistics statistics = loader.statistics();
      assertThat(statistics.method().reason()).contains("warmed, reading ");
      assertThat(statistics.io().bytesRead()).isGreaterThan(BYTES / 2);
      assertThat(dataset.files().getFirst().cachedFraction()).isGreaterThan(0.95);
      checkEpoch(loader, all, 1);
      assertThat(loader.backend()).isEqualTo(Readahead.Backend.MMAP);
    }
  }

  @Test
  void theOrderIsThatOfAnyOtherWay() throws Exception {
    TestArray array = cold("x.npy");
    try (Dataset dataset = Dataset.open(array.path())) {
      List<Long> expected;
      List<Long> found;
      try (Loader loader = warming(dataset.loader().seed(9))) {
        found = order(loader);
      }
      try (Loader loader =
          dataset.loader().seed(9).readahead(Readahead.parse("backend=pread")).build()) {
        expected = order(loader);
      }
      assertThat(found).isEqualTo(expected);
    }
  }

  @Test
  void severalColumnsRanksAndThreadsAreWarmed() throws Exception {
    TestArray x = cold("x.npy");
    TestArray y = TestArray.random(directory.resolve("y.npy"), RECORDS, 3, 8);
    byte[] all = y.all();
    drop(y.path());
    try (Dataset dataset = Dataset.open(x.path(), y.path())) {
      List<Loader> ranks = new ArrayList<>();
      for (int rank = 0; rank < 2; rank++) {
        ranks.add(
            warming(dataset.loader().rank(rank, 2).readahead(Readahead.parse("ioThreads=2"))));
      }
      BitSet seen = new BitSet();
      for (Loader rank : ranks) {
        for (Batch batch : rank.epoch(0)) {
          for (int i = 0; i < batch.size(); i++) {
            seen.set((int) batch.index(i));
            assertThat(batch.asByteBuffer("y").get(3 * i))
                .isEqualTo(all[(int) (3 * batch.index(i))]);
          }
        }
      }
      assertThat(seen.cardinality()).isEqualTo(RECORDS);
      // The second rank may have found all of it in memory when its epoch began.
      awaitWarming(ranks.getFirst());
    }
  }

  @Test
  void aSmallPartAnOrderOfBlocksAndOneInOrderAreNotWarmed() throws Exception {
    TestArray array = cold("x.npy");
    try (Dataset dataset = Dataset.open(array.path())) {
      assumeTrue(dataset.files().getFirst().cachedFraction() < 0.5, "the page cache stays");
      Subset few = Subset.range(RECORDS, 10, 10 + RECORDS / 3);
      SubsetSampler part = new SubsetSampler(few, new FullShuffle(RECORDS / 3, 1));
      for (LoaderBuilder builder :
          Stream.of(
                  dataset.loader().sampler(part),
                  dataset.loader().shuffle(Shuffle.NONE),
                  dataset.loader().shuffle(Shuffle.BLOCK),
                  dataset.loader().replay(true),
                  dataset.loader().readahead(Readahead.parse("dropBehind=true")),
                  dataset.loader().readahead(Readahead.parse("io=buffered")))
              .toList()) {
        try (Loader loader = builder.build()) {
          Iterator<Batch> batches = loader.epoch(0).iterator();
          batches.next();
          assertThat(loader.reason()).doesNotContain("warm");
        }
      }
    }
  }

  @Test
  void closingInTheMiddleStopsIt() throws Exception {
    TestArray array = cold("x.npy");
    for (int i = 0; i < 20; i++) {
      drop(array.path());
      try (Dataset dataset = Dataset.open(array.path())) {
        Loader loader = dataset.loader().build();
        if (i % 2 == 0) {
          loader.epoch(0).iterator().next();
        } else {
          Iterator<Batch> _ = loader.epoch(0).iterator();
        }
        loader.close();
        assertThat(loader.reason()).doesNotContainPattern("warming [0-9]");
      }
    }
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().startsWith("penstock-warmer"));
  }

  @Test
  void aFileThatIsCutShortMeanwhileIsAnError() throws Exception {
    TestArray array = cold("x.npy");
    try (Dataset dataset = Dataset.open(array.path());
        Loader loader = warming(dataset.loader())) {
      try (FileChannel file = FileChannel.open(array.path(), StandardOpenOption.WRITE)) {
        file.truncate(128 + BYTES / 2);
      }
      assertThatExceptionOfType(PenstockException.class)
          .isThrownBy(
              () -> {
                for (Batch batch : loader.epoch(0)) {
                  assertThat(batch.size()).isPositive();
                }
              })
          .withMessageContaining("x.npy");
    }
  }

  /** It goes on when the epoch is over. */
  private static void awaitWarming(Loader loader) {
    while (loader.reason().contains("; warming ")) {
      Thread.onSpinWait();
    }
    assertThat(loader.reason()).contains("warmed, reading ");
  }

  private static List<Long> order(Loader loader) {
    List<Long> order = new ArrayList<>();
    for (Batch batch : loader.epoch(0)) {
      for (int i = 0; i < batch.size(); i++) {
        order.add(batch.index(i));
      }
    }
    return order;
  }

  private static void checkEpoch(Loader loader, byte[] all, long epoch) {
    BitSet seen = new BitSet();
    for (Batch batch : loader.epoch(epoch)) {
      for (int i = 0; i < batch.size(); i++) {
        long index = batch.index(i);
        assertThat(seen.get((int) index)).isFalse();
        seen.set((int) index);
        for (int at = 0; at < RECORD_BYTES; at += 97) {
          assertThat(batch.asByteBuffer("x").get(i * RECORD_BYTES + at))
              .isEqualTo(all[(int) (index * RECORD_BYTES + at)]);
        }
      }
    }
    assertThat(seen.cardinality()).isEqualTo(RECORDS);
  }

  private static Loader warming(LoaderBuilder builder) {
    Loader loader = builder.build();
    boolean isWarming = loader.reason().contains("which can hold it all");
    if (!isWarming) {
      loader.close();
    }
    assumeTrue(isWarming, "the page cache could not be dropped, is not told of, or is too small");
    return loader;
  }

  private TestArray cold(String name) throws IOException, InterruptedException {
    TestArray array = TestArray.random(directory.resolve(name), RECORDS, RECORD_BYTES, 3);
    drop(array.path());
    return array;
  }

  private static void drop(Path path) throws IOException, InterruptedException {
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
      file.force(true);
    }
    new ProcessBuilder("dd", "of=" + path, "oflag=nocache", "conv=notrunc,fdatasync", "count=0")
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }
}
