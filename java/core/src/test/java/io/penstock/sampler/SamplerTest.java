package io.penstock.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The contract of {@link Sampler}, which every sampler keeps: what is special to one of them is
 * tested elsewhere.
 */
class SamplerTest {
  private static final long[] SIZES = {
    0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 63, 64, 65, 1000, 1023, 1024, 1025, 10_007
  };

  private static final long[] LARGE_SIZES = {
    (1L << 31) - 1, 1L << 31, (1L << 32) + 1, 1_000_000_000_000L, (1L << 48) - 1, 1L << 48
  };

  static Stream<Arguments> samplers() {
    return Stream.of(
        Arguments.of("Sequential", (LongFunction<Sampler>) Sequential::new),
        Arguments.of("FullShuffle", (LongFunction<Sampler>) n -> new FullShuffle(n, 20_261)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("samplers")
  void everyRecordComesExactlyOnceInAnEpoch(String name, LongFunction<Sampler> make) {
    for (long size : SIZES) {
      for (long epoch = 0; epoch < 4; epoch++) {
        assertPermutation(make.apply(size), epoch);
      }
    }
  }

  private static void assertPermutation(Sampler sampler, long epoch) {
    int size = (int) sampler.positionCount();
    boolean[] seen = new boolean[size];
    for (long index : filled(sampler, epoch, 0, size)) {
      assertThat(seen[(int) index]).as("record %d of %s again", index, sampler).isFalse();
      seen[(int) index] = true;
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("samplers")
  void fillAgreesWithIndexWhereverItStarts(String name, LongFunction<Sampler> make) {
    for (long size : SIZES) {
      Sampler sampler = make.apply(size);
      for (long start = 0; start <= Math.min(size, 12); start++) {
        for (int count = 0; count <= Math.min(size - start, 70); count++) {
          long[] indices = filled(sampler, 3, start, count);
          for (int i = 0; i < count; i++) {
            assertThat(indices[i]).isEqualTo(sampler.index(3, start + i));
          }
        }
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("samplers")
  void positionIsTheInverseOfIndex(String name, LongFunction<Sampler> make) {
    for (long size : SIZES) {
      Sampler sampler = make.apply(size);
      for (long position = 0; position < size; position++) {
        assertThat(sampler.position(5, sampler.index(5, position))).isEqualTo(position);
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("samplers")
  void largeOrdersAreFilledSoughtAndInverted(String name, LongFunction<Sampler> make) {
    for (long size : LARGE_SIZES) {
      Sampler sampler = make.apply(size);
      for (long start : new long[] {0, size / 3, size - 2_000}) {
        long[] indices = filled(sampler, 1_000_000_007L, start, 2_000);
        for (int i = 0; i < indices.length; i++) {
          assertThat(indices[i]).isBetween(0L, size - 1);
          assertThat(sampler.index(1_000_000_007L, start + i)).isEqualTo(indices[i]);
          assertThat(sampler.position(1_000_000_007L, indices[i])).isEqualTo(start + i);
        }
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("samplers")
  void fillWritesItsIndicesOnlyIntoAnyKindOfMemory(String name, LongFunction<Sampler> make) {
    Sampler sampler = make.apply(1_000);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment unaligned = arena.allocate(8 * 12 + 1, 8).asSlice(1);
      MemorySegment heapBytes = MemorySegment.ofArray(new byte[8 * 12]);
      for (MemorySegment segment : new MemorySegment[] {unaligned, heapBytes}) {
        segment.fill((byte) -1);
        sampler.fill(0, 100, segment, 11);
        for (int i = 0; i < 11; i++) {
          assertThat(segment.getAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i))
              .isEqualTo(sampler.index(0, 100 + i));
        }
        assertThat(segment.getAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, 11)).isEqualTo(-1);
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("samplers")
  void whatIsOutOfRangeIsRefusedAndNothingIsWritten(String name, LongFunction<Sampler> make) {
    Sampler sampler = make.apply(10);
    MemorySegment segment = MemorySegment.ofArray(new long[] {-1, -1, -1, -1});
    assertOutOfBounds(() -> sampler.index(0, -1));
    assertOutOfBounds(() -> sampler.index(0, 10));
    assertOutOfBounds(() -> sampler.position(0, -1));
    assertOutOfBounds(() -> sampler.position(0, 10));
    assertOutOfBounds(() -> sampler.fill(0, -1, segment, 1));
    assertOutOfBounds(() -> sampler.fill(0, 8, segment, 3));
    assertOutOfBounds(() -> sampler.fill(0, 0, segment, 5));
    assertOutOfBounds(() -> sampler.fill(0, 0, segment, -1));
    assertThatIllegalArgumentException().isThrownBy(() -> sampler.index(-1, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> sampler.position(-1, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> sampler.fill(-1, 0, segment, 1));
    assertThat(segment.toArray(ValueLayout.JAVA_LONG)).containsOnly(-1);
  }

  private static void assertOutOfBounds(Runnable call) {
    assertThatThrownBy(call::run).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("samplers")
  void anEmptyOrderHasNoPositions(String name, LongFunction<Sampler> make) {
    Sampler sampler = make.apply(0);
    sampler.fill(0, 0, MemorySegment.ofArray(new long[0]), 0);
    assertThat(sampler.positionCount()).isZero();
    assertOutOfBounds(() -> sampler.index(0, 0));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("samplers")
  void recordCountsBeyond48BitsAreRefused(String name, LongFunction<Sampler> make) {
    for (long size : new long[] {-1, (1L << 48) + 1, Long.MAX_VALUE, Long.MIN_VALUE}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> make.apply(size))
          .withMessage("recordCount must be from 0 to 2^48, was " + size);
    }
  }

  static long[] filled(Sampler sampler, long epoch, long position, int count) {
    long[] indices = new long[count];
    sampler.fill(epoch, position, MemorySegment.ofArray(indices), count);
    return indices;
  }
}
