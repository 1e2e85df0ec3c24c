package io.penstock.array;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A named array in a file: a member of an .npz, an array in a pickle, a field of a structured
 * array. Its path is {@code FILE#NAME}.
 *
 * <p>A part may be known but not readable in place, such as a compressed member; then it says why.
 * Immutable.
 */
public final class Part {
  private final String name;
  private final boolean isField;
  private final @Nullable ArrayLayout layout;
  private final @Nullable Path path;

  /** The message only: exceptions have stack traces, too much memory for thousands of parts. */
  private final @Nullable String problem;

  /** Null where there is no problem. */
  private final @Nullable ErrorKind kind;

  private final @Nullable StreamedArray streamed;
  private final @Nullable StreamedRecords streamedRecords;

  private Part(
      String name,
      boolean isField,
      @Nullable ArrayLayout layout,
      @Nullable Path path,
      @Nullable ErrorKind kind,
      @Nullable String problem,
      @Nullable StreamedArray streamed,
      @Nullable StreamedRecords streamedRecords) {
    this.streamed = streamed;
    this.streamedRecords = streamedRecords;
    this.name = Objects.requireNonNull(name, "name");
    this.isField = isField;
    this.layout = layout;
    this.path = path;
    this.kind = kind;
    this.problem = problem;
  }

  /**
   * A part that can be read where it lies.
   *
   * @param layout where that is
   * @return the part, with the name that the layout has
   */
  public static Part of(ArrayLayout layout) {
    return new Part(layout.part(), false, layout, layout.path(), null, null, null, null);
  }

  /**
   * A field of the part before it, with the same bytes.
   *
   * @param layout where the field lies
   * @return the part
   */
  public static Part field(ArrayLayout layout) {
    return new Part(layout.part(), true, layout, layout.path(), null, null, null, null);
  }

  /**
   * A part that exists but cannot be read in place.
   *
   * @param path the file
   * @param name of the part; empty for all of the file
   * @param problem what was expected, what was found, what to do
   * @return the part
   */
  public static Part refused(Path path, String name, String problem) {
    String what = name.isEmpty() ? problem : "'" + name + "': " + problem;
    return new Part(name, false, null, path, ErrorKind.UNSUPPORTED, path + ": " + what, null, null);
  }

  /**
   * A part that cannot be read in place, but from beginning to end.
   *
   * @param array the array, read in this way
   * @param problem what was expected, what was found, what to do
   * @return the part
   */
  public static Part streamed(StreamedArray array, String problem) {
    Part refused = refused(array.path(), array.part(), problem);
    return new Part(
        refused.name, false, null, refused.path, refused.kind, refused.problem, array, null);
  }

  /**
   * A part whose records have different sizes and cannot be read in place, but from beginning to
   * end.
   *
   * @param records the records, read in this way
   * @param problem what was expected, what was found, what to do
   * @return the part
   */
  public static Part streamed(StreamedRecords records, String problem) {
    Part refused = refused(records.path(), records.part(), problem);
    return new Part(
        refused.name, false, null, refused.path, refused.kind, refused.problem, null, records);
  }

  /**
   * A part that a reader failed to read.
   *
   * @param name of the part; empty for all of the file
   * @param problem what the reader said; its message is kept
   * @return the part
   */
  public static Part refused(String name, PenstockException problem) {
    return new Part(
        name,
        false,
        null,
        problem.path().orElse(null),
        problem.kind(),
        problem.getMessage(),
        null,
        null);
  }

  /**
   * The name to write after the file and a {@code #}.
   *
   * @return the name; empty for an array that is the whole file
   */
  public String name() {
    return name;
  }

  /**
   * Whether this is a field of the records of another part of the same file.
   *
   * @return true for fields of structured arrays
   */
  public boolean isField() {
    return isField;
  }

  /**
   * Where the array lies.
   *
   * @return its layout
   * @throws PenstockException if it cannot be read in place, with the reason
   */
  public ArrayLayout layout() {
    if (layout == null) {
      PenstockException.Builder refusal =
          PenstockException.builder(Objects.requireNonNull(kind), Objects.requireNonNull(problem));
      throw path == null ? refusal.build() : refusal.path(path).build();
    }
    return layout;
  }

  /**
   * Why {@link #layout} throws.
   *
   * @return one line that names the file; empty if the part can be read
   */
  public Optional<String> problem() {
    return Optional.ofNullable(problem);
  }

  /**
   * The elements one after another, if they cannot be read in place.
   *
   * @return the array; empty if it can be read in place, or not at all
   */
  public Optional<StreamedArray> streamed() {
    return Optional.ofNullable(streamed);
  }

  /**
   * The records one after another, if they have different sizes and cannot be read in place.
   *
   * @return the records; empty if the part is another one
   */
  public Optional<StreamedRecords> streamedRecords() {
    return Optional.ofNullable(streamedRecords);
  }

  @Override
  public String toString() {
    return problem == null ? "Part[" + name + "]" : "Part[" + problem + "]";
  }
}
