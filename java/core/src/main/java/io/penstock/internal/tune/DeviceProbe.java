package io.penstock.internal.tune;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.door.Platforms;
import io.penstock.internal.ffi.NativeLimits;
import io.penstock.internal.ffi.NativeMemory;
import io.penstock.internal.ffi.NativeReader;
import io.penstock.internal.ffi.NativeSource;
import io.penstock.internal.ffi.ReaderOptions;
import io.penstock.internal.ffi.ReaderOptions.NativeBackend;
import io.penstock.internal.platform.PageAdvice;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The device under a file, measured with the library's own reader: fixed depth, nothing merged.
 *
 * <p>What it owns: the file, opened once for each size of request, since records of a source have
 * one size; and the memory that is read into. It reads directly where that is possible, so that
 * neither the page cache nor the kernel's reading ahead is measured; otherwise through the cache,
 * whose pages of this file are dropped before each measurement. One thread at a time, a platform
 * thread: calls block.
 */
public final class DeviceProbe implements DeviceMeter, AutoCloseable {
  /** So large that sixteen of the largest requests are different ones. */
  public static final long LEAST_FILE_BYTES = 16 << 20;

  /**
   * Requests known ahead for each in flight: with fewer, a late one stops the flow; with more, they
   * are sorted into something better than random.
   */
  static final int AHEAD = 4;

  /** Locked memory that is always allowed. */
  private static final int FIXED_BYTES = 4 << 20;

  private final Path path;
  private final Map<Integer, Requests> requests = new HashMap<>();
  private final Arena arena = Arena.ofConfined();
  private final ProbeWay way;
  private final NativeMemory memory;
  private final MemorySegment indices;

  /**
   * How a file is read.
   *
   * @param backend uring or pread
   * @param isDirect whether past the page cache
   * @param refusals why nothing better: "uring direct: EPERM, ..."; empty when this is the best
   */
  public record ProbeWay(NativeBackend backend, boolean isDirect, List<String> refusals) {}

  /**
   * Refuses to measure where the native library is not loaded, saying why.
   *
   * @throws PenstockException if it is not
   */
  public static void requireNative() {
    Platforms.requireNative(
        "tune", "tune where the library can be loaded; Java alone has no such flags");
  }

  /**
   * Opens a file. It may be deleted afterwards: it stays readable until this is closed.
   *
   * @param path a regular file of at least {@link #LEAST_FILE_BYTES}
   * @param records its records, or null when it is just bytes; requests of their size read them
   * @param plan what is going to be measured
   * @return the probe, to be closed by the caller
   * @throws PenstockException if it cannot be read, or is too small; or as {@link #requireNative}
   */
  public static DeviceProbe open(Path path, Records records, SurveyPlan plan) {
    requireNative();
    return new DeviceProbe(path, records, plan);
  }

  /**
   * Where records lie in a file.
   *
   * @param offsetBytes of the first
   * @param recordBytes of each
   * @param count how many
   */
  public record Records(long offsetBytes, int recordBytes, long count) {}

  private DeviceProbe(Path path, Records records, SurveyPlan plan) {
    this.path = path;
    try {
      for (ProbePoint point : plan.points()) {
        int size = point.requestBytes();
        boolean isRecord = records != null && records.recordBytes == size;
        requests.computeIfAbsent(size, _ -> new Requests(path, isRecord ? records : null, size));
      }
      way = chooseWay();
      memory = NativeMemory.allocate(memoryBytes(plan), true, arena);
      indices = arena.allocate((long) maxDepth(plan) * Long.BYTES, Long.BYTES);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private ProbeWay chooseWay() {
    NativeSource source = requests.values().iterator().next().source();
    List<String> refusals = new ArrayList<>();
    record BackendCandidate(NativeBackend backend, boolean isDirect) {}
    // As readers choose by themselves: one direct read at a time would leave the device idle.
    for (BackendCandidate candidate :
        List.of(
            new BackendCandidate(NativeBackend.URING, true),
            new BackendCandidate(NativeBackend.URING, false),
            new BackendCandidate(NativeBackend.PREAD, false))) {
      String refusal =
          candidate.isDirect && source.files().getFirst().directOffsetAlignmentBytes() == 0
              ? "the file system does not allow it"
              : source.probe(candidate.backend, candidate.isDirect);
      if (refusal == null) {
        return new ProbeWay(candidate.backend, candidate.isDirect, List.copyOf(refusals));
      }
      refusals.add(name(candidate.backend, candidate.isDirect) + ": " + refusal);
    }
    throw PenstockException.about(
        ErrorKind.UNSUPPORTED,
        path,
        "expected a way of reading that works here, found none (%s): check the device"
            .formatted(String.join("; ", refusals)));
  }

  /** As in messages: "uring direct". */
  private static String name(NativeBackend backend, boolean isDirect) {
    return (backend == NativeBackend.URING ? "uring " : "pread ")
        + (isDirect ? "direct" : "buffered");
  }

  private long memoryBytes(SurveyPlan plan) {
    return plan.points().stream()
        .mapToLong(
            point -> Flow.memoryBytes(requests.get(point.requestBytes()), point.queueDepth()))
        .max()
        .orElseThrow();
  }

  private static int maxDepth(SurveyPlan plan) {
    return plan.points().stream().mapToInt(ProbePoint::queueDepth).max().orElseThrow();
  }

  /** How the file is read. */
  public ProbeWay way() {
    return way;
  }

  /** Size of the file in bytes. */
  public long fileBytes() {
    return requests.values().iterator().next().fileBytes();
  }

  /** Share of the file that is in the page cache, 0 to 1; NaN where the kernel does not tell. */
  public double cachedFraction() {
    return requests.values().iterator().next().source().cachedFraction(0);
  }

  @Override
  public double requestsPerSecond(ProbePoint point, long nanos) {
    Requests target = requests.get(point.requestBytes());
    if (target.count() < (long) AHEAD * point.queueDepth()) {
      return Double.NaN;
    }
    if (!way.isDirect) {
      target.source().advise(0, MemorySegment.NULL, 0, PageAdvice.DONTNEED);
    }
    NativeReader reader = NativeReader.open(target.source(), options(point, target));
    try {
      return new Flow(path, reader, target, point, memory.segment(), indices).measure(nanos);
    } finally {
      close(reader);
    }
  }

  private void close(NativeReader reader) {
    try {
      reader.close();
    } catch (PenstockException e) {
      memory.abandon();
      throw e;
    }
  }

  private ReaderOptions options(ProbePoint point, Requests target) {
    int depth = point.queueDepth();
    boolean isStaged = way.isDirect && !target.isAligned();
    int maxRead =
        isStaged ? target.stagedBytes() : Math.max(NativeLimits.BLOCK_BYTES, point.requestBytes());
    int staging = isStaged ? maxRead * (depth + 1) : 2 * (maxRead + NativeLimits.BLOCK_BYTES);
    return new ReaderOptions(
        way.backend,
        way.isDirect,
        depth,
        0,
        maxRead,
        staging,
        AHEAD * depth,
        0,
        Flow.batchSize(depth),
        0,
        // Locked memory is short; and most requests go straight to their place.
        isStaged && staging <= FIXED_BYTES,
        true,
        false,
        0,
        false,
        false,
        false,
        false);
  }

  /** Gives back the file and the memory. Idempotent. */
  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
    requests.values().forEach(Requests::close);
  }
}
