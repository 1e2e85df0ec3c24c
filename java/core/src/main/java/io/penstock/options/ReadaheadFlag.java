package io.penstock.options;

import io.penstock.internal.ffi.NativeLimits;
import java.util.Arrays;

/**
 * The flags of {@link Readahead}: how each is spelled, which values it has, and which one unless it
 * is set. The accessor of the same name in {@link Readahead} says what it does.
 */
// All values (enums, booleans and numbers) are immutable.
@SuppressWarnings("ImmutableEnumChecker")
public enum ReadaheadFlag {
  /** {@link Readahead#backend}. */
  BACKEND("backend", FlagValues.choice(Readahead.Backend.values()), Readahead.Backend.AUTO),

  /** {@link Readahead#io}. */
  IO("io", FlagValues.choice(Readahead.Io.values()), Readahead.Io.AUTO),

  /** {@link Readahead#queueDepth}. */
  // The knee of a virtual NVMe disk is at 32, and 64 costs less processor time a read; some gain
  // from 128.
  QUEUE_DEPTH("queueDepth", new FlagValues.Count(1, NativeLimits.MAX_QUEUE_DEPTH), 64L),

  /** {@link Readahead#prefetchBatches}. */
  PREFETCH_BATCHES("prefetchBatches", new FlagValues.Count(1, 1000), 8L),

  /** {@link Readahead#mergeGapBytes}. */
  // Bandwidth / requests a second was 13 to 30 KB on the devices tried.
  MERGE_GAP("mergeGap", new FlagValues.ByteCount(0, NativeLimits.MAX_READ_BYTES), 16L << 10),

  /** {@link Readahead#maxReadBytes}. */
  MAX_READ(
      "maxRead",
      new FlagValues.ByteCount(NativeLimits.BLOCK_BYTES, NativeLimits.MAX_READ_BYTES),
      512L << 10),

  /** {@link Readahead#advice}. */
  ADVICE("advice", FlagValues.choice(Readahead.Advice.values()), Readahead.Advice.AUTO),

  /** {@link Readahead#dropBehind}. */
  DROP_BEHIND("dropBehind", new FlagValues.Truth(), false),

  /** {@link Readahead#hugePages}. */
  HUGE_PAGES("hugePages", new FlagValues.Truth(), true),

  /** {@link Readahead#fixedBuffers}. */
  FIXED_BUFFERS("fixedBuffers", new FlagValues.Truth(), true),

  /** {@link Readahead#ioThreads}. */
  IO_THREADS("ioThreads", new FlagValues.Count(1, 64), 1L),

  /** {@link Readahead#cacheBytes}. */
  CACHE("cache", new FlagValues.ByteCount(0, Long.MAX_VALUE), 0L);

  private final String flagName;
  private final FlagValues values;
  private final Object standard;

  ReadaheadFlag(String flagName, FlagValues values, Object standard) {
    this.flagName = flagName;
    this.values = values;
    this.standard = standard;
  }

  /**
   * How the flag is spelled in text.
   *
   * @return for example "queueDepth"
   */
  public String flagName() {
    return flagName;
  }

  static ReadaheadFlag named(String name) {
    return Arrays.stream(values())
        .filter(flag -> flag.flagName.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "readahead flag must be one of %s, was '%s'"
                        .formatted(
                            Arrays.stream(values()).map(ReadaheadFlag::flagName).toList(), name)));
  }

  /** The value unless it is set. */
  Object standard() {
    return standard;
  }

  /** Reads a value; its range is not checked. */
  Object parse(String text) {
    return values.parse(flagName, text);
  }

  /** What {@link #parse} reads. */
  String format(Object value) {
    return values.format(value);
  }

  /** Refuses a value that is out of range. */
  void check(Object value) {
    values.check(flagName, value);
  }
}
