package io.penstock.internal.format.tfrecord;

import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.internal.index.IndexBuilder;

/**
 * One feature of the examples of a file, and the column that it is so far.
 *
 * <p>What it owns: which kind of column a feature becomes. Bytes are a variable column. Floats are
 * a fixed column as long as all records have equally many, and also a variable one until the end
 * shows which of the two to keep; few floats go into the index, as a read for a single number costs
 * as much as one for a picture. Integers are stored in different numbers of bytes, so few of them
 * go into the index, and many are refused. Memory does not grow with the number of records.
 */
final class FeatureColumn {
  final byte[] nameBytes;
  final String name;
  private final IndexBuilder found;
  private final MissingBudget budget;
  private final FeatureValues now = new FeatureValues();
  private long record = -1;

  /** Null until a record has values. */
  private FeatureKind kind;

  private long firstRecord;
  private long firstCount;
  private boolean isOfOneLength = true;

  /** Number of records that have values. */
  private long present;

  /** Number of records that the columns have, with values or without. */
  private long filled;

  // Null if the feature is not, or not any more, such a column.
  private IndexBuilder.FoundPlaces places;
  private IndexBuilder.CopiedValues values;
  private IndexBuilder.FoundRuns runs;

  /** Why it is no column; null if it is one. */
  private String problem;

  FeatureColumn(byte[] nameBytes, String name, IndexBuilder found, MissingBudget budget) {
    this.nameBytes = nameBytes;
    this.name = name;
    this.found = found;
    this.budget = budget;
  }

  /**
   * The feature comes in this record; what came of it before does not count.
   *
   * @return whether this is the first time
   */
  boolean begin(long itsRecord) {
    boolean isFirst = record != itsRecord;
    record = itsRecord;
    now.clear();
    return isFirst;
  }

  FeatureValues now() {
    return now;
  }

  /** Null if the feature is a column, or never had values. */
  String problemOrNull() {
    return problem;
  }

  /** Null if the feature never had values. */
  FeatureKind kindOrNull() {
    return kind;
  }

  /**
   * How many values each record has.
   *
   * @param records in the file
   * @return 0 if they differ
   */
  long countInEach(long records) {
    return isOfOneLength && present == records ? firstCount : 0;
  }

  /** The record is at its end: takes what it has of this feature. */
  void endRecord() {
    if (!hasValues()) {
      return;
    }
    present++;
    if (kind == null) {
      kind = now.kindOrNull();
      firstRecord = record;
      firstCount = now.count();
      open();
    }
    boolean isAlike = kind == now.kindOrNull();
    if (!isAlike || now.count() != firstCount) {
      isOfOneLength = false;
      discardFixed();
    }
    if (problem == null && !isAlike) {
      refuse(
          "expected values of one kind, found %s in record %d and %s in record %d"
              .formatted(kind.words(), firstRecord, now.kindOrNull().words(), record));
    }
    if (problem == null && fill(record, present - 1)) {
      budget.present();
      filled++;
      put();
    }
  }

  /** An empty list of floats is a record without values; of other kinds it is no list at all. */
  private boolean hasValues() {
    FeatureKind its = now.kindOrNull();
    boolean isEmptyRecord = its == FeatureKind.FLOATS && (kind == null || kind == its);
    return its != null && (now.count() > 0 || isEmptyRecord);
  }

  private void open() {
    Shape shape = firstCount <= 1 ? Shape.SCALAR : Shape.of(firstCount);
    switch (kind) {
      case BYTES -> places = found.places(name, ElementType.UINT8);
      case FLOATS -> {
        places = found.places(name, ElementType.FLOAT32);
        if (fits(Float.BYTES)) {
          values = found.values(name, ElementType.FLOAT32, shape);
        } else if (firstCount > 0) {
          runs = found.runs(name, ElementType.FLOAT32, shape);
        }
      }
      case INTS -> {
        if (fits(Long.BYTES)) {
          values = found.values(name, ElementType.INT64, shape);
        }
      }
    }
  }

  private boolean fits(int numberBytes) {
    return firstCount > 0 && firstCount <= FeatureValues.MOST_KEPT_BYTES / numberBytes;
  }

  /** Gives the columns as many records as come before this one; false if they cannot have them. */
  private boolean fill(long before, long presentBefore) {
    long gap = before - filled;
    if (gap == 0) {
      return true;
    }
    discardFixed();
    long missing = before - presentBefore;
    if (places == null) {
      refuse(
          kind == FeatureKind.INTS
              ? ""
              : "expected packed floats in each record, found some apart, and some missing");
      return false;
    }
    if (!budget.allows(gap, missing > presentBefore)) {
      refuse("expected it in most records, found it missing in %d".formatted(missing));
      return false;
    }
    for (; filled < before; filled++) {
      places.addMissing();
    }
    return true;
  }

  private void put() {
    if (kind == FeatureKind.INTS) {
      if (values == null) {
        refuse("");
      } else {
        values.add(now.kept());
      }
      return;
    }
    if (kind == FeatureKind.BYTES && now.count() > 1) {
      refuse(
          "expected one value in each record, found %d in record %d"
              .formatted(now.count(), record));
      return;
    }
    if (!now.isInPlace() || (places == null && runs == null)) {
      putApart();
      return;
    }
    if (places != null) {
      places.add(now.from(), now.bytes());
    }
    if (runs != null) {
      runs.add(now.from(), 1, now.bytes());
    }
    if (values != null) {
      values.add(now.kept());
    }
  }

  /** Floats that do not lie one after another: only the index can have them. */
  private void putApart() {
    if (values == null) {
      refuse(
          "expected packed floats, found the %d of record %d one by one"
              .formatted(now.count(), record));
      return;
    }
    values.add(now.kept());
    discardPlaces();
  }

  private void discardFixed() {
    if (values != null) {
      values.discard();
      values = null;
    }
    if (runs != null) {
      runs.discard();
      runs = null;
    }
  }

  private void discardPlaces() {
    if (places != null) {
      places.discard();
      places = null;
    }
  }

  private void refuse(String why) {
    problem = why;
    discardFixed();
    discardPlaces();
  }

  /** Nothing is said any more about features: the file has other records, too. */
  void discard() {
    discardFixed();
    discardPlaces();
  }

  /**
   * The file is at its end.
   *
   * @param records that it has
   */
  void finish(long records) {
    if (kind == null) {
      return;
    }
    if (problem == null && fill(records, present) && (values != null || runs != null)) {
      discardPlaces();
    }
    if (problem != null && problem.isEmpty()) {
      problem = intsProblem(records);
    }
  }

  private String intsProblem(long records) {
    String what =
        present < records
            ? "none in %d of %d records".formatted(records - present, records)
            : isOfOneLength
                ? "%d, which lie in the file in different numbers of bytes".formatted(firstCount)
                : "lists of different lengths";
    return "expected 1 or 2 integers in each record, found " + what;
  }
}
