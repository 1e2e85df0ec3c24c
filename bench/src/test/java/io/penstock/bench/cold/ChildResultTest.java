package io.penstock.bench.cold;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What ranks say, taken together. */
class ChildResultTest {
  private static final ChildResult FIRST =
      ChildResult.parse(
          """
          {"records": 10, "seconds": 2.0, "digest": "18446744073709551615", "facts": {
            "backend": "uring", "reason": "a", "bytesRead": 100, "firstBatchSeconds": 0.5,
            "epochEnds": [1.0, 2.0]}}
          """);
  private static final ChildResult SECOND =
      ChildResult.parse(
          """
          {"records": 11, "seconds": 1.5, "digest": "3", "facts": {
            "backend": "uring", "reason": "b", "bytesRead": 50, "firstBatchSeconds": 0.25,
            "epochEnds": [1.25, 1.5]}}
          """);

  @Test
  void aProcessByItselfSaysWhatItSays() {
    assertThat(ChildResult.together(List.of(FIRST), List.of(0.0))).isSameAs(FIRST);
  }

  @Test
  void recordsDigestsAndCountsAddUp() {
    ChildResult job = ChildResult.together(List.of(FIRST, SECOND), List.of(0.0, 0.25));

    assertThat(job.records()).isEqualTo(21);
    assertThat(job.digest()).isEqualTo(2);
    assertThat(job.facts().get("bytesRead")).hasToString("150");
  }

  @Test
  void theJobIsDoneWhenTheLastRankIsCountedFromTheFirstGo() {
    assertThat(ChildResult.together(List.of(FIRST, SECOND), List.of(0.0, 0.25)).seconds())
        .isEqualTo(2);
    ChildResult late = ChildResult.together(List.of(FIRST, SECOND), List.of(0.0, 1.0));
    assertThat(late.seconds()).isEqualTo(2.5);
    assertThat(late.facts().get("rankSeconds")).hasToString("[2.0,2.5]");
  }

  @Test
  void ofTimesTheLastRankCountsAndOfTextsAll() {
    ChildResult job = ChildResult.together(List.of(FIRST, SECOND), List.of(0.0, 0.0));

    assertThat(job.facts().get("firstBatchSeconds").getAsDouble()).isEqualTo(0.5);
    assertThat(job.facts().get("epochEnds")).hasToString("[1.25,2.0]");
    assertThat(job.facts().get("backend").getAsString()).isEqualTo("uring");
    assertThat(job.facts().get("reason").getAsString()).isEqualTo("a; b");
  }
}
