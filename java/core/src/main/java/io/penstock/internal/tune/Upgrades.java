package io.penstock.internal.tune;

/**
 * What is worth more, memory or a faster disk: later epochs with twice of each.
 *
 * @param now as it is
 * @param memory with twice the memory
 * @param requests with a device that does twice the requests a second
 * @param bytes with one that does twice the bytes a second
 * @param disk with one that does twice of both
 */
public record Upgrades(
    Forecast now, Forecast memory, Forecast requests, Forecast bytes, Forecast disk) {
  /** Less than this is no gain, and no difference. */
  private static final double LEAST_GAIN = 1.05;

  /** What is worth more. */
  public enum WorthMore {
    /** More memory. */
    MEMORY,
    /** A faster disk. */
    DISK,
    /** Each brings about the same. */
    EITHER,
    /** Neither brings anything. */
    NEITHER
  }

  /**
   * Forecasts them.
   *
   * @param forecaster of the data
   * @param memoryBytes that there is
   * @param device that there is
   */
  public static Upgrades of(Forecaster forecaster, long memoryBytes, DeviceFigures device) {
    return new Upgrades(
        forecaster.with(memoryBytes, device),
        forecaster.with(2 * memoryBytes, device),
        forecaster.with(memoryBytes, device.times(2, 1)),
        forecaster.with(memoryBytes, device.times(1, 2)),
        forecaster.with(memoryBytes, device.times(2, 2)));
  }

  /** What is worth more. Memory that is too little for a loader comes first. */
  public WorthMore verdict() {
    if (now.way() == ForecastWay.TOO_LITTLE) {
      return WorthMore.MEMORY;
    }
    double byMemory = timesAsFast(memory);
    double byDisk = timesAsFast(disk);
    if (Math.max(byMemory, byDisk) < LEAST_GAIN) {
      return WorthMore.NEITHER;
    }
    if (byMemory > LEAST_GAIN * byDisk) {
      return WorthMore.MEMORY;
    }
    return byDisk > LEAST_GAIN * byMemory ? WorthMore.DISK : WorthMore.EITHER;
  }

  /** How many times as fast a later epoch is as now; NaN if nothing works now. */
  public double timesAsFast(Forecast upgraded) {
    return now.epochSeconds() / upgraded.epochSeconds();
  }
}
