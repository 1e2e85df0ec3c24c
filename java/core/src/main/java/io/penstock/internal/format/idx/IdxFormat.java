package io.penstock.internal.format.idx;

import io.penstock.array.ArrayLayout;
import io.penstock.array.Part;
import io.penstock.internal.format.ArrayFormat;
import io.penstock.internal.format.Contents;
import io.penstock.internal.format.DataType;
import io.penstock.internal.format.NpyDescr;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.format.StoredArray;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The format of the MNIST files: two zero bytes, a type, the number of axes, their sizes as 32-bit
 * big-endian numbers, and the elements, big-endian too.
 *
 * <p>Four bytes are too few to recognise a format, so the file must also end where the array does.
 */
public final class IdxFormat implements ArrayFormat {
  private static final int MAGIC_BYTES = 4;

  @Override
  public String name() {
    return "idx";
  }

  @Override
  public boolean recognizes(byte[] start, OpenFile file) {
    return start.length >= MAGIC_BYTES
        && start[0] == 0
        && start[1] == 0
        && descr(start[2]) != null
        && start[3] >= 1
        && start[3] <= ArrayLayout.MAX_AXES;
  }

  /** Null for unknown codes. */
  private static String descr(byte code) {
    return switch (code) {
      case 0x08 -> "|u1";
      case 0x09 -> "|i1";
      case 0x0b -> ">i2";
      case 0x0c -> ">i4";
      case 0x0d -> ">f4";
      case 0x0e -> ">f8";
      default -> null;
    };
  }

  @Override
  public Contents read(OpenFile file) {
    byte[] magic = file.read(0, MAGIC_BYTES, "the start of an IDX file");
    ByteBuffer sizes =
        ByteBuffer.wrap(file.read(MAGIC_BYTES, 4 * magic[3], "the sizes of an IDX file"));
    List<Long> shape = new ArrayList<>();
    while (sizes.hasRemaining()) {
      shape.add(Integer.toUnsignedLong(sizes.getInt()));
    }
    long dataOffset = MAGIC_BYTES + 4L * magic[3];
    DataType type = NpyDescr.plain(descr(magic[2]));
    List<Part> parts = StoredArray.of(type, shape, false, dataOffset).parts(file, name(), "");
    long endOffset = dataOffset + parts.getFirst().layout().dataBytes();
    if (endOffset != file.sizeBytes()) {
      throw file.problemAt(
          endOffset,
          ("expected an IDX file that ends with its array at byte %d, found %d bytes: it is"
                  + " damaged or of another format, which can be read as raw elements")
              .formatted(endOffset, file.sizeBytes()));
    }
    return () -> parts;
  }
}
