package io.penstock.sampler;

import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a sampler derives for an epoch. It is kept for the latest even and the latest odd epoch, so
 * that reading ahead across the end of an epoch derives nothing twice.
 *
 * <p>Thread-safe, and without a lock once derived. What is derived must depend on the epoch alone,
 * and never change.
 */
final class EpochCache<T> {
  /** Both fields are final: a thread that sees the entry sees them. */
  private static final class CachedEpoch<T> {
    private final long epoch;
    private final T value;

    CachedEpoch(long epoch, T value) {
      this.epoch = epoch;
      this.value = value;
    }
  }

  private final LongFunction<T> derivation;
  private volatile @Nullable CachedEpoch<T> even;
  private volatile @Nullable CachedEpoch<T> odd;

  EpochCache(LongFunction<T> derivation) {
    this.derivation = derivation;
  }

  T get(long epoch) {
    CachedEpoch<T> kept = (epoch & 1) == 0 ? even : odd;
    return kept != null && kept.epoch == epoch ? kept.value : derive(epoch);
  }

  /** One thread at a time, as it may take long and much memory. */
  private synchronized T derive(long epoch) {
    boolean isEven = (epoch & 1) == 0;
    CachedEpoch<T> kept = isEven ? even : odd;
    if (kept == null || kept.epoch != epoch) {
      kept = new CachedEpoch<>(epoch, derivation.apply(epoch));
      if (isEven) {
        even = kept;
      } else {
        odd = kept;
      }
    }
    return kept.value;
  }
}
