package io.penstock.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Windows over a stream of tokens, which may overlap but never end behind it. */
class TokenWindowsTest {
  @Test
  void windowsEndWithinTheStream() {
    for (long tokens = 1; tokens < 40; tokens++) {
      for (long length = 1; length <= tokens; length++) {
        for (long stride = 1; stride < 12; stride++) {
          TokenWindows windows = new TokenWindows(tokens, length, stride);
          long last = windows.offsetTokens(windows.recordCount() - 1);
          assertThat(last + length).isBetween(tokens - stride + 1, tokens);
          assertThat(windows.offsetTokens(0)).isZero();
        }
      }
    }
  }

  @Test
  void windowsAreTheirStrideApart() {
    TokenWindows windows = new TokenWindows(1_000_000_000_000L, 1_025, 1_024);
    assertThat(windows.recordCount()).isEqualTo(976_562_499L);
    assertThat(windows.offsetTokens(976_562_498L)).isEqualTo(976_562_498L * 1_024);
    assertThatThrownBy(() -> windows.offsetTokens(976_562_499L))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void anEpochGoesThroughTheStreamOnce() {
    for (long tokens = 1; tokens < 60; tokens += 7) {
      for (long length = 1; length <= tokens; length += 3) {
        for (long stride = 1; stride < 12; stride++) {
          WindowShuffle sampler = new WindowShuffle(tokens, length, stride, 3);
          for (long epoch = 0; epoch < 3; epoch++) {
            assertCut(sampler, stride, epoch);
          }
        }
      }
    }
  }

  private static void assertCut(WindowShuffle sampler, long stride, long epoch) {
    long[] order = SamplerTest.filled(sampler, epoch, 0, (int) sampler.positionCount());
    for (int i = 0; i < order.length; i++) {
      assertThat(order[i]).isEqualTo(sampler.index(epoch, i));
      assertThat(sampler.position(epoch, order[i])).isEqualTo(i);
    }
    long[] sorted = order.clone();
    Arrays.sort(sorted);
    for (int i = 1; i < sorted.length; i++) {
      assertThat(sorted[i] - sorted[i - 1]).isEqualTo(stride);
    }
    long absent = 0;
    for (long index = 0; index < sampler.recordCount(); index++) {
      absent += sampler.position(epoch, index) == -1 ? 1 : 0;
    }
    assertThat(absent).as("%s", sampler).isEqualTo(sampler.recordCount() - order.length);
    // No room for another window before the first or behind the last by more than the slack.
    assertThat(sampler.recordCount() - sorted.length * stride).isLessThan(stride);
  }

  /** With 91 places to begin at and 9 windows 10 apart, the first is at one of 11 places. */
  @Test
  void windowsBeginAtOtherPlacesInEachEpoch() {
    WindowShuffle sampler = new WindowShuffle(100, 10, 10, 1);
    assertThat(sampler.positionCount()).isEqualTo(9);
    long[] counts = new long[11];
    for (long epoch = 0; epoch < 11_000; epoch++) {
      counts[(int) Arrays.stream(SamplerTest.filled(sampler, epoch, 0, 9)).min().getAsLong()]++;
    }
    Score score = Score.equalCounts("first windows", counts);
    assertThat(score.deviations()).isBetween(-OrderBattery.LIMIT, OrderBattery.LIMIT);
  }

  @Test
  void streamsOfManyTokensAreCutToo() {
    WindowShuffle sampler = new WindowShuffle(1L << 48, 4_097, 4_096, -1);
    long last = sampler.positionCount() - 1;
    for (long position : new long[] {0, last / 2, last}) {
      long index = sampler.index(5, position);
      assertThat(index).isBetween(0L, sampler.recordCount() - 1);
      assertThat(sampler.position(5, index)).isEqualTo(position);
    }
    assertThat(sampler.windows().offsetTokens(12_345)).isEqualTo(12_345);
  }

  @Test
  void itDescribesItself() {
    WindowShuffle sampler = new WindowShuffle(100, 10, 9, 4);
    assertThat(sampler.description()).isEqualTo("windows/1;windowTokens=10;strideTokens=9(full/1)");
    assertThat(sampler.seed()).isEqualTo(4);
    assertThat(sampler.recordCount()).isEqualTo(91);
  }

  /** Saved states depend on it: this may change only together with the version. */
  @Test
  void offsetsAreTheSameForEver() {
    WindowShuffle sampler = new WindowShuffle(1_000, 100, 100, 5);
    assertThat(SamplerTest.filled(sampler, 2, 0, 9))
        .containsExactly(69, 569, 869, 269, 669, 469, 169, 369, 769);
  }

  @Test
  void optionsOutOfRangeAreRefused() {
    assertRefused(
        () -> new TokenWindows(100, 101, 1),
        "windowTokens must be from 1 to the 100 tokens of the stream, was 101");
    assertRefused(
        () -> new WindowShuffle(100, 0, 1, 0),
        "windowTokens must be from 1 to the 100 tokens of the stream, was 0");
    assertRefused(() -> new TokenWindows(0, 1, 1), "tokenCount must be from 1 to 2^48, was 0");
    assertRefused(() -> new WindowShuffle(100, 10, 0, 0), "strideTokens must be at least 1, was 0");
  }

  private static void assertRefused(Runnable call, String message) {
    assertThatIllegalArgumentException().isThrownBy(call::run).withMessage(message);
  }
}
