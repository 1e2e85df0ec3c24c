package io.penstock.internal.format.pickle;

import io.penstock.error.PenstockException;
import io.penstock.internal.format.FileWindow;
import io.penstock.internal.format.OpenFile;

/**
 * Splits a pickle of protocols 0 to 5 into opcodes and their arguments.
 *
 * <p>What it owns: how long each opcode is. Arguments that are numbers are read; text, bytes and
 * payloads are not: their place in the file is reported, and they are skipped. It must not know
 * what opcodes mean, nor read beyond the end of the file.
 */
final class PickleTokens {
  /** Newest protocol that is known. */
  static final int NEWEST_PROTOCOL = 5;

  /**
   * Longest argument that ends with its line, in bytes. Such arguments must be read to find their
   * end, and an array in one is not stored as raw bytes.
   */
  private static final int MAX_LINE_BYTES = 1 << 20;

  /** The kind of argument of an opcode; 0 for bytes that are not opcodes. */
  private enum Argument {
    NONE,
    ONE,
    TWO,
    FOUR,
    FOUR_SIGNED,
    EIGHT,
    LINE,
    NUMBER_LINE,
    TWO_LINES,
    BYTES_1,
    BYTES_4,
    BYTES_4_SIGNED,
    BYTES_8
  }

  private static final Argument[] ARGUMENTS = new Argument[256];

  static {
    set(Argument.NONE, "(.012NRabdet}]lsu)o");
    set(
        Argument.NONE,
        "\u0081\u0085\u0086\u0087\u0088\u0089\u008f\u0090\u0091\u0092\u0093\u0094\u0097\u0098Q");
    set(Argument.ONE, "Kqh\u0080\u0082");
    set(Argument.TWO, "M\u0083");
    set(Argument.FOUR, "rj\u0084");
    set(Argument.FOUR_SIGNED, "J");
    set(Argument.EIGHT, "G\u0095");
    set(Argument.LINE, "FILPSV");
    set(Argument.NUMBER_LINE, "gp");
    set(Argument.TWO_LINES, "ci");
    set(Argument.BYTES_1, "UC\u008c\u008a");
    set(Argument.BYTES_4, "XB");
    set(Argument.BYTES_4_SIGNED, "T\u008b");
    set(Argument.BYTES_8, "\u008d\u008e\u0096");
  }

  private static void set(Argument argument, String opcodes) {
    for (int i = 0; i < opcodes.length(); i++) {
      ARGUMENTS[opcodes.charAt(i)] = argument;
    }
  }

  private final OpenFile file;
  private final FileWindow window;

  private int opcode;
  private long start;
  private long number;
  private long dataOffset;
  private long dataBytes;
  private long secondOffset;
  private long secondBytes;

  PickleTokens(OpenFile file) {
    this.file = file;
    this.window = new FileWindow(file);
  }

  /** Where the next opcode is. */
  long position() {
    return window.position();
  }

  /** Bytes between here and the end of the file. */
  long remaining() {
    return window.remaining();
  }

  void moveTo(long position) {
    window.moveTo(position);
  }

  /** The opcode that was read last. */
  int opcode() {
    return opcode;
  }

  /** Its argument if that is a number; memo numbers are unsigned, and too large ones -1. */
  long number() {
    return number;
  }

  /** Where its text or bytes start. */
  long dataOffset() {
    return dataOffset;
  }

  /** How many there are; a line is without its end. */
  long dataBytes() {
    return dataBytes;
  }

  /** Where the second of two lines starts. */
  long secondOffset() {
    return secondOffset;
  }

  long secondBytes() {
    return secondBytes;
  }

  /** Bytes of the file, for names and numbers: at most some hundreds. */
  byte[] bytes(long offset, long count) {
    return window.peek(offset, Math.toIntExact(count));
  }

  /** Reads the next opcode with its argument, and moves behind both. */
  void next() {
    start = window.position();
    opcode = take();
    Argument argument = ARGUMENTS[opcode];
    if (argument == null) {
      throw problem("expected an opcode, found \\x%02x".formatted(opcode));
    }
    switch (argument) {
      case NONE -> {}
      case ONE -> number = take();
      case TWO -> number = little(2);
      case FOUR -> number = little(4);
      case FOUR_SIGNED -> number = signed(little(4));
      case EIGHT -> number = little(8);
      case LINE -> takeLine();
      case NUMBER_LINE -> {
        takeLine();
        number = index();
      }
      case TWO_LINES -> {
        takeLine();
        long firstOffset = dataOffset;
        long firstBytes = dataBytes;
        takeLine();
        secondOffset = dataOffset;
        secondBytes = dataBytes;
        dataOffset = firstOffset;
        dataBytes = firstBytes;
      }
      case BYTES_1 -> jump(take());
      case BYTES_4 -> jump(little(4));
      case BYTES_4_SIGNED -> jump(signed(little(4)));
      case BYTES_8 -> jump(little(8));
    }
  }

  /** Jumps over raw bytes that no opcode announces. */
  void jump(long count) {
    if (count < 0 || count > window.remaining()) {
      throw problem(
          "expected %s bytes from byte %d on, found %d: the file is damaged or cut short"
              .formatted(Long.toUnsignedString(count), window.position(), window.remaining()));
    }
    dataOffset = window.position();
    dataBytes = count;
    window.moveTo(dataOffset + count);
  }

  /** The next byte where it is not an opcode. */
  int take() {
    if (window.remaining() == 0) {
      throw problem("expected its end (STOP), found the end of the file: it is cut short");
    }
    return window.next();
  }

  private long little(int bytes) {
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      value |= (long) take() << (8 * i);
    }
    return value;
  }

  private static long signed(long fourBytes) {
    return fourBytes << 32 >> 32;
  }

  private void takeLine() {
    long lineOffset = window.position();
    while (take() != '\n') {
      if (window.position() - lineOffset > MAX_LINE_BYTES && !file.isPatient()) {
        throw file.problemAt(
            lineOffset,
            ("expected raw bytes, found more than %d bytes of text in a line (pickle protocol 0,"
                    + " byte %d): write the arrays out with 'penstock convert' or numpy.save")
                .formatted(MAX_LINE_BYTES, lineOffset));
      }
    }
    dataOffset = lineOffset;
    dataBytes = window.position() - lineOffset - 1;
  }

  /** The number of a memo entry, from its line. */
  private long index() {
    if (dataBytes == 0 || dataBytes > 10) {
      return -1;
    }
    long value = 0;
    for (byte digit : bytes(dataOffset, dataBytes)) {
      if (digit < '0' || digit > '9') {
        return -1;
      }
      value = value * 10 + (digit - '0');
    }
    return value;
  }

  /** Something is wrong with the pickle, at the opcode that was read last. */
  PenstockException problem(String problem) {
    return file.problemAt(
        start, "not a valid pickle at byte %d: %s".formatted(file.position(start), problem));
  }

  /** The pickle may be valid, but exceeds a limit. */
  PenstockException tooMuch(String what) {
    return file.problemAt(
        start,
        ("expected a pickle of arrays and little else, found %s up to byte %d: write the arrays"
                + " out with numpy.save")
            .formatted(what, file.position(start)));
  }
}
