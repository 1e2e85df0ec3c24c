package io.penstock.internal.format.tfrecord;

/**
 * Takes what is in one tf.Example, in the order of its bytes.
 *
 * <p>If a feature comes twice, the later one replaces the earlier. Within a feature, lists of the
 * same kind are continued, and one of another kind replaces what was before: so protocol buffers
 * are merged.
 */
public interface ExampleVisitor {
  /**
   * A feature begins.
   *
   * @param wire at its name
   * @param nameBytes of the name
   * @return whether to look into it
   */
  boolean feature(Wire wire, int nameBytes);

  /** A list begins, or is continued. */
  void list(FeatureKind kind);

  /** A value of a list of bytes: so many at this place. */
  void bytes(Wire wire, long bytes);

  /** So many floats, one after another, at this place. */
  void floats(Wire wire, long count);

  /** A float on its own at this place. */
  void singleFloat(Wire wire, int bits);

  /** Integers, one after another, from this place to the end. */
  void ints(Wire wire, long end);

  /** An integer on its own. */
  void singleInt(long value);

  /** A list of features, as sequence examples have them; only the wire at its name. */
  void featureList(Wire wire, int nameBytes);
}
