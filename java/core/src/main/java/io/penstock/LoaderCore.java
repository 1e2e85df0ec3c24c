package io.penstock;

import io.penstock.error.PenstockException;
import io.penstock.internal.counters.Figures;
import io.penstock.internal.dataset.ChecksumTable;
import io.penstock.internal.dataset.OpenDataset;
import io.penstock.internal.engine.Engine;
import io.penstock.internal.engine.EnginePlan;
import io.penstock.internal.engine.FoundLimits;
import io.penstock.internal.engine.LoaderOptions;
import io.penstock.internal.events.LoaderEvents;
import io.penstock.internal.gather.CheckedGatherer;
import io.penstock.internal.plan.BackendChoice;
import io.penstock.internal.report.LeakReports;
import io.penstock.internal.report.Warnings;
import io.penstock.internal.slot.BadRecordLog;
import io.penstock.internal.slot.RankShares;
import io.penstock.internal.wait.CloseLimit;
import io.penstock.options.Readahead;
import io.penstock.statistics.Statistic;
import java.lang.ref.WeakReference;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What a loader holds open: the engine that it runs on, and checksums.
 *
 * <p>It exists beside the {@link Loader} so that one that is forgotten becomes unreachable: neither
 * this nor the engine's threads refer to it, and what is open can still be closed. What it owns:
 * which engine is the present one, and that closing is done by one thread at a time.
 */
final class LoaderCore {
  private final Dataset dataset;
  private final OpenDataset opened;
  private final LoaderOptions options;
  private final RankShares shares;
  private volatile FoundLimits limits = FoundLimits.NONE;
  private final LoaderEvents events = LoaderEvents.create();
  private final BadRecordLog badRecords = new BadRecordLog();
  private final @Nullable ChecksumTable checksums;

  /** Null where nothing is to be checked. */
  private final CheckedGatherer.@Nullable Rules rules;

  private final Throwable origin = new Throwable("the loader was built here");
  private final ReentrantLock closing = new ReentrantLock();
  private final Object engineLock = new Object();
  private volatile Engine engine;
  private @Nullable Figures earlier;
  private volatile boolean isClosed;
  private volatile WeakReference<Loader> owner = new WeakReference<>(null);

  /** Allocates all that is needed, or nothing; {@link #start} opens it. */
  LoaderCore(Dataset dataset, LoaderOptions options, RankShares shares) {
    this.dataset = dataset;
    this.opened = dataset.opened();
    this.options = options;
    this.shares = shares;
    this.checksums =
        options.checksums().map(path -> ChecksumTable.open(path, opened.columns())).orElse(null);
    this.rules =
        options.isChecked()
            ? new CheckedGatherer.Rules(checksums, options.badRecordPolicy(), badRecords, events)
            : null;
    try {
      this.engine = allocateWithinLimits();
    } catch (RuntimeException | Error e) {
      closeChecksums();
      throw e;
    }
  }

  private EnginePlan plan(BackendChoice choice) {
    return EnginePlan.of(opened, options, limits, shares, choice);
  }

  private BackendChoice choose() {
    return EnginePlan.choose(opened, options, limits);
  }

  private Engine allocateWithinLimits() {
    while (true) {
      EnginePlan plan = plan(choose());
      try {
        return allocate(plan);
      } catch (PenstockException e) {
        refuse(plan.choice, e);
      }
    }
  }

  /** Opens the first engine's readers, or those of another one that a limit does not refuse. */
  private void startWithinLimits() {
    EnginePlan tried = engine.plan();
    PenstockException failure = null;
    try {
      engine.start();
    } catch (PenstockException e) {
      failure = e;
    }
    while (failure != null) {
      refuse(tried.choice, failure);
      engine.close();
      tried = plan(choose());
      failure = null;
      try {
        start(tried);
      } catch (PenstockException e) {
        failure = e;
      }
    }
  }

  /**
   * Notes that a limit of this process (locked memory, open files ...) leaves no room for a
   * backend, so that another one is chosen.
   *
   * @throws PenstockException the failure, if it is about something else, or the user named it
   */
  private void refuse(BackendChoice choice, PenstockException failure) {
    Optional<Readahead.Backend> refused = choice.refusedBy(failure);
    if (refused.isEmpty() || limits.refused().containsKey(refused.get())) {
      throw failure;
    }
    limits = limits.without(refused.get(), choice.limit(failure));
  }

  private Engine allocate(EnginePlan plan) {
    return new Engine(opened, dataset.warming(), options, shares, plan, events, rules);
  }

  /**
   * Makes itself known to the dataset, which may be closed meanwhile, and opens what reads.
   *
   * @throws PenstockException if that fails: what could not be closed then is closed with the
   *     dataset
   * @throws IllegalStateException if the loader or its dataset was closed meanwhile
   */
  void start() {
    try {
      dataset.opening(this);
      startWithinLimits();
    } catch (RuntimeException | Error e) {
      try {
        close(() -> {});
      } catch (RuntimeException again) {
        e.addSuppressed(again);
      }
      throw e;
    }
  }

  private void closeChecksums() {
    if (checksums != null) {
      checksums.close();
    }
  }

  /** Has it reported, and what is open closed, when this loader becomes unreachable. */
  LeakReports.Watch watch(Loader loader, String description) {
    owner = new WeakReference<>(loader);
    return LeakReports.watch(loader, () -> forgotten(description));
  }

  Engine engine() {
    return engine;
  }

  BadRecordLog badRecords() {
    return badRecords;
  }

  LoaderStatistics statistics() {
    Figures done;
    synchronized (engineLock) {
      done = sinceBuilt();
    }
    done.counters.set(Statistic.BAD_RECORDS, badRecords.count());
    return new LoaderStatistics(done, engine.plan(), engine.reason());
  }

