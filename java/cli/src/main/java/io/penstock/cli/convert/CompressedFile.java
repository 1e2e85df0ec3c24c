package io.penstock.cli.convert;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.kind.FileKind;
import io.penstock.internal.partial.PartialFile;
import io.penstock.internal.partial.WriteFailures;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.zip.InflaterInputStream;

/**
 * One file that is compressed as a whole, {@code x.tar.gz}, and is wanted as it was before, to be
 * read in place.
 *
 * <p>Its bytes stream through; memory does not grow with them. What is written is complete or not
 * there: checksums are compared before it gets its name.
 */
public final class CompressedFile {
  private static final int BUFFER_BYTES = 1 << 20;

  /** At most this much of the page cache is dirty. */
  private static final long FLUSH_BYTES = 64 << 20;

  /** What is read in place, and is no array, so that nothing else could be meant. */
  private static final Set<String> CONTAINERS =
      Set.of("tar", "tfrecord", "tfrecords", "jsonl", "ndjson", "arrow", "mds");

  private final Path path;
  private final SourceFile source;

  private CompressedFile(Path path) {
    this.path = path;
    this.source = SourceFile.of(path);
  }

  /**
   * Whether a file is compressed and the target is to be what is in it, rather than an array: it
   * has the source's name without the last ending, or the ending before that, or that of a
   * container.
   */
  public static boolean isMeant(Path source, Path target) {
    String name = name(source).replaceAll("\\.t(gz|zst|bz2|xz)$", ".tar.$1");
    String inside = name.replaceAll("\\.[^.]*$", "");
    String ending = ending(name(target));
    boolean isNamed =
        inside.equals(name(target))
            || (!ending.isEmpty() && ending.equals(ending(inside)))
            || CONTAINERS.contains(ending);
    return isNamed && !ending.equals("npy") && isOne(source);
  }

  /** Whether a path is a file that is compressed as a whole, by gzip or another program. */
  public static boolean isOne(Path path) {
    return Files.isRegularFile(path)
        && FileKind.of(path)
            .filter(kind -> kind.content() == FileKind.Content.COMPRESSED)
            .isPresent();
  }

  /**
   * Opens a file.
   *
   * @throws PenstockException if it cannot be read
   */
  public static CompressedFile of(Path path) {
    return new CompressedFile(path);
  }

  /** Size of the file. */
  public long sizeBytes() {
    return source.sizeBytes();
  }

  /** Its name without the ending that says how it is compressed. */
  public String nameInside() {
    return name(path).replaceAll("\\.[^.]*$", "");
  }

  /**
   * What its compression checks, as in messages.
   *
   * @throws PenstockException if it is not compressed by gzip or zlib
   */
  public String checksums() throws IOException {
    return isGzip() ? "CRC-32 and length of gzip" : "Adler-32 of zlib";
  }

  /**
   * Throws if the file has changed since it was opened.
   *
   * @throws PenstockException then
   */
  public void check() {
    source.check();
  }

  /**
   * Unpacks it.
   *
   * @param target the file to write
   * @param mayReplace whether an existing one is replaced
   * @param progress is told how many compressed bytes were read
   * @return how many bytes were written
   * @throws PenstockException if the file is damaged, changes meanwhile, or there is no room
   */
  public long unpack(Path target, boolean mayReplace, LongConsumer progress) {
    try (PartialFile file = PartialFile.create(target, mayReplace)) {
      long written;
      try (InputStream in = open(progress)) {
        written = copy(in, file);
      } catch (IOException e) {
        throw Unpacked.damaged(path, e);
      }
      source.check();
      file.commit();
      return written;
    }
  }

  /**
   * What is in it. Its checksums are compared at the end.
   *
   * @param progress is told how many compressed bytes were read
   * @return the unpacked bytes; reading them fails with an IOException where the file is damaged
   * @throws IOException if it cannot be read, or its first bytes are damaged
   * @throws PenstockException if it is not compressed by gzip or zlib
   */
  public InputStream open(LongConsumer progress) throws IOException {
    boolean isGzip = isGzip();
    InputStream raw = new Counted(Files.newInputStream(path), progress);
    try {
      return isGzip ? new GzipStream(raw) : new InflaterInputStream(raw);
    } catch (IOException | RuntimeException | Error e) {
      raw.close();
      throw e;
    }
  }

  /** Whether it is gzip, and not zlib. */
  private boolean isGzip() throws IOException {
    byte[] start = new byte[2];
    try (InputStream in = Files.newInputStream(path)) {
      in.readNBytes(start, 0, start.length);
    }
    boolean isGzip = start[0] == 0x1f && start[1] == (byte) 0x8b;
    if (!isGzip && start[0] != 0x78) {
      FileKind kind = FileKind.of(path).orElseThrow();
      throw PenstockException.about(
          ErrorKind.UNSUPPORTED,
          path,
          "expected a file compressed by gzip or zlib, found %s: %s"
              .formatted(kind.name(), kind.remedy()));
    }
    return isGzip;
  }

  private static long copy(InputStream in, PartialFile file) throws IOException {
    byte[] bytes = new byte[BUFFER_BYTES];
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    long written = 0;
    long flushed = 0;
    while (true) {
      int count = in.readNBytes(bytes, 0, bytes.length);
      buffer.clear().put(bytes, 0, count).flip();
      try {
        while (buffer.hasRemaining()) {
          written += file.channel().write(buffer);
        }
        if (written - flushed >= FLUSH_BYTES) {
          file.channel().force(false);
          flushed = written;
        }
      } catch (IOException e) {
        throw WriteFailures.about(file.target(), e);
      }
      if (count < bytes.length) {
        return written;
      }
    }
  }

  private static String name(Path path) {
    Path name = path.getFileName();
    return name == null ? "" : name.toString();
  }

  private static String ending(String name) {
    int dot = name.lastIndexOf('.');
    return dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
  }

  /** Tells how far it has come. */
  private static final class Counted extends FilterInputStream {
    private final LongConsumer progress;
    private long count;

    Counted(InputStream in, LongConsumer progress) {
      super(in);
      this.progress = progress;
    }

    @Override
    public int read() throws IOException {
      int next = super.read();
      progress.accept(next < 0 ? count : ++count);
      return next;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int read = super.read(into, offset, length);
      count += Math.max(0, read);
      progress.accept(count);
      return read;
    }
  }
}
