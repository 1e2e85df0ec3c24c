package io.penstock.internal.plan;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.options.Readahead;
import io.penstock.options.Readahead.Backend;
import io.penstock.options.Readahead.Io;
import java.util.Optional;

/**
 * When records are read in Java alone, and how: copied out of mappings where the data is in the
 * page cache, otherwise read by several threads through it.
 *
 * <p>It is what {@code auto} comes to without the native library, and what the user may name with
 * it. What only the native library can do is refused if it was named.
 */
public final class JavaChoice {
  private JavaChoice() {}

  /**
   * Whether this decides, and not {@link BackendChoice}.
   *
   * @param flags what the user wants
   * @param problem why the native library is not loaded; empty if it is
   */
  public static boolean isDue(Readahead flags, Optional<String> problem) {
    return flags.backend() == Backend.JAVA || problem.isPresent();
  }

  /**
   * The choice.
   *
   * @param flags what the user wants
   * @param problem why the native library is not loaded; empty if it is
   * @param residency where the data is
   * @param mayMap whether files can be mapped, as far as is known
   * @param threads that read where nothing is mapped
   * @throws PenstockException if the user named what needs the native library
   */
  public static BackendChoice choose(
      Readahead flags, Optional<String> problem, Residency residency, boolean mayMap, int threads) {
    problem.ifPresent(why -> refuseNative(flags, why));
    boolean isNamed = flags.backend() == Backend.JAVA;
    if (flags.backend() == Backend.MMAP) {
      return choice(Backend.MMAP, false, false, residency.isCached(), "backend=mmap was asked for");
    }
    boolean isMapped = mayMap && flags.io() != Io.BUFFERED && residency.isCached();
    boolean isWarming =
        flags.io() == Io.AUTO && mayMap && !isMapped && residency.fits() && !flags.dropBehind();
    String why =
        isNamed ? "backend=java was asked for" : "backend=auto: java, without the native library";
    String how =
        isMapped
            ? "copies out of mappings, as " + residency.describe()
            : "%d threads read through the page cache%s"
                .formatted(
                    threads, isWarming ? ", which can hold it all: " + residency.describe() : "");
    // Both ways are backend=java, so that which of them it is stays free in any case.
    return choice(Backend.JAVA, true, isWarming, isMapped, why + "; " + how + withoutEffect(flags));
  }

  /** Files of folders are opened one by one. */
  public static BackendChoice folder(
      Readahead flags, Optional<String> problem, String column, int threads) {
    problem.ifPresent(why -> refuseNative(flags, why));
    if (flags.backend() == Backend.MMAP) {
      return BackendChoice.folder(flags, column, threads); // which refuses it
    }
    return choice(
        Backend.JAVA,
        false,
        false,
        false,
        "java by %d threads, which open, read and close each file of column '%s'%s"
            .formatted(threads, column, withoutEffect(flags)));
  }

  private static BackendChoice choice(
      Backend backend, boolean isFree, boolean isWarming, boolean isCached, String reason) {
    return new BackendChoice(backend, false, isFree, isFree, isWarming, false, isCached, reason);
  }

  /** Flags only tune reading, so that those which Java cannot follow are no error. */
  private static String withoutEffect(Readahead flags) {
    String text = flags.dropBehind() ? "; dropBehind has no effect in Java" : "";
    return flags.cacheBytes() > 0 ? text + "; cache has no effect in Java" : text;
  }

  private static void refuseNative(Readahead flags, String why) {
    boolean isNative = flags.backend() == Backend.URING || flags.backend() == Backend.PREAD;
    if (isNative || flags.io() == Io.DIRECT) {
      throw new PenstockException(
          ErrorKind.UNSUPPORTED,
          "backend=%s,io=%s: expected the native library, which alone can read so, found that it is not loaded (%s): use %s"
              .formatted(
                  flags.backend().flag(),
                  flags.io().flag(),
                  why,
                  isNative ? "backend=auto" : "io=auto"));
    }
  }
}
