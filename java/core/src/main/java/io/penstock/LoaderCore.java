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

  /** Empty if nothing is to be checked. */
  private final Optional<CheckedGatherer.Rules> rules;

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
            ? Optional.of(
                new CheckedGatherer.Rules(checksums, options.badRecordPolicy(), badRecords, events))
            : Optional.empty();
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

  /**
   * Opens the readers of the first engine. If a limit of this process refuses them, tries other
   * engines.
   */
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
   * Registers with the dataset, which may be closed meanwhile, and opens the readers.
   *
   * @throws PenstockException if that fails. What cannot be closed then is closed with the dataset
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

  /**
   * Arranges that a loader which becomes unreachable is reported, and what it holds open is closed.
   */
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
   * Checks how much of the data is cached by now, and changes to a better way of reading if the
   * choice is left to the loader, no batch is in use, and there is enough memory. At most once an
   * epoch, because it asks the kernel about each file. Statistics can be asked for meanwhile.
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

  /** Goes back to the former plan if the next one fails, because memory has become short. */
  private void startOrBack(EnginePlan next, EnginePlan former) {
    try {
      start(next);
    } catch (PenstockException e) {
      // An interrupt, or a device that does not answer: trying again would take just as long.
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
   * Changes engines. The next engine becomes the current one before it has opened anything, so that
   * neither closing this loader nor asking for statistics has to wait for that.
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

  /** Another way to read; null to stay with this one, also if memory is too small for it. */
  private @Nullable EnginePlan betterOrNull(Engine former) {
    BackendChoice present = former.plan().choice;
    if (options.isReplay() || !present.mayChange() || !former.batches().isIdle()) {
      return null;
    }
    BackendChoice better = choose();
    // Warming that was given up is not tried again.
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
   * Refuses to be closed by code that the loader itself calls: closing would wait for its caller.
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

  /** The same, with the checks of the loader object, if it still exists. */
  void checkMayCloseWithOwner() {
    Loader loader = owner.get();
    if (loader != null) {
      loader.checkMayClose();
    } else {
      checkMayClose();
    }
  }

  /**
   * Closes the loader. The loader object, if it still exists, takes care of batches.
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
   * Closes everything, one thread at a time. Called from within {@code first} it does nothing: the
   * loader is already being closed.
   *
   * @param first what to do once nothing is handed out any more, and before memory is freed; run at
   *     each attempt to close
   * @return whether everything is closed; false when called from within {@code first}
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
      // It is the last one: a change of engines checks first whether this loader is closed.
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
   * The loader is unreachable. If it was being closed, that could not be finished then, and may be
   * possible now. If not, its threads and files are closed now. Its memory is freed too, unless a
   * batch is open: the object of that batch is unreachable as well, but native code may hold an
   * address in it.
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
