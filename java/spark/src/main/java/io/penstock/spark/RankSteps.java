package io.penstock.spark;

import io.penstock.Batch;
import io.penstock.BatchReader;
import io.penstock.Loader;
import io.penstock.job.LoaderState;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The steps of one rank, and the state that the ranks gather between them.
 *
 * <p>All ranks make the same number of steps, though not all have a batch in each. A state is saved
 * only if all ranks have come equally far: then what it counts was delivered once, to one of them.
 */
final class RankSteps implements Iterator<RankStep> {
  private final int rank;
  private final RankLink link;
  private final Loader loader;
  private final JobState state;
  private final long epochs;
  private final int every;
  private @Nullable Supplier<byte[]> model;
  private @Nullable BatchReader batches;
  private long epoch;
  private long number;
  private long stepsOfEpoch;
  private int sinceSaved;
  private boolean isBatch;
  private boolean isIterated;

  RankSteps(int rank, RankLink link, Loader loader, JobState state, long epochs, int every) {
    this.rank = rank;
    this.link = link;
    this.loader = loader;
    this.state = state;
    this.epochs = epochs;
    this.every = every;
    this.epoch = loader.state().epoch() - 1;
  }

  void saveWith(Supplier<byte[]> supplier) {
    model = supplier;
  }

  /** Begins the one iteration. */
  Iterator<RankStep> start() {
    if (isIterated) {
      throw new IllegalStateException("the steps of a job must be iterated once");
    }
    isIterated = true;
    return this;
  }

  @Override
  public boolean hasNext() {
    if (number < stepsOfEpoch) {
      return true;
    }
    while (number == stepsOfEpoch && epoch + 1 < epochs) {
      begin();
    }
    if (number < stepsOfEpoch) {
      return true;
    }
    if (sinceSaved > 0) {
      checkAtEnd();
      save();
    }
    return false;
  }

  /** Begins the next epoch, of which all ranks make as many steps as the one with the most. */
  private void begin() {
    checkAtEnd();
    if (sinceSaved > 0) {
      save(); // Where ranks stand at the end of an epoch is known by its last step only.
    }
    epoch++;
    number = 0;
    batches = loader.read(epoch);
    String own = Long.toString(loader.epoch(epoch).batchCount());
    stepsOfEpoch = Arrays.stream(gather(own)).mapToLong(Long::parseLong).max().orElse(0);
  }

  private String[] gather(String own) {
    return Arrays.stream(link.gather(own.getBytes(StandardCharsets.UTF_8)))
        .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
        .toArray(String[]::new);
  }

  private void checkAtEnd() {
    if (batches != null && batches.hasNext()) {
      throw RankContext.disagreement(
          ("expected %d batches in epoch %d on rank %d, found more: a batch came in pieces, as its"
                  + " records are larger than batchBytes: set batchBytes in the settings of loaders"
                  + " so that it holds a whole batch")
              .formatted(stepsOfEpoch, epoch, rank));
    }
  }

  @Override
  public RankStep next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the job is at its end");
    }
    if (sinceSaved >= every) {
      save();
    }
    BatchReader reader = batches;
    isBatch = reader != null && reader.hasNext();
    Batch batch = isBatch && reader != null ? reader.next() : null;
    sinceSaved++;
    return new RankStep(epoch, number++, batch);
  }

  private void save() {
    LoaderState own = loader.state();
    String[] all = gather((isBatch ? "1 " : "0 ") + own);
    // Rank 0 has a batch in each step. One without is behind by that step.
    String common = all[0].substring(2);
    for (int other = 0; other < all.length; other++) {
      if (all[other].startsWith("1") && !all[other].substring(2).equals(common)) {
        throw RankContext.disagreement(
            ("expected the same state of all ranks, found '%s' on rank 0 and '%s' on rank %d: a"
                    + " batch came in pieces, as its records are larger than batchBytes: set"
                    + " batchBytes in the settings of loaders so that it holds a whole batch")
                .formatted(common, all[other].substring(2), other));
      }
    }
    if (rank == 0) {
      state.save(own, model == null ? new byte[0] : model.get());
    }
    sinceSaved = 0;
  }

  /** Whether the loop came to the end of the job. */
  boolean isAtEnd() {
    return isIterated && epoch + 1 >= epochs && number == stepsOfEpoch && sinceSaved == 0;
  }
}
