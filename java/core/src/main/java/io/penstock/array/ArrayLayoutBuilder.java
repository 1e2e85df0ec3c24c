package io.penstock.array;

import io.penstock.error.PenstockException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Objects;

/**
 * Describes where an array lies, for formats; see {@link ArrayLayout#builder}.
 *
 * <p>Nothing is compared with the file before {@link #build}. Not thread-safe.
 */
public final class ArrayLayoutBuilder {
  final Path path;
  final ElementType elementType;
  final Shape shape;
  String part = "";
  String format = "raw";
  boolean fortranOrder;
  Runs runs = Runs.copyOf(List.of());
  long[] recordStrides = {};
  List<Field> fields = List.of();
  long fileBytes;
  FileTime modified = FileTime.fromMillis(0);

  ArrayLayoutBuilder(Path path, ElementType elementType, Shape shape) {
    this.path = Objects.requireNonNull(path, "path");
    this.elementType = Objects.requireNonNull(elementType, "elementType");
    this.shape = Objects.requireNonNull(shape, "shape");
  }

  /**
   * Sets the name of the part of the file; the array is the whole file unless set.
   *
   * @param part as in {@code FILE#PART}
   * @return this
   */
  public ArrayLayoutBuilder part(String part) {
    this.part = Objects.requireNonNull(part, "part");
    return this;
  }

  /**
   * Sets the name of the format; "raw" unless set.
   *
   * @param format such as "npy"
   * @return this
   */
  public ArrayLayoutBuilder format(String format) {
    this.format = Objects.requireNonNull(format, "format");
    return this;
  }

  /**
   * Sets the order that the file states; C order unless set.
   *
   * @param isFortran whether the first axis varies fastest
   * @return this
   */
  public ArrayLayoutBuilder fortranOrder(boolean isFortran) {
    this.fortranOrder = isFortran;
    return this;
  }

  /**
   * Sets where the records lie.
   *
   * @param runs in index order, at least one; many are best given as {@link Runs}
   * @return this
   */
  public ArrayLayoutBuilder runs(List<ArrayLayout.Run> runs) {
    this.runs = Runs.copyOf(runs);
    return this;
  }

  /**
   * Sets how far apart the elements of a record lie; must be set if a record has axes.
   *
   * @param strides distance in bytes between neighbours along each axis of a record
   * @return this
   */
  public ArrayLayoutBuilder recordStrides(long... strides) {
    this.recordStrides = strides.clone();
    return this;
  }

  /**
   * Sets the fields of a structured type; there are none unless set.
   *
   * @param fields of an element
   * @return this
   */
  public ArrayLayoutBuilder fields(List<Field> fields) {
    this.fields = List.copyOf(fields);
    return this;
  }

  /**
   * Sets what the file was when it was opened.
   *
   * @param bytes its size
   * @param modified when it was last modified
   * @return this
   */
  public ArrayLayoutBuilder file(long bytes, FileTime modified) {
    this.fileBytes = bytes;
    this.modified = Objects.requireNonNull(modified, "modified");
    return this;
  }

  /**
   * Size of a record, after all checks of the shape that do not need the file.
   *
   * @return in bytes, at least 1
   * @throws PenstockException if no array can have this shape
   */
  public long recordBytes() {
    return check().recordBytes();
  }

  /**
   * Refuses a contiguous array that does not end before a place in the file. For arrays inside a
   * part of a file, which must not reach into the next.
   *
   * @param offsetBytes where it begins in the file
   * @param endBytes where it has to end at the latest
   * @throws PenstockException if it does not, or no array can have this shape
   */
  public void checkEnds(long offsetBytes, long endBytes) {
    check().checkPiece(offsetBytes, endBytes);
  }

  LayoutCheck check() {
    return new LayoutCheck(path, part, elementType, shape);
  }

  /**
   * The layout.
   *
   * @return an immutable value
   * @throws PenstockException if the array cannot be in this file, or has no records to address
   * @throws IllegalArgumentException if runs and strides are not those of the shape
   */
  public ArrayLayout build() {
    return new ArrayLayout(this);
  }
}
