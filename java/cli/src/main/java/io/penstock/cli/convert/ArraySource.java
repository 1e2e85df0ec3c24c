package io.penstock.cli.convert;

import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import java.lang.foreign.MemorySegment;

/** Records of one element, from memory. */
final class ArraySource implements RecordSource {
  private final ElementType type;
  private final MemorySegment elements;
  private boolean isDone;

  ArraySource(ElementType type, MemorySegment elements) {
    this.type = type;
    this.elements = elements;
  }

  @Override
  public ElementType elementType() {
    return type;
  }

  @Override
  public Shape recordShape() {
    return Shape.SCALAR;
  }

  @Override
  public long recordCount() {
    return elements.byteSize() / type.sizeBytes();
  }

  @Override
  public String identity() {
    return "memory";
  }

  @Override
  public MemorySegment next() {
    if (isDone || elements.byteSize() == 0) {
      return null;
    }
    isDone = true;
    return elements;
  }

  @Override
  public void close() {}
}
