package io.penstock.cli.convert;

import io.penstock.array.ElementType;
import java.lang.foreign.MemorySegment;
import java.util.List;

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
  public List<Long> recordShape() {
    return List.of();
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
