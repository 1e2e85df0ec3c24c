package io.penstock.array;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Objects;

/**
 * An array whose elements do not lie in the file as they are, but can be read from first to last:
 * text that encodes bytes in an old pickle, or compressed chunks. It cannot be shuffled in place;
 * {@code penstock convert} writes it out once, and the result can.
 *
 * <p>Its description is sound: no size is zero or overflows. Immutable; holds no open file.
 */
public final class StreamedArray {
  /** The source of the elements. */
  public interface StreamSource {
    /**
     * Opens a stream of the elements, from the first on.
     *
     * @return their bytes, to be closed by the caller; reading throws an {@link IOException} that
     *     says what is wrong if they are damaged
     * @throws IOException if the file cannot be opened
     */
    InputStream open() throws IOException;
  }

  private final Path path;
  private final String part;
  private final ElementType elementType;
  private final Shape shape;
  private final boolean fortranOrder;
  private final StreamSource source;
  private final long dataBytes;

  private StreamedArray(
      Path path,
      String part,
      ElementType elementType,
      Shape shape,
      boolean fortranOrder,
      StreamSource source) {
    this.path = Objects.requireNonNull(path, "path");
    this.part = Objects.requireNonNull(part, "part");
    this.elementType = Objects.requireNonNull(elementType, "elementType");
    this.shape = Objects.requireNonNull(shape, "shape");
    this.fortranOrder = fortranOrder;
    this.source = Objects.requireNonNull(source, "source");
    this.dataBytes = new LayoutCheck(path, part, elementType, shape).dataBytes();
  }

  /**
   * An array whose elements come in C order.
   *
   * @param path the file
   * @param part name of the part of the file; empty if the array is the whole file
   * @param elementType type of the elements, as delivered
   * @param shape sizes of all axes, outermost first
   * @param source of the elements
   * @return the array
   * @throws io.penstock.error.PenstockException if an array cannot have this shape
   */
  public static StreamedArray of(
      Path path, String part, ElementType elementType, Shape shape, StreamSource source) {
    return new StreamedArray(path, part, elementType, shape, false, source);
  }

  /**
   * The same array with its elements in another order.
   *
   * @param isFortran whether the first axis varies fastest in what is delivered
   * @return the array
   */
  public StreamedArray withFortranOrder(boolean isFortran) {
    return new StreamedArray(path, part, elementType, shape, isFortran, source);
  }

  /**
   * The file.
   *
   * @return its path
   */
  public Path path() {
    return path;
  }

  /**
   * Name of the part of the file.
   *
   * @return the name; empty if the array is the whole file
   */
  public String part() {
    return part;
  }

  /**
   * Type of the elements, as delivered.
   *
   * @return the type
   */
  public ElementType elementType() {
    return elementType;
  }

  /**
   * Sizes of all axes, outermost first.
   *
   * @return the shape
   */
  public Shape shape() {
    return shape;
  }

  /**
   * Whether the first axis varies fastest in what is delivered.
   *
   * @return false for C order
   */
  public boolean fortranOrder() {
    return fortranOrder;
  }

  /**
   * The source of the elements.
   *
   * @return opens them, any number of times
   */
  public StreamSource source() {
    return source;
  }

  /**
   * Size of all elements.
   *
   * @return in bytes
   */
  public long dataBytes() {
    return dataBytes;
  }

  @Override
  public String toString() {
    return "StreamedArray[%s, part='%s', %s %s]".formatted(path, part, elementType, shape);
  }
}
