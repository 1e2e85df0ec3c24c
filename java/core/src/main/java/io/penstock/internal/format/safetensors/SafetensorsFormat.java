package io.penstock.internal.format.safetensors;

import io.penstock.array.Part;
import io.penstock.error.PenstockException;
import io.penstock.internal.format.ArrayFormat;
import io.penstock.internal.format.ArrayKind;
import io.penstock.internal.format.Contents;
import io.penstock.internal.format.DataType;
import io.penstock.internal.format.NpyDescr;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.format.UniqueNames;
import io.penstock.internal.format.ZipDirectory;
import io.penstock.internal.report.Excerpt;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Safetensors: the length of a header (64 bits, little-endian), the header, which is JSON with
 * dtype, shape and place of each tensor, and the elements, little-endian.
 *
 * <p>As its specification demands, tensors must follow one another without holes or overlaps up to
 * the end of the file. Types that NumPy does not have (bfloat16, 8-bit floats) are raw bytes.
 */
public final class SafetensorsFormat implements ArrayFormat {
  private static final int LENGTH_BYTES = 8;

  /** The limit of the specification; the header of a large model with 2,000 tensors has 250 kB. */
  public static final int LONGEST_HEADER_BYTES = 100_000_000;

  @Override
  public String name() {
    return "safetensors";
  }

  @Override
  public boolean recognizes(byte[] start, OpenFile file) {
    return start.length > LENGTH_BYTES
        && start[LENGTH_BYTES] == '{'
        && headerBytes(start) > 0
        && headerBytes(start) <= LONGEST_HEADER_BYTES;
  }

  private static long headerBytes(byte[] start) {
    return ZipDirectory.little(start).getLong(0);
  }

  @Override
  public Contents read(OpenFile file) {
    long headerBytes = headerBytes(file.read(0, LENGTH_BYTES, "the length of the header"));
    long dataOffset = LENGTH_BYTES + headerBytes;
    file.checkHas(LENGTH_BYTES, headerBytes, "the header of its tensors");
    List<SafetensorsHeader.TensorEntry> tensors;
    try {
      tensors = SafetensorsHeader.parse(file, LENGTH_BYTES, dataOffset);
    } catch (IllegalArgumentException e) {
      throw invalid(file, "header: " + e.getMessage(), e);
    }
    checkWithoutHoles(file, tensors, file.sizeBytes() - dataOffset);
    UniqueNames taken = new UniqueNames();
    List<String> names =
        tensors.stream().map(tensor -> taken.take(Excerpt.name(tensor.name()))).toList();
    return new Contents() {
      @Override
      public List<Part> parts() {
        return IntStream.range(0, tensors.size()).mapToObj(this::part).toList();
      }

      @Override
      public Optional<Part> find(String name) {
        int found = names.indexOf(name);
        return found < 0 ? Optional.empty() : Optional.of(part(found));
      }

      private Part part(int number) {
        return SafetensorsFormat.this.part(
            file, tensors.get(number), dataOffset, names.get(number));
      }
    };
  }

  private Part part(
      OpenFile file, SafetensorsHeader.TensorEntry tensor, long dataOffset, String name) {
    String descr = descr(tensor.dtype());
    if (descr == null) {
      return Part.refused(
          file.path(),
          name,
          "expected a dtype that is known, found '%s': it is newer than this reader"
              .formatted(Excerpt.of(tensor.dtype(), 0)));
    }
    DataType type = NpyDescr.plain(descr);
    ArrayKind kind = ArrayKind.of(type, tensor.shape(), false);
    if (kind.dataBytes() != tensor.end() - tensor.begin()) {
      throw invalid(
          file,
          "expected %d bytes for '%s' (%s of shape %s), found %d"
              .formatted(
                  kind.dataBytes(),
                  Excerpt.of(tensor.name(), 0),
                  descr,
                  Excerpt.tuple(tensor.shape()),
                  tensor.end() - tensor.begin()),
          null);
    }
    try {
      return kind.at(dataOffset + tensor.begin()).parts(file, name(), name).getFirst();
    } catch (PenstockException e) {
      return Part.refused(name, e);
    }
  }

  /** Null for types that are not known here. */
  private static String descr(String dtype) {
    return switch (dtype) {
      case "BOOL" -> "|b1";
      case "U8" -> "|u1";
      case "I8" -> "|i1";
      case "U16" -> "<u2";
      case "I16" -> "<i2";
      case "F16" -> "<f2";
      case "U32" -> "<u4";
      case "I32" -> "<i4";
      case "F32" -> "<f4";
      case "U64" -> "<u8";
      case "I64" -> "<i8";
      case "F64" -> "<f8";
      case "C64" -> "<c8";
      case "BF16" -> "|V2";
      case "F8_E4M3", "F8_E5M2", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ" -> "|V1";
      default -> null;
    };
  }

  private static void checkWithoutHoles(
      OpenFile file, List<SafetensorsHeader.TensorEntry> tensors, long dataBytes) {
    List<SafetensorsHeader.TensorEntry> sorted = new ArrayList<>(tensors);
    sorted.sort(
        Comparator.comparingLong(SafetensorsHeader.TensorEntry::begin)
            .thenComparingLong(SafetensorsHeader.TensorEntry::end));
    long end = 0;
    for (SafetensorsHeader.TensorEntry tensor : sorted) {
      if (tensor.begin() != end || tensor.end() < tensor.begin()) {
        throw invalid(
            file,
            "expected tensors without holes or overlaps, found '%s' in bytes %d to %d after %d"
                .formatted(Excerpt.of(tensor.name(), 0), tensor.begin(), tensor.end(), end),
            null);
      }
      end = tensor.end();
    }
    if (end != dataBytes) {
      throw invalid(
          file,
          "expected %d bytes of tensors, found %d: it is cut short or has more behind them"
              .formatted(end, dataBytes),
          null);
    }
  }

  private static PenstockException invalid(OpenFile file, String problem, Throwable cause) {
    return file.problem(
        "not a valid safetensors file: " + problem + ": make or copy it again", cause);
  }
}
