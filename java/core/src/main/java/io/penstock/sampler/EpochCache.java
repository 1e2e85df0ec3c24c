package io.penstock.sampler;

import java.util.function.LongFunction;

/**
 * What a sampler derives for an epoch, kept for the latest even and the latest odd one, so that
 * reading ahead over the end of an epoch derives nothing twice.
 *
 * <p>Thread-safe without a lock. Threads that race derive the same; whichever is kept is right. So
 * what is derived must be a function of the epoch alone, and never change.
 */
final class EpochCache<T> {
  /** Both fields are final: a thread that sees the entry sees them. */
  private static final class Entry<T> {
    private final long epoch;
    private final T value;

    Entry(long epoch, T value) {
      this.epoch = epoch;
      this.value = value;
    }
  }

  private final LongFunction<T> derivation;
  private volatile Entry<T> even;
  private volatile Entry<T> odd;

  EpochCache(LongFunction<T> derivation) {
    this.derivation = derivation;
  }

  T get(long epoch) {
    boolean isOdd = (epoch & 1) != 0;
    Entry<T> kept = isOdd ? odd : even;
    if (kept == null || kept.epoch != epoch) {
      kept = new Entry<>(epoch, derivation.apply(epoch));
      if (isOdd) {
        odd = kept;
      } else {
        even = kept;
      }
    }
    return kept.value;
  }
}
