package io.penstock.bench.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A {@code .npy} file of records whose bytes are {@link Words}, with the header that {@code
 * numpy.save} would write. Records of one size are an array of bytes of shape (count, record size);
 * lognormal ones an array of all their bytes, with a second file of offsets beside it: an array of
 * int64, one more than records.
 *
 * <p>Of lognormal records, whatever asks for sizes computes the place of every record, once.
 */
public final class RecordFile {
  /** Where the records begin: NumPy pads a short header to so much. */
  public static final int DATA_OFFSET = RecordFileHeader.BYTES;

  private static final int CHUNK_BYTES = 8 << 20;

  private final Path path;
  private final RecordSize size;
  private final long recordCount;
  private volatile RecordPlaces places;

  /**
   * A file of records of one size.
   *
   * @param path where it lies
   * @param recordBytes size of a record, a multiple of 8 and at least 16
   * @param recordCount how many
   */
  public RecordFile(Path path, long recordBytes, long recordCount) {
    this(path, new RecordSize.Equal(recordBytes), recordCount);
  }

  /**
   * A file of records.
   *
   * @param path where it lies
   * @param size of its records
   * @param recordCount how many
   */
  public RecordFile(Path path, RecordSize size, long recordCount) {
    if (recordCount < 1) {
      throw new IllegalArgumentException("recordCount must be at least 1, was " + recordCount);
    }
    this.path = path;
    this.size = size;
    this.recordCount = recordCount;
  }

  /** As many records as fit, and at least two batches of some kind: four. */
  public static RecordFile ofSize(Path path, RecordSize size, long fileBytes) {
    return new RecordFile(path, size, size.countWithin(fileBytes - DATA_OFFSET));
  }

  /** Where the records lie. */
  public Path path() {
    return path;
  }

  /** Where the offsets of lognormal records lie. */
  public Path offsetsPath() {
    return path.resolveSibling(path.getFileName().toString().replace(".npy", "") + ".offsets.npy");
  }

  /** All its files. */
  public List<Path> paths() {
    return isVariable() ? List.of(path, offsetsPath()) : List.of(path);
  }

  /** What its records were asked to be. */
  public RecordSize size() {
    return size;
  }

  /** Whether records have different sizes. */
  public boolean isVariable() {
    return size instanceof RecordSize.Lognormal;
  }

  /** Number of records. */
  public long recordCount() {
    return recordCount;
  }

  /** Size of a record; of records of different sizes the mean, rounded. */
  public long recordBytes() {
    return Math.round((double) dataBytes() / recordCount);
  }

  /** Where records lie, counted from {@link #DATA_OFFSET}. */
  public RecordPlaces places() {
    if (places == null) {
      // Two threads at once would compute the same.
      places = size.places(recordCount);
    }
    return places;
  }

  /** Size of the file that has the records. */
  public long fileBytes() {
    return DATA_OFFSET + dataBytes();
  }

  /** Size of all records. */
  public long dataBytes() {
    return places().begin(recordCount);
  }

  /** Writes the file and waits until the device has it; one that is there already is kept. */
  public RecordFile make() throws IOException {
    if (isMade()) {
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
      if (isVariable()) {
        writeOffsets();
      }
      channel.position(0);
      writeFully(channel, ByteBuffer.wrap(header()));
      channel.force(true);
    }
    return this;
  }

  /** Deletes what {@link #make} made. */
  public void delete() throws IOException {
    for (Path each : paths()) {
      Files.deleteIfExists(each);
    }
  }

  /** Whether it is there, whole. */
  public boolean isMade() throws IOException {
    return Files.exists(path)
        && Files.size(path) == fileBytes()
        && (!isVariable() || Files.exists(offsetsPath()))
        && isHeadOurs();
  }

  private boolean isHeadOurs() throws IOException {
    ByteBuffer head = ByteBuffer.allocate(DATA_OFFSET);
    try (FileChannel channel = FileChannel.open(path)) {
      channel.read(head, 0);
    }
    return ByteBuffer.wrap(header()).equals(head.flip());
  }

  private void writeRecords(FileChannel channel) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (long index = 0; index < recordCount; index++) {
      long words = places().bytes(index) / Long.BYTES;
      for (long word = 0; word < words; word++) {
        if (!chunk.hasRemaining()) {
          writeFully(channel, chunk.flip());
          chunk.clear();
        }
        chunk.putLong(Words.at(index, word));
      }
    }
    writeFully(channel, chunk.flip());
  }

  private void writeOffsets() throws IOException {
    ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel channel =
        FileChannel.open(
            offsetsPath(),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      chunk.put(RecordFileHeader.of("<i8", recordCount + 1));
      for (long index = 0; index <= recordCount; index++) {
        if (!chunk.hasRemaining()) {
          writeFully(channel, chunk.flip());
          chunk.clear();
        }
        chunk.putLong(places().begin(index));
      }
      writeFully(channel, chunk.flip());
      channel.force(true);
    }
  }

  private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  byte[] header() {
    return isVariable()
        ? RecordFileHeader.of("|u1", dataBytes())
        : RecordFileHeader.of("|u1", recordCount, recordBytes());
  }
}
