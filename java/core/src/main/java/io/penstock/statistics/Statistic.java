package io.penstock.statistics;

import java.util.Optional;

/**
 * A figure that a loader keeps about itself.
 *
 * <p>This is the only list of them in Java. What counts fills an array with one place for each
 * constant; the loader's statistics, the report of {@code read --json} and the metrics of
 * Micrometer are loops over it. So a figure is added here, and, if the C library counts it, in
 * {@code penstock_statistics}. Events of JDK Flight Recorder must declare their fields: a test
 * compares those with {@link #isInEvents}.
 *
 * <p>New figures may be added with any version; the names of existing ones never change.
 */
public enum Statistic {
  /** Records delivered. */
  RECORDS("records", Unit.RECORDS),

  /** Batches delivered. */
  BATCHES("batches", Unit.BATCHES),

  /** Bytes delivered. */
  BYTES("bytes", Unit.BYTES),

  /**
   * Records that could not be read or did not match their checksums, and were skipped or replaced.
   * Counted when they are found, ahead of their delivery.
   */
  BAD_RECORDS("badRecords", Unit.RECORDS),

  /** Time from the start of the first epoch to the last delivery. */
  ELAPSED("elapsed", Unit.NANOSECONDS),

  /** Time that the consumer waited for batches. */
  STALL("stall", Unit.NANOSECONDS, Events.SHOWN),

  /** Time between a delivery and the request for the next batch. */
  CONSUMER("consumer", Unit.NANOSECONDS, Events.SHOWN),

  /** Time that finished batches lay ready before they were asked for, added up. */
  QUEUE("queue", Unit.NANOSECONDS, Events.SHOWN),

  /** Time that reading threads waited for the device. */
  DEVICE("device", Unit.NANOSECONDS, Events.SHOWN, "wait_ns"),

  /** Time that reading threads computed the order. */
  ORDER("order", Unit.NANOSECONDS, Events.SHOWN),

  /**
   * Time that reading threads decided what to read and started it; with {@code backend=mmap}, told
   * the kernel what to read.
   */
  PLAN("plan", Unit.NANOSECONDS, Events.SHOWN, "plan_ns"),

  /** Time that reading threads copied, to batches and within the reader. */
  COPY("copy", Unit.NANOSECONDS, Events.SHOWN, "copy_ns"),

  /** Time that reading threads checked batches that were read. */
  CHECK("check", Unit.NANOSECONDS, Events.SHOWN),

  /** Time that reading threads waited for the consumer to give a batch back. */
  IDLE("idle", Unit.NANOSECONDS, Events.SHOWN),

  /** Time that threads transformed what was delivered, added up; 0 without transforms. */
  TRANSFORM("transform", Unit.NANOSECONDS, Events.SHOWN),

  /**
   * Time that these threads had nothing to do, added up: they waited for data to be read, or for
   * the consumer to give a batch back.
   */
  TRANSFORM_IDLE("transformIdle", Unit.NANOSECONDS),

  /** Processor time of the reading threads, user and system; negative if the kernel hides it. */
  CPU("cpu", Unit.NANOSECONDS, Events.LEFT_OUT, "cpu_ns"),

  /** Records that reading threads finished, ahead of their delivery. */
  RECORDS_READ("recordsRead", Unit.RECORDS, Events.LEFT_OUT, "records"),

  /** Bytes of these records. */
  BYTES_FINISHED("bytesFinished", Unit.BYTES, Events.LEFT_OUT, "bytes_taken"),

  /** Reads issued, repeated ones included. */
  REQUESTS("requests", Unit.REQUESTS, Events.SHOWN, "requests"),

  /** Bytes that these reads brought. */
  BYTES_READ("bytesRead", Unit.BYTES, Events.SHOWN, "bytes_read"),

  /** Bytes of records among them; the rest is gaps that were read through, and alignment. */
  BYTES_WANTED("bytesWanted", Unit.BYTES, Events.SHOWN, "bytes_wanted"),

  /** Bytes read straight to their place, without a copy. */
  STRAIGHT_BYTES("straightBytes", Unit.BYTES, Events.LEFT_OUT, "straight_bytes"),

  /** Records that shared a read with an earlier one. */
  MERGED_RECORDS("mergedRecords", Unit.RECORDS, Events.SHOWN, "merged_records"),

  /** Reads that brought less than was asked for, and were continued. */
  SHORT_READS("shortReads", Unit.REQUESTS, Events.LEFT_OUT, "short_reads"),

  /** Reads repeated after an error. */
  REPEATS("repeats", Unit.REQUESTS, Events.LEFT_OUT, "repeats"),

  /**
   * Records taken from the cache instead of being read. Counted when they would have been read,
   * ahead of their delivery.
   */
  CACHE_HITS("cacheHits", Unit.RECORDS, Events.SHOWN, "cache_hits"),

