package io.penstock.fuzz;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A file that was made to take much time or memory.
 *
 * @param format as the guide calls it
 * @param name that the file must have
 * @param what is wrong with it, for people
 * @param extraPart a part that is read as well, which no list has; may be empty
 * @param maker writes it
 */
record HostileBomb(String format, String name, String what, String extraPart, BombMaker maker) {
  /** None of them has more; the rest of a large one is holes. */
  static final long MOST_STORED_BYTES = 8 << 20;

  private static final long HUGE = 1L << 38;
  private static final int MANY = 40_000;
  private static final int BLOCK = 512;

  /** Writes a file. */
  interface BombMaker {
    void make(Path path) throws IOException;
  }

  static List<HostileBomb> all() {
    return List.of(
        bomb("tar", "x.tar", "a name of 256 GiB", path -> sparse(path, tarHeader('L', HUGE), HUGE)),
        bomb(
            "tar",
            "x.tar",
            "a pax header of 1 GiB",
            path -> sparse(path, tarHeader('x', 1 << 30), HUGE)),
        bomb(
            "tar",
            "x.tar",
            "a member of 256 GiB",
            path -> sparse(path, tarHeader('0', HUGE), HUGE + 1024)),
        bomb("tar", "x.tar", "as many endings as members", HostileBomb::endings),
        bomb(
            "TFRecord",
            "x.tfrecord",
            "a record of 256 GiB",
            path -> sparse(path, recordHeader(HUGE), HUGE + 4)),
        bomb(
            "TFRecord",
            "x.tfrecord",
            "a record of 2^63 bytes",
            path -> sparse(path, recordHeader(Long.MAX_VALUE), HUGE)),
        new HostileBomb(
            "lines",
            "x.txt",
            "a million empty lines",
            "lines",
            path -> Files.write(path, filled(1 << 20, '\n'))),
        new HostileBomb(
            "lines",
            "x.txt",
            "one line of 64 MiB",
            "lines",
            path -> sparse(path, filled(8, 'x'), 64 << 20)),
        bomb(
            "vectors",
            "x.fvecs",
            "vectors of no dimension",
            path -> sparse(path, new byte[4], HUGE)),
        bomb(
            "vectors",
            "x.fvecs",
            "a vector of 2^31-1 dimensions",
            path -> sparse(path, ints(Integer.MAX_VALUE), HUGE)),
        bomb("vectors", "x.fbin", "2^64 elements", path -> sparse(path, ints(-1, -1), HUGE)),
        bomb(
            "IDX",
            "x.idx",
            "2^64 elements",
            path -> sparse(path, new byte[] {0, 0, 8, 2, -1, -1, -1, -1, -1, -1, -1, -1}, HUGE)),
        bomb(".npz", "x.npz", "many names of one member", HostileBomb::sameMember),
        bomb(".npz", "x.npz", "a member that inflates to 1 GiB", HostileBomb::deflated),
        bomb("HDF5", "x.h5", "a chunk that inflates to 256 MiB", HostileBomb::deflatedChunk),
        bomb("MDS", "x.mds", "2^32-1 samples", path -> sparse(path, ints(-1, -1), HUGE)),
        bomb(
            "Arrow",
            "x.arrow",
            "a message of 2 GiB",
            path -> sparse(path, ints(-1, Integer.MAX_VALUE), HUGE)),
        bomb(
            "safetensors",
            "x.safetensors",
            "a header of 256 GiB",
            path -> sparse(path, longs(HUGE, '{'), HUGE)),
        bomb("pickle", "x.pkl", "a string of 256 GiB", path -> sparse(path, stringOf(HUGE), HUGE)));
  }

  private static HostileBomb bomb(String format, String name, String what, BombMaker maker) {
    return new HostileBomb(format, name, what, "", maker);
  }

