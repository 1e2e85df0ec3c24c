package io.penstock.internal.gather;

import io.penstock.internal.slot.Slot;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Records that are read together: those of a batch, or of a window. They are sorted by where they
 * lie, and neighbours become one request.
 *
 * <p>A record has a part in each column, and several where it is larger than a request may be. The
 * owner adds parts and seals the group; then any thread carries requests out, each one once, until
 * the owner has all answers and uses the group again. Its arrays grow as long as groups get larger,
 * and then nothing is allocated any more.
 */
final class ReadGroup {
  /** Numbers of parts stand in the low bits of what is sorted. */
  private static final int NUMBER_BITS = 21;

  static final int MOST_PARTS = 1 << NUMBER_BITS;

  /** Places are sorted by units of so many bytes: exact places would not leave room for numbers. */
  private static final int UNIT_SHIFT = 9;

  private static final int FIRST_CAPACITY = 1024;

  // Of each part, in the order in which they were added.
  private OrderedBatch[] batches = new OrderedBatch[FIRST_CAPACITY];
  private int[] columns = new int[FIRST_CAPACITY];
  private int[] places = new int[FIRST_CAPACITY];
  private int[] files = new int[FIRST_CAPACITY];
  private long[] offsets = new long[FIRST_CAPACITY];
  private int[] lengths = new int[FIRST_CAPACITY];
  private long[] targets = new long[FIRST_CAPACITY];
  private int count;

  /** Of each record the number of its first part. */
  private int[] firstParts = new int[FIRST_CAPACITY];

  private int recordCount;

  /** Numbers of parts, by where they lie. */
  private long[] sorted = new long[FIRST_CAPACITY];

  // Of each request.
  private int[] firstSorted = new int[FIRST_CAPACITY];
  private long[] begins = new long[FIRST_CAPACITY];
  private int[] byteCounts = new int[FIRST_CAPACITY];
  private boolean[] areStraight = new boolean[FIRST_CAPACITY];
  private long[] starts = new long[FIRST_CAPACITY];
  private int requestCount;

  /** Why parts could not be read, by their numbers. Nearly always empty. */
  private final Map<Integer, IOException> failures = new ConcurrentHashMap<>();

  /** Its number among the groups of a gatherer. */
  final int number;

  /** Requests that were handed out, and that are not answered. Of the owner. */
  int handedOut;

  int unanswered;

  ReadGroup(int number) {
    this.number = number;
  }

  // ---- the owner's side -------------------------------------------------------------------------

  /** Empties it. */
  void clear() {
    Arrays.fill(batches, 0, count, null);
    count = 0;
    recordCount = 0;
    requestCount = 0;
    handedOut = 0;
    unanswered = 0;
    failures.clear();
  }

  boolean isEmpty() {
    return recordCount == 0;
  }

  int partCount() {
    return count;
  }

  /** The parts that follow are those of another record. */
  void beginRecord() {
    if (recordCount == firstParts.length) {
      firstParts = Arrays.copyOf(firstParts, 2 * recordCount);
    }
    firstParts[recordCount++] = count;
  }

  /**
   * Adds a part.
   *
   * @param batch that it belongs to
   * @param column number of the column
   * @param place of the record in the batch
   * @param file where it lies
   * @param offset where it begins there
   * @param length its size in bytes, at least 1
   * @param target where it goes in the memory of the slot
   */
  void add(
      OrderedBatch batch, int column, int place, int file, long offset, int length, long target) {
    if (count == files.length) {
      grow(2 * count);
    }
    batches[count] = batch;
    columns[count] = column;
    places[count] = place;
    files[count] = file;
    offsets[count] = offset;
    lengths[count] = length;
    targets[count] = target;
    batch.missing++;
    count++;
  }

  private void grow(int capacity) {
    batches = Arrays.copyOf(batches, capacity);
    columns = Arrays.copyOf(columns, capacity);
    places = Arrays.copyOf(places, capacity);
    files = Arrays.copyOf(files, capacity);
    offsets = Arrays.copyOf(offsets, capacity);
    lengths = Arrays.copyOf(lengths, capacity);
    targets = Arrays.copyOf(targets, capacity);
  }

  /** Moves the last records to another group, which is empty. */
  void moveLast(int records, ReadGroup other) {
    int first = recordCount - Math.min(records, recordCount);
    for (int record = first; record < recordCount; record++) {
      other.beginRecord();
      int end = record + 1 < recordCount ? firstParts[record + 1] : count;
      for (int part = firstParts[record]; part < end; part++) {
        batches[part].missing--; // It is counted again.
        other.add(
            batches[part],
            columns[part],
            places[part],
            files[part],
            offsets[part],
            lengths[part],
            targets[part]);
      }
    }
    if (first < recordCount) {
      count = firstParts[first];
      recordCount = first;
    }
  }

