package io.penstock.bench.cold.report;

import com.google.gson.JsonObject;

/**
 * What one run of a contender did.
 *
 * @param round number of the round, from 1
 * @param records delivered
 * @param seconds from the start to the last delivery
 * @param cpuSeconds user and system time of its process and children meanwhile; null: not known
 * @param baseBytes anonymous memory resident before it opened its files; null: not measured
 * @param peakBytes most of it from then on; null: not measured
 * @param load the machine's load average when it began
 * @param facts what else the contender told
 */
public record Measurement(
    int round,
    long records,
    double seconds,
    Double cpuSeconds,
    Long baseBytes,
    Long peakBytes,
    double load,
    JsonObject facts) {

  /** Delivered records per second. */
  public double recordsPerSecond() {
    return records / seconds;
  }

  /** Processor time per record in microseconds; NaN when not known. */
  public double cpuMicrosPerRecord() {
    return cpuSeconds == null ? Double.NaN : cpuSeconds / records * 1e6;
  }

  /** Memory beyond what the process had before opening; NaN when not measured. */
  public double grownBytes() {
    return peakBytes == null || baseBytes == null ? Double.NaN : (double) peakBytes - baseBytes;
  }

  /** A number that the contender told; NaN when it did not. */
  public double fact(String name) {
    return facts.has(name) ? facts.get(name).getAsDouble() : Double.NaN;
  }
}