  private static void sparse(Path path, byte[] start, long bytes) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.write(start);
      file.setLength(Math.max(bytes, start.length));
    }
  }

  private static byte[] filled(int count, int value) {
    byte[] bytes = new byte[count];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  private static byte[] ints(int... numbers) {
    ByteBuffer bytes = little(numbers.length * Integer.BYTES);
    Arrays.stream(numbers).forEach(bytes::putInt);
    return bytesOf(bytes);
  }

  private static byte[] longs(long... numbers) {
    ByteBuffer bytes = little(numbers.length * Long.BYTES);
    Arrays.stream(numbers).forEach(bytes::putLong);
    return bytesOf(bytes);
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] bytesOf(ByteBuffer bytes) {
    byte[] all = new byte[bytes.capacity()];
    bytes.get(0, all);
    return all;
  }

  private static byte[] tarHeader(char type, long size) {
    return tarHeader("a.jpg", type, size);
  }

  private static byte[] tarHeader(String name, char type, long size) {
    ByteBuffer header = ByteBuffer.allocate(BLOCK);
    header.put(0, name.getBytes(StandardCharsets.US_ASCII));
    header.put(124, (byte) 0x80).putLong(128, size).put(156, (byte) type);
    header.put(257, "ustar\00000".getBytes(StandardCharsets.US_ASCII));
    header.put(148, filled(8, ' '));
    int sum = 0;
    for (byte one : bytesOf(header)) {
      sum += one & 0xff;
    }
    header.put(148, "%06o\0 ".formatted(sum).getBytes(StandardCharsets.US_ASCII));
    return bytesOf(header);
  }

  private static void endings(Path path) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = 0; i < MANY / 4; i++) {
      all.writeBytes(tarHeader("a.ending" + i, '0', 0));
    }
    all.writeBytes(new byte[2 * BLOCK]);
    Files.write(path, all.toByteArray());
  }

  private static byte[] recordHeader(long length) {
    ByteBuffer header = little(Long.BYTES + Integer.BYTES).putLong(length);
    CRC32C sum = new CRC32C();
    sum.update(header.duplicate().flip());
    int crc = (int) sum.getValue();
    return bytesOf(header.putInt(((crc >>> 15) | (crc << 17)) + 0xa282ead8));
  }

  private static byte[] stringOf(long length) {
    return bytesOf(little(12).put(new byte[] {(byte) 0x80, 4, (byte) 0x8d}).putLong(length));
  }

  private static byte[] array(long count) {
    String header = "{'descr': '|u1', 'fortran_order': False, 'shape': (%d,), }".formatted(count);
    byte[] text = "%-117s\n".formatted(header).getBytes(StandardCharsets.US_ASCII);
    ByteBuffer array = little(10 + text.length);
    array
        .put((byte) 0x93)
        .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
        .put((byte) 1)
        .put((byte) 0);
    return bytesOf(array.putShort((short) text.length).put(text));
  }

  private static void deflated(Path path) throws IOException {
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(path))) {
      out.putNextEntry(new ZipEntry("x.npy"));
      out.write(array(1 << 30));
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 1 << 10; i++) {
        out.write(zeros);
      }
    }
  }

  /** What h5py wrote: a chunk of zeros. */
  private static void deflatedChunk(Path path) throws IOException {
    try (InputStream in =
        new GZIPInputStream(HostileBomb.class.getResourceAsStream("bomb.h5.gz"))) {
      Files.copy(in, path);
    }
  }

  /** One array, and in the directory as many entries for it as an archive may have. */
  private static void sameMember(Path path) throws IOException {
    byte[] array = Arrays.copyOf(array(64), array(64).length + 64);
    CRC32 sum = new CRC32();
    sum.update(array);
    try (OutputStream out = Files.newOutputStream(path)) {
      byte[] local = local(sum, array.length);
      out.write(local);
      out.write(array);
      long at = local.length + (long) array.length;
      long bytes = 0;
      for (int i = 0; i < MANY; i++) {
        byte[] entry = entry("a%05d.npy".formatted(i), sum, array.length);
        out.write(entry);
        bytes += entry.length;
      }
      ByteBuffer end = little(22).putInt(0x06054b50).putInt(0);
      end.putShort((short) MANY).putShort((short) MANY).putInt((int) bytes).putInt((int) at);
      out.write(bytesOf(end));
    }
  }

  private static byte[] local(CRC32 sum, int bytes) {
    byte[] name = "a00000.npy".getBytes(StandardCharsets.US_ASCII);
    ByteBuffer header = little(30 + name.length).putInt(0x04034b50).putShort((short) 20);
    header.putShort((short) 0).putShort((short) 0).putInt(0).putInt((int) sum.getValue());
    header.putInt(bytes).putInt(bytes).putShort((short) name.length).putShort((short) 0);
    return bytesOf(header.put(name));
  }

  private static byte[] entry(String text, CRC32 sum, int bytes) {
    byte[] name = text.getBytes(StandardCharsets.US_ASCII);
    ByteBuffer entry = little(46 + name.length).putInt(0x02014b50).putShort((short) 20);
    entry.putShort((short) 20).putShort((short) 0).putShort((short) 0).putInt(0);
    entry.putInt((int) sum.getValue()).putInt(bytes).putInt(bytes).putShort((short) name.length);
    return bytesOf(entry.position(46).put(name));
  }
}
