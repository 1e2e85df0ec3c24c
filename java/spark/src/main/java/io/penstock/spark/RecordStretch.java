package io.penstock.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * A run of records that one task reads.
 *
 * @param from index of the first
 * @param to index after the last
 */
record RecordStretch(long from, long to) implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Divides records evenly. */
  static List<RecordStretch> of(long records, int parts) {
    List<RecordStretch> all = new ArrayList<>(parts);
    for (int i = 0; i < parts; i++) {
      all.add(new RecordStretch(first(records, parts, i), first(records, parts, i + 1)));
    }
    return all;
  }

  private static long first(long records, int parts, int part) {
    return records / parts * part + Math.min(part, records % parts);
  }
}
