package io.penstock.internal.format.arrow;

import io.penstock.internal.format.ZipDirectory;
import io.penstock.internal.index.ScanInput;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The messages of a file or a stream: its schema, and then dictionaries and record batches one by
 * one.
 *
 * <p>What it owns: framing. A stream is followed from one message to the next; a file has a footer
 * that says where they are. Whatever is wrong with metadata is an IllegalArgumentException.
 */
final class ArrowMessages {
  static final byte[] MAGIC = "ARROW1".getBytes(StandardCharsets.US_ASCII);
  static final int SCHEMA = 1;
  private static final int DICTIONARY = 2;
  private static final int BATCH = 3;

  /** Metadata grow with columns and, in a footer, with batches; real ones have a few kilobytes. */
  private static final int MAX_METADATA_BYTES = 24 << 20;

  private static final int CONTINUATION = -1;
  private static final int BLOCK_BYTES = 24;
  private static final int START_BYTES = 8;

  /** The length of the footer and the magic. */
  private static final int TAIL_BYTES = 10;

  /** Version 4 of metadata, numbered from 0. */
  private static final int OLDEST_VERSION = 3;

  /**
   * A message.
   *
   * @param type of its header
   * @param header a table of that type
   * @param offset where the message begins, for errors
   * @param bodyOffset where its body begins
   * @param bodyBytes size of the body
   */
  record ArrowMessage(int type, FlatTable header, long offset, long bodyOffset, long bodyBytes) {
    long end() {
      return bodyOffset + bodyBytes;
    }
  }

  /** Takes what follows the schema. */
  interface MessageVisitor {
    void dictionary(ArrowMessage message);

    void batch(ArrowMessage message);
  }

  private final ScanInput in;
  private final ArrowSchema schema;
  private final boolean hasUnionValidity;

  /** Where the messages behind the schema begin in a stream. */
  private final long streamOffset;

  /** The footer of a file; null for a stream. */
  private final FlatTable footer;

  private final long end;

  /** Where the message begins that is read at the moment, for errors. */
  private long place;

  /** Reads the schema. */
  ArrowMessages(ScanInput in) {
    this.in = in;
    in.moveTo(0);
    boolean isFile =
        in.remaining() >= MAGIC.length
            && in.peek(MAGIC.length, "the start of the file")
                .slice(0, MAGIC.length)
                .equals(ByteBuffer.wrap(MAGIC));
    if (isFile) {
      this.end = footerOffset();
      this.place = end;
      this.footer = FlatTable.root(metadata(end, footerBytes(), "the footer"));
      int version = footer.getShort(0, 0);
      checkVersion(version);
      this.hasUnionValidity = version == OLDEST_VERSION;
      this.schema = SchemaReader.read(footer.table(1, "a schema"));
      this.streamOffset = 0;
    } else {
      this.footer = null;
      this.end = in.sizeBytes();
      ArrowMessage first = read(0);
      if (first == null || first.type != SCHEMA) {
        throw new IllegalArgumentException("expected a schema as the first message, found none");
      }
      this.hasUnionValidity = isOldVersion;
      this.schema = SchemaReader.read(first.header);
      this.streamOffset = first.end();
    }
  }

  private boolean isOldVersion;

  ArrowSchema schema() {
    return schema;
  }

  boolean hasUnionValidity() {
    return hasUnionValidity;
  }

  /** Where the message begins that is being read or visited. */
  long place() {
    return place;
  }

  /** Goes through all dictionaries and batches. */
  void forEach(MessageVisitor visitor) {
    if (footer == null) {
      for (ArrowMessage next = read(streamOffset); next != null; next = read(next.end())) {
        visit(next, visitor);
      }
      return;
    }
    blocks(footer.vector(2, BLOCK_BYTES), DICTIONARY, visitor);
    blocks(footer.vector(3, BLOCK_BYTES), BATCH, visitor);
  }

