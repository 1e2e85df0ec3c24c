package io.penstock.bench.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The records of a {@link RecordFile} as members of an uncompressed tar, in the order of their
 * indices: what WebDataset reads.
 *
 * @param records that it holds
 */
public record RecordTar(RecordFile records) {
  private static final int BLOCK_BYTES = 512;

  /** Holds several records of most sizes, and is flushed where one is larger. */
  private static final int CHUNK_BYTES = 8 << 20;

  /** Beside the records. */
  public Path path() {
    String name = records.path().getFileName().toString().replace(".npy", "");
    return records.path().resolveSibling(name + ".tar");
  }

  /** Writes it and waits until the device has it; one that is there already is kept. */
  public void make() throws IOException {
    if (Files.exists(path())) {
      return;
    }
    // Renamed when it is finished.
    Path unfinished = path().resolveSibling(path().getFileName() + ".unfinished");
    try (FileChannel channel =
        FileChannel.open(
            unfinished,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
      for (long index = 0; index < records.recordCount(); index++) {
        writeMember(channel, chunk, index);
      }
      // Two empty blocks end a tar.
      for (int i = 0; i < 2 * BLOCK_BYTES; i += Long.BYTES) {
        put(channel, chunk, 0);
      }
      flush(channel, chunk);
      channel.force(true);
    }
    Files.move(unfinished, path());
  }

  /** Deletes what {@link #make} made, whole or not. */
  public void delete() throws IOException {
    Files.deleteIfExists(path());
    Files.deleteIfExists(path().resolveSibling(path().getFileName() + ".unfinished"));
  }

  private void writeMember(FileChannel channel, ByteBuffer chunk, long index) throws IOException {
    long bytes = records.places().bytes(index);
    ByteBuffer header = ByteBuffer.wrap(header(index, bytes)).order(ByteOrder.LITTLE_ENDIAN);
    while (header.hasRemaining()) {
      put(channel, chunk, header.getLong());
    }
    long words = bytes / Long.BYTES;
    for (long word = 0; word < words; word++) {
      put(channel, chunk, Words.at(index, word));
    }
    for (long at = bytes; at % BLOCK_BYTES != 0; at += Long.BYTES) {
      put(channel, chunk, 0);
    }
  }

  /** The fields of POSIX ustar: name, mode, owner, group, size, time, sum, kind, magic, version. */
  private static byte[] header(long index, long bytes) {
    ByteBuffer header = ByteBuffer.allocate(BLOCK_BYTES);
    text(header, 0, "%010d.bin".formatted(index));
    text(header, 100, "0000644");
    text(header, 108, "0000000");
    text(header, 116, "0000000");
    text(header, 124, "%011o".formatted(bytes));
    text(header, 136, "00000000000");
    // The sum is taken with spaces in its place.
    text(header, 148, "        ");
    text(header, 156, "0");
    text(header, 257, "ustar\0" + "00");
    int sum = 0;
    for (byte each : header.array()) {
      sum += Byte.toUnsignedInt(each);
    }
    text(header, 148, "%06o\0 ".formatted(sum));
    return header.array();
  }

  private static void text(ByteBuffer header, int at, String text) {
    header.put(at, text.getBytes(StandardCharsets.US_ASCII));
  }

  private static void put(FileChannel channel, ByteBuffer chunk, long word) throws IOException {
    if (!chunk.hasRemaining()) {
      flush(channel, chunk);
    }
    chunk.putLong(word);
  }

  private static void flush(FileChannel channel, ByteBuffer chunk) throws IOException {
    chunk.flip();
    while (chunk.hasRemaining()) {
      channel.write(chunk);
    }
    chunk.clear();
  }
}
