package io.penstock.hdf5;

import java.io.IOException;

/** Chunks in a B-tree of version 2, for datasets with several unlimited axes. */
final class ChunkTree2 implements ChunkIndex {
  private static final int PLAIN = 10;
  private static final int FILTERED = 11;

  private final BTree2 tree;
  private final int axes;
  private final long chunkBytes;

  /** Bytes of the stored size; 0 where there are no filters. */
  private final int sizeBytes;

  ChunkTree2(Hdf5File file, long address, Storage.Chunked chunked, boolean isFiltered)
      throws IOException {
    this.tree = BTree2.at(file, address, isFiltered ? FILTERED : PLAIN);
    this.axes = chunked.shape().size();
    this.chunkBytes = chunked.chunkBytes();
    int more = tree.recordBytes() - file.superblock().addressBytes() - 8 * axes;
    this.sizeBytes = isFiltered ? more - 4 : 0;
    boolean isSound = isFiltered ? sizeBytes >= 1 && sizeBytes <= 8 : more == 0;
    if (!isSound) {
      throw Hdf5Fault.damaged(
          "expected records of chunks of %d axes in a B-tree, found %d bytes",
          axes, tree.recordBytes());
    }
  }

  @Override
  public Chunk find(long[] place) throws IOException {
    Bytes record = tree.find(candidate -> compare(candidate, place));
    if (record == null) {
      return null;
    }
    long address = record.address();
    return sizeBytes == 0
        ? new Chunk(address, chunkBytes, 0)
        : new Chunk(address, record.size(sizeBytes), (int) record.u32());
  }

  private int compare(Bytes record, long[] place) {
    record.skip(record.addressBytes() + (sizeBytes == 0 ? 0 : sizeBytes + 4L));
    for (int axis = 0; axis < axes; axis++) {
      long found = record.size(8);
      if (found != place[axis]) {
        return Long.compare(found, place[axis]);
      }
    }
    return 0;
  }
}
