package io.penstock.stress;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.DatasetBuilder;
import io.penstock.Loader;
import io.penstock.error.PenstockException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;

/**
 * One dataset and one loader of chance, and whatever may happen to them: batches that other threads
 * keep and close twice, interrupts, closes by others, transforms that throw, files that are cut
 * short or replaced. Every byte that is delivered is checked.
 */
final class StressRound {
  private static final int LATE_CLOSES_KEPT = 400;

  private final StressData data;
  private final StressCounts counts;
  private final ExecutorService trainers;
  private final SplittableRandom random;
  private final boolean isVariable;
  private final boolean isTransformed;
  private final Path directory;

  /** Batches that were closed once at least, some time ago. */
  private final List<Batch> closed = new ArrayList<>();

  /** What trainers have closed since. */
  private final Queue<Batch> returned = new ConcurrentLinkedQueue<>();

  /** The batch of the loop, which closes it when it goes on; null if it was retained. */
  private Batch current;

  private Semaphore holdable;
  private volatile Thread consumer;

  StressRound(
      StressData data, Path directory, StressCounts counts, ExecutorService trainers, long seed) {
    this.data = data;
    this.directory = directory;
    this.counts = counts;
    this.trainers = trainers;
    this.random = new SplittableRandom(seed);
    this.isVariable = random.nextInt(4) == 0;
    this.isTransformed = !isVariable && random.nextInt(3) == 0;
  }

  void run() {
    consumer = Thread.currentThread();
    boolean isDamaged = random.nextInt(6) == 0;
    Path x = isVariable ? data.values : data.fixed;
    Path file = isDamaged ? copy(x) : x;
    Dataset dataset = open(file);
    List<Thread> others = new ArrayList<>();
    try {
      Loader loader = new StressLoaders(random, isVariable, isTransformed).build(dataset);
      if (random.nextInt(60) == 0) {
        counts.forgotten.incrementAndGet();
        return; // Dataset and loader are left to the garbage collector.
      }
      if (isDamaged) {
        others.add(later(() -> damage(file)));
      }
      if (random.nextInt(4) == 0) {
        others.add(later(() -> closeForeign(random.nextBoolean() ? loader : dataset)));
      }
      if (random.nextInt(3) == 0) {
        others.add(later(this::interruptSome));
      }
      iterate(loader, isDamaged);
      close(loader);
      close(dataset);
    } finally {
      others.forEach(StressRound::join);
      Thread.interrupted();
      if (isDamaged) {
        delete(file);
      }
    }
    closed.forEach(Batch::close);
  }

  private Dataset open(Path file) {
    DatasetBuilder builder = Dataset.builder();
    if (isVariable) {
      builder.variable("x", file, data.offsets);
    } else {
      builder.column("x", file);
    }
    return builder.column("y", data.labels).open();
  }

  // ---- the consumer ---------------------------------------------------------------------------

  private void iterate(Loader loader, boolean mayFail) {
    int most = Math.max(1, loader.readahead().prefetchBatches() - 1);
    holdable = new Semaphore(Math.min(3, most));
    int epochs = random.nextInt(1, 4);
    for (int epoch = 0; epoch < epochs; epoch++) {
      try {
        iterate(loader.epoch(epoch).iterator(), mayFail);
        counts.epochs.incrementAndGet();
      } catch (IllegalStateException e) {
        checkClosed(e);
        return;
      } catch (PenstockException e) {
        counts.failedBatches.incrementAndGet();
      } catch (OutOfMemoryError e) {
        counts.thrown(e);
      }
    }
  }

  private void iterate(Iterator<Batch> batches, boolean mayFail) {
    int leave = random.nextInt(5) == 0 ? random.nextInt(1, 30) : Integer.MAX_VALUE;
    int failures = 0;
    for (int number = 0; number < leave; number++) {
      counts.progress.incrementAndGet();
      try {
        if (!batches.hasNext()) {
          return;
        }
        Batch batch = batches.next();
        buryCurrent();
        consume(batch);
      } catch (PenstockException e) {
        counts.failedBatches.incrementAndGet();
        Thread.interrupted();
        if (++failures > 5000 || (mayFail && failures > 50)) {
          return;
        }
      } catch (OutOfMemoryError e) {
        counts.thrown(e);
      }
      closeSomeAgain();
    }
  }

  private void consume(Batch batch) {
    check(batch, "as it was delivered");
    if (random.nextInt(4) == 0 && holdable.tryAcquire()) {
      keep(batch);
    } else {
      current = batch;
    }
  }

