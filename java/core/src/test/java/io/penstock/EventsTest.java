package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.penstock.TestColumn.RecordKind;
import io.penstock.internal.counters.Counters;
import io.penstock.internal.events.LoaderEvents;
import io.penstock.options.Readahead;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What Flight Recorder is told, read back from its file. */
@Timeout(120)
@NamesNativeWays
class EventsTest {
  private static final int RECORDS = 1003;
  private static final int RECORD_BYTES = 784;
  private static final int BATCH = 100;
  private static final List<String> TIMES =
      List.of("orderTime", "deviceTime", "planTime", "copyTime", "idleTime");

  @TempDir Path directory;

  private TestColumn column(RecordKind kind) {
    return TestColumn.write(directory, "x", RECORDS, RECORD_BYTES, 1, kind);
  }

  private Dataset open() {
    return column(RecordKind.FIXED).open();
  }

  private static Loader loader(Dataset dataset, String flags) {
    return dataset
        .loader()
        .batchSize(BATCH)
        .seed(5)
        .memoryBytes(16 << 20)
        .readahead(Readahead.parse(flags))
        .build();
  }

  /** Returns how many bytes each batch had. */
  private static List<Long> drain(Loader loader, long first, long count) {
    List<Long> bytes = new ArrayList<>();
    for (Epoch epoch : loader.epochsFrom(first).limit(count)) {
      for (Batch batch : epoch) {
        bytes.add(batch.column("x").byteSize());
      }
    }
    return bytes;
  }

