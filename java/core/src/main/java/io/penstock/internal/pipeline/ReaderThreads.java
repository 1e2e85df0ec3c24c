package io.penstock.internal.pipeline;

import io.penstock.internal.counters.Figures;
import io.penstock.internal.slot.RankShares;
import java.util.ArrayList;
import java.util.List;

/**
 * The reading threads of a {@link Pipeline}, seen as one. Used only under its lock, except for
 * starting and joining them.
 */
final class ReaderThreads {
  private final List<FinishedBatches> outlets = new ArrayList<>();
  private final EngineThreads threads =
      new EngineThreads("penstock-reader-", "a sampler or a read");

  /** Makes the threads; {@link #threads} starts them. */
  ReaderThreads(Pipeline pipeline, RankShares shares, List<ReaderThreadParts> parts) {
    for (int i = 0; i < parts.size(); i++) {
      ReaderThread reader = new ReaderThread(i, parts.size(), pipeline, shares, parts.get(i));
      outlets.add(reader.outlet);
      threads.add(reader);
    }
  }

  EngineThreads threads() {
    return threads;
  }

  /** What a thread and the consumer share. */
  FinishedBatches outlet(int number) {
    return outlets.get(number);
  }

  /** Each makes every n-th batch. */
  FinishedBatches outletOf(long sequence) {
    return outlets.get((int) (sequence % outlets.size()));
  }

  boolean areOpen() {
    return outlets.stream().allMatch(outlet -> outlet.isOpen);
  }

  /** Bytes that are still to be read before all are open. */
  long unprepared() {
    return outlets.stream().mapToLong(outlet -> outlet.unprepared).sum();
  }

  /** Why the first thread that has ended did so; null while all are running. */
  Throwable death() {
    for (FinishedBatches outlet : outlets) {
      if (outlet.death != null) {
        return outlet.death;
      }
    }
    return null;
  }

  /** Why the first thread that failed to close its gatherer did so; null if all closed theirs. */
  Throwable failureOfClosing() {
    for (FinishedBatches outlet : outlets) {
      if (outlet.isOpen && outlet.death != null) {
        return outlet.death;
      }
    }
    return null;
  }

  /** A session begins: batches finished for the former one are dropped. */
  void beginSession() {
    for (FinishedBatches outlet : outlets) {
      outlet.published.drainTo(outlet.returned);
      outlet.failure = null;
    }
  }

  /** Whether the consumer holds no batch. */
  boolean areIdle() {
    return outlets.stream().allMatch(outlet -> outlet.outCount == 0);
  }

  /** Whether no session has failed. */
  boolean haveNotFailed() {
    return outlets.stream().allMatch(outlet -> outlet.failure == null);
  }

  /** Adds up what they did so far, into the given object. */
  void statistics(Figures sum) {
    sum.set(outlets.getFirst().statistics);
    for (int i = 1; i < outlets.size(); i++) {
      sum.addBeside(outlets.get(i).statistics);
    }
  }
}
