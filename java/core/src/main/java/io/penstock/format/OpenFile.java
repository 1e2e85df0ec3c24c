package io.penstock.format;

import io.penstock.PenstockException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

/**
 * A regular file, open for the few reads that a format's header takes.
 *
 * <p>What it owns: the channel, and turning what the system says into one line for the user. It
 * must not block: opening a FIFO for reading waits for a writer, so the kind of file is asked
 * before.
 */
final class OpenFile implements AutoCloseable {
  private final Path path;
  private final FileChannel channel;
  private final long sizeBytes;
  private final FileTime modified;

  private OpenFile(Path path, FileChannel channel, long sizeBytes, FileTime modified) {
    this.path = path;
    this.channel = channel;
    this.sizeBytes = sizeBytes;
    this.modified = modified;
  }

  static OpenFile open(Path path) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      if (attributes.isDirectory()) {
        throw PenstockException.about(
            path, "expected a file, found a directory: name the files in it");
      }
      if (!attributes.isRegularFile()) {
        throw PenstockException.about(
            path,
            "expected a regular file, found a pipe, socket or device, which has no random access:"
                + " copy its contents to a file");
      }
      FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
      return new OpenFile(path, channel, attributes.size(), attributes.lastModifiedTime());
    } catch (IOException e) {
      throw failure(path, e);
    }
  }

  Path path() {
    return path;
  }

  long sizeBytes() {
    return sizeBytes;
  }

  FileTime modified() {
    return modified;
  }

  /** The first bytes of the file: count of them, or all there are. */
  byte[] start(int count) {
    return read(0, (int) Math.min(count, sizeBytes), "the start of the file");
  }

  /**
   * Bytes [offset, offset + count) of the file. Nothing is allocated for bytes that the file does
   * not have.
   *
   * @param what names the bytes in the message when the file ends before them
   */
  byte[] read(long offset, int count, String what) {
    if (count > sizeBytes - offset) {
      throw cutShort(offset, count, what, sizeBytes);
    }
    ByteBuffer bytes = ByteBuffer.allocate(count);
    try {
      while (bytes.hasRemaining()) {
        long end = offset + bytes.position();
        if (channel.read(bytes, end) < 0) {
          throw cutShort(offset, count, what, end);
        }
      }
    } catch (IOException e) {
      throw failure(path, e);
    }
    return bytes.array();
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw failure(path, e);
    }
  }

  private PenstockException cutShort(long offset, int count, String what, long found) {
    String problem =
        ("file is cut short: expected %s in bytes %d to %d, found the end of the file at %d:"
                + " make or copy it again")
            .formatted(what, offset, offset + count, found);
    return new PenstockException(path + ": " + problem, path, -1, found, null, null);
  }

  /** What the system said about a file, as one line for the user. */
  static PenstockException failure(Path path, IOException e) {
    String problem =
        switch (e) {
          case NoSuchFileException _ -> "expected a file, found none: check the path";
          case AccessDeniedException _ ->
              "expected a readable file, found no permission to read it: check its mode and those"
                  + " of the directories above it";
          case FileSystemException f when f.getReason() != null ->
              "expected a readable file, found: " + f.getReason();
          default -> "reading failed: " + e;
        };
    return PenstockException.about(path, problem, e);
  }
}
