package io.penstock.sampler;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * Fills runs of positions of a {@link Mixture} source by source: a source computes many consecutive
 * indices several times faster than single ones.
 *
 * <p>What it owns: room for a run of each source, so that nothing is allocated per run. For one
 * mixture and one thread; a mixture within a mixture has fillers of its own.
 */
final class MixtureFiller {
  /** With more sources than this, each has so few indices in a run that nothing is gained. */
  static final int MOST_SOURCES = 64;

  static final int MOST_RUN = 1024;
  static final int LEAST_RUN = 64;

  private final SourceTurns turns;
  private final Sampler[] sources;
  private final long[] offsets;
  private final long[] state;
  private final long[] before;
  private final byte[] owners = new byte[MOST_RUN];
  private final int[] counts;
  private final int[] next;
  private final long[][] drawn;
  private final MemorySegment[] segments;

  MixtureFiller(SourceTurns turns, Sampler[] sources, long[] offsets) {
    this.turns = turns;
    this.sources = sources;
    this.offsets = offsets;
    this.state = new long[turns.forkCount()];
    this.before = new long[sources.length];
    this.counts = new int[sources.length];
    this.next = new int[sources.length];
    this.drawn = new long[sources.length][MOST_RUN];
    this.segments = Arrays.stream(drawn).map(MemorySegment::ofArray).toArray(MemorySegment[]::new);
  }

  /** Writes {@code count} indices, up to MOST_RUN, from place {@code at} of the segment on. */
  void fill(long position, MemorySegment indices, int at, int count) {
    turns.begin(position, state, before);
    Arrays.fill(counts, 0);
    Arrays.fill(next, 0);
    for (int i = 0; i < count; i++) {
      int source = turns.next(state);
      owners[i] = (byte) source;
      counts[source]++;
    }
    for (int source = 0; source < sources.length; source++) {
      draw(source);
    }
    for (int i = 0; i < count; i++) {
      int source = owners[i];
      long index = offsets[source] + drawn[source][next[source]++];
      indices.setAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, at + i, index);
    }
  }

  private void draw(int source) {
    int count = counts[source];
    if (count == 0) {
      return;
    }
    Sampler order = sources[source];
    long epoch = before[source] / order.positionCount();
    long first = before[source] % order.positionCount();
    if (order.positionCount() - first >= count) {
      order.fill(epoch, first, segments[source], count);
      return;
    }
    // Across the end of an epoch of the source: rare, unless it is tiny.
    for (int i = 0; i < count; i++) {
      long turn = before[source] + i;
      drawn[source][i] = order.index(turn / order.positionCount(), turn % order.positionCount());
    }
  }
}
