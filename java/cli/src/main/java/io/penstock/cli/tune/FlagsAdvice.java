package io.penstock.cli.tune;

import io.penstock.internal.tune.DeviceFigures;
import io.penstock.internal.tune.Forecast;
import io.penstock.internal.tune.Forecaster;
import io.penstock.internal.tune.Tuning;
import io.penstock.options.ReadaheadFlag;

/**
 * Flags with which a loader would be faster. It divides memory before it has read from the device,
 * and takes it for an SSD unless a flag tells what a request is worth.
 *
 * @param flags to add; null if there are none
 * @param timesAsFast a later epoch would be; NaN without flags
 */
record FlagsAdvice(String flags, double timesAsFast) {
  private static final double LEAST_GAIN = 1.1;
  private static final long LEAST_GAP_BYTES = 4 << 10;
  private static final long MOST_GAP_BYTES = 1 << 20;
  private static final FlagsAdvice NONE = new FlagsAdvice(null, Double.NaN);

  /** Tries the gap that a request of this device is worth, unless the user gave one. */
  static FlagsAdvice of(Forecaster.ForecastSubject shape, long memoryBytes, DeviceFigures device) {
    if (shape.flags().given().contains(ReadaheadFlag.MERGE_GAP)) {
      return NONE;
    }
    double worth = device.bytesPerSecond() / device.requestsPerSecond();
    long gap = Math.clamp((long) worth >> 10 << 10, LEAST_GAP_BYTES, MOST_GAP_BYTES);
    String flags = "mergeGap=" + Tuning.size(gap);
    Forecast before = forecast(shape, memoryBytes, device);
    Forecast after = forecast(shape.with(shape.flags().with(flags)), memoryBytes, device);
    double timesAsFast = before.epochSeconds() / after.epochSeconds();
    // Later epochs may gain, and the first lose more.
    return timesAsFast >= LEAST_GAIN && after.firstEpochSeconds() <= before.firstEpochSeconds()
        ? new FlagsAdvice(flags, timesAsFast)
        : NONE;
  }

  private static Forecast forecast(
      Forecaster.ForecastSubject shape, long memoryBytes, DeviceFigures device) {
    try (Forecaster forecaster = Forecaster.of(shape)) {
      return forecaster.with(memoryBytes, device);
    }
  }
}
