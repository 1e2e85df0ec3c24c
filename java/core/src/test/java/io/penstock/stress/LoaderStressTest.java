package io.penstock.stress;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Loaders of chance for a while: whatever happens to them, every byte is right, nothing hangs, and
 * what is thrown is what the documentation says.
 *
 * <p>{@code -Dpenstock.stress.seconds=1200} for how long, {@code -Dpenstock.stress.seed=N} to begin
 * as another run did; how threads meet differs each time. With a heap of 256 MB or less ({@code
 * -Xmx64m}) a thread fills it up now and then.
 */
@Tag("stress")
class LoaderStressTest {
  private static final int DEFAULT_SECONDS = 10;
  private static final long HANG_NANOS = 60_000_000_000L;
  private static final long SMALL_HEAP_BYTES = 256L << 20;
  private static final long WARM_NANOS = 8_000_000_000L;
  private static final int TRAINERS = 3;

  private static volatile Object[] hold;
  private static volatile boolean isHeapFull;

  @TempDir Path directory;

  private final StressCounts counts = new StressCounts();
  private volatile boolean isOver;
  private volatile boolean isComplete;

  @Test
  void everyByteIsRightAndNothingHangsWhateverHappens() {
    long seed = Long.getLong("penstock.stress.seed", System.nanoTime());
    long seconds = Integer.getInteger("penstock.stress.seconds", DEFAULT_SECONDS);
    StressData data = new StressData(directory);
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    System.out.printf("stress: seed %d, %d s%n", seed, seconds);
    Thread runner = Thread.ofPlatform().daemon().start(() -> run(data, seed, end));
    Thread hog = Thread.ofPlatform().daemon().unstarted(this::fillTheHeap);
    if (Runtime.getRuntime().maxMemory() <= SMALL_HEAP_BYTES) {
      hog.start();
    }
    String hang = watch(runner);
    isOver = true;
    awaitEnd(hog);
    System.out.println("stress: " + counts);
    assertThat(hang).as("seed %d: no progress for a minute", seed).isNull();
    assertThat(counts.wrong.get()).as("seed %d", seed).isNull();
    assertThat(counts.unexpected.get()).as("seed %d", seed).isNull();
    assertThat(counts.batches.get()).isPositive();
    assertThat(isComplete).as("seed %d: it ran to its end", seed).isTrue();
  }

  private void run(StressData data, long seed, long end) {
    // Has the classes loaded that are needed when no memory is left.
    new StressCounts().thrown(new NoClassDefFoundError("none"));
    SplittableRandom seeds = new SplittableRandom(seed);
    ExecutorService trainers =
        Executors.newFixedThreadPool(
            TRAINERS, task -> Thread.ofPlatform().daemon().name("trainer").unstarted(task));
    try {
      while (System.nanoTime() < end
          && counts.wrong.get() == null
          && counts.unexpected.get() == null) {
        counts.rounds.incrementAndGet();
        counts.progress.incrementAndGet();
        try {
          new StressRound(data, directory, counts, trainers, seeds.nextLong()).run();
        } catch (RuntimeException | Error e) {
          counts.thrown(e);
        }
      }
      isComplete = true;
    } finally {
      trainers.shutdownNow();
    }
  }

  /** Waits for the end; returns all stacks if there is no progress for a minute, else null. */
  private String watch(Thread runner) {
    long seen = -1;
    long since = System.nanoTime();
    while (runner.isAlive()) {
      LockSupport.parkNanos(100_000_000);
      long now = counts.progress.get();
      if (now != seen || isHeapFull) {
        seen = now;
        since = System.nanoTime();
      } else if (System.nanoTime() - since > HANG_NANOS) {
        return stacks();
      }
    }
    return null;
  }

  private static void awaitEnd(Thread thread) {
    while (thread.isAlive()) {
      LockSupport.parkNanos(10_000_000);
    }
  }

  private static String stacks() {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<Thread, StackTraceElement[]> thread : Thread.getAllStackTraces().entrySet()) {
      text.append(thread.getKey().getName()).append('\n');
      for (StackTraceElement frame : thread.getValue()) {
        text.append("    ").append(frame).append('\n');
      }
    }
    return text.toString();
  }

  /** Takes all that is left of the heap for 50 ms, now and then. */
  private void fillTheHeap() {
    spin(WARM_NANOS); // A class whose initialization fails for want of memory is broken for good.
    while (!isOver) {
      isHeapFull = true;
      counts.fullHeaps.incrementAndGet();
      for (int size = 1 << 20; size >= 64; size /= 2) {
        fillWith(size);
      }
      spin(50_000_000);
      hold = null;
      isHeapFull = false;
      spin(500_000_000);
    }
  }

  private static void fillWith(int size) {
    try {
      while (true) {
        hold = new Object[] {hold, new byte[size]};
      }
    } catch (OutOfMemoryError e) {
      // That is what it is for.
    }
  }

  private static void spin(long nanos) {
    long end = System.nanoTime() + nanos;
    while (System.nanoTime() < end) {
      LockSupport.parkNanos(1_000_000);
    }
  }
}
