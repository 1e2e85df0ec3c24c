package io.penstock.options;

import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * How far ahead and by which means records are read. These flags tune a {@link io.penstock.Loader};
 * they never change what it delivers.
 *
 * <p>Written as one string everywhere, {@code "queueDepth=128,io=direct"}: in code, in the system
 * property {@value #PROPERTY} and in the environment variable {@value #ENVIRONMENT}. The property
 * is weakest and code strongest; each source changes only the flags that it names. In code, a
 * {@link #builder} has a typed setter for each flag. Sizes are bytes, with {@code k}, {@code m} or
 * {@code g} for powers of 1024. Immutable. Two are equal if all their values are, whichever flags
 * were named.
 */
public final class Readahead {
  /** The system property that is read when a loader is built. */
  public static final String PROPERTY = "penstock.readahead";

  /** The environment variable that is read when a loader is built; it wins over the property. */
  public static final String ENVIRONMENT = "PENSTOCK_READAHEAD";

  /** By which system calls records are read. */
  public enum Backend {
    /**
     * Chosen when an epoch starts: mmap if the data is in the page cache, otherwise the first of
     * uring and pread that works here.
     */
    AUTO,
    /** io_uring: many requests in flight from one thread. */
    URING,
    /** Reads one after another; the kernel is told in advance which ones. */
    PREAD,
    /** Copies out of a mapping of the file; the kernel is told in advance which parts. */
    MMAP,
    /**
     * In Java alone: copies out of a mapping if the data is in the page cache and {@code io} is
     * auto, otherwise reads by several threads. What {@link #AUTO} comes to where the native
     * library cannot be loaded.
     */
    JAVA;

    /**
     * The backend as flags spell it.
     *
     * @return for example "uring"
     */
    public String flag() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Whether the page cache takes part. */
  public enum Io {
    /**
     * Through the page cache if it can hold all data, the backend is auto too and {@code
     * dropBehind} is off; otherwise direct, if all files allow it and the backend gains from it.
     */
    AUTO,
    /** Past the page cache. */
    DIRECT,
    /** Through the page cache. */
    BUFFERED;

    /**
     * The same as flags spell it.
     *
     * @return for example "direct"
     */
    public String flag() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What the kernel is told about the files' pages. */
  public enum Advice {
    /** Whatever suits the backend and the order. */
    AUTO,
    /** No advice. */
    NORMAL,
    /** Records are read at random: nothing around them is wanted. */
    RANDOM,
    /** Records are read in ascending order: read far ahead. */
    SEQUENTIAL,
    /** Which records come next, batch by batch. */
    WILLNEED
  }

  /** The defaults. */
  public static final Readahead DEFAULT =
      new Readahead(defaults(), EnumSet.noneOf(ReadaheadFlag.class));

  private final Map<ReadaheadFlag, Object> values;
  private final Set<ReadaheadFlag> given;

  /** Checks all values, and that they fit together. */
  Readahead(Map<ReadaheadFlag, Object> values, Set<ReadaheadFlag> given) {
    this.values = new EnumMap<>(values);
    this.given = given.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(given));
    values.forEach(ReadaheadFlag::check);
    long cacheBytes = cacheBytes();
    boolean isKernels = backend() == Backend.MMAP || backend() == Backend.JAVA;
    if (cacheBytes > 0 && isKernels) {
      throw new IllegalArgumentException(
          "cache must be 0 with backend=mmap or java, whose cache is the kernel's, was "
              + cacheBytes);
    }
    if (isKernels && io() == Io.DIRECT) {
      throw new IllegalArgumentException(
          "io must be auto or buffered with backend=%s, which reads through the page cache, was direct"
              .formatted(backend().flag()));
    }
  }

  private static Map<ReadaheadFlag, Object> defaults() {
    Map<ReadaheadFlag, Object> defaults = new EnumMap<>(ReadaheadFlag.class);
    for (ReadaheadFlag flag : ReadaheadFlag.values()) {
      defaults.put(flag, flag.standard());
    }
    return defaults;
  }

  /**
   * Reads flags; those that are not named keep their defaults.
   *
   * @param flags as "queueDepth=128,io=direct"; blank is allowed
   * @return the flags, with those that were named in {@link #given()}
   * @throws IllegalArgumentException for an unknown flag or a value that breaks its rule
   */
  public static Readahead parse(String flags) {
    return DEFAULT.with(flags);
  }

  /**
   * Starts from the defaults, with nothing {@link #given}.
   *
   * @return a builder
   */
  public static ReadaheadBuilder builder() {
    return new ReadaheadBuilder(DEFAULT);
  }

  /**
   * These flags with some of them changed.
   *
   * @param flags the changes, as for {@link #parse}
   * @return the outcome; the flags named here are added to {@link #given()}
   * @throws IllegalArgumentException for an unknown flag or a value that breaks its rule
   */
  public Readahead with(String flags) {
    ReadaheadBuilder changed = new ReadaheadBuilder(this);
    for (String flag : flags.isBlank() ? new String[0] : flags.split(",", -1)) {
      int equals = flag.indexOf('=');
      String name = (equals < 0 ? flag : flag.substring(0, equals)).strip();
      ReadaheadFlag known = ReadaheadFlag.named(name);
      if (equals < 0) {
        throw new IllegalArgumentException(name + " must have a value, as in " + name + "=...");
      }
      changed.set(known, known.parse(flag.substring(equals + 1).strip()));
    }
    return changed.build();
  }

  /**
   * The flags that a loader works with: the system property, over that the environment, over that
   * what code says.
   *
   * @param code what code says; only its {@link #given()} flags count
   * @return the outcome
   * @throws IllegalArgumentException naming the source that is wrong
   */
  public static Readahead effective(Readahead code) {
    return merge(System.getProperty(PROPERTY), System.getenv(ENVIRONMENT), code);
  }

  static Readahead merge(@Nullable String property, @Nullable String environment, Readahead code) {
    Readahead merged = withSource(DEFAULT, "system property " + PROPERTY, property);
    merged = withSource(merged, "environment variable " + ENVIRONMENT, environment);
    ReadaheadBuilder changed = new ReadaheadBuilder(merged);
    code.given.forEach(flag -> changed.set(flag, code.value(flag)));
    return changed.build();
  }

  private static Readahead withSource(Readahead weaker, String source, @Nullable String flags) {
    try {
      return flags == null ? weaker : weaker.with(flags);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(source + ": " + e.getMessage(), e);
    }
  }

  /**
   * By which system calls records are read.
   *
   * @return its value
   */
  public Backend backend() {
    return (Backend) value(ReadaheadFlag.BACKEND);
  }

  /**
   * Whether the page cache takes part; {@code backend=mmap} and {@code java} cannot do without it.
   *
   * @return its value
   */
  public Io io() {
    return (Io) value(ReadaheadFlag.IO);
  }

  /**
   * Requests in flight at most, 1 to 4096. Unless given, reading starts with this number and
   * settles on what the device does best with, fewer or up to 256 (with backend=uring).
   *
   * @return its value
   */
  public int queueDepth() {
    return (int) number(ReadaheadFlag.QUEUE_DEPTH);
  }

  /**
   * Batches made before they are asked for, 1 to 1000; fewer if {@link
   * io.penstock.LoaderBuilder#memoryBytes} does not hold that many.
   *
   * @return its value
   */
  public int prefetchBatches() {
    return (int) number(ReadaheadFlag.PREFETCH_BATCHES);
  }

  /**
   * Flag {@code mergeGap}, 0 to 64m: wanted records that lie at most this far apart are read by one
   * request, if they are smaller than 96 KiB or no larger than this. Unless given, it is learned
   * from the device. If given, it also sets the cost of a request when memory is divided.
   *
   * @return its value
   */
  public int mergeGapBytes() {
    return (int) number(ReadaheadFlag.MERGE_GAP);
  }

  /**
   * Flag {@code maxRead}, 4k to 64m: the largest size of a request. Unless given, requests get
   * larger on a device that does few of them per second.
   *
   * @return its value
   */
  public int maxReadBytes() {
    return (int) number(ReadaheadFlag.MAX_READ);
  }

  /**
   * What the kernel is told about the files' pages.
   *
   * @return its value
   */
  public Advice advice() {
    return (Advice) value(ReadaheadFlag.ADVICE);
  }

  /**
   * Whether pages are dropped from the page cache once they were read.
   *
   * @return its value
   */
  public boolean dropBehind() {
    return (boolean) value(ReadaheadFlag.DROP_BEHIND);
  }

  /**
   * Whether own memory asks for transparent huge pages.
   *
   * @return its value
   */
  public boolean hugePages() {
    return (boolean) value(ReadaheadFlag.HUGE_PAGES);
  }

  /**
   * Whether buffers are registered with the kernel, where the limit on locked memory allows.
   *
   * @return its value
   */
  public boolean fixedBuffers() {
    return (boolean) value(ReadaheadFlag.FIXED_BUFFERS);
  }

  /**
   * Reading threads, 1 to 64. Where records are read far ahead of their batch, one of them reads
   * and the others copy for it.
   *
   * @return its value
   */
  public int ioThreads() {
    return (int) number(ReadaheadFlag.IO_THREADS);
  }

  /**
   * Flag {@code cache}: the part of {@link io.penstock.LoaderBuilder#memoryBytes} for records that
   * are kept from epoch to epoch of a shuffled order; 0 for none.
   *
   * @return its value
   */
  public long cacheBytes() {
    return number(ReadaheadFlag.CACHE);
  }

  private Object value(ReadaheadFlag flag) {
    return Objects.requireNonNull(values.get(flag), flag.flagName());
  }

  private long number(ReadaheadFlag flag) {
    return (Long) value(flag);
  }

  /**
   * The flags that were set explicitly, and so win over weaker sources. A flag that was not given
   * is only where a loader starts; it may adapt to the device.
   *
   * @return an immutable set
   */
  public Set<ReadaheadFlag> given() {
    return given;
  }

  /** All flags in their canonical form, which {@link #parse} reads. */
  @Override
  public String toString() {
    StringJoiner text = new StringJoiner(",");
    values.forEach((flag, value) -> text.add(flag.flagName() + "=" + flag.format(value)));
    return text.toString();
  }

  /** Whether all values are the same. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Readahead readahead && values.equals(readahead.values);
  }

  /** Agrees with {@link #equals}. */
  @Override
  public int hashCode() {
    return values.hashCode();
  }

  Map<ReadaheadFlag, Object> values() {
    return new EnumMap<>(values);
  }
}
