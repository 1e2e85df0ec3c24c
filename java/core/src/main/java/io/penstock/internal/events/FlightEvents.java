package io.penstock.internal.events;

import io.penstock.error.BadRecord;
import io.penstock.internal.counters.Counters;
import io.penstock.statistics.Statistic;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Writes events for JDK Flight Recorder.
 *
 * <p>The event objects of batches and epochs are made once and used again: asking whether an event
 * is recorded must cost nothing when it is not. An event begins when a batch is asked for and ends
 * with its delivery; a recording that starts in between begins with the next event.
 */
final class FlightEvents implements LoaderEvents {
  private static final AtomicInteger LOADERS = new AtomicInteger();
  private static final double NANOS = 1e9;

  private final int loader = LOADERS.incrementAndGet();
  private final BatchEvent batch = new BatchEvent();
  private final EpochEvent epoch = new EpochEvent();
  private LoaderStartEvent start;
  private boolean isBatchBegun;
  private boolean isEpochBegun;
  private String backend;
  private String io;

  @Override
  public void opening() {
    start = new LoaderStartEvent();
    start.begin();
  }

  @Override
  public void opened(LoaderFacts facts) {
    backend = facts.backend();
    io = facts.io();
    start.end();
    if (start.shouldCommit()) {
      start.loader = loader;
      start.backend = backend;
      start.io = io;
      start.reason = facts.reason();
      start.readahead = facts.readahead();
      start.memory = facts.memoryBytes();
      start.order = facts.order();
      start.seed = facts.seed();
      start.batchSize = facts.batchSize();
      start.records = facts.recordCount();
      start.recordSize = facts.recordBytes();
      start.commit();
    }
  }

  @Override
  public void badRecord(BadRecord record) {
    BadRecordEvent event = new BadRecordEvent();
    if (event.shouldCommit()) {
      event.loader = loader;
      event.epoch = record.epoch();
      event.index = record.index();
      event.column = record.column();
      event.replacement = record.replacement().orElse(-1);
      event.problem = record.problem();
      event.commit();
    }
  }

  @Override
  public void asked() {
    isBatchBegun = batch.isEnabled();
    if (isBatchBegun) {
      batch.begin();
    }
  }

  @Override
  public void delivered(
      long ofEpoch, long position, int size, long bytes, boolean isFailed, Counters trace) {
    if (!isBatchBegun) {
      return;
    }
    batch.end();
    if (batch.shouldCommit()) {
      batch.set(trace);
      batch.loader = loader;
      batch.epoch = ofEpoch;
      batch.position = position;
      batch.size = size;
      batch.bytes = bytes;
      batch.failed = isFailed;
      batch.commit();
    }
  }

  @Override
  public void epochBegan() {
    isEpochBegun = epoch.isEnabled();
    if (isEpochBegun) {
      epoch.begin();
    }
  }

  @Override
  public void epochEnded(long number, boolean isComplete, long elapsedNanos, Counters trace) {
    if (!isEpochBegun) {
      return;
    }
    epoch.end();
    if (epoch.shouldCommit()) {
      epoch.set(trace);
      epoch.loader = loader;
      epoch.epoch = number;
      epoch.complete = isComplete;
      epoch.batches = trace.get(Statistic.BATCHES);
      epoch.records = trace.get(Statistic.RECORDS);
      epoch.bytes = trace.get(Statistic.BYTES);
      epoch.recordsPerSecond = epoch.records * NANOS / Math.max(1, elapsedNanos);
      epoch.bytesPerSecond = Math.round(epoch.bytes * NANOS / Math.max(1, elapsedNanos));
      epoch.stallShare = (double) trace.get(Statistic.STALL) / Math.max(1, elapsedNanos);
      epoch.backend = backend;
      epoch.io = io;
      epoch.commit();
    }
  }
}
