package io.penstock.bench.cold.child;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.penstock.bench.data.Digest;
import io.penstock.bench.data.Orders;
import io.penstock.bench.data.RecordFile;
import io.penstock.bench.data.RecordSize;
import io.penstock.sampler.Sampler;
import io.penstock.sampler.Sequential;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every contender in Java delivers the records of the order, all of them, in order: records of one
 * size, and of different sizes.
 */
@ParameterizedClass
@ValueSource(strings = {"784", "~784"})
class ReadingTest {
  private static final long SEED = 5;
  private static final long EPOCH = 3;
  private static final int EPOCHS = 2;

  private static Path folder;
  private final RecordFile file;

  /** Not in the temp folder: that may be memory, of which nothing can be read directly. */
  @BeforeAll
  static void makeFolder() throws IOException {
    folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "reading");
  }

  ReadingTest(String size) throws IOException {
    RecordSize records = RecordSize.parse(size, SEED);
    // Made by the first test, and kept for the others.
    file = new RecordFile(folder.resolve(records.label() + ".npy"), records, 3_001).make();
  }

  @AfterAll
  static void deleteFolder() throws IOException {
    try (var files = Files.list(folder)) {
      for (Path each : files.toList()) {
        Files.delete(each);
      }
    }
    Files.delete(folder);
  }

  @Test
  void mappedChannel() throws IOException, InterruptedException {
    assertDelivers(ChannelMapReading::new);
  }

  @ParameterizedTest
  @ValueSource(strings = {"io=buffered threads=3", "io=direct threads=3", "io=direct threads=1"})
  void channelOnAPool(String parameters) throws IOException, InterruptedException {
    assertDelivers(ChannelReading::new, parameters.split(" ", -1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "io=direct op=readv depth=16 alignment=4096",
        "io=buffered op=read depth=300 alignment=4096"
      })
  void jasyncfio(String parameters) throws IOException, InterruptedException {
    ChildReading.Opener opener =
        job -> {
          try {
            return new JasyncfioReading(job);
          } catch (RuntimeException | LinkageError e) {
            return abort("io_uring or jasyncfio cannot be used here: " + e);
          }
        };
    assertDelivers(opener, parameters.split(" ", -1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"backend=mmap", "backend=pread", ""})
  void penstock(String readahead) throws IOException, InterruptedException {
    assertDelivers(
        PenstockReading::new,
        "readahead=" + readahead,
        "memoryBytes=" + (64 << 20),
        "fillEpochs=1",
        "catFirst=false",
        "blockRecords=0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"place", "position"})
  void ranksOfPenstockDeliverTogetherEachRecordOnce(String way)
      throws IOException, InterruptedException {
    long records = 0;
    long digest = 0;
    for (int rank = 0; rank < 3; rank++) {
      Job job =
          job(
              "readahead=backend=pread",
              "memoryBytes=" + (64 << 20),
              "fillEpochs=0",
              "catFirst=false",
              "blockRecords=0",
              "epochs=1",
              "order=own",
              "rank=" + rank,
              "worldSize=3",
              "rankBy=" + way);
      TimedSink sink = job.sink();
      try (ChildReading reading = new PenstockReading(job)) {
        reading.run(sink);
      }
      assertThat(sink.digest().count()).isBetween(1_000L, 1_001L);
      records += sink.digest().count();
      digest += sink.digest().value();
    }

    assertThat(records).isEqualTo(file.recordCount());
    assertThat(digest)
        .isEqualTo(Digest.expected(new Sequential(records), 0, records, file.places()));
  }

  @Test
  void penstockInBlocks() throws IOException, InterruptedException {
    assertDelivers(
        100,
        PenstockReading::new,
        "readahead=backend=pread",
        "memoryBytes=" + (64 << 20),
        "fillEpochs=0",
        "catFirst=false",
        "blockRecords=100");
  }

  private void assertDelivers(ChildReading.Opener opener, String... parameters)
      throws IOException, InterruptedException {
    assertDelivers(0, opener, parameters);
  }

  private void assertDelivers(long blockRecords, ChildReading.Opener opener, String... parameters)
      throws IOException, InterruptedException {
    long count = file.recordCount() * EPOCHS;
    Sampler order = Orders.joined(file.recordCount(), blockRecords, SEED, EPOCHS);
    TimedSink sink = new TimedSink(new Digest(), 1e6);
    try (ChildReading reading = opener.open(job(parameters))) {
      reading.run(sink);
      assertThat(reading.facts()).isNotNull();
    }

    assertThat(sink.digest().count()).isEqualTo(count);
    assertThat(sink.digest().value())
        .isEqualTo(Digest.expected(order, EPOCH, count, file.places()));
  }

  private Job job(String... parameters) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "file=" + file.path(),
                "recordSize=" + file.size().text(),
                "recordCount=" + file.recordCount(),
                "batchSize=256",
                "seed=" + SEED,
                "epoch=" + EPOCH,
                "seconds=1000",
                "epochs=" + EPOCHS,
                "listLength=" + file.recordCount() * EPOCHS));
    all.addAll(List.of(parameters));
    return Job.parse(all.toArray(String[]::new));
  }
}
