package io.penstock.internal.engine;

import io.penstock.options.Readahead;
import java.util.EnumMap;
import java.util.Map;

/**
 * Limits of the process that a loader has run into and must not try again. Immutable.
 *
 * @param refused backends that a limit of this process does not let us use, and why
 * @param mayWarm whether the files may be read into the page cache; false once that was given up
 */
public record FoundLimits(Map<Readahead.Backend, String> refused, boolean mayWarm) {
  /** No limit has been found so far. */
  public static final FoundLimits NONE = new FoundLimits(Map.of(), true);

  public FoundLimits {
    refused = Map.copyOf(refused);
  }

  /** Adds a backend that could not be opened because of a limit. */
  public FoundLimits without(Readahead.Backend backend, String reason) {
    Map<Readahead.Backend, String> more = new EnumMap<>(Readahead.Backend.class);
    more.putAll(refused);
    more.put(backend, reason);
    return new FoundLimits(more, mayWarm);
  }

  /** Adds that reading the files into the page cache was given up. */
  public FoundLimits withoutWarming() {
    return new FoundLimits(refused, false);
  }
}
