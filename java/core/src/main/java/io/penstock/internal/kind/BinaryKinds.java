package io.penstock.internal.kind;

import io.penstock.array.ArrayLayout;
import io.penstock.internal.format.ZipDirectory;
import io.penstock.internal.format.safetensors.SafetensorsFormat;
import io.penstock.internal.kind.FileKind.Content;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Recognises binary formats by their first bytes, or by their headers if these can be checked.
 *
 * <p>What it owns: the table of magic numbers. An entry that is short, or that other files may
 * begin with, needs a check of its own, so that raw elements are rarely mistaken for a format.
 */
final class BinaryKinds {
  private static final String COLUMN = "name a column as FILE#NAME";
  private static final String SAVE = "write its arrays with numpy.save";
  private static final String PICTURE =
      "images are records of a folder: name the folder; JPEG and PNG are decoded by 'penstock"
          + " convert FOLDER DST.npy', others by Pillow and numpy.save";
  private static final String OTHER = "name a file of arrays";

  /** Bytes at a place. */
  private record Magic(int offset, String bytes, FileKind kind) {
    boolean isIn(byte[] start) {
      return matches(start, offset, bytes);
    }
  }

  private static final List<Magic> MAGICS =
      List.of(
          arrays(0, "934e554d5059", "a .npy file"),
          arrays(0, "4d4d494449445800", "an index of token data (.idx)"),
          at(
              0,
              "544e544944580000",
              Content.ARRAYS,
              "an index of token data of fairseq's old format (TNTIDX)",
              "write the tokens as raw elements or with numpy.save"),
          // An HDF5 file may begin with a user block of such a size.
          hdf5(0),
          hdf5(512),
          hdf5(1024),
          hdf5(2048),
          model(0, "80028a0a6cfc9c46f9206aa850192e", pyTorch()),
          image(0, "89504e470d0a1a0a", "a PNG image"),
          image(0, "ffd8ff", "a JPEG image"),
          image(0, "474946383761", "a GIF image"),
          image(0, "474946383961", "a GIF image"),
          image(0, "49492a00", "a TIFF image"),
          image(0, "4d4d002a", "a TIFF image"),
          image(0, "49492b000800", "a TIFF image"),
          image(0, "4d4d002b0008", "a TIFF image"),
          image(8, "57454250", "a WebP image"),
          image(0, "38425053", "a Photoshop image"),
          image(0, "0000000c6a5020200d0a870a", "a JPEG 2000 image"),
          image(0, "ff4fff51", "a JPEG 2000 image"),
          image(0, "0000000c4a584c200d0a870a", "a JPEG XL image"),
          image(4, "6674797061766966", "an AVIF image"),
          image(4, "6674797068656963", "a HEIC image"),
          image(0, "762f3101", "an OpenEXR image"),
          image(0, "716f6966", "a QOI image"),
          at(8, "57415645", Content.MEDIA, "a WAV file", "decode it, and write it with numpy.save"),
          at(0, "664c6143", Content.MEDIA, "a FLAC file", "decode it, and use numpy.save"),
          at(0, "4f676753", Content.MEDIA, "an Ogg file", "decode it, and use numpy.save"),
          at(0, "494433", Content.MEDIA, "an MP3 file", "decode it, and use numpy.save"),
          at(4, "66747970", Content.MEDIA, "an MP4 video", "decode it, and use numpy.save"),
          at(0, "1a45dfa3", Content.MEDIA, "a Matroska video", "decode it, and use numpy.save"),
          at(8, "41564920", Content.MEDIA, "an AVI video", "decode it, and use numpy.save"),
          records(
              0,
              "50415231",
              "a Parquet file",
              "add io.penstock:penstock-parquet to the class path, and write its columns out with"
                  + " 'penstock convert'"),
          at(0, "4152524f5731", Content.ARRAYS, "an Arrow (Feather) file", COLUMN),
          records(0, "46454131", "a Feather file", columns("feather.read_table(FILE)")),
          records(0, "4f5243", "an ORC file", columns("pyarrow.orc.read_table(FILE)")),
          records(0, "4f626a01", "an Avro file", SAVE),
          records(0, "0a23d7ce", "a RecordIO file of MXNet", SAVE),
          records(0, "83af70d10d884a3f", "a Riegeli (ArrayRecord) file", SAVE),
          records(0, "43444601", "a NetCDF file", SAVE),
          records(0, "43444602", "a NetCDF file", SAVE),
          records(0, "43444605", "a NetCDF file", SAVE),
          records(0, "4d41544c414220352e30", "a MATLAB 5 file", SAVE + " (scipy.io.loadmat)"),
          records(0, "524458320a", "an R data file", SAVE),
          records(0, "524458330a", "an R data file", SAVE),
          records(0, "53494d504c4520203d", "a FITS file", SAVE + " (astropy.io.fits)"),
          records(344, "6e2b3100", "a NIfTI image", SAVE + " (nibabel)"),
          records(128, "4449434d", "a DICOM image", SAVE + " (pydicom)"),
          records(0, "53514c69746520666f726d6174203300", "an SQLite database", SAVE),
          records(16, "dec0efbe", "an LMDB database", SAVE),
          model(0, "47475546", new FileKind("a GGUF model", Content.MODEL, SAVE)),
          model(4, "54464c33", new FileKind("a TensorFlow Lite model", Content.MODEL, SAVE)),
          at(0, "25504446", Content.DOCUMENT, "a PDF document", OTHER),
          at(0, "7f454c46", Content.DOCUMENT, "a program (ELF)", OTHER),
          at(0, "cafebabe", Content.DOCUMENT, "a class of Java", OTHER),
          at(0, "377abcaf271c", Content.ARCHIVE, "a 7z archive", "unpack it with 7z x"),
          at(0, "526172211a07", Content.ARCHIVE, "a RAR archive", "unpack it with unrar x"),
          at(0, "213c617263683e0a", Content.ARCHIVE, "an archive of ar", "unpack it with ar x"));

