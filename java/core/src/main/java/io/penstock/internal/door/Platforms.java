package io.penstock.internal.door;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.ffi.NativePlatform;
import io.penstock.internal.platform.Platform;
import io.penstock.internal.pure.JavaPlatform;
import io.penstock.internal.report.Notices;
import java.util.Optional;

/**
 * Which platform this process works with. What is found at first is found for good: files that one
 * has opened are of no use to the other.
 */
public final class Platforms {
  /** System property: {@code off} keeps the native library from being looked for. */
  public static final String PROPERTY = "penstock.native";

  private Platforms() {}

  /** Made when it is asked for first, by one thread. */
  private static final class Chosen {
    static final Optional<String> PROBLEM;
    static final Platform PLATFORM;

    static {
      Platform platform = new JavaPlatform();
      String problem = null;
      if (isOff(System.getProperty(PROPERTY))) {
        problem = "-D" + PROPERTY + "=off";
      } else {
        try {
          platform = new NativePlatform();
        } catch (PenstockException e) {
          problem = e.getMessage().lines().map(String::strip).reduce("", Platforms::joined);
        }
      }
      PLATFORM = platform;
      PROBLEM = Optional.ofNullable(problem);
      PROBLEM.ifPresent(why -> Notices.warn(notice(why)));
    }
  }

  private static String joined(String line, String next) {
    return line.isEmpty() ? next : line + " " + next;
  }

  private static String notice(String why) {
    return "reading goes on in Java alone (backend=java), as the native library is not loaded: the"
        + " same batches, but no io_uring, no direct reads of records and no windows of records in"
        + " memory, so that shuffled reads of data larger than memory are slower ("
        + why
        + ")";
  }

  static boolean isOff(String value) {
    return value != null && value.strip().equalsIgnoreCase("off");
  }

  /** The platform of this process. The first call may write a warning. */
  public static Platform current() {
    return Chosen.PLATFORM;
  }

  /**
   * Why the native library is not used, in one line.
   *
   * @return empty if it is
   */
  public static Optional<String> problem() {
    return Chosen.PROBLEM;
  }

  /**
   * Refuses what only the C library can do, unless it is loaded.
   *
   * @param what for the message, as "backend=uring"
   * @param instead what to do, as "use backend=auto"
   * @throws PenstockException naming the reason why it is not loaded
   */
  public static void requireNative(String what, String instead) {
    if (problem().isPresent()) {
      throw refusal(what, problem().get(), instead);
    }
  }

  /** The exception of {@link #requireNative}. */
  private static PenstockException refusal(String what, String why, String instead) {
    return new PenstockException(
        ErrorKind.UNSUPPORTED,
        "%s: expected the native library, which alone can do that, found that it is not loaded (%s): %s"
            .formatted(what, why, instead));
  }
}
