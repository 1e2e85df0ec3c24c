package io.penstock.internal.transform;

import io.penstock.error.PenstockException;
import io.penstock.internal.slot.BatchCursor;
import io.penstock.internal.slot.RankShares;
import io.penstock.internal.slot.Slot;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * A batch that is being transformed, or was, in the slot that it will be delivered in: how far it
 * is. A batch that comes in pieces is as many jobs.
 *
 * <p>One for each slot, used again. Its fields are guarded by the {@link Transformer}, but for what
 * threads that work on a part of it read: that does not change before they have given it back.
 */
final class TransformJob {
  /** Where the batch goes. */
  final Slot slot;

  /** What was read; null once it is not needed any more. */
  Slot input;

  /** Which batch of which epoch this is, or is a piece of. */
  final BatchCursor at;

  /** Number of its feeding since the iteration began, from 0. */
  long sequence;

  int stage;

  /** First record that no thread has taken in this stage. */
  int next;

  /** Threads that work on it. */
  int running;

  boolean isFinished;

  /** Time of all threads. */
  long nanos;

  /** Where its records were in the batch before some were left out; null where none were. */
  private int[] places;

  /** What transforms say is bad in it, by place. Guarded by itself. */
  private final Map<Integer, BadPlace> bad = new TreeMap<>();

  /** How many records were tried in the place of a bad one. */
  private final Map<Integer, Long> tries = new HashMap<>();

  /** Whether it is to be transformed once more, without its bad records. */
  private boolean isMended;

  private int failedPlace;
  private volatile boolean isAbandoned;

  TransformJob(Slot slot, RankShares shares) {
    this.slot = slot;
    this.at = new BatchCursor(shares);
  }

  /** Begins with a batch that was read. */
  void begin(Slot read, BatchCursor itsBatch, long itsSequence, OutputLayout layout) {
    input = read;
    at.seek(itsBatch);
    sequence = itsSequence;
    running = 0;
    isFinished = false;
    nanos = 0;
    isAbandoned = false;
    tries.clear();
    start(layout);
    slot.trace.set(read.trace);
  }

  /** Begins once more with what was read, after it was mended. */
  void beginAgain(OutputLayout layout) {
    start(layout);
  }

  private void start(OutputLayout layout) {
    stage = 0;
    next = 0;
    failedPlace = Integer.MAX_VALUE;
    isMended = false;
    bad.clear();
    places = input.places();
    slot.assign(input);
    slot.indices().copyFrom(input.indices());
    layout.place(slot, input);
  }

  /** The slot that a column is in, which is not in scratch memory. */
  Slot slotOf(PlannedValue value) {
    return value.home == PlannedValue.Home.INPUT ? input : slot;
  }

  /** Where the room of a record begins in a variable column that is being made, in values. */
  long roomBegin(PlannedValue value, int place) {
    return value.root == null
        ? value.mostValues * place
        : slotOf(value.root).begin(value.root.number, place);
  }

  /** How many values a record has room for in a variable column that is being made. */
  long roomValues(PlannedValue value, int place) {
    return value.root == null
        ? value.mostValues
        : slotOf(value.root).recordValues(value.root.number, place);
  }

  /** It is not wanted any more: threads may leave it as it is. */
  void abandon() {
    isAbandoned = true;
    next = slot.size();
  }

  boolean isAbandoned() {
    return isAbandoned;
  }

  boolean hasParts() {
    return next < slot.size();
  }

  /** The failure of the first record is the one that is reported. */
  void fail(int place, PenstockException failure) {
    if (place < failedPlace) {
      failedPlace = place;
      slot.fail(failure);
    }
    next = slot.size();
  }

  /** A transform says that a record is bad. By any thread that works on a part. */
  void addBad(int place, BadPlace what) {
    synchronized (bad) {
      bad.put(place, what);
    }
  }

  boolean hasBad() {
    synchronized (bad) {
      return !bad.isEmpty();
    }
  }

  /** The bad places in ascending order. Not to be called while others work on it. */
  Map<Integer, BadPlace> bad() {
    return bad;
  }

  /** Counts another record in the place of a bad one; returns how many there were. */
  long countTry(int place) {
    return tries.merge(place, 1L, Long::sum);
  }

  /** What was read has no bad records any more, as far as is known. */
  void mended() {
    isMended = true;
  }

  boolean isMended() {
    return isMended;
  }

  /** Position of a record in the epoch. */
  long position(int place) {
    return slot.offsets.position(at, slot.firstPlace(), places == null ? place : places[place]);
  }
}
