package io.penstock.internal.wait;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** On a clock of its own, which goes on by a microsecond whenever it is looked at. */
class ShortWaitTest {
  private long nanos;
  private long looks;
  private Runnable onLook = () -> {};
  private final ShortWait wait =
      new ShortWait(
          () -> {
            looks++;
            onLook.run();
            return nanos += 1_000;
          });

  @Test
  void whatHappensMeanwhileEndsIt() {
    long seen = wait.signals();
    wait.begin();
    onLook =
        () -> {
          if (looks == 5) {
            wait.signal();
          }
        };

    wait.spin(seen);

    assertThat(looks).isEqualTo(5);
  }

  @Test
  void whatHappenedBeforeEndsItAtOnce() {
    long seen = wait.signals();
    wait.signal();
    wait.begin();

    wait.spin(seen);

    assertThat(looks).isEqualTo(1);
  }

  @Test
  void itEndsWhenNothingHappens() {
    wait.begin();

    wait.spin(wait.signals());

    assertThat(looks).isBetween(10L, 1_000L);
  }

  @Test
  void afterALongWaitItIsLeftOutUntilOneIsShort() {
    wait.begin();
    nanos += 10_000_000;
    wait.end();

    assertThat(looksOfASpin()).isZero();

    wait.begin();
    nanos += 10_000;
    wait.end();

    assertThat(looksOfASpin()).isPositive();
  }

  private long looksOfASpin() {
    wait.begin();
    long before = looks;
    wait.spin(wait.signals());
    return looks - before;
  }
}
