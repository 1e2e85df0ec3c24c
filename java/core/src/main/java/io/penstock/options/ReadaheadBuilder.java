package io.penstock.options;

import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Sets flags of {@link Readahead} one by one. Flags that are set count as {@link Readahead#given
 * given} and win over property and environment; all others stay as they were.
 *
 * <pre>{@code
 * Readahead.builder().queueDepth(128).io(Readahead.Io.DIRECT).build();
 * }</pre>
 *
 * <p>Values are checked by {@link #build}. Not thread-safe.
 */
public final class ReadaheadBuilder {
  private final Map<ReadaheadFlag, Object> values;
  private final Set<ReadaheadFlag> given;

  ReadaheadBuilder(Readahead from) {
    this.values = from.values();
    this.given = EnumSet.noneOf(ReadaheadFlag.class);
    this.given.addAll(from.given());
  }

  /**
   * Sets {@link Readahead#backend}.
   *
   * @param backend by which system calls records are read
   * @return this
   */
  public ReadaheadBuilder backend(Readahead.Backend backend) {
    return set(ReadaheadFlag.BACKEND, backend);
  }

  /**
   * Sets {@link Readahead#io}.
   *
   * @param io whether the page cache takes part
   * @return this
   */
  public ReadaheadBuilder io(Readahead.Io io) {
    return set(ReadaheadFlag.IO, io);
  }

  /**
   * Sets {@link Readahead#queueDepth}.
   *
   * @param queueDepth requests in flight at most, 1 to 4096
   * @return this
   */
  public ReadaheadBuilder queueDepth(int queueDepth) {
    return set(ReadaheadFlag.QUEUE_DEPTH, (long) queueDepth);
  }

  /**
   * Sets {@link Readahead#prefetchBatches}.
   *
   * @param prefetchBatches batches finished before they are asked for, 1 to 1000
   * @return this
   */
  public ReadaheadBuilder prefetchBatches(int prefetchBatches) {
    return set(ReadaheadFlag.PREFETCH_BATCHES, (long) prefetchBatches);
  }

  /**
   * Sets {@link Readahead#mergeGapBytes}.
   *
   * @param mergeGapBytes largest gap that is read through, 0 to 64 MiB
   * @return this
   */
  public ReadaheadBuilder mergeGapBytes(int mergeGapBytes) {
    return set(ReadaheadFlag.MERGE_GAP, (long) mergeGapBytes);
  }

  /**
   * Sets {@link Readahead#maxReadBytes}.
   *
   * @param maxReadBytes size of a request at most, 4 KiB to 64 MiB
   * @return this
   */
  public ReadaheadBuilder maxReadBytes(int maxReadBytes) {
    return set(ReadaheadFlag.MAX_READ, (long) maxReadBytes);
  }

  /**
   * Sets {@link Readahead#advice}.
   *
   * @param advice what the kernel is told about the files' pages
   * @return this
   */
  public ReadaheadBuilder advice(Readahead.Advice advice) {
    return set(ReadaheadFlag.ADVICE, advice);
  }

  /**
   * Sets {@link Readahead#dropBehind}.
   *
   * @param dropBehind whether pages are dropped from the page cache once they were read
   * @return this
   */
  public ReadaheadBuilder dropBehind(boolean dropBehind) {
    return set(ReadaheadFlag.DROP_BEHIND, dropBehind);
  }

  /**
   * Sets {@link Readahead#hugePages}.
   *
   * @param hugePages whether own memory asks for transparent huge pages
   * @return this
   */
  public ReadaheadBuilder hugePages(boolean hugePages) {
    return set(ReadaheadFlag.HUGE_PAGES, hugePages);
  }

  /**
   * Sets {@link Readahead#fixedBuffers}.
   *
   * @param fixedBuffers whether buffers are registered with the kernel
   * @return this
   */
  public ReadaheadBuilder fixedBuffers(boolean fixedBuffers) {
    return set(ReadaheadFlag.FIXED_BUFFERS, fixedBuffers);
  }

  /**
   * Sets {@link Readahead#ioThreads}.
   *
   * @param ioThreads reading threads, 1 to 64
   * @return this
   */
  public ReadaheadBuilder ioThreads(int ioThreads) {
    return set(ReadaheadFlag.IO_THREADS, (long) ioThreads);
  }

  /**
   * Sets {@link Readahead#cacheBytes}.
   *
   * @param cacheBytes memory for records that are kept from epoch to epoch of a shuffled order; 0:
   *     none
   * @return this
   */
  public ReadaheadBuilder cacheBytes(long cacheBytes) {
    return set(ReadaheadFlag.CACHE, cacheBytes);
  }

  ReadaheadBuilder set(ReadaheadFlag flag, Object value) {
    values.put(flag, Objects.requireNonNull(value, flag.flagName()));
    given.add(flag);
    return this;
  }

  /**
   * The flags.
   *
   * @return an immutable value
   * @throws IllegalArgumentException naming the flag, its rule and the value
   */
  public Readahead build() {
    return new Readahead(values, given);
  }
}
