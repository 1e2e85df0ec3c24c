package io.penstock.cli.convert.image;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The segments of a JPEG file, walked through from its start to the marker that ends it, so that a
 * file that was cut short is recognised: decoders fill missing parts with gray.
 *
 * <p>What it owns: what the headers say, and a copy of the file without anything that is not about
 * pixels: profiles, previews, EXIF. A preview has an end marker of its own, which is skipped with
 * its segment; what follows the end of the image does not matter.
 */
public final class JpegFile {
  static final String KIND = "JPEG";

  private static final int SOI = 0xd8;
  private static final int EOI = 0xd9;
  private static final int SOS = 0xda;
  private static final int DNL = 0xdc;
  private static final int APP0 = 0xe0;
  private static final int APP1 = 0xe1;
  private static final int APP14 = 0xee;
  private static final int COM = 0xfe;
  private static final int ORIENTATION = 0x0112;

  private final byte[] file;
  private final ByteArrayOutputStream plain = new ByteArrayOutputStream();
  private int at = 2;
  private JpegScans scans;
  private boolean isJfif;
  private int adobeTransform = -1;
  private int orientation = 1;
  private int height;
  private int width;
  private int[] componentIds;
  private boolean isArithmetic;

  private JpegFile(byte[] file) throws ImageException {
    this.file = file;
    plain.write(0xff);
    plain.write(SOI);
    // Tells the decoder that components are what they are: no conversion of colours.
    plain.writeBytes(
        new byte[] {
          (byte) 0xff, (byte) APP14, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 0
        });
    while (segment()) {}
    if (scans == null) {
      throw ImageException.damaged(KIND, "it has no image");
    }
    if (!scans.areComplete()) {
      throw ImageException.cutShort(KIND, "one of its scans");
    }
    plain.write(0xff);
    plain.write(EOI);
  }

  public static boolean is(byte[] file) {
    return file.length > 2
        && file[0] == (byte) 0xff
        && file[1] == (byte) SOI
        && file[2] == (byte) 0xff;
  }

  public static JpegFile of(byte[] file) throws ImageException {
    return new JpegFile(file);
  }

  /** The file without what is not about pixels, its components declared as not to be converted. */
  byte[] plain() {
    return plain.toByteArray();
  }

  /** The file as it is. */
  byte[] bytes() {
    return file;
  }

  /** Refuses what the decoder of the JDK does not know. */
  void checkCoding() throws ImageException {
    if (isArithmetic) {
      throw refused("arithmetic coding");
    }
  }

  int height() {
    return height;
  }

  int width() {
    return width;
  }

  int components() {
    return componentIds.length;
  }

  /** Whether the first three components are luma and two differences of colour. */
  boolean isLuma() {
    if (componentIds.length == 4) {
      return adobeTransform > 0;
    }
    if (isJfif || adobeTransform >= 0) {
      return isJfif || adobeTransform > 0;
    }
    return !(componentIds[0] == 'R' && componentIds[1] == 'G' && componentIds[2] == 'B');
  }

  /** How EXIF says that it is to be turned, 1 to 8; 1 is not at all. */
  public int orientation() {
    return orientation;
  }

  private int byteAt(int index) {
    return file[index] & 0xff;
  }

  private int shortAt(int index) {
    return byteAt(index) << 8 | byteAt(index + 1);
  }

  /** Takes the next one; false behind the last. */
  private boolean segment() throws ImageException {
    int marker = marker();
    if (marker == EOI) {
      return false;
    }
    if (at + 2 > file.length) {
      throw cutShort();
    }
    int start = at;
    int bytes = shortAt(at);
    int end = at + bytes;
    if (bytes < 2) {
      throw damaged("a segment of %d bytes at byte %d".formatted(bytes, at));
    }
    if (end > file.length) {
      throw cutShort();
    }
    look(marker, start + 2, end);
    at = end;
    if (marker == SOS) {
      skipScan();
    }
    if (isAboutPixels(marker)) {
      plain.write(0xff);
      plain.write(marker);
      plain.write(file, start, at - start);
    }
    return true;
  }

  /** Finds the next marker, and goes behind it. */
  private int marker() throws ImageException {
    while (at < file.length && file[at] == 0) {
      at++; // Some writers fill up to even numbers.
    }
    if (at >= file.length) {
      throw cutShort();
    }
    if (byteAt(at) != 0xff) {
      throw damaged("0x%02x instead of a marker at byte %d".formatted(byteAt(at), at));
    }
    while (at < file.length && byteAt(at) == 0xff) {
      at++;
    }
    if (at >= file.length) {
      throw cutShort();
    }
    int marker = byteAt(at++);
    if (marker < 0xc0 || (marker >= 0xd0 && marker <= SOI)) {
      throw damaged("marker 0x%02x at byte %d".formatted(marker, at - 1));
    }
    return marker;
  }

