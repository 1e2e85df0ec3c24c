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
 * What a loader is asked to do, resolved and checked once: the only thing that anything behind the
 * builder sees of it. Immutable.
 *
 * @param sampler the order
 * @param partition the part of it that this process delivers
 * @param readahead flags in effect, those of the property and the environment included
 * @param memory the budget; a plan may take more of what is left where a default does not do
 * @param batchBytes most bytes of values in a batch; 0: a share of the budget
 * @param checksums file of them, if records are to be checked
 * @param badRecordPolicy what becomes of records that are bad
 * @param transforms in the order in which they are applied
 * @param transformThreads how many run them
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

  /** A batch of records of different sizes has this part of the memory at most, unless set. */
  private static final int BATCH_PART = 16;

  /** Checks what concerns several options. */
  public LoaderOptions {
    transforms = List.copyOf(transforms);
    if (isReplay && (checksums.isPresent() || badRecordPolicy != BadRecordPolicy.FAIL)) {
      throw new IllegalArgumentException(
          "replay must be without verify and badRecordPolicy, as it reads one batch only, was"
              + " with");
    }
  }

  /** Whether batches have to be looked at before they are handed on. */
  public boolean isChecked() {
    return checksums.isPresent() || badRecordPolicy != BadRecordPolicy.FAIL;
  }

  /** The share of a budget that leaves room for ten batches of its size, and to spare. */
  public long mostBatchBytes(MemoryBudget budget) {
    return Math.clamp(budget.bytes() / BATCH_PART, 1, MAX_BATCH_BYTES);
  }

  /** The columns as they are going to be read. */
  public List<Column> columns(List<Column> stored) {
    return isNativeOrder ? stored.stream().map(Column::inNativeOrder).toList() : stored;
  }
}
