package io.penstock.sampler;

import java.util.Objects;

/**
 * Divides the records of a dataset into two parts, as for training and validation: each record is
 * in exactly one.
 *
 * <p>The parts depend on the number of records and the seed of the split alone, not on the order in
 * which they are read: keep the seed of the split when that of the shuffle changes. Immutable.
 *
 * @param training one part
 * @param validation the other part
 */
public record Split(Subset training, Subset validation) {
  /**
   * Checks that these are parts of the same dataset.
   *
   * @throws IllegalArgumentException if both together do not have as many records as the dataset
   */
  public Split {
    Objects.requireNonNull(training, "training");
    Objects.requireNonNull(validation, "validation");
    if (training.recordCount() != validation.recordCount()
        || training.size() + validation.size() != training.recordCount()) {
      throw new IllegalArgumentException(
          "training and validation must be all records of a dataset, were %d of %d and %d of %d"
              .formatted(
                  training.size(),
                  training.recordCount(),
                  validation.size(),
                  validation.recordCount()));
    }
  }

  /**
   * Takes a fraction of the records for validation: the nearest number of records, exactly.
   *
   * <p>The file is divided into as many stretches as records are wanted, and one record of each is
   * chosen at random. So both parts have their share of each region of the file, and can be read in
   * order without long seeks. If the stretches are equally long, all records are equally likely to
   * be chosen; otherwise nearly so. It takes almost no memory.
   *
   * @param recordCount of the dataset, from 0 to 2^48
   * @param validationFraction from 0 to 1
   * @param seed of the split
   * @return the split
   * @throws IllegalArgumentException if the fraction is out of range
   */
  public static Split byFraction(long recordCount, double validationFraction, long seed) {
    if (!(validationFraction >= 0 && validationFraction <= 1)) {
      throw new IllegalArgumentException(
          "validationFraction must be from 0 to 1, was " + validationFraction);
    }
    Arguments.checkRecordCount(recordCount);
    return byCount(recordCount, Math.round(recordCount * validationFraction), seed);
  }

  /**
   * Takes a given number of records for validation, as {@link #byFraction} does.
   *
   * @param recordCount of the dataset, from 0 to 2^48
   * @param validationRecords how many, from 0 to recordCount
   * @param seed of the split
   * @return the split
   * @throws IllegalArgumentException if the number is out of range
   */
  public static Split byCount(long recordCount, long validationRecords, long seed) {
    Arguments.checkRecordCount(recordCount);
    if (validationRecords < 0 || validationRecords > recordCount) {
      throw new IllegalArgumentException(
          "validationRecords must be from 0 to the %d records, was %d"
              .formatted(recordCount, validationRecords));
    }
    Strata strata =
        new Strata(recordCount, Math.min(validationRecords, recordCount - validationRecords), seed);
    boolean isMinor = validationRecords <= recordCount - validationRecords;
    return new Split(
        new Subsets.StrataSubset(strata, !isMinor, validationRecords, "training"),
        new Subsets.StrataSubset(strata, isMinor, validationRecords, "validation"));
  }

  /**
   * Takes the records of a list for validation, and all others for training.
   *
   * @param recordCount of the dataset, from 0 to 2^48
   * @param validationIndices of the records, all different, in any order
   * @return the split; it takes 8 bytes per record of the list
   * @throws IllegalArgumentException if an index is out of range, or comes twice
   */
  public static Split byList(long recordCount, long... validationIndices) {
    IndexList list = new IndexList(recordCount, validationIndices);
    return new Split(new Subsets.ComplementSubset(list), new Subsets.ListSubset(list));
  }
}
