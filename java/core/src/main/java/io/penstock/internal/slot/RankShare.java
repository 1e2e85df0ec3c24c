package io.penstock.internal.slot;

import io.penstock.internal.job.Positions;
import io.penstock.job.LoaderState;
import io.penstock.job.Remainder;
import io.penstock.sampler.Sampler;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Objects;

/**
 * The batches of one rank in an epoch, or in the rest of one: which positions are in which batch.
 *
 * <p>A pure function of the {@link Partition}, the size of the sampler, and what was delivered
 * before. Positions that were not delivered yet are numbered, and these numbers are divided among
 * the ranks. Any batch can be asked for at any time. Immutable; any thread. Nothing is allocated
 * per batch, except for a batch that spans a gap of positions delivered before, and for the last
 * one.
 */
public final class RankShare {
  private final Partition partition;
  private final Sampler sampler;
  private final Positions delivered;

  /** Whether each rank takes one long stretch, rather than a part of each step. */
  private final boolean isInStretches;

  /** The first position of each run of remaining positions, and how many remain before it. */
  private final long[] runStarts;

  private final long[] runOffsets;
  private final long remaining;

  /** Steps in which every rank takes a whole batch, and the records that are left after them. */
  private final long wholeSteps;

  private final long leftover;

  RankShare(Partition partition, Sampler sampler, Positions delivered) {
    this.partition = partition;
    this.sampler = sampler;
    this.delivered = delivered;
    this.isInStretches = sampler.windowRecords() > 1;
    if (delivered.end() > sampler.positionCount()) {
      throw new IllegalArgumentException(
          "delivered positions must be below the %d of an epoch, were up to %d"
              .formatted(sampler.positionCount(), delivered.end()));
    }
    long[] bounds = delivered.remaining(sampler.positionCount()).bounds();
    this.runStarts = new long[bounds.length / 2];
    this.runOffsets = new long[bounds.length / 2];
    long count = 0;
    for (int i = 0; i < runStarts.length; i++) {
      runStarts[i] = bounds[2 * i];
      runOffsets[i] = count;
      count += bounds[2 * i + 1] - bounds[2 * i];
    }
    this.remaining = count;
    long stepRecords = (long) partition.worldSize() * partition.batchSize();
    this.wholeSteps = count / stepRecords;
    this.leftover = partition.remainder() == Remainder.DROP ? 0 : count % stepRecords;
  }

  /**
   * Whose batches these are.
   *
   * @return as it was given
   */
  public Partition partition() {
    return partition;
  }

  /**
   * The order whose positions are divided.
   *
   * @return as it was given
   */
  public Sampler sampler() {
    return sampler;
  }

  /**
   * How many batches this rank has.
   *
   * @return at least 0; the same for all ranks, except as {@link Remainder#KEEP} says
   */
  public long batchCount() {
    return wholeSteps + (size(wholeSteps) == 0 ? 0 : 1);
  }

  /**
   * How many batches the rank with the most has.
   *
   * @return at least 0
   */
  public long stepCount() {
    return wholeSteps + (leftover == 0 ? 0 : 1);
  }

  /**
   * How many records a batch has.
   *
   * @param batch number of the batch, from 0; beyond the last batch there are no records
   * @return up to the batch size, padding included
   */
  public int size(long batch) {
    boolean isPadded =
        batch == wholeSteps && leftover > 0 && partition.remainder() == Remainder.PAD;
    return isPadded ? partition.batchSize() : recordCount(batch);
  }

  /**
   * How many records of a batch are not padding. They come first.
   *
   * @param batch number of the batch, from 0
   * @return up to {@link #size}
   */
  public int recordCount(long batch) {
    if (batch < wholeSteps) {
      return partition.batchSize();
    }
    // The leftovers are less than a batch for each rank: the share of one rank, rounded up, fits a
    // batch.
    return (int) (before(batch, rank() + 1) - before(batch, rank()));
  }

  /**
   * How many records the group of this rank takes in a step. By place they are divided among it.
   *
   * @param batch number of the batch that each rank has in the step
   * @return without padding
   */
  int stepRecords(long batch) {
    int first = partition.firstOfGroup();
    return (int) (before(batch, first + partition.groupSize()) - before(batch, first));
  }

