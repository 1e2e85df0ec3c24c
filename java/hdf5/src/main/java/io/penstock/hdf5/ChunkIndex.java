package io.penstock.hdf5;

import java.io.IOException;
import java.util.List;

/**
 * Where the chunks of a dataset are. Indexes are asked for one chunk after another, in order, and
 * keep what they read last, so that memory does not grow with the number of chunks.
 */
interface ChunkIndex {
  /**
   * A chunk as it is stored.
   *
   * @param address of its first byte
   * @param storedBytes its size after all filters
   * @param filterMask bit i is set where filter i was left out
   */
  record Chunk(long address, long storedBytes, int filterMask) {}

  /**
   * Finds a chunk.
   *
   * @param place of the chunk along each axis, counted in chunks
   * @return the chunk; null if it was never written
   */
  Chunk find(long[] place) throws IOException;

  /** The index of a dataset. */
  static ChunkIndex of(Hdf5File file, Storage.Chunked chunked, Dataspace space, boolean isFiltered)
      throws IOException {
    long address = chunked.address();
    if (address == Bytes.UNDEFINED) {
      return place -> null;
    }
    long bytes = chunked.chunkBytes();
    Numbering numbering = Numbering.of(space, chunked.shape());
    return switch (chunked.index()) {
      case TREE -> new ChunkTree(file, address, chunked.shape());
      case TREE_2 -> new ChunkTree2(file, address, chunked, isFiltered);
      case FIXED_ARRAY -> new FixedChunkArray(file, address, numbering, bytes);
      case EXTENSIBLE_ARRAY -> new GrowingChunkArray(file, address, numbering.growing(), bytes);
      case IMPLICIT -> place -> new Chunk(address + numbering.number(place) * bytes, bytes, 0);
      case SINGLE -> {
        List<Long> single = chunked.single();
        Chunk chunk =
            single.isEmpty()
                ? new Chunk(address, bytes, 0)
                : new Chunk(address, single.getFirst(), single.getLast().intValue());
        yield place -> chunk;
      }
    };
  }

  /** Numbers chunks in C order of the largest shape that the dataset may have. */
  final class Numbering {
    private final long[] counts;
    private final int growingAxis;

    private Numbering(long[] counts, int growingAxis) {
      this.counts = counts;
      this.growingAxis = growingAxis;
    }

    static Numbering of(Dataspace space, List<Long> chunkShape) {
      long[] counts = new long[chunkShape.size()];
      int growing = 0;
      for (int axis = 0; axis < counts.length; axis++) {
        long limit = space.limits().get(axis);
        counts[axis] = limit == Dataspace.UNLIMITED ? 1 : (limit - 1) / chunkShape.get(axis) + 1;
        growing = limit == Dataspace.UNLIMITED ? axis : growing;
      }
      return new Numbering(counts, growing);
    }

    /** The same with the unlimited axis first, so that numbers do not change when it grows. */
    Numbering growing() {
      return new Numbering(moved(counts), growingAxis);
    }

    long[] moved(long[] values) {
      long[] moved = values.clone();
      System.arraycopy(values, 0, moved, 1, growingAxis);
      moved[0] = values[growingAxis];
      return moved;
    }

    long number(long[] place) {
      long number = 0;
      for (int axis = 0; axis < counts.length; axis++) {
        try {
          number = Math.addExact(Math.multiplyExact(number, counts[axis]), place[axis]);
        } catch (ArithmeticException e) {
          throw Hdf5Fault.damaged("expected less than 2^63 chunks, found more");
        }
      }
      return number;
    }
  }

  /** An element of an array of chunks, which says no more than it must. */
  static Chunk element(Bytes bytes, int elementBytes, long chunkBytes) {
    int addressBytes = bytes.addressBytes();
    long address = bytes.address();
    long stored = chunkBytes;
    int mask = 0;
    if (elementBytes > addressBytes) {
      stored = bytes.size(elementBytes - addressBytes - 4);
      mask = (int) bytes.u32();
    }
    return address == Bytes.UNDEFINED ? null : new Chunk(address, stored, mask);
  }

  /** Elements are addresses, with sizes of 1 to 8 bytes and a mask where there are filters. */
  static void checkElement(Hdf5File file, int elementBytes) {
    int more = elementBytes - file.superblock().addressBytes();
    if (more != 0 && (more < 5 || more > 12)) {
      throw Hdf5Fault.damaged(
          "expected elements of an array of chunks to be an address, perhaps with a size and a"
              + " mask, found %d bytes",
          elementBytes);
    }
  }
}