  private BinaryKinds() {}

  static Optional<FileKind> of(byte[] start, long fileBytes) {
    Optional<FileKind> known =
        MAGICS.stream().filter(magic -> magic.isIn(start)).map(Magic::kind).findFirst();
    return known.or(() -> checked(start, fileBytes));
  }

  /** Kinds without a magic number of their own. */
  private static Optional<FileKind> checked(byte[] start, long fileBytes) {
    if (isTfRecord(start)) {
      return Optional.of(
          kind(
              "a TFRecord file",
              Content.ARRAYS,
              "name the file, or a feature of its examples as FILE#FEATURE"));
    }
    if (isMosaic(start, fileBytes)) {
      return Optional.of(kind("a shard of MosaicML Streaming (MDS)", Content.RECORDS, SAVE));
    }
    if (isArrowStream(start)) {
      return Optional.of(kind("an Arrow IPC stream", Content.ARRAYS, COLUMN));
    }
    if (isSafetensors(start)) {
      return Optional.of(kind("a safetensors file", Content.ARRAYS, "name a tensor as FILE#NAME"));
    }
    if (isIdx(start, fileBytes)) {
      return Optional.of(kind("an IDX file", Content.ARRAYS, "name the file itself"));
    }
    if (isPickle(start)) {
      return Optional.of(kind("a pickle", Content.ARRAYS, "name an array in it as FILE#NAME"));
    }
    if (isBitmap(start, fileBytes)) {
      return Optional.of(kind("a BMP image", Content.IMAGE, PICTURE));
    }
    if (isNetpbm(start)) {
      return Optional.of(kind("a PPM, PGM or PBM image", Content.IMAGE, PICTURE));
    }
    if (isMpeg(start)) {
      return Optional.of(kind("an MP3 file", Content.MEDIA, "decode it, and use numpy.save"));
    }
    if (isOnnx(start)) {
      return Optional.of(kind("an ONNX model", Content.MODEL, SAVE));
    }
    return isZero(start)
        ? Optional.of(
            kind(
                "nothing but zeros at its start",
                Content.ABSENT,
                "check that it was written or copied to its end"))
        : Optional.empty();
  }

