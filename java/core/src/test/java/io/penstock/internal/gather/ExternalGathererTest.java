package io.penstock.internal.gather;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.penstock.TestColumn;
import io.penstock.TestColumn.RecordKind;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.counters.Figures;
import io.penstock.internal.ffi.NativeReader;
import io.penstock.internal.ffi.ReaderOptions;
import io.penstock.internal.slot.Slot;
import io.penstock.internal.wait.Patience;
import io.penstock.statistics.Statistic;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Threads that carry out what C asks for: whatever they do, records of one size and of different
 * sizes are right or fail.
 */
@Timeout(60)
@ParameterizedClass
@EnumSource
class ExternalGathererTest {
  private static final int BATCH = 32;
  private static final int RECORD_BYTES = 500;
  private static final int COUNT = 2000;
  private static final int DEPTH = 64;

  private final RecordKind kind;

  @TempDir private Path directory;

  private TestColumn column;

  ExternalGathererTest(RecordKind kind) {
    this.kind = kind;
  }

  @BeforeEach
  void write() {
    column = TestColumn.write(directory, "x", COUNT, RECORD_BYTES, 1, kind);
  }

  /** What a thread does before it reads, or in place of it: null to go on. */
  @FunctionalInterface
  private interface Before {
    Long read(long offset, int length) throws Exception;
  }

  private ReaderOptions options(TestSource source) {
    return new ReaderOptions(
        ReaderOptions.NativeBackend.EXTERNAL,
        false,
        DEPTH,
        0,
        64 << 10,
        1 << 20,
        4 * BATCH,
        0,
        BATCH,
        0,
        false,
        false,
        false,
        0,
        false,
        false,
        false,
        false,
        column.isFixed()
            ? ReaderOptions.CellsByBytes.NONE
            : new ReaderOptions.CellsByBytes(0, 0, 0, 0, source.valueBytes(BATCH)));
  }

  private Gatherer open(TestSource source, int threads, Before before) {
    return open(source, threads, before, (_, failure) -> failure);
  }

  private Gatherer open(
      TestSource source, int threads, Before before, ExternalGatherer.Inspector inspector) {
    return new ExternalGatherer(
        new NativeGatherer(GathererTest.assumeNative(source), options(source), 0),
        DEPTH,
        threads,
        reader -> parts(reader, before),
        inspector);
  }

  private static PartReader parts(NativeReader reader, Before before) {
    FileParts files = new FileParts(reader);
    return new PartReader() {
      @Override
      public long read(int file, long offset, int length, long address) {
        try {
          Long result = before.read(offset, length);
          if (result != null && result <= 0) {
            return result;
          }
          int wanted = result == null ? length : (int) (long) result;
          return files.read(file, offset, wanted, address);
        } catch (RuntimeException e) {
          throw e;
        } catch (Exception e) {
          throw new IllegalStateException(e);
        }
      }

      @Override
      public long reads() {
        return files.reads();
      }
    };
  }

  private TestSource source() {
    return TestSource.of(column);
  }

  private static void order(Gatherer gatherer, Slot slot, long first, long step) {
    slot.assign(0, 0, BATCH, BATCH);
    for (int i = 0; i < BATCH; i++) {
      slot.indices().setAtIndex(ValueLayout.JAVA_LONG, i, first + i * step);
    }
    gatherer.order(slot.indices(), BATCH, slot);
  }

  private static void await(Gatherer gatherer) {
    while (gatherer.ready() < BATCH) {
      gatherer.drive(BATCH, 1_000_000_000);
    }
  }

