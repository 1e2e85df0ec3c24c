package io.penstock.internal.tune;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Which readahead flags suit a device, and why. Pure: it sees measurements only.
 *
 * @param requestBytes size of the requests that the flags are made for
 * @param queueDepth flag {@code queueDepth}
 * @param mergeGapBytes flag {@code mergeGap}
 * @param maxReadBytes flag {@code maxRead}
 * @param reasons for each of these flags, in this order
 */
public record Tuning(
    int requestBytes, int queueDepth, int mergeGapBytes, int maxReadBytes, List<Reason> reasons) {
  /**
   * Why a flag has its value.
   *
   * @param flag its name
   * @param value as it is written
   * @param why a sentence
   */
  public record Reason(String flag, String value, String why) {}

  /** What readers themselves keep to when they follow the device. */
  private static final int LEAST_GAP_BYTES = 4 << 10;

  private static final int MOST_GAP_BYTES = 1 << 20;

  private static final int DEFAULT_MAX_READ_BYTES = 512 << 10;

  /** Requests up to this size are bound by their number, not by their bytes. */
  private static final int SMALL_BYTES = 4 << 10;

  /** Takes over the list. */
  public Tuning {
    reasons = List.copyOf(reasons);
  }

  /**
   * Flags for a device.
   *
   * @param found what was measured
   * @param recordBytes size of the records to be read, if it was measured; 0 when not known
   * @return the flags
   */
  public static Tuning of(Measurements found, int recordBytes) {
    int size = found.hasSize(recordBytes) ? recordBytes : SMALL_BYTES;
    int depth = found.knee(size);
    double requests = found.requestsPerSecond(ProbePoint.random(SMALL_BYTES, depth(found)));
    double bandwidth = found.sequentialLimit();
    int gap = gapBytes(bandwidth / requests);
    ProbePoint read = maxRead(found);
    List<Reason> reasons = new ArrayList<>();
    reasons.add(new Reason("queueDepth", Integer.toString(depth), whyDepth(found, size, depth)));
    reasons.add(
        new Reason(
            "mergeGap",
            size(gap),
            "a request costs as much time as reading %s: %s MB/s / %s requests/s"
                .formatted(
                    size(kibibytes(bandwidth / requests)), megabytes(bandwidth), count(requests))));
    reasons.add(
        new Reason("maxRead", size(read.requestBytes()), whyMaxRead(found, read, bandwidth)));
    return new Tuning(size, depth, gap, read.requestBytes(), reasons);
  }

  private static int depth(Measurements found) {
    return found.knee(SMALL_BYTES);
  }

  private static int gapBytes(double gap) {
    return Math.clamp(kibibytes(gap), LEAST_GAP_BYTES, MOST_GAP_BYTES);
  }

  private static long kibibytes(double bytes) {
    return Math.max(1, (long) bytes >> 10) << 10;
  }

  /** The default where it is good enough, otherwise the smallest that is. */
  private static ProbePoint maxRead(Measurements found) {
    double enough = Measurements.KNEE_SHARE * found.sequentialLimit();
    List<ProbePoint> good =
        found.plan().points().stream()
            .filter(point -> point.isSequential() && found.bytesPerSecond(point) >= enough)
            .toList();
    return good.stream()
        .filter(point -> point.requestBytes() == DEFAULT_MAX_READ_BYTES)
        .findFirst()
        .orElse(good.getFirst());
  }

  private static String whyDepth(Measurements found, int size, int depth) {
    double here = found.requestsPerSecond(ProbePoint.random(size, depth));
    double most = found.randomLimit(size);
    return here == most
        ? "random reads of %s are fastest with so many at a time: %s/s"
            .formatted(size(size), count(here))
        : "with more at a time, random reads of %s gain less than 5 %%: %s/s of at most %s/s"
            .formatted(size(size), count(here), count(most));
  }

  private static String whyMaxRead(Measurements found, ProbePoint read, double bandwidth) {
    return "ascending reads of %s get %s MB/s of at most %s MB/s%s"
        .formatted(
            size(read.requestBytes()),
            megabytes(found.bytesPerSecond(read)),
            megabytes(bandwidth),
            read.requestBytes() == DEFAULT_MAX_READ_BYTES ? ", so the default will do" : "");
  }

  /**
   * The flags as one string.
   *
   * @return what {@code Readahead.parse} reads
   */
  public String readahead() {
    return reasons.stream()
        .map(reason -> reason.flag + "=" + reason.value)
        .collect(Collectors.joining(","));
  }

  /**
   * A size as flags have it.
   *
   * @param bytes the size
   * @return with the largest unit that keeps it exact, as "16k", "1m", "784"
   */
  public static String size(long bytes) {
    for (int shift = 30; shift > 0; shift -= 10) {
      if (bytes != 0 && bytes % (1L << shift) == 0) {
        return (bytes >> shift) + "kmg".substring(shift / 10 - 1, shift / 10);
      }
    }
    return Long.toString(bytes);
  }

  private static String count(double value) {
    return String.format(Locale.ROOT, "%,.0f", value);
  }

  private static String megabytes(double bytesPerSecond) {
    return String.format(Locale.ROOT, "%,.0f", bytesPerSecond / 1e6);
  }
}