  /** What this engine and those before it did: a new object. Under the lock of engines. */
  private Figures sinceBuilt() {
    Figures done = engine.batches().statistics();
    if (earlier != null) {
      done.addEarlier(earlier);
    }
    return done;
  }

  void checkOpen() {
    if (isClosed) {
      throw new IllegalStateException("the loader is closed");
    }
  }

  // ---- changing engines -----------------------------------------------------------------------

  /**
   * Looks where the data is by now, and changes to a better way of reading if that is left to us,
   * no batch is in use, and memory is enough for it. Once an epoch at most: it asks the kernel
   * about each file. Whoever asks for statistics meanwhile, as a transform of the former engine
   * may, is answered.
   */
  void rechoose() {
    checkOpen();
    Engine former = engine;
    EnginePlan next = former.isClosed() ? former.plan() : betterOrNull(former);
    if (next == null) {
      return;
    }
    former.close();
    startOrBack(next, former.plan());
  }

  /** If the better way cannot be gone after all, as memory got short, the former one is. */
  private void startOrBack(EnginePlan next, EnginePlan former) {
    try {
      start(next);
    } catch (PenstockException e) {
      // An interrupt, or a device that does not answer: to try again would take as long again.
      if (next == former || Thread.currentThread().isInterrupted() || !engine.hasEnded()) {
        throw e;
      }
      try {
        start(former);
      } catch (PenstockException again) {
        e.addSuppressed(again);
        throw e;
      }
    }
  }

  /**
   * Changes engines. The next one is the present one before it has opened anything, so that whoever
   * closes this loader meanwhile need not wait for that, nor who asks for statistics.
   */
  private void start(EnginePlan plan) {
    Engine next = allocate(plan);
    try {
      synchronized (engineLock) {
        checkOpen();
        earlier = sinceBuilt();
        engine = next;
      }
      next.start();
    } catch (RuntimeException | Error e) {
      try {
        next.close();
      } catch (RuntimeException again) {
        e.addSuppressed(again);
      }
      throw e;
    }
  }

  /** How to go on in another way; null: as now, also where memory is too small for that. */
  private @Nullable EnginePlan betterOrNull(Engine former) {
    BackendChoice present = former.plan().choice;
    if (options.isReplay() || !present.mayChange() || !former.batches().isIdle()) {
      return null;
    }
    BackendChoice better = choose();
    // What was given up once is not tried again: records are read in windows, as without it.
    boolean isOtherwise = former.hasGivenUpWarming();
    if (isOtherwise) {
      limits = limits.withoutWarming();
    }
    try {
      return better.isLike(present) && !isOtherwise ? null : plan(better);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  // ---- closing --------------------------------------------------------------------------------

  /**
   * Refuses to be closed by what the loader itself calls: it would have to wait for the caller.
   *
   * @throws IllegalStateException if the current thread is one of the engine's
   */
  void checkMayClose() {
    if (engine.batches().isOwnThread()) {
      throw new IllegalStateException(
          "a loader must not be closed by its own transform or sampler, which it would wait for:"
              + " throw an exception there, and close it where it is iterated");
    }
  }

  /** The same, with what the loader's own object knows. */
  void checkMayCloseWithOwner() {
    Loader loader = owner.get();
    if (loader != null) {
      loader.checkMayClose();
    } else {
      checkMayClose();
    }
  }

  /**
   * Closes the loader, whose own object does what concerns batches if it is still there.
   *
   * @throws IllegalStateException as {@link Loader#close}
   */
  void closeWithOwner() {
    Loader loader = owner.get();
    if (loader != null) {
      loader.close();
    } else {
      close(() -> {});
    }
  }

  /**
   * Closes everything, one thread at a time. Within what is done first it does nothing: the loader
   * is being closed already.
   *
   * @param first what is to be done when nothing is handed out any more, and before memory goes;
   *     each time that closing is tried
   * @return whether all is closed: not so within what is done first
   */
  boolean close(Runnable first) {
    if (closing.isHeldByCurrentThread()) {
      return false;
    }
    isClosed = true;
    awaitTurn();
    try {
      first.run();
      lastEngine().close();
      closeChecksums();
      dataset.forget(this);
      return true;
    } finally {
      closing.unlock();
    }
  }

  private Engine lastEngine() {
    synchronized (engineLock) {
      // None follows it: whoever changes engines looks whether this loader is closed.
      return engine;
    }
  }

  private void awaitTurn() {
    boolean isInterrupted = false;
    long end = System.nanoTime() + 2 * CloseLimit.nanos();
    boolean isMine = false;
    do {
      try {
        isMine = closing.tryLock(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        isInterrupted = true;
      }
    } while (!isMine && end - System.nanoTime() > 0);
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
    if (!isMine) {
      throw new IllegalStateException(
          "the loader is being closed by another thread, which does not get on with it: see what"
              + " it waits for, and close again");
    }
  }

  /**
   * The loader is unreachable. If it was closed, that could not be finished then, and may be by
   * now. If not, its threads and files go. So does its memory, unless a batch is out: its object is
   * unreachable too, but native code may have an address in it.
   */
  private void forgotten(String description) {
    boolean wasClosed = isClosed;
    boolean isFree = wasClosed || engine.batches().isIdle();
    isClosed = true;
    if (!wasClosed) {
      Warnings.warn(
          "%s became unreachable without being closed: its threads and files are given up now, its memory is %s; close it, best in a try statement"
              .formatted(
                  description,
                  isFree ? "given back" : "kept, as a batch of it was not closed either"),
          origin);
    }
    LeakReports.closeLater(isFree ? () -> close(() -> {}) : this::closeButMemory);
  }

  private void closeButMemory() {
    lastEngine().closeButMemory();
    closeChecksums();
    dataset.forget(this);
  }
}
