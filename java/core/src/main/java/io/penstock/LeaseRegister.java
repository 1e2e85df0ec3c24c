package io.penstock;

import io.penstock.internal.report.LeakReports;
import io.penstock.internal.report.Warnings;
import io.penstock.internal.slot.Slot;
import java.lang.foreign.Arena;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The open leases of a loader, if they are tracked: {@code penstock.trackBatches} records where
 * each was taken, {@code penstock.checkLeases} gives its segments a scope of their own. Otherwise
 * it is empty and costs nothing.
 *
 * <p>It must not refer to the batches themselves: one that is forgotten has to become unreachable.
 * Thread-safe.
 */
final class LeaseRegister {
  /** What released memory is overwritten with when leases are checked. */
  private static final byte OVERWRITTEN = (byte) 0xa5;

  /** One lease. */
  public static class OpenLease {
    private final @Nullable Throwable taker;

    OpenLease(@Nullable Throwable taker) {
      this.taker = taker;
    }

    /** Where it was taken; null unless that is tracked. */
    @Nullable Throwable taker() {
      return taker;
    }

    /** The scope of its segments; null unless leases are checked. */
    @Nullable Arena arena() {
      return null;
    }
  }

  private static final class CheckedLease extends OpenLease {
    private final Arena arena = Arena.ofShared();

    CheckedLease(@Nullable Throwable taker) {
      super(taker);
    }

    @Override
    Arena arena() {
      return arena;
    }
  }

  private final boolean isTracking = Boolean.getBoolean("penstock.trackBatches");
  private final boolean isChecking = Boolean.getBoolean("penstock.checkLeases");
  private final boolean isOverwriting;

  // Guarded by this.
  private final Set<OpenLease> open = Collections.newSetFromMap(new IdentityHashMap<>());
  private boolean isClosed;

  /**
   * An empty register that follows the system properties as they are now.
   *
   * @param isReplay whether batches are handed out as they come back
   */
  LeaseRegister(boolean isReplay) {
    isOverwriting = isChecking && !isReplay;
  }

  /**
   * If leases are checked, overwrites the memory of a closed batch, so that code with a bare
   * address does not read later records unnoticed.
   */
  void overwrite(Slot slot) {
    if (!isOverwriting) {
      return;
    }
    try {
      slot.overwrite(OVERWRITTEN);
    } catch (IllegalStateException e) {
      // The loader is closed, and the memory gone.
    }
  }

  /**
   * Notes a lease that begins.
   *
   * @return its lease; null if leases are neither tracked nor checked
   */
  @Nullable OpenLease begin(Batch batch) {
    if (!isTracking && !isChecking) {
      return null;
    }
    Throwable taker = isTracking ? new Throwable("taken here: " + batch.description()) : null;
    OpenLease lease = isChecking ? new CheckedLease(taker) : new OpenLease(taker);
    add(lease);
    return lease;
  }

  private synchronized void add(OpenLease lease) {
    if (isClosed && lease.arena() != null) {
      lease.arena().close();
    }
    open.add(lease);
  }

  /**
   * Notes the end of a lease: its segments throw from now on.
   *
   * @throws IllegalStateException if a native call is using one of them: the lease goes on then
   */
  void end(OpenLease lease) {
    Arena arena = lease.arena();
    if (arena != null) {
      close(arena);
    }
    synchronized (this) {
      open.remove(lease);
    }
  }

  synchronized boolean isClosed() {
    return isClosed;
  }

  private synchronized List<Throwable> takers() {
    return isTracking ? open.stream().map(OpenLease::taker).toList() : List.of();
  }

  /** Adds the places where the open batches were taken to a failure, as far as that is tracked. */
  IllegalStateException withTakers(IllegalStateException failure) {
    takers().forEach(failure::addSuppressed);
    return failure;
  }

  /** Arranges a report for the case that a retained batch is forgotten. */
  LeakReports.Watch watch(Batch batch, @Nullable Throwable taker) {
    return LeakReports.watch(batch, forgotten(batch.description(), taker));
  }

  /** It must not refer to the batch, nor to the loader. */
  private Runnable forgotten(String description, @Nullable Throwable taker) {
    return () -> {
      if (!isClosed()) {
        Warnings.warn(
            "Batch[%s] was retained and became unreachable without being closed: its memory is lost to its loader until that is closed%s"
                .formatted(
                    description,
                    taker == null ? "; -Dpenstock.trackBatches=true tells where it was taken" : ""),
            taker);
      }
    };
  }

  /**
   * Ends the use of all segments, also of leases that are still to come: the memory is about to be
   * freed. Idempotent.
   *
   * @throws IllegalStateException if a native call is using one of them
   */
  void close() {
    List<OpenLease> last;
    synchronized (this) {
      isClosed = true;
      last = List.copyOf(open);
    }
    for (OpenLease lease : last) {
      if (lease.arena() != null) {
        close(lease.arena());
      }
    }
  }

  private static void close(Arena arena) {
    try {
      arena.close();
    } catch (IllegalStateException e) {
      if (arena.scope().isAlive()) {
        throw new IllegalStateException(
            "memory of a batch is in use by a native call: close it again when that is over", e);
      }
      // Another thread was faster: batch and loader may be closed at once.
    }
  }
}
