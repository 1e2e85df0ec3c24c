package io.penstock.hdf5;

import io.penstock.spi.FoundArray;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Goes through the groups of a file.
 *
 * <p>What it owns: names. Every group is visited once, and again under other names that hard links
 * give it as long as there are few of them; so cycles end, and a small file cannot claim a million
 * names. Soft and external links are no arrays of their own: they are found by their names, and
 * listed where a file has nothing else. What is damaged is listed with the reason, and hides
 * nothing beside it.
 */
final class Walk {
  /** Further names of groups that have one already. */
  private static final int MAX_FURTHER_NAMES = 1 << 12;

  /** Characters in all names: deep groups make long ones. */
  private static final long MAX_NAME_CHARACTERS = 1L << 27;

  private static final int MAX_SHOWN = 60;

  /** A group that is still to be looked at. */
  private record Todo(String path, long address, Above above) {}

  /** The groups on the way to one. */
  private record Above(long address, Above next) {
    static boolean has(Above list, long address) {
      for (Above above = list; above != null; above = above.next) {
        if (above.address == address) {
          return true;
        }
      }
      return false;
    }
  }

  private final Hdf5File file;
  private final List<FoundArray> arrays = new ArrayList<>();
  private final List<FoundArray> links = new ArrayList<>();
  private final Set<Long> seen = new HashSet<>();
  private final Deque<Todo> groups = new ArrayDeque<>();
  private int furtherNames;
  private long characters;

  Walk(Hdf5File file) {
    this.file = file;
  }

  /** All arrays, each with its path; those of a group before those of the groups in it. */
  List<FoundArray> arrays() throws IOException {
    long root = file.superblock().rootAddress();
    seen.add(root);
    group(new Todo("", root, null), ObjectHeader.at(file, root));
    while (!groups.isEmpty()) {
      Todo todo = groups.pop();
      try {
        group(todo, ObjectHeader.at(file, todo.address));
      } catch (Hdf5Fault e) {
        arrays.add(
            FoundArray.refused(
                todo.path, "a group whose members cannot be listed: " + e.getMessage()));
      }
    }
    return arrays.isEmpty() ? links : arrays;
  }

  private void group(Todo group, ObjectHeader header) throws IOException {
    List<Link> members = Links.of(file, header);
    Above above = new Above(group.address, group.above);
    List<Todo> inside = new ArrayList<>();
    for (Link link : members) {
      String path = group.path.isEmpty() ? link.name() : group.path + "/" + link.name();
      characters += path.length();
      if (characters > MAX_NAME_CHARACTERS) {
        throw Hdf5Fault.refused(
            "expected names of at most %d characters in a file, found more: name the part that you"
                + " want",
            MAX_NAME_CHARACTERS);
      }
      if (link.problem() != null) {
        arrays.add(FoundArray.refused(path, link.problem()));
      } else if (!link.isHard()) {
        links.add(FoundArray.refused(path, whereTo(link)));
      } else {
        object(new Todo(path, link.address(), above), inside);
      }
    }
    inside.reversed().forEach(groups::push);
  }

  /** A member: a dataset, or a group to be looked at later. */
  private void object(Todo object, List<Todo> inside) throws IOException {
    try {
      ObjectHeader header = ObjectHeader.at(file, object.address);
      if (StoredDataset.isDataset(header)) {
        arrays.add(dataset(object.path, header));
      } else if (Links.isGroup(header)) {
        boolean isNew = seen.add(object.address);
        boolean isAgain = !isNew && !Above.has(object.above, object.address);
        if (isNew || (isAgain && furtherNames++ < MAX_FURTHER_NAMES)) {
          inside.add(object);
        }
      }
    } catch (Hdf5Fault e) {
      arrays.add(FoundArray.refused(object.path, e.getMessage()));
    }
  }

  private FoundArray dataset(String path, ObjectHeader header) throws IOException {
    try {
      return StoredDataset.of(file, header).found(path);
    } catch (Hdf5Fault e) {
      return FoundArray.refused(path, e.getMessage());
    }
  }

  static String whereTo(Link link) {
    return link.file() == null
        ? "expected data, found a soft link to '%s': name that".formatted(shown(link.target()))
        : "expected data, found a link to '%s' in the file '%s': name that file and part"
            .formatted(shown(link.target()), shown(link.file()));
  }

  static String shown(String text) {
    String visible = text.replaceAll("\\p{C}", "?");
    return visible.length() <= MAX_SHOWN ? visible : visible.substring(0, MAX_SHOWN) + "...";
  }

  /** The array of a name, through soft links; empty if there is no such name. */
  Optional<FoundArray> find(String name) throws IOException {
    try {
      Optional<ObjectHeader> header = PathFinder.find(file, name);
      if (header.isEmpty() || !StoredDataset.isDataset(header.get())) {
        return Optional.empty();
      }
      return Optional.of(dataset(name, header.get()));
    } catch (Hdf5Fault e) {
      return Optional.of(FoundArray.refused(name, e.getMessage()));
    }
  }
}
