package io.penstock.hdf5;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Follows a path through groups and soft links to an object.
 *
 * <p>What it owns: the path so far, for links that begin at the root, and a limit for links in a
 * circle. Links into other files are not followed: a column has its files in sight of its user.
 */
final class PathFinder {
  private static final int MAX_SOFT_LINKS = 32;

  private final Hdf5File file;

  /** Names that are still to be followed. */
  private final Deque<String> steps = new ArrayDeque<>();

  private long address;
  private int softLinks;

  /** The path that is being followed: that of the last soft link, if there was one. */
  private String target;

  private PathFinder(Hdf5File file, String path) {
    this.file = file;
    this.address = file.superblock().rootAddress();
    this.target = path;
    steps(path).forEach(steps::add);
  }

  /**
   * Finds an object.
   *
   * @return its header; empty if a step of the path is not there
   */
  static Optional<ObjectHeader> find(Hdf5File file, String path) throws IOException {
    PathFinder finder = new PathFinder(file, path);
    while (!finder.steps.isEmpty()) {
      if (!finder.step()) {
        return Optional.empty();
      }
    }
    return Optional.of(ObjectHeader.at(file, finder.address));
  }

  private static Stream<String> steps(String path) {
    return Stream.of(path.split("/")).filter(step -> !step.isEmpty() && !step.equals("."));
  }

  /** Follows one name; false if it is not there. */
  private boolean step() throws IOException {
    String name = steps.pop();
    ObjectHeader group = ObjectHeader.at(file, address);
    Optional<Link> link = Optional.empty();
    if (Links.isGroup(group)) {
      link = Links.of(file, group).stream().filter(one -> one.name().equals(name)).findFirst();
    }
    if (link.isEmpty()) {
      if (softLinks > 0) {
        throw Hdf5Fault.refused(
            "expected data, found a soft link to '%s', which is not there", Walk.shown(target));
      }
      return false;
    }
    if (link.get().isHard()) {
      address = link.get().address();
    } else {
      follow(link.get());
    }
    return true;
  }

  private void follow(Link link) {
    if (link.problem() != null) {
      throw Hdf5Fault.refused("%s", link.problem());
    }
    if (link.file() != null) {
      throw Hdf5Fault.refused("%s", Walk.whereTo(link));
    }
    target = link.target();
    if (++softLinks > MAX_SOFT_LINKS) {
      throw Hdf5Fault.refused(
          "expected data, found soft links that go round, such as one to '%s'", Walk.shown(target));
    }
    if (target.startsWith("/")) {
      address = file.superblock().rootAddress();
    }
    steps(target).toList().reversed().forEach(steps::push);
  }
}
