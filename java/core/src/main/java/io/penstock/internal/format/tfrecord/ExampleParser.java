package io.penstock.internal.format.tfrecord;

/**
 * Reads the messages of TensorFlow's {@code example.proto} and {@code feature.proto} from the wire.
 *
 * <p>What it owns: the numbers of their fields, and what repeated, missing, unknown and misplaced
 * fields mean. The messages are nested to a fixed depth, so there is no recursion. Stateless but
 * for the visitor; anything wrong is a {@link WireException}.
 */
public final class ExampleParser {
  /** Longer names are no features that anybody can ask for. */
  static final int LONGEST_NAME = 1024;

  private static final int FEATURES = 1;
  private static final int FEATURE_LISTS = 2;
  private static final int ENTRY = 1;
  private static final int NAME = 1;
  private static final int VALUE = 2;
  private static final int LIST_VALUE = 1;

  private final ExampleVisitor visitor;

  public ExampleParser(ExampleVisitor visitor) {
    this.visitor = visitor;
  }

  /**
   * Reads one tf.Example, or the context of a tf.SequenceExample.
   *
   * @param wire at its beginning
   * @param end where it ends
   */
  public void parse(Wire wire, long end) {
    while (wire.position() < end) {
      int tag = wire.tag(end);
      if (isMessage(tag, FEATURES)) {
        features(wire, wire.endOfBytes(end));
      } else if (isMessage(tag, FEATURE_LISTS)) {
        featureLists(wire, wire.endOfBytes(end));
      } else {
        wire.skip(tag, end);
      }
    }
  }

  private static boolean isMessage(int tag, int field) {
    return tag == (field << 3 | Wire.BYTES);
  }

  private void features(Wire wire, long end) {
    while (wire.position() < end) {
      int tag = wire.tag(end);
      if (isMessage(tag, ENTRY)) {
        entry(wire, wire.endOfBytes(end));
      } else {
        wire.skip(tag, end);
      }
    }
  }

  /** A name and a feature, in any order, each once or more often; a name that is missing is "". */
  private void entry(Wire wire, long end) {
    long start = wire.position();
    boolean isNamed = false;
    boolean isWanted = false;
    long values = 0;
    while (wire.position() < end) {
      int tag = wire.tag(end);
      if (isMessage(tag, NAME)) {
        isWanted = name(wire, wire.endOfBytes(end));
        isNamed = true;
      } else if (isMessage(tag, VALUE)) {
        long valueEnd = wire.endOfBytes(end);
        values++;
        if (isNamed && values == 1 && valueEnd == end) {
          // As all writers have it; nothing can follow that changes its meaning.
          value(wire, valueEnd, isWanted);
          return;
        }
        wire.moveTo(valueEnd);
      } else {
        wire.skip(tag, end);
      }
    }
    if (!isNamed) {
      isWanted = visitor.feature(wire, 0);
    }
    wire.moveTo(start);
    values(wire, end, isWanted);
  }

  private boolean name(Wire wire, long end) {
    long bytes = end - wire.position();
    boolean isWanted = bytes <= LONGEST_NAME && visitor.feature(wire, (int) bytes);
    wire.moveTo(end);
    return isWanted;
  }

  /** The values of an entry, once its name is known. */
  private void values(Wire wire, long end, boolean isWanted) {
    while (wire.position() < end) {
      int tag = wire.tag(end);
      if (isMessage(tag, VALUE)) {
        value(wire, wire.endOfBytes(end), isWanted);
      } else {
        wire.skip(tag, end);
      }
    }
  }

  private void value(Wire wire, long end, boolean isWanted) {
    if (!isWanted) {
      wire.moveTo(end);
    }
    while (wire.position() < end) {
      int tag = wire.tag(end);
      FeatureKind kind = FeatureKind.ofFieldOrNull(tag >>> 3);
      if (kind != null && (tag & 7) == Wire.BYTES) {
        long listEnd = wire.endOfBytes(end);
        visitor.list(kind);
        list(wire, kind, listEnd);
      } else {
        wire.skip(tag, end);
      }
    }
  }

  private void list(Wire wire, FeatureKind kind, long end) {
    while (wire.position() < end) {
      int tag = wire.tag(end);
      if (tag >>> 3 != LIST_VALUE || !element(wire, kind, tag & 7, end)) {
        wire.skip(tag, end);
      }
    }
  }

  /** Whether it was a value: one of another wire type is an unknown field. */
  private boolean element(Wire wire, FeatureKind kind, int wireType, long end) {
    if (kind == FeatureKind.FLOATS && wireType == Wire.FIXED32) {
      long at = wire.position();
      int bits = wire.fixed32(end);
      wire.moveTo(at);
      visitor.singleFloat(wire, bits);
      wire.moveTo(at + Integer.BYTES);
      return true;
    }
    if (kind == FeatureKind.INTS && wireType == Wire.VARINT) {
      visitor.singleInt(wire.varint(end));
      return true;
    }
    if (wireType != Wire.BYTES) {
      return false;
    }
    long valueEnd = wire.endOfBytes(end);
    long bytes = valueEnd - wire.position();
    switch (kind) {
      case BYTES -> visitor.bytes(wire, bytes);
      case FLOATS -> {
        if (bytes % Float.BYTES != 0) {
          throw new WireException(
              "a list of floats has %d bytes, at byte %d".formatted(bytes, wire.position()));
        }
        visitor.floats(wire, bytes / Float.BYTES);
      }
      case INTS -> visitor.ints(wire, valueEnd);
    }
    wire.moveTo(valueEnd);
    return true;
  }

  private void featureLists(Wire wire, long end) {
    while (wire.position() < end) {
      int tag = wire.tag(end);
      if (isMessage(tag, ENTRY)) {
        featureList(wire, wire.endOfBytes(end));
      } else {
        wire.skip(tag, end);
      }
    }
  }

  private void featureList(Wire wire, long end) {
    while (wire.position() < end) {
      int tag = wire.tag(end);
      if (isMessage(tag, NAME)) {
        long nameEnd = wire.endOfBytes(end);
        if (nameEnd - wire.position() <= LONGEST_NAME) {
          visitor.featureList(wire, (int) (nameEnd - wire.position()));
        }
        wire.moveTo(nameEnd);
      } else {
        wire.skip(tag, end);
      }
    }
  }
}
