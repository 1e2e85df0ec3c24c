package io.penstock.spark;

import io.penstock.LoaderBuilder;
import java.io.Serializable;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** How ranks train. Immutable: each method returns new options. */
public final class TrainOptions implements Serializable {
  private static final long serialVersionUID = 1L;

  private static final int BATCH_SIZE = 256;
  private static final int EVERY = 100;

  /** As often as Spark repeats a task. */
  private static final int RESTARTS = 3;

  /** Sets more options of the loader of a rank, on its executor. */
  @FunctionalInterface
  public interface LoaderSettings extends Serializable {
    /**
     * Sets options.
     *
     * @param loader a builder that has batch size, seed, rank and state already
     */
    void apply(LoaderBuilder loader);
  }

  private final String state;
  private final int batchSize;
  private final long seed;
  private final long epochs;
  private final int every;
  private final int ranks;
  private final int restarts;
  private final @Nullable LoaderSettings settings;

  private TrainOptions(
      String state,
      int batchSize,
      long seed,
      long epochs,
      int every,
      int ranks,
      int restarts,
      @Nullable LoaderSettings settings) {
    this.state = state;
    this.batchSize = batchSize;
    this.seed = seed;
    this.epochs = epochs;
    this.every = every;
    this.ranks = ranks;
    this.restarts = restarts;
    this.settings = settings;
  }

  /**
   * One epoch, batches of 256 records for each rank, seed 0, the state saved every 100 steps.
   *
   * @param state the file that says how far the job is, on storage that all machines have under
   *     this path. If it is there, the job goes on from it; what it was saved with lies beside it
   * @return options
   */
  public static TrainOptions of(Path state) {
    String path = state.toAbsolutePath().toString();
    return new TrainOptions(path, BATCH_SIZE, 0, 1, EVERY, 0, RESTARTS, null);
  }

  /**
   * Sets how many records a batch of one rank has.
   *
   * @param batchSize at least 1
   * @return new options
   */
  public TrainOptions batchSize(int batchSize) {
    int checked = (int) atLeast("batchSize", batchSize, 1);
    return new TrainOptions(state, checked, seed, epochs, every, ranks, restarts, settings);
  }

  /**
   * Sets the seed of the order.
   *
   * @param seed any number
   * @return new options
   */
  public TrainOptions seed(long seed) {
    return new TrainOptions(state, batchSize, seed, epochs, every, ranks, restarts, settings);
  }

  /**
   * Sets how many epochs the whole job has, those of earlier runs included.
   *
   * @param epochs at least 1
   * @return new options
   */
  public TrainOptions epochs(long epochs) {
    long checked = atLeast("epochs", epochs, 1);
    return new TrainOptions(state, batchSize, seed, checked, every, ranks, restarts, settings);
  }

  /**
   * Sets after how many steps the ranks gather the state and save it. What was done since is done
   * again after a failure.
   *
   * @param every at least 1
   * @return new options
   */
  public TrainOptions saveEvery(int every) {
    int checked = (int) atLeast("saveEvery", every, 1);
    return new TrainOptions(state, batchSize, seed, epochs, checked, ranks, restarts, settings);
  }

  /**
   * Sets how many ranks there are. All of them run at the same time, so there must be as many free
   * cores. Another run of the same job may have another number.
   *
   * @param ranks at least 1; unless set, as many as there are free cores, at each start
   * @return new options
   */
  public TrainOptions ranks(int ranks) {
    int checked = (int) atLeast("ranks", ranks, 1);
    return new TrainOptions(state, batchSize, seed, epochs, every, checked, restarts, settings);
  }

  /**
   * Sets how often the job starts again, from its state, when a rank fails or an executor is lost.
   * Spark does not: it ends a barrier stage that has results when one of its tasks fails.
   *
   * @param restarts at least 0; 3 unless set
   * @return new options
   */
  public TrainOptions restarts(int restarts) {
    int checked = (int) atLeast("restarts", restarts, 0);
    return new TrainOptions(state, batchSize, seed, epochs, every, ranks, checked, settings);
  }

  /**
   * Sets more options of loaders: memory, transforms, readahead.
   *
   * @param settings runs on executors, for each rank
   * @return new options
   */
  public TrainOptions loader(LoaderSettings settings) {
    return new TrainOptions(state, batchSize, seed, epochs, every, ranks, restarts, settings);
  }

  private static long atLeast(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(
          "%s must be at least %d, was %d".formatted(name, least, value));
    }
    return value;
  }

  Path state() {
    return Path.of(state);
  }

  long epochs() {
    return epochs;
  }

  int every() {
    return every;
  }

  int restarts() {
    return restarts;
  }

  /** How many ranks to start where there are so many cores. */
  int ranksOf(int cores) {
    return ranks > 0 ? ranks : Math.max(1, cores);
  }

  /** Gives a loader what it needs but rank and state. */
  LoaderBuilder configure(LoaderBuilder builder) {
    builder.batchSize(batchSize).seed(seed);
    if (settings != null) {
      settings.apply(builder);
    }
    return builder;
  }
}
