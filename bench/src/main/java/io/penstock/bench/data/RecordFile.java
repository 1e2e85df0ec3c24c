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
 * A {@code .npy} file of records whose bytes are {@link Words}: an array of bytes of shape (count,
 * record size), with the header that {@code numpy.save} would write.
 *
 * @param path where it lies
 * @param recordBytes size of a record, a multiple of 8 and at least 16
 * @param recordCount how many
 */
public record RecordFile(Path path, long recordBytes, long recordCount) {
  /** Where the records begin: NumPy pads a short header to so much. */
  public static final int DATA_OFFSET = 128;

  private static final int CHUNK_BYTES = 8 << 20;

  /** Checks the sizes. */
  public RecordFile {
    if (recordBytes < 16 || recordBytes % Long.BYTES != 0 || recordBytes > 1 << 30) {
      throw new IllegalArgumentException(
          "recordBytes must be a multiple of 8, 16 to 1 GiB, was " + recordBytes);
    }
    if (recordCount < 1) {
      throw new IllegalArgumentException("recordCount must be at least 1, was " + recordCount);
    }
  }

  /** As many records as fit, and at least two batches of some kind: four. */
  public static RecordFile ofSize(Path path, long recordBytes, long fileBytes) {
    return new RecordFile(path, recordBytes, Math.max(4, (fileBytes - DATA_OFFSET) / recordBytes));
  }

  /** Size of the file. */
  public long fileBytes() {
    return DATA_OFFSET + recordCount * recordBytes;
  }

  /** Size of all records. */
  public long dataBytes() {
    return recordCount * recordBytes;
  }

  /** Writes the file and waits until the device has it; one that is there already is kept. */
  public RecordFile make() throws IOException {
    if (Files.exists(path) && Files.size(path) == fileBytes() && isHeadOurs()) {
      return this;
    }
    try (FileChannel channel =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      // Records first: a file that was not finished has no header, and is made again.
      channel.position(DATA_OFFSET);
      writeRecords(channel);
      channel.force(true);
      channel.position(0);
      writeFully(channel, ByteBuffer.wrap(header()));
      channel.force(true);
    }
    return this;
  }

  private boolean isHeadOurs() throws IOException {
    ByteBuffer head = ByteBuffer.allocate(DATA_OFFSET);
    try (FileChannel channel = FileChannel.open(path)) {
      channel.read(head, 0);
    }
    return ByteBuffer.wrap(header()).equals(head.flip());
  }

  private void writeRecords(FileChannel channel) throws IOException {
    int chunkRecords = (int) Math.max(1, CHUNK_BYTES / recordBytes);
    ByteBuffer chunk =
        ByteBuffer.allocateDirect(Math.toIntExact(chunkRecords * recordBytes))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (long next = 0; next < recordCount; next += chunkRecords) {
      long end = Math.min(recordCount, next + chunkRecords);
      chunk.clear();
      for (long index = next; index < end; index++) {
        for (long word = 0; word < recordBytes / Long.BYTES; word++) {
          chunk.putLong(Words.at(index, word));
        }
      }
      writeFully(channel, chunk.flip());
    }
  }

  private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** Magic, version 1.0, length of what follows, and a dictionary padded to end at 128. */
  byte[] header() {
    byte[] header = new byte[DATA_OFFSET];
    String dictionary =
        "{'descr': '|u1', 'fortran_order': False, 'shape': (%d, %d), }"
            .formatted(recordCount, recordBytes);
    ByteBuffer.wrap(header)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put((byte) 0x93)
        .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
        .put((byte) 1)
        .put((byte) 0)
        .putShort((short) (DATA_OFFSET - 10))
        .put(dictionary.getBytes(StandardCharsets.US_ASCII))
        .put(" ".repeat(DATA_OFFSET - 11 - dictionary.length()).getBytes(StandardCharsets.US_ASCII))
        .put((byte) '\n');
    return header;
  }
}
