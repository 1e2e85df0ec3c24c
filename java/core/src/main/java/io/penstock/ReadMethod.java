package io.penstock;

import io.penstock.options.Readahead;
import io.penstock.options.Readahead.Backend;
import io.penstock.options.Readahead.Io;

/** How a loader reads at one moment, and why. Immutable. */
public final class ReadMethod {
  private final Backend backend;
  private final Io io;
  private final Readahead readahead;
  private final String reason;

  ReadMethod(Backend backend, Io io, Readahead readahead, String reason) {
    this.backend = backend;
    this.io = io;
    this.readahead = readahead;
    this.reason = reason;
  }

  /**
   * The backend in use.
   *
   * @return never {@link Backend#AUTO}
   */
  public Backend backend() {
    return backend;
  }

  /**
   * Whether reads go past the page cache.
   *
   * @return never {@link Io#AUTO}
   */
  public Io io() {
    return io;
  }

  /**
   * The flags in effect.
   *
   * @return with what was left to the loader filled in
   */
  public Readahead readahead() {
    return readahead;
  }

  /**
   * Why this backend was chosen, and why so much is read ahead.
   *
   * @return one line for people
   */
  public String reason() {
    return reason;
  }

  /** As {@code backend=uring, io=direct}. */
  @Override
  public String toString() {
    return "backend=%s, io=%s".formatted(backend, io);
  }
}
