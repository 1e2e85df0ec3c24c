package io.penstock.internal.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ThreadLimitTest {
  @Test
  void aThreadThatCannotBeStartedIsNoLackOfMemory() {
    OutOfMemoryError thrown =
        new OutOfMemoryError(
            "unable to create native thread: possibly out of memory or process/resource limits"
                + " reached");
    assertThat(ThreadLimit.named(thrown))
        .hasMessageContaining("ulimit -u")
        .hasMessageContaining("pids.max")
        .hasCause(thrown);
  }

  @Test
  void anyOtherLackOfMemoryStaysWhatItIs() {
    OutOfMemoryError thrown = new OutOfMemoryError("Java heap space");
    assertThatThrownBy(() -> ThreadLimit.named(thrown)).isSameAs(thrown);
    assertThat(ThreadLimit.isReached(new OutOfMemoryError())).isFalse();
  }
}
