package io.penstock.internal.format.arrow;

import io.penstock.internal.format.OpenFile;
import io.penstock.internal.format.ZipDirectory;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * Writes a file or stream of Arrow whose buffers are compressed as one whose buffers are not.
 *
 * <p>What it owns: the order of messages. Metadata stay as they are but for where buffers lie, how
 * large bodies are, and that there is no compression; so no type needs to be understood. Buffers
 * pass through as streams. Whatever is wrong with the file is an IllegalArgumentException.
 */
public final class ArrowUnpacker {
  /** Undoes the compression of a buffer. */
  public interface BodyDecoder {
    /**
     * Opens a buffer.
     *
     * @param codec 0 for LZ4 frames, 1 for ZSTD
     * @param compressed the bytes of the buffer
     * @throws IOException if they do not begin as such a buffer does
     */
    InputStream open(int codec, InputStream compressed) throws IOException;
  }

  private static final byte[] MAGIC = Arrays.copyOf(ArrowMessages.MAGIC, 8);
  private static final int TAIL_BYTES = 10;
  private static final int CONTINUATION = -1;
  private static final int DICTIONARY = 2;
  private static final int BATCH = 3;
  private static final int MAX_METADATA_BYTES = 24 << 20;
  private static final int PIECE_BYTES = 1 << 18;
  private static final int ALIGNMENT = 64;
  private static final int BLOCK_BYTES = 24;
  private static final int RAW = -1;

  /** Of a body that is not compressed: 256 TiB. */
  private static final long MOST_BODY_BYTES = 1L << 48;

  private final OpenFile file;
  private final boolean isFile;

  /** Where messages end at the latest: the footer, or the end of a stream. */
  private final long end;

  private final Map<Long, MovedMessage> moved = new HashMap<>();
  private long written;

  /** Where a message lies in the new file. */
  private record MovedMessage(long offset, long bodyBytes) {}

  /** A message as it was read. */
  private static final class ReadMessage {
    private final long offset;
    private final byte[] prefix;
    private final byte[] metadata;
    private final FlatTable table;
    private final long bodyBytes;

    ReadMessage(long offset, byte[] prefix, byte[] metadata) {
      this.offset = offset;
      this.prefix = prefix;
      this.metadata = metadata;
      this.table = FlatTable.root(ZipDirectory.little(metadata));
      this.bodyBytes = table.getLong(3, 0);
    }

    int type() {
      return table.getByte(1, 0);
    }

    long bodyOffset() {
      return offset + prefix.length + metadata.length;
    }

    long end() {
      return bodyOffset() + bodyBytes;
    }

    /** The record batch of a message that has one; null for others. */
    FlatTable batch() {
      return switch (type()) {
        case BATCH -> table.table(2, "a record batch");
        case DICTIONARY -> table.table(2, "a dictionary").table(1, "the values of a dictionary");
        default -> null;
      };
    }
  }

  /**
   * Of an open file.
   *
   * @param file an Arrow file or stream
   * @throws IllegalArgumentException if it is not complete
   */
  public ArrowUnpacker(OpenFile file) {
    this.file = file;
    this.isFile = file.sizeBytes() >= 8 && Arrays.equals(file.start(6), ArrowMessages.MAGIC);
    this.end = isFile ? footerOffset() : file.sizeBytes();
  }

  private long footerOffset() {
    long tail = file.sizeBytes() - TAIL_BYTES;
    if (tail < MAGIC.length) {
      throw new IllegalArgumentException("expected a footer at the end, found none");
    }
    byte[] bytes = file.read(tail, TAIL_BYTES, "the end of the file");
    long length = ZipDirectory.little(bytes).getInt(0);
    if (!Arrays.equals(bytes, 4, TAIL_BYTES, ArrowMessages.MAGIC, 0, 6)
        || length < Integer.BYTES
        || length > Math.min(MAX_METADATA_BYTES, tail - MAGIC.length)) {
      throw new IllegalArgumentException(
          "expected a footer at the end, found none: the file is not complete");
    }
    return tail - length;
  }

  /** Whether the buffers of the first batch or dictionary are compressed. */
  public boolean isCompressed() {
    long at = isFile ? MAGIC.length : 0;
    for (ReadMessage next = read(at); next != null; next = read(next.end())) {
      FlatTable batch = next.batch();
      if (batch != null) {
        return batch.has(3);
      }
    }
    return false;
  }

