package io.penstock.internal.plan;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.os.SystemReason;
import io.penstock.options.Readahead;
import io.penstock.options.Readahead.Backend;
import io.penstock.options.Readahead.Io;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which backend reads, whether directly, and why.
 *
 * <p>C finds out what works by reading one block. {@code auto} may fall back, and the reason says
 * from what; a backend that the user named never does.
 *
 * @param backend never AUTO
 * @param isDirect whether reads go past the page cache
 * @param isLeftToUs whether the choice of the backend was left to us: then a limit is not a failure
 * @param isFree whether all was left to us, and it may be another one in a later epoch
 * @param isWarming whether the page cache is going to hold all of the data
 * @param mayReadDirectly whether, while it is filled, single records can be read past it
 * @param isCached whether it holds all of the data already; then advice about coming records costs
 *     more than copying them
 * @param reason one line for people
 */
public record BackendChoice(
    Backend backend,
    boolean isDirect,
    boolean isLeftToUs,
    boolean isFree,
    boolean isWarming,
    boolean mayReadDirectly,
    boolean isCached,
    String reason) {
  /** Tries one way of reading. */
  @FunctionalInterface
  public interface Probe {
    /** Why it does not work, as "EPERM, not permitted"; null if it does. */
    String refusal(Backend backend, boolean isDirect);
  }

  /**
   * Chooses by trying.
   *
   * @param readahead what the user wants
   * @param recordCount of the dataset; where there is nothing to read, nothing is tried
   * @param isAligned whether all files can be read directly
   * @param residency where the data is; what is left to us depends on it
   * @param probe tries uring and pread
   * @return the first way that works
   * @throws PenstockException if what the user wants does not work, with the reason
   */
  public static BackendChoice choose(
      Readahead readahead, long recordCount, boolean isAligned, Residency residency, Probe probe) {
    return choose(readahead, recordCount, isAligned, residency, Map.of(), probe);
  }

  /**
   * The same where it was found already that some backends cannot be had.
   *
   * @param refused backends that a limit of this process does not let us use, and the limit; of no
   *     effect on one that the user named
   */
  public static BackendChoice choose(
      Readahead readahead,
      long recordCount,
      boolean isAligned,
      Residency residency,
      Map<Backend, String> refused,
      Probe probe) {
    boolean isAuto = readahead.backend() == Backend.AUTO;
    if (readahead.backend() == Backend.MMAP) {
      return named(Backend.MMAP, residency, "backend=mmap was asked for");
    }
    if (recordCount == 0) {
      Backend backend = isAuto ? Backend.PREAD : readahead.backend();
      return named(backend, residency, "there is nothing to read");
    }
    // What was asked for by name stays, and a cache of our own has no use for the kernel's.
    boolean isFree = isAuto && readahead.io() == Io.AUTO && readahead.cacheBytes() == 0;
    if (isFree && residency.isCached() && !refused.containsKey(Backend.MMAP)) {
      return new BackendChoice(
          Backend.MMAP,
          false,
          true,
          true,
          true,
          false,
          true,
          "backend=auto: mmap, as " + residency.describe());
    }
    // Pages that are dropped after use never warm the page cache, they only cost a copy.
    List<String> refusals = new ArrayList<>();
    if (isAuto) {
      refused.forEach((backend, limit) -> refusals.add(name(backend) + ": " + limit));
    }
    if (isFree && residency.fits() && !readahead.dropBehind()) {
      BackendChoice through =
          throughPagesOrNull(residency, isAligned, refused, probe, new ArrayList<>(refusals));
      if (through != null) {
        return through;
      }
    }
    for (Backend backend : isAuto ? left(refused) : List.of(readahead.backend())) {
      for (boolean isDirect : ways(backend, readahead.io(), isAligned, refusals)) {
        String refusal = probe.refusal(backend, isDirect);
        if (refusal == null) {
          return new BackendChoice(
              backend,
              isDirect,
              isAuto,
              isFree,
              false,
              false,
              residency.isCached(),
              reason(readahead, backend, refusals));
        }
        String limit = limit(refusal.split("[, ]", 2)[0], false);
        if (limit != null) {
          // Whichever way: it is not about the files.
          refusals.add(name(backend) + ": " + limit);
          break;
        }
        refusals.add(name(backend) + " " + name(isDirect) + ": " + refusal);
      }
    }
    throw new PenstockException(
        ErrorKind.UNSUPPORTED,
        "backend=%s,io=%s: expected a way of reading that works here, found none (%s): use %s"
            .formatted(
                name(readahead.backend()),
                readahead.io().name().toLowerCase(Locale.ROOT),
                String.join("; ", refusals),
                readahead.io() == Io.DIRECT
                    ? "io=auto"
                    : isAuto ? "io=auto or backend=mmap" : "backend=auto"));
  }

  /**
   * What is wrong with {@code io=direct} where a file cannot be read so.
   *
   * @param path of the file
   * @return an exception that names the file and its file system
   */
  public static PenstockException indirect(Path path) {
    String type;
    try {
      type = Files.getFileStore(path).type();
    } catch (IOException e) {
      type = "unknown: " + SystemReason.of(e);
    }
    return PenstockException.about(
        ErrorKind.UNSUPPORTED,
        path,
        "io=direct: expected a file that can be read past the page cache, found one on a file"
            + " system that has no such reads (%s): use io=auto".formatted(type));
  }

  /** Through the page cache, which is going to have all of it. */
  private static BackendChoice throughPagesOrNull(
      Residency residency,
      boolean isAligned,
      Map<Backend, String> refused,
      Probe probe,
      List<String> refusals) {
    for (Backend backend : left(refused)) {
      String refusal = probe.refusal(backend, false);
      if (refusal == null) {
        boolean mayReadDirectly =
            backend == Backend.URING && isAligned && probe.refusal(backend, true) == null;
        String reason =
            "backend=auto: %s through the page cache, which can hold it all%s: %s"
                .formatted(
                    name(backend),
                    mayReadDirectly ? " (single records go past it until it does)" : "",
                    residency.describe());
        return new BackendChoice(
            backend,
            false,
            true,
            true,
            true,
            mayReadDirectly,
            false,
            withRefusals(reason, refusals));
      }
      String limit = limit(refusal.split("[, ]", 2)[0], false);
      refusals.add(
          limit == null
              ? name(backend) + " " + name(false) + ": " + refusal
              : name(backend) + ": " + limit);
    }
    return null;
  }

  private static List<Backend> left(Map<Backend, String> refused) {
    return Stream.of(Backend.URING, Backend.PREAD)
        .filter(backend -> !refused.containsKey(backend))
        .toList();
  }

  /**
   * Which backend a failure to open shows to be beyond a limit of this process.
   *
   * @param failure of an engine with this choice
   * @return empty where it is another failure, or the user named the backend
   */
  public Optional<Backend> refusedBy(PenstockException failure) {
    if (!isLeftToUs || limit(failure) == null) {
      return Optional.empty();
    }
    // Rings have no path; a file that cannot be mapped has.
    boolean isMapping = isMapped() || failure.path().isPresent();
    return isMapping || backend == Backend.URING
        ? Optional.of(isMapping ? Backend.MMAP : Backend.URING)
        : Optional.empty();
  }

  /** The limit that a failure is about, as "ENOMEM (locked memory, ulimit -l)"; null: none. */
  public String limit(PenstockException failure) {
    return limit(failure.statusName().orElse(null), isMapped() || failure.path().isPresent());
  }

  private static String limit(String statusName, boolean isMapping) {
    return switch (statusName) {
      case "ENOMEM" ->
          isMapping ? "ENOMEM (address space, ulimit -v)" : "ENOMEM (locked memory, ulimit -l)";
      case "EMFILE" -> "EMFILE (open files, ulimit -n)";
      case "ENFILE" -> "ENFILE (open files of this system)";
      case null, default -> null;
    };
  }

  /**
   * The choice for records in pieces, which are gathered from a mapping, and only there.
   *
   * @param readahead what the user wants
   * @param piecesOf names the column and how many pieces its records are in
   * @return mmap
   * @throws PenstockException if the user wants another one
   */
  public static BackendChoice gathering(Readahead readahead, String piecesOf) {
    boolean isJava = readahead.backend() == Backend.JAVA;
    if (readahead.backend() != Backend.AUTO && readahead.backend() != Backend.MMAP && !isJava) {
      throw new PenstockException(
          ErrorKind.UNSUPPORTED,
          ("backend=%s: expected columns whose records are one piece of their file each, found %s:"
                  + " use backend=auto or mmap, which copies the pieces one by one, or save"
                  + " numpy.ascontiguousarray of it, which is read much faster")
              .formatted(name(readahead.backend()), piecesOf));
    }
    return new BackendChoice(
        isJava ? Backend.JAVA : Backend.MMAP,
        false,
        false,
        false,
        false,
        false,
        isJava,
        "%s, as only a mapping puts records together from pieces: %s"
            .formatted(isJava ? "java" : "mmap", piecesOf));
  }

  /**
   * How files of folders are read: by several threads, through the page cache.
   *
   * @param readahead what the user wants
   * @param column that has such records
   * @param threads that read
   * @return pread
   * @throws PenstockException if the user wants another way
   */
  public static BackendChoice folder(Readahead readahead, String column, int threads) {
    boolean isOther = readahead.backend() != Backend.AUTO && readahead.backend() != Backend.PREAD;
    if (isOther || readahead.io() == Io.DIRECT) {
      throw new PenstockException(
          ErrorKind.UNSUPPORTED,
          ("backend=%s,io=%s: expected a way to read files of a folder, as column '%s' has them,"
                  + " found that only pread does so, through the page cache: leave both flags out,"
                  + " or name backend=pread,io=buffered")
              .formatted(
                  name(readahead.backend()),
                  readahead.io().name().toLowerCase(Locale.ROOT),
                  column));
    }
    return new BackendChoice(
        Backend.PREAD,
        false,
        false,
        false,
        false,
        false,
        false,
        "pread by %d threads, which open, read and close each file of column '%s'"
            .formatted(threads, column));
  }

  private static BackendChoice named(Backend backend, Residency residency, String reason) {
    return new BackendChoice(
        backend, false, false, false, false, false, residency.isCached(), reason);
  }

  /** Whether a later epoch may be read in another way. */
  public boolean mayChange() {
    return isFree || backend == Backend.MMAP || backend == Backend.JAVA;
  }

  /** Whether it reads in the same way, for whatever reason. */
  public boolean isLike(BackendChoice other) {
    return backend == other.backend
        && isDirect == other.isDirect
        && ((backend != Backend.MMAP && backend != Backend.JAVA) || isCached == other.isCached);
  }

  /** Whether records are copied out of mappings. */
  public boolean isMapped() {
    return backend == Backend.MMAP || (backend == Backend.JAVA && isCached);
  }

  /** Direct or buffered. */
  public Io io() {
    return isDirect ? Io.DIRECT : Io.BUFFERED;
  }

  private static List<Boolean> ways(
      Backend backend, Io io, boolean isAligned, List<String> refusals) {
    if (io != Io.AUTO) {
      return List.of(io == Io.DIRECT);
    }
    if (backend == Backend.PREAD) {
      // One direct read at a time leaves the device idle; the kernel reads cached pages ahead.
      return List.of(false);
    }
    if (!isAligned) {
      refusals.add("direct: a file does not allow it");
      return List.of(false);
    }
    return List.of(true, false);
  }

  private static String reason(Readahead readahead, Backend backend, List<String> refusals) {
    String choice =
        readahead.backend() == Backend.AUTO
            ? "backend=auto: " + name(backend) + " works here"
            : "backend=" + name(backend) + " was asked for";
    return withRefusals(choice, refusals);
  }

  private static String withRefusals(String choice, List<String> refusals) {
    return refusals.isEmpty()
        ? choice
        : "%s (refused: %s)".formatted(choice, String.join("; ", refusals));
  }

  private static String name(Backend backend) {
    return backend.name().toLowerCase(Locale.ROOT);
  }

  private static String name(boolean isDirect) {
    return isDirect ? "direct" : "buffered";
  }
}
