package io.penstock.internal.os;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** What kind of failure the system reports, when reading fails. */
public final class ErrorKinds {
  private ErrorKinds() {}

  /** Loads this class, and those of an exception, while files can still be opened. */
  static void load() {
    PenstockException.builder(ofStatus("EMFILE"), "");
  }

  /**
   * The kind of an exception that reading has thrown.
   *
   * @param failure what the JDK says
   * @return the kind; {@link ErrorKind#UNREADABLE} where nothing more is known
   */
  public static ErrorKind of(IOException failure) {
    return switch (failure) {
      case NoSuchFileException _ -> ErrorKind.NO_ACCESS;
      case AccessDeniedException _ -> ErrorKind.NO_ACCESS;
      case NotDirectoryException _ -> ErrorKind.NO_ACCESS;
      case FileSystemLoopException _ -> ErrorKind.NO_ACCESS;
      case ClosedByInterruptException _ -> ErrorKind.INTERRUPTED;
      case EOFException _ -> ErrorKind.FILE_CHANGED;
      default -> ofReason(SystemReason.of(failure));
    };
  }

  /** By text: the JDK passes on the message of the C library, not the number. */
  private static ErrorKind ofReason(String reason) {
    if (reason.contains("Too many open files") || reason.contains("Cannot allocate memory")) {
      return ErrorKind.RESOURCE_LIMIT;
    }
    if (reason.contains("Too many levels of symbolic links")
        || reason.contains("Not a directory")
        || reason.contains("File name too long")) {
      return ErrorKind.NO_ACCESS;
    }
    return reason.contains("Stale file handle") ? ErrorKind.FILE_CHANGED : ErrorKind.UNREADABLE;
  }

  /**
   * The kind of a status of the C library.
   *
   * @param name as "EIO"
   * @return the kind; {@link ErrorKind#OTHER} for a status that no device or limit is the cause of
   */
  public static ErrorKind ofStatus(String name) {
    return switch (name) {
      case "ENOENT", "ENOTDIR", "EISDIR", "ELOOP", "ENAMETOOLONG", "EACCES" -> ErrorKind.NO_ACCESS;
      case "ENODATA", "ESTALE" -> ErrorKind.FILE_CHANGED;
      case "EIO", "EREMOTEIO", "ENXIO", "ENODEV", "EBADMSG", "EILSEQ", "ENOTCONN", "ECONNRESET" ->
          ErrorKind.UNREADABLE;
      case "EMFILE", "ENFILE", "ENOMEM", "ENOSPC", "EDQUOT", "EFBIG", "EAGAIN", "EMSGSIZE" ->
          ErrorKind.RESOURCE_LIMIT;
      case "ENOSYS", "EPERM", "EOPNOTSUPP" -> ErrorKind.UNSUPPORTED;
      case "ETIMEDOUT" -> ErrorKind.NO_ANSWER;
      default -> ErrorKind.OTHER;
    };
  }
}
