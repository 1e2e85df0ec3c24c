package io.penstock.bench.cold;

import java.util.HashMap;
import java.util.Map;

/**
 * One run of one contender.
 *
 * @param cell where
 * @param contender who
 * @param variant with which further parameters
 * @param round number of the round; 0 while variants are tried
 * @param epoch number of the order: each run has its own, or the first in a round would warm what
 *     lies below the page cache for the others
 * @param seconds after which it stops
 */
record ColdRun(
    Cell cell, Contender contender, String variant, int round, long epoch, double seconds) {

  /** What the contender reads. */
  CellFiles.Input input() {
    return cell.files().input(contender);
  }

  /** The contender's parameters with those of the variant. */
  Map<String, String> parameters() {
    Map<String, String> all = new HashMap<>(contender.parameters());
    for (String parameter : variant.split(",", -1)) {
      int equals = parameter.indexOf('=');
      if (equals > 0) {
        all.put(parameter.substring(0, equals), parameter.substring(equals + 1));
      }
    }
    return all;
  }
}
