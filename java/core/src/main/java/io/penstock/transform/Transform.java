package io.penstock.transform;

import io.penstock.array.OutputColumn;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * Makes columns from other columns, between reading and delivery: a step in the chain of a loader.
 *
 * <p>It reads some columns, by name, and writes others, whose type and shape it declares. An output
 * with the name of an existing column replaces it; other outputs are appended. Columns that it does
 * not write pass unchanged. Columns that pass a whole chain unchanged are copied once for each
 * batch, so {@link Transforms#drop drop} those that you do not need.
 *
 * <p>Inputs and outputs may be variable columns, whose records differ in size. A variable output is
 * made with {@link OutputColumn#variable} or {@link OutputColumn#variableWithin}, so that it says
 * how many values a record has at most; otherwise building the loader fails.
 *
 * <p>A transform is a description without state: immutable, and usable by any number of loaders and
 * threads, if its function is.
 */
public final class Transform {
  /** A transform that has been bound to the columns that it reads. */
  public sealed interface Bound permits OfRecords, OfBatches {
    /**
     * The columns that it writes.
     *
     * @return the columns, numbered in this order; immutable
     */
    List<OutputColumn> outputs();
  }

  /**
   * For each record by itself.
   *
   * @param outputs what it writes
   * @param function what is done
   */
  public record OfRecords(List<OutputColumn> outputs, RecordTransform function) implements Bound {
    /** Takes a copy of the list. */
    public OfRecords {
      outputs = List.copyOf(outputs);
      Objects.requireNonNull(function, "function");
    }
  }

  /**
   * For records that need others of their batch.
   *
   * @param outputs what it writes
   * @param function what is done
   */
  public record OfBatches(List<OutputColumn> outputs, BatchTransform function) implements Bound {
    /** Takes a copy of the list. */
    public OfBatches {
      outputs = List.copyOf(outputs);
      Objects.requireNonNull(function, "function");
    }
  }

  private final String name;
  private final List<String> inputs;
  private final List<String> dropped;
  private final Function<List<OutputColumn>, Bound> binder;

  Transform(
      String name,
      List<String> inputs,
      List<String> dropped,
      Function<List<OutputColumn>, Bound> binder) {
    this.name = Objects.requireNonNull(name, "name");
    this.inputs = List.copyOf(inputs);
    this.dropped = List.copyOf(dropped);
    this.binder = Objects.requireNonNull(binder, "binder");
  }

  /**
   * A transform of each record by itself, with outputs that are known beforehand.
   *
   * @param name for messages
   * @param inputs names of the columns that it reads, numbered in this order
   * @param outputs columns that it writes, numbered in this order
   * @param function what is done
   * @return the transform
   */
  public static Transform ofRecords(
      String name, List<String> inputs, List<OutputColumn> outputs, RecordTransform function) {
    OfRecords bound = new OfRecords(outputs, function);
    return new Transform(name, inputs, List.of(), columns -> bound);
  }

  /**
   * A transform of records that need others of their batch, with outputs that are known beforehand.
   *
   * @param name for messages
   * @param inputs names of the columns that it reads, numbered in this order
   * @param outputs columns that it writes, numbered in this order
   * @param function what is done
   * @return the transform
   */
  public static Transform ofBatches(
      String name, List<String> inputs, List<OutputColumn> outputs, BatchTransform function) {
    OfBatches bound = new OfBatches(outputs, function);
    return new Transform(name, inputs, List.of(), columns -> bound);
  }

  /**
   * A transform whose outputs depend on the columns that it reads.
   *
   * @param name for messages
   * @param inputs names of the columns that it reads, numbered in this order
   * @param binder gets the description of these columns when a loader is built, and answers with
   *     outputs and function; throws an IllegalArgumentException that says what is wrong with them
   * @return the transform
   */
  public static Transform adaptive(
      String name, List<String> inputs, Function<List<OutputColumn>, Bound> binder) {
    return new Transform(name, inputs, List.of(), binder);
  }

  /**
   * Its name in messages.
   *
   * @return its name
   */
  public String name() {
    return name;
  }

  /**
   * The columns that it reads.
   *
   * @return names of columns
   */
  public List<String> inputs() {
    return inputs;
  }

  /**
   * The columns that it removes.
   *
   * @return names of columns
   */
  public List<String> dropped() {
    return dropped;
  }

  /**
   * Binds it to columns.
   *
   * @param columns those of {@link #inputs}, in their order
   * @return what it writes, and how
   * @throws IllegalArgumentException if it cannot work on such columns
   */
  public Bound bind(List<OutputColumn> columns) {
    return Objects.requireNonNull(binder.apply(List.copyOf(columns)), "bound transform");
  }

  @Override
  public String toString() {
    return name + inputs;
  }
}
