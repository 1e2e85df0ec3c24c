package io.penstock.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

/** Balanced classes: each comes as often as any other, and its records in turn. */
class ClassBalancedTest {
  /** Three classes in ten: of 1, of 3 and of 6. */
  private static final long[] LABELS = {7, -5, 7, 1L << 40, -5, 7, 7, 7, 7, -5};

  private static LongUnaryOperator labels(long[] labels) {
    return i -> labels[(int) i];
  }

  private static void assertAccepted(Score score) {
    assertThat(score.deviations())
        .as(score.name())
        .isBetween(-OrderBattery.LIMIT, OrderBattery.LIMIT);
  }

  @Test
  void everyRoundHasEveryClassOnce() {
    ClassBalanced sampler = new ClassBalanced(10, labels(LABELS), 30, 1);
    assertThat(sampler.classCount()).isEqualTo(3);
    for (long epoch = 0; epoch < 50; epoch++) {
      long[] indices = SamplerTest.filled(sampler, epoch, 0, 30);
      for (int round = 0; round < 10; round++) {
        Set<Long> classes = new HashSet<>();
        for (int i = 3 * round; i < 3 * round + 3; i++) {
          classes.add(LABELS[(int) indices[i]]);
          assertThat(sampler.index(epoch, i)).isEqualTo(indices[i]);
        }
        assertThat(classes).hasSize(3);
      }
    }
  }

  @Test
  void noRecordOfAClassIsRepeatedBeforeAllHaveCome() {
    long[] labels = new SplittableRandom(3).longs(1_000, 0, 12).toArray();
    ClassBalanced sampler = new ClassBalanced(1_000, labels(labels), 777, 1);
    long[] sizes = new long[12];
    for (long label : labels) {
      sizes[(int) label]++;
    }
    int[] counts = new int[1_000];
    long[] seen = new long[12];
    for (long epoch = 0; epoch < 20; epoch++) {
      for (long index : SamplerTest.filled(sampler, epoch, 0, 777)) {
        int label = (int) labels[(int) index];
        counts[(int) index]++;
        assertThat((long) counts[(int) index]).isEqualTo(seen[label] / sizes[label] + 1);
        seen[label]++;
      }
    }
    // Epochs do not end with a round: still no class is more than one ahead of another.
    assertThat(Arrays.stream(seen).max().getAsLong() - Arrays.stream(seen).min().getAsLong())
        .isLessThanOrEqualTo(1);
  }

  @Test
  void ordersOfClassesAndOfTheirRecordsLookUniform() {
    int rounds = 60_000;
    ClassBalanced sampler = new ClassBalanced(10, labels(LABELS), 3L * rounds, 1);
    long[] indices = SamplerTest.filled(sampler, 0, 0, 3 * rounds);
    long[] classOrders = new long[9];
    long[] recordOrders = new long[9];
    long[] classes = {-5, 7, 1L << 40};
    long[] members = {1, 4, 9};
    int before = -1;
    int turn = 0;
    for (int round = 0; round < rounds; round++) {
      int first = Arrays.binarySearch(classes, LABELS[(int) indices[3 * round]]);
      int second = Arrays.binarySearch(classes, LABELS[(int) indices[3 * round + 1]]);
      classOrders[3 * first + second]++;
      for (int i = 3 * round; i < 3 * round + 3; i++) {
        int member = Arrays.binarySearch(members, indices[i]);
        if (member >= 0 && turn++ % 3 != 2) {
          // The first two of each pass of the class of three: six orders.
          recordOrders[before < 0 ? 0 : 3 * before + member] += before < 0 ? 0 : 1;
          before = before < 0 ? member : -1;
        }
      }
    }
    long[] sixClasses = Arrays.stream(classOrders).filter(count -> count > 0).toArray();
    long[] sixRecords = Arrays.stream(recordOrders).filter(count -> count > 0).toArray();
    assertThat(sixClasses).hasSize(6);
    assertThat(sixRecords).hasSize(6);
    assertAccepted(Score.equalCounts("records", sixRecords));
    // Orders come from a table of 256, turned: their counts vary with it, as multiples of rounds.
    for (long count : sixClasses) {
      assertAccepted(
          Score.normal(
              "classes",
              (double) count / rounds,
              1 / 6.0,
              (1 / 6.0) * (5 / 6.0) * (1.0 / rounds + 1.0 / 256)));
    }
  }

