package io.penstock.transform;

import java.util.List;

/** Ready-made transforms. */
public final class Transforms {
  private Transforms() {}

  /**
   * Leaves columns out of what is delivered.
   *
   * @param columns their names
   * @return the transform
   */
  public static Transform drop(String... columns) {
    Transform.OfRecords nothing = new Transform.OfRecords(List.of(), record -> {});
    return new Transform("drop", List.of(), List.of(columns), _ -> nothing);
  }
}
