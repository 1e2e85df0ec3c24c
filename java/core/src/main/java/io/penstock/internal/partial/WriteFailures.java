package io.penstock.internal.partial;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.os.ErrorKinds;
import io.penstock.internal.os.SystemReason;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Failures while a file is written, in one line: what was expected, what was found, and what to do.
 */
public final class WriteFailures {
  private WriteFailures() {}

  /** Loads this class. */
  public static void load() {
    SystemReason.load();
  }

  public static PenstockException exists(Path target, IOException cause) {
    return PenstockException.about(
        ErrorKind.WRITE_FAILED,
        target,
        "expected no file of this name, found one, which was left as it is: give another name, or"
            + " say that it may be replaced (--force)",
        cause);
  }

  /** There is no room, for a reason that the system reports by name. */
  public static PenstockException full(Path target, long bytes, String status) {
    return PenstockException.builder(
            ErrorKind.RESOURCE_LIMIT,
            "%s: expected room for %d bytes, found none (%s): %s; nothing was left behind"
                .formatted(target, bytes, status, fullAdvice(status)))
        .path(target)
        .statusName(status)
        .build();
  }

  /** Any other failure of a file that is being written. */
  public static PenstockException about(Path target, IOException e) {
    String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    if (e instanceof FileAlreadyExistsException) {
      return exists(target, e);
    }
    if (e instanceof NoSuchFileException) {
      return told(target, "ENOENT", "no such directory: make it, or check the path", e);
    }
    if (e instanceof AccessDeniedException) {
      String advice = "permission denied: check the mode of the directory";
      return told(target, "EACCES", advice, e);
    }
    if (e instanceof FileSystemException system && system.getReason() != null) {
      reason = system.getReason();
    }
    // The JDK passes on the C library's text and not the number.
    if (reason.contains("No space left")) {
      return told(target, "ENOSPC", reason + ": " + fullAdvice("ENOSPC"), e);
    }
    if (reason.contains("quota exceeded")) {
      return told(target, "EDQUOT", reason + ": " + fullAdvice("EDQUOT"), e);
    }
    if (reason.contains("File too large")) {
      return told(target, "EFBIG", reason + ": " + fullAdvice("EFBIG"), e);
    }
    if (reason.contains("Read-only file system")) {
      return told(target, "EROFS", reason + ": write elsewhere", e);
    }
    String limit = SystemReason.limitAdvice(reason);
    if (limit != null) {
      String status = reason.contains("open files") ? "EMFILE" : null;
      return told(target, status, reason + ": " + limit, e);
    }
    return told(target, null, reason + ": see to the device, or write elsewhere", e);
  }

  /** A failure of another thread, with the stack of the calling one. */
  public static PenstockException again(PenstockException known, Path target) {
    return known.toBuilder(known.getMessage()).path(target).cause(known.getCause()).build();
  }

  private static String fullAdvice(String status) {
    return switch (status) {
      case "EDQUOT" -> "raise the quota, or write elsewhere";
      case "EFBIG" -> "the file system or a limit (ulimit -f) has no files so large";
      default -> "make room on the device, or write elsewhere";
    };
  }

  private static PenstockException told(Path target, String status, String problem, IOException e) {
    return PenstockException.builder(kind(status), target + ": the file was not made: " + problem)
        .path(target)
        .statusName(status)
        .cause(e)
        .build();
  }

  /** Tells limits on room or on the number of files from what forbids writing. */
  private static ErrorKind kind(String status) {
    ErrorKind kind = status == null ? ErrorKind.WRITE_FAILED : ErrorKinds.ofStatus(status);
    return kind == ErrorKind.RESOURCE_LIMIT ? kind : ErrorKind.WRITE_FAILED;
  }
}
