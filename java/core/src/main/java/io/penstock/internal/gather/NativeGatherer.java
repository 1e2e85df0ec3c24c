package io.penstock.internal.gather;

import io.penstock.internal.counters.Figures;
import io.penstock.internal.ffi.NativeReader;
import io.penstock.internal.ffi.NativeSource;
import io.penstock.internal.ffi.ReaderOptions;
import io.penstock.internal.slot.Slot;
import java.lang.foreign.MemorySegment;

/**
 * Reading through the C library: backends uring and pread. All work is behind {@link NativeReader}.
 */
public final class NativeGatherer implements Gatherer {
  private static final long PREPARE_NANOS = 100_000_000;

  private final NativeReader reader;
  private final boolean isUring;
  private final boolean hasCells;
  private final boolean isVariable;
  private final boolean isHelped;
  private final MemoryPopulator populator;
  private final CopyThreads copiers;

  /**
   * Opens a reader; the calling thread owns it.
   *
   * @param source what to read
   * @param options how
   * @param copyThreads how many threads copy records beside the owner; 0: none
   * @throws io.penstock.error.PenstockException if the backend cannot be used, or memory is short
   */
  public NativeGatherer(NativeSource source, ReaderOptions options, int copyThreads) {
    isHelped = copyThreads > 0 && options.hasCells();
    isUring = options.backend() == ReaderOptions.NativeBackend.URING;
    hasCells = options.hasCells();
    isVariable = options.byBytes().valueBytes() > 0;
    reader = NativeReader.open(source, options);
    populator = MemoryPopulator.start(hasCells, reader::populate);
    try {
      copiers = new CopyThreads(copyThreads, reader::help, reader::dismissHelpers);
    } catch (RuntimeException | Error e) {
      populator.close();
      reader.close();
      throw e;
    }
  }

  NativeReader reader() {
    return reader;
  }

  @Override
  public long prepare() {
    return reader.load(PREPARE_NANOS);
  }

  @Override
  public long room() {
    return reader.room();
  }

  @Override
  public void order(MemorySegment indices, int count, Slot slot) {
    reader.order(indices, count, slot == null ? 0 : slot.address());
  }

  @Override
  public void endWindow(int later) {
    reader.endWindow(later);
  }

  @Override
  public void drive(long wanted, long timeoutNanos) {
    reader.drive(wanted, timeoutNanos);
    populator.ordered(reader.ordered());
  }

  @Override
  public long ready() {
    return reader.ready();
  }

  @Override
  public long ordered() {
    return reader.ordered();
  }

  @Override
  public void ordered(int count, MemorySegment target) {
    reader.ordered(count, target);
  }

  @Override
  public long inFlight() {
    return reader.inFlight();
  }

  @Override
  public boolean readsInBackground() {
    return isUring;
  }

  @Override
  public boolean beginTake(int count, Slot slot) {
    if (isHelped) {
      reader.prepare(count, slot.address());
    }
    return isHelped;
  }

  @Override
  public void take(int count, Slot slot) {
    if (hasCells) {
      reader.ordered(count, slot.indices());
    }
    try {
      reader.take(count, slot.address());
    } finally {
      if (isVariable) {
        slot.countInValues();
      }
    }
  }

  @Override
  public void reset() {
    reader.reset();
  }

  @Override
  public void statistics(Figures target) {
    reader.statistics(target);
  }

  @Override
  public void close() {
    populator.close();
    copiers.close();
    reader.close();
  }
}
