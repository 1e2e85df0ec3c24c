package io.penstock.internal.transform;

import io.penstock.array.OutputColumn;
import io.penstock.transform.Transform;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Transforms fitted to the columns of a dataset: in which stages they run, and which columns there
 * are between them.
 *
 * <p>Transforms of records that follow each other are one stage; a transform of batches is a stage
 * of its own, as it looks at all records of the stage before. It must not know of memory: {@link
 * TransformPlan} does. Immutable once made.
 */
final class TransformChain {
  /** A transform in its place. */
  record PlannedStep(
      Transform transform,
      int place,
      Transform.Bound bound,
      List<PlannedValue> inputs,
      List<PlannedValue> outputs) {}

  /** Steps that a record goes through at a stretch; or one that needs the whole batch. */
  record Stage(List<PlannedStep> steps) {
    boolean isOfBatches() {
      return !steps.isEmpty() && steps.getFirst().bound instanceof Transform.OfBatches;
    }
  }

  private final List<Stage> stages = new ArrayList<>();
  private final List<PlannedValue> values = new ArrayList<>();
  private final List<PlannedValue> delivered;

  /**
   * Fits transforms to columns.
   *
   * @throws IllegalArgumentException if one does not fit
   */
  TransformChain(List<Transform> transforms, List<OutputColumn> inputs) {
    Map<String, PlannedValue> current = new LinkedHashMap<>();
    for (OutputColumn input : inputs) {
      PlannedValue value = PlannedValue.read(input, current.size());
      current.put(input.name(), value);
      values.add(value);
    }
    for (int place = 0; place < transforms.size(); place++) {
      add(transforms.get(place), place, current);
    }
    if (current.isEmpty()) {
      throw new IllegalArgumentException("transforms must leave a column to deliver");
    }
    if (stages.isEmpty()) {
      stages.add(new Stage(List.of()));
    }
    this.delivered = List.copyOf(current.values());
    delivered.forEach(value -> value.isDelivered = true);
  }

  private void add(Transform transform, int place, Map<String, PlannedValue> current) {
    List<PlannedValue> inputs =
        transform.inputs().stream().map(name -> find(transform, name, current)).toList();
    Transform.Bound bound;
    try {
      bound = transform.bind(inputs.stream().map(value -> value.column).toList());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "transform '%s': %s".formatted(transform.name(), e.getMessage()), e);
    }
    List<OutputColumn> outputs = bound.outputs();
    boolean isRun = !inputs.isEmpty() || !outputs.isEmpty();
    Stage stage = isRun ? stageFor(bound) : null;
    for (PlannedValue input : inputs) {
      input.lastReadIn = stages.size() - 1;
    }
    for (String name : transform.dropped()) {
      find(transform, name, current);
      current.remove(name);
    }
    List<PlannedValue> made = new ArrayList<>();
    for (OutputColumn output : outputs) {
      PlannedValue value = value(transform, output, inputs);
      if (made.contains(current.put(output.name(), value))) {
        throw new IllegalArgumentException(
            "outputs of transform '%s' must have different names, were %s"
                .formatted(transform.name(), names(outputs)));
      }
      made.add(value);
    }
    values.addAll(made);
    if (isRun) {
      stage.steps.add(new PlannedStep(transform, place, bound, inputs, made));
    }
  }

  private Stage stageFor(Transform.Bound bound) {
    boolean isOfBatches = bound instanceof Transform.OfBatches;
    if (stages.isEmpty() || isOfBatches || stages.getLast().isOfBatches()) {
      stages.add(new Stage(new ArrayList<>()));
    }
    return stages.getLast();
  }

  /** An output of a transform, with what limits the size of its records. */
  private PlannedValue value(Transform transform, OutputColumn output, List<PlannedValue> inputs) {
    int stage = stages.size() - 1;
    if (!output.isVariable() || output.mostValues().isPresent()) {
      return PlannedValue.made(output, stage, output.mostValues().orElse(0));
    }
    String within =
        output
            .within()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        ("transform '%s': output '%s' must say how many values a record has at"
                                + " most: make it with OutputColumn.variable or variableWithin")
                            .formatted(transform.name(), output.name())));
    for (PlannedValue input : inputs) {
      if (input.column.name().equals(within) && input.isVariable()) {
        return PlannedValue.madeWithin(output, stage, input);
      }
    }
    throw new IllegalArgumentException(
        ("transform '%s': output '%s' must have at most as many values as a variable column that"
                + " the transform reads, was within '%s', and it reads %s")
            .formatted(
                transform.name(),
                output.name(),
                within,
                inputs.stream().map(v -> v.column).toList()));
  }

  private static PlannedValue find(
      Transform transform, String name, Map<String, PlannedValue> current) {
    PlannedValue value = current.get(name);
    if (value == null) {
      throw new IllegalArgumentException(
          "transform '%s' needs column '%s', there are %s"
              .formatted(transform.name(), name, current.keySet()));
    }
    return value;
  }

  private static String names(List<OutputColumn> columns) {
    return columns.stream().map(OutputColumn::name).collect(Collectors.joining(", ", "[", "]"));
  }

  /** At least one, which has no steps if nothing is run. */
  List<Stage> stages() {
    return stages;
  }

  /** All columns at any point, in the order in which they are made: first those that are read. */
  List<PlannedValue> values() {
    return values;
  }

  /** The columns that are delivered, in their order. */
  List<PlannedValue> delivered() {
    return delivered;
  }
}