  static FileKind pyTorch() {
    return new FileKind(
        "a file of PyTorch before version 1.6",
        Content.MODEL,
        "save it again with torch.save(torch.load(FILE), 'new.pt'), which can be read in place");
  }

  private static String columns(String table) {
    return "write its columns with numpy.save('x.npy', %s['x'].to_numpy())".formatted(table);
  }

  private static FileKind kind(String name, Content content, String remedy) {
    return new FileKind(name, content, remedy);
  }

  private static Magic at(int offset, String bytes, Content content, String name, String remedy) {
    return new Magic(offset, bytes, kind(name, content, remedy));
  }

  private static Magic arrays(int offset, String bytes, String name) {
    return at(offset, bytes, Content.ARRAYS, name, "name the file, or an array in it as FILE#NAME");
  }

  private static Magic hdf5(int offset) {
    String where = offset == 0 ? "" : " behind a user block, as MATLAB 7.3 writes";
    return at(
        offset,
        "894844460d0a1a0a",
        Content.ARRAYS,
        "an HDF5 file" + where,
        "add io.penstock:penstock-hdf5 to the class path, which reads it");
  }

  private static Magic image(int offset, String bytes, String name) {
    return at(offset, bytes, Content.IMAGE, name, PICTURE);
  }

  private static Magic records(int offset, String bytes, String name, String remedy) {
    return at(offset, bytes, Content.RECORDS, name, remedy);
  }

  private static Magic model(int offset, String bytes, FileKind kind) {
    return new Magic(offset, bytes, kind);
  }

  static boolean starts(byte[] start, String hexadecimal) {
    return matches(start, 0, hexadecimal);
  }

  static boolean matches(byte[] start, int offset, String hexadecimal) {
    int count = hexadecimal.length() / 2;
    return start.length >= offset + count
        && HexFormat.of().formatHex(start, offset, offset + count).equals(hexadecimal);
  }

  /** The length of a record, 64 bits, and a masked CRC-32C of these 8 bytes. */
  private static boolean isTfRecord(byte[] start) {
    if (start.length < 12) {
      return false;
    }
    CRC32C crc = new CRC32C();
    crc.update(start, 0, 8);
    int masked = Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
    return ZipDirectory.little(start).getInt(8) == masked;
  }

  /** Number of samples, where each begins and the last ends (32 bits each), and then JSON. */
  private static boolean isMosaic(byte[] start, long fileBytes) {
    ByteBuffer words = ZipDirectory.little(start);
    if (start.length < 16 || words.getInt(0) < 1) {
      return false;
    }
    long tableEnd = 4 + 4L * (words.getInt(0) + 1L);
    boolean isTableRead = tableEnd < start.length;
    long first = Integer.toUnsignedLong(words.getInt(4));
    if (first < tableEnd || first > fileBytes || (isTableRead && start[(int) tableEnd] != '{')) {
      return false;
    }
    int readEnd = (int) Math.min(tableEnd, start.length / 4 * 4L);
    long before = first;
    for (int at = 8; at < readEnd; at += 4) {
      long next = Integer.toUnsignedLong(words.getInt(at));
      if (next <= before || next > fileBytes) {
        return false;
      }
      before = next;
    }
    return !isTableRead || before == fileBytes;
  }

  /** A continuation marker, the length of the metadata, and a flatbuffer whose root is near. */
  private static boolean isArrowStream(byte[] start) {
    if (start.length < 16 || !starts(start, "ffffffff")) {
      return false;
    }
    int length = ZipDirectory.little(start).getInt(4);
    int root = ZipDirectory.little(start).getInt(8);
    return length >= 16 && length % 8 == 0 && length < 1 << 26 && root >= 4 && root < length;
  }

  private static boolean isSafetensors(byte[] start) {
    if (start.length < 10 || start[8] != '{') {
      return false;
    }
    long header = ZipDirectory.little(start).getLong(0);
    boolean isJson = start[9] == '"' || start[9] == '}' || start[9] == ' ';
    return header >= 2 && header <= SafetensorsFormat.LONGEST_HEADER_BYTES && isJson;
  }

