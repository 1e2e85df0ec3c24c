package io.penstock.internal.pure;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.os.ErrorKinds;
import io.penstock.internal.os.SystemReason;
import io.penstock.internal.platform.FileFacts;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What the file system says of files, asked by path. Blocks for the device; threads of ours. */
final class FileStatus {
  private static final String COPY_AGAIN =
      "copy or make the file again, then open the dataset again";

  private FileStatus() {}

  /** A file that can be opened for reading. */
  static FileFacts opened(Path path) {
    try {
      // The attributes first: opening a FIFO would wait for its writer.
      FileFacts facts = facts(path);
      FileChannel.open(path, StandardOpenOption.READ).close();
      return facts;
    } catch (IOException e) {
      throw PenstockException.builder(
              ErrorKinds.of(e),
              "%s: expected a readable regular file, found: %s"
                  .formatted(path, SystemReason.withAdvice(e)))
          .path(path)
          .statusName(statusName(e))
          .cause(e)
          .build();
    }
  }

  private static FileFacts facts(Path path) throws IOException {
    BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class);
    if (!found.isRegularFile()) {
      throw new IOException("it is a directory, device or pipe: check the path");
    }
    long inode = 0;
    long device = 0;
    if (path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      Map<String, Object> numbers = Files.readAttributes(path, "unix:ino,dev");
      inode = (Long) numbers.get("ino");
      device = (Long) numbers.get("dev");
    }
    return new FileFacts(
        path, found.size(), inode, device, found.lastModifiedTime().to(TimeUnit.NANOSECONDS), 0, 0);
  }

  /** The number's name as far as the JDK lets it be told; null: it does not. */
  static String statusName(IOException failure) {
    return switch (failure) {
      case NoSuchFileException _ -> "ENOENT";
      case AccessDeniedException _ -> "EACCES";
      default -> {
        String reason = SystemReason.of(failure);
        yield reason.contains("Too many open files in system")
            ? "ENFILE"
            : reason.contains("Too many open files") ? "EMFILE" : "EIO";
      }
    };
  }

  /** Maps a file that is still what it was. */
  static MemorySegment map(FileFacts facts, Arena arena) {
    try (FileChannel channel = FileChannel.open(facts.path(), StandardOpenOption.READ)) {
      check(facts);
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, facts.sizeBytes(), arena);
    } catch (IOException e) {
      boolean isMemory = SystemReason.of(e).contains("Map failed");
      throw PenstockException.builder(
              isMemory ? ErrorKind.RESOURCE_LIMIT : ErrorKinds.of(e),
              "%s: expected a file that can be mapped, found: %s: %s"
                  .formatted(
                      facts.path(),
                      SystemReason.withAdvice(e),
                      "raise the limit on address space (ulimit -v), or use backend=auto"))
          .path(facts.path())
          .statusName(isMemory ? "ENOMEM" : statusName(e))
          .cause(e)
          .build();
    }
  }

  /** Compares a file with what it was. */
  static void check(FileFacts known) {
    FileFacts now;
    try {
      now = facts(known.path());
    } catch (IOException e) {
      throw changed(
          known,
          e instanceof NoSuchFileException ? "ENOENT" : statusName(e),
          "found: " + SystemReason.withAdvice(e),
          ErrorKinds.of(e));
    }
    boolean isSameFile = now.inode() == known.inode() && now.device() == known.device();
    if (isSameFile && now.sizeBytes() < known.sizeBytes()) {
      throw changed(
          known,
          "ENODATA",
          "found a file of %d bytes: ENODATA, it was cut short: %s"
              .formatted(now.sizeBytes(), COPY_AGAIN),
          ErrorKind.FILE_CHANGED);
    }
    if (!isSameFile
        || now.sizeBytes() != known.sizeBytes()
        || now.modifiedNanos() != known.modifiedNanos()) {
      throw changed(
          known,
          "ESTALE",
          ("found a file of %d bytes: ESTALE, it was replaced or modified: open the dataset again"
                  + " to read the file as it is now")
              .formatted(now.sizeBytes()),
          ErrorKind.FILE_CHANGED);
    }
  }

  private static PenstockException changed(
      FileFacts known, String status, String found, ErrorKind kind) {
    return PenstockException.builder(
            kind, "%s: expected %d bytes, %s".formatted(known.path(), known.sizeBytes(), found))
        .path(known.path())
        .statusName(status)
        .build();
  }
}
