package io.penstock.internal.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.options.Readahead;
import io.penstock.options.Readahead.Backend;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JavaChoiceTest {
  private static final Residency CACHED = new Residency(1 << 20, 1 << 20, 1L << 40);
  private static final Residency FITTING = new Residency(1 << 20, 0, 1L << 40);
  private static final Residency LARGE = new Residency(1L << 40, 0, 1 << 20);

  private static BackendChoice choose(String flags, Residency residency, boolean mayMap) {
    Optional<String> problem = flags.contains("java") ? Optional.empty() : Optional.of("off");
    BackendChoice choice =
        JavaChoice.choose(Readahead.parse(flags), problem, residency, mayMap, 16);
    assertThat(choice.backend()).isEqualTo(Backend.JAVA);
    return choice;
  }

  /** Named or not, it is the same. */
  @ParameterizedTest
  @ValueSource(strings = {"", "backend=java"})
  void whereTheDataIsDecides(String flags) {
    assertThat(choose(flags, CACHED, true).isMapped()).isTrue();
    assertThat(choose(flags, FITTING, true).isMapped()).isFalse();
    assertThat(choose(flags, FITTING, true).isWarming()).isTrue();
    assertThat(choose(flags, LARGE, true).isWarming()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "backend=java"})
  void whatCannotBeMappedIsRead(String flags) {
    for (Residency residency : new Residency[] {CACHED, FITTING, LARGE}) {
      BackendChoice choice = choose(flags, residency, false);
      assertThat(choice.isMapped()).isFalse();
      assertThat(choice.isWarming()).isFalse();
      assertThat(choice.isLeftToUs()).as("a limit on mappings is no failure").isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"io=buffered", "backend=java,io=buffered"})
  void whoAsksForReadsGetsThem(String flags) {
    assertThat(choose(flags, CACHED, true).isMapped()).isFalse();
    assertThat(choose(flags, FITTING, true).isWarming()).isFalse();
  }
}
