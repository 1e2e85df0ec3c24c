package io.penstock.hdf5;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The links of a group of the older kind: a B-tree of version 1, whose leaves are tables of names.
 *
 * <p>What it owns: the walk over nodes, each at most once.
 */
final class GroupTree {
  private static final String NODE = "a node of a group's B-tree";
  private static final String TABLE = "a symbol table node";

  private final Hdf5File file;
  private final LocalHeap heap;
  private final List<Link> links = new ArrayList<>();
  private final Set<Long> seen = new HashSet<>();

  private GroupTree(Hdf5File file, LocalHeap heap) {
    this.file = file;
    this.heap = heap;
  }

  /** All links, in the order of their names. */
  static List<Link> links(Hdf5File file, long treeAddress, long heapAddress) throws IOException {
    GroupTree tree = new GroupTree(file, LocalHeap.at(file, heapAddress));
    tree.node(treeAddress, -1);
    return tree.links;
  }

  private void node(long address, int expectedLevel) throws IOException {
    once(address);
    Bytes head = file.atMost(address, 64, NODE);
    head.expect("TREE");
    int type = head.u8();
    int level = head.u8();
    int count = head.u16();
    if (type != 0 || (expectedLevel >= 0 && level != expectedLevel)) {
      throw Hdf5Fault.damaged(
          "expected %s of type 0 and level %d at %d, found type %d, level %d",
          NODE, expectedLevel, address, type, level);
    }
    head.skip(2L * head.addressBytes());
    int prefix = head.taken();
    long bytes = prefix + (long) count * (head.lengthBytes() + head.addressBytes());
    Bytes children = file.structure(address, bytes, NODE);
    children.skip(prefix);
    for (int i = 0; i < count; i++) {
      children.skip(children.lengthBytes());
      long child = children.address();
      if (level > 0) {
        node(child, level - 1);
      } else {
        table(child);
      }
    }
  }

  private void table(long address) throws IOException {
    once(address);
    Bytes head = file.atMost(address, 8, TABLE);
    head.expect("SNOD");
    head.version(1, 1);
    head.skip(1);
    int count = head.u16();
    long entryBytes = 2L * file.superblock().addressBytes() + 24;
    Bytes entries = file.structure(address, 8 + count * entryBytes, TABLE);
    entries.skip(8);
    for (int i = 0; i < count; i++) {
      links.add(Link.of(entries.slice(entryBytes, TABLE), heap));
    }
  }

  private void once(long address) {
    if (!seen.add(address)) {
      throw Hdf5Fault.damaged("expected a tree of a group, found the node at %d twice", address);
    }
  }
}
