package io.penstock.sampler;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongUnaryOperator;

/**
 * The records of each class, by a label of each record. Takes 4 bytes per record. Immutable.
 *
 * <p>Classes are numbered in ascending order of their labels; the records of a class ascend.
 */
final class ClassIndex {
  private static final int MAX_CLASSES = 1 << 16;

  /** Labels up to this one are looked up in an array; nearly all labels are that small. */
  private static final int SMALL_LABELS = 1 << 16;

  /** Where the records of each class begin in members, and where the last class ends. */
  private final int[] starts;

  private final int[] members;

  ClassIndex(long recordCount, LongUnaryOperator label) {
    if (recordCount < 1 || recordCount > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "recordCount must be from 1 to 2^31 - 9 to be divided by classes, was " + recordCount);
    }
    int count = (int) recordCount;
    LabelNumbers numbers = new LabelNumbers(count, label);
    int[] next = new int[numbers.count() + 1];
    for (int i = 0; i < count; i++) {
      next[numbers.of(label.applyAsLong(i)) + 1]++;
    }
    Arrays.parallelPrefix(next, Integer::sum);
    starts = next.clone();
    members = HeapArrays.ints(count, "records by their classes");
    for (int i = 0; i < count; i++) {
      members[next[numbers.of(label.applyAsLong(i))]++] = i;
    }
  }

  int classCount() {
    return starts.length - 1;
  }

  int size(int number) {
    return starts[number + 1] - starts[number];
  }

  int start(int number) {
    return starts[number];
  }

  /** The records of all classes, one class after another. */
  int member(int i) {
    return members[i];
  }

  int recordCount() {
    return members.length;
  }

  String digest() {
    return Digests.of(
        starts.length + members.length,
        i -> i < starts.length ? starts[i] : members[i - starts.length]);
  }

  /** Numbers of the labels that there are. */
  private static final class LabelNumbers {
    private final int[] small = new int[SMALL_LABELS];
    private final Map<Long, Integer> others = new HashMap<>();
    private final int count;

    LabelNumbers(int recordCount, LongUnaryOperator label) {
      Arrays.fill(small, -1);
      for (int i = 0; i < recordCount; i++) {
        long value = label.applyAsLong(i);
        if (value >= 0 && value < SMALL_LABELS) {
          small[(int) value] = 0;
        } else if (others.putIfAbsent(value, 0) == null && others.size() > MAX_CLASSES) {
          throw tooMany();
        }
      }
      long[] sorted = others.keySet().stream().mapToLong(Long::longValue).sorted().toArray();
      int next = 0;
      for (int i = 0; i < sorted.length && sorted[i] < 0; i++) {
        others.put(sorted[i], next++);
      }
      int negative = next;
      for (int i = 0; i < SMALL_LABELS; i++) {
        small[i] = small[i] < 0 ? -1 : next++;
      }
      for (int i = negative; i < sorted.length; i++) {
        others.put(sorted[i], next++);
      }
      if (next > MAX_CLASSES) {
        throw tooMany();
      }
      count = next;
    }

    private static IllegalArgumentException tooMany() {
      return new IllegalArgumentException(
          "labels must be of at most %d classes, were of more: is it a column of class labels?"
              .formatted(MAX_CLASSES));
    }

    int count() {
      return count;
    }

    /** Labels must not have changed since they were numbered. */
    int of(long label) {
      Integer number =
          label >= 0 && label < SMALL_LABELS ? (Integer) small[(int) label] : others.get(label);
      if (number == null || number < 0) {
        throw new IllegalArgumentException(
            "labels must be the same whenever they are asked for, was %d only later"
                .formatted(label));
      }
      return number;
    }
  }
}
