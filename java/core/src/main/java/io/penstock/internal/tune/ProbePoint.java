package io.penstock.internal.tune;

/**
 * One way to load a device: requests of one size, so many at a time, at random or ascending.
 *
 * @param isSequential whether requests ascend through the file; otherwise they jump about in it
 * @param requestBytes size of each
 * @param queueDepth how many the device has at a time
 */
public record ProbePoint(boolean isSequential, int requestBytes, int queueDepth) {
  /** Random requests. */
  public static ProbePoint random(int requestBytes, int queueDepth) {
    return new ProbePoint(false, requestBytes, queueDepth);
  }

  /** Ascending requests. */
  public static ProbePoint sequential(int requestBytes, int queueDepth) {
    return new ProbePoint(true, requestBytes, queueDepth);
  }
}
