package io.penstock.internal.door;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.ffi.NativeLibrary;
import io.penstock.internal.ffi.NativePlatform;
import io.penstock.internal.platform.Platform;
import io.penstock.internal.pure.JavaPlatform;
import io.penstock.internal.report.Notices;
import java.util.Optional;

/**
 * Which platform this process works with. What is found at first is found for good: files that one
 * has opened are of no use to the other.
 *
 * <p>Without the native library it goes on in Java alone, with a warning. A library that the user
 * named is another matter: whoever names one wants that one, so a failure to load it is an error.
 */
public final class Platforms {
  /** System property: {@code off} keeps the native library from being looked for. */
  public static final String PROPERTY = "penstock.native";

  private static final String IN_JAVA =
      ", or set -D" + PROPERTY + "=off to read in Java alone (slower)";

  private Platforms() {}

  /** Made when it is asked for first, by one thread. */
  private static final class Chosen {
    static final Optional<String> PROBLEM;
    static final Platform PLATFORM;

    /** Set where the user named a library that cannot be loaded: nothing else will do. */
    static final Optional<PenstockException> FAILURE;

    static {
      Platform platform = new JavaPlatform();
      String problem = null;
      PenstockException failure = null;
      if (isOff(System.getProperty(PROPERTY))) {
        problem = "-D" + PROPERTY + "=off";
      } else {
        try {
          platform = new NativePlatform();
        } catch (PenstockException e) {
          problem = e.getMessage().lines().map(String::strip).reduce("", Platforms::joined);
          failure = isNamed() ? e.again(problem + IN_JAVA) : null;
        }
      }
      PLATFORM = platform;
      PROBLEM = Optional.ofNullable(problem);
      FAILURE = Optional.ofNullable(failure);
      if (failure == null) {
        PROBLEM.ifPresent(why -> Notices.warn(notice(why)));
      }
    }

    static void check() {
      if (FAILURE.isPresent()) {
        throw FAILURE.get().again();
      }
    }
  }

  private static boolean isNamed() {
    return System.getProperty(NativeLibrary.LIBRARY_PROPERTY) != null;
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

  /**
   * The platform of this process. The first call may write a warning.
   *
   * @throws PenstockException if the user named a native library that cannot be loaded
   */
  public static Platform current() {
    Chosen.check();
    return Chosen.PLATFORM;
  }

  /**
   * Why the native library is not used, in one line.
   *
   * @return empty if it is
   * @throws PenstockException if the user named a library that cannot be loaded
   */
  public static Optional<String> problem() {
    Chosen.check();
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
