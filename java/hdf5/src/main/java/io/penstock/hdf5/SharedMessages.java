package io.penstock.hdf5;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Messages that many object headers of a file have in common, where its writer asked for that: each
 * lies in a heap once.
 */
final class SharedMessages {
  private static final String WHAT = "the table of shared messages";
  private static final int MAX_INDEXES = 8;
  private static final int INDEX_BYTES = 14;

  /** The heap for messages of some types: bit i is set for type i. */
  private record Index(int types, FractalHeap heap) {}

  private final List<Index> indexes;

  private SharedMessages(List<Index> indexes) {
    this.indexes = List.copyOf(indexes);
  }

  /** Reads the table; without one there is nothing to be found. */
  static SharedMessages of(Hdf5File file) throws IOException {
    long extension = file.superblock().extensionAddress();
    Optional<Bytes> message =
        extension == Bytes.UNDEFINED
            ? Optional.empty()
            : ObjectHeader.at(file, extension).find(ObjectHeader.SHARED_TABLE);
    List<Index> indexes = new ArrayList<>();
    if (message.isPresent()) {
      message.get().version(0, 0);
      long address = message.get().address();
      int count = message.get().u8();
      if (count > MAX_INDEXES) {
        throw Hdf5Fault.damaged("expected %s of at most %d, found %d", WHAT, MAX_INDEXES, count);
      }
      int addressBytes = file.superblock().addressBytes();
      long bytes = 4 + count * (INDEX_BYTES + 2L * addressBytes) + 4;
      Bytes table = file.structure(address, bytes, WHAT);
      table.expect("SMTB");
      for (int i = 0; i < count; i++) {
        table.version(0, 0);
        table.skip(1);
        int types = table.u16();
        table.skip(4 + 2 + 2 + 2 + addressBytes);
        long heap = table.address();
        if (heap != Bytes.UNDEFINED) {
          indexes.add(new Index(types, FractalHeap.at(file, heap)));
        }
      }
      table.checksum();
    }
    return new SharedMessages(indexes);
  }

  /** The message of a type that an object header names by its place in the heap. */
  Bytes find(int type, Bytes id) throws IOException {
    for (Index index : indexes) {
      if ((index.types >> type & 1) != 0) {
        return index.heap.object(id);
      }
    }
    throw Hdf5Fault.damaged("expected shared messages of type %d in the file, found none", type);
  }
}
