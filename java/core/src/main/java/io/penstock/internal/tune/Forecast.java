package io.penstock.internal.tune;

/**
 * What an exact shuffle would reach with so much memory. Made by a {@link Forecaster}. Times are
 * NaN when the memory is too little for a loader.
 *
 * @param memoryBytes the budget; for the page cache, what the machine has free
 * @param way how records are read
 * @param windowRecords records of the order that are known ahead; 0 when the memory is too little
 * @param recordCount of the dataset
 * @param firstBatchSeconds until the first batch
 * @param firstEpochSeconds of the first epoch; of windows, it costs a sweep over the file more:
 *     until that has ended, memory is not full of records that are due
 * @param epochSeconds of each later epoch
 * @param limit what holds later epochs back
 */
public record Forecast(
    long memoryBytes,
    ForecastWay way,
    long windowRecords,
    long recordCount,
    double firstBatchSeconds,
    double firstEpochSeconds,
    double epochSeconds,
    EpochLimit limit) {
  static Forecast of(
      long memoryBytes, ForecastWay way, long window, long recordCount, EpochModel.Times times) {
    return new Forecast(
        memoryBytes,
        way,
        window,
        recordCount,
        times.firstBatchSeconds(),
        times.firstEpochSeconds(),
        times.epochSeconds(),
        times.limit());
  }

  static Forecast tooLittle(long memoryBytes, long recordCount) {
    return new Forecast(
        memoryBytes,
        ForecastWay.TOO_LITTLE,
        0,
        recordCount,
        Double.NaN,
        Double.NaN,
        Double.NaN,
        EpochLimit.REQUESTS);
  }

  /** Whether memory is worth spending on windows. */
  public boolean isByWindows() {
    return way == ForecastWay.WINDOWS;
  }

  /** What comes out, epoch after epoch. */
  public double recordsPerSecond() {
    return recordCount / epochSeconds;
  }

  /** The same on average over the first epoch. */
  public double firstEpochPerSecond() {
    return recordCount / firstEpochSeconds;
  }
}
