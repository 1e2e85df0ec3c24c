package io.penstock.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.Dataset;
import io.penstock.array.ArrayLayout;
import io.penstock.internal.format.tar.TarFiles;
import io.penstock.internal.format.tfrecord.TfRecords;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Containers of more than 4 GiB, sparse, with records on both sides of that place. */
@Timeout(300)
class LargeContainersTest {
  private static final long LARGE = (4L << 30) + 4096;

  @TempDir private Path dir;

  /** A file of pieces at offsets, and nothing between them. */
  private static final class Pieces implements AutoCloseable {
    private final RandomAccessFile file;

    Pieces(Path path) throws IOException {
      file = new RandomAccessFile(path.toFile(), "rw");
    }

    void put(byte[] bytes) throws IOException {
      file.write(bytes);
    }

    void skip(long bytes) throws IOException {
      file.seek(file.getFilePointer() + bytes);
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(MemorySegment record) {
    return new String(record.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
  }

  /** The records of these indices. */
  private static List<String> records(Source source, long... indices) {
    List<String> found = new ArrayList<>();
    try (Dataset dataset = Dataset.open(source)) {
      String column = dataset.columns().getFirst().name();
      for (long index : indices) {
        found.add(text(dataset.record(column, index)));
      }
    }
    return found;
  }

  /** A record of 4 GiB itself: those behind it are found, and read. */
  @Test
  void recordsOfTfRecordBeyond4GibibytesAreRead() throws IOException {
    Path path = dir.resolve("x.tfrecord");
    try (Pieces file = new Pieces(path)) {
      file.put(TfRecords.file(text("first")));
      file.put(TfRecords.header(LARGE));
      file.skip(LARGE + 4);
      file.put(TfRecords.file(text("behind it"), text("last")));
    }
    assertThat(records(Source.of(path), 0, 2, 3)).containsExactly("first", "behind it", "last");
  }

  /** Each byte of such a file is looked at, which takes two seconds. */
  @Test
  void linesBeyond4GibibytesAreRead() throws IOException {
    Path path = dir.resolve("x.txt");
    try (Pieces file = new Pieces(path)) {
      file.put(text("first\n"));
      file.skip(LARGE);
      file.put(text("\nbehind it\r\nlast"));
    }
    assertThat(records(Source.of(path).part("lines"), 0, 2, 3))
        .containsExactly("first", "behind it", "last");
  }

  @Test
  void samplesOfTarBeyond4GibibytesAreRead() throws IOException {
    Path path = dir.resolve("x.tar");
    try (Pieces file = new Pieces(path)) {
      file.put(new TarFiles().file("a.txt", "first").bytes());
      TarFiles large = new TarFiles();
      file.put(large.header(large.header("a.bin", '0', LARGE)).bytes());
      file.skip(LARGE);
      file.put(new TarFiles().file("b.txt", "second").file("b.bin", "small").end().bytes());
    }
    assertThat(records(Source.of(path).part("txt"), 0, 1)).containsExactly("first", "second");
    assertThat(records(Source.of(path).part("bin"), 1)).containsExactly("small");
  }

  /** Offsets of MDS have 32 bits, all of which count. */
  @Test
  void samplesOfMdsUpTo4GibibytesAreRead() throws IOException {
    Path path = dir.resolve("shard.00000.mds");
    byte[] config =
        text(
            "{\"column_encodings\": [\"str\"], \"column_names\": [\"text\"], \"column_sizes\":"
                + " [null], \"format\": \"mds\", \"version\": 2}");
    long last = (1L << 32) - 100;
    ByteBuffer head = ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN);
    int at = head.capacity() + config.length;
    head.putInt(3).putInt(at).putInt(at + 9).putInt((int) last).putInt((int) (last + 8));
    try (Pieces file = new Pieces(path)) {
      file.put(head.array());
      file.put(config);
      file.put(sized("first"));
      int size = (int) (last - at - 9 - 4);
      file.put(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(size).array());
      file.skip(Integer.toUnsignedLong(size));
      file.put(sized("last"));
    }
    assertThat(records(Source.of(path).part("text"), 0, 2)).containsExactly("first", "last");
  }

  private static byte[] sized(String text) {
    return ByteBuffer.allocate(4 + text.length())
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(text.length())
        .put(text(text))
        .array();
  }

  /** Vectors are checked at a few places only, so such a file is opened at once. */
  @Test
  void vectorsBeyond4GibibytesAreRead() throws IOException {
    Path path = dir.resolve("x.fbin");
    int count = 20_000_000;
    int dimension = 64;
    try (Pieces file = new Pieces(path)) {
      file.put(
          ByteBuffer.allocate(8)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putInt(count)
              .putInt(dimension)
              .array());
      file.skip(4L * dimension * count - 4);
      file.put(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(1.5f).array());
    }
    ArrayLayout layout = Formats.open(path);
    assertThat(layout.dataBytes()).isGreaterThan(1L << 32);
    try (Dataset dataset = Dataset.open(path)) {
      MemorySegment last = dataset.record("x", count - 1L);
      assertThat(last.getAtIndex(ValueLayout.JAVA_FLOAT, dimension - 1)).isEqualTo(1.5f);
    }
  }
}
