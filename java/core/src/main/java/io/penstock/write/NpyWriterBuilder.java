package io.penstock.write;

import io.penstock.array.Column;
import io.penstock.array.ElementType;
import io.penstock.array.Field;
import io.penstock.array.Shape;
import io.penstock.error.PenstockException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Options of a file that an {@link NpyWriter} is to write. Not thread-safe. */
public final class NpyWriterBuilder {
  static final long UNKNOWN = -1;
  private static final long MIN_MEMORY_BYTES = 64 << 10;

  /** At 1 GB/s twice a second; a file of 65 GB is forced to the disk 130 times. */
  private static final long CHECKPOINT_BYTES = 512 << 20;

  final Path target;
  final ElementType elementType;
  final Shape recordShape;
  long recordCount = UNKNOWN;
  List<Field> fields = List.of();
  @Nullable String field;
  boolean mayReplace;
  @Nullable String job;
  long memoryBytes = BlockWriter.DEFAULT_MEMORY_BYTES;
  long checkpointBytes = CHECKPOINT_BYTES;

  NpyWriterBuilder(Path target, ElementType elementType, Shape recordShape) {
    this.target = Objects.requireNonNull(target, "target");
    this.elementType = Objects.requireNonNull(elementType, "elementType");
    this.recordShape = Objects.requireNonNull(recordShape, "recordShape");
  }

  /**
   * Sets the number of records. Then room for all of them is reserved before the first is written,
   * or opening fails, and {@link NpyWriter#write} may be used.
   *
   * @param recordCount at least 0; unless set, as many as are appended
   * @return this
   */
  public NpyWriterBuilder recordCount(long recordCount) {
    if (recordCount < 0) {
      throw new IllegalArgumentException("recordCount must be at least 0, was " + recordCount);
    }
    this.recordCount = recordCount;
    return this;
  }

  /**
   * Sets the fields of structured elements, which callers pass as raw bytes: {@link Column#fields}
   * of the column that they come from. NumPy then sees the fields. They are ignored if the type has
   * a {@link ElementType#structure}, as the types of columns do. Dots in names separate levels.
   *
   * @param fields in the order in which they lie; empty unless set
   * @return this
   */
  public NpyWriterBuilder fields(List<Field> fields) {
    this.fields = List.copyOf(fields);
    return this;
  }

  /**
   * Pads each record to a multiple of 512 bytes, so that direct reads need no copy. To NumPy the
   * file is a structured array with one field, which is the array as it would have been: {@code
   * numpy.load("x.npy", mmap_mode="r")["x"]}; to Penstock it is {@code x.npy#x}. If records are
   * such a multiple anyway, the file is the plain array.
   *
   * @param field its name: up to 255 letters, digits and underscores; null, the default, does not
   *     pad records
   * @return this
   */
  public NpyWriterBuilder alignRecords(String field) {
    this.field = field;
    return this;
  }

  /**
   * Sets whether an existing file of this name is replaced when the new one is complete.
   *
   * @param mayReplace false unless set: then there must be no such file
   * @return this
   */
  public NpyWriterBuilder replace(boolean mayReplace) {
    this.mayReplace = mayReplace;
    return this;
  }

  /**
   * Lets a writer continue a file that a killed process left: {@link NpyWriter#appendedRecords}
   * tells how many records it has, and appending continues after them. For this, appended records
   * are forced to the disk now and then. A writer that continues a file does not know of records
   * that were written with {@link NpyWriter#write}.
   *
   * @param job everything that determines the contents, such as sources with their times, and
   *     options; a file of another job is deleted, not continued. Null, the default: files are not
   *     continued, and a signal that ends the JVM in order deletes them
   * @return this
   */
  public NpyWriterBuilder resumable(String job) {
    this.job = job;
    return this;
  }

  /**
   * Sets the memory for data on its way to the device.
   *
   * @param memoryBytes at least 64 KiB; 16 MiB unless set
   * @return this
   */
  public NpyWriterBuilder memoryBytes(long memoryBytes) {
    if (memoryBytes < MIN_MEMORY_BYTES) {
      throw new IllegalArgumentException(
          "memoryBytes must be at least %d, was %d".formatted(MIN_MEMORY_BYTES, memoryBytes));
    }
    this.memoryBytes = memoryBytes;
    return this;
  }

  /** How often what was appended is forced to the disk. */
  NpyWriterBuilder checkpointBytes(long checkpointBytes) {
    this.checkpointBytes = checkpointBytes;
    return this;
  }

  /**
   * Starts the file, under another name.
   *
   * @return its writer, to be closed by the caller
   * @throws IllegalArgumentException if no array has such a type and shape
   * @throws PenstockException if a .npy header cannot describe the fields (some overlap or are out
   *     of order), the file exists and must not be replaced, there is no room for it, or its
   *     directory cannot be written to
   */
  public NpyWriter open() {
    return new NpyWriter(this);
  }
}
