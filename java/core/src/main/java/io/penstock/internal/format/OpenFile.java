package io.penstock.internal.format;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.file.LocalFiles;
import io.penstock.internal.file.SteadyChannel;
import io.penstock.internal.os.ErrorKinds;
import io.penstock.internal.os.SystemReason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;

/**
 * A regular file, open for the few reads that a format's header takes; or a section of one, which
 * reads as if it were a file of its own.
 *
 * <p>What it owns: the channel, and turning the system's errors into one line for the user. It must
 * not block: opening a FIFO for reading waits for a writer, so the kind of file is checked first.
 */
public final class OpenFile implements AutoCloseable {
  private final Path path;
  private final FileChannel channel;
  private final NearbyBytes nearby;
  private final long fileBytes;
  private final FileTime modified;

  /** What the section is called in messages; null for the whole file. */
  private final String name;

  private final long startBytes;
  private final long sizeBytes;
  private final boolean isPatient;

  private OpenFile(
      Path path,
      FileChannel channel,
      NearbyBytes nearby,
      long fileBytes,
      FileTime modified,
      String name,
      long startBytes,
      long sizeBytes,
      boolean isPatient) {
    this.isPatient = isPatient;
    this.path = path;
    this.channel = channel;
    this.nearby = nearby;
    this.fileBytes = fileBytes;
    this.modified = modified;
    this.name = name;
    this.startBytes = startBytes;
    this.sizeBytes = sizeBytes;
  }

  public static OpenFile open(Path path) {
    return open(path, false);
  }

  /** For callers that will read the data anyway, so that scanning some of it does not matter. */
  public static OpenFile openPatiently(Path path) {
    return open(path, true);
  }

  private static OpenFile open(Path path, boolean isPatient) {
    try {
      LocalFiles.check(path);
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      if (attributes.isDirectory()) {
        throw PenstockException.about(
            ErrorKind.NO_ACCESS, path, "expected a file, found a directory: name the files in it");
      }
      if (!attributes.isRegularFile()) {
        throw PenstockException.about(
            ErrorKind.NO_ACCESS,
            path,
            "expected a regular file, found a pipe, socket or device, which has no random access:"
                + " copy its contents to a file");
      }
      FileChannel channel = SteadyChannel.forReading(path);
      long size = attributes.size();
      NearbyBytes nearby = new NearbyBytes(channel::read);
      return new OpenFile(
          path, channel, nearby, size, attributes.lastModifiedTime(), null, 0, size, isPatient);
    } catch (IOException e) {
      throw failure(path, e);
    }
  }

  /**
   * A part of this file as a file of its own; closing it does nothing.
   *
   * @param name what to call it in messages
   */
  public OpenFile section(String name, long offset, long size) {
    Objects.checkFromIndexSize(offset, size, sizeBytes);
    return new OpenFile(
        path, channel, nearby, fileBytes, modified, name, startBytes + offset, size, isPatient);
  }

  public Path path() {
    return path;
  }

  /** Whether data may be scanned to find what follows. */
  public boolean isPatient() {
    return isPatient;
  }

  /** Size of the section. */
  public long sizeBytes() {
    return sizeBytes;
  }

  /** Size of the whole file. */
  public long fileBytes() {
    return fileBytes;
  }

  /** Where an offset in this section lies in the file. */
  public long position(long offset) {
    return startBytes + offset;
  }

  /** When the file was last modified, as found on opening it. */
  public FileTime modified() {
    return modified;
  }

  /** The first bytes: count of them, or all there are. */
  public byte[] start(int count) {
    return read(0, (int) Math.min(count, sizeBytes), "the start of the file");
  }

  /**
   * Bytes [offset, offset + count) of the section. Nothing is allocated for bytes that do not
   * exist.
   *
   * @param what names the bytes in the message if the file ends before them
   */
  public byte[] read(long offset, int count, String what) {
    checkHas(offset, count, what);
    byte[] bytes = new byte[count];
    try {
      if (!nearby.fill(startBytes + offset, bytes)) {
        fill(ByteBuffer.wrap(bytes), offset, what);
      }
      return bytes;
    } catch (IOException e) {
      throw failure(path, e);
    }
  }

