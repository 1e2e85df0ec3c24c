package io.penstock.sampler;

import java.util.Objects;

/**
 * The records of a dataset in two parts, as for training and validation: each record is in one of
 * them.
 *
 * <p>The parts follow from the number of records, the split and its own seed, whatever order they
 * are then read in: give the split a seed that stays when that of the shuffle changes.
 *
 * @param training one part
 * @param validation the other part
 */
public record Split(Subset training, Subset validation) {
  /**
   * Checks that these are parts of the same dataset.
   *
   * @throws IllegalArgumentException if the records of both are not as many as there are
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
   * <p>Of every stretch of records as long as the fraction asks for one is chosen at random. So
   * both parts have their share of each region of the file, and are read by and by without seeking.
   * All records are equally likely to be chosen when the stretches are equally long, and nearly so
   * otherwise. It takes no memory to speak of.
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
   * Takes so many records for validation, as {@link #byFraction} does.
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
