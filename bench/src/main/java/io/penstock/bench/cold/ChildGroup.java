package io.penstock.bench.cold;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The processes of a run: one, or the ranks of a job, which are told each word together.
 *
 * <p>What it owns: the processes, which are gone after close.
 */
final class ChildGroup implements AutoCloseable {
  private final List<Child> children = new ArrayList<>();

  /**
   * Starts processes.
   *
   * @param commands one for each
   * @param folder for their complaints
   * @throws AbsentException if one of them cannot be run
   */
  static ChildGroup start(List<List<String>> commands, Path folder)
      throws AbsentException, IOException {
    ChildGroup group = new ChildGroup();
    for (List<String> command : commands) {
      try {
        group.children.add(new Child(command, folder));
      } catch (IOException e) {
        group.close();
        throw new AbsentException(command.getFirst() + " cannot be run", e);
      }
    }
    return group;
  }

  List<Long> pids() {
    return children.stream().map(Child::pid).toList();
  }

  /**
   * Tells all of them a word.
   *
   * @return by how many seconds each was told later than the first
   */
  List<Double> tell(String word) throws AbsentException {
    List<Double> lags = new ArrayList<>();
    long first = System.nanoTime();
    for (Child child : children) {
      lags.add((System.nanoTime() - first) / 1e9);
      child.tell(word);
    }
    return lags;
  }

  /**
   * Waits until each has said a word.
   *
   * @return the rest of their lines
   * @throws AbsentException if one ends, says something else, or takes too long
   */
  List<String> expect(String word, double seconds) throws AbsentException, InterruptedException {
    List<String> rests = new ArrayList<>();
    for (Child child : children) {
      rests.add(child.expect(word, seconds));
    }
    return rests;
  }

  /** Ends all of them, also if that fails for one. */
  @Override
  public void close() throws IOException {
    IOException failure = null;
    for (Child child : children) {
      try {
        child.close();
      } catch (IOException e) {
        if (failure != null) {
          e.addSuppressed(failure);
        }
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