  /** All events of a name, in the order of time. */
  private List<RecordedEvent> stop(Recording recording, String name) throws IOException {
    recording.stop();
    Path file = directory.resolve("recording.jfr");
    recording.dump(file);
    List<RecordedEvent> events = new ArrayList<>();
    for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
      if (event.getEventType().getName().equals("io.penstock." + name)) {
        events.add(event);
      }
    }
    events.sort((a, b) -> a.getStartTime().compareTo(b.getStartTime()));
    return events;
  }

  private static long sum(List<RecordedEvent> events, ToLongFunction<RecordedEvent> value) {
    return events.stream().mapToLong(value).sum();
  }

  static List<Arguments> flagsAndKinds() {
    return Stream.of("backend=pread", "backend=pread,ioThreads=2", "backend=mmap")
        .flatMap(flags -> Stream.of(RecordKind.values()).map(kind -> Arguments.of(flags, kind)))
        .toList();
  }

  private static Recording record(String name) {
    Recording recording = new Recording();
    recording.enable("io.penstock." + name).withThreshold(Duration.ZERO);
    recording.start();
    return recording;
  }

  @ParameterizedTest
  @EnumSource
  void aLoaderSaysHowItReadsAndWhy(RecordKind kind) throws IOException {
    try (Dataset dataset = column(kind).open();
        Recording recording = record("LoaderStart");
        Loader loader = loader(dataset, "backend=pread")) {
      List<RecordedEvent> events = stop(recording, "LoaderStart");

      assertThat(events).hasSize(1);
      RecordedEvent start = events.getFirst();
      assertThat(start.getString("backend")).isEqualTo("pread");
      assertThat(start.getString("io")).isEqualTo(loader.io().flag());
      assertThat(start.getString("reason")).isEqualTo(loader.reason());
      assertThat(start.getString("readahead")).isEqualTo(loader.readahead().toString());
      assertThat(start.getLong("memory")).isEqualTo(loader.statistics().memoryBytes());
      assertThat(start.getString("order")).isEqualTo(loader.sampler().description());
      assertThat(start.getLong("seed")).isEqualTo(5);
      assertThat(start.getInt("batchSize")).isEqualTo(BATCH);
      assertThat(start.getLong("records")).isEqualTo(RECORDS);
      assertThat(start.getLong("recordSize")).isEqualTo(dataset.recordBytes());
      assertThat(start.getDuration()).isPositive();
      assertThat(start.getEventType().getCategoryNames()).containsExactly("Penstock");
    }
  }

  @ParameterizedTest
  @MethodSource("flagsAndKinds")
  void everyBatchTellsWhereItsTimeWent(String flags, RecordKind kind) throws IOException {
    try (Dataset dataset = column(kind).open();
        Recording recording = record("Batch");
        Loader loader = loader(dataset, flags)) {
      final List<Long> bytes = drain(loader, 3, 2);
      LoaderStatistics statistics = loader.statistics();
      List<RecordedEvent> events = stop(recording, "Batch");

      assertThat(events).hasSize(22);
      for (int i = 0; i < 22; i++) {
        RecordedEvent batch = events.get(i);
        assertThat(batch.getLong("epoch")).isEqualTo(3 + i / 11);
        assertThat(batch.getLong("position")).isEqualTo(i % 11 * (long) BATCH);
        assertThat(batch.getInt("size")).isEqualTo(i % 11 == 10 ? 3 : BATCH);
        assertThat(batch.getBoolean("failed")).isFalse();
        assertThat(batch.getLong("bytes")).isEqualTo(bytes.get(i));
        assertThat(batch.getLong("queueTime")).isNotNegative();
        for (String time : TIMES) {
          assertThat(batch.getLong(time)).as(time).isNotNegative();
        }
        assertThat(batch.getThread().getJavaName()).isEqualTo(Thread.currentThread().getName());
        assertThat(batch.getStackTrace()).isNull();
      }
      assertThat(sum(events, e -> e.getLong("stallTime")))
          .isEqualTo(statistics.time().stall().toNanos());
      assertThat(sum(events, e -> e.getLong("consumerTime")))
          .isEqualTo(statistics.time().consumer().toNanos());
      assertThat(sum(events, e -> e.getLong("queueTime")))
          .isEqualTo(statistics.time().queue().toNanos());
      // All that was read by then was read for one of these batches.
      assertThat(sum(events, e -> e.getLong("copyTime")))
          .isEqualTo(statistics.time().copy().toNanos());
      assertThat(sum(events, e -> e.getLong("planTime")))
          .isEqualTo(statistics.time().plan().toNanos());
      assertThat(sum(events, e -> e.getLong("deviceTime")))
          .isEqualTo(statistics.time().device().toNanos());
      assertThat(sum(events, e -> e.getLong("orderTime")))
          .isEqualTo(statistics.time().order().toNanos());
      assertThat(sum(events, e -> e.getLong("idleTime")))
          .isEqualTo(statistics.time().idle().toNanos());
      assertThat(sum(events, e -> e.getLong("requests"))).isEqualTo(statistics.io().requests());
      assertThat(sum(events, e -> e.getLong("bytesRead"))).isEqualTo(statistics.io().bytesRead());
      assertThat(sum(events, e -> e.getLong("bytesWanted")))
          .isEqualTo(statistics.io().bytesWanted());
      assertThat(sum(events, e -> e.getLong("mergedRecords")))
          .isEqualTo(statistics.io().mergedRecords());
    }
  }

  @Test
  void aBatchThatCouldNotBeReadIsMarked() throws IOException {
    LoaderEvents events = LoaderEvents.create();
    try (Recording recording = record("Batch")) {
      events.asked();
      events.delivered(1, 200, 3, 30, true, new Counters());
      events.asked();
      events.delivered(1, 203, 3, 30, false, new Counters());

      assertThat(stop(recording, "Batch"))
          .extracting(e -> e.getLong("position"), e -> e.getBoolean("failed"))
          .containsExactly(tuple(200L, true), tuple(203L, false));
    }
  }

  @Test
  void aRecordingThatStartsWhileABatchIsWaitedForBeginsWithTheNext() throws IOException {
    LoaderEvents events = LoaderEvents.create();
    events.asked();
    try (Recording recording = record("Batch")) {
      events.delivered(1, 200, 3, 30, false, new Counters());
      events.asked();
      events.delivered(1, 203, 3, 30, false, new Counters());

      assertThat(stop(recording, "Batch"))
          .extracting(e -> e.getLong("position"))
          .containsExactly(203L);
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyEpochIsSummedUp(RecordKind kind) throws IOException {
    TestColumn column = column(kind);
    try (Dataset dataset = column.open();
        Recording recording = record("Epoch");
        Loader loader = loader(dataset, "backend=pread,io=buffered")) {
      drain(loader, 0, 2);
      LoaderStatistics statistics = loader.statistics();
      List<RecordedEvent> events = stop(recording, "Epoch");

      assertThat(events).hasSize(2);
      for (int i = 0; i < 2; i++) {
        RecordedEvent epoch = events.get(i);
        assertThat(epoch.getLong("epoch")).isEqualTo(i);
        assertThat(epoch.getBoolean("complete")).isTrue();
        assertThat(epoch.getLong("batches")).isEqualTo(11);
        assertThat(epoch.getLong("records")).isEqualTo(RECORDS);
        assertThat(epoch.getLong("bytes")).isEqualTo(column.bytes());
        assertThat(epoch.getString("backend")).isEqualTo("pread");
        assertThat(epoch.getString("io")).isEqualTo("buffered");
        assertThat(epoch.getDouble("stallShare")).isBetween(0.0, 1.0);
        double stallSeconds = epoch.getLong("stallTime") / 1e9;
        double seconds = RECORDS / epoch.getDouble("recordsPerSecond");
        assertThat(epoch.getDouble("stallShare")).isCloseTo(stallSeconds / seconds, within(1e-6));
        assertThat((double) epoch.getLong("bytesPerSecond"))
            .isCloseTo(column.bytes() / seconds, withinPercentage(0.001));
      }
      assertThat(sum(events, e -> e.getLong("stallTime")))
          .isEqualTo(statistics.time().stall().toNanos());
      assertThat(sum(events, e -> e.getLong("queueTime")))
          .isEqualTo(statistics.time().queue().toNanos());
      assertThat(sum(events, e -> e.getLong("requests"))).isEqualTo(statistics.io().requests());
      assertThat(sum(events, e -> e.getLong("bytesRead"))).isEqualTo(statistics.io().bytesRead());
      assertThat(sum(events, e -> e.getLong("copyTime")))
          .isEqualTo(statistics.time().copy().toNanos());
    }
  }

  @Test
  void anEpochThatIsLeftIsNotComplete() throws IOException {
    try (Dataset dataset = open();
        Recording recording = record("Epoch")) {
      try (Loader loader = loader(dataset, "backend=pread")) {
        loader.epoch(7).iterator().next().close();
        loader.epoch(8).iterator().next().close();
      }
      List<RecordedEvent> events = stop(recording, "Epoch");

      assertThat(events).extracting(e -> e.getLong("epoch")).containsExactly(7L, 8L);
      assertThat(events).extracting(e -> e.getLong("batches")).containsExactly(1L, 1L);
      assertThat(events).extracting(e -> e.getBoolean("complete")).containsExactly(false, false);
    }
  }

  @Test
  void eventsAreRecordedUnlessSwitchedOff() throws IOException {
    try (Dataset dataset = open();
        Recording recording = new Recording()) {
      recording.start();
      try (Loader loader = loader(dataset, "backend=pread")) {
        drain(loader, 0, 1);
      }
      recording.disable("io.penstock.Epoch");
      try (Loader loader = loader(dataset, "backend=pread")) {
        drain(loader, 0, 1);
      }

      assertThat(stop(recording, "Epoch")).hasSize(1);
    }
  }

  @Test
  void batchesThatWereNotWaitedForAreLeftOut() throws IOException {
    try (Dataset dataset = open();
        Recording recording = new Recording();
        Loader loader = loader(dataset, "backend=pread")) {
      recording.enable("io.penstock.Batch").withThreshold(Duration.ofDays(1));
      recording.start();
      drain(loader, 0, 2);

      assertThat(stop(recording, "Batch")).isEmpty();
    }
  }
}
