package io.penstock.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Subsets and splits: records in ascending order, each with its number, and none lost. */
class SubsetTest {
  /** What all subsets promise, and that these are the records. */
  private static void assertRecords(Subset subset, long... expected) {
    assertThat(subset.size()).as("%s", subset).isEqualTo(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat(subset.index(i)).as("place %d of %s", i, subset).isEqualTo(expected[i]);
    }
    int next = 0;
    for (long index = 0; index < subset.recordCount(); index++) {
      boolean isIn = next < expected.length && expected[next] == index;
      assertThat(subset.place(index)).as("%d in %s", index, subset).isEqualTo(isIn ? next : -1);
      next += isIn ? 1 : 0;
    }
    assertOutOfBounds(() -> subset.index(-1));
    assertOutOfBounds(() -> subset.index(expected.length));
    assertOutOfBounds(() -> subset.place(-1));
    assertOutOfBounds(() -> subset.place(subset.recordCount()));
    assertThat(subset.description()).matches("[!-~]+");
  }

  private static void assertOutOfBounds(Runnable call) {
    assertThatThrownBy(call::run).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void rangesListsAndAllBut() {
    assertRecords(Subset.range(10, 3, 6), 3, 4, 5);
    assertRecords(Subset.range(10, 3, 3));
    assertRecords(Subset.range(0, 0, 0));
    assertRecords(Subset.list(10, 9, 0, 4), 0, 4, 9);
    assertRecords(Subset.list(10));
    assertRecords(Subset.allBut(10, 9, 0, 4, 5), 1, 2, 3, 6, 7, 8);
    assertRecords(Subset.allBut(3, 0, 1, 2));
    assertRecords(Subset.allBut(3), 0, 1, 2);
    assertRecords(Subset.range(10, 2, 9).then(Subset.list(7, 0, 6)), 2, 8);
    assertRecords(Subset.allBut(10, 5).then(Subset.range(9, 4, 6)), 4, 6);
  }

  @Test
  void aListAndAllButItAreEverything() {
    SplittableRandom random = new SplittableRandom(5);
    for (int round = 0; round < 200; round++) {
      int size = random.nextInt(1, 60);
      long[] chosen = LongStream.range(0, size).filter(i -> random.nextInt(3) == 0).toArray();
      List<Long> others = new ArrayList<>(LongStream.range(0, size).boxed().toList());
      others.removeAll(LongStream.of(chosen).boxed().toList());
      Split split = Split.byList(size, chosen);
      assertRecords(split.validation(), chosen);
      assertRecords(split.training(), others.stream().mapToLong(i -> i).toArray());
    }
  }

  @Test
  void descriptionsTellSubsetsApart() {
    assertThat(Subset.range(10, 3, 6).description()).isEqualTo("range/1;from=3;to=6");
    assertThat(Subset.list(10, 1, 2).description())
        .isEqualTo(Subset.list(10, 2, 1).description())
        .isEqualTo("list/1;size=2;sha256=0c730b69905c5ef7")
        .isNotEqualTo(Subset.list(10, 1, 3).description());
    assertThat(Subset.allBut(10, 1, 2).description())
        .isEqualTo("all-but/1;size=2;sha256=0c730b69905c5ef7");
    assertThat(Split.byFraction(10, 0.2, 5).training().description())
        .isEqualTo("split/1;part=training;validation=2;seed=5");
    assertThat(Subset.range(9, 0, 3).then(Subset.list(3, 2)).description())
        .startsWith("nested/1(range/1;from=0;to=3,list/1;size=1;sha256=");
  }

  @Test
  void splitsArePartitionsOfTheRecords() {
    for (int size = 0; size <= 60; size++) {
      for (int validation = 0; validation <= size; validation++) {
        Split split = Split.byCount(size, validation, size);
        assertThat(split.validation().size()).isEqualTo(validation);
        List<Long> inTraining = new ArrayList<>();
        List<Long> inValidation = new ArrayList<>();
        for (long index = 0; index < size; index++) {
          (split.validation().place(index) < 0 ? inTraining : inValidation).add(index);
        }
        assertRecords(split.training(), inTraining.stream().mapToLong(i -> i).toArray());
        assertRecords(split.validation(), inValidation.stream().mapToLong(i -> i).toArray());
      }
    }
  }

  @Test
  void fractionsGiveTheNearestNumber() {
    assertThat(Split.byFraction(10, 0.25, 0).validation().size()).isEqualTo(3);
    assertThat(Split.byFraction(10, 0.24, 0).validation().size()).isEqualTo(2);
    assertThat(Split.byFraction(10, 0, 0).validation().size()).isZero();
    assertThat(Split.byFraction(10, 1, 0).training().size()).isZero();
    assertThat(Split.byFraction(1L << 48, 0.1, 0).validation().size())
        .isEqualTo(28_147_497_671_066L);
  }

  @Test
  void splitsOfManyRecordsAreFoundWithoutMemory() {
    long size = 1_000_000_000_000L;
    Split split = Split.byFraction(size, 0.003, 9);
    for (Subset part : List.of(split.training(), split.validation())) {
      for (long start : new long[] {0, part.size() / 3, part.size() - 1_000}) {
        long last = -1;
        for (long place = start; place < start + 1_000; place++) {
          long index = part.index(place);
          assertThat(index).isBetween(last + 1, size - 1);
          assertThat(part.place(index)).isEqualTo(place);
          last = index;
        }
      }
    }
  }

  /** Strata of 4 records (100 of 400): each record is chosen by every fourth seed, binomially. */
  @Test
  void allRecordsAreEquallyLikelyToBeChosen() {
    int seeds = 4_000;
    long[] counts = new long[400];
    long[] together = new long[16];
    for (int seed = 0; seed < seeds; seed++) {
      Subset validation = Split.byFraction(400, 0.25, seed).validation();
      for (int i = 0; i < 100; i++) {
        counts[(int) validation.index(i)]++;
      }
      together[(int) (validation.index(50) % 4 * 4 + validation.index(51) % 4)]++;
    }
    for (int i = 0; i < counts.length; i++) {
      assertAccepted(
          Score.normal("record " + i, (double) counts[i], seeds / 4.0, seeds * 3 / 16.0));
    }
    assertAccepted(Score.equalCounts("strata in a row", together));
  }

  @Test
  void neighbouringSeedsGiveUnrelatedSplits() {
    Subset one = Split.byFraction(40_000, 0.25, 1).validation();
    Subset other = Split.byFraction(40_000, 0.25, 2).validation();
    long shared = 0;
    for (int i = 0; i < one.size(); i++) {
      shared += one.index(i) == other.index(i) ? 1 : 0;
    }
    assertAccepted(Score.normal("shared", (double) shared, 2_500, 10_000 * 3 / 16.0));
  }

  private static void assertAccepted(Score score) {
    assertThat(score.deviations())
        .as(score.name())
        .isBetween(-OrderBattery.LIMIT, OrderBattery.LIMIT);
  }

  /** Saved states depend on it: these may change only together with the version. */
  @Test
  void splitsAreTheSameForEver() {
    assertRecords(Split.byCount(20, 5, 7).validation(), 2, 5, 10, 12, 19);
    assertRecords(Split.byCount(23, 5, 7).validation(), 1, 8, 10, 16, 21);
  }

  @Test
  void whatIsOutOfRangeIsRefused() {
    assertRefused(
        () -> Subset.range(10, 3, 11), "range must be within the 10 records, was 3 to 11");
    assertRefused(() -> Subset.range(10, 3, 2), "range must be within the 10 records, was 3 to 2");
    assertRefused(
        () -> Subset.range(10, -1, 2), "range must be within the 10 records, was -1 to 2");
    assertRefused(() -> Subset.range(-1, 0, 0), "recordCount must be from 0 to 2^48, was -1");
    assertRefused(() -> Subset.list(10, 3, 10), "indices must be below the 10 records, was 10");
    assertRefused(() -> Subset.list(10, 3, -2), "indices must be below the 10 records, was -2");
    assertRefused(() -> Subset.allBut(10, 3, 4, 3), "indices must all be different, was 3 twice");
    assertRefused(
        () -> Subset.range(10, 0, 5).then(Subset.list(6, 1)),
        "a subset of 5 records must be made for as many, was made for 6");
    for (double fraction : new double[] {-0.1, 1.1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertRefused(
          () -> Split.byFraction(10, fraction, 0),
          "validationFraction must be from 0 to 1, was " + fraction);
    }
    assertRefused(
        () -> Split.byCount(10, 11, 0),
        "validationRecords must be from 0 to the 10 records, was 11");
    assertRefused(
        () -> new Split(Subset.range(10, 0, 5), Subset.range(10, 5, 9)),
        "training and validation must be all records of a dataset, were 5 of 10 and 4 of 10");
  }

  private static void assertRefused(Runnable call, String message) {
    assertThatIllegalArgumentException().isThrownBy(call::run).withMessage(message);
  }
}
