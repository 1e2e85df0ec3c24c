package io.penstock.bench.cold;

import java.lang.management.ManagementFactory;

/** How busy the machine is, others included. */
final class MachineLoad {
  private MachineLoad() {}

  /** The load average of the last minute. */
  static double now() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
  }
}
