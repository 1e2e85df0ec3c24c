package io.penstock.internal.transform;

import io.penstock.array.OutputColumn;
import io.penstock.internal.ffi.NativeLimits;
import io.penstock.internal.plan.SlotMemory;
import io.penstock.internal.plan.TooLittleMemoryException;
import io.penstock.transform.Transform;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A chain of transforms fitted to the columns of a dataset: in which stages they run, where each
 * column between them lies, and what memory that takes.
 *
 * <p>Transforms of records that follow each other are one stage: a record goes through all of them
 * while it is in the processor's caches, and what lies in between is scratch memory of one record
 * for each thread. A transform of batches is a stage of its own, as it looks at all records of the
 * stage before. Decided before anything is allocated. It must not run anything. Immutable.
 */
public final class TransformPlan {
  /** Where a column is while a batch is made. */
  enum Home {
    /** In the slot that was read into. */
    INPUT,
    /** In the slot that is delivered. */
    SLOT,
    /** In memory for one record of each thread. */
    SCRATCH
  }

  /** A column at one point of the chain. */
  public static final class PlannedValue {
    final OutputColumn column;
    private final int madeIn;
    private int lastReadIn;
    private boolean isDelivered;
    Home home;

    /** Number of the column in its slot. */
    int number;

    /** Where it starts in scratch memory. */
    long offset;

    private PlannedValue(OutputColumn column, int madeIn) {
      this.column = column;
      this.madeIn = madeIn;
      this.lastReadIn = madeIn;
    }
  }

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

  /** What a slot needs: columns and intermediates, each aligned as batches promise. */
  private static final long ALIGNMENT_BYTES = 64;

  /** A part of a batch is worth a thread's attention from here on: some 10 us of copying. */
  private static final long LEAST_PART_BYTES = 64 << 10;

  /** So many parts of a batch for each thread: the last one to finish keeps others waiting. */
  private static final int PARTS_PER_THREAD = 4;

  /** Slots get at most this share of the budget, unless the fewest that work take more. */
  private static final int SHARE = 4;

  private final int batchSize;
  private final int threadCount;
  private final List<OutputColumn> columns;
  private final List<Stage> stages = new ArrayList<>();
  private final List<PlannedValue> passed = new ArrayList<>();
  private final List<Long> offsets = new ArrayList<>();
  private final List<Long> recordBytes = new ArrayList<>();
  private final int lastInputStage;
  private final int partRecords;
  private final int slotCount;
  private final long slotStrideBytes;
  private final long scratchBytes;
  private final long totalBytes;

  /**
   * Fits transforms to columns.
   *
   * @param transforms in order
   * @param inputs columns of the dataset
   * @param batchSize most records of a batch
   * @param threadCount threads that will run them
   * @param wantedSlots batches to have room for, if the memory allows
   * @param memoryBytes the loader's budget
   * @throws IllegalArgumentException if a transform does not fit, or the budget is too small
   */
  public TransformPlan(
      List<Transform> transforms,
      List<OutputColumn> inputs,
      int batchSize,
      int threadCount,
      int wantedSlots,
      long memoryBytes) {
    this.batchSize = batchSize;
    this.threadCount = threadCount;
    List<PlannedValue> made = new ArrayList<>();
    List<PlannedValue> delivered = chain(transforms, inputs, made);
    this.columns = delivered.stream().map(value -> value.column).toList();
    this.lastInputStage = findHomes(made, delivered);
    this.scratchBytes = layOutScratch(made);
    this.slotStrideBytes = layOutSlots(made, delivered);
    this.partRecords = choosePartRecords();
    long slotBytes = slotStrideBytes + aligned((long) batchSize * Long.BYTES, ALIGNMENT_BYTES);
    long scratch = scratchBytes * threadCount;
    long inShare = (memoryBytes / SHARE - scratch) / slotBytes;
    this.slotCount =
        (int) Math.max(SlotMemory.LEAST_SLOTS, Math.min(Math.max(2, wantedSlots), inShare));
    this.totalBytes = Math.addExact(Math.multiplyExact(slotBytes, slotCount), scratch);
    if (totalBytes > memoryBytes) {
      throw new TooLittleMemoryException(
          ("memoryBytes must be more than %d for %d transformed batches of %d records of %d bytes,"
                  + " was %d: give more memory, or a smaller batchSize")
              .formatted(totalBytes, slotCount, batchSize, recordBytes(), memoryBytes));
    }
  }

  // ---- the chain --------------------------------------------------------------------------------

  private List<PlannedValue> chain(
      List<Transform> transforms, List<OutputColumn> inputs, List<PlannedValue> made) {
    Map<String, PlannedValue> current = new LinkedHashMap<>();
    for (OutputColumn input : inputs) {
      PlannedValue value = new PlannedValue(input, -1);
      value.home = Home.INPUT;
      value.number = current.size();
      current.put(input.name(), value);
      made.add(value);
    }
    for (int place = 0; place < transforms.size(); place++) {
      add(transforms.get(place), place, current, made);
    }
    if (current.isEmpty()) {
      throw new IllegalArgumentException("transforms must leave a column to deliver");
    }
    if (stages.isEmpty()) {
      stages.add(new Stage(List.of()));
    }
    return List.copyOf(current.values());
  }

