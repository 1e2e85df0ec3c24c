package io.penstock.internal.ffi;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.ffi.generated.Penstock;
import io.penstock.internal.os.ErrorKinds;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * What a negative status of the C library means, and what a user can do about it.
 *
 * <p>Numbers differ between platforms, so decisions here go by symbolic name, which C tells.
 */
final class NativeStatus {
  private NativeStatus() {}

  /** As "EIO" for -EIO. */
  static String name(int status) {
    return text(Penstock.penstock_status_name(status));
  }

  /** What a program decides by. */
  static ErrorKind kind(int status) {
    return ErrorKinds.ofStatus(name(status));
  }

  /** As "EIO, input/output error". */
  static String describe(int status) {
    return name(status) + ", " + text(Penstock.penstock_status_text(status));
  }

  /** What to do, as the end of a message. */
  static String advice(int status) {
    return switch (name(status)) {
      case "ENOENT", "ENOTDIR", "EISDIR", "ELOOP", "ENAMETOOLONG" -> "check the path";
      case "EACCES" -> "check the mode of the file and of the directories above it";
      case "EMFILE", "ENFILE" -> "raise the limit of open files (ulimit -n)";
      case "ENODATA" -> "copy or make the file again, then open the dataset again";
      case "ESTALE" -> "open the dataset again to read the file as it is now";
      case "EIO" -> "check the device (dmesg tells more), then read again";
      case "ENOMEM" ->
          "give less memory (memoryBytes), fixedBuffers=false, or raise the limit (ulimit -l, -v)";
      case "ENOSYS", "EPERM" -> "use backend=auto or backend=pread";
      case "EOPNOTSUPP" -> "use io=buffered";
      case "ETIMEDOUT" -> "check the device: it did not answer for 30 seconds";
      case "EBADF" ->
          "other code has closed a file descriptor of Penstock, or the ring of io_uring broke";
      default -> "report this with the message";
    };
  }

  /** The failure of a call that is about no file. */
  static PenstockException failure(int status, String problem) {
    return PenstockException.builder(
            kind(status), problem + ": " + describe(status) + ": " + advice(status))
        .statusName(name(status))
        .build();
  }

  /** The failure of a call that is about a file. */
  static PenstockException failure(Path path, int status, String expected) {
    return PenstockException.builder(
            kind(status),
            "%s: %s, found: %s: %s".formatted(path, expected, describe(status), advice(status)))
        .path(path)
        .statusName(name(status))
        .build();
  }

  private static String text(MemorySegment string) {
    return string.reinterpret(Long.MAX_VALUE).getString(0);
  }
}
