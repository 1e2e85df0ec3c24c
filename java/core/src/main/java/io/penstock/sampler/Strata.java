package io.penstock.sampler;

/**
 * Divides records into equal stretches, the strata, and chooses one record of each at random. Both
 * the chosen records and the others can be enumerated in ascending order by arithmetic alone.
 * Immutable.
 *
 * <p>The arithmetic is version 1 of the split: saved states depend on it. The first {@code
 * recordCount % count} strata have one record more. The record of stratum i is output number i of a
 * SplitMix64 generator, brought into range by multiplication.
 */
final class Strata {
  private static final long LABEL = KeyChain.label("split1:s");

  private final long recordCount;
  private final long count;
  private final long seed;
  private final long key;

  /** Least number of records in a stratum; the first strata have one more. */
  private final long length;

  private final long longer;

  /** At most every second record may be chosen, so that every stratum has others. */
  Strata(long recordCount, long count, long seed) {
    this.recordCount = recordCount;
    this.count = count;
    this.seed = seed;
    this.key = KeyChain.key(LABEL, 0, recordCount, count, seed);
    this.length = count == 0 ? recordCount : recordCount / count;
    this.longer = count == 0 ? 0 : recordCount % count;
  }

  long recordCount() {
    return recordCount;
  }

  long count() {
    return count;
  }

  long seed() {
    return seed;
  }

  /** The chosen record of a stratum. */
  long chosen(long stratum) {
    return start(stratum) + KeyChain.draw(key, stratum, length + (stratum < longer ? 1 : 0));
  }

  /** The stratum of a chosen record, or -1. */
  long placeOfChosen(long index) {
    if (count == 0) {
      return -1;
    }
    long stratum = stratum(index);
    return chosen(stratum) == index ? stratum : -1;
  }

  /** One of the other records, of which each stratum has all but one. */
  long other(long place) {
    if (count == 0) {
      return place;
    }
    long inLonger = longer * length;
    long stratum = place < inLonger ? place / length : longer + (place - inLonger) / (length - 1);
    long index = place + stratum;
    return index < chosen(stratum) ? index : index + 1;
  }

  /** The number of a record among the others, or -1. */
  long placeOfOther(long index) {
    if (count == 0) {
      return index;
    }
    long stratum = stratum(index);
    long chosen = chosen(stratum);
    if (index == chosen) {
      return -1;
    }
    return index - stratum - (index > chosen ? 1 : 0);
  }

  private long start(long stratum) {
    return stratum * length + Math.min(stratum, longer);
  }

  private long stratum(long index) {
    long inLonger = longer * (length + 1);
    return index < inLonger ? index / (length + 1) : longer + (index - inLonger) / length;
  }

  @Override
  public String toString() {
    return "%d of %d, seed %d".formatted(count, recordCount, seed);
  }
}
