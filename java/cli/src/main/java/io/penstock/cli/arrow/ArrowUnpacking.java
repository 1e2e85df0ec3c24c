package io.penstock.cli.arrow;

import com.github.luben.zstd.ZstdInputStream;
import io.penstock.cli.command.Progress;
import io.penstock.cli.command.Streams;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.format.arrow.ArrowFormat;
import io.penstock.internal.format.arrow.ArrowUnpacker;
import io.penstock.internal.partial.PartialFile;
import io.penstock.internal.partial.WriteFailures;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorInputStream;

/**
 * Unpacks a compressed Arrow file or stream: {@code convert x.arrow y.arrow}.
 *
 * <p>Buffers pass through as streams, whatever their size. The new file gets its name when it is
 * complete.
 */
public final class ArrowUnpacking {
  private static final int START_BYTES = 16;
  private static final int BUFFER_BYTES = 1 << 20;
  private static final long FLUSH_BYTES = 64 << 20;
  private static final int LZ4 = 0;
  private static final int ZSTD = 1;

  private ArrowUnpacking() {}

  /**
   * Whether a path is an Arrow file with compressed buffers, and what is made of it no array.
   *
   * @param source any path
   * @param target the file to make
   * @return whether it can be unpacked to that
   */
  public static boolean isMeant(Path source, Path target) {
    if (!Files.isRegularFile(source) || target.toString().endsWith(".npy")) {
      return false;
    }
    try (OpenFile file = OpenFile.open(source)) {
      return new ArrowFormat().recognizes(file.start(START_BYTES), file)
          && new ArrowUnpacker(file).isCompressed();
    } catch (IllegalArgumentException e) {
      return false; // Damaged: opening it says how.
    }
  }

  /**
   * Unpacks a file.
   *
   * @param source an Arrow file or stream
   * @param target the file to make
   * @param mayReplace whether an existing one is replaced
   * @param streams for progress
   * @return size of the new file
   * @throws PenstockException if the file is damaged, changes meanwhile, or there is no room
   */
  public static long run(Path source, Path target, boolean mayReplace, Streams streams) {
    try (OpenFile file = OpenFile.open(source);
        PartialFile made = PartialFile.create(target, mayReplace);
        Progress progress = Progress.start(streams, "unpack", "MB", file.sizeBytes())) {
      long written = write(file, made, progress);
      check(file);
      made.commit();
      return written;
    }
  }

  private static long write(OpenFile file, PartialFile made, Progress progress) {
    OutputStream raw = Channels.newOutputStream(new Written(made));
    OutputStream out = new BufferedOutputStream(raw, BUFFER_BYTES);
    try {
      long written = new ArrowUnpacker(file).write(out, ArrowUnpacking::decode, progress::to);
      out.flush();
      return written;
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw file.problem("not a valid Arrow file: " + e.getMessage(), e);
    } catch (IOException e) {
      throw PenstockException.about(
          ErrorKind.WRONG_FORMAT,
          file.path(),
          "expected buffers that are whole, found: %s: make or copy the file again"
              .formatted(e.getMessage()),
          e);
    }
  }

  private static InputStream decode(int codec, InputStream compressed) throws IOException {
    InputStream in = new BufferedInputStream(compressed);
    return switch (codec) {
      case LZ4 -> new FramedLZ4CompressorInputStream(in, true);
      case ZSTD -> new ZstdInputStream(in).setContinuous(false);
      default -> throw new IOException("buffers compressed by method %d".formatted(codec));
    };
  }

  private static void check(OpenFile file) {
    try {
      FileTime now = Files.getLastModifiedTime(file.path());
      if (Files.size(file.path()) != file.fileBytes() || !now.equals(file.modified())) {
        throw PenstockException.about(
            ErrorKind.FILE_CHANGED,
            file.path(),
            "expected the file to stay as it was, found it changed while it was read: nothing was"
                + " written, try again when it is at rest");
      }
    } catch (IOException e) {
      throw OpenFile.failure(file.path(), e);
    }
  }

  /** The new file: a failure is one of writing, whoever writes. */
  private static final class Written implements WritableByteChannel {
    private final PartialFile file;
    private long unflushed;

    Written(PartialFile file) {
      this.file = file;
    }

    @Override
    public int write(ByteBuffer bytes) {
      int count = bytes.remaining();
      try {
        while (bytes.hasRemaining()) {
          file.channel().write(bytes);
        }
        unflushed += count;
        if (unflushed >= FLUSH_BYTES) {
          file.channel().force(false);
          unflushed = 0;
        }
      } catch (IOException e) {
        throw WriteFailures.about(file.target(), e);
      }
      return count;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }
}
