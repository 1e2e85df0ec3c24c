package io.penstock.sampler;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/** The example in the package documentation compiles, runs, and does what it says. */
class SamplerTourTest {
  @Test
  void exampleRuns() {
    // tour
    Sampler sampler = new FullShuffle(1_000_000_000_000L, 42); // 10^12 records, seed 42
    long first = sampler.index(0, 0); // the record that epoch 0 starts with
    long place = sampler.position(7, first); // where epoch 7 has it
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment indices = arena.allocate(ValueLayout.JAVA_LONG, 256);
      sampler.fill(7, place, indices, 256); // it, and the 255 records after it
      long second = indices.getAtIndex(ValueLayout.JAVA_LONG, 1);
      // end of tour
      assertThat(indices.getAtIndex(ValueLayout.JAVA_LONG, 0)).isEqualTo(first);
      assertThat(second).isEqualTo(sampler.index(7, place + 1));
    }
  }

  @Test
  void exampleIsTheDocumentedOne() throws IOException {
    assertThat(Tour.documented(Sampler.class.getPackage()))
        .startsWith(Tour.compiled(SamplerTourTest.class).toArray(String[]::new));
  }
}
