package io.penstock.internal.format.vecs;

import io.penstock.array.ElementType;
import io.penstock.array.Part;
import io.penstock.internal.format.ArrayFormat;
import io.penstock.internal.format.Contents;
import io.penstock.internal.format.DataType;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.format.StoredArray;
import io.penstock.internal.format.Strides;
import io.penstock.internal.format.ZipDirectory;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Vectors in files without a magic number, which only their names and their structure tell.
 *
 * <p>{@code .fvecs}, {@code .ivecs}, {@code .bvecs}: each vector is its dimension (32 bits) and as
 * many numbers. {@code .fbin}, {@code .ibin}, {@code .u8bin}, {@code .i8bin}: the number of vectors
 * and their dimension (32 bits each), and then all vectors. All is little-endian.
 *
 * <p>What it owns: that a name alone proves nothing. The size of the file must be that of whole
 * vectors, and the dimension must be the same in the first, the last, and {@value #SAMPLES} others;
 * the rest is not looked at, as that would read the whole file.
 */
public final class VecsFormat implements ArrayFormat {
  private static final int SAMPLES = 30;
  private static final int MAX_DIMENSION = 1 << 24;

  /**
   * What a name says.
   *
   * @param suffix of the name, in lower case
   * @param descr of the numbers
   * @param isWithHeader whether the dimension is at the beginning of the file only
   */
  private record Kind(String suffix, String descr, boolean isWithHeader) {
    ElementType type() {
      return ElementType.parse(descr);
    }
  }

  private static final List<Kind> KINDS =
      List.of(
          new Kind(".fvecs", "<f4", false),
          new Kind(".ivecs", "<i4", false),
          new Kind(".bvecs", "|u1", false),
          new Kind(".fbin", "<f4", true),
          new Kind(".ibin", "<i4", true),
          new Kind(".u8bin", "|u1", true),
          new Kind(".i8bin", "|i1", true));

  @Override
  public String name() {
    return "vecs";
  }

  private static Optional<Kind> kindOf(OpenFile file) {
    String name = String.valueOf(file.path().getFileName()).toLowerCase(Locale.ROOT);
    return KINDS.stream().filter(kind -> name.endsWith(kind.suffix())).findFirst();
  }

  /** The first bytes may be anything, so name and structure must agree. */
  @Override
  public boolean recognizes(byte[] start, OpenFile file) {
    return kindOf(file).map(kind -> problem(file, kind).isEmpty()).orElse(false);
  }

  @Override
  public Optional<String> damage(OpenFile file) {
    return kindOf(file)
        .flatMap(kind -> problem(file, kind))
        .map(
            problem ->
                problem
                    + ": make or copy it again, or name the type of raw elements, as in %s"
                        .formatted(file.path().getFileName() + "#raw:float32"));
  }

  private static Optional<String> problem(OpenFile file, Kind kind) {
    return kind.isWithHeader() ? problemWithHeader(file, kind) : problemOfEach(file, kind);
  }

  private static Optional<String> problemWithHeader(OpenFile file, Kind kind) {
    if (file.sizeBytes() < 8) {
      return Optional.of(
          "expected a %s of 8 bytes at least, found %d".formatted(kind.suffix(), file.sizeBytes()));
    }
    ByteBuffer header = ZipDirectory.little(file.read(0, 8, "the header"));
    long count = Integer.toUnsignedLong(header.getInt(0));
    int dimension = header.getInt(4);
    long expected = 8 + count * dimension * kind.type().sizeBytes();
    return isDimension(dimension) && expected == file.sizeBytes()
        ? Optional.empty()
        : Optional.of(
            "expected a %s of %d vectors of dimension %d in %d bytes, found %d bytes"
                .formatted(kind.suffix(), count, dimension, expected, file.sizeBytes()));
  }

  private static boolean isDimension(int dimension) {
    return dimension >= 1 && dimension <= MAX_DIMENSION;
  }

  private static Optional<String> problemOfEach(OpenFile file, Kind kind) {
    if (file.sizeBytes() == 0) {
      return Optional.of("expected vectors in a " + kind.suffix() + ", found an empty file");
    }
    int dimension = file.sizeBytes() < 4 ? 0 : dimensionAt(file, 0);
    if (!isDimension(dimension)) {
      return Optional.of(
          "expected a %s that begins with a dimension of 1 to %d, found %d"
              .formatted(kind.suffix(), MAX_DIMENSION, dimension));
    }
    long strideBytes = strideBytes(kind, dimension);
    if (file.sizeBytes() % strideBytes != 0) {
      return Optional.of(
          "expected a %s of vectors of %d bytes each (dimension %d), found %d bytes, no multiple"
              .formatted(kind.suffix(), strideBytes, dimension, file.sizeBytes()));
    }
    long count = file.sizeBytes() / strideBytes;
    for (int i = 1; i <= SAMPLES + 1; i++) {
      long at = (count - 1) * i / (SAMPLES + 1); // All of them, if there are few.
      int found = dimensionAt(file, at * strideBytes);
      if (found != dimension) {
        return Optional.of(
            "expected vectors of one dimension in a %s, found dimension %d in the first and %d in that at byte %d"
                .formatted(kind.suffix(), dimension, found, at * strideBytes));
      }
    }
    return Optional.empty();
  }

  private static int dimensionAt(OpenFile file, long offset) {
    return ZipDirectory.little(file.read(offset, 4, "a dimension")).getInt(0);
  }

  private static long strideBytes(Kind kind, int dimension) {
    return 4 + (long) dimension * kind.type().sizeBytes();
  }

  @Override
  public Contents read(OpenFile file) {
    Kind kind = kindOf(file).orElseThrow();
    Part part = kind.isWithHeader() ? withHeader(file, kind) : each(file, kind);
    return () -> List.of(part);
  }

  private Part withHeader(OpenFile file, Kind kind) {
    ByteBuffer header = ZipDirectory.little(file.read(0, 8, "the header"));
    List<Long> shape = List.of(Integer.toUnsignedLong(header.getInt(0)), (long) header.getInt(4));
    return StoredArray.of(new DataType.Plain(kind.type()), shape, false, 8)
        .parts(file, name(), "")
        .getFirst();
  }

  private Part each(OpenFile file, Kind kind) {
    int dimension = dimensionAt(file, 0);
    long strideBytes = strideBytes(kind, dimension);
    long count = file.sizeBytes() / strideBytes;
    DataType type = new DataType.Plain(kind.type());
    Strides strides = Strides.of(strideBytes, type.itemBytes());
    return new StoredArray(type, List.of(count, (long) dimension), strides, false, 4)
        .parts(file, name(), "")
        .getFirst();
  }
}
