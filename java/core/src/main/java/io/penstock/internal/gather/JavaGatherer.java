package io.penstock.internal.gather;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.counters.Counters;
import io.penstock.internal.counters.Figures;
import io.penstock.internal.os.ThreadClock;
import io.penstock.internal.platform.OpenFiles;
import io.penstock.internal.platform.RecordLocator;
import io.penstock.internal.pure.ReadChannels;
import io.penstock.internal.pure.ReadFailures;
import io.penstock.internal.report.FailureWords;
import io.penstock.internal.slot.Slot;
import io.penstock.internal.wait.Patience;
import io.penstock.statistics.Statistic;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Reading in Java alone: reads at any place of a file, by several threads, into the slots of
 * batches that are ordered ahead.
 *
 * <p>What it owns: channels, threads, and which record lies where of all that is ordered. The
 * records of a batch, or of a window of the order, are sorted by place and neighbours are read
 * together. Records are ordered with slots only. Nothing is allocated per batch once groups have
 * grown to their size, unless reading fails; files of folders are opened one by one, which does
 * allocate.
 */
public final class JavaGatherer implements Gatherer {
  private final JavaReading reading;
  private final OpenFiles files;
  private final ExternalGatherer.Inspector inspector;
  private final int columnCount;
  private final RecordLocator[] locators;
  private final int mostPartBytes;
  private final Arena arena = Arena.ofShared();
  private final ReadChannels channels;
  private final RequestBoard board;
  private final RequestBoard.Answers answers;
  private final RequestBoard.Answers settled;
  private final Carriers carriers;
  private final ThreadClock clock = ThreadClock.start();

  // Of the batch that is being ordered, by column.
  private final MemorySegment[] recordFiles;
  private final MemorySegment[] recordOffsets;
  private final MemorySegment[] recordLengths;

  private final OrderedBatches batches = new OrderedBatches();
  private final ReadGroups groups;

  private long recordsTaken;
  private long bytesTaken;
  private long planNanos;
  private long waitNanos;

  /** Opens files and starts threads; the calling thread owns it. */
  JavaGatherer(JavaReading reading, int batchSize) {
    this.reading = reading;
    this.files = reading.files();
    this.inspector = reading.inspector();
    this.columnCount = reading.columns().size();
    this.locators = reading.locators().toArray(RecordLocator[]::new);
    this.mostPartBytes = reading.maxReadBytes();
    this.channels = new ReadChannels(files);
    this.board = new RequestBoard(reading.queueDepth());
    this.groups =
        new ReadGroups(board, reading.bases(), reading.mergeGapBytes(), reading.stagingBytes());
    this.answers = groups::answered;
    this.settled = groups::settled;
    this.recordFiles = new MemorySegment[columnCount];
    this.recordOffsets = new MemorySegment[columnCount];
    this.recordLengths = new MemorySegment[columnCount];
    for (int c = 0; c < columnCount; c++) {
      recordFiles[c] = arena.allocate(ValueLayout.JAVA_INT, batchSize);
      recordOffsets[c] = arena.allocate(ValueLayout.JAVA_LONG, batchSize);
      recordLengths[c] = arena.allocate(ValueLayout.JAVA_LONG, batchSize);
    }
    try {
      channels.open();
      this.carriers = new Carriers(board, reading.threads(), this::reader);
    } catch (RuntimeException | Error e) {
      channels.close();
      clock.close();
      arena.close();
      throw e;
    }
  }

  private PartReader reader() {
    return new GroupReader(groups::get, channels, reading.folders(), reading.stagingBytes(), arena);
  }

  @Override
  public long room() {
    return Long.MAX_VALUE;
  }

  // ---- ordering ---------------------------------------------------------------------------------

  @Override
  public void order(MemorySegment indices, int count, Slot slot) {
    long start = System.nanoTime();
    OrderedBatch batch = batches.add(slot, count);
    for (int c = 0; c < columnCount; c++) {
      locators[c].locate(indices, count, recordFiles[c], recordOffsets[c], recordLengths[c]);
    }
    placeValues(slot, count);
    for (int i = 0; i < count; i++) {
      groups.open().beginRecord();
      for (int c = 0; c < columnCount; c++) {
        add(batch, c, i);
      }
    }
    if (!reading.isWindowed()) {
      groups.seal();
    }
    planNanos += System.nanoTime() - start;
  }

  /** Records that differ in size get their places in the slot. */
  private void placeValues(Slot slot, int count) {
    boolean isVariable = false;
    for (int c = 0; c < columnCount; c++) {
      if (slot.isVariable(c)) {
        isVariable = true;
        long valueBytes = reading.valueBytes(c);
        long end = 0;
        for (int i = 0; i < count; i++) {
          end += recordLengths[c].getAtIndex(ValueLayout.JAVA_LONG, i) / valueBytes;
          slot.setEnd(c, i, end);
        }
      }
    }
    if (isVariable) {
      slot.placeValues();
    }
  }

  private void add(OrderedBatch batch, int column, int place) {
    int file = recordFiles[column].getAtIndex(ValueLayout.JAVA_INT, place);
    long offset = recordOffsets[column].getAtIndex(ValueLayout.JAVA_LONG, place);
    long left = recordLengths[column].getAtIndex(ValueLayout.JAVA_LONG, place);
    long target = left == 0 ? 0 : batch.slot().recordAt(column, place);
    while (left > 0) {
      if (groups.open().partCount() == ReadGroup.MOST_PARTS) {
        groups.seal();
        groups.open().beginRecord();
      }
      int length = (int) Math.min(mostPartBytes, left);
      groups.open().add(batch, column, place, file, offset, length, target);
      offset += length;
      target += length;
      left -= length;
    }
  }

