package io.penstock.format;

import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.internal.format.RawArray;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * What is in a file without a header: elements of one type, one after another, after any number of
 * other bytes.
 *
 * <pre>{@code
 * Source.of(path).raw(RawLayout.of(ElementType.UINT8, 28, 28).skipBytes(16))
 * }</pre>
 *
 * <p>Immutable.
 */
public final class RawLayout {
  private final ElementType type;
  private final Shape recordShape;
  private final OptionalLong recordCount;
  private final long skipBytes;

  private RawLayout(ElementType type, Shape recordShape, OptionalLong recordCount, long skipBytes) {
    this.type = type;
    this.recordShape = recordShape;
    this.recordCount = recordCount;
    this.skipBytes = skipBytes;
    text(); // Checks them.
  }

  /**
   * As many records as there are until the end of the file.
   *
   * @param type of each element, with its byte order
   * @param recordShape sizes of the axes of one record, outermost first, each at least 1; none if
   *     each element is a record
   * @return the description
   * @throws IllegalArgumentException if there is no such shape
   */
  public static RawLayout of(ElementType type, long... recordShape) {
    return new RawLayout(type, Shape.of(recordShape), OptionalLong.empty(), 0);
  }

  /**
   * Says where the first record starts.
   *
   * @param bytes from the start of the file, at least 0; 0 unless said
   * @return a description with it
   * @throws IllegalArgumentException if it is negative
   */
  public RawLayout skipBytes(long bytes) {
    return new RawLayout(type, recordShape, recordCount, bytes);
  }

  /**
   * Says how many records there are, so that other bytes may follow.
   *
   * @param count at least 0
   * @return a description with it
   * @throws IllegalArgumentException if it is negative
   */
  public RawLayout recordCount(long count) {
    if (count < 0) {
      throw new IllegalArgumentException("recordCount must be at least 0, was " + count);
    }
    return new RawLayout(type, recordShape, OptionalLong.of(count), skipBytes);
  }

  /** As it is typed on the command line. */
  String text() {
    List<Long> shape = new ArrayList<>();
    shape.add(recordCount.orElse(RawArray.AS_MANY_AS_THERE_ARE));
    shape.addAll(recordShape.toList());
    return RawArray.part(type, shape, skipBytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RawLayout that && text().equals(that.text());
  }

  @Override
  public int hashCode() {
    return text().hashCode();
  }

  @Override
  public String toString() {
    return text();
  }
}
