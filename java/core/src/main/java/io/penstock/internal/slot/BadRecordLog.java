package io.penstock.internal.slot;

import io.penstock.error.BadRecord;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Counts the bad records of a loader, and keeps the first ones. Bounded: a dying device must not
 * fill the heap. Any thread.
 */
public final class BadRecordLog {
  /** Records that are kept. */
  public static final int MAX_LISTED = 1000;

  private final List<BadRecord> listed = new ArrayList<>();
  private final Set<Long> indices = new HashSet<>();
  private long count;

  /** An empty log. */
  public BadRecordLog() {}

  public synchronized void add(BadRecord record) {
    count++;
    if (listed.size() < MAX_LISTED && indices.add(record.index())) {
      listed.add(record);
    }
  }

  /** How many were found; a record counts each time that it was read. */
  public synchronized long count() {
    return count;
  }

  /** The first ones, each once. */
  public synchronized List<BadRecord> listed() {
    return List.copyOf(listed);
  }
}
