package io.penstock.internal.tune;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.counters.Figures;
import io.penstock.internal.ffi.NativeReader;
import io.penstock.statistics.Statistic;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * A steady flow of requests through a reader, and how many of them complete in a second.
 *
 * <p>Nothing is done with what is read. A request counts when it has completed, not when its batch
 * has: rates are right however short the measurement.
 */
final class Flow {
  /** At least so many requests are counted, however slow the device. */
  private static final int LEAST_REQUESTS = 8;

  /** A device that does nothing for so long has failed. */
  private static final long SILENCE_NANOS = 30_000_000_000L;

  /** A turn of the loop; so long, the time is not looked at. */
  private static final long TURN_NANOS = 10_000_000;

  private final Path path;
  private final NativeReader reader;
  private final Requests requests;
  private final ProbePoint point;
  private final int batchSize;
  private final int slotCount;
  private final long slotBytes;
  private final long address;
  private final MemorySegment indices;
  private final Figures statistics = new Figures();
  private long ordered;
  private long taken;

  Flow(
      Path path,
      NativeReader reader,
      Requests requests,
      ProbePoint point,
      MemorySegment memory,
      MemorySegment indices) {
    this.path = path;
    this.reader = reader;
    this.requests = requests;
    this.point = point;
    this.batchSize = batchSize(point.queueDepth());
    this.slotCount = slotCount(point.queueDepth());
    this.slotBytes = requests.source().sizes().slotLayout(batchSize, 0).slotBytes();
    this.address = memory.address();
    this.indices = indices;
  }

  /** Requests ordered and taken together: so few that the flow is even. */
  static int batchSize(int depth) {
    return Math.max(1, depth / 4);
  }

  private static int slotCount(int depth) {
    return DeviceProbe.AHEAD * depth / batchSize(depth);
  }

  /** Memory for requests of so many at a time. */
  static long memoryBytes(Requests requests, int depth) {
    return slotCount(depth) * requests.source().sizes().slotLayout(batchSize(depth), 0).slotBytes();
  }

  double measure(long nanos) {
    long silence = System.nanoTime() + SILENCE_NANOS;
    while (completed() < point.queueDepth()) {
      turn(silence);
    }
    long start = System.nanoTime();
    long before = completed();
    long enough = before + LEAST_REQUESTS;
    long end = start;
    while (end - start < nanos || completed() < enough) {
      turn(start + nanos + SILENCE_NANOS);
      end = System.nanoTime();
    }
    return (completed() - before) * 1e9 / (end - start);
  }

  private long completed() {
    reader.statistics(statistics);
    return statistics.counters.get(Statistic.REQUESTS) - reader.inFlight();
  }

  private void turn(long deadline) {
    while (ordered - taken < slotCount) {
      requests.next(point.isSequential(), indices, batchSize);
      reader.order(indices, batchSize, slot(ordered++));
    }
    reader.drive(batchSize, TURN_NANOS);
    while (reader.ready() >= batchSize) {
      reader.take(batchSize, slot(taken++));
    }
    if (System.nanoTime() > deadline) {
      throw PenstockException.about(
          ErrorKind.NO_ANSWER,
          path,
          "expected the device to answer within 30 seconds, found that it does not: check the"
              + " device (dmesg tells more)");
    }
  }

  private long slot(long number) {
    return address + number % slotCount * slotBytes;
  }
}
