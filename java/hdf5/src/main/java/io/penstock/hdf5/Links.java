package io.penstock.hdf5;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The links of a group, however it keeps them: in a symbol table, in its header, or in a heap.
 *
 * <p>They come in the order in which they were made where the group tracks that, and else in that
 * of their names, as h5py lists them.
 */
final class Links {
  private static final int BY_NAME = 5;
  private static final int NAME_HASH_BYTES = 4;
  private static final Comparator<Link> ORDER =
      Comparator.comparingLong(Link::order).thenComparing(Link::name);

  private Links() {}

  static boolean isGroup(ObjectHeader header) {
    return header.has(ObjectHeader.SYMBOL_TABLE)
        || header.has(ObjectHeader.LINK_INFO)
        || header.has(ObjectHeader.LINK);
  }

  static List<Link> of(Hdf5File file, ObjectHeader header) throws IOException {
    Optional<Bytes> table = header.find(ObjectHeader.SYMBOL_TABLE);
    List<Link> links = new ArrayList<>();
    if (table.isPresent()) {
      long tree = table.get().address();
      links.addAll(GroupTree.links(file, tree, table.get().address()));
    } else {
      for (Bytes message : header.all(ObjectHeader.LINK)) {
        links.add(Link.of(message));
      }
      Optional<Bytes> info = header.find(ObjectHeader.LINK_INFO);
      if (info.isPresent()) {
        dense(file, info.get(), links);
      }
    }
    boolean isTracked = links.stream().allMatch(link -> link.order() >= 0);
    links.sort(isTracked ? ORDER : Comparator.comparing(Link::name));
    return checked(links);
  }

  private static void dense(Hdf5File file, Bytes info, List<Link> links) throws IOException {
    info.version(0, 0);
    int flags = info.u8();
    if ((flags & 1) != 0) {
      info.skip(8);
    }
    long heapAddress = info.address();
    long treeAddress = info.address();
    if (heapAddress == Bytes.UNDEFINED || treeAddress == Bytes.UNDEFINED) {
      return;
    }
    FractalHeap heap = FractalHeap.at(file, heapAddress);
    BTree2 names = BTree2.at(file, treeAddress, BY_NAME);
    if (names.recordBytes() != NAME_HASH_BYTES + heap.idBytes()) {
      throw Hdf5Fault.damaged(
          "expected records of %d bytes in the index of a group's names, found %d",
          NAME_HASH_BYTES + heap.idBytes(), names.recordBytes());
    }
    names.forEach(
        record -> {
          record.skip(NAME_HASH_BYTES);
          links.add(Link.of(heap.object(record)));
          return true;
        });
  }

  /** A name leads to one object, and is a single step of a path. */
  private static List<Link> checked(List<Link> links) {
    Set<String> names = new HashSet<>();
    List<Link> checked = new ArrayList<>(links.size());
    for (Link link : links) {
      String name = link.name();
      if (name.isEmpty() || name.equals(".") || name.indexOf('/') >= 0) {
        checked.add(Link.broken(name.replace('/', '?'), "expected a name without '/', found one"));
      } else if (names.add(name)) {
        checked.add(link);
      } else {
        checked.add(
            Link.broken(name, "expected one object of a name in a group, found a second one"));
      }
    }
    return checked;
  }
}
