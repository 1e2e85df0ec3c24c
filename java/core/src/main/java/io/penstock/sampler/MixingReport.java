package io.penstock.sampler;

import java.util.function.LongUnaryOperator;

/**
 * How well an order mixes, estimated before anything is read or trained. Immutable.
 *
 * <p>An exact shuffle mixes as well as possible: its figures are those of chance, which the report
 * puts beside them. A block shuffle trades some of that for speed; the order of the file does not
 * mix at all. The report answers two questions. Do records that lie side by side in the file, which
 * tend to be alike, stay together ({@link #mixing}, {@link #neighbourShare})? And is a batch like
 * the whole ({@link #batchSpread}, {@link #labelDiversity})?
 *
 * <p>It is made from a sample of batches, always the same ones, so that two reports can be
 * compared. The sample has 2^18 records, so ratios are accurate to about 1 percent, unless what
 * they count is rare.
 */
public final class MixingReport {
  /** What a {@link MixingSample} computes. */
  record MixingFigures(
      long size,
      int batchSize,
      long epoch,
      long sampledBatches,
      double neighbourShare,
      double chanceNeighbourShare,
      double mixing,
      double displacement,
      double batchSpread,
      double labelDiversity,
      double chanceLabelDiversity,
      double labelsPerBatch,
      double chanceLabelsPerBatch) {}

  private final MixingFigures figures;

  MixingReport(MixingFigures figures) {
    this.figures = figures;
  }

  /**
   * Looks at an order.
   *
   * @param sampler the order
   * @param batchSize records of a batch, at least 1
   * @return the report on its epoch 0
   * @throws IllegalArgumentException if the batch size is out of range, or there are fewer than two
   *     positions
   */
  public static MixingReport of(Sampler sampler, int batchSize) {
    return of(sampler, batchSize, 0);
  }

  /**
   * Looks at an order in one of its epochs.
   *
   * @param sampler the order
   * @param batchSize records of a batch, at least 1
   * @param epoch which one, at least 0
   * @return the report
   * @throws IllegalArgumentException if a number is out of range, or there are fewer than two
   *     positions
   */
  public static MixingReport of(Sampler sampler, int batchSize, long epoch) {
    return new MixingSample(sampler, batchSize, epoch, null).report();
  }

  /**
   * Looks at an order and at the labels of its batches.
   *
   * @param sampler the order
   * @param batchSize records of a batch, at least 1
   * @param label the class of a record, as a number, by its index; called for some hundred thousand
   *     records
   * @return the report on its epoch 0
   * @throws IllegalArgumentException if the batch size is out of range, or there are fewer than two
   *     positions
   */
  public static MixingReport of(Sampler sampler, int batchSize, LongUnaryOperator label) {
    return of(sampler, batchSize, 0, label);
  }

  /**
   * Looks at an order and at the labels of its batches, in one of its epochs.
   *
   * @param sampler the order
   * @param batchSize records of a batch, at least 1
   * @param epoch which one, at least 0
   * @param label a number that stands for the class of a record, by its index
   * @return the report
   * @throws IllegalArgumentException if a number is out of range, or there are fewer than two
   *     positions
   */
  public static MixingReport of(
      Sampler sampler, int batchSize, long epoch, LongUnaryOperator label) {
    return new MixingSample(sampler, batchSize, epoch, label).report();
  }

  /**
   * Positions of an epoch.
   *
   * @return at least 2
   */
  public long size() {
    return figures.size;
  }

  /**
   * Records of a batch.
   *
   * @return at least 1
   */
  public int batchSize() {
    return figures.batchSize;
  }

  /**
   * The epoch whose order it is.
   *
   * @return its number
   */
  public long epoch() {
    return figures.epoch;
  }

  /**
   * How many batches were looked at.
   *
   * @return at least 1
   */
  public long sampledBatches() {
    return figures.sampledBatches;
  }

  /**
   * Share of records whose next record in the file is in the same batch.
   *
   * @return 0 to 1
   */
  public double neighbourShare() {
    return figures.neighbourShare;
  }

  /**
   * What chance would make of {@link #neighbourShare}.
   *
   * @return 0 to 1
   */
  public double chanceNeighbourShare() {
    return figures.chanceNeighbourShare;
  }

  /**
   * How far apart in the order neighbours in the file come, on average, relative to chance.
   *
   * @return 1 if as far as any two records; a block shuffle whose windows are a tenth of the data
   *     is near 0.1, the order of the file near 0. NaN for orders without an inverse, such as draws
   *     with replacement
   */
  public double mixing() {
    return figures.mixing;
  }

  /**
   * How far records are moved, on average, as a share of the whole.
   *
   * @return by chance 1/3
   */
  public double displacement() {
    return figures.displacement;
  }

  /**
   * How far apart in the file two records of a batch lie, on average, relative to chance.
   *
   * @return by chance 1
   */
  public double batchSpread() {
    return figures.batchSpread;
  }

  /**
   * Share of the pairs in a batch that have different labels.
   *
   * @return 0 to 1; NaN without labels
   */
  public double labelDiversity() {
    return figures.labelDiversity;
  }

  /**
   * What chance would make of {@link #labelDiversity}.
   *
   * @return 0 to 1; NaN without labels
   */
  public double chanceLabelDiversity() {
    return figures.chanceLabelDiversity;
  }

  /**
   * Different labels in a batch, on average.
   *
   * @return a number; NaN without labels
   */
  public double labelsPerBatch() {
    return figures.labelsPerBatch;
  }

  /**
   * What chance would make of {@link #labelsPerBatch}.
   *
   * @return a number; NaN without labels
   */
  public double chanceLabelsPerBatch() {
    return figures.chanceLabelsPerBatch;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MixingReport report && figures.equals(report.figures);
  }

  @Override
  public int hashCode() {
    return figures.hashCode();
  }

  @Override
  public String toString() {
    return figures.toString().replace("MixingFigures", "MixingReport");
  }
}
