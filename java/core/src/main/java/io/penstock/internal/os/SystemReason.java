package io.penstock.internal.os;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/**
 * Why the system refused something with a file, in words. Many exceptions of the JDK have only the
 * name of the file as their message.
 */
public final class SystemReason {
  private SystemReason() {}

  /** Loads this class while files can still be opened. */
  public static void load() {
    ErrorKinds.load();
  }

  /**
   * Why something could not be read or written.
   *
   * @param failure what the system said
   * @return as "no such file or directory"; without the name of the file
   */
  public static String of(IOException failure) {
    return switch (failure) {
      case NoSuchFileException _ -> "no such file or directory";
      case AccessDeniedException _ -> "permission denied";
      case NotDirectoryException _ -> "not a directory";
      case FileSystemException e when e.getReason() != null -> e.getReason();
      case FileSystemException e -> e.getClass().getSimpleName();
      case IOException e when e.getMessage() != null -> e.getMessage();
      default -> failure.getClass().getSimpleName();
    };
  }

  /**
   * Why something could not be opened, and what to do.
   *
   * @param failure what the system said
   * @return as "permission denied: check its mode"; without the name of the file, and without
   *     advice where there is none
   */
  public static String withAdvice(IOException failure) {
    String reason = of(failure);
    String advice = limitAdvice(reason);
    if (advice == null) {
      advice =
          switch (failure) {
            case NoSuchFileException _ -> "check the path";
            case AccessDeniedException _ -> "check its mode and those of the directories above it";
            default -> null;
          };
    }
    return advice == null ? reason : reason + ": " + advice;
  }

  /**
   * What to do about a limit of the process or the system.
   *
   * @param reason what the system said: the JDK passes on the C library's text and not the number
   * @return the name of the limit and how to raise it; null if it is not a limit
   */
  public static String limitAdvice(String reason) {
    if (reason.contains("Too many open files in system")) {
      return "raise the limit of the whole system (sysctl fs.file-max)";
    }
    if (reason.contains("Too many open files")) {
      return "raise the limit on open files of a process (ulimit -n), or use fewer files at a time";
    }
    if (reason.contains("Too many levels of symbolic links")) {
      return "a symbolic link leads back to itself: check the path";
    }
    return null;
  }
}
