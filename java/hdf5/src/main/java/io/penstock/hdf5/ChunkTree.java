package io.penstock.hdf5;

import java.io.IOException;
import java.util.List;

/**
 * Chunks in a B-tree of version 1, which has no checksums. Every lookup checks the order of keys
 * and that chunks lie on the grid, so a damaged key cannot make a chunk disappear.
 */
final class ChunkTree implements ChunkIndex {
  private static final String WHAT = "a node of a B-tree of chunks";

  /** A node: what its chunks begin with, up to the key behind the last, and where they lie. */
  private static final class ChunkNode {
    private final long address;
    private final long[][] keys;
    private final Chunk[] chunks;

    ChunkNode(long address, long[][] keys, Chunk[] chunks) {
      this.address = address;
      this.keys = keys;
      this.chunks = chunks;
    }
  }

  private final Hdf5File file;
  private final long rootAddress;
  private final List<Long> chunkShape;
  private final int axes;

  /** The nodes on the way to the last chunk, from the root down. */
  private ChunkNode[] path = new ChunkNode[0];

  ChunkTree(Hdf5File file, long rootAddress, List<Long> chunkShape) {
    this.file = file;
    this.rootAddress = rootAddress;
    this.chunkShape = chunkShape;
    this.axes = chunkShape.size();
  }

  @Override
  public Chunk find(long[] place) throws IOException {
    if (path.length == 0) {
      Bytes head = file.atMost(rootAddress, 64, WHAT);
      head.skip(5);
      path = new ChunkNode[head.u8() + 1];
    }
    long address = rootAddress;
    long[] first = null;
    long[] end = null;
    for (int level = path.length - 1; ; level--) {
      ChunkNode node = path[level];
      if (node == null || node.address != address) {
        node = node(address, level, first, end);
        path[level] = node;
      }
      int at = last(node, place);
      if (at < 0) {
        return null;
      }
      if (level == 0) {
        return compare(node.keys[at], place) == 0 ? node.chunks[at] : null;
      }
      address = node.chunks[at].address();
      first = node.keys[at];
      end = node.keys[at + 1];
    }
  }

  /** The last entry that does not come behind a place; -1 if all do. */
  private static int last(ChunkNode node, long[] place) {
    int low = 0;
    int high = node.chunks.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (compare(node.keys[middle], place) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }

  /** A key has one more number, a byte within an element, which is always 0 here. */
  private static int compare(long[] key, long[] other) {
    for (int axis = 0; axis < key.length; axis++) {
      long number = axis < other.length ? other[axis] : 0;
      if (key[axis] != number) {
        return Long.compare(key[axis], number);
      }
    }
    return 0;
  }

  private ChunkNode node(long address, int level, long[] first, long[] end) throws IOException {
    Bytes head = file.atMost(address, 64, WHAT);
    head.expect("TREE");
    int type = head.u8();
    int found = head.u8();
    int count = head.u16();
    if (type != 1 || found != level) {
      throw Hdf5Fault.damaged(
          "expected %s of type 1 and level %d at %d, found type %d, level %d",
          WHAT, level, address, type, found);
    }
    int addressBytes = head.addressBytes();
    int prefix = head.taken() + 2 * addressBytes;
    long keyBytes = 8 + 8L * (axes + 1);
    Bytes all =
        file.structure(address, prefix + count * (keyBytes + addressBytes) + keyBytes, WHAT);
    all.skip(prefix);
    long[][] keys = new long[count + 1][];
    Chunk[] chunks = new Chunk[count];
    for (int i = 0; i <= count; i++) {
      long stored = all.u32();
      int mask = (int) all.u32();
      keys[i] = key(all, i < count);
      if (i < count) {
        chunks[i] = new Chunk(all.address(), stored, mask);
      }
      if (i > 0 && compare(keys[i - 1], keys[i]) >= 0) {
        throw unordered(address);
      }
    }
    boolean isInside =
        first == null
            || (count > 0 && compare(first, keys[0]) <= 0 && compare(keys[count - 1], end) < 0);
    if (!isInside) {
      throw unordered(address);
    }
    return new ChunkNode(address, keys, chunks);
  }

  private static Hdf5Fault unordered(long address) {
    return Hdf5Fault.damaged(
        "expected %s at %d to be in order, found that it is not", WHAT, address);
  }

  /** The place of a chunk, in chunks; the key behind the last chunk may be off the grid. */
  private long[] key(Bytes bytes, boolean isChunk) {
    long[] key = new long[axes + 1];
    for (int axis = 0; axis < axes; axis++) {
      long offset = bytes.size(8);
      long size = chunkShape.get(axis);
      if (isChunk && offset % size != 0) {
        throw Hdf5Fault.damaged(
            "expected chunks that begin at multiples of %d along axis %d, found one at %d",
            size, axis, offset);
      }
      key[axis] = isChunk ? offset / size : (offset + size - 1) / size;
    }
    key[axes] = bytes.size(8);
    if (isChunk && key[axes] != 0) {
      throw Hdf5Fault.damaged(
          "expected chunks that begin with whole elements, found one at byte %d", key[axes]);
    }
    return key;
  }
}
