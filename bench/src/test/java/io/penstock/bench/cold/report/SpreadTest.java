package io.penstock.bench.cold.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpreadTest {
  @Test
  void medianIsTheMiddleOrTheMeanOfTheTwoInTheMiddle() {
    assertThat(Spread.of(5, 1, 100)).isEqualTo(new Spread(5, 1, 100));
    assertThat(Spread.of(5, 1, 100, 7)).isEqualTo(new Spread(6, 1, 100));
    assertThat(Spread.of(3)).isEqualTo(new Spread(3, 3, 3));
  }

  @Test
  void whatIsNotKnownIsLeftOut() {
    assertThat(Spread.of(Double.NaN, 2, Double.NaN)).isEqualTo(new Spread(2, 2, 2));
    assertThat(Spread.of(Double.NaN)).isNull();
    assertThat(Spread.of()).isNull();
  }

  @Test
  void ratiosAreOfTheSameRound() {
    // The machine was ten times slower in round 2, for both.
    List<Measurement> above = List.of(round(1, 200), round(2, 30), round(3, 400));
    List<Measurement> below = List.of(round(3, 100), round(2, 10), round(1, 100));

    Spread ratios =
        Spread.ofRatios(above, Measurement::recordsPerSecond, below, Measurement::recordsPerSecond);

    assertThat(ratios).isEqualTo(new Spread(3, 2, 4));
  }

  @Test
  void roundThatOneLacksIsLeftOut() {
    Spread ratios =
        Spread.ofRatios(
            List.of(round(1, 200), round(2, 1)),
            Measurement::recordsPerSecond,
            List.of(round(1, 100)),
            Measurement::recordsPerSecond);

    assertThat(ratios).isEqualTo(new Spread(2, 2, 2));
  }

  @Test
  void textShowsMedianLeastAndMost() {
    assertThat(new Spread(1.234, 1, 2).text(2)).isEqualTo("1.23 (1.00 to 2.00)");
  }

  private static Measurement round(int round, long records) {
    return new Measurement(round, records, 1, null, null, null, 0, new JsonObject());
  }
}
