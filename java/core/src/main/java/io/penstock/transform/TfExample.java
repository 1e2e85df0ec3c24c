package io.penstock.transform;

import io.penstock.array.ElementType;
import io.penstock.array.OutputColumn;
import io.penstock.array.Shape;
import io.penstock.internal.format.tfrecord.ExampleDecoder;
import io.penstock.internal.format.tfrecord.FeatureKind;
import io.penstock.internal.format.tfrecord.Wire;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Decodes features of TensorFlow's {@code tf.Example} out of records of bytes, such as those of a
 * TFRecord file. Needs neither TensorFlow nor protocol buffers.
 *
 * <p>Features of one value of bytes, of floats, and of one or two integers are columns of the file
 * already ({@code FILE.tfrecord#FEATURE}) and need no transform. This is for the others, long lists
 * of integers above all, which lie in the file in different numbers of bytes; and for records that
 * come from elsewhere.
 *
 * {@snippet lang="java" :
 * Transform decode =
 *     TfExample.of("records") // a column of tf.Examples, say train.tfrecord
 *         .int64s("tokens", 1024) // 1024 in each record
 *         .int64s("label") // one
 *         .floatsUpTo("boxes", 400) // a variable column
 *         .bytes("image") // a variable column
 *         .transform();
 * }
 *
 * <p>The columns have the names of the features. The records are delivered too; {@link
 * Transforms#drop} them if nobody needs them. A record that is no tf.Example, or has not what is
 * asked of it, fails its batch by name.
 *
 * <p>Immutable: each method returns another object. Any thread may use it.
 */
public final class TfExample {
  /** A feature and the column that it becomes. */
  private record Decoded(ExampleDecoder.Wanted wanted, OutputColumn column) {}

  private final String column;
  private final List<Decoded> features;
  private final boolean isOptional;

  private TfExample(String column, List<Decoded> features, boolean isOptional) {
    this.column = column;
    this.features = features;
    this.isOptional = isOptional;
  }

  /**
   * Starts with no features.
   *
   * @param column name of a variable column of uint8, whose records are tf.Examples
   * @return a decoder to add features to
   */
  public static TfExample of(String column) {
    return new TfExample(Objects.requireNonNull(column, "column"), List.of(), false);
  }

  /**
   * Adds a list of integers, with equally many in each record.
   *
   * @param feature its name
   * @param shape sizes of the axes of a record, outermost first; none for a single integer
   * @return another decoder
   * @throws IllegalArgumentException if a part is wrong
   */
  public TfExample int64s(String feature, long... shape) {
    return fixed(feature, FeatureKind.INTS, ElementType.INT64, shape);
  }

  /**
   * Adds a list of integers as a variable column.
   *
   * @param feature its name
   * @param most how many a record has at most, at least 1
   * @return another decoder
   * @throws IllegalArgumentException if a part is wrong
   */
  public TfExample int64sUpTo(String feature, long most) {
    return variable(feature, FeatureKind.INTS, ElementType.INT64, most);
  }

  /**
   * Adds a list of floats, with equally many in each record.
   *
   * @param feature its name
   * @param shape sizes of the axes of a record, outermost first; none for a single float
   * @return another decoder
   * @throws IllegalArgumentException if a part is wrong
   */
  public TfExample floats(String feature, long... shape) {
    return fixed(feature, FeatureKind.FLOATS, ElementType.FLOAT32, shape);
  }

  /**
   * Adds a list of floats as a variable column.
   *
   * @param feature its name
   * @param most how many a record has at most, at least 1
   * @return another decoder
   * @throws IllegalArgumentException if a part is wrong
   */
  public TfExample floatsUpTo(String feature, long most) {
    return variable(feature, FeatureKind.FLOATS, ElementType.FLOAT32, most);
  }

  /**
   * Adds a single value of bytes as a variable column of uint8.
   *
   * @param feature its name
   * @return another decoder
   */
  public TfExample bytes(String feature) {
    OutputColumn output =
        OutputColumn.variableWithin(feature, ElementType.UINT8, Shape.SCALAR, column);
    return and(feature, FeatureKind.BYTES, 0, Long.MAX_VALUE, output);
  }

  /**
   * Adds a single value of equally many bytes in each record, such as pixels, as uint8.
   *
   * @param feature its name
   * @param shape sizes of the axes of a record, outermost first; the bytes are their product
   * @return another decoder
   * @throws IllegalArgumentException if a part is wrong
   */
  public TfExample bytesOf(String feature, long... shape) {
    return fixed(feature, FeatureKind.BYTES, ElementType.UINT8, shape);
  }

  /**
   * Says that features of variable columns may be missing from records: these records are empty
   * then. Otherwise, and for columns of one size in any case, a missing feature fails its batch.
   *
   * @return another decoder
   */
  public TfExample missingAsEmpty() {
    return new TfExample(column, features, true);
  }

  /**
   * The transform.
   *
   * @return a transform from the column of records to those of the features
   * @throws IllegalArgumentException if no feature was added
   */
  public Transform transform() {
    if (features.isEmpty()) {
      throw new IllegalArgumentException("features of TfExample must not be empty");
    }
    return Transform.adaptive("tfExample", List.of(column), inputs -> bind(inputs.getFirst()));
  }

  private TfExample fixed(String feature, FeatureKind kind, ElementType type, long... shape) {
    OutputColumn output = OutputColumn.of(feature, type, shape);
    return and(feature, kind, output.elementCount(), output.elementCount(), output);
  }

  private TfExample variable(String feature, FeatureKind kind, ElementType type, long most) {
    return and(feature, kind, 0, most, OutputColumn.variable(feature, type, Shape.SCALAR, most));
  }

  private TfExample and(
      String feature, FeatureKind kind, long least, long most, OutputColumn output) {
    List<Decoded> all = new ArrayList<>(features);
    all.add(new Decoded(new ExampleDecoder.Wanted(feature, kind, least, most, false), output));
    return new TfExample(column, List.copyOf(all), isOptional);
  }

  private Transform.Bound bind(OutputColumn records) {
    if (!records.isVariable()
        || !records.elementType().equals(ElementType.UINT8)
        || records.elementCount() != 1) {
      throw new IllegalArgumentException(
          "column '%s' must be variable and of uint8, as tf.Examples are, is %s"
              .formatted(column, records));
    }
    Set<String> names = new HashSet<>();
    List<ExampleDecoder.Wanted> wanted = new ArrayList<>();
    for (Decoded feature : features) {
      if (!names.add(feature.column.name())) {
        throw new IllegalArgumentException(
            "features must have different names, were two '%s'".formatted(feature.column.name()));
      }
      wanted.add(
          new ExampleDecoder.Wanted(
              feature.wanted.name(),
              feature.wanted.kind(),
              feature.wanted.least(),
              feature.wanted.most(),
              isOptional && feature.column.isVariable()));
    }
    ThreadLocal<Decoding> decoding = ThreadLocal.withInitial(() -> new Decoding(wanted));
    boolean[] isVariable = new boolean[features.size()];
    for (int i = 0; i < isVariable.length; i++) {
      isVariable[i] = features.get(i).column.isVariable();
    }
    return new Transform.OfRecords(
        features.stream().map(Decoded::column).toList(),
        record -> decoding.get().decode(record, isVariable));
  }

  /** What one thread decodes with. */
  private static final class Decoding {
    private final Wire wire = new Wire();
    private final ExampleDecoder decoder;

    Decoding(List<ExampleDecoder.Wanted> wanted) {
      decoder = new ExampleDecoder(wanted);
    }

    void decode(RecordContext record, boolean[] isVariable) {
      for (int i = 0; i < isVariable.length; i++) {
        decoder.put(i, record.output(i), record.outputOffset(i));
      }
      MemorySegment bytes = record.input(0);
      wire.of(bytes);
      decoder.decode(wire, bytes.byteSize());
      for (int i = 0; i < isVariable.length; i++) {
        if (isVariable[i]) {
          record.setOutputLength(i, decoder.count(i));
        }
      }
    }
  }
}
