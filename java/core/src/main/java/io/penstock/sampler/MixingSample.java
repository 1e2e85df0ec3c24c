package io.penstock.sampler;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The batches from which a {@link MixingReport} is made, and as many records drawn at random from
 * the same epoch, for the figures by chance.
 *
 * <p>They are chosen by hashing, always in the same way. For one report, by one thread.
 */
final class MixingSample {
  /** Errors fall with its square root: 1 percent if something holds for one record in ten. */
  private static final int SAMPLED_RECORDS = 1 << 18;

  private static final int LEAST_BATCHES = 16;
  private static final long BATCH_KEY = KeyChain.label("mixing-b");
  private static final long RECORD_KEY = KeyChain.label("mixing-r");

  private final Sampler sampler;
  private final long size;
  private final int batchSize;
  private final long epoch;
  private final @Nullable LongUnaryOperator label;
  private final long[] batch;
  private final long[] labels;
  private final long wanted;

  MixingSample(Sampler sampler, int batchSize, long epoch, @Nullable LongUnaryOperator label) {
    if (batchSize < 1) {
      throw new IllegalArgumentException("batchSize must be at least 1, was " + batchSize);
    }
    if (sampler.positionCount() < 2) {
      throw new IllegalArgumentException(
          "an order must have at least 2 positions to be mixed, was of " + sampler.positionCount());
    }
    this.sampler = sampler;
    this.size = sampler.positionCount();
    this.batchSize = (int) Math.min(batchSize, size);
    this.epoch = epoch;
    this.label = label;
    this.batch = new long[this.batchSize];
    this.labels = new long[label == null ? 0 : this.batchSize];
    this.wanted =
        Math.min(size / this.batchSize, Math.max(LEAST_BATCHES, SAMPLED_RECORDS / this.batchSize));
  }

  MixingReport report() {
    Sums own = new Sums();
    Sums chance = new Sums();
    MemorySegment indices = MemorySegment.ofArray(batch);
    for (long i = 0; i < wanted; i++) {
      long start = sampledBatch(i) * batchSize;
      sampler.fill(epoch, start, indices, batchSize);
      own.addDisplacement(start);
      own.add();
      for (int j = 0; j < batchSize; j++) {
        batch[j] = sampler.index(epoch, KeyChain.draw(RECORD_KEY, i * batchSize + j, size));
      }
      chance.add();
    }
    Distances distances = new Distances();
    double coverage = distances.coverage;
    double records = (double) wanted * batchSize;
    return new MixingReport(
        new MixingReport.MixingFigures(
            size,
            batchSize,
            epoch,
            wanted,
            own.neighbours / records,
            coverage * (batchSize - 1) / (size - 1.0),
            distances.ratio,
            own.displacement / records,
            own.spread / chance.spread,
            label == null ? Double.NaN : own.differences / wanted,
            label == null ? Double.NaN : chance.differences / wanted,
            label == null ? Double.NaN : own.distinct / wanted,
            label == null ? Double.NaN : chance.distinct / wanted));
  }

  /** All batches if there are few; otherwise one from each of as many stretches of the order. */
  private long sampledBatch(long i) {
    long batches = size / batchSize;
    long length = batches / wanted;
    long longer = batches % wanted;
    return i * length
        + Math.min(i, longer)
        + KeyChain.draw(BATCH_KEY, i, length + (i < longer ? 1 : 0));
  }

  /** What is summed up over batches. */
  private final class Sums {
    private double neighbours;
    private double displacement;
    private double spread;
    private double differences;
    private double distinct;

    /** For the batch in its own order. */
    void addDisplacement(long start) {
      for (int i = 0; i < batchSize; i++) {
        displacement +=
            Math.abs(batch[i] / (double) sampler.recordCount() - (start + i) / (double) size);
      }
    }

    /** Sorts the batch. */
    void add() {
      for (int i = 0; label != null && i < labels.length; i++) {
        labels[i] = label.applyAsLong(batch[i]);
      }
      Arrays.sort(batch);
      double pairs = 0.5 * batchSize * (batchSize - 1);
      double sum = 0;
      for (int i = 0; i < batchSize; i++) {
        neighbours += i > 0 && batch[i] == batch[i - 1] + 1 ? 1 : 0;
        // In ascending order it is the larger of i pairs, and the smaller of all others.
        sum += (2.0 * i - batchSize + 1) * batch[i];
      }
      spread += sum / pairs;
      addLabels(pairs);
    }

    private void addLabels(double pairs) {
      Arrays.sort(labels);
      double same = 0;
      int start = 0;
      for (int i = 0; i < labels.length; i++) {
        if (labels[i] != labels[start]) {
          start = i;
        }
        distinct += start == i ? 1 : 0;
        same += i - start;
      }
      differences += 1 - same / pairs;
    }
  }

  /** How far apart neighbours in the file come, from records at random positions. */
  private final class Distances {
    private final double ratio;

    /** Share of the records of the epoch whose next record in the file is of the epoch too. */
    private final double coverage;

    Distances() {
      double sum = 0;
      long pairs = 0;
      long looked = Math.min(SAMPLED_RECORDS, size);
      boolean isInvertible = true;
      for (long i = 0; i < looked && isInvertible; i++) {
        long position = looked == size ? i : KeyChain.draw(RECORD_KEY, ~i, size);
        long next = sampler.index(epoch, position) + 1;
        try {
          long other = next == sampler.recordCount() ? -1 : sampler.position(epoch, next);
          sum += other < 0 ? 0 : Math.abs(other - position);
          pairs += other < 0 ? 0 : 1;
        } catch (UnsupportedOperationException e) {
          // The contract's way to say that there is no inverse; then there is no figure either.
          isInvertible = false;
        }
      }
      ratio = isInvertible && pairs > 0 ? sum / pairs / ((size + 1) / 3.0) : Double.NaN;
      coverage =
          isInvertible
              ? (double) pairs / looked
              : Math.min(1, size / (double) sampler.recordCount());
    }
  }
}
