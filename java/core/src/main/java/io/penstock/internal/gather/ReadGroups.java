package io.penstock.internal.gather;

import io.penstock.internal.counters.Figures;
import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * The groups of a gatherer in Java, and how their requests come to the board.
 *
 * <p>What it owns: which groups are spare, which one is being filled, and which are being read.
 * {@link #get} is for any thread, all else for the owner.
 */
final class ReadGroups {
  private final RequestBoard board;
  private final long[] bases;
  private final long gapBytes;
  private final int mostBytes;

  /** All groups by their numbers. */
  private volatile ReadGroup[] all = {};

  private final ArrayDeque<ReadGroup> spares = new ArrayDeque<>();

  /** Sealed ones, of which some requests were not handed out. */
  private final ArrayDeque<ReadGroup> waiting = new ArrayDeque<>();

  private ReadGroup open;

  private final long[] latencies = new long[Figures.LATENCY_COUNT];
  private long completions;
  private long bytesRead;
  private long mergedRecords;
  private long straightBytes;

  /**
   * No groups yet.
   *
   * @param board where requests go
   * @param bases where each file begins if all are laid end to end
   * @param gapBytes parts that lie at most so far apart are read together
   * @param mostBytes size of a request for several parts, at most
   */
  ReadGroups(RequestBoard board, long[] bases, long gapBytes, int mostBytes) {
    this.board = board;
    this.bases = bases;
    this.gapBytes = gapBytes;
    this.mostBytes = mostBytes;
    this.open = spare();
  }

  private ReadGroup spare() {
    ReadGroup spare = spares.poll();
    if (spare != null) {
      return spare;
    }
    ReadGroup made = new ReadGroup(all.length);
    ReadGroup[] more = Arrays.copyOf(all, all.length + 1);
    more[made.number] = made;
    all = more;
    return made;
  }

  /** A group by its number. Any thread. */
  ReadGroup get(int number) {
    return all[number];
  }

  /** What records are added to. */
  ReadGroup open() {
    return open;
  }

  /** What was added is read together. */
  void seal() {
    sealBut(0);
  }

  /**
   * The same but for the last records, which are the first of the next group.
   *
   * @param later how many
   */
  void sealBut(int later) {
    ReadGroup ended = open;
    open = spare();
    ended.moveLast(later, open);
    ended.seal(bases, gapBytes, mostBytes);
    if (ended.requestCount() > 0) {
      waiting.add(ended);
    } else {
      giveBack(ended); // Records without bytes.
    }
  }

  private void giveBack(ReadGroup group) {
    group.clear();
    spares.add(group);
  }

  /** Whether nothing waits to be handed out. */
  boolean areOut() {
    return waiting.isEmpty();
  }

  /** Gives the board as many requests as it has room for. */
  void handOut() {
    while (board.room() > 0 && !waiting.isEmpty()) {
      ReadGroup group = waiting.peek();
      int request = group.handedOut++;
      if (group.handedOut == group.requestCount()) {
        waiting.poll();
      }
      long id = (long) group.number << Integer.SIZE | request;
      group.started(request);
      board.add(id, group.number, request, group.requestBytes(request), 0);
    }
  }

  /** A request was carried out. */
  void answered(long id, long result) {
    ReadGroup group = all[(int) (id >>> Integer.SIZE)];
    completions++;
    Figures.countLatency(latencies, System.nanoTime() - group.startNanos((int) id));
    settled(id, result);
  }

  /** A request was carried out or taken back, and nobody wants its records any more. */
  void settled(long id, long result) {
    ReadGroup group = all[(int) (id >>> Integer.SIZE)];
    int request = (int) id;
    group.answered(request);
    if (result > 0) {
      bytesRead += result;
      straightBytes += group.isStraight(request) ? result : 0;
    }
    mergedRecords += group.partCount(request) - 1;
    if (group.unanswered == 0) {
      giveBack(group);
    }
  }

  /** Forgets what is not read. The board must be empty. */
  void clear() {
    // Those of their requests that were handed out are answered.
    waiting.forEach(this::giveBack);
    waiting.clear();
    open.clear();
  }

  /** Copies how many requests were carried out, and how long they took. */
  void latencies(Figures target) {
    target.completions = completions;
    System.arraycopy(latencies, 0, target.latencies, 0, latencies.length);
  }

  /** Requests that were carried out. */
  long completions() {
    return completions;
  }

  long bytesRead() {
    return bytesRead;
  }

  long mergedRecords() {
    return mergedRecords;
  }

  /** Of requests for one record, or for several that lie side by side in their slot as well. */
  long straightBytes() {
    return straightBytes;
  }
}