  private static boolean isAboutPixels(int marker) {
    return marker < APP0 && marker != DNL;
  }

  /** Goes to the marker behind the coded pixels; restart markers are part of these. */
  private void skipScan() throws ImageException {
    for (; at + 1 < file.length; at++) {
      if (file[at] == (byte) 0xff) {
        int next = byteAt(at + 1);
        if (next != 0 && next != 0xff && (next < 0xd0 || next > 0xd7)) {
          return;
        }
      }
    }
    throw cutShort();
  }

  /** What a segment says, of the bytes from start to end. */
  private void look(int marker, int start, int end) throws ImageException {
    switch (marker) {
      case 0xc0, 0xc1, 0xc2 -> frame(marker == 0xc2, start, end);
      case 0xc9, 0xca -> {
        isArithmetic = true;
        frame(marker == 0xca, start, end);
      }
      case 0xc3, 0xc5, 0xc6, 0xc7, 0xcb, 0xcd, 0xce, 0xcf ->
          throw refused("lossless or hierarchical coding");
      case SOS -> {
        if (scans == null) {
          throw damaged("pixels before their sizes");
        }
        scans.add(Arrays.copyOfRange(file, start, end));
      }
      case DNL -> throw refused("its height behind the pixels (DNL)");
      case APP0 -> isJfif |= startsWith(start, end, "JFIF\0");
      case APP1 -> {
        if (startsWith(start, end, "Exif\0\0")) {
          orientation = orientation(start + 6, end);
        }
      }
      case APP14 -> {
        if (startsWith(start, end, "Adobe") && end - start >= 12) {
          adobeTransform = byteAt(start + 11);
        }
      }
      case COM -> {}
      default -> {}
    }
  }

  private void frame(boolean isProgressive, int start, int end) throws ImageException {
    if (componentIds != null) {
      throw refused("several frames");
    }
    if (end - start < 6 || end - start < 6 + 3 * byteAt(start + 5)) {
      throw damaged("a frame header of %d bytes".formatted(end - start));
    }
    if (byteAt(start) != 8) {
      throw refused(byteAt(start) + " bits a sample instead of 8");
    }
    height = shortAt(start + 1);
    width = shortAt(start + 3);
    if (height == 0) {
      throw refused("its height behind the pixels (DNL)");
    }
    Pixels.check(height, width);
    componentIds = new int[byteAt(start + 5)];
    for (int i = 0; i < componentIds.length; i++) {
      componentIds[i] = byteAt(start + 6 + 3 * i);
    }
    if (componentIds.length != 1 && componentIds.length != 3 && componentIds.length != 4) {
      throw refused(componentIds.length + " components instead of 1, 3 or 4");
    }
    scans = new JpegScans(isProgressive, componentIds);
  }

  private boolean startsWith(int start, int end, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    if (end - start < bytes.length) {
      return false;
    }
    for (int i = 0; i < bytes.length; i++) {
      if (file[start + i] != bytes[i]) {
        return false;
      }
    }
    return true;
  }

  /** Of a TIFF header in EXIF: only for a message, so what makes no sense is no error. */
  private int orientation(int start, int end) {
    if (end - start < 8) {
      return 1;
    }
    boolean isBig = file[start] == 'M';
    long directory = start + number(start + 4, 4, isBig);
    if (directory + 2 > end) {
      return 1;
    }
    int entries = (int) number((int) directory, 2, isBig);
    for (int i = 0; i < entries; i++) {
      long entry = directory + 2 + 12L * i;
      if (entry + 12 > end) {
        return 1;
      }
      if (number((int) entry, 2, isBig) == ORIENTATION) {
        int value = (int) number((int) entry + 8, 2, isBig);
        return value >= 1 && value <= 8 ? value : 1;
      }
    }
    return 1;
  }

  private long number(int index, int bytes, boolean isBig) {
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      value = value << 8 | byteAt(isBig ? index + i : index + bytes - 1 - i);
    }
    return value;
  }

  private static ImageException cutShort() {
    return ImageException.cutShort(KIND, "the marker of its end");
  }

  private static ImageException damaged(String problem) {
    return ImageException.damaged(KIND, problem);
  }

  private static ImageException refused(String found) {
    return new ImageException(
        "expected a baseline or progressive JPEG of 8 bits, found %s: write it anew, as djpeg and"
                .formatted(found)
            + " cjpeg do");
  }
}
