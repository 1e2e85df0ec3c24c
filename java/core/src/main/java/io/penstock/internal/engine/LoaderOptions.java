package io.penstock.internal.engine;

import io.penstock.array.Column;
import io.penstock.internal.plan.MemoryBudget;
import io.penstock.internal.plan.PreferredPlan;
import io.penstock.internal.slot.Partition;
import io.penstock.options.BadRecordPolicy;
import io.penstock.options.Readahead;
import io.penstock.sampler.Sampler;
import io.penstock.transform.Transform;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The options of a loader, resolved and checked once. Code behind the builder sees nothing else of
 * it. Immutable.
 *
 * @param sampler the order
 * @param partition the part of the order that this process delivers
 * @param readahead flags in effect, including those of the system property and the environment
 * @param memory the budget; if it is a default and too small, a plan may take more
 * @param batchBytes most bytes of values in a batch; 0 for a share of the budget
 * @param checksums file of checksums, if records are to be checked
 * @param badRecordPolicy what happens to bad records
 * @param transforms transforms, in the order in which they are applied
 * @param transformThreads threads that run them
 * @param isReplay whether one batch is handed out again and again
 * @param isNativeOrder whether numbers are delivered in the byte order of this machine
 * @param isAnyOrder whether transformed batches may overtake each other
 * @param preferredPlan how memory is to be divided
 */
public record LoaderOptions(
    Sampler sampler,
    Partition partition,
    Readahead readahead,
    MemoryBudget memory,
    long batchBytes,
    Optional<Path> checksums,
    BadRecordPolicy badRecordPolicy,
    List<Transform> transforms,
    int transformThreads,
    boolean isReplay,
    boolean isNativeOrder,
    boolean isAnyOrder,
    PreferredPlan preferredPlan) {
  /** The largest {@code batchBytes}. */
  public static final long MAX_BATCH_BYTES = 1 << 30;

  /** By default, a batch of records of different sizes takes at most this share of the memory. */
  private static final int BATCH_PART = 16;

  /** Checks conditions that involve several options. */
  public LoaderOptions {
    transforms = List.copyOf(transforms);
    if (isReplay && (checksums.isPresent() || badRecordPolicy != BadRecordPolicy.FAIL)) {
      throw new IllegalArgumentException(
          "replay must be without verify and badRecordPolicy, as it reads one batch only, was"
              + " with");
    }
  }

  /** Whether records have to be checked before they are delivered. */
  public boolean isChecked() {
    return checksums.isPresent() || badRecordPolicy != BadRecordPolicy.FAIL;
  }

  /** A share of the budget that leaves room for ten batches of this size, with some to spare. */
  public long mostBatchBytes(MemoryBudget budget) {
    return Math.clamp(budget.bytes() / BATCH_PART, 1, MAX_BATCH_BYTES);
  }

  /** The columns as they will be read. */
  public List<Column> columns(List<Column> stored) {
    return isNativeOrder ? stored.stream().map(Column::inNativeOrder).toList() : stored;
  }
}
