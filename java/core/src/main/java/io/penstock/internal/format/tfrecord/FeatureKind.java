package io.penstock.internal.format.tfrecord;

/** What the list of a feature holds. */
public enum FeatureKind {
  BYTES("bytes"),
  FLOATS("floats"),
  INTS("integers");

  private final String words;

  FeatureKind(String words) {
    this.words = words;
  }

  /** As the field numbers of tf.train.Feature say. */
  static FeatureKind ofFieldOrNull(int field) {
    return switch (field) {
      case 1 -> BYTES;
      case 2 -> FLOATS;
      case 3 -> INTS;
      default -> null;
    };
  }

  /** For messages: "a list of floats". */
  public String words() {
    return words;
  }
}
