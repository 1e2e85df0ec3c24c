package io.penstock.internal.format.tfrecord;

import io.penstock.internal.index.IndexBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What an index says about features that are no columns of it. What it owns: the keys of these
 * facts.
 */
final class FeatureFacts {
  private static final String COUNT = "refused";
  private static final String NAME = "refused-name-";
  private static final String PROBLEM = "refused-problem-";
  private static final String INTS = "refused-ints-";
  private static final String RECORDS = "records";

  private FeatureFacts() {}

  /**
   * A feature that cannot be read in place.
   *
   * @param name of the feature
   * @param problem what was expected, and what was found
   * @param ints how many integers each record has; 0 if they differ, or are something else
   */
  record RefusedFeature(String name, String problem, long ints) {}

  /** All records were examples. */
  static void write(FeatureColumns features, long records, IndexBuilder found) {
    List<RefusedFeature> refused = new ArrayList<>();
    for (FeatureColumn column : features.columns()) {
      if (column.problemOrNull() != null) {
        boolean areInts = column.kindOrNull() == FeatureKind.INTS;
        long ints = areInts ? column.countInEach(records) : 0;
        refused.add(new RefusedFeature(column.name, column.problemOrNull(), ints));
      }
    }
    for (String list : features.featureLists()) {
      refused.add(new RefusedFeature(list, "expected a feature, found a list of features", 0));
    }
    found.fact(RECORDS, Long.toString(records));
    write(refused, found);
  }

  /** A record was no example, so no feature is a column. */
  static void write(FeatureColumns features, String problem, IndexBuilder found) {
    write(
        features.columns().stream()
            .map(column -> new RefusedFeature(column.name, problem, 0))
            .toList(),
        found);
  }

  private static void write(List<RefusedFeature> refused, IndexBuilder found) {
    found.fact(COUNT, Integer.toString(refused.size()));
    for (int i = 0; i < refused.size(); i++) {
      found.fact(NAME + i, refused.get(i).name);
      found.fact(PROBLEM + i, refused.get(i).problem);
      found.fact(INTS + i, Long.toString(refused.get(i).ints));
    }
  }

  /** The features that {@link #write} wrote. */
  static List<RefusedFeature> refused(Function<String, Optional<String>> facts) {
    int count = facts.apply(COUNT).map(Integer::parseInt).orElse(0);
    List<RefusedFeature> refused = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      refused.add(
          new RefusedFeature(
              facts.apply(NAME + i).orElseThrow(),
              facts.apply(PROBLEM + i).orElseThrow(),
              facts.apply(INTS + i).map(Long::parseLong).orElseThrow()));
    }
    return refused;
  }

  /** How many records a file of examples has. */
  static long records(Function<String, Optional<String>> facts) {
    return facts.apply(RECORDS).map(Long::parseLong).orElseThrow();
  }
}
