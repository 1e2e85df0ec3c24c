package io.penstock.internal.tune;

/** Loads a device for a short time. An interface so that tests can measure a made-up one. */
@FunctionalInterface
public interface DeviceMeter {
  /**
   * Measures once.
   *
   * @param point how to load the device
   * @param nanos how long, once the device is busy
   * @return requests that it completed in a second, more than 0; NaN when the file is too small for
   *     so many different requests
   */
  double requestsPerSecond(ProbePoint point, long nanos);
}