  private void add(
      Transform transform, int place, Map<String, PlannedValue> current, List<PlannedValue> made) {
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
    List<PlannedValue> values = new ArrayList<>();
    for (OutputColumn output : outputs) {
      PlannedValue value = new PlannedValue(output, stages.size() - 1);
      if (values.contains(current.put(output.name(), value))) {
        throw new IllegalArgumentException(
            "outputs of transform '%s' must have different names, were %s"
                .formatted(transform.name(), names(outputs)));
      }
      values.add(value);
    }
    made.addAll(values);
    if (isRun) {
      stage.steps.add(new PlannedStep(transform, place, bound, inputs, values));
    }
  }

  private Stage stageFor(Transform.Bound bound) {
    boolean isOfBatches = bound instanceof Transform.OfBatches;
    if (stages.isEmpty() || isOfBatches || stages.getLast().isOfBatches()) {
      stages.add(new Stage(new ArrayList<>()));
    }
    return stages.getLast();
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

  // ---- memory -----------------------------------------------------------------------------------

  /** Returns the last stage that looks at what was read. */
  private int findHomes(List<PlannedValue> made, List<PlannedValue> delivered) {
    delivered.forEach(value -> value.isDelivered = true);
    int last = 0;
    for (PlannedValue value : made) {
      if (value.home == Home.INPUT) {
        last = Math.max(last, value.lastReadIn);
      } else {
        boolean isScratch =
            !value.isDelivered
                && value.lastReadIn == value.madeIn
                && !stages.get(value.madeIn).isOfBatches();
        value.home = isScratch ? Home.SCRATCH : Home.SLOT;
      }
    }
    return last;
  }

  private static long layOutScratch(List<PlannedValue> made) {
    long at = 0;
    for (PlannedValue value : made) {
      if (value.home == Home.SCRATCH) {
        value.offset = at;
        at = aligned(at + value.column.recordBytes(), ALIGNMENT_BYTES);
      }
    }
    return aligned(at, NativeLimits.BLOCK_BYTES);
  }

  /** What is delivered comes first, in its order; then what lies between stages. */
  private long layOutSlots(List<PlannedValue> made, List<PlannedValue> delivered) {
    long at = 0;
    for (PlannedValue value : delivered) {
      if (value.home == Home.INPUT) {
        passed.add(value);
      } else {
        value.number = offsets.size();
      }
      at = layOut(value, at);
    }
    for (PlannedValue value : made) {
      if (value.home == Home.SLOT && !value.isDelivered) {
        value.number = offsets.size();
        at = layOut(value, at);
      }
    }
    return aligned(at, NativeLimits.BLOCK_BYTES);
  }

  private long layOut(PlannedValue value, long at) {
    offsets.add(at);
    recordBytes.add(value.column.recordBytes());
    return aligned(
        Math.addExact(at, Math.multiplyExact(value.column.recordBytes(), (long) batchSize)),
        ALIGNMENT_BYTES);
  }

  private int choosePartRecords() {
    long bytes = recordBytes.stream().mapToLong(Long::longValue).sum();
    int least = (int) Math.min(batchSize, Math.ceilDiv(LEAST_PART_BYTES, bytes));
    int parts = (int) Math.min((long) PARTS_PER_THREAD * threadCount, batchSize);
    return Math.max(least, Math.ceilDiv(batchSize, parts));
  }

  private static long aligned(long bytes, long alignment) {
    return Math.addExact(bytes, alignment - 1) / alignment * alignment;
  }

  // ---- what it says -----------------------------------------------------------------------------

  /** The columns that are delivered. */
  public List<OutputColumn> columns() {
    return columns;
  }

  /** Size of a record of all delivered columns together. */
  public long recordBytes() {
    return columns.stream().mapToLong(OutputColumn::recordBytes).sum();
  }

  /** Batches that there is room for. */
  public int slotCount() {
    return slotCount;
  }

  /** All memory that transforms take. */
  public long totalBytes() {
    return totalBytes;
  }

  int threadCount() {
    return threadCount;
  }

  int batchSize() {
    return batchSize;
  }

  List<Stage> stages() {
    return stages;
  }

  /** Columns that go through untouched; each is copied into the slot's column of its own place. */
  List<PlannedValue> passed() {
    return passed;
  }

  /** The number of a passed column in the slot that is delivered. */
  int passedTo(PlannedValue value) {
    return columns.indexOf(value.column);
  }

  /** The last stage that needs the slot that was read into. */
  int lastInputStage() {
    return lastInputStage;
  }

  /** Records that a thread takes at a time. */
  int partRecords() {
    return partRecords;
  }

  List<Long> slotOffsets() {
    return offsets;
  }

  List<Long> slotRecordBytes() {
    return recordBytes;
  }

  long slotStrideBytes() {
    return slotStrideBytes;
  }

  long scratchBytes() {
    return scratchBytes;
  }
}
