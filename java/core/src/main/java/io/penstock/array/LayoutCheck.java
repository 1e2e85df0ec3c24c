package io.penstock.array;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

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
  void check(List<ArrayLayout.Run> runs, List<Long> recordStrides, long fileBytes) {
    long recordBytes = recordBytes();
    long recordCount = shape.isScalar() ? 1 : shape.dim(0);
    long dataBytes = product(recordBytes, recordCount);
    if (recordStrides.size() != Math.max(0, shape.rank() - 1)
        || runs.stream().mapToLong(ArrayLayout.Run::recordCount).sum() != recordCount) {
      throw new IllegalArgumentException(
          "expected runs and strides of shape %s, found %d runs and strides %s"
              .formatted(shape, runs.size(), recordStrides));
    }
    long spanBytes = spanBytes(recordStrides);
    for (ArrayLayout.Run run : runs) {
      if (run.recordCount() < 0 || run.strideBytes() < 1) {
        throw new IllegalArgumentException("expected a run forwards, found " + run);
      }
      if (!isInside(run, spanBytes, fileBytes)) {
        throw cutShort(run.offsetBytes(), runs.size() == 1 ? dataBytes : spanBytes, fileBytes);
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
  private long spanBytes(List<Long> recordStrides) {
    long span = elementType.sizeBytes();
    for (int axis = 0; axis < recordStrides.size(); axis++) {
      long steps = product(recordStrides.get(axis), shape.dim(axis + 1) - 1);
      if (steps < 0 || steps > Long.MAX_VALUE - span) {
        throw cutShort(0, Long.MAX_VALUE, 0);
      }
      span += steps;
    }
    return span;
  }

  private static boolean isInside(ArrayLayout.Run run, long spanBytes, long fileBytes) {
    long room = fileBytes - run.offsetBytes();
    if (run.offsetBytes() < 0 || room < 0) {
      return false;
    }
    if (run.recordCount() == 0) {
      return true;
    }
    // Divided, because the product may be beyond 64 bits.
    return spanBytes <= room && run.recordCount() - 1 <= (room - spanBytes) / run.strideBytes();
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
