package io.penstock.format;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Writes zip archives for tests, number by number, so that they may be wrong in any way. */
public final class ZipFiles {
  /**
   * What the directory and the local header say of a member. Numbers too large for their fields go
   * into zip64 fields.
   *
   * @param data what follows the local header
   * @param headerOffset where the directory says the header is; -1 for where it is
   */
  public record Entry(
      String name,
      String localName,
      int flags,
      int localFlags,
      int method,
      long sizeBytes,
      long storedBytes,
      long localBytes,
      long headerOffset,
      List<Byte> data) {

    public static Entry of(String name, byte[] data) {
      List<Byte> bytes = new ArrayList<>();
      for (byte b : data) {
        bytes.add(b);
      }
      long size = data.length;
      return new Entry(name, name, 0, 0, 0, size, size, size, -1, bytes);
    }

    public Entry withLocalName(String other) {
      return new Entry(
          name,
          other,
          flags,
          localFlags,
          method,
          sizeBytes,
          storedBytes,
          localBytes,
          headerOffset,
          data);
    }

    public Entry withFlags(int central, int local) {
      return new Entry(
          name,
          localName,
          central,
          local,
          method,
          sizeBytes,
          storedBytes,
          localBytes,
          headerOffset,
          data);
    }

    public Entry withMethod(int other) {
      return new Entry(
          name,
          localName,
          flags,
          localFlags,
          other,
          sizeBytes,
          storedBytes,
          localBytes,
          headerOffset,
          data);
    }

    public Entry withSizes(long size, long stored, long local) {
      return new Entry(
          name, localName, flags, localFlags, method, size, stored, local, headerOffset, data);
    }

    public Entry withHeaderOffset(long offset) {
      return new Entry(
          name,
          localName,
          flags,
          localFlags,
          method,
          sizeBytes,
          storedBytes,
          localBytes,
          offset,
          data);
    }
  }

  private static final long MAX_32 = 0xffffffffL;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private ZipFiles() {}

  /** An archive whose members have these entries. */
  public static byte[] archive(Entry... entries) {
    return archive(false, end -> end, entries);
  }

  /**
   * An archive with a changed end.
   *
   * @param isZip64 whether it also has a zip64 end with its locator
   * @param change of count, size and offset of the directory, as the ends say them
   */
  public static byte[] archive(boolean isZip64, UnaryOperator<long[]> change, Entry... entries) {
    ZipFiles zip = new ZipFiles();
    List<Long> offsets = new ArrayList<>();
    for (Entry entry : entries) {
      offsets.add((long) zip.bytes.size());
      zip.local(entry);
    }
    long offset = zip.bytes.size();
    for (int i = 0; i < entries.length; i++) {
      long at = entries[i].headerOffset < 0 ? offsets.get(i) : entries[i].headerOffset;
      zip.bytes.writeBytes(directoryEntry(entries[i], at));
    }
    long[] end = change.apply(new long[] {entries.length, zip.bytes.size() - offset, offset});
    zip.bytes.writeBytes(end(isZip64, end[0], end[1], end[2], zip.bytes.size()));
    return zip.bytes.toByteArray();
  }

  private void local(Entry entry) {
    byte[] name = entry.localName.getBytes(StandardCharsets.UTF_8);
    boolean isLarge = isLarge(entry.localBytes);
    byte[] array = new byte[30 + name.length + (isLarge ? 20 : 0)];
    ByteBuffer header = little(array);
    header.putInt(0x04034b50).putShort((short) 45).putShort((short) entry.localFlags);
    header.putShort((short) entry.method).putInt(0).putInt(0);
    header.putInt(low32(entry.localBytes));
    header.putInt(low32(entry.localBytes));
    header.putShort((short) name.length).putShort((short) (isLarge ? 20 : 0)).put(name);
    if (isLarge) {
      header.putShort((short) 1).putShort((short) 16);
      header.putLong(entry.localBytes).putLong(entry.localBytes);
    }
    bytes.writeBytes(array);
    for (byte b : entry.data) {
      bytes.write(b);
    }
  }

  /** The entry of the directory for a member whose local header is at an offset. */
  public static byte[] directoryEntry(Entry entry, long offset) {
    byte[] extraArray = new byte[28];
    ByteBuffer extra = little(extraArray);
    extra.putInt(0);
    for (long number : new long[] {entry.sizeBytes, entry.storedBytes, offset}) {
      if (isLarge(number)) {
        extra.putLong(number);
      }
    }
    int extraBytes = extra.position() == 4 ? 0 : extra.position();
    extra.putShort(0, (short) 1).putShort(2, (short) (extraBytes - 4));
    byte[] name = entry.name.getBytes(StandardCharsets.UTF_8);
    byte[] array = new byte[46 + name.length + extraBytes];
    ByteBuffer central = little(array);
    central.putInt(0x02014b50).putShort((short) 45).putShort((short) 45);
    central.putShort((short) entry.flags).putShort((short) entry.method).putInt(0).putInt(0);
    central.putInt(low32(entry.storedBytes));
    central.putInt(low32(entry.sizeBytes));
    central.putShort((short) name.length).putShort((short) extraBytes).putShort((short) 0);
    central.putShort((short) 0).putShort((short) 0).putInt(0);
    central.putInt(low32(offset));
    central.put(name).put(extraArray, 0, extraBytes);
    return array;
  }

  /** What follows a directory that ends at an offset. */
  public static byte[] end(boolean isZip64, long count, long size, long offset, long endOffset) {
    byte[] array = new byte[isZip64 ? 56 + 20 + 22 : 22];
    ByteBuffer end = little(array);
    if (isZip64) {
      end.putInt(0x06064b50).putLong(44).putShort((short) 45).putShort((short) 45);
      end.putInt(0).putInt(0).putLong(count).putLong(count).putLong(size).putLong(offset);
      end.putInt(0x07064b50).putInt(0).putLong(endOffset).putInt(1);
    }
    end.putInt(0x06054b50).putShort((short) 0).putShort((short) 0);
    end.putShort((short) Math.min(count, 0xffff)).putShort((short) Math.min(count, 0xffff));
    end.putInt(low32(size)).putInt(low32(offset));
    return array;
  }

  private static boolean isLarge(long number) {
    return number < 0 || number >= MAX_32;
  }

  private static int low32(long number) {
    return (int) (isLarge(number) ? MAX_32 : number);
  }

  private static ByteBuffer little(byte[] array) {
    return ByteBuffer.wrap(array).order(ByteOrder.LITTLE_ENDIAN);
  }
}
