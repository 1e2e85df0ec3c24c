package io.penstock.internal.ffi;

/**
 * What a reader did since it was opened: penstock_statistics, field by field; how long its requests
 * took; and what its thread did beside.
 *
 * <p>Fields and not a record: it is filled once a batch, and nothing is allocated per batch. The
 * owner of the object sees to its visibility between threads.
 */
public final class ReaderStatistics {
  /** How many counts penstock_reader_latencies writes. */
  public static final int LATENCY_COUNT = 256;

  /** Records taken. */
  public long records;

  /** Reads issued, repeats included. */
  public long requests;

  /** Bytes read by these. */
  public long bytesRead;

  /** Bytes of records among them. */
  public long bytesWanted;

  /** Records read by a request that read an earlier record too. */
  public long mergedRecords;

  /** Bytes read straight to their place. */
  public long straightBytes;

  /** Reads that completed with fewer bytes than asked for. */
  public long shortReads;

  /** Reads repeated after an error. */
  public long repeats;

  /** Records taken from the cache. */
  public long cacheHits;

  /** Times that the elevator went over the whole file. */
  public long sweeps;

  /** Time that the owner thread waited for the device. */
  public long waitNanos;

  /** Time that the owner thread copied. */
  public long copyNanos;

  /** Processor time of the owner thread; -1 when it is not known. */
  public long cpuNanos;

  /** Most requests in flight at once. */
  public long queueDepthMax;

  /** Time that the owner thread decided what to read and started it. */
  public long planNanos;

  /** Requests in flight at most, as it is now. */
  public long queueDepth;

  /** The gap that is read through, as it is now; of several readers the largest. */
  public long mergeGapBytes;

  /** Time that the owner thread computed the order. Not told by C. */
  public long orderNanos;

  /** Time that the reader took in the order, and started reading for it. Not told by C. */
  public long admitNanos;

  /** Time that the owner thread had to wait until the consumer gave a slot back. Not told by C. */
  public long idleNanos;

  /** Time that the owner thread checked what was read. Not told by C. */
  public long checkNanos;

  /** Requests that came to their end: what {@link #latencies} counts. */
  public long completions;

  /** How many requests took how long: see penstock_reader_latencies. */
  public final long[] latencies = new long[LATENCY_COUNT];

  /**
   * Takes over all values.
   *
   * @param other what to copy
   */
  public void set(ReaderStatistics other) {
    records = 0;
    requests = 0;
    bytesRead = 0;
    bytesWanted = 0;
    mergedRecords = 0;
    straightBytes = 0;
    shortReads = 0;
    repeats = 0;
    cacheHits = 0;
    sweeps = 0;
    waitNanos = 0;
    copyNanos = 0;
    cpuNanos = 0;
    queueDepthMax = 0;
    planNanos = 0;
    queueDepth = 0;
    mergeGapBytes = 0;
    orderNanos = 0;
    admitNanos = 0;
    idleNanos = 0;
    checkNanos = 0;
    addNumbers(other);
    completions = other.completions;
    System.arraycopy(other.latencies, 0, latencies, 0, LATENCY_COUNT);
  }

  /**
   * Adds those of another reader that works beside this one.
   *
   * @param other what to add
   */
  public void add(ReaderStatistics other) {
    addNumbers(other);
    completions += other.completions;
    for (int i = 0; i < LATENCY_COUNT; i++) {
      latencies[i] += other.latencies[i];
    }
  }

  private void addNumbers(ReaderStatistics other) {
    records += other.records;
    requests += other.requests;
    bytesRead += other.bytesRead;
    bytesWanted += other.bytesWanted;
    mergedRecords += other.mergedRecords;
    straightBytes += other.straightBytes;
    shortReads += other.shortReads;
    repeats += other.repeats;
    cacheHits += other.cacheHits;
    sweeps += other.sweeps;
    waitNanos += other.waitNanos;
    copyNanos += other.copyNanos;
    cpuNanos += other.cpuNanos;
    queueDepthMax += other.queueDepthMax;
    planNanos += other.planNanos;
    queueDepth += other.queueDepth;
    mergeGapBytes = Math.max(mergeGapBytes, other.mergeGapBytes);
    orderNanos += other.orderNanos;
    admitNanos += other.admitNanos;
    idleNanos += other.idleNanos;
    checkNanos += other.checkNanos;
  }
}
