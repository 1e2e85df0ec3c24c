package io.penstock.cli.convert;

import io.penstock.array.ArrayLayout;
import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Decodes files that are a record each: a small .npy, or the bytes of any file. A file that differs
 * from the first one in type or shape is an error that names it.
 */
final class BytesDecoder implements FolderRecordSource.Decoder {
  private final Path first;
  private final boolean isArray;
  private final ElementType type;
  private final Shape shape;
  private final long bytes;

  private BytesDecoder(Path first, boolean isArray, ElementType type, Shape shape, long bytes) {
    this.first = first;
    this.isArray = isArray;
    this.type = type;
    this.shape = shape;
    this.bytes = bytes;
    if (bytes == 0) {
      throw PenstockException.about(
          ErrorKind.WRONG_FORMAT, first, "expected a record of at least one byte, found none");
    }
  }

  /** Decodes small .npy files. */
  static BytesDecoder ofArrays(Path first) {
    ArrayLayout layout = array(first);
    return new BytesDecoder(first, true, layout.elementType(), layout.shape(), layout.dataBytes());
  }

  /** Takes the bytes of any files. */
  static BytesDecoder ofBytes(Path first) {
    long bytes = SourceFile.of(first).sizeBytes();
    return new BytesDecoder(first, false, ElementType.UINT8, Shape.of(bytes), bytes);
  }

  private static ArrayLayout array(Path file) {
    ArrayLayout layout = Formats.open(file);
    if (!layout.isContiguous()) {
      throw PenstockException.about(
          ErrorKind.UNSUPPORTED,
          file,
          "expected a record in C order, found one in Fortran order: write it in C order");
    }
    return layout;
  }

  @Override
  public ElementType elementType() {
    return type;
  }

  @Override
  public Shape recordShape() {
    return shape;
  }

  @Override
  public void decode(Path file, MemorySegment into) throws IOException {
    long offset = 0;
    if (isArray) {
      ArrayLayout layout = array(file);
      if (!layout.elementType().equals(type) || !layout.shape().equals(shape)) {
        throw differs(file, layout.elementType() + " " + layout.shape());
      }
      offset = layout.dataOffset();
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      if (!isArray && channel.size() != bytes) {
        throw differs(file, channel.size() + " bytes");
      }
      ByteBuffer buffer = into.asByteBuffer();
      while (buffer.hasRemaining()) {
        if (channel.read(buffer, offset + buffer.position()) < 0) {
          throw differs(file, "fewer bytes while it was read");
        }
      }
    }
  }

  private PenstockException differs(Path file, String found) {
    return PenstockException.about(
        ErrorKind.MISMATCH,
        file,
        "expected a record of %s %s as in %s, found %s: all files must be alike"
            .formatted(type, shape, first, found));
  }
}
