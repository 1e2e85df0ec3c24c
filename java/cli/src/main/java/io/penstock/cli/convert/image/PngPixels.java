package io.penstock.cli.convert.image;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The pixels of a PNG: unpacked, its filters undone, and put where they belong where it is
 * interlaced. All must be there: decoders of others leave the rest black.
 */
final class PngPixels {
  private static final int GRAY = 0;
  private static final int COLOUR = 2;
  private static final int PALETTE = 3;
  private static final int GRAY_ALPHA = 4;
  private static final int COLOUR_ALPHA = 6;

  /** Of Adam7: first column, first row, columns and rows from one pixel to the next. */
  private static final int[][] PASSES = {
    {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
  };

  private static final int[][] ONE_PASS = {{0, 0, 1, 1}};

  /** More than the image needs is looked at no further than this. */
  private static final int MAX_REST = 1 << 16;

  /**
   * What IHDR says.
   *
   * @param bits of a sample: 1, 2, 4, 8 or 16
   */
  record Header(int height, int width, int bits, int type, boolean isInterlaced) {
    static Header of(ByteBuffer bytes) throws ImageException {
      int width = bytes.getInt(0);
      int height = bytes.getInt(4);
      int bits = bytes.get(8);
      int type = bytes.get(9);
      Pixels.check(height, width);
      boolean isKnown =
          switch (type) {
            case GRAY -> bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16;
            case PALETTE -> bits == 1 || bits == 2 || bits == 4 || bits == 8;
            case COLOUR, GRAY_ALPHA, COLOUR_ALPHA -> bits == 8 || bits == 16;
            default -> false;
          };
      if (!isKnown || bytes.get(10) != 0 || bytes.get(11) != 0 || bytes.get(12) >>> 1 != 0) {
        throw PngImage.refused(
            "colour type %d of %d bits, compression %d, filter %d, interlacing %d"
                .formatted(type, bits, bytes.get(10), bytes.get(11), bytes.get(12)));
      }
      return new Header(height, width, bits, type, bytes.get(12) == 1);
    }

    /** Samples of a pixel as they are stored, transparency too. */
    int samples() {
      return switch (type) {
        case GRAY, PALETTE -> 1;
        case GRAY_ALPHA -> 2;
        case COLOUR -> 3;
        default -> 4;
      };
    }

    boolean isGray() {
      return type == GRAY || type == GRAY_ALPHA;
    }
  }

  private final Header header;
  private final byte[] palette;
  private final List<ByteBuffer> data;
  private final Inflater inflater = new Inflater();
  private final char[] result;
  private int taken;

  PngPixels(Header header, byte[] palette, List<ByteBuffer> data) {
    this.header = header;
    this.palette = palette;
    this.data = data;
    this.result = new char[header.height * header.width * (header.isGray() ? 1 : 3)];
  }

  Pixels decode() throws ImageException {
    try {
      for (int[] pass : header.isInterlaced ? PASSES : ONE_PASS) {
        decode(pass[0], pass[1], pass[2], pass[3]);
      }
      checkRest();
    } catch (DataFormatException e) {
      throw ImageException.damaged(PngImage.KIND, "its pixels cannot be unpacked");
    } finally {
      inflater.end();
    }
    int channels = header.isGray() ? 1 : 3;
    return new Pixels(header.height, header.width, channels, header.bits == 16, result);
  }

  private void decode(int left, int top, int across, int down)
      throws ImageException, DataFormatException {
    int columns = (header.width - left + across - 1) / across;
    if (columns <= 0) {
      return;
    }
    int pixelBits = header.bits * header.samples();
    int rowBytes = Math.toIntExact(((long) columns * pixelBits + 7) / 8);
    int step = Math.max(1, pixelBits / 8);
    byte[] row = new byte[rowBytes];
    byte[] above = new byte[rowBytes];
    byte[] filter = new byte[1];
    for (int y = top; y < header.height; y += down) {
      fill(filter, y);
      fill(row, y);
      unfilter(filter[0], row, above, step);
      for (int i = 0; i < columns; i++) {
        put(row, i, y * header.width + left + i * across);
      }
      byte[] free = above;
      above = row;
      row = free;
    }
  }

  private void fill(byte[] bytes, int y) throws ImageException, DataFormatException {
    int count = 0;
    while (count < bytes.length) {
      int some = inflater.inflate(bytes, count, bytes.length - count);
      count += some;
      if (some == 0 && !feed()) {
        throw ImageException.cutShort(PngImage.KIND, "row %d of %d".formatted(y, header.height));
      }
    }
  }

  /** Gives the inflater more input; false if there is no more. */
  private boolean feed() throws ImageException {
    if (inflater.needsDictionary()) {
      throw PngImage.refused("pixels packed with a dictionary");
    }
    if (inflater.finished() || taken == data.size()) {
      return false;
    }
    inflater.setInput(data.get(taken++));
    return true;
  }

  /** Unpacks to the end, where there is a checksum of all. */
  private void checkRest() throws ImageException, DataFormatException {
    byte[] rest = new byte[256];
    for (int count = 0; count < MAX_REST && !inflater.finished(); ) {
      int some = inflater.inflate(rest);
      count += some;
      if (some == 0 && !feed()) {
        return;
      }
    }
  }

  private static void unfilter(int filter, byte[] row, byte[] above, int step)
      throws ImageException {
    for (int i = 0; i < row.length; i++) {
      int left = i < step ? 0 : row[i - step] & 0xff;
      int up = above[i] & 0xff;
      int corner = i < step ? 0 : above[i - step] & 0xff;
      row[i] +=
          (byte)
              switch (filter) {
                case 0 -> 0;
                case 1 -> left;
                case 2 -> up;
                case 3 -> (left + up) >> 1;
                case 4 -> nearest(left, up, corner);
                default ->
                    throw ImageException.damaged(PngImage.KIND, "a row has filter " + filter);
              };
    }
  }

  /** Paeth's: which of the three is nearest to what they predict. */
  private static int nearest(int left, int up, int corner) {
    int byLeft = Math.abs(up - corner);
    int byUp = Math.abs(left - corner);
    int byCorner = Math.abs(left + up - 2 * corner);
    if (byLeft <= byUp && byLeft <= byCorner) {
      return left;
    }
    return byUp <= byCorner ? up : corner;
  }

  private int sample(byte[] row, int index) {
    return switch (header.bits) {
      case 8 -> row[index] & 0xff;
      case 16 -> (row[2 * index] & 0xff) << 8 | (row[2 * index + 1] & 0xff);
      default -> {
        int bit = index * header.bits;
        int shift = 8 - header.bits - bit % 8;
        yield row[bit / 8] >> shift & (1 << header.bits) - 1;
      }
    };
  }

  /** One pixel of a row to its place; transparency, the last of its samples, is left out. */
  private void put(byte[] row, int index, int pixel) throws ImageException {
    if (header.type == PALETTE) {
      int entry = 3 * sample(row, index);
      if (entry + 3 > palette.length) {
        throw ImageException.damaged(
            PngImage.KIND, "colour %d of %d".formatted(entry / 3, palette.length / 3));
      }
      for (int c = 0; c < 3; c++) {
        result[3 * pixel + c] = (char) (palette[entry + c] & 0xff);
      }
      return;
    }
    int channels = header.isGray() ? 1 : 3;
    // 1 of 1 bit is as white as 255 of 8.
    int scale = header.bits < 8 ? 255 / ((1 << header.bits) - 1) : 1;
    for (int c = 0; c < channels; c++) {
      int value = sample(row, index * header.samples() + c);
      result[channels * pixel + c] = (char) (value * scale);
    }
  }
}
