package io.penstock.spark;

import io.penstock.Loader;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.spark.BarrierTaskContext;
import org.jspecify.annotations.Nullable;

/**
 * One rank of a job, for the function that trains: its steps, and what ranks do together.
 *
 * <p>What ranks do together, each of them must do, in the same order: sums, gathering, barriers,
 * and steps. Of one thread.
 */
public final class RankContext {
  private final BarrierTaskContext barrier;
  private final RankLink link;
  private final Loader loader;
  private final RankSteps steps;
  private final byte @Nullable [] saved;

  RankContext(
      BarrierTaskContext barrier,
      RankLink link,
      Loader loader,
      RankSteps steps,
      byte @Nullable [] saved) {
    this.barrier = barrier;
    this.link = link;
    this.loader = loader;
    this.steps = steps;
    this.saved = saved;
  }

  /**
   * The number of this rank.
   *
   * @return 0 to {@link #worldSize} - 1
   */
  public int rank() {
    return barrier.partitionId();
  }

  /**
   * How many ranks there are.
   *
   * @return at least 1
   */
  public int worldSize() {
    return barrier.getTaskInfos().length;
  }

  /**
   * The loader of this rank, for its statistics and columns; {@link #steps} iterates it.
   *
   * @return closed when the function returns
   */
  public Loader loader() {
    return loader;
  }

  /**
   * What was saved with the state that this run goes on from.
   *
   * @return the bytes; empty if the job begins, or nothing was saved
   */
  public Optional<byte[]> saved() {
    return Optional.ofNullable(saved);
  }

  /**
   * Sets what is saved with each state: the model as of the steps that the state counts. Only rank
   * 0 is asked.
   *
   * @param model gives its bytes, in the thread that asks for the next step
   */
  public void saveWith(Supplier<byte[]> model) {
    steps.saveWith(model);
  }

  /**
   * The steps that are left of the job, over all epochs. When the loop asks for the next step, the
   * one before counts as done; every so many steps the ranks gather the state and save it.
   *
   * @return to be iterated once
   */
  public Iterable<RankStep> steps() {
    return steps::start;
  }

  /**
   * Adds up numbers over all ranks, in the order of the ranks: the same sums on each, and in each
   * run with as many ranks.
   *
   * @param values as many on each rank
   * @return their sums
   */
  public float[] sum(float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(values.length, Float.BYTES));
    bytes.asFloatBuffer().put(values);
    float[] sums = new float[values.length];
    for (byte[] part : gather(bytes.array())) {
      checkLength(values.length, part.length / Float.BYTES);
      var floats = ByteBuffer.wrap(part).asFloatBuffer();
      for (int i = 0; i < sums.length; i++) {
        sums[i] += floats.get(i);
      }
    }
    return sums;
  }

  /**
   * Adds up numbers over all ranks, as {@link #sum(float[])}.
   *
   * @param values as many on each rank
   * @return their sums
   */
  public double[] sum(double[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(values.length, Double.BYTES));
    bytes.asDoubleBuffer().put(values);
    double[] sums = new double[values.length];
    for (byte[] part : gather(bytes.array())) {
      checkLength(values.length, part.length / Double.BYTES);
      var doubles = ByteBuffer.wrap(part).asDoubleBuffer();
      for (int i = 0; i < sums.length; i++) {
        sums[i] += doubles.get(i);
      }
    }
    return sums;
  }

  private static void checkLength(int own, int other) {
    if (own != other) {
      throw new IllegalArgumentException(
          "all ranks must add as many values, were %d and %d".formatted(own, other));
    }
  }

  /**
   * Gathers bytes of all ranks. They travel over connections to rank 0.
   *
   * @param bytes of this rank
   * @return those of each rank, in the order of the ranks
   */
  public byte[][] gather(byte[] bytes) {
    return link.gather(bytes);
  }

  /** Waits until all ranks are here. */
  public void barrier() {
    link.gather(new byte[0]);
  }

  /** What ranks say if they do not agree. */
  static PenstockException disagreement(String what) {
    return new PenstockException(ErrorKind.MISMATCH, what);
  }
}
