package io.penstock.hdf5;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * An open HDF5 file: its bytes by address, and what its superblock says.
 *
 * <p>What it owns: the channel, and the rule that no memory is taken for bytes that the file does
 * not have. Addresses count from the superblock, which may lie behind a user block. Not
 * thread-safe.
 */
final class Hdf5File implements AutoCloseable {
  /** More than any structure that is read at once has; data is read elsewhere. */
  private static final int MAX_STRUCTURE_BYTES = 1 << 24;

  /** Structures are small and lie close to each other. */
  private static final int WINDOW_BYTES = 1 << 12;

  /** What an index takes for a chunk: at least an address. */
  private static final int LEAST_ENTRY_BYTES = 4;

  /** Datasets may have several names, under which they are asked for again. */
  private static final int MOST_NAMES_OF_A_CHUNK = 4;

  private final Path path;
  private final FileChannel channel;
  private final long fileBytes;
  private final byte[] window = new byte[WINDOW_BYTES];
  private long windowAt;
  private int windowCount;
  private long countedBytes;
  private Superblock superblock;
  private SharedMessages sharedMessages;

  private Hdf5File(Path path, FileChannel channel, long fileBytes) {
    this.path = path;
    this.channel = channel;
    this.fileBytes = fileBytes;
  }

  /** Opens a file and reads its superblock. */
  static Hdf5File open(Path path) throws IOException {
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
    try {
      Hdf5File file = new Hdf5File(path, channel, channel.size());
      file.superblock = Superblock.of(file);
      return file;
    } catch (IOException | RuntimeException | Error e) {
      channel.close();
      throw e;
    }
  }

  /** Whether there is a superblock anywhere that one may be. */
  static boolean hasSignature(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      return Superblock.find(new Hdf5File(path, channel, channel.size())) >= 0;
    }
  }

  Path path() {
    return path;
  }

  long fileBytes() {
    return fileBytes;
  }

  Superblock superblock() {
    return superblock;
  }

  /** Lets the superblock itself follow addresses. */
  void use(Superblock read) {
    this.superblock = read;
  }

  /** Messages that object headers have in common; found when one is asked for. */
  SharedMessages sharedMessages() throws IOException {
    if (sharedMessages == null) {
      sharedMessages = SharedMessages.of(this);
    }
    return sharedMessages;
  }

  /** Where an address lies in the file. */
  long position(long address) {
    return superblock == null ? address : superblock.base() + address;
  }

  /**
   * Reads a structure.
   *
   * @param address of its first byte
   * @param count of its bytes
   * @param what it is, for messages
   */
  Bytes structure(long address, long count, String what) throws IOException {
    checkRange(address, count, what);
    if (count > MAX_STRUCTURE_BYTES) {
      throw Hdf5Fault.damaged(
          "expected at most %d bytes of %s at %d, found %d",
          MAX_STRUCTURE_BYTES, what, address, count);
    }
    byte[] bytes = new byte[(int) count];
    long position = position(address);
    if (count <= WINDOW_BYTES) {
      if (position < windowAt || position + count > windowAt + windowCount) {
        move(position);
      }
      System.arraycopy(window, (int) (position - windowAt), bytes, 0, bytes.length);
    } else {
      fill(ByteBuffer.wrap(bytes), position);
    }
    int addressBytes = superblock == null ? 8 : superblock.addressBytes();
    int lengthBytes = superblock == null ? 8 : superblock.lengthBytes();
    return Bytes.of(bytes, address, what, addressBytes, lengthBytes);
  }

  /** Reads as much of a structure of unknown size as there is, up to a limit. */
  Bytes atMost(long address, long limit, String what) throws IOException {
    checkRange(address, 0, what);
    return structure(address, Math.min(limit, fileBytes - position(address)), what);
  }

  /** Reads data; nothing is allocated before they are known to be in the file. */
  byte[] data(long address, int count, String what) throws IOException {
    checkRange(address, count, what);
    byte[] bytes = new byte[count];
    fill(ByteBuffer.wrap(bytes), position(address));
    return bytes;
  }

  /** Reads data into an array of the caller's. */
  void data(long address, byte[] bytes, int count, String what) throws IOException {
    checkRange(address, count, what);
    fill(ByteBuffer.wrap(bytes, 0, count), position(address));
  }

  /**
   * Whether the file has room for all chunks of a dataset. If not, some were never written, and
   * nobody needs to ask for them one by one.
   *
   * @param count of chunks
   * @param chunkBytes size of each
   */
  boolean hasRoomFor(long count, long chunkBytes) {
    long entryBytes = chunkBytes + LEAST_ENTRY_BYTES;
    if (count > fileBytes / entryBytes + 1) {
      return false;
    }
    countedBytes += count * entryBytes;
    if (countedBytes > MOST_NAMES_OF_A_CHUNK * fileBytes + entryBytes) {
      throw Hdf5Fault.refused(
          "expected datasets with chunks of their own, found that they have more than %d times as"
              + " many as the file has room for: name the dataset that you want",
          MOST_NAMES_OF_A_CHUNK);
    }
    return true;
  }

  void checkRange(long address, long count, String what) {
    if (address == Bytes.UNDEFINED) {
      throw Hdf5Fault.damaged("expected the address of %s, found none", what);
    }
    long base = position(0);
    if (address < 0 || count < 0 || address > fileBytes - base - count) {
      throw Hdf5Fault.damaged(
          "expected %s in bytes %d to %d of the file, found its end at %d",
          what, base + address, base + address + count, fileBytes);
    }
  }

  private void move(long position) throws IOException {
    windowCount = 0;
    windowAt = position;
    int count = (int) Math.min(WINDOW_BYTES, fileBytes - position);
    fill(ByteBuffer.wrap(window, 0, count), position);
    windowCount = count;
  }

  private void fill(ByteBuffer bytes, long position) throws IOException {
    long at = position;
    while (bytes.hasRemaining()) {
      int count = channel.read(bytes, at);
      if (count < 0) {
        throw Hdf5Fault.damaged(
            "expected a file of %d bytes as when it was opened, found its end at %d",
            fileBytes, at);
      }
      at += count;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
