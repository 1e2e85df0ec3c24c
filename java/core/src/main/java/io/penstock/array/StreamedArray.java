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
 *
 * @param path the file
 * @param part name of the part of the file
 * @param elementType type of the elements, as delivered
 * @param shape sizes of all axes, outermost first
 * @param fortranOrder whether the first axis varies fastest in what is delivered
 * @param source of the elements
 */
public record StreamedArray(
    Path path,
    String part,
    ElementType elementType,
    Shape shape,
    boolean fortranOrder,
    Source source) {

  /** The source of the elements. */
  public interface Source {
    /**
     * Opens a stream of the elements, from the first on.
     *
     * @return their bytes, to be closed by the caller; reading throws an {@link IOException} that
     *     says what is wrong if they are damaged
     * @throws IOException if the file cannot be opened
     */
    InputStream open() throws IOException;
  }

  /**
   * Checks the shape.
   *
   * @throws io.penstock.error.PenstockException if an array cannot have it
   */
  public StreamedArray {
    Objects.requireNonNull(path, "path");
    Objects.requireNonNull(part, "part");
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(shape, "shape");
    new LayoutCheck(path, part, elementType, shape).dataBytes();
  }

  /**
   * Size of all elements.
   *
   * @return in bytes
   */
  public long dataBytes() {
    return new LayoutCheck(path, part, elementType, shape).dataBytes();
  }
}