  @Test
  void manyClassesAndLargeLabelsWillDo() {
    ClassBalanced sampler =
        new ClassBalanced(200_000, i -> i % 60_000 * 1_000_003 - 5, 1L << 50, 1);
    assertThat(sampler.classCount()).isEqualTo(60_000);
    boolean[] seen = new boolean[60_000];
    for (long index : SamplerTest.filled(sampler, 9, 60_000 - (9L << 50) % 60_000, 60_000)) {
      assertThat(seen[(int) (index % 60_000)]).isFalse();
      seen[(int) (index % 60_000)] = true;
    }
  }

  @Test
  void itDescribesItself() {
    ClassBalanced sampler = new ClassBalanced(10, labels(LABELS), 30, 6);
    assertThat(sampler.description()).matches("balanced/1;size=30;classes=3;labels=[0-9a-f]{16}");
    assertThat(new ClassBalanced(10, i -> i % 3, 30, 6).description())
        .isNotEqualTo(sampler.description());
    assertThat(sampler.seed()).isEqualTo(6);
    assertThat(sampler.recordCount()).isEqualTo(10);
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> sampler.position(0, 0))
        .withMessage(
            "with balanced classes a record comes any number of times, not at one position");
  }

  /** Saved states depend on it: this may change only together with the version. */
  @Test
  void drawsAreTheSameForEver() {
    ClassBalanced sampler = new ClassBalanced(10, labels(LABELS), 30, 6);
    assertThat(SamplerTest.filled(sampler, 2, 3, 9)).containsExactly(4, 3, 2, 3, 1, 7, 6, 3, 9);
  }

  @Test
  void wrongOptionsAreRefused() {
    assertRefused(
        () -> new ClassBalanced(0, i -> 0, 10, 0),
        "recordCount must be from 1 to 2^31 - 9 to be divided by classes, was 0");
    assertRefused(
        () -> new ClassBalanced(1L << 31, i -> 0, 10, 0),
        "recordCount must be from 1 to 2^31 - 9 to be divided by classes, was 2147483648");
    assertRefused(
        () -> new ClassBalanced(100_000, i -> -i, 10, 0),
        "labels must be of at most 65536 classes, were of more: is it a column of class labels?");
    assertRefused(
        () -> new ClassBalanced(10, i -> i, -1, 0), "size must be from 0 to 2^62, was -1");
    int[] calls = {0};
    assertRefused(
        () -> new ClassBalanced(10, i -> calls[0]++ < 10 ? i : 10 * i, 10, 0),
        "labels must be the same whenever they are asked for, was 10 only later");
  }

  private static void assertRefused(Runnable call, String message) {
    assertThatIllegalArgumentException().isThrownBy(call::run).withMessage(message);
  }

  @Test
  void positionsOutOfRangeAreRefused() {
    ClassBalanced sampler = new ClassBalanced(10, labels(LABELS), 30, 6);
    MemorySegment three = MemorySegment.ofArray(new long[3]);
    for (Runnable call :
        new Runnable[] {
          () -> sampler.index(0, 30),
          () -> sampler.index(0, -1),
          () -> sampler.fill(0, 28, three, 3)
        }) {
      assertThatThrownBy(call::run).isInstanceOf(IndexOutOfBoundsException.class);
    }
    assertRefused(() -> sampler.index(-1, 0), "epoch must be >= 0, was -1");
  }
}
