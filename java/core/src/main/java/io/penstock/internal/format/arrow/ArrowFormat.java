package io.penstock.internal.format.arrow;

import io.penstock.internal.format.ArrayFormat;
import io.penstock.internal.format.Contents;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.format.ZipDirectory;
import io.penstock.internal.index.Indexes;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Arrow IPC: files ({@code ARROW1}, also Feather 2) and streams (as in the cache of Hugging Face's
 * datasets). {@code FILE.arrow#NAME} is a column of numbers, of lists of numbers, or of strings;
 * {@code #a.b} is the field b of the struct a.
 */
public final class ArrowFormat implements ArrayFormat {
  private static final int LONGEST_SCHEMA_BYTES = 1 << 26;

  @Override
  public String name() {
    return "arrow";
  }

  @Override
  public boolean recognizes(byte[] start, OpenFile file) {
    byte[] magic = ArrowMessages.MAGIC;
    boolean isFile =
        start.length >= magic.length
            && Arrays.equals(start, 0, magic.length, magic, 0, magic.length);
    return isFile || (looksLikeStream(start) && beginsWithSchema(file));
  }

  /** A continuation marker, the length of the metadata, and a flatbuffer whose root is near. */
  private static boolean looksLikeStream(byte[] start) {
    if (start.length < 16) {
      return false;
    }
    ByteBuffer bytes = ZipDirectory.little(start);
    int length = bytes.getInt(4);
    int root = bytes.getInt(8);
    return bytes.getInt(0) == -1
        && length >= 16
        && length % 8 == 0
        && length < LONGEST_SCHEMA_BYTES
        && root >= 4
        && root < length;
  }

  /** Raw elements may look like a stream by chance, but hardly have the table of a message. */
  private static boolean beginsWithSchema(OpenFile file) {
    int length = ZipDirectory.little(file.start(8)).getInt(4);
    int some = (int) Math.min(Math.min(length, 1 << 12), file.sizeBytes() - 8);
    try {
      FlatTable message =
          FlatTable.root(ZipDirectory.little(file.read(8, some, "the first message")));
      return message.getByte(1, 0) == ArrowMessages.SCHEMA;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  @Override
  public Contents read(OpenFile file) {
    return new ArrowContents(file, Indexes.contents(file, new ArrowScan()));
  }
}
