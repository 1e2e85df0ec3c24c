package io.penstock.hdf5;

import java.io.IOException;
import java.util.Arrays;

/**
 * A B-tree of version 2: records of one size, in order. Names and chunks are found in it.
 *
 * <p>What it owns: the nodes, whose checksums are compared. Its depth is limited by the header, so
 * that no cycle can hold a reader; the node that was read last at each level is kept, so that
 * records asked for in order cost one read per node.
 */
final class BTree2 {
  private static final int PREFIX_AND_CHECKSUM_BYTES = 10;

  /** Two records per node at least: more levels than these hold more than any file. */
  private static final int MAX_DEPTH = 32;

  /** What is done with a record; false ends the walk. */
  interface RecordVisitor {
    boolean visit(Bytes record) throws IOException;
  }

  /** Where a record is, seen from the one that is looked for. */
  interface Order {
    /** Negative if the record comes before what is looked for, positive behind it. */
    int compare(Bytes record);
  }

  private static final class Node {
    private final long address;
    private final Bytes records;
    private final int count;
    private final long[] children;
    private final int[] childCounts;

    Node(long address, Bytes records, int count, long[] children, int[] childCounts) {
      this.address = address;
      this.records = records;
      this.count = count;
      this.children = children;
      this.childCounts = childCounts;
    }

    Bytes record(int number, int recordBytes) {
      Bytes all = records.again();
      all.skip((long) number * recordBytes);
      return all.slice(recordBytes, "a record of a B-tree");
    }
  }

  private final Hdf5File file;
  private final int type;
  private final int nodeBytes;
  private final int recordBytes;
  private final int depth;
  private final long rootAddress;
  private final int rootCount;
  private final int countBytes;

  /** Width of the number of all records below a node, by its level. */
  private final int[] totalBytes;

  private final Node[] kept;

  /** Records left to visit: no more than the file has room for, whatever its nodes say. */
  private long budget;

  private BTree2(Hdf5File file, Bytes header, int type) {
    this.file = file;
    header.expect("BTHD");
    header.version(0, 0);
    this.type = header.u8();
    long node = header.u32();
    this.recordBytes = header.u16();
    this.depth = header.u16();
    header.skip(2);
    this.rootAddress = header.address();
    this.rootCount = header.u16();
    header.skip(header.lengthBytes());
    header.checksum();
    long most = recordBytes == 0 ? 0 : (node - PREFIX_AND_CHECKSUM_BYTES) / recordBytes;
    if (this.type != type || most < 1 || node > 1 << 24 || depth > MAX_DEPTH) {
      throw Hdf5Fault.damaged(
          "expected a B-tree of type %d with nodes of 1 to 2^24 bytes, found type %d, %d bytes,"
              + " records of %d, %d levels",
          type, this.type, node, recordBytes, depth);
    }
    this.nodeBytes = (int) node;
    this.countBytes = widthOf(most);
    this.totalBytes = new int[depth + 1];
    this.kept = new Node[depth + 1];
    long total = most;
    for (int level = 1; level <= depth; level++) {
      int pointer = header.addressBytes() + countBytes + totalBytes[level - 1];
      long room = node - PREFIX_AND_CHECKSUM_BYTES - pointer;
      long records = Math.max(1, room / (recordBytes + pointer));
      total = Math.min(Long.MAX_VALUE / 4 / (records + 2), total) * (records + 1) + records;
      totalBytes[level] = widthOf(total);
    }
  }

  /** The tree at an address, with records of a certain type. */
  static BTree2 at(Hdf5File file, long address, int type) throws IOException {
    return new BTree2(file, file.atMost(address, 64, "a B-tree header"), type);
  }

  int recordBytes() {
    return recordBytes;
  }

  /** Bytes that a number up to a limit takes. */
  private static int widthOf(long limit) {
    return (63 - Long.numberOfLeadingZeros(limit)) / 8 + 1;
  }

  /** All records in order. */
  void forEach(RecordVisitor visitor) throws IOException {
    budget = file.fileBytes() / recordBytes;
    if (rootAddress != Bytes.UNDEFINED && rootCount > 0) {
      walk(rootAddress, rootCount, depth, visitor);
    }
  }

  private boolean walk(long address, int count, int level, RecordVisitor visitor)
      throws IOException {
    Node node = node(address, count, level);
    budget -= Math.max(1, count);
    if (budget < 0) {
      throw Hdf5Fault.damaged(
          "expected a B-tree in %d bytes, found that its nodes go round", file.fileBytes());
    }
    for (int i = 0; i <= count; i++) {
      if (level > 0 && !walk(node.children[i], node.childCounts[i], level - 1, visitor)) {
        return false;
      }
      if (i < count && !visitor.visit(node.record(i, recordBytes))) {
        return false;
      }
    }
    return true;
  }

  /** The record that is equal to what is looked for; null if there is none. */
  Bytes find(Order order) throws IOException {
    if (rootAddress == Bytes.UNDEFINED || rootCount == 0) {
      return null;
    }
    long address = rootAddress;
    int count = rootCount;
    for (int level = depth; ; level--) {
      if (kept[level] == null || kept[level].address != address || kept[level].count != count) {
        kept[level] = node(address, count, level);
      }
      Node node = kept[level];
      int low = 0;
      int high = count;
      while (low < high) {
        int middle = (low + high) >>> 1;
        int place = order.compare(node.record(middle, recordBytes));
        if (place == 0) {
          return node.record(middle, recordBytes);
        }
        low = place < 0 ? middle + 1 : low;
        high = place < 0 ? high : middle;
      }
      if (level == 0) {
        return null;
      }
      address = node.children[low];
      count = node.childCounts[low];
    }
  }

  private Node node(long address, int count, int level) throws IOException {
    Bytes bytes = file.structure(address, nodeBytes, "a node of a B-tree");
    bytes.expect(level == 0 ? "BTLF" : "BTIN");
    bytes.version(0, 0);
    int found = bytes.u8();
    if (found != type) {
      throw Hdf5Fault.damaged(
          "expected a node of type %d at %d, found type %d", type, address, found);
    }
    Bytes records = bytes.slice((long) count * recordBytes, "a node of a B-tree");
    long[] children = new long[level == 0 ? 0 : count + 1];
    int[] counts = new int[children.length];
    for (int i = 0; i < children.length; i++) {
      children[i] = bytes.address();
      counts[i] = (int) bytes.number(countBytes);
      bytes.skip(totalBytes[level - 1]);
    }
    bytes.checksum();
    checkCounts(counts, address);
    return new Node(address, records, count, children, counts);
  }

  private static void checkCounts(int[] counts, long address) {
    if (Arrays.stream(counts).anyMatch(count -> count < 1)) {
      throw Hdf5Fault.damaged("expected children with records at %d, found one without", address);
    }
  }
}