  /**
   * Writes the new file.
   *
   * @param out to which it is written
   * @param decoder undoes compressions
   * @param progress called with the place in the old file
   * @return how many bytes were written
   * @throws IOException if they cannot be written, or a buffer is damaged
   */
  public long write(OutputStream out, BodyDecoder decoder, LongConsumer progress)
      throws IOException {
    long at = 0;
    if (isFile) {
      put(out, MAGIC);
      at = MAGIC.length;
    }
    for (ReadMessage next = read(at); next != null; next = read(next.end())) {
      write(next, out, decoder);
      progress.accept(next.end());
    }
    put(out, new byte[] {-1, -1, -1, -1, 0, 0, 0, 0});
    if (isFile) {
      writeFooter(out);
    }
    return written;
  }

  /** The message at a place; null behind the last one. */
  private ReadMessage read(long offset) {
    if (offset >= end) {
      return null;
    }
    int first = ZipDirectory.little(file.read(offset, Integer.BYTES, "the length")).getInt(0);
    int prefix = first == CONTINUATION ? 2 * Integer.BYTES : Integer.BYTES;
    byte[] start = file.read(offset, prefix, "the length of a message");
    int length = ZipDirectory.little(start).getInt(prefix - Integer.BYTES);
    if (length == 0) {
      return null;
    }
    if (length < Integer.BYTES || length > MAX_METADATA_BYTES) {
      throw new IllegalArgumentException(
          "expected metadata of 4 bytes to %d MiB at byte %d, found %d bytes"
              .formatted(MAX_METADATA_BYTES >> 20, offset, length));
    }
    byte[] metadata = file.read(offset + prefix, length, "the metadata of a message");
    ReadMessage message = new ReadMessage(offset, start, metadata);
    if (message.bodyBytes < 0 || message.bodyBytes > end - message.bodyOffset()) {
      throw new IllegalArgumentException(
          "expected a body that ends at byte %d, found one of %d bytes at %d"
              .formatted(end, message.bodyBytes, message.bodyOffset()));
    }
    return message;
  }