  /**
   * By place: where in the sorted step the batch of this rank begins.
   *
   * @param batch number of the batch
   * @return how many records the ranks before it in its group have
   */
  int sliceStart(long batch) {
    return (int) (before(batch, rank()) - before(batch, partition.firstOfGroup()));
  }

  /**
   * By place: the position of a record of a step.
   *
   * @param batch number of the batch that each rank has in the step
   * @param offset which of the records that {@link #fillStep} gives; if negative, what a rank is
   *     padded with that has none of them: ~i for place i of its batch
   * @return position in the epoch
   */
  long stepPosition(long batch, int offset) {
    int first = partition.firstOfGroup();
    if (offset < 0) {
      return ofOthers(~offset);
    }
    if (!isInStretches) {
      return position(first(batch, first) + offset);
    }
    if (batch < wholeSteps) {
      int owner = first + offset / partition.batchSize();
      return position(first(batch, owner) + offset % partition.batchSize());
    }
    long among = leftoverBefore(first) + offset;
    int owner = first;
    while (leftoverBefore(owner + 1) <= among) {
      owner++;
    }
    return position(first(batch, owner) + among - leftoverBefore(owner));
  }

  /**
   * By place: the records that the group of this rank takes in a step, in the order of their
   * positions.
   *
   * @param epoch number of the pass, at least 0
   * @param batch number of the batch that each rank has in the step
   * @param step where to write them, with room for {@link #stepRecords}
   * @param parts of it, a batch for each rank as far as they go: nothing is allocated in whole
   *     steps
   */
  void fillStep(long epoch, long batch, MemorySegment step, MemorySegment[] parts) {
    int first = partition.firstOfGroup();
    if (!isInStretches) {
      fill(epoch, first(batch, first), step, stepRecords(batch));
      return;
    }
    long start = before(batch, first);
    for (int i = 0; i < partition.groupSize(); i++) {
      long before = before(batch, first + i);
      int count = (int) (before(batch, first + i + 1) - before);
      MemorySegment part =
          batch < wholeSteps ? parts[i] : step.asSlice((before - start) * Long.BYTES);
      fill(epoch, first(batch, first + i), part, count);
    }
  }

  /**
   * The position of a record of a batch, of ranks by position.
   *
   * @param batch number of the batch, from 0
   * @param i its place in the batch, from 0 up to but not including {@link #size}
   * @return position in the epoch; of padding, that of the record that is repeated
   * @throws IndexOutOfBoundsException if there is no such place
   */
  public long position(long batch, int i) {
    Objects.checkIndex(i, size(batch));
    int real = recordCount(batch);
    if (real > 0) {
      return position(first(batch) + i % real);
    }
    return ofOthers(i);
  }

  /**
   * The position that a place is padded with if this rank got none of the leftovers: then there are
   * fewer of them than ranks, one for each.
   */
  private long ofOthers(int i) {
    return position(first(wholeSteps, (int) (i % leftover)));
  }

