package io.penstock.bench.cold;

import io.penstock.bench.data.RecordSize;
import io.penstock.options.Readahead;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What {@link RankHarness} is to measure.
 *
 * @param scratch where the file is made
 * @param isKeeping whether it is left there
 * @param report folder of the results
 * @param profiles of the device
 * @param recordSize size of a record
 * @param fileBytes size of the file
 * @param worldSizes numbers of ranks, each at least 2
 * @param isByPosition whether ranks by position take part, too
 * @param batchSize records of a step of all ranks together
 * @param memoryBytes budget of all ranks together
 * @param readahead flags of all
 * @param rounds how often everything runs
 * @param warmupSeconds for processes to warm up before each run
 * @param seed of the orders
 */
public record RankOptions(
    Path scratch,
    boolean isKeeping,
    Path report,
    List<Profile> profiles,
    RecordSize recordSize,
    long fileBytes,
    List<Integer> worldSizes,
    boolean isByPosition,
    int batchSize,
    long memoryBytes,
    String readahead,
    int rounds,
    double warmupSeconds,
    long seed) {

  /** Longer than an epoch of any rank takes, so that all are whole. */
  private static final double MOST_SECONDS = 7200;

  /** Checks them. */
  public RankOptions {
    scratch = scratch.toAbsolutePath().normalize();
    report = report.toAbsolutePath().normalize();
    profiles = List.copyOf(profiles);
    worldSizes = worldSizes.stream().distinct().toList();
    for (int worldSize : worldSizes) {
      if (worldSize < 2) {
        throw new IllegalArgumentException("ranks must be at least 2, was " + worldSize);
      }
      if (batchSize < worldSize || batchSize % worldSize != 0) {
        throw new IllegalArgumentException(
            "batch must be a multiple of ranks, since each gets an equal part, was %d for %d ranks"
                .formatted(batchSize, worldSize));
      }
    }
    if (batchSize < 1) {
      throw new IllegalArgumentException("batch must be at least 1, was " + batchSize);
    }
    if (rounds < 1) {
      throw new IllegalArgumentException("rounds must be at least 1, was " + rounds);
    }
    Readahead.parse(readahead);
  }

  /** The same for the harness: whole epochs of cold files, all of one size. */
  Settings settings() {
    List<RecordSize> sizes = List.of(recordSize);
    return new Settings(
        report.getFileName().toString(),
        report.getParent(),
        scratch,
        isKeeping,
        sizes,
        List.of(State.COLD),
        profiles,
        fileBytes,
        fileBytes,
        sizes,
        false,
        0,
        rounds,
        0,
        MOST_SECONDS,
        warmupSeconds,
        List.of(),
        List.of(),
        Pattern.compile(".*"),
        Map.of(),
        "",
        null,
        seed);
  }
}