  private void check(Slot slot) {
    for (int i = 0; i < BATCH; i++) {
      long index = slot.indices().getAtIndex(ValueLayout.JAVA_LONG, i);
      MemorySegment found = slot.memory().asSlice(slot.recordAt(0, i), slot.recordBytes(0, i));
      assertThat(found.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(column.record(index));
    }
  }

  private void readAll(TestSource source, Gatherer gatherer, int rounds) {
    Slot slot = source.slots(1, BATCH).getFirst();
    for (int round = 0; round < rounds; round++) {
      order(gatherer, slot, round % 7, 1 + round % 50);
      await(gatherer);
      gatherer.take(BATCH, slot);
      check(slot);
      slot.column(0).fill((byte) 0x55);
    }
  }

  @Test
  void shortReadsGoOnWhereTheyEnded() {
    AtomicInteger count = new AtomicInteger();
    try (TestSource source = source();
        Gatherer gatherer =
            open(source, 3, (_, length) -> 1L + count.incrementAndGet() * 77 % length)) {
      readAll(source, gatherer, 60);
    }
  }

  @Test
  void whatIsInterruptedIsReadAgain() {
    AtomicInteger count = new AtomicInteger();
    try (TestSource source = source();
        Gatherer gatherer =
            open(source, 3, (_, _) -> count.incrementAndGet() % 3 == 0 ? null : -4L)) {
      readAll(source, gatherer, 20);
    }
  }

  @Test
  void slowRequestsAreCarriedOutByAllThreadsAtOnce() {
    CyclicBarrier together = new CyclicBarrier(4);
    AtomicInteger begun = new AtomicInteger();
    Before meeting =
        (_, _) -> {
          if (begun.incrementAndGet() <= BATCH) {
            together.await(30, TimeUnit.SECONDS);
          }
          return null;
        };
    try (TestSource source = source();
        Gatherer gatherer = open(source, 4, meeting)) {
      Slot slot = source.slots(1, BATCH).getFirst();
      order(gatherer, slot, 0, 60);
      await(gatherer);
      gatherer.take(BATCH, slot);
      check(slot);
      assertThat(begun).hasValue(BATCH);
    }
  }

  @Test
  void neighboursAreOneRequest() {
    try (TestSource source = source();
        Gatherer gatherer = open(source, 2, (_, _) -> null)) {
      readAll(source, gatherer, 1);
      long bytes = column.offsetBytes(BATCH) - column.offsetBytes(0);
      Figures figures = new Figures();
      gatherer.statistics(figures);
      assertThat(figures.counters.get(Statistic.REQUESTS)).isOne();
      assertThat(figures.counters.get(Statistic.BYTES_READ)).isEqualTo(bytes);
      assertThat(figures.counters.get(Statistic.DEVICE_QUEUE_DEPTH)).isEqualTo(2);
    }
  }

  /** As an exception whose message is made from what is broken. */
  private static final class Speechless extends RuntimeException {
    private static final long serialVersionUID = 1;

    @Override
    public String getMessage() {
      throw new OutOfMemoryError("no message either");
    }
  }

  @Test
  void whatAReadThrowsFailsItsBatchAndNothingElse() {
    checkThrown(Speechless::new);
    checkThrown(() -> new IllegalStateException("broken"));
    checkThrown(
        () -> {
          throw new OutOfMemoryError("heap");
        });
    checkThrown(
        () -> {
          throw new StackOverflowError();
        });
  }

  private void checkThrown(Supplier<RuntimeException> failure) {
    long begin = column.offsetBytes(7);
    Before broken =
        (offset, length) -> {
          if (offset <= begin && begin < offset + length) {
            throw failure.get();
          }
          return null;
        };
    try (TestSource source = source();
        Gatherer gatherer = open(source, 3, broken)) {
      Slot slot = source.slots(1, BATCH).getFirst();
      for (int round = 0; round < 30; round++) {
        boolean isBad = round % 2 == 0;
        order(gatherer, slot, isBad ? 0 : 100, isBad ? 7 : 1 + round % 3 * 7);
        await(gatherer);
        if (isBad) {
          assertThatExceptionOfType(PenstockException.class)
              .isThrownBy(() -> gatherer.take(BATCH, slot))
              .satisfies(e -> assertThat(e.recordIndex()).hasValue(7))
              .satisfies(e -> assertThat(e.getSuppressed()).isNotEmpty());
        } else {
          gatherer.take(BATCH, slot);
          check(slot);
        }
      }
    }
  }

  @Test
  void theInspectorHasTheLastWord() {
    PenstockException reason =
        new PenstockException(ErrorKind.FILE_CHANGED, "what really happened");
    AtomicInteger failed = new AtomicInteger(-1);
    ExternalGatherer.Inspector inspector =
        (number, _) -> {
          failed.set(number);
          return reason;
        };
    try (TestSource source = source();
        Gatherer gatherer = open(source, 2, (_, _) -> -116L, inspector)) {
      Slot slot = source.slots(1, BATCH).getFirst();
      order(gatherer, slot, 0, 1);
      await(gatherer);
      assertThatExceptionOfType(PenstockException.class)
          .isThrownBy(() -> gatherer.take(BATCH, slot))
          .isSameAs(reason);
      assertThat(failed).hasValue(0);
    }
  }

  @Test
  void memoryIsKeptAsLongAsAThreadMayWriteToIt() throws InterruptedException {
    CountDownLatch isIn = new CountDownLatch(1);
    CountDownLatch mayGoOn = new CountDownLatch(1);
    Before stuck =
        (_, _) -> {
          isIn.countDown();
          mayGoOn.await();
          return null;
        };
    System.setProperty(Patience.PROPERTY, "1");
    try (TestSource source = source()) {
      Gatherer gatherer = open(source, 2, stuck);
      Slot slot = source.slots(1, BATCH).getFirst();
      order(gatherer, slot, 0, 60);
      gatherer.drive(BATCH, 1_000_000);
      assertThat(isIn.await(30, TimeUnit.SECONDS)).isTrue();
      assertThatExceptionOfType(PenstockException.class)
          .isThrownBy(gatherer::reset)
          .satisfies(e -> assertThat(e.kind()).isEqualTo(ErrorKind.NO_ANSWER));
      assertThatExceptionOfType(PenstockException.class)
          .isThrownBy(gatherer::close)
          .satisfies(e -> assertThat(e.kind()).isEqualTo(ErrorKind.NO_ANSWER));
      mayGoOn.countDown();
      gatherer.close();
      gatherer.close();
    } finally {
      System.clearProperty(Patience.PROPERTY);
    }
  }

  @Test
  void anOrderIsForgottenWhileItIsRead() {
    try (TestSource source = source();
        Gatherer gatherer =
            open(
                source,
                3,
                (_, _) -> {
                  Thread.sleep(1);
                  return null;
                })) {
      Slot slot = source.slots(1, BATCH).getFirst();
      for (int round = 0; round < 10; round++) {
        order(gatherer, slot, round, 60);
        gatherer.drive(BATCH, round * 500_000L);
        gatherer.reset();
        assertThat(gatherer.ordered()).isZero();
        assertThat(gatherer.inFlight()).isZero();
      }
      readAll(source, gatherer, 3);
    }
  }

  @Test
  void threadsEndWithTheGatherer() {
    AtomicReference<Thread> seen = new AtomicReference<>();
    Thread owner = Thread.currentThread();
    try (TestSource source = source()) {
      try (Gatherer gatherer =
          open(
              source,
              4,
              (_, _) -> {
                Thread.sleep(1); // Slow: the owner does not do it itself.
                if (Thread.currentThread() != owner) {
                  seen.set(Thread.currentThread());
                }
                return null;
              })) {
        readAll(source, gatherer, 2);
      }
      assertThat(seen.get()).isNotNull();
      assertThat(seen.get().isAlive()).isFalse();
      assertThat(seen.get().isDaemon()).isTrue();
    }
  }
}