  /** How often reading swept over all of the files. */
  SWEEPS("sweeps", Unit.SWEEPS, Events.LEFT_OUT, "sweeps"),

  /** Most requests in flight at once, so far. */
  QUEUE_DEPTH_MAX("queueDepthMax", Unit.REQUESTS, Kind.PEAK, "queue_depth_max"),

  /**
   * The limit on requests in flight at once, as the reading threads found it to suit the device.
   */
  DEVICE_QUEUE_DEPTH("deviceQueueDepth", Unit.REQUESTS, Kind.LEVEL, "queue_depth"),

  /** The largest gap between records that is read through, as found to suit the device. */
  DEVICE_MERGE_GAP("deviceMergeGapBytes", Unit.BYTES, Kind.SETTING, "merge_gap_bytes");

  /** What a figure counts. */
  public enum Unit {
    /** Records. */
    RECORDS("records"),
    /** Batches. */
    BATCHES("batches"),
    /** Bytes. */
    BYTES("bytes"),
    /** Requests to the device. */
    REQUESTS("requests"),
    /** Sweeps over the files. */
    SWEEPS("sweeps"),
    /** Nanoseconds; shown in seconds. */
    NANOSECONDS("seconds");

    private static final double NANOS = 1e9;
    private final String shownAs;

    Unit(String shownAs) {
      this.shownAs = shownAs;
    }

    /**
     * The unit for people and for metrics.
     *
     * @return in the plural: seconds for times
     */
    public String shownAs() {
      return shownAs;
    }

    /**
     * A value in the unit that is shown.
     *
     * @param value in this unit
     * @return nanoseconds in seconds, all else as it is
     */
    public double shown(long value) {
      return this == NANOSECONDS ? value / NANOS : value;
    }
  }

  /** How values of several threads, and of a time before and after, become one. */
  public enum Kind {
    /** Only grows: values are added up. */
    COUNTER,
    /** The highest value so far: of threads the sum, over time the maximum. */
    PEAK,
    /** The value now: of threads the sum. */
    LEVEL,
    /** The value now: of threads the largest. */
    SETTING
  }

  private enum Events {
    SHOWN,
    LEFT_OUT
  }

  private final String jsonName;
  private final Unit unit;
  private final Kind kind;
  private final boolean isInEvents;
  private final String nativeField;

  Statistic(String jsonName, Unit unit) {
    this(jsonName, unit, Events.LEFT_OUT);
  }

  Statistic(String jsonName, Unit unit, Events events) {
    this(jsonName, unit, events, "");
  }

  Statistic(String jsonName, Unit unit, Events events, String nativeField) {
    this(jsonName, unit, Kind.COUNTER, events, nativeField);
  }

  Statistic(String jsonName, Unit unit, Kind kind, String nativeField) {
    this(jsonName, unit, kind, Events.LEFT_OUT, nativeField);
  }

  Statistic(String jsonName, Unit unit, Kind kind, Events events, String nativeField) {
    this.jsonName = jsonName;
    this.unit = unit;
    this.kind = kind;
    this.isInEvents = events == Events.SHOWN;
    this.nativeField = nativeField;
  }

  /**
   * The name in JSON: that of {@code read --json}.
   *
   * @return in camel case; never changed
   */
  public String jsonName() {
    return jsonName;
  }

  /**
   * The name of the metric that shows it.
   *
   * @return as {@code penstock.bytes.read}; never changed
   */
  public String metricName() {
    StringBuilder name = new StringBuilder("penstock.");
    for (int i = 0; i < jsonName.length(); i++) {
      char c = jsonName.charAt(i);
      name.append(Character.isUpperCase(c) ? "." : "").append(Character.toLowerCase(c));
    }
    return name.toString();
  }

  /**
   * What it counts.
   *
   * @return the unit of its values
   */
  public Unit unit() {
    return unit;
  }

  /**
   * How it behaves over time.
   *
   * @return whether it is a counter, or the value of a moment
   */
  public Kind kind() {
    return kind;
  }

  /**
   * Whether the events of batches and epochs of JDK Flight Recorder show it: for one batch, or one
   * epoch.
   *
   * @return true if they have a field of {@link #eventField}
   */
  public boolean isInEvents() {
    return isInEvents;
  }

  /**
   * The field of such an event.
   *
   * @return the JSON name, with {@code Time} behind it for a time
   */
  public String eventField() {
    return unit == Unit.NANOSECONDS ? jsonName + "Time" : jsonName;
  }

  /**
   * The counter of the C library that it starts from.
   *
   * @return a field of {@code penstock_statistics}; empty if only Java counts it
   */
  public Optional<String> nativeField() {
    return nativeField.isEmpty() ? Optional.empty() : Optional.of(nativeField);
  }
}
