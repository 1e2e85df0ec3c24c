package io.penstock.internal.gather;

import io.penstock.internal.wait.Patience;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * The threads that carry out the requests of a {@link RequestBoard}, and when they do.
 *
 * <p>Waking a thread costs as much as opening, reading and closing a small file that is in the page
 * cache. So it matters how long requests take. Where they are slow, as the device answers them, all
 * threads work, and each request wakes one that rests. Where they are quick, the owner carries them
 * out itself while it would only wait, and threads are woken only as far as there are processors
 * for them and requests pile up. Which of the two it is, is measured all the time.
 *
 * <p>What it owns: the threads. {@link #wake}, {@link #help}, {@link #await} and closing are the
 * owner's.
 */
final class Carriers {
  /** A request that takes no longer than this, for each file and each byte of it, is quick. */
  private static final long QUICK_NANOS_PER_READ = 30_000;

  private static final long QUICK_NANOS_PER_BYTE = 1;

  /** Of so many requests, {@link #SLOW} must be slow before all threads work. */
  private static final int ALL = 256;

  private static final int SLOW = 26;

  /** What one request more adds to what is known of all. */
  private static final int SHIFT = 5;

  /** Quick requests for which it is worth waking a thread. */
  private static final int WORTH_WAKING = 16;

  /** Requests that the owner carries out before it looks what has come of others. */
  private static final int HELPED_AT_ONCE = 8;

  /** The owner is woken by so many answers, or the last one; and looks each millisecond anyway. */
  private static final int WORTH_TELLING = 32;

  private static final long LONGEST_NAP_NANOS = 1_000_000;

  private static final int AWAKE = Integer.MAX_VALUE;

  private final RequestBoard board;
  private final PartReader own;
  private final Thread owner = Thread.currentThread();
  private final List<CarrierThread> threads = new ArrayList<>();
  private final int quickThreads;

  /** How many of {@link #ALL} requests were slow, more or less: threads overwrite each other. */
  private volatile int slow = ALL;

  /** How many answers the owner waits for. */
  private final AtomicInteger ownerWaitsFor = new AtomicInteger(AWAKE);

  private volatile boolean isEnding;
  private volatile Throwable death;

  /** What was thrown last where requests were carried out; nothing is, normally. */
  private volatile Throwable trouble;

  private final Tally ownTally = new Tally();

  /** What a thread has done. Written by that thread only, read by any. */
  static final class Tally {
    private volatile long reads;
    private volatile long copyNanos;

    /** Files that it has read from. */
    long reads() {
      return reads;
    }

    long copyNanos() {
      return copyNanos;
    }
  }

  /**
   * Starts the threads; the calling thread is the owner.
   *
   * @param board where requests are
   * @param count how many threads, at least 1
   * @param parts makes what each of them, and the owner, reads with
   */
  Carriers(RequestBoard board, int count, Supplier<PartReader> parts) {
    this.board = board;
    this.own = parts.get();
    this.quickThreads =
        Math.max(1, Math.min(count, Runtime.getRuntime().availableProcessors() - 1));
    try {
      for (int i = 0; i < count; i++) {
        CarrierThread carrier = new CarrierThread(this, i, parts.get());
        carrier.thread().start();
        threads.add(carrier);
      }
    } catch (RuntimeException | Error e) {
      end();
      Patience patience = Patience.begin();
      threads.forEach(started -> patience.join(started.thread()));
      patience.end();
      throw e;
    }
  }

  int count() {
    return threads.size();
  }

  /** Files that were read from. */
  long reads() {
    long sum = ownTally.reads;
    for (int i = 0; i < threads.size(); i++) {
      sum += threads.get(i).reads();
    }
    return sum;
  }

  /** How long all of them copied what was read. */
  long copyNanos() {
    long sum = ownTally.copyNanos;
    for (int i = 0; i < threads.size(); i++) {
      sum += threads.get(i).copyNanos();
    }
    return sum;
  }

  /** Processor time of the threads. */
  long cpuNanos() {
    long sum = 0;
    for (int i = 0; i < threads.size(); i++) {
      sum += threads.get(i).cpuNanos();
    }
    return sum;
  }

  /** What ended a thread that should have gone on; null while all of them do. */
  Throwable death() {
    return death;
  }

  /** What a request failed with that threw; null if none did. */
  Throwable trouble() {
    return trouble;
  }

  private boolean areQuick() {
    return slow < SLOW;
  }

  // ---- the owner's side -------------------------------------------------------------------------

  /** Wakes as many threads as there is work for. */
  void wake() {
    int left = board.waiting();
    boolean areQuick = areQuick();
    int most = areQuick ? quickThreads : threads.size();
    int share = areQuick ? WORTH_WAKING : 1;
    for (int i = 0; i < most && left >= share; i++) {
      threads.get(i).wake();
      left -= share;
    }
  }

  /**
   * Carries out some requests that wait, if they are quick.
   *
   * @return how many
   */
  int help() {
    int count = 0;
    while (count < HELPED_AT_ONCE && areQuick()) {
      int place = board.claim();
      if (place == RequestBoard.NONE) {
        break;
      }
      carryOut(place, own, ownTally);
      count++;
    }
    return count;
  }

  /** Waits for answers: a good number, or the last one. It may come back without any. */
  void await(long timeoutNanos) {
    ownerWaitsFor.set(WORTH_TELLING);
    boolean isToWait = board.answers() < (board.waiting() == 0 ? 1 : WORTH_TELLING);
    if (isToWait && death == null) {
      LockSupport.parkNanos(this, Math.min(timeoutNanos, LONGEST_NAP_NANOS));
      // The thread is ours, and nobody of us interrupts it.
      boolean _ = Thread.interrupted();
    }
    ownerWaitsFor.set(AWAKE);
  }

  /**
   * Takes back what nobody has begun with, and waits for the rest.
   *
   * @param doing for messages
   * @param answers told of all of them
   * @throws io.penstock.error.PenstockException if the device does not answer
   */
  void settle(String doing, RequestBoard.Answers answers) {
    Patience patience = Patience.begin();
    while (board.out() > 0) {
      int place = board.claim();
      while (place != RequestBoard.NONE) {
        board.answer(place, PartReader.FAILED);
        place = board.claim();
      }
      if (board.collect(answers) == 0) {
        if (patience.isOver()) {
          throw Patience.noAnswer(
              doing, "memory that it may still write to is kept until it answers", null);
        }
        await(patience.leftMillis() * 1_000_000);
      }
    }
  }

  /** Has the threads end when they are done with what they are at. */
  void end() {
    isEnding = true;
    for (CarrierThread carrier : threads) {
      carrier.wake();
    }
  }

  /** Waits until they have ended; false if the time is up before. */
  boolean join(Patience patience) {
    for (CarrierThread carrier : threads) {
      if (!patience.join(carrier.thread())) {
        return false;
      }
    }
    return true;
  }

  // ---- the threads' side ------------------------------------------------------------------------

  boolean isEnding() {
    return isEnding;
  }

  /** Claims a request for thread number i, unless there is none for it. */
  int claim(int number) {
    return isNeeded(number) ? board.claim() : RequestBoard.NONE;
  }

  private boolean isNeeded(int number) {
    return number < quickThreads || !areQuick();
  }

  /** Whether thread number i should not rest. */
  boolean hasWork(int number) {
    return isEnding || (isNeeded(number) && board.waiting() > 0);
  }

  /** Carries a request out, and answers it whatever happens. */
  void carryOut(int place, PartReader parts, Tally tally) {
    long result = PartReader.FAILED;
    long readsBefore = parts.reads();
    long start = System.nanoTime();
    int length = board.lengthBytes(place);
    try {
      result = board.carryOut(place, parts);
    } catch (RuntimeException | Error e) {
      trouble = e; // It fails its own records, and nothing else.
    } finally {
      tally.reads = parts.reads(); // What is answered is counted.
      tally.copyNanos = parts.copyNanos();
      tellOwner(board.answer(place, result));
    }
    took(System.nanoTime() - start, parts.reads() - readsBefore, length);
  }

  private void took(long nanos, long reads, int bytes) {
    int known = slow;
    if (nanos > QUICK_NANOS_PER_READ * reads + QUICK_NANOS_PER_BYTE * bytes) {
      if (known < ALL) {
        slow = known + ((ALL - known + (1 << SHIFT) - 1) >> SHIFT);
      }
    } else if (known > 0) {
      slow = known - ((known + (1 << SHIFT) - 1) >> SHIFT);
    }
  }

  private void tellOwner(int answers) {
    int wanted = ownerWaitsFor.get();
    boolean isNews = wanted != AWAKE && (answers >= wanted || board.waiting() == 0);
    if (isNews && ownerWaitsFor.compareAndSet(wanted, AWAKE)) {
      LockSupport.unpark(owner);
    }
  }

  /** A thread has ended unexpectedly: the owner is told, now and from now on. */
  void died(Throwable cause) {
    death = cause;
    LockSupport.unpark(owner);
  }
}