  /**
   * The records of a batch, of ranks by position.
   *
   * @param epoch number of the pass, at least 0
   * @param batch number of the batch, from 0 up to but not including {@link #batchCount}
   * @param indices where to write them, as for {@link Sampler#fill}, with room for {@link #size} of
   *     them
   * @throws IndexOutOfBoundsException if there is no such batch or not enough room
   */
  public void fill(long epoch, long batch, MemorySegment indices) {
    Objects.checkIndex(batch, batchCount());
    int size = size(batch);
    Objects.checkFromIndexSize(0, size * (long) Long.BYTES, indices.byteSize());
    int real = recordCount(batch);
    fill(epoch, first(batch), indices, real);
    for (int i = real; i < size; i++) {
      long index =
          real > 0
              ? indices.getAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i % real)
              : sampler.index(epoch, position(batch, i));
      indices.setAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i, index);
    }
  }

  /** The records at consecutive remaining positions, which may lie in several runs. */
  private void fill(long epoch, long first, MemorySegment indices, int count) {
    int done = 0;
    while (done < count) {
      int run = runOf(first + done);
      long within = first + done - runOffsets[run];
      int length = (int) Math.min(count - done, runEnd(run) - runOffsets[run] - within);
      MemorySegment part = done == 0 ? indices : indices.asSlice((long) done * Long.BYTES);
      sampler.fill(epoch, runStarts[run] + within, part, length);
      done += length;
    }
  }

  /**
   * What has been delivered to all ranks together once each has taken this many batches, including
   * what was delivered before.
   *
   * @param batches how many, at least 0; more than there are counts as all
   * @return positions of the epoch
   */
  public Positions deliveredAfter(long batches) {
    return deliveredAfter(batches, 0);
  }

  /**
   * The same, if a part of the next batch was delivered too, which happens when batches come in
   * pieces. With several ranks such a part does not count, because the parts of the others are not
   * known.
   *
   * @param batches how many whole ones
   * @param records how many of the next one
   * @return positions of the epoch
   */
  Positions deliveredAfter(long batches, long records) {
    if (batches >= stepCount() && partition.remainder() != Remainder.DROP) {
      return Positions.upTo(sampler.positionCount());
    }
    long steps = Math.min(batches, wholeSteps);
    int stretches = isInStretches ? partition.worldSize() : 1;
    long length = steps * (isInStretches ? partition.batchSize() : stepRecords());
    length = partition.worldSize() == 1 ? Math.min(remaining, length + records) : length;
    int used = delivered.bounds().length;
    // At most one range for the end of each run, and one for the end of each stretch.
    long[] bounds = Arrays.copyOf(delivered.bounds(), used + 2 * (runStarts.length + stretches));
    for (int i = 0; i < stretches; i++) {
      long from = isInStretches ? stretchStart(i) : 0;
      long end = from + length;
      while (from < end) {
        int run = runOf(from);
        long to = Math.min(end, runEnd(run));
        bounds[used++] = position(from);
        bounds[used++] = position(from) + to - from;
        from = to;
      }
    }
    return Positions.of(Arrays.copyOf(bounds, used));
  }

  /**
   * The state of the job when each rank has taken this many batches.
   *
   * @param fingerprint of the dataset
   * @param epoch number of the pass
   * @param batches how many have been delivered as a whole; if as many as the rank with the most
   *     has, the state is the beginning of the next epoch, whatever was dropped
   * @param records how many of the next one have been: with one rank they count, with several they
   *     come again
   * @return the state, the same for every rank
   */
  public LoaderState stateAfter(String fingerprint, long epoch, long batches, long records) {
    Positions after =
        batches >= stepCount()
            ? Positions.upTo(sampler.positionCount())
            : deliveredAfter(batches, records);
    return LoaderState.of(fingerprint, sampler, epoch, after.bounds());
  }

  /** The number of the first remaining position of a batch of this rank. */
  private long first(long batch) {
    return first(batch, rank());
  }

  /** The number of the first remaining position of a batch of a rank. */
  private long first(long batch, int rank) {
    return isInStretches
        ? stretchStart(rank) + batch * partition.batchSize()
        : batch * stepRecords() + before(batch, rank);
  }

  /** How many records lower ranks take in a step. */
  private long before(long batch, int rank) {
    if (batch < wholeSteps) {
      return (long) rank * partition.batchSize();
    }
    return batch == wholeSteps ? leftoverBefore(rank) : 0;
  }

  private long stretchStart(int rank) {
    return wholeSteps * partition.batchSize() * rank + leftoverBefore(rank);
  }

  /** How many of the leftovers go to lower ranks: the first ranks get one more each. */
  private long leftoverBefore(int rank) {
    long each = leftover / partition.worldSize();
    return each * rank + Math.min(leftover % partition.worldSize(), rank);
  }

  private long stepRecords() {
    return (long) partition.worldSize() * partition.batchSize();
  }

  private int rank() {
    return partition.rank();
  }

  /** The position in the epoch of one of the remaining positions. */
  private long position(long number) {
    int run = runOf(number);
    return runStarts[run] + number - runOffsets[run];
  }

  private int runOf(long number) {
    int found = Arrays.binarySearch(runOffsets, number);
    return found >= 0 ? found : -found - 2;
  }

  private long runEnd(int run) {
    return run + 1 < runOffsets.length ? runOffsets[run + 1] : remaining;
  }

  @Override
  public String toString() {
    return "RankShare[partition=%s, remaining=%d]".formatted(partition, remaining);
  }
}
