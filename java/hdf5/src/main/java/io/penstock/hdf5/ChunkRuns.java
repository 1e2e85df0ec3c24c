package io.penstock.hdf5;

import io.penstock.array.Runs;
import java.io.IOException;
import java.util.List;

/**
 * Where the records of a chunked dataset without filters lie, if each is in one piece: then they
 * are read in place, as those of a contiguous one.
 *
 * <p>What it owns: the decision, and the reason against it. Chunks must have all of a record, and
 * all have been written. Their number is compared with the size of the file before they are asked
 * for one by one.
 */
final class ChunkRuns {
  private final Hdf5File file;
  private final Storage.Chunked chunked;
  private final Dataspace space;
  private final long[] sizes;
  private final long[] chunkSizes;

  ChunkRuns(Hdf5File file, Storage.Chunked chunked, Dataspace space) {
    this.file = file;
    this.chunked = chunked;
    this.space = space;
    this.sizes = space.shape().stream().mapToLong(size -> size).toArray();
    this.chunkSizes = chunked.shape().stream().mapToLong(size -> size).toArray();
  }

  /** Why records cannot be read in place by the shape of the chunks; null if they can. */
  String problemOrNull() {
    long pieces = 1;
    for (int axis = 1; axis < sizes.length; axis++) {
      pieces = saturated(pieces, (sizes[axis] - 1) / chunkSizes[axis] + 1);
    }
    if (pieces > 1) {
      return "expected chunks that have whole records, found chunks of shape %s, which cut a record of shape %s into %d pieces"
          .formatted(words(chunked.shape()), words(space.shape().subList(1, sizes.length)), pieces);
    }
    for (int axis = 2; axis < sizes.length; axis++) {
      if (chunkSizes[axis] != sizes[axis]) {
        return "expected chunks of the size of a record, %s, found larger ones of shape %s, in which its elements lie apart"
            .formatted(words(space.shape().subList(1, sizes.length)), words(chunked.shape()));
      }
    }
    return null;
  }

  private static long saturated(long pieces, long more) {
    return pieces > Long.MAX_VALUE / more ? Long.MAX_VALUE : pieces * more;
  }

  /** As HDF5's own tools write it. */
  private static String words(List<Long> shape) {
    return String.join("x", shape.stream().map(String::valueOf).toList());
  }

  /**
   * Asks for all chunks.
   *
   * @return where the records lie; null if a chunk was never written
   */
  Runs findOrNull() throws IOException {
    if (chunked.address() == Bytes.UNDEFINED) {
      return null;
    }
    long strideBytes = chunked.chunkBytes() / chunkSizes[0];
    if (chunked.index() == Storage.IndexKind.IMPLICIT) {
      return Runs.builder().add(file.position(chunked.address()), sizes[0], strideBytes).build();
    }
    long count = (sizes[0] - 1) / chunkSizes[0] + 1;
    if (!file.hasRoomFor(count, chunked.chunkBytes())) {
      return null;
    }
    ChunkIndex index = ChunkIndex.of(file, chunked, space, false);
    Runs.Builder runs = Runs.builder();
    long[] place = new long[sizes.length];
    for (long row = 0; row < sizes[0]; row += chunkSizes[0]) {
      place[0] = row / chunkSizes[0];
      ChunkIndex.Chunk chunk = index.find(place);
      if (chunk == null) {
        return null;
      }
      check(chunk, row);
      long records = Math.min(chunkSizes[0], sizes[0] - row);
      runs.add(file.position(chunk.address()), records, strideBytes);
    }
    return runs.build();
  }

  private void check(ChunkIndex.Chunk chunk, long row) {
    if (chunk.storedBytes() != chunked.chunkBytes()) {
      throw Hdf5Fault.damaged(
          "the chunk of row %d: expected %d bytes without filters, found %d",
          row, chunked.chunkBytes(), chunk.storedBytes());
    }
    file.checkRange(chunk.address(), chunk.storedBytes(), "the chunk of row " + row);
  }
}
