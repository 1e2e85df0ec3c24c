package io.penstock.spi;

import io.penstock.array.ElementType;
import io.penstock.array.Runs;
import io.penstock.array.Shape;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * An array that a {@link FormatProvider} found: contiguous and in C order, or in runs of such
 * records, or with the reason why it cannot be read in place. Immutable.
 */
public final class FoundArray {
  private final String name;
  private final Optional<ElementType> elementType;
  private final List<FoundField> fields;
  private final Shape shape;
  private final long offsetBytes;
  private final Optional<Runs> runs;
  private final Optional<String> problem;
  private final boolean isVariable;

  private FoundArray(
      String name,
      Optional<ElementType> elementType,
      List<FoundField> fields,
      Shape shape,
      long offsetBytes,
      Optional<Runs> runs,
      Optional<String> problem,
      boolean isVariable) {
    this.name = Objects.requireNonNull(name, "name");
    this.elementType = elementType;
    this.fields = List.copyOf(fields);
    this.shape = Objects.requireNonNull(shape, "shape");
    this.offsetBytes = offsetBytes;
    this.runs = runs;
    this.problem = problem;
    this.isVariable = isVariable;
  }

  /**
   * An array that can be read in place.
   *
   * @param name of the array in its file, different from all others
   * @param elementType type of the elements
   * @param shape sizes of all axes, outermost first; no axes for one element
   * @param offsetBytes where the first element starts, in bytes from the start of the file
   * @return the array
   */
  public static FoundArray of(String name, ElementType elementType, Shape shape, long offsetBytes) {
    return new FoundArray(
        name,
        Optional.of(elementType),
        List.of(),
        shape,
        offsetBytes,
        Optional.empty(),
        Optional.empty(),
        false);
  }

  /**
   * An array that can be read in place and is in several pieces, each of whole records.
   *
   * @param name of the array in its file, different from all others
   * @param elementType type of the elements
   * @param shape sizes of all axes, outermost first, at least one
   * @param runs where its records lie, each contiguous and in C order
   * @return the array
   * @throws IllegalArgumentException if the runs have another number of records than the shape
   */
  public static FoundArray inRuns(String name, ElementType elementType, Shape shape, Runs runs) {
    if (shape.isScalar() || runs.isEmpty() || runs.recordCount() != shape.dim(0)) {
      throw new IllegalArgumentException(
          "runs of an array of shape %s must have as many records, had %d"
              .formatted(shape, runs.recordCount()));
    }
    return new FoundArray(
        name,
        Optional.of(elementType),
        List.of(),
        shape,
        runs.offsetBytes(0),
        Optional.of(runs),
        Optional.empty(),
        false);
  }

  /**
   * An array that cannot be read in place, but through {@link FormatProvider#elements}.
   *
   * @param name of the array in its file, different from all others
   * @param elementType type of the elements
   * @param shape sizes of all axes, outermost first; no axes for one element
   * @param problem what was expected, what was found, and what to do
   * @return the array
   */
  public static FoundArray streamed(
      String name, ElementType elementType, Shape shape, String problem) {
    return new FoundArray(
        name,
        Optional.of(elementType),
        List.of(),
        shape,
        0,
        Optional.empty(),
        Optional.of(problem),
        false);
  }

  /**
   * Records of different sizes that cannot be read in place, but through {@link
   * FormatProvider#records}.
   *
   * @param name of the records in their file, different from all others
   * @param elementType type of their values; uint8 for bytes and strings
   * @param recordCount how many there are
   * @param problem what was expected, what was found, and what to do
   * @return the records
   */
  public static FoundArray streamedRecords(
      String name, ElementType elementType, long recordCount, String problem) {
    return new FoundArray(
        name,
        Optional.of(elementType),
        List.of(),
        Shape.of(recordCount),
        0,
        Optional.empty(),
        Optional.of(problem),
        true);
  }

  /**
   * An array that exists but cannot be read.
   *
   * @param name of the array in its file, different from all others
   * @param problem what was expected, what was found, and what to do
   * @return the array
   */
  public static FoundArray refused(String name, String problem) {
    return new FoundArray(
        name,
        Optional.empty(),
        List.of(),
        Shape.SCALAR,
        0,
        Optional.empty(),
        Optional.of(problem),
        false);
  }

  /**
   * The same array with elements of a structured type, which are raw bytes.
   *
   * @param members the fields of its elements
   * @return the array
   */
  public FoundArray withFields(List<FoundField> members) {
    return new FoundArray(
        name, elementType, members, shape, offsetBytes, runs, problem, isVariable);
  }

  /**
   * The name of the array in its file, different from all others.
   *
   * @return its name
   */
  public String name() {
    return name;
  }

  /**
   * Type of the elements.
   *
   * @return the type; empty if they cannot be read at all
   */
  public Optional<ElementType> elementType() {
    return elementType;
  }

  /**
   * The fields of a structured type, whose elements are raw bytes.
   *
   * @return an immutable list; empty for other types
   */
  public List<FoundField> fields() {
    return fields;
  }

  /**
   * Sizes of all axes, outermost first.
   *
   * @return the shape; without axes for one element; of records of different sizes, their number
   */
  public Shape shape() {
    return shape;
  }

  /**
   * Whether the records have different sizes.
   *
   * @return true for {@link #streamedRecords}
   */
  public boolean isVariable() {
    return isVariable;
  }

  /**
   * Where the first element starts.
   *
   * @return in bytes from the start of the file
   */
  public long offsetBytes() {
    return offsetBytes;
  }

  /**
   * Where the records lie.
   *
   * @return runs of contiguous records; empty if the whole array is contiguous
   */
  public Optional<Runs> runs() {
    return runs;
  }

  /**
   * Why the array cannot be read in place.
   *
   * @return what was expected, what was found, and what to do; empty if it can be
   */
  public Optional<String> problem() {
    return problem;
  }

  @Override
  public String toString() {
    return "FoundArray[%s, %s %s]"
        .formatted(name, elementType.map(ElementType::descr).or(() -> problem).orElse(""), shape);
  }
}
