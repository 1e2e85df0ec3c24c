package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what follows from garbage collection. */
final class Collected {
  private static final int ROUNDS = 1200;
  private static final long PAUSE_NANOS = 50_000_000;

  private Collected() {}

  /** Collects until something holds; fails if it does not within a minute. */
  static void await(BooleanSupplier condition) {
    for (int round = 0; round < ROUNDS && !condition.getAsBoolean(); round++) {
      System.gc();
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    assertThat(condition.getAsBoolean()).as("it has come true within a minute").isTrue();
  }
}
