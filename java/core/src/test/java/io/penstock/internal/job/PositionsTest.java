package io.penstock.internal.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Sets of positions, against a plain array of marks. */
class PositionsTest {
  @Test
  void rangesAreSortedAndUnited() {
    assertThat(Positions.of(5, 9, 0, 2, 9, 12, 1, 3, 20, 20)).hasToString("0-3,5-12");
    assertThat(Positions.of()).isEqualTo(Positions.NONE).hasToString("");
    assertThat(Positions.upTo(0)).isEqualTo(Positions.NONE);
    assertThat(Positions.upTo(7)).hasToString("0-7").hasSameHashCodeAs(Positions.of(0, 3, 3, 7));
  }

  @Test
  void theyAreTheMarksThatWereSet() {
    SplittableRandom random = new SplittableRandom(1);
    for (int round = 0; round < 500; round++) {
      boolean[] marks = new boolean[60];
      long[] bounds = new long[2 * random.nextInt(6)];
      for (int i = 0; i < bounds.length; i += 2) {
        bounds[i] = random.nextInt(60);
        bounds[i + 1] = bounds[i] + random.nextLong(61 - bounds[i]);
        for (long j = bounds[i]; j < bounds[i + 1]; j++) {
          marks[(int) j] = true;
        }
      }
      Positions positions = Positions.of(bounds);
      Positions others = positions.remaining(60);
      long count = 0;
      for (int i = 0; i < 60; i++) {
        assertThat(positions.contains(i)).isEqualTo(marks[i]);
        assertThat(others.contains(i)).isNotEqualTo(marks[i]);
        count += marks[i] ? 1 : 0;
      }
      assertThat(positions.count()).isEqualTo(count);
      assertThat(others.count()).isEqualTo(60 - count);
      assertThat(positions.contains(-1) || positions.contains(60)).isFalse();
      if (count > 0) {
        assertThat(Positions.parse(positions.toString())).isEqualTo(positions);
      }
    }
  }

  @Test
  void onlyWhatBeginsAtZeroIsAPrefix() {
    assertThat(Positions.NONE.isPrefix()).isTrue();
    assertThat(Positions.upTo(5).isPrefix()).isTrue();
    assertThat(Positions.of(1, 5).isPrefix()).isFalse();
    assertThat(Positions.of(0, 5, 6, 7).isPrefix()).isFalse();
    assertThat(Positions.of(0, 5, 6, 7).end()).isEqualTo(7);
    assertThat(Positions.NONE.end()).isZero();
  }

  @Test
  void otherTextIsRefused() {
    String[] texts = {
      "",
      "0",
      "0-",
      "-5",
      "5-5",
      "5-3",
      "0-5,5-6",
      "0-5,4-6",
      "0-5,",
      "0-5 ",
      "0-5;6-7",
      "a-b",
      "0-9999999999999999999",
      "0-5,6-7,1-2"
    };
    for (String text : texts) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Positions.parse(text))
          .withMessage("positions must be ascending ranges as 0-512,1000-1512, was '" + text + "'");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Positions.parse("0-1,".repeat(1_000_000)))
        .withMessageEndingWith("0-1,0-1,...'");
  }

  @Test
  void boundsThatMakeNoRangeAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Positions.of(5, 3))
        .withMessage("ranges must start at 0 or later and not end before that, was 5-3");
    assertThatIllegalArgumentException().isThrownBy(() -> Positions.of(-1, 3));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Positions.of(1, 2, 3))
        .withMessage("bounds must be pairs of start and end, were 3 numbers");
    long[] bounds = new long[2 * 65_537];
    for (int i = 0; i < bounds.length; i++) {
      bounds[i] = i;
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Positions.of(bounds))
        .withMessage("positions must be at most 65536 ranges, were 65537");
  }
}