  /** Four bytes are too few to recognise a format: the sizes must fit, too. */
  private static boolean isIdx(byte[] start, long fileBytes) {
    if (start.length < 8 || start[0] != 0 || start[1] != 0) {
      return false;
    }
    long bytes =
        switch (start[2]) {
          case 0x08, 0x09 -> 1;
          case 0x0b -> 2;
          case 0x0c, 0x0d -> 4;
          case 0x0e -> 8;
          default -> 0;
        };
    int axes = start[3];
    if (bytes == 0 || axes < 1 || axes > ArrayLayout.MAX_AXES || start.length < 4 + 4 * axes) {
      return false;
    }
    ByteBuffer sizes = ByteBuffer.wrap(start);
    for (int axis = 0; axis < axes; axis++) {
      bytes =
          Math.min(Long.MAX_VALUE >> 33, bytes)
              * Integer.toUnsignedLong(sizes.getInt(4 + 4 * axis));
    }
    return bytes == fileBytes - 4 - 4L * axes;
  }

  /** The protocol, and an opcode with which picklers begin. */
  private static boolean isPickle(byte[] start) {
    if (start.length < 4 || (start[0] & 0xff) != 0x80) {
      return false;
    }
    return switch (start[1]) {
      case 2, 3 -> "]}(cX".indexOf(start[2]) >= 0;
      case 4, 5 -> (start[2] & 0xff) == 0x95;
      default -> false;
    };
  }

  private static boolean isBitmap(byte[] start, long fileBytes) {
    if (start.length < 18 || !starts(start, "424d")) {
      return false;
    }
    ByteBuffer header = ZipDirectory.little(start);
    long header2 = Integer.toUnsignedLong(header.getInt(14));
    long pixels = Integer.toUnsignedLong(header.getInt(10));
    return header2 >= 12 && header2 <= 124 && pixels >= 14 + header2 && pixels <= fileBytes;
  }

  /** P1 to P7, white space, and a number or a comment. */
  private static boolean isNetpbm(byte[] start) {
    return start.length >= 4
        && start[0] == 'P'
        && start[1] >= '1'
        && start[1] <= '7'
        && Character.isWhitespace(start[2])
        && (start[3] == '#' || start[3] == 'W' || Character.isDigit(start[3]));
  }

  /**
   * Two frames of MPEG layer 3, the second at the place that the first gives: 11 bits are too few.
   */
  private static boolean isMpeg(byte[] start) {
    int frameBytes = frameBytes(start, 0);
    return frameBytes > 0 && frameBytes(start, frameBytes) > 0;
  }

  private static int frameBytes(byte[] start, int at) {
    int[] kiloBits = {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0};
    int[] rates = {44100, 48000, 32000, 0};
    if (start.length < at + 4 || start[at] != (byte) 0xff || (start[at + 1] & 0xfe) != 0xfa) {
      return 0;
    }
    int bits = start[at + 2] & 0xff;
    int rate = rates[bits >> 2 & 3];
    int kilo = kiloBits[bits >> 4];
    return rate == 0 || kilo == 0 ? 0 : 144 * 1000 * kilo / rate + (bits >> 1 & 1);
  }

  /**
   * The version of its format; then the graph, which begins with a node, or the name of a program
   * and the tag of what may follow.
   */
  private static boolean isOnnx(byte[] start) {
    if (start.length < 8 || start[0] != 8 || start[1] < 1 || start[1] > 20) {
      return false;
    }
    if (start[2] == 0x3a) {
      int at = 3;
      while (at < start.length - 3 && start[at] < 0) {
        at++;
      }
      return at < 8 && start[at + 1] == 0x0a && (start[at + 3] == 0x0a || start[at + 4] == 0x0a);
    }
    if (start[2] != 0x12) {
      return false;
    }
    int end = 4 + start[3];
    if (start[3] < 1 || start[3] > 64 || end >= start.length) {
      return false;
    }
    String program = new String(start, 4, start[3], StandardCharsets.ISO_8859_1);
    return program.matches("[ -~]+") && "\u001a\"(2:".indexOf(start[end]) >= 0;
  }

  private static boolean isZero(byte[] start) {
    return start.length >= 16 && Arrays.equals(start, new byte[start.length]);
  }
}
