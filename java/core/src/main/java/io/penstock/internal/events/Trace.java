package io.penstock.internal.events;

import io.penstock.internal.ffi.ReaderStatistics;

/**
 * Where the time of a batch or of an epoch went, and what was read meanwhile.
 *
 * <p>Fields and not a record: it is filled once a batch, and nothing is allocated per batch. The
 * owner of the object sees to its visibility between threads.
 */
public final class Trace {
  /** Batches delivered. */
  public long batches;

  /** Records delivered. */
  public long records;

  /** Time that the consumer waited. */
  public long stallNanos;

  /** Time between a delivery and the next question for a batch. */
  public long consumerNanos;

  /** Time that finished batches lay ready before they were asked for. */
  public long queueNanos;

  /** Time that reading threads waited for the device. */
  public long deviceNanos;

  /** Time that reading threads computed the order. */
  public long orderNanos;

  /** Time that reading threads decided what to read and started it. */
  public long planNanos;

  /** Time that reading threads copied. */
  public long copyNanos;

  /** Time that reading threads checked batches that were read. */
  public long checkNanos;

  /** Time that reading threads had to wait for the consumer. */
  public long idleNanos;

  /** Time that threads transformed, added up. */
  public long transformNanos;

  /** Reads issued. */
  public long requests;

  /** Bytes read by these. */
  public long bytesRead;

  /** Bytes of records among them. */
  public long bytesWanted;

  /** Records read by a request that read an earlier record too. */
  public long mergedRecords;

  /** Records that were not read but kept from an earlier epoch. */
  public long cacheHits;

  /** Forgets all. */
  public void clear() {
    batches = 0;
    records = 0;
    stallNanos = 0;
    consumerNanos = 0;
    queueNanos = 0;
    deviceNanos = 0;
    orderNanos = 0;
    planNanos = 0;
    copyNanos = 0;
    idleNanos = 0;
    transformNanos = 0;
    checkNanos = 0;
    requests = 0;
    bytesRead = 0;
    bytesWanted = 0;
    mergedRecords = 0;
    cacheHits = 0;
  }

  /**
   * Takes over all that readers did from another trace.
   *
   * @param other whose
   */
  public void set(Trace other) {
    deviceNanos = other.deviceNanos;
    orderNanos = other.orderNanos;
    planNanos = other.planNanos;
    copyNanos = other.copyNanos;
    checkNanos = other.checkNanos;
    idleNanos = other.idleNanos;
    requests = other.requests;
    bytesRead = other.bytesRead;
    bytesWanted = other.bytesWanted;
    mergedRecords = other.mergedRecords;
    cacheHits = other.cacheHits;
  }

  /**
   * Takes over what readers did between two moments.
   *
   * @param before at the first
   * @param after at the second
   */
  public void setReaders(ReaderStatistics before, ReaderStatistics after) {
    deviceNanos = after.waitNanos - before.waitNanos;
    orderNanos = after.orderNanos - before.orderNanos;
    planNanos = after.planNanos - before.planNanos + after.admitNanos - before.admitNanos;
    copyNanos = after.copyNanos - before.copyNanos;
    checkNanos = after.checkNanos - before.checkNanos;
    idleNanos = after.idleNanos - before.idleNanos;
    requests = after.requests - before.requests;
    bytesRead = after.bytesRead - before.bytesRead;
    bytesWanted = after.bytesWanted - before.bytesWanted;
    mergedRecords = after.mergedRecords - before.mergedRecords;
    cacheHits = after.cacheHits - before.cacheHits;
  }
}
