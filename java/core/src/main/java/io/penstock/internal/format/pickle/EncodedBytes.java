package io.penstock.internal.format.pickle;

import io.penstock.internal.format.pickle.PickleValue.Blob;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;

/**
 * Decodes bytes that a pickle holds as text: the characters U+0000 to U+00FF in UTF-8 (protocols 1
 * and 2 of Python 3), with escapes of Python's raw-unicode-escape (its protocol 0), or the repr of
 * a str of Python 2 (its protocol 0).
 *
 * <p>What it owns: the open file. It must not read beyond the text.
 */
final class EncodedBytes extends InputStream {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int END = -1;

  private final Path path;
  private final Iterator<Blob> rest;
  private InputStream text = InputStream.nullInputStream();
  private PickleValue.Form form;
  private long left;

  private EncodedBytes(Path path, Iterator<Blob> rest) {
    this.path = path;
    this.rest = rest;
  }

  /** Opens the texts that elements of arrays are written as, one after another. */
  static InputStream open(Path path, List<Blob> blobs) throws IOException {
    EncodedBytes bytes = new EncodedBytes(path, blobs.iterator());
    bytes.next();
    return bytes;
  }

  /** Moves on to the next text; false after the last one. */
  private boolean next() throws IOException {
    text.close();
    if (!rest.hasNext()) {
      return false;
    }
    Blob blob = rest.next();
    // Not a channel: an interrupt of the thread would close it.
    InputStream file = Files.newInputStream(path);
    boolean isQuoted = blob.form() == PickleValue.Form.QUOTED;
    // Without the quotes, one at each end.
    file.skipNBytes(blob.offset() + (isQuoted ? 1 : 0));
    left = blob.length() - (isQuoted ? 2 : 0);
    form = blob.form();
    text = new BufferedInputStream(file, BUFFER_BYTES);
    return true;
  }

  private int take() throws IOException {
    if (left <= 0) {
      return END;
    }
    left--;
    int next = text.read();
    if (next == END) {
      throw new EOFException("the file ends within the text of an array");
    }
    return next;
  }

  @Override
  public int read() throws IOException {
    int first = take();
    while (first == END && next()) {
      first = take();
    }
    if (first == END) {
      return END;
    }
    return switch (form) {
      case ENCODED -> first < 0x80 ? first : twoBytes(first);
      case ESCAPED_BYTES -> first == '\\' ? escape("u") : first;
      default -> first == '\\' ? escape("x\\'\"nrtabfv0") : first;
    };
  }

  /** U+0080 to U+00FF. */
  private int twoBytes(int first) throws IOException {
    int second = take();
    if ((first & 0xfe) != 0xc2 || (second & 0xc0) != 0x80) {
      throw new IOException("text that stands for bytes has characters beyond U+00FF");
    }
    return ((first & 3) << 6) | (second & 0x3f);
  }

  private int escape(String known) throws IOException {
    int letter = take();
    if (known.indexOf(letter) < 0) {
      throw new IOException("an escape is not known in text that stands for bytes");
    }
    return switch (letter) {
      case 'u' -> hexadecimal(4);
      case 'x' -> hexadecimal(2);
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'a' -> 7;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'v' -> 11;
      case '0' -> 0;
      default -> letter;
    };
  }

  private int hexadecimal(int digits) throws IOException {
    int value = 0;
    for (int i = 0; i < digits; i++) {
      int digit = Character.digit(take(), 16);
      if (digit < 0) {
        throw new IOException("an escape has no hexadecimal digits");
      }
      value = (value << 4) | digit;
    }
    if (value > 0xff) {
      throw new IOException("text that stands for bytes has characters beyond U+00FF");
    }
    return value;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    for (int i = 0; i < length; i++) {
      int next = read();
      if (next == END) {
        return i == 0 ? END : i;
      }
      bytes[offset + i] = (byte) next;
    }
    return length;
  }

  @Override
  public void close() throws IOException {
    text.close();
  }
}
