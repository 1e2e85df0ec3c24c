package io.penstock.array;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Checks that a layout is sound: a possible shape, sizes below 2^63, and runs inside their file.
 *
 * <p>What it owns: every comparison of a header with the size of its file, so that no format
 * forgets one. It must not allocate anything in proportion to what a file claims.
 */
final class LayoutCheck {
  private final Path path;
  private final String part;
  private final ElementType elementType;
  private final Shape shape;

  /** For the checks of one array, as its file describes it. Nothing is checked yet. */
  LayoutCheck(Path path, String part, ElementType elementType, Shape shape) {
    this.path = path;
    this.part = part;
    this.elementType = elementType;
    this.shape = shape;
  }

  /**
   * Throws PenstockException for errors of a file, IllegalArgumentException for errors of a
   * format's code.
   */
  void check(Runs runs, long[] recordStrides, long fileBytes) {
    long recordBytes = recordBytes();
    long recordCount = shape.isScalar() ? 1 : shape.dim(0);
    long dataBytes = product(recordBytes, recordCount);
    if (recordStrides.length != Math.max(0, shape.rank() - 1)
        || runs.isEmpty()
        || runs.recordCount() != recordCount) {
      throw new IllegalArgumentException(
          "expected runs and strides of shape %s, found %d runs and strides %s"
              .formatted(shape, runs.size(), Arrays.toString(recordStrides)));
    }
    long spanBytes = spanBytes(recordStrides);
    for (int run = 0; run < runs.size(); run++) {
      if (runs.strideBytes(run) < 1) {
        throw new IllegalArgumentException("expected a run forwards, found " + runs.get(run));
      }
      if (!isInside(runs, run, spanBytes, fileBytes)) {
        long bytes = runs.size() == 1 ? dataBytes : spanBytes;
        throw cutShort(runs.offsetBytes(run), bytes, fileBytes);
      }
    }
  }

  /** Throws unless a contiguous array from an offset on ends before a place in the file. */
  void checkPiece(long offsetBytes, long endBytes) {
    long dataBytes = product(recordBytes(), shape.isScalar() ? 1 : shape.dim(0));
    if (offsetBytes < 0 || offsetBytes > endBytes || dataBytes > endBytes - offsetBytes) {
      throw cutShort(offsetBytes, dataBytes, endBytes);
    }
  }

  /** Size of a record, at least 1, after all checks of the shape that do not need the file. */
  long recordBytes() {
    checkAxes();
    long[] recordShape = shape.withoutFirst().toArray();
    if (elementType.sizeBytes() == 0 || Arrays.stream(recordShape).anyMatch(size -> size == 0)) {
      throw about(
          ("expected records of at least 1 byte, found records of 0 bytes (%s of shape %s):"
                  + " there is nothing to read")
              .formatted(elementType, shape));
    }
    long bytes = elementType.sizeBytes();
    for (long size : recordShape) {
      bytes = product(bytes, size);
    }
    return bytes;
  }

  /** Size of all records, after the same checks. */
  long dataBytes() {
    long bytes = recordBytes();
    return shape.isScalar() ? bytes : product(bytes, shape.dim(0));
  }

  private void checkAxes() {
    if (shape.rank() > ArrayLayout.MAX_AXES) {
      throw about(
          "expected a shape of at most %d axes, found %d: the header is damaged or not NumPy's"
              .formatted(ArrayLayout.MAX_AXES, shape.rank()));
    }
    for (long size : shape.toArray()) {
      if (size < 0) {
        throw about(
            "expected a shape of sizes >= 0, found %d in %s: the header is damaged"
                .formatted(size, shape));
      }
    }
  }

  private long product(long bytes, long size) {
    if (size != 0 && bytes > Long.MAX_VALUE / size) {
      throw about(
          "expected an array of less than 2^63 bytes, found %s of shape %s: the header is damaged"
              .formatted(elementType, shape));
    }
    return bytes * size;
  }

  /** From the first byte of a record to its last: more than its size if there are gaps. */
  private long spanBytes(long[] recordStrides) {
    long span = elementType.sizeBytes();
    for (int axis = 0; axis < recordStrides.length; axis++) {
      long steps = product(recordStrides[axis], shape.dim(axis + 1) - 1);
      if (steps < 0 || steps > Long.MAX_VALUE - span) {
        throw cutShort(0, Long.MAX_VALUE, 0);
      }
      span += steps;
    }
    return span;
  }

  private static boolean isInside(Runs runs, int run, long spanBytes, long fileBytes) {
    long room = fileBytes - runs.offsetBytes(run);
    if (runs.offsetBytes(run) < 0 || room < 0) {
      return false;
    }
    long recordCount = runs.recordCount(run);
    if (recordCount == 0) {
      return true;
    }
    // Divided, because the product may be beyond 64 bits.
    return spanBytes <= room && recordCount - 1 <= (room - spanBytes) / runs.strideBytes(run);
  }

  private PenstockException cutShort(long offsetBytes, long dataBytes, long endBytes) {
    String problem =
        ("file is cut short: expected %d bytes of data (%s of shape %s%s) from byte %d on, found"
                + " %d: make or copy it again")
            .formatted(
                dataBytes,
                elementType,
                shape,
                of(),
                offsetBytes,
                Math.max(0, endBytes - offsetBytes));
    return PenstockException.builder(ErrorKind.WRONG_FORMAT, path + ": " + problem)
        .path(path)
        .offsetBytes(endBytes)
        .build();
  }

  private PenstockException about(String problem) {
    return PenstockException.about(
        ErrorKind.WRONG_FORMAT, path, part.isEmpty() ? problem : "'" + part + "': " + problem);
  }

  private String of() {
    return part.isEmpty() ? "" : ", '" + part + "'";
  }
}
