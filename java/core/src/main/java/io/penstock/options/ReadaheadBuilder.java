package io.penstock.options;

import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
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
  private final Map<String, String> values;
  private final Set<String> given;

  ReadaheadBuilder(Readahead from) {
    this.values = from.values();
    this.given = new LinkedHashSet<>(from.given());
  }

  /**
   * Sets {@link Readahead#backend}.
   *
   * @param backend by which system calls records are read
   * @return this
   */
  public ReadaheadBuilder backend(Readahead.Backend backend) {
    return set("backend", backend);
  }

  /**
   * Sets {@link Readahead#io}.
   *
   * @param io whether the page cache takes part
   * @return this
   */
  public ReadaheadBuilder io(Readahead.Io io) {
    return set("io", io);
  }

  /**
   * Sets {@link Readahead#queueDepth}.
   *
   * @param queueDepth requests in flight at most, 1 to 4096
   * @return this
   */
  public ReadaheadBuilder queueDepth(int queueDepth) {
    return set("queueDepth", queueDepth);
  }

  /**
   * Sets {@link Readahead#prefetchBatches}.
   *
   * @param prefetchBatches batches finished before they are asked for, 1 to 1000
   * @return this
   */
  public ReadaheadBuilder prefetchBatches(int prefetchBatches) {
    return set("prefetchBatches", prefetchBatches);
  }

  /**
   * Sets {@link Readahead#mergeGapBytes}.
   *
   * @param mergeGapBytes largest gap that is read through, 0 to 64 MiB
   * @return this
   */
  public ReadaheadBuilder mergeGapBytes(int mergeGapBytes) {
    return set("mergeGap", mergeGapBytes);
  }

  /**
   * Sets {@link Readahead#maxReadBytes}.
   *
   * @param maxReadBytes size of a request at most, 4 KiB to 64 MiB
   * @return this
   */
  public ReadaheadBuilder maxReadBytes(int maxReadBytes) {
    return set("maxRead", maxReadBytes);
  }

  /**
   * Sets {@link Readahead#advice}.
   *
   * @param advice what the kernel is told about the files' pages
   * @return this
   */
  public ReadaheadBuilder advice(Readahead.Advice advice) {
    return set("advice", advice);
  }

  /**
   * Sets {@link Readahead#dropBehind}.
   *
   * @param dropBehind whether pages are dropped from the page cache once they were read
   * @return this
   */
  public ReadaheadBuilder dropBehind(boolean dropBehind) {
    return set("dropBehind", dropBehind);
  }

  /**
   * Sets {@link Readahead#hugePages}.
   *
   * @param hugePages whether own memory asks for transparent huge pages
   * @return this
   */
  public ReadaheadBuilder hugePages(boolean hugePages) {
    return set("hugePages", hugePages);
  }

  /**
   * Sets {@link Readahead#fixedBuffers}.
   *
   * @param fixedBuffers whether buffers are registered with the kernel
   * @return this
   */
  public ReadaheadBuilder fixedBuffers(boolean fixedBuffers) {
    return set("fixedBuffers", fixedBuffers);
  }

  /**
   * Sets {@link Readahead#ioThreads}.
   *
   * @param ioThreads reading threads, 1 to 64
   * @return this
   */
  public ReadaheadBuilder ioThreads(int ioThreads) {
    return set("ioThreads", ioThreads);
  }

  /**
   * Sets {@link Readahead#cacheBytes}.
   *
   * @param cacheBytes memory for records that are kept from epoch to epoch of a shuffled order; 0:
   *     none
   * @return this
   */
  public ReadaheadBuilder cacheBytes(long cacheBytes) {
    return set("cache", cacheBytes);
  }

  private ReadaheadBuilder set(String name, Object value) {
    values.put(name, value.toString().toLowerCase(Locale.ROOT));
    given.add(name);
    return this;
  }

  /**
   * The flags.
   *
   * @return an immutable value
   * @throws IllegalArgumentException naming the flag, its rule and the value
   */
  public Readahead build() {
    return Readahead.of(values, given);
  }
}
