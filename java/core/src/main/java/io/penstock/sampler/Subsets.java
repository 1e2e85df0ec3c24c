package io.penstock.sampler;

import java.util.Objects;

/** The subsets that {@link Subset} and {@link Split} make. */
final class Subsets {
  private Subsets() {}

  /** Records that follow each other. */
  record RangeSubset(long recordCount, long from, long to) implements Subset {
    RangeSubset {
      Arguments.checkRecordCount(recordCount);
      if (from < 0 || to < from || to > recordCount) {
        throw new IllegalArgumentException(
            "range must be within the %d records, was %d to %d".formatted(recordCount, from, to));
      }
    }

    @Override
    public long size() {
      return to - from;
    }

    @Override
    public long index(long place) {
      return from + Objects.checkIndex(place, size());
    }

    @Override
    public long place(long index) {
      Objects.checkIndex(index, recordCount);
      return index >= from && index < to ? index - from : -1;
    }

    @Override
    public String description() {
      return "range/1;from=%s;to=%s".formatted(from, to);
    }
  }

  /** Records of a list. */
  record ListSubset(IndexList list) implements Subset {
    @Override
    public long recordCount() {
      return list.recordCount();
    }

    @Override
    public long size() {
      return list.size();
    }

    @Override
    public long index(long place) {
      Objects.checkIndex(place, size());
      return list.get((int) place);
    }

    @Override
    public long place(long index) {
      Objects.checkIndex(index, recordCount());
      int before = list.countBelow(index);
      return before < list.size() && list.get(before) == index ? before : -1;
    }

    @Override
    public String description() {
      return "list/1;" + list.description();
    }
  }

  /** Records that are not in a list. */
  record ComplementSubset(IndexList list) implements Subset {
    @Override
    public long recordCount() {
      return list.recordCount();
    }

    @Override
    public long size() {
      return list.recordCount() - list.size();
    }

    @Override
    public long index(long place) {
      Objects.checkIndex(place, size());
      // Before the i-th index that is left out there are list.get(i) - i others.
      int low = 0;
      int high = list.size();
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (list.get(middle) - middle <= place) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return place + low;
    }

    @Override
    public long place(long index) {
      Objects.checkIndex(index, recordCount());
      int before = list.countBelow(index);
      return before < list.size() && list.get(before) == index ? -1 : index - before;
    }

    @Override
    public String description() {
      return "all-but/1;" + list.description();
    }
  }

  /** A subset of a subset. */
  record NestedSubset(Subset outer, Subset inner) implements Subset {
    NestedSubset {
      if (inner.recordCount() != outer.size()) {
        throw new IllegalArgumentException(
            "a subset of %d records must be made for as many, was made for %d"
                .formatted(outer.size(), inner.recordCount()));
      }
    }

    @Override
    public long recordCount() {
      return outer.recordCount();
    }

    @Override
    public long size() {
      return inner.size();
    }

    @Override
    public long index(long place) {
      return outer.index(inner.index(place));
    }

    @Override
    public long place(long index) {
      long place = outer.place(index);
      return place < 0 ? -1 : inner.place(place);
    }

    @Override
    public String description() {
      return "nested/1(%s,%s)".formatted(outer.description(), inner.description());
    }
  }

  /** One part of a split by strata: the chosen records, or all others. */
  record StrataSubset(Strata strata, boolean isChosen, long validationRecords, String part)
      implements Subset {
    @Override
    public long recordCount() {
      return strata.recordCount();
    }

    @Override
    public long size() {
      return isChosen ? strata.count() : strata.recordCount() - strata.count();
    }

    @Override
    public long index(long place) {
      Objects.checkIndex(place, size());
      return isChosen ? strata.chosen(place) : strata.other(place);
    }

    @Override
    public long place(long index) {
      Objects.checkIndex(index, recordCount());
      return isChosen ? strata.placeOfChosen(index) : strata.placeOfOther(index);
    }

    @Override
    public String description() {
      return "split/1;part=%s;validation=%s;seed=%s"
          .formatted(part, validationRecords, strata.seed());
    }
  }
}
