package io.penstock.bench.cold;

import java.util.List;
import java.util.Map;

/**
 * Who takes part in a cell.
 *
 * @param name short, unique in the cell
 * @param about what it does, in one line
 * @param program what runs it
 * @param parameters of the program
 * @param variants further parameters to try, as "name=value,name=value"; the best one takes part,
 *     or the first one without trying. One empty variant: there is no choice.
 * @param isWholeEpoch whether a run lasts until the epoch ends, not for a fixed time
 * @param memoryBytes its memory budget; 0: it has none
 */
record Contender(
    String name,
    String about,
    Program program,
    Map<String, String> parameters,
    List<String> variants,
    boolean isWholeEpoch,
    long memoryBytes) {

  /** What runs a contender. */
  enum Program {
    /** The command fio; the parameter {@code rw} says how it reads. */
    FIO,
    /** {@code child.ChildMain}; the parameter {@code contender} says which. */
    JAVA,
    /** {@code contender.py}; the parameter {@code contender} says which. */
    PYTHON,
    /** The same in the Python that has torch. */
    TORCH,
    /** The harness itself, which copies memory; see {@link CopyRunner}. */
    MEMORY
  }

  /**
   * Whether it delivers the records in the order that it is given: not one that has an order of its
   * own, nor several ranks, which have it together only.
   */
  boolean isExact() {
    return !parameters.getOrDefault("order", "given").equals("own");
  }

  /** How many processes it is, each a rank of one job: the parameter {@code worldSize}. */
  int ranks() {
    return Integer.parseInt(parameters.getOrDefault("worldSize", "1"));
  }

  static Contender timed(
      String name, String about, Program program, Map<String, String> parameters) {
    return new Contender(name, about, program, parameters, List.of(""), false, 0);
  }

  Contender withVariants(List<String> others) {
    return new Contender(name, about, program, parameters, others, isWholeEpoch, memoryBytes);
  }
}
