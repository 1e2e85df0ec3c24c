package io.penstock.cli.read;

import io.penstock.Batch;
import io.penstock.Epoch;
import io.penstock.Loader;
import io.penstock.cli.command.Progress;
import io.penstock.cli.command.Streams;
import java.io.IOException;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Moves batches from a loader to the outputs, and saves the state in between.
 *
 * <p>A batch is in the outputs before a saved state counts it. On a signal, the shutdown hook waits
 * for the current batch, saves the state, and keeps further batches from the outputs.
 */
final class ReadLoop implements AutoCloseable {
  /** A device that does not answer must not keep the process from ending. */
  private static final long SIGNAL_PATIENCE_SECONDS = 10;

  private final Loader loader;
  private final ReadOutputs outputs;
  private final StateOptions states;
  private final Streams streams;

  /**
   * Held while a batch moves from the loader to the outputs. Fair, so that a waiting shutdown hook
   * comes next.
   */
  private final ReentrantLock delivering = new ReentrantLock(true);

  private long batches;
  private long records;

  ReadLoop(Loader loader, ReadOutputs outputs, StateOptions states, Streams streams) {
    this.loader = loader;
    this.outputs = outputs;
    this.states = states;
    this.streams = streams;
    streams.interruption().atEnd(this::end);
  }

  /** Runs when a signal ends the process; keeps the lock, so that no batch follows. */
  private String end() {
    if (!states.isAsked()) {
      return "with --state FILE a run can go on where it stopped";
    }
    try {
      if (!delivering.tryLock(SIGNAL_PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        return "the state was not saved, since the batch at hand does not come; "
            + "the last one saved is still in %s, if any".formatted(states.file());
      }
      states.save(loader.state(), outputs);
      return "state saved in %s: run the same command to go on".formatted(states.file());
    } catch (IOException | RuntimeException e) {
      return states.file() + ": the state was not saved: " + e.getMessage();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return states.file() + ": the state was not saved: interrupted";
    }
  }

  /**
   * Delivers batches.
   *
   * @param epochs to go through
   * @param most batches to stop after
   * @param progress gets the number of records
   */
  void run(Iterable<Epoch> epochs, long most, Progress progress) throws IOException {
    delivering.lock();
    try {
      Iterator<Epoch> remaining = epochs.iterator();
      while (batches < most && remaining.hasNext()) {
        run(remaining.next().iterator(), most, progress);
      }
      states.save(loader.state(), outputs);
      outputs.finish();
    } finally {
      delivering.unlock();
    }
  }

  private void run(Iterator<Batch> epoch, long most, Progress progress) throws IOException {
    while (batches < most && epoch.hasNext()) {
      Batch batch = epoch.next();
      outputs.add(batch);
      records += batch.size();
      progress.to(records);
      batches++;
      if (states.isDue(batches)) {
        states.save(loader.state(), outputs);
      }
      // Let a waiting shutdown hook take the lock.
      delivering.unlock();
      delivering.lock();
    }
  }

  @Override
  public void close() {
    streams.interruption().atEnd(() -> "");
  }
}
