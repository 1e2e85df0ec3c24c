package io.penstock.internal.format.tar;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes archives as bytes, right or wrong in any field; other tests compare with real writers. */
public final class TarFiles {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private String magic = "ustar\00000";

  /** From now on, headers have this magic and version: those of GNU, or none as in v7. */
  public TarFiles magic(String text) {
    magic = text;
    return this;
  }

  /** A file with its bytes. */
  public TarFiles file(String name, String content) {
    return member(name, '0', content);
  }

  /** A member with its bytes. */
  public TarFiles member(String name, char type, String content) {
    byte[] data = content.getBytes(StandardCharsets.UTF_8);
    return header(header(name, type, data.length)).data(data);
  }

  /** A pax header with records of these keys and values. */
  public TarFiles pax(char type, String... pairs) {
    StringBuilder records = new StringBuilder();
    for (int i = 0; i < pairs.length; i += 2) {
      String rest = " " + pairs[i] + "=" + pairs[i + 1] + "\n";
      int length = rest.getBytes(StandardCharsets.UTF_8).length;
      int all = length + Integer.toString(length).length();
      all = length + Integer.toString(all).length();
      records.append(all).append(rest);
    }
    return member("PaxHeaders/x", type, records.toString());
  }

  /** A header for {@link #header(byte[])}, to be spoiled. */
  public byte[] header(String name, char type, long size) {
    ByteBuffer header = ByteBuffer.allocate(512).order(ByteOrder.BIG_ENDIAN);
    header.put(0, Arrays.copyOf(name.getBytes(StandardCharsets.UTF_8), 100));
    put(header, 100, "0000644\0" + "0000000\0".repeat(2));
    if (size >= 0 && size < 1L << 33) {
      put(header, 124, "%011o\0".formatted(size));
    } else {
      header.put(124, (byte) (size < 0 ? 0xff : 0x80));
      header.putLong(128, size);
    }
    put(header, 136, "00000000000\0");
    header.put(156, (byte) type);
    put(header, 257, magic);
    return header.array();
  }

  /** Adds a header with its checksum. */
  public TarFiles header(byte[] header) {
    return raw(summed(header, false));
  }

  /** A header with its checksum. */
  public static byte[] summed(byte[] header, boolean isSigned) {
    Arrays.fill(header, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte one : header) {
      sum += isSigned ? one : one & 0xff;
    }
    put(ByteBuffer.wrap(header), 148, "%06o\0 ".formatted(sum));
    return header;
  }

  private static void put(ByteBuffer header, int at, String text) {
    header.put(at, text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Bytes of a member, padded. */
  public TarFiles data(byte[] data) {
    return raw(data).raw(new byte[Math.floorMod(-data.length, 512)]);
  }

  /** Any bytes. */
  public TarFiles raw(byte[] any) {
    bytes.writeBytes(any);
    return this;
  }

  /** The two blocks of zeros at the end. */
  public TarFiles end() {
    return raw(new byte[1024]);
  }

  public byte[] bytes() {
    return bytes.toByteArray();
  }
}
