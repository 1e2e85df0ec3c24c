package io.penstock.cli.info;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What the header of an image file says: its format, and its size where that stands at a known
 * place. Reads a few kilobytes, wherever in the file the size stands.
 *
 * @param format in lower case, as "jpeg"
 * @param width columns as stored; 0 if the header does not say, or is damaged
 * @param height rows
 */
record ImageHeader(String format, int width, int height) {
  /** Reads bytes of a file. */
  interface HeaderBytes {
    /** So many bytes from a place on, or as many as there are. */
    ByteBuffer read(long at, int count) throws IOException;
  }

  private static final int START_BYTES = 4096;

  /** More segments before the size are no photo's. */
  private static final int MOST_SEGMENTS = 200;

  private static final int SEGMENT_BYTES = 16;
  private static final int OLD_BMP_HEADER = 12;
  private static final int JPEG_MARK = 0xff;
  private static final int SIZE_MASK = 0x3fff;

  /** Reads the header of a file; empty if it is no image. */
  static Optional<ImageHeader> of(HeaderBytes file) throws IOException {
    ByteBuffer start = file.read(0, START_BYTES).order(ByteOrder.BIG_ENDIAN);
    String format = format(start);
    if (format.isEmpty()) {
      return Optional.empty();
    }
    int[] size = size(format, start, file);
    return Optional.of(
        size[0] > 0 && size[1] > 0
            ? new ImageHeader(format, size[0], size[1])
            : new ImageHeader(format, 0, 0));
  }

  private static String format(ByteBuffer start) {
    byte[] bytes = new byte[Math.min(SEGMENT_BYTES, start.limit())];
    start.get(0, bytes);
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    if (text.startsWith("\u00ff\u00d8\u00ff")) {
      return "jpeg";
    }
    if (text.startsWith("\u0089PNG\r\n\u001a\n")) {
      return "png";
    }
    if (text.startsWith("GIF87a") || text.startsWith("GIF89a")) {
      return "gif";
    }
    if (text.startsWith("BM") && text.length() >= SEGMENT_BYTES && start.getInt(6) == 0) {
      return "bmp";
    }
    if (text.startsWith("RIFF") && text.startsWith("WEBP", 8)) {
      return "webp";
    }
    if (text.startsWith("II*\0") || text.startsWith("MM\0*")) {
      return "tiff";
    }
    if (text.startsWith("\0\0\0\fjP  ") || text.startsWith("\u00ffO\u00ffQ")) {
      return "jpeg2000";
    }
    boolean isHeif =
        text.startsWith("ftyphei", 4)
            || text.startsWith("ftypmif", 4)
            || text.startsWith("ftypavi", 4);
    return isHeif ? "heif" : "";
  }

  private static int[] size(String format, ByteBuffer start, HeaderBytes file) throws IOException {
    try {
      return switch (format) {
        case "jpeg" -> ofJpeg(file, start);
        case "png" -> new int[] {start.getInt(16), start.getInt(20)};
        case "gif" -> {
          ByteBuffer little = start.order(ByteOrder.LITTLE_ENDIAN);
          yield new int[] {little.getShort(6) & 0xffff, little.getShort(8) & 0xffff};
        }
        case "bmp" -> {
          ByteBuffer little = start.order(ByteOrder.LITTLE_ENDIAN);
          yield little.getInt(14) == OLD_BMP_HEADER
              ? new int[] {little.getShort(18) & 0xffff, little.getShort(20) & 0xffff}
              : new int[] {little.getInt(18), Math.abs(little.getInt(22))};
        }
        case "webp" -> ofWebp(start.order(ByteOrder.LITTLE_ENDIAN));
        default -> new int[2];
      };
    } catch (IndexOutOfBoundsException e) {
      return new int[2]; // Cut short.
    }
  }

  /** Goes from segment to segment, over profiles and previews, to the one that has the size. */
  private static int[] ofJpeg(HeaderBytes file, ByteBuffer start) throws IOException {
    long at = 2;
    for (int i = 0; i < MOST_SEGMENTS; i++) {
      ByteBuffer segment =
          at + SEGMENT_BYTES <= start.limit()
              ? start.slice((int) at, SEGMENT_BYTES)
              : file.read(at, SEGMENT_BYTES);
      int marker = segment.get(1) & 0xff;
      if ((segment.get(0) & 0xff) != JPEG_MARK) {
        return new int[2];
      }
      if (marker == JPEG_MARK) {
        at++; // Writers may fill up.
        continue;
      }
      if (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc) {
        return new int[] {segment.getShort(7) & 0xffff, segment.getShort(5) & 0xffff};
      }
      at += 2 + (segment.getShort(2) & 0xffff);
    }
    return new int[2];
  }

  private static int[] ofWebp(ByteBuffer start) {
    return switch (start.get(15)) {
      case ' ' -> new int[] {start.getShort(26) & SIZE_MASK, start.getShort(28) & SIZE_MASK};
      case 'L' -> {
        int bits = start.getInt(21);
        yield new int[] {(bits & SIZE_MASK) + 1, (bits >>> 14 & SIZE_MASK) + 1};
      }
      case 'X' -> new int[] {(start.getInt(24) & 0xffffff) + 1, (start.getInt(26) >>> 8) + 1};
      default -> new int[2];
    };
  }
}
