package io.penstock.internal.format.tfrecord;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/** Writes TFRecord files and protocol buffers byte by byte, right ones and others. */
public final class TfRecords {
  private TfRecords() {}

  /** A file of these records. */
  public static byte[] file(byte[]... records) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    for (byte[] record : records) {
      file.writeBytes(header(record.length));
      file.writeBytes(record);
      byte[] footer = new byte[Integer.BYTES];
      little(footer).putInt(masked(record));
      file.writeBytes(footer);
    }
    return file.toByteArray();
  }

  /** What is before a record of some length. */
  public static byte[] header(long length) {
    byte[] bytes = new byte[Long.BYTES];
    little(bytes).putLong(length);
    byte[] header = new byte[Long.BYTES + Integer.BYTES];
    little(header).put(bytes).putInt(masked(bytes));
    return header;
  }

  private static int masked(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    int value = (int) crc.getValue();
    return ((value >>> 15) | (value << 17)) + 0xa282ead8;
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** An example of these features, each from {@link #feature}. */
  public static byte[] example(byte[]... features) {
    return message(1, join(features));
  }

  /** An entry of the map of features. */
  public static byte[] feature(String name, byte[] list) {
    return message(1, join(message(1, utf8(name)), message(2, list)));
  }

  /** A list of values of bytes. */
  public static byte[] bytes(String... values) {
    byte[][] fields = new byte[values.length][];
    for (int i = 0; i < values.length; i++) {
      fields[i] = message(1, utf8(values[i]));
    }
    return message(1, join(fields));
  }

  /** A list of packed floats. */
  public static byte[] floats(float... values) {
    return message(2, message(1, packed(values)));
  }

  /** The same with a tag before each. */
  public static byte[] unpackedFloats(float... values) {
    byte[] fields = new byte[5 * values.length];
    ByteBuffer left = little(fields);
    for (float value : values) {
      left.put((byte) ((1 << 3) | 5)).putFloat(value);
    }
    return message(2, fields);
  }

  /** Floats, one after another. */
  public static byte[] packed(float... values) {
    byte[] floats = new byte[Float.BYTES * values.length];
    ByteBuffer left = little(floats);
    for (float value : values) {
      left.putFloat(value);
    }
    return floats;
  }

  /** A list of packed integers. */
  public static byte[] ints(long... values) {
    return message(3, message(1, packed(values)));
  }

  /** The same with a tag before each. */
  public static byte[] unpackedInts(long... values) {
    ByteArrayOutputStream fields = new ByteArrayOutputStream();
    for (long value : values) {
      fields.write(1 << 3);
      fields.writeBytes(varint(value));
    }
    return message(3, fields.toByteArray());
  }

  /** Integers, one after another. */
  public static byte[] packed(long... values) {
    ByteArrayOutputStream ints = new ByteArrayOutputStream();
    for (long value : values) {
      ints.writeBytes(varint(value));
    }
    return ints.toByteArray();
  }

  /** A field of so many bytes. */
  public static byte[] message(int field, byte[] contents) {
    return join(varint((field << 3) | 2), varint(contents.length), contents);
  }

  public static byte[] varint(long value) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    long left = value;
    while (left >>> 7 != 0) {
      bytes.write(((int) left & 0x7f) | 0x80);
      left >>>= 7;
    }
    bytes.write((int) left);
    return bytes.toByteArray();
  }

  public static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  public static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
