package io.penstock.cli.convert;

import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Casts the elements of another source. */
public final class CastSource implements RecordSource {
  private final RecordSource source;
  private final ElementType type;
  private final Cast cast;
  private final boolean isLossy;
  private final Arena arena = Arena.ofShared();
  private MemorySegment buffer = MemorySegment.NULL;
  private long records;

  private CastSource(RecordSource source, ElementType type, boolean isLossy) {
    this.source = source;
    this.type = type;
    this.isLossy = isLossy;
    this.cast = Cast.of(source.elementType(), type, isLossy);
  }

  /**
   * Casts.
   *
   * @param source of the records; closed with the result
   * @param type to have; null for that of the source
   * @param isLossy whether values may change; otherwise a value that would is an error
   * @return the source itself if it has this type
   * @throws IllegalArgumentException if there is no such cast
   */
  public static RecordSource of(RecordSource source, ElementType type, boolean isLossy) {
    return type == null || type.equals(source.elementType())
        ? source
        : new CastSource(source, type, isLossy);
  }

  @Override
  public ElementType elementType() {
    return type;
  }

  @Override
  public Shape recordShape() {
    return source.recordShape();
  }

  @Override
  public long recordCount() {
    return source.recordCount();
  }

  @Override
  public String identity() {
    return "%s as %s lossy=%s".formatted(source.identity(), type, isLossy);
  }

  @Override
  public MemorySegment next() throws IOException {
    MemorySegment from = source.next();
    if (from == null) {
      return null;
    }
    long count = from.byteSize() / source.recordBytes();
    long bytes = count * recordBytes();
    if (buffer.byteSize() < bytes) {
      buffer = arena.allocate(bytes, Long.BYTES);
    }
    MemorySegment to = buffer.asSlice(0, bytes);
    Cast.Loss loss = cast.run(from, to);
    if (loss != null) {
      long perRecord = source.recordBytes() / source.elementType().sizeBytes();
      throw new PenstockException(
          ErrorKind.UNSUPPORTED,
          "record %d: expected elements that are the same as %s, found %s: allow --lossy, or choose another --dtype"
              .formatted(records + loss.element() / perRecord, type, loss.value()));
    }
    records += count;
    return to;
  }

  @Override
  public void close() throws IOException {
    arena.close();
    source.close();
  }
}
