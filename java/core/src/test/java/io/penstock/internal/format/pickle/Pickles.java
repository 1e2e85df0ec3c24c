package io.penstock.internal.format.pickle;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes pickles for tests, opcode by opcode, so that they may be wrong in any way. */
public final class Pickles {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /** A pickle of a protocol from 2 on. */
  public static Pickles protocol(int protocol) {
    return new Pickles().raw(0x80, protocol);
  }

  /** A pickle that does not say its protocol. */
  public static Pickles old() {
    return new Pickles();
  }

  public Pickles raw(int... values) {
    for (int value : values) {
      bytes.write(value);
    }
    return this;
  }

  public Pickles raw(byte[] values) {
    bytes.writeBytes(values);
    return this;
  }

  /** Opcodes and lines that are ASCII. */
  public Pickles text(String opcodes) {
    return raw(opcodes.getBytes(StandardCharsets.ISO_8859_1));
  }

  public Pickles repeat(String opcodes, int count) {
    byte[] one = opcodes.getBytes(StandardCharsets.ISO_8859_1);
    for (int i = 0; i < count; i++) {
      bytes.writeBytes(one);
    }
    return this;
  }

  public Pickles number(int bytesOfNumber, long value) {
    byte[] eight = new byte[8];
    ByteBuffer.wrap(eight).order(ByteOrder.LITTLE_ENDIAN).putLong(value);
    bytes.write(eight, 0, bytesOfNumber);
    return this;
  }

  /** LONG1 of eight bytes. */
  Pickles whole(long value) {
    return raw(0x8a, 8).number(8, value);
  }

  /** SHORT_BINUNICODE. */
  public Pickles string(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    return raw(0x8c, utf8.length).raw(utf8);
  }

  public Pickles global(String module, String name) {
    return text("c" + module + "\n" + name + "\n");
  }

  /** A tuple of whole numbers. */
  public Pickles shape(long... sizes) {
    text("(");
    for (long size : sizes) {
      whole(size);
    }
    return text("t");
  }

  /** A numpy.dtype without fields. */
  public Pickles dtype(String order, String code, long elementBytes) {
    return global("numpy", "dtype")
        .string(code)
        .raw(0x89, 0x88, 0x87)
        .text("R(K\3")
        .string(order)
        .text("NNN")
        .whole(elementBytes)
        .text("J\u00ff\u00ff\u00ff\u00ffK\0tb");
  }

  /** An array before its state. */
  public Pickles reconstruct() {
    return global("numpy.core.multiarray", "_reconstruct")
        .global("numpy", "ndarray")
        .text("K\0\u0085C\1b\u0087R");
  }

  /** An array of u1 in C order with its payload, in BINBYTES8. */
  public Pickles array(byte[] payload, long... shape) {
    reconstruct().text("(K\1").shape(shape).dtype("|", "u1", -1).raw(0x89);
    return raw(0x8e).number(8, payload.length).raw(payload).text("tb");
  }

  /** As an array is dumped by joblib, up to where its bytes follow. */
  public Pickles joblib(boolean isAligned, long... shape) {
    global("joblib.numpy_pickle", "NumpyArrayWrapper").text(")\u0081}(");
    string("shape").shape(shape).string("order").string("C");
    string("dtype").dtype("|", "u1", -1);
    return (isAligned ? string("numpy_array_alignment_bytes").text("K\20") : this).text("ub");
  }

  public int size() {
    return bytes.size();
  }

  /** The pickle up to here, without a stop. */
  public byte[] open() {
    return bytes.toByteArray();
  }

  /** The pickle with its stop. */
  public byte[] stop() {
    return raw('.').open();
  }
}
