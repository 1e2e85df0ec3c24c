package io.penstock.internal.format.arrow;

import io.penstock.internal.format.arrow.ArrowColumn.Place;

/**
 * The metadata of a record batch: how many rows and nulls it has, and where its buffers lie.
 *
 * <p>What it owns: the comparison of these numbers with the schema and the size of the body. The
 * buffers must follow one another, as the specification says: else a small file could describe any
 * number of columns that share their bytes. Whatever is wrong is an IllegalArgumentException.
 */
final class ArrowBatch {
  private static final int NODE_BYTES = 16;
  private static final int BUFFER_BYTES = 16;
  private static final int MAX_VIEW_BUFFERS = 1 << 20;

  /** A buffer in the file. */
  record Buffer(long offset, long bytes) {}

  private final FlatTable.Vector nodes;
  private final FlatTable.Vector buffers;
  private final long bodyOffset;
  private final long rows;

  /** How many buffers the views before the one of a number have; one more than there are views. */
  private final int[] viewBuffers;

  /**
   * Checks a batch.
   *
   * @param header its table
   * @param bodyOffset where its body begins in the file
   * @param bodyBytes size of the body, which the file has
   * @param plan of the schema
   */
  ArrowBatch(FlatTable header, long bodyOffset, long bodyBytes, ArrowPlan plan) {
    this.rows = header.getLong(0, 0);
    this.nodes = header.vector(1, NODE_BYTES);
    this.buffers = header.vector(2, BUFFER_BYTES);
    this.bodyOffset = bodyOffset;
    this.viewBuffers = viewBuffers(header.vector(4, Long.BYTES), plan.viewCount());
    int bufferCount = plan.bufferCount() + viewBuffers[plan.viewCount()];
    if (rows < 0 || nodes.count() != plan.nodeCount() || buffers.count() != bufferCount) {
      throw new IllegalArgumentException(
          "expected a batch of %d columns and %d buffers, as the schema says, found %d and %d"
              .formatted(plan.nodeCount(), bufferCount, nodes.count(), buffers.count()));
    }
    checkBuffers(bodyBytes);
  }

  /** The compression of a batch; null if there is none. */
  static String codec(FlatTable header) {
    if (!header.has(3)) {
      return null;
    }
    int codec = header.table(3, "a compression").getByte(0, 0);
    return switch (codec) {
      case 0 -> "LZ4";
      case 1 -> "ZSTD";
      default -> "method " + codec;
    };
  }

  private static int[] viewBuffers(FlatTable.Vector counts, int views) {
    if (counts.count() != views) {
      throw new IllegalArgumentException(
          "expected numbers of buffers for %d columns of views, found %d"
              .formatted(views, counts.count()));
    }
    int[] before = new int[views + 1];
    for (int i = 0; i < views; i++) {
      long count = counts.getLong(i, 0);
      if (count < 0 || count > MAX_VIEW_BUFFERS - before[i]) {
        throw new IllegalArgumentException("expected fewer buffers of views, found " + count);
      }
      before[i + 1] = before[i] + (int) count;
    }
    return before;
  }

  private void checkBuffers(long bodyBytes) {
    long end = 0;
    for (int i = 0; i < buffers.count(); i++) {
      long offset = buffers.getLong(i, 0);
      long bytes = buffers.getLong(i, 8);
      if (bytes == 0) {
        continue;
      }
      if (offset < end || bytes < 0 || offset > bodyBytes || bytes > bodyBytes - offset) {
        throw new IllegalArgumentException(
            "expected buffers one after another in a body of %d bytes, found %d bytes at %d behind"
                    .formatted(bodyBytes, bytes, offset)
                + " byte "
                + end);
      }
      end = offset + bytes;
    }
  }

  long rows() {
    return rows;
  }

  /** How many values a node has. */
  long length(int node) {
    return nodes.getLong(node, 0);
  }

  /** How many values of a node are null, at least 0. */
  long nulls(int node) {
    long nulls = nodes.getLong(node, 8);
    if (nulls < 0 || nulls > length(node)) {
      throw new IllegalArgumentException(
          "expected 0 to %d nulls, found %d".formatted(length(node), nulls));
    }
    return nulls;
  }

  /**
   * A buffer.
   *
   * @param place where the plan has it
   * @param leastBytes which it must have
   * @param what it is, for messages
   */
  Buffer buffer(Place place, long leastBytes, String what) {
    int number = place.number() + viewBuffers[place.viewsBefore()];
    long bytes = buffers.getLong(number, 8);
    if (bytes < leastBytes || leastBytes < 0) {
      throw new IllegalArgumentException(
          "expected %d bytes of %s, found %d".formatted(leastBytes, what, bytes));
    }
    // The offset of an empty buffer may be any number.
    return new Buffer(bytes == 0 ? bodyOffset : bodyOffset + buffers.getLong(number, 0), bytes);
  }
}