  private void buryCurrent() {
    if (current != null) {
      closed.add(current);
      current = null;
    }
    for (Batch batch = returned.poll(); batch != null; batch = returned.poll()) {
      closed.add(batch);
    }
    if (closed.size() > LATE_CLOSES_KEPT) {
      closed.subList(0, LATE_CLOSES_KEPT / 2).clear();
    }
  }

  /** Another thread trains with it for a while; it must stay as it is, whatever others do. */
  private void keep(Batch batch) {
    boolean isHandedOver = false;
    try {
      batch.retain();
      counts.retained.incrementAndGet();
      int spins = random.nextInt(20_000);
      trainers.execute(() -> train(batch, spins));
      isHandedOver = true;
    } finally {
      if (!isHandedOver) {
        batch.close();
        holdable.release();
      }
    }
  }

  private void train(Batch batch, int spins) {
    try {
      for (int i = 0; i < 3; i++) {
        check(batch, "while a trainer held it");
        for (int j = 0; j < spins; j++) {
          Thread.onSpinWait();
        }
      }
    } catch (IllegalStateException e) {
      // Loader or dataset may have been closed meanwhile, but nobody else may close this batch.
      if (!isClosedByNow(e) || e.getMessage().contains("this batch")) {
        counts.thrown(e);
      }
    } catch (OutOfMemoryError e) {
      counts.thrown(e);
    } finally {
      batch.close();
      holdable.release();
      returned.add(batch);
    }
  }

  private void check(Batch batch, String when) {
    int wrong = StressData.firstWrong(batch, isVariable, isTransformed ? 1 : 0);
    if (wrong >= 0) {
      counts.wrong.compareAndSet(
          null, "%s: record %d is wrong, %s".formatted(batch, batch.index(wrong), when));
    }
    counts.batches.incrementAndGet();
    counts.records.addAndGet(batch.size());
  }

  /** As an executor and a try statement do that both close the same batch, some time later. */
  private void closeSomeAgain() {
    for (int i = 0; i < 3 && !closed.isEmpty(); i++) {
      closed.get(random.nextInt(closed.size())).close();
      counts.lateCloses.incrementAndGet();
    }
  }

  // ---- what others do -------------------------------------------------------------------------

  private Thread later(Runnable action) {
    long nanos = random.nextLong(30_000_000);
    return Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              long end = System.nanoTime() + nanos;
              while (System.nanoTime() < end) {
                Thread.onSpinWait();
              }
              try {
                action.run();
              } catch (RuntimeException | Error e) {
                counts.thrown(e);
              }
            });
  }

  private void closeForeign(AutoCloseable closeable) {
    counts.foreignCloses.incrementAndGet();
    close(closeable);
  }

  private void close(AutoCloseable closeable) {
    boolean isClosed = false;
    while (!isClosed) {
      counts.progress.incrementAndGet();
      try {
        closeable.close();
        isClosed = true;
      } catch (OutOfMemoryError e) {
        counts.thrown(e); // Closing again goes on.
      } catch (Exception e) {
        counts.thrown(e);
        isClosed = true;
      }
    }
  }

  private void interruptSome() {
    for (int i = 0; i < 20; i++) {
      counts.interrupts.incrementAndGet();
      consumer.interrupt();
      for (int j = 0; j < 5000; j++) {
        Thread.onSpinWait();
      }
    }
  }

  private void damage(Path file) {
    counts.damagedFiles.incrementAndGet();
    try {
      if (ThreadLocalRandom.current().nextBoolean()) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
          channel.truncate(ThreadLocalRandom.current().nextLong(channel.size()));
        }
      } else {
        Path other = file.resolveSibling(file.getFileName() + ".new");
        Files.write(other, new byte[100_000]);
        Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path copy(Path file) {
    try {
      Path copy = directory.resolve("copy-" + counts.rounds.get() + ".npy");
      return Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @SuppressWarnings("ThreadJoinLoop") // An interrupt is part of the game, and done with here.
  private static void join(Thread thread) {
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        // The one that interrupts is among those that are waited for.
      }
    }
  }

  private static void checkClosed(IllegalStateException e) {
    if (!isClosedByNow(e)) {
      throw e;
    }
  }

  private static boolean isClosedByNow(IllegalStateException e) {
    String message = String.valueOf(e.getMessage());
    return message.contains("is closed") || message.contains("Already closed");
  }
}
