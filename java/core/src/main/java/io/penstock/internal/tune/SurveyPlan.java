package io.penstock.internal.tune;

import java.util.ArrayList;
import java.util.List;

/**
 * What a survey measures, how often and for how long.
 *
 * <p>Each point is measured for a short time in each of several rounds and not for a long time
 * once: other users of the device, and its own caches, then disturb all points alike.
 *
 * @param sizes of random requests in bytes, ascending
 * @param depths of random requests, ascending
 * @param points all that is measured, those of one size in a row and by ascending depth
 * @param rounds how often
 * @param visitNanos how long each time
 * @param limitNanos no round is begun that would end later than that
 */
public record SurveyPlan(
    List<Integer> sizes,
    List<Integer> depths,
    List<ProbePoint> points,
    int rounds,
    long visitNanos,
    long limitNanos) {

  /** More in flight fills no device (IO-FACTS: 4 to 8 MiB do), and costs memory. */
  static final int MAX_FLIGHT_BYTES = 32 << 20;

  /** In flight while the file is read in its order: enough for any device, at any size. */
  private static final int SEQUENTIAL_FLIGHT_BYTES = 4 << 20;

  private static final List<Integer> DEPTHS = List.of(1, 4, 16, 32, 64, 128);

  /** From a sector up; 150,528 bytes are an image of 224 x 224 x 3. */
  private static final List<Integer> SIZES =
      List.of(512, 4 << 10, 16 << 10, 64 << 10, 150_528, 512 << 10, 1 << 20);

  private static final List<Integer> QUICK_SIZES = List.of(4 << 10, 64 << 10, 512 << 10);

  private static final List<Integer> SEQUENTIAL_SIZES =
      List.of(128 << 10, 256 << 10, 512 << 10, 1 << 20);

  private static final long NANOS = 1_000_000_000;

  /** Takes over the lists. */
  public SurveyPlan {
    sizes = List.copyOf(sizes);
    depths = List.copyOf(depths);
    points = List.copyOf(points);
  }

  /**
   * The plan for a file.
   *
   * @param recordBytes size of its records, which are measured as well; 0 when it has none, or none
   *     that one request reads
   * @param isQuick fewer sizes and fewer rounds: a look in seconds
   * @param pointSeconds time for each point in all rounds together; 0: what fits into a minute, or
   *     into ten seconds when quick
   * @return the plan
   */
  public static SurveyPlan of(int recordBytes, boolean isQuick, double pointSeconds) {
    List<Integer> sizes = new ArrayList<>(isQuick ? QUICK_SIZES : SIZES);
    if (recordBytes > 0 && !sizes.contains(recordBytes)) {
      sizes.add(recordBytes);
      sizes.sort(null);
    }
    List<ProbePoint> points = new ArrayList<>();
    for (int size : sizes) {
      for (int depth : DEPTHS) {
        if ((long) size * depth <= MAX_FLIGHT_BYTES) {
          points.add(ProbePoint.random(size, depth));
        }
      }
    }
    for (int size : SEQUENTIAL_SIZES) {
      points.add(ProbePoint.sequential(size, SEQUENTIAL_FLIGHT_BYTES / size));
    }
    int rounds = isQuick ? 3 : 7;
    double seconds = pointSeconds > 0 ? pointSeconds : isQuick ? 0.15 : 0.6;
    double limit = Math.max(isQuick ? 6.5 : 48, pointSeconds > 0 ? 2 * seconds * points.size() : 0);
    return new SurveyPlan(
        sizes, DEPTHS, points, rounds, (long) (seconds * NANOS / rounds), (long) (limit * NANOS));
  }

  /**
   * How often a device is measured when nothing is left out.
   *
   * @return points times rounds
   */
  public int visits() {
    return points.size() * rounds;
  }
}