  private void write(ReadMessage message, OutputStream out, BodyDecoder decoder)
      throws IOException {
    FlatTable batch = message.batch();
    if (batch == null || !batch.has(3)) {
      moved.put(message.offset, new MovedMessage(written, message.bodyBytes));
      put(out, message.prefix);
      put(out, message.metadata);
      copy(new BodySection(file, message.bodyOffset(), message.bodyBytes), message.bodyBytes, out);
      return;
    }
    FlatTable compression = batch.table(3, "a compression");
    int codec = compression.getByte(0, 0);
    if (compression.getByte(1, 0) != 0) {
      throw new IllegalArgumentException(
          "expected each buffer to be compressed alone, found another method");
    }
    FlatTable.Vector buffers = batch.vector(2, 16);
    long[] offsets = new long[buffers.count()];
    long[] packed = new long[buffers.count()];
    long[] sizes = new long[buffers.count()];
    long before = 0;
    long body = 0;
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] = message.bodyOffset() + buffers.getLong(i, 0);
      packed[i] = buffers.getLong(i, 8);
      before = checked(buffers.getLong(i, 0), packed[i], before, message.bodyBytes);
      sizes[i] = packed[i] == 0 ? 0 : unpackedSize(offsets[i], packed[i]);
      buffers.bytes().putLong(buffers.at(i), body);
      buffers.bytes().putLong(buffers.at(i) + 8, sizes[i]);
      body += padded(sizes[i]);
      if (body > MOST_BODY_BYTES) {
        throw new IllegalArgumentException(
            "expected buffers of at most %d bytes in all, found more".formatted(MOST_BODY_BYTES));
      }
    }
    message.table.putLong(3, body);
    batch.remove(3, message.table, compression);
    moved.put(message.offset, new MovedMessage(written, body));
    put(out, message.prefix);
    put(out, message.metadata);
    for (int i = 0; i < offsets.length; i++) {
      if (packed[i] > 0) {
        writeBuffer(offsets[i], packed[i], sizes[i], codec, out, decoder);
      }
    }
  }

  /** Buffers follow one another: else a few bytes could be unpacked any number of times. */
  private static long checked(long offset, long bytes, long before, long bodyBytes) {
    if (bytes == 0) {
      return before;
    }
    if (bytes < Long.BYTES || offset < before || offset > bodyBytes - bytes) {
      throw new IllegalArgumentException(
          "expected buffers of at least 8 bytes, one after another in a body of %d, found %d bytes at %d"
              .formatted(bodyBytes, bytes, offset));
    }
    return offset + bytes;
  }

  private long unpackedSize(long offset, long packed) {
    long size =
        ZipDirectory.little(file.read(offset, Long.BYTES, "the size of a buffer")).getLong(0);
    if (size < RAW || size > MOST_BODY_BYTES) {
      throw new IllegalArgumentException(
          "expected the size of a buffer at byte %d, found %d".formatted(offset, size));
    }
    return size == RAW ? packed - Long.BYTES : size;
  }

  private void writeBuffer(
      long offset, long packed, long size, int codec, OutputStream out, BodyDecoder decoder)
      throws IOException {
    boolean isRaw = ZipDirectory.little(file.read(offset, Long.BYTES, "a size")).getLong(0) == RAW;
    InputStream section = new BodySection(file, offset + Long.BYTES, packed - Long.BYTES);
    try (InputStream in =
        isRaw
            ? section
            : size == 0 ? InputStream.nullInputStream() : decoder.open(codec, section)) {
      copy(in, size, out);
      if (in.read() >= 0) {
        throw new IOException(
            "the buffer at byte %d is longer than the %d bytes that it states"
                .formatted(offset, size));
      }
    }
    put(out, new byte[(int) (padded(size) - size)]);
  }

  private static long padded(long bytes) {
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  private void writeFooter(OutputStream out) throws IOException {
    int length = (int) (file.sizeBytes() - TAIL_BYTES - end);
    byte[] footer = file.read(end, length, "the footer");
    ByteBuffer bytes = ZipDirectory.little(footer);
    FlatTable table = FlatTable.root(bytes);
    for (int slot = 2; slot <= 3; slot++) {
      FlatTable.Vector blocks = table.vector(slot, BLOCK_BYTES);
      for (int i = 0; i < blocks.count(); i++) {
        MovedMessage message = moved.remove(blocks.getLong(i, 0));
        if (message == null) {
          throw new IllegalArgumentException(
              "expected a message at byte %d, as the footer says, found none"
                  .formatted(blocks.getLong(i, 0)));
        }
        bytes.putLong(blocks.at(i), message.offset);
        bytes.putLong(blocks.at(i) + 16, message.bodyBytes);
      }
    }
    put(out, footer);
    put(
        out,
        ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(length).array());
    put(out, ArrowMessages.MAGIC);
  }

  private void put(OutputStream out, byte[] bytes) throws IOException {
    out.write(bytes);
    written += bytes.length;
  }

  private void copy(InputStream in, long count, OutputStream out) throws IOException {
    byte[] piece = new byte[(int) Math.min(PIECE_BYTES, count)];
    for (long left = count; left > 0; ) {
      int read = in.read(piece, 0, (int) Math.min(piece.length, left));
      if (read < 0) {
        throw new EOFException("a buffer is %d bytes shorter than it states".formatted(left));
      }
      out.write(piece, 0, read);
      written += read;
      left -= read;
    }
  }

  /** Some bytes of the file. */
  private static final class BodySection extends InputStream {
    private final OpenFile file;
    private long at;
    private final long end;
    private InputStream piece = InputStream.nullInputStream();

    BodySection(OpenFile file, long offset, long bytes) {
      this.file = file;
      this.at = offset;
      this.end = offset + bytes;
    }

    @Override
    public int read() throws IOException {
      int next = piece.read();
      return next < 0 && hasMore() ? piece.read() : next;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      int count = piece.read(into, offset, length);
      return count < 0 && hasMore() ? piece.read(into, offset, length) : count;
    }

    private boolean hasMore() {
      int count = (int) Math.min(PIECE_BYTES, end - at);
      if (count == 0) {
        return false;
      }
      piece = new ByteArrayInputStream(file.read(at, count, "a buffer"));
      at += count;
      return true;
    }
  }
}