  /** Checks that the section has bytes [offset, offset + count), before any of them are read. */
  public void checkHas(long offset, long count, String what) {
    if (count > sizeBytes - offset) {
      throw cutShort(offset, count, what, sizeBytes);
    }
  }

  /** Fills a buffer with bytes from offset on, which the section must have. */
  public void fill(ByteBuffer bytes, long offset, String what) {
    int start = bytes.position();
    int count = bytes.remaining();
    try {
      while (bytes.hasRemaining()) {
        long end = offset + bytes.position() - start;
        if (channel.read(bytes, startBytes + end) < 0) {
          throw cutShort(offset, count, what, end);
        }
      }
    } catch (IOException e) {
      throw failure(path, e);
    }
  }

  /**
   * The same for a thread that is never interrupted: without copies.
   *
   * @param bytes direct
   */
  public void fillOnOwnThread(ByteBuffer bytes, long offset, String what) {
    int start = bytes.position();
    int count = bytes.remaining();
    FileChannel own = channel instanceof SteadyChannel steady ? steady.interruptible() : channel;
    try {
      while (bytes.hasRemaining()) {
        long end = offset + bytes.position() - start;
        if (own.read(bytes, startBytes + end) < 0) {
          throw cutShort(offset, count, what, end);
        }
      }
    } catch (IOException e) {
      throw failure(path, e);
    }
  }

  /** Closes the file; does nothing for a section. */
  @Override
  public void close() {
    if (name != null) {
      return;
    }
    try {
      channel.close();
    } catch (IOException e) {
      throw failure(path, e);
    }
  }

  /** An exception that names the file, and the section if this is one. */
  public PenstockException problem(String problem, Throwable cause) {
    return PenstockException.about(ErrorKind.WRONG_FORMAT, path, label() + problem, cause);
  }

  public PenstockException problem(String problem) {
    return problem(problem, null);
  }

  /** The same, with the place in the section where it was found. */
  public PenstockException problemAt(long offset, String problem) {
    String message = path + ": " + label() + problem;
    return PenstockException.builder(ErrorKind.WRONG_FORMAT, message)
        .path(path)
        .offsetBytes(startBytes + offset)
        .build();
  }

  private String label() {
    return name == null ? "" : "'" + name + "': ";
  }

  private PenstockException cutShort(long offset, long count, String what, long found) {
    return problemAt(
        found,
        ("%s is cut short: expected %s in bytes %d to %d, found the end of the file at %d:"
                + " make or copy it again")
            .formatted(
                name == null ? "file" : "member",
                what,
                startBytes + offset,
                startBytes + offset + count,
                startBytes + found));
  }

  /** The system's error about a file, as one line for the user. */
  public static PenstockException failure(Path path, IOException e) {
    String problem =
        switch (e) {
          case NoSuchFileException _ when path.toString().indexOf('\uFFFD') >= 0 ->
              "expected a file, found none: its name was given in bytes that are no text in this"
                  + " locale: set LC_ALL=C.UTF-8, or name a link to it, or the folder that it is"
                  + " in";
          case NoSuchFileException _ when path.toString().indexOf(PartPath.SIGN, 1) >= 0 ->
              "expected a file of exactly this name, found none: in code, a part of a file is"
                  + " Source.of(file).part(name)";
          case NoSuchFileException _ when ShardPaths.isPatternName(path) ->
              "expected a file of exactly this name, found none: in code, files that match a"
                  + " pattern are Source.glob(folder, pattern)";
          case NoSuchFileException _ -> "expected a file, found none: check the path";
          case AccessDeniedException _ ->
              "expected a readable file, found no permission to read it: check its mode and those"
                  + " of the directories above it";
          case FileSystemException f when f.getReason() != null ->
              "expected a readable file, found: " + SystemReason.withAdvice(f);
          default -> "reading failed: " + e;
        };
    return PenstockException.about(ErrorKinds.of(e), path, problem, e);
  }
}
