package io.penstock.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

/** Lists as orders, and how little a sampler of one's own needs. */
class ListedOrderTest {
  @Test
  void aListIsTheOrderOfEveryEpoch() {
    Sampler order = Sampler.of(10, 7, 0, 9, 7);
    assertThat(order.positionCount()).isEqualTo(4);
    assertThat(order.recordCount()).isEqualTo(10);
    assertThat(SamplerTest.filled(order, 0, 0, 4)).containsExactly(7, 0, 9, 7);
    assertThat(SamplerTest.filled(order, 8, 1, 3)).containsExactly(0, 9, 7);
    assertThat(order.index(3, 2)).isEqualTo(9);
    assertThat(order.isAscending()).isFalse();
    assertThat(Sampler.of(10, 1, 2, 2, 5).isAscending()).isTrue();
    assertThat(Sampler.of(10).positionCount()).isZero();
  }

  @Test
  void theListIsCopied() {
    long[] list = {3, 1, 2};
    Sampler order = Sampler.of(4, list);
    list[0] = 0;
    assertThat(order.index(0, 0)).isEqualTo(3);
    assertThat(order).isEqualTo(Sampler.of(4, 3, 1, 2)).isNotEqualTo(Sampler.of(4, list));
  }

  @Test
  void aStateTellsListsApart() {
    assertThat(Sampler.of(10, 1, 2).description())
        .isEqualTo(Sampler.of(10, 1, 2).description())
        .isNotEqualTo(Sampler.of(10, 2, 1).description())
        .matches("list/1;size=2;sha256=[0-9a-f]{16}");
  }

  @Test
  void aPositionIsFoundIfThereIsOneAtMost() {
    Sampler order = Sampler.of(10, 7, 0, 9);
    assertThat(order.position(2, 9)).isEqualTo(2);
    assertThat(order.position(2, 8)).isEqualTo(-1);
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> Sampler.of(10, 7, 7).position(0, 1));
  }

  @Test
  void indicesOutOfRangeAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Sampler.of(10, 3, 10))
        .withMessage("indices must be from 0 to below the 10 records, was 10");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Sampler.of(10, -1, 10))
        .withMessage("indices must be from 0 to below the 10 records, was -1");
  }

  /** Four methods are a sampler. */
  @Test
  void whatASamplerDoesNotSayHasADefault() {
    Sampler backwards =
        new Sampler() {
          @Override
          public long recordCount() {
            return 100;
          }

          @Override
          public long positionCount() {
            return 50;
          }

          @Override
          public String description() {
            return "backwards/1";
          }

          @Override
          public long index(long epoch, long position) {
            return 99 - 2 * position;
          }
        };
    assertThat(SamplerTest.filled(backwards, 0, 47, 3)).containsExactly(5, 3, 1);
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> SamplerTest.filled(backwards, 0, 47, 4));
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> backwards.position(0, 1))
        .withMessageContaining("backwards/1");
  }
}
