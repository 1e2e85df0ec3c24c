package io.penstock;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * An array of bytes in a .npy file, written and read by plain Java: what every way of reading is
 * compared with.
 *
 * <p>It must not use any code of the library.
 */
public record TestArray(Path path, long recordCount, int recordBytes, long dataOffset) {
  private static final int HEADER_BYTES = 128;
  private static final int CHUNK_BYTES = 1 << 20;

  /** Writes an array of random bytes, told by the seed. */
  public static TestArray random(Path path, long recordCount, int recordBytes, long seed) {
    TestArray array = new TestArray(path, recordCount, recordBytes, HEADER_BYTES);
    try (FileChannel channel = create(path)) {
      write(channel, header(recordCount, recordBytes), 0);
      SplittableRandom random = new SplittableRandom(seed);
      byte[] chunk = new byte[CHUNK_BYTES];
      long end = HEADER_BYTES + recordCount * recordBytes;
      for (long at = HEADER_BYTES; at < end; at += CHUNK_BYTES) {
        random.nextBytes(chunk);
        int length = (int) Math.min(CHUNK_BYTES, end - at);
        write(channel, ByteBuffer.wrap(chunk, 0, length), at);
      }
      return array;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes an array of zeros that takes no space on the disk. */
  public static TestArray sparse(Path path, long recordCount, int recordBytes) {
    try (FileChannel channel = create(path)) {
      write(channel, header(recordCount, recordBytes), 0);
      long last = HEADER_BYTES + recordCount * recordBytes - 1;
      write(channel, ByteBuffer.wrap(new byte[1]), last);
      return new TestArray(path, recordCount, recordBytes, HEADER_BYTES);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads a record with a FileChannel. */
  public byte[] record(long index) {
    ByteBuffer bytes = ByteBuffer.allocate(recordBytes);
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      long offset = offsetBytes(index);
      while (bytes.hasRemaining()) {
        if (channel.read(bytes, offset + bytes.position()) < 0) {
          throw new IllegalStateException(path + " ends before record " + index);
        }
      }
      return bytes.array();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads all records with a FileChannel. */
  public byte[] all() {
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(recordCount * recordBytes));
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      while (bytes.hasRemaining()) {
        if (channel.read(bytes, dataOffset + bytes.position()) < 0) {
          throw new IllegalStateException(path + " ends early");
        }
      }
      return bytes.array();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Overwrites a record. */
  public void put(long index, byte[] record) {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      write(channel, ByteBuffer.wrap(record), offsetBytes(index));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Cuts the file, so that it ends within a record. */
  public void cutWithin(long index) {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.truncate(offsetBytes(index) + recordBytes / 2);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Has the kernel forget what it has of the file in memory; a wish, as ever. */
  public void dropPages() {
    try {
      int _ =
          new ProcessBuilder("dd", "if=" + path, "iflag=nocache", "count=0", "status=none")
              .start()
              .waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts this", e);
    }
  }

  /** Where a record lies in the file. */
  public long offsetBytes(long index) {
    return dataOffset + index * recordBytes;
  }

  private static FileChannel create(Path path) throws IOException {
    return FileChannel.open(
        path,
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE));
  }

  private static ByteBuffer header(long recordCount, int recordBytes) {
    String text =
        "{'descr': '|u1', 'fortran_order': False, 'shape': (%d, %d), }"
            .formatted(recordCount, recordBytes);
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    header.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    header.put((byte) 1).put((byte) 0).putShort((short) (HEADER_BYTES - 10));
    header.put(text.getBytes(StandardCharsets.US_ASCII));
    while (header.position() < HEADER_BYTES - 1) {
      header.put((byte) ' ');
    }
    return header.put((byte) '\n').flip();
  }

  private static void write(FileChannel channel, ByteBuffer bytes, long offset) throws IOException {
    long at = offset;
    while (bytes.hasRemaining()) {
      at += channel.write(bytes, at);
    }
  }
}
