package io.penstock.bench.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The header of a {@code .npy} file, as {@code numpy.save} writes it. */
public final class RecordFileHeader {
  /** NumPy pads a short header to so much. */
  public static final int BYTES = 128;

  private RecordFileHeader() {}

  /** Magic, version 1.0, length of what follows, and a dictionary padded to end at 128. */
  public static byte[] of(String type, long... shape) {
    String sizes = Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining(", "));
    String dictionary =
        "{'descr': '%s', 'fortran_order': False, 'shape': (%s%s), }"
            .formatted(type, sizes, shape.length == 1 ? "," : "");
    byte[] header = new byte[BYTES];
    ByteBuffer.wrap(header)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put((byte) 0x93)
        .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
        .put((byte) 1)
        .put((byte) 0)
        .putShort((short) (BYTES - 10))
        .put(dictionary.getBytes(StandardCharsets.US_ASCII))
        .put(" ".repeat(BYTES - 11 - dictionary.length()).getBytes(StandardCharsets.US_ASCII))
        .put((byte) '\n');
    return header;
  }
}