  @Override
  public void endWindow(int later) {
    if (reading.isWindowed()) {
      groups.sealBut(later);
    }
  }

  // ---- reading ----------------------------------------------------------------------------------

  @Override
  public void drive(long wanted, long timeoutNanos) {
    long start = System.nanoTime();
    turn(wanted);
    long left = timeoutNanos;
    while (batches.ready() < wanted && board.out() > 0 && left > 0) {
      long before = System.nanoTime();
      if (carriers.help() == 0) {
        carriers.await(left);
      }
      long now = System.nanoTime();
      waitNanos += now - before;
      left = timeoutNanos - (now - start);
      turn(wanted);
    }
  }

  /** One round of answers and requests. */
  private void turn(long wanted) {
    board.collect(answers);
    batches.count();
    boolean isStuck = batches.ready() < wanted && board.out() == 0 && groups.areOut();
    if (isStuck && !groups.open().isEmpty()) {
      groups.seal(); // The consumer keeps what the rest of the window would be read into.
      batches.count();
    }
    groups.handOut();
    carriers.wake();
    if (carriers.death() != null) {
      throw FailureWords.stopped(carriers.death());
    }
  }

  @Override
  public long ready() {
    return batches.ready();
  }

  @Override
  public long ordered() {
    return batches.records();
  }

  @Override
  public long inFlight() {
    return board.out();
  }

  @Override
  public boolean readsInBackground() {
    return true;
  }

  @Override
  public void take(int count, Slot slot) {
    OrderedBatch batch = batches.take(slot, count);
    recordsTaken += count;
    bytesTaken += slot.bytes();
    PenstockException failure = failureOrNull(batch);
    batches.giveBack(batch);
    if (failure != null) {
      throw failure;
    }
    inspector.taken(count, slot);
  }

  /** What failed is zeros, and said of the first record in the batch. */
  private PenstockException failureOrNull(OrderedBatch batch) {
    OrderedBatch.Unread first = batch.firstFailureOrNull();
    if (first == null) {
      return null;
    }
    Slot slot = batch.slot();
    for (OrderedBatch.Unread failure : batch.failures()) {
      long at = slot.recordAt(failure.column(), failure.place());
      slot.memory().asSlice(at, slot.recordBytes(failure.column(), failure.place())).fill((byte) 0);
    }
    long index = slot.indices().getAtIndex(ValueLayout.JAVA_LONG, first.place());
    return inspector.explain(first.column(), unread(first, index));
  }

  private PenstockException unread(OrderedBatch.Unread failure, long index) {
    int column = failure.column();
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment file = scratch.allocate(ValueLayout.JAVA_INT);
      MemorySegment offset = scratch.allocate(ValueLayout.JAVA_LONG);
      MemorySegment length = scratch.allocate(ValueLayout.JAVA_LONG);
      locators[column].locate(
          scratch.allocateFrom(ValueLayout.JAVA_LONG, index), 1, file, offset, length);
      int number = file.get(ValueLayout.JAVA_INT, 0);
      if (number >= files.fileCount()) {
        return PenstockException.builder(ErrorKind.UNREADABLE, "a file of a folder was not read")
            .recordIndex(index)
            .statusName("EIO")
            .cause(failure.cause())
            .build();
      }
      return ReadFailures.ofRecord(
          files.file(number).path(),
          reading.columns().get(column).name(),
          index,
          offset.get(ValueLayout.JAVA_LONG, 0),
          length.get(ValueLayout.JAVA_LONG, 0),
          failure.cause());
    }
  }

  @Override
  public void reset() {
    carriers.settle("reading was being started anew", settled);
    groups.clear();
    batches.clear();
  }

  @Override
  public void statistics(Figures target) {
    Counters counters = target.counters;
    counters.set(Statistic.RECORDS_READ, recordsTaken);
    counters.set(Statistic.BYTES_FINISHED, bytesTaken);
    counters.set(Statistic.BYTES_WANTED, bytesTaken);
    groups.latencies(target);
    // Of files of a folder each one is read by itself.
    counters.set(
        Statistic.REQUESTS,
        reading.folderReading().isPresent() ? carriers.reads() : groups.completions());
    counters.set(Statistic.BYTES_READ, groups.bytesRead());
    counters.set(Statistic.MERGED_RECORDS, groups.mergedRecords());
    counters.set(Statistic.STRAIGHT_BYTES, groups.straightBytes());
    counters.set(Statistic.PLAN, planNanos);
    counters.set(Statistic.COPY, carriers.copyNanos());
    counters.set(Statistic.DEVICE, waitNanos);
    counters.set(Statistic.CPU, Math.max(0, clock.nanos()) + carriers.cpuNanos());
    counters.set(Statistic.DEVICE_QUEUE_DEPTH, carriers.count());
    counters.set(Statistic.QUEUE_DEPTH_MAX, carriers.count());
  }

  @Override
  public void close() {
    if (!arena.scope().isAlive()) {
      return;
    }
    carriers.end();
    carriers.settle("reading was being ended", settled);
    Patience patience = Patience.begin();
    boolean haveEnded = carriers.join(patience);
    patience.end();
    if (!haveEnded) {
      throw Patience.noAnswer(
          "reading was being ended", "its threads are left until it answers", null);
    }
    channels.close();
    clock.close();
    arena.close();
  }
}
