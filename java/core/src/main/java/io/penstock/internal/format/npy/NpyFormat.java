package io.penstock.internal.format.npy;

import io.penstock.array.Part;
import io.penstock.error.PenstockException;
import io.penstock.internal.format.ArrayFormat;
import io.penstock.internal.format.Contents;
import io.penstock.internal.format.DataType;
import io.penstock.internal.format.NpyDescr;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.format.PythonLiteral;
import io.penstock.internal.format.StoredArray;
import io.penstock.internal.report.Excerpt;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * NumPy's own format, versions 1.0, 2.0 and 3.0 (numpy/lib/format: "NPY format").
 *
 * <p>A file is the magic string, two bytes of version, the length of the header (16 bits in version
 * 1, 32 bits since), the header - a Python dictionary with the keys descr, fortran_order and shape,
 * in Latin-1, or UTF-8 in version 3 - and the elements. Bytes after the last element are ignored,
 * as NumPy does. Stricter than NumPy where NumPy's {@code literal_eval} accepts more than any
 * writer produces (see PythonLiteral). It must not accept what NumPy refuses.
 */
public final class NpyFormat implements ArrayFormat {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  /** Magic, version, and a length of 16 or 32 bits. */
  private static final int LENGTH_OFFSET = 8;

  /**
   * Longest header that is read, in bytes. NumPy's limit is 10,000 characters because its parser,
   * which is Python's, can exhaust the stack or take very long; ours is linear and of bounded
   * depth. Structured types with thousands of fields, for which version 2.0 was made, are longer
   * than 64 KiB; a limit of 1 MiB lets messages name them, and keeps what a hostile file can make
   * us allocate below some 30 MiB.
   */
  public static final int MAX_HEADER_BYTES = 1 << 20;

  private static final Set<String> KEYS = Set.of("descr", "fortran_order", "shape");

  @Override
  public String name() {
    return "npy";
  }

  @Override
  public boolean recognizes(byte[] start, OpenFile file) {
    return start.length >= MAGIC.length
        && Arrays.equals(start, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
  }

  @Override
  public Contents read(OpenFile file) {
    List<Part> parts = array(file).parts(file, name(), "");
    return () -> parts;
  }

  /** The array that a file or a member of an archive holds. */
  public static StoredArray array(OpenFile file) {
    int version = version(file);
    int lengthBytes = version == 1 ? 2 : 4;
    long headerBytes = headerBytes(file, lengthBytes);
    int headerOffset = LENGTH_OFFSET + lengthBytes;
    byte[] header = file.read(headerOffset, (int) headerBytes, "a .npy header");
    long dataOffset = headerOffset + headerBytes;
    try {
      Map<String, PythonLiteral.Value> entries = entries(file, header, version);
      DataType type = type(file, entries.get("descr"));
      List<Long> shape = shape(file, entries.get("shape"));
      boolean isFortran = fortranOrder(file, entries.get("fortran_order"));
      return StoredArray.of(type, shape, isFortran, dataOffset);
    } catch (PenstockException e) {
      throw NpyAsRaw.wayOut(e, file, header, dataOffset);
    }
  }

  private static int version(OpenFile file) {
    byte[] version = file.read(MAGIC.length, 2, "the version of the .npy format");
    int major = version[0] & 0xff;
    int minor = version[1] & 0xff;
    if (major < 1 || major > 3 || minor != 0) {
      throw file.problem(
          ("expected version 1.0, 2.0 or 3.0 of the .npy format, found %d.%d: the file is"
                  + " damaged, or newer than this reader")
              .formatted(major, minor));
    }
    return major;
  }

  private static long headerBytes(OpenFile file, int lengthBytes) {
    ByteBuffer length =
        ByteBuffer.wrap(file.read(LENGTH_OFFSET, lengthBytes, "the length of a .npy header"))
            .order(ByteOrder.LITTLE_ENDIAN);
    long bytes =
        lengthBytes == 2
            ? Short.toUnsignedInt(length.getShort())
            : Integer.toUnsignedLong(length.getInt());
    if (bytes > MAX_HEADER_BYTES) {
      throw file.problem(
          ("expected a header of at most %d bytes, found a length of %d: the file is damaged, or"
                  + " its structured type has too many fields")
              .formatted(MAX_HEADER_BYTES, bytes));
    }
    return bytes;
  }

  private static Map<String, PythonLiteral.Value> entries(
      OpenFile file, byte[] header, int version) {
    Charset charset = version == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1;
    Map<String, PythonLiteral.Value> entries;
    try {
      // Not new String(...): that would replace invalid bytes instead of reporting them.
      String source = charset.newDecoder().decode(ByteBuffer.wrap(header)).toString();
      entries = PythonLiteral.dictionary(source, version < 3);
    } catch (CharacterCodingException e) {
      throw invalid(file, "expected UTF-8 text in the header, found other bytes", e);
    } catch (PythonLiteral.SyntaxException e) {
      throw invalid(file, "header: " + e.getMessage(), e);
    }
    if (!entries.keySet().equals(KEYS)) {
      String found = Excerpt.of(new TreeSet<>(entries.keySet()).toString(), 0);
      throw invalid(
          file,
          "expected the keys " + new TreeSet<>(KEYS) + " in the header, found " + found,
          null);
    }
    return entries;
  }

  private static DataType type(OpenFile file, PythonLiteral.Value descr) {
    if (descr instanceof PythonLiteral.Sequence sequence && sequence.isTuple()) {
      throw file.problem(
          "sub-array dtypes are not supported: expected a dtype such as '<f4', found a tuple: save"
              + " the array with these axes in its shape");
    }
    DataType type;
    try {
      type = NpyDescr.type(descr);
    } catch (IllegalArgumentException e) {
      throw invalid(file, "descr: " + e.getMessage(), e);
    }
    if (type.hasObjects()) {
      throw file.problem(
          "object dtypes are not supported: expected elements of fixed size, found pickled Python"
              + " objects (descr 'O'): save the array with a numeric or fixed-width dtype, or"
              + " arrays of different lengths as one array of their values and one of offsets");
    }
    return type;
  }

  private static List<Long> shape(OpenFile file, PythonLiteral.Value value) {
    if (!(value instanceof PythonLiteral.Sequence sequence) || !sequence.isTuple()) {
      throw invalid(file, "expected a tuple as shape in the header, found another value", null);
    }
    List<Long> shape = new ArrayList<>();
    for (PythonLiteral.Value item : sequence.items()) {
      if (!(item instanceof PythonLiteral.Int size)) {
        throw invalid(file, "expected whole numbers in the shape, found another value", null);
      }
      shape.add(size.value());
    }
    return shape;
  }

  private static boolean fortranOrder(OpenFile file, PythonLiteral.Value value) {
    if (!(value instanceof PythonLiteral.Bool truth)) {
      throw invalid(file, "expected True or False as fortran_order, found another value", null);
    }
    return truth.value();
  }

  private static PenstockException invalid(OpenFile file, String problem, Throwable cause) {
    return file.problem(
        "not a valid .npy file: " + problem + ": write it again with numpy.save", cause);
  }
}