  /**
   * Makes requests of the parts.
   *
   * @param bases where each file begins if all are laid end to end
   * @param gapBytes parts that lie at most so far apart are read together
   * @param mostBytes size of a request for several parts, at most
   */
  void seal(long[] bases, long gapBytes, int mostBytes) {
    if (sorted.length < files.length) {
      int capacity = files.length;
      sorted = new long[capacity];
      firstSorted = new int[capacity];
      begins = new long[capacity];
      byteCounts = new int[capacity];
      areStraight = new boolean[capacity];
      starts = new long[capacity];
    }
    for (int part = 0; part < count; part++) {
      long at = bases[files[part]] + offsets[part];
      sorted[part] = at >>> UNIT_SHIFT << NUMBER_BITS | part;
    }
    Arrays.sort(sorted, 0, count);
    requestCount = 0;
    int next = 0;
    while (next < count) {
      next = addRequest(next, gapBytes, mostBytes);
    }
    unanswered = requestCount;
  }

  /** A request for as many parts as lie together; returns the first that it is not for. */
  private int addRequest(int first, long gapBytes, int mostBytes) {
    int part = part(first);
    int file = files[part];
    long begin = offsets[part];
    long end = begin + lengths[part];
    boolean isStraight = true;
    int next = first + 1;
    while (next < count) {
      int candidate = part(next);
      long from = Math.min(begin, offsets[candidate]);
      long to = Math.max(end, offsets[candidate] + lengths[candidate]);
      boolean isNear = files[candidate] == file && offsets[candidate] - end <= gapBytes;
      if (!isNear || to - from > mostBytes) {
        break;
      }
      isStraight &= follows(candidate, part);
      begin = from;
      end = to;
      part = candidate;
      next++;
    }
    firstSorted[requestCount] = first;
    begins[requestCount] = begin;
    byteCounts[requestCount] = (int) (end - begin);
    areStraight[requestCount] = isStraight;
    requestCount++;
    return next;
  }

  /** Whether a part comes right behind another one, in the file and in the slot. */
  private boolean follows(int part, int before) {
    return batches[part] == batches[before]
        && offsets[part] == offsets[before] + lengths[before]
        && targets[part] == targets[before] + lengths[before];
  }

  private int part(int place) {
    return (int) (sorted[place] & (MOST_PARTS - 1));
  }

  int requestCount() {
    return requestCount;
  }

  int requestBytes(int request) {
    return byteCounts[request];
  }

  private int endSorted(int request) {
    return request + 1 < requestCount ? firstSorted[request + 1] : count;
  }

  /** How many parts a request is for. */
  int partCount(int request) {
    return endSorted(request) - firstSorted[request];
  }

  /** A request is handed out now. */
  void started(int request) {
    starts[request] = System.nanoTime();
  }

  long startNanos(int request) {
    return starts[request];
  }

  boolean isStraight(int request) {
    return areStraight[request];
  }

  /** A request was answered: its parts are in their slots, or have failed. */
  void answered(int request) {
    for (int i = firstSorted[request]; i < endSorted(request); i++) {
      int part = part(i);
      batches[part].missing--;
      if (!failures.isEmpty()) {
        IOException failure = failures.get(part);
        if (failure != null) {
          batches[part].fail(places[part], columns[part], failure);
        }
      }
    }
    unanswered--;
  }

  // ---- the side of the threads that read --------------------------------------------------------

  /** Carries a request out; returns how many bytes were read, or that something failed. */
  long carryOut(int request, GroupReader reader) {
    int first = part(firstSorted[request]);
    Slot slot = batches[first].slot();
    int bytes = byteCounts[request];
    try {
      if (areStraight[request]) {
        reader.read(files[first], begins[request], bytes, slot, targets[first]);
      } else {
        reader.stage(files[first], begins[request], bytes);
        long start = System.nanoTime();
        for (int i = firstSorted[request]; i < endSorted(request); i++) {
          int part = part(i);
          reader.unstage(
              offsets[part] - begins[request], lengths[part], batches[part].slot(), targets[part]);
        }
        reader.copied(System.nanoTime() - start);
      }
      return bytes;
    } catch (IOException e) {
      return carryOutSingly(request, reader);
    }
  }

  /** One part after the other, to find those that cannot be read. */
  private long carryOutSingly(int request, GroupReader reader) {
    long bytes = 0;
    for (int i = firstSorted[request]; i < endSorted(request); i++) {
      int part = part(i);
      Slot slot = batches[part].slot();
      try {
        reader.read(files[part], offsets[part], lengths[part], slot, targets[part]);
        bytes += lengths[part];
      } catch (IOException e) {
        failures.put(part, e);
      }
    }
    return bytes > 0 ? bytes : PartReader.FAILED;
  }
}
