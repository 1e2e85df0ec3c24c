package io.penstock.internal.tune;

import java.util.ArrayList;
import java.util.List;

/**
 * A device that is bound by latency, by requests a second or by bytes a second, whichever is least,
 * and a clock that goes on while it is measured.
 */
final class FakeDevice implements DeviceMeter {
  private final double latencySeconds;
  private final double requestLimit;
  private final double byteLimit;
  private final List<ProbePoint> log = new ArrayList<>();
  private long now;

  /** Seconds that a request takes; requests a second at random; bytes a second. */
  FakeDevice(double latencySeconds, double requestLimit, double byteLimit) {
    this.latencySeconds = latencySeconds;
    this.requestLimit = requestLimit;
    this.byteLimit = byteLimit;
  }

  /** As a virtual NVMe disk: knee at 32 for small requests, gap of 20,000 bytes. */
  static FakeDevice ssd() {
    return new FakeDevice(0.45e-3, 70_000, 1.4e9);
  }

  /** As a hard disk. */
  static FakeDevice hardDisk() {
    return new FakeDevice(10e-3, 150, 150e6);
  }

  @Override
  public double requestsPerSecond(ProbePoint point, long nanos) {
    log.add(point);
    double rate = rate(point);
    // What is in flight comes first, and last.
    now += nanos + (long) (2e9 * point.queueDepth() / rate);
    return rate;
  }

  private double rate(ProbePoint point) {
    double byBytes = byteLimit / point.requestBytes();
    double byRequests = Math.min(point.queueDepth() / latencySeconds, requestLimit);
    return point.isSequential() ? byBytes : Math.min(byRequests, byBytes);
  }

  /** What was measured, in turn. */
  List<ProbePoint> log() {
    return log;
  }

  /** For {@link Survey}. */
  long nanos() {
    return now;
  }

  Measurements survey(SurveyPlan plan) {
    return new Survey(this, plan, _ -> {}, this::nanos).run();
  }
}