  /** Blocks must follow one another, or the same one could be repeated any number of times. */
  private void blocks(FlatTable.Vector blocks, int type, MessageVisitor visitor) {
    long before = START_BYTES;
    for (int i = 0; i < blocks.count(); i++) {
      long offset = blocks.getLong(i, 0);
      if (offset < before || offset > end) {
        throw new IllegalArgumentException(
            "expected block %d of the footer in bytes %d to %d, found it at %d"
                .formatted(i, before, end, offset));
      }
      ArrowMessage message = read(offset);
      if (message == null || message.type != type) {
        throw new IllegalArgumentException(
            "expected a %s at byte %d, as the footer says, found another message"
                .formatted(type == BATCH ? "record batch" : "dictionary", offset));
      }
      before = message.end();
      visit(message, visitor);
    }
  }

  private static void visit(ArrowMessage message, MessageVisitor visitor) {
    switch (message.type) {
      case DICTIONARY -> visitor.dictionary(message);
      case BATCH -> visitor.batch(message);
      default ->
          throw new IllegalArgumentException(
              "expected a record batch or a dictionary, found a message of type " + message.type);
    }
  }

  /** The message at a place; null at the end of a stream. */
  private ArrowMessage read(long offset) {
    place = offset;
    if (offset == end && footer == null) {
      return null;
    }
    in.moveTo(offset);
    int first = in.peek(Integer.BYTES, "the length of a message").getInt(0);
    boolean isMarked = first == CONTINUATION;
    int prefix = isMarked ? 2 * Integer.BYTES : Integer.BYTES;
    int length = isMarked ? in.peek(prefix, "the length of a message").getInt(4) : first;
    if (length == 0) {
      return null;
    }
    ByteBuffer bytes = metadata(offset + prefix, length, "the metadata of a message");
    FlatTable message = FlatTable.root(bytes);
    int version = message.getShort(0, 0);
    checkVersion(version);
    isOldVersion = version == OLDEST_VERSION;
    long bodyOffset = offset + prefix + length;
    long bodyBytes = message.getLong(3, 0);
    if (bodyBytes < 0) {
      throw new IllegalArgumentException("expected a body of at least 0 bytes, found " + bodyBytes);
    }
    in.file().checkHas(bodyOffset, bodyBytes, "the body of a message");
    int type = message.getByte(1, 0);
    return new ArrowMessage(type, message.table(2, "a header"), offset, bodyOffset, bodyBytes);
  }

  private static void checkVersion(int version) {
    if (version < OLDEST_VERSION || version > OLDEST_VERSION + 1) {
      throw new IllegalArgumentException(
          "expected version 4 or 5 of the metadata, found %d: write it with a newer library"
              .formatted(version + 1));
    }
  }

  private ByteBuffer metadata(long offset, int count, String what) {
    if (count < Integer.BYTES || count > MAX_METADATA_BYTES) {
      throw new IllegalArgumentException(
          "expected %s to have 4 bytes to %d MiB, found %d bytes"
              .formatted(what, MAX_METADATA_BYTES >> 20, count));
    }
    in.file().checkHas(offset, count, what);
    in.moveTo(offset);
    return ZipDirectory.little(in.take(count, what));
  }

  private int footerBytes() {
    return ZipDirectory.little(
            in.file().read(in.sizeBytes() - TAIL_BYTES, TAIL_BYTES, "the length of the footer"))
        .getInt(0);
  }

  private long footerOffset() {
    long tail = in.sizeBytes() - TAIL_BYTES;
    byte[] magic =
        tail < START_BYTES
            ? new byte[0]
            : in.file().read(tail + Integer.BYTES, MAGIC.length, "the end of the file");
    if (!Arrays.equals(magic, MAGIC)) {
      throw new IllegalArgumentException(
          "expected a footer at the end, found none: the file is not complete");
    }
    long footerBytes = footerBytes();
    if (footerBytes < 0 || footerBytes > tail - START_BYTES) {
      throw new IllegalArgumentException(
          "expected a footer of at most %d bytes, found %d"
              .formatted(tail - START_BYTES, footerBytes));
    }
    return tail - footerBytes;
  }
}
