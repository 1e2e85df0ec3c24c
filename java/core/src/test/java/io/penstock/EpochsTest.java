package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EpochsTest {
  private static final long LAST = Long.MAX_VALUE - 1;

  @TempDir Path directory;

  private Dataset dataset;
  private Loader loader;

  @BeforeEach
  void open() {
    dataset = Dataset.open(TestArray.random(directory.resolve("x.npy"), 10, 8, 1).path());
    loader = dataset.loader().batchSize(5).memoryBytes(4 << 20).build();
  }

  @AfterEach
  void close() {
    dataset.close();
  }

  private static List<Long> numbers(Epochs epochs) {
    List<Long> numbers = new ArrayList<>();
    epochs.forEach(epoch -> numbers.add(epoch.number()));
    return numbers;
  }

  @Test
  void aCountBeginsWithEpochZero() {
    assertThat(numbers(loader.epochs(3))).containsExactly(0L, 1L, 2L);
    assertThat(numbers(loader.epochs(0))).isEmpty();
  }

  @Test
  void aLimitCountsAndAnEndIsANumber() {
    assertThat(numbers(loader.epochsFrom(7).limit(2))).containsExactly(7L, 8L);
    assertThat(numbers(loader.epochsFrom(7).before(9))).containsExactly(7L, 8L);
    assertThat(numbers(loader.epochsFrom(7).limit(2).limit(5))).containsExactly(7L, 8L);
    assertThat(numbers(loader.epochsFrom(7).before(9).before(20))).containsExactly(7L, 8L);
    assertThat(numbers(loader.epochsFrom(7).limit(5).before(8))).containsExactly(7L);
  }

  @Test
  void aJobThatResumesAfterItsLastEpochHasNoneLeft() {
    assertThat(numbers(loader.epochsFrom(7).before(7))).isEmpty();
    assertThat(numbers(loader.epochsFrom(7).before(0))).isEmpty();
  }

  @Test
  void thereIsALastEpoch() {
    assertThat(numbers(loader.epochsFrom(LAST))).containsExactly(LAST);
    assertThat(numbers(loader.epochsFrom(LAST).limit(Long.MAX_VALUE))).containsExactly(LAST);
    Iterator<Epoch> none = loader.epochsFrom(LAST).limit(0).iterator();
    assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(none::next);
  }

  @Test
  void epochsWithoutEndAreReadAheadAcrossTheirBoundaries() {
    List<Integer> sizes = new ArrayList<>();
    for (Epoch epoch : loader.epochsFrom(3)) {
      epoch.forEach(batch -> sizes.add(batch.size()));
      if (epoch.number() == 5) {
        break;
      }
    }
    assertThat(sizes).containsExactly(5, 5, 5, 5, 5, 5);
  }

  @Test
  void negativeNumbersAreRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> loader.epochs(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> loader.epochsFrom(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> loader.epochsFrom(Long.MAX_VALUE));
    assertThatIllegalArgumentException().isThrownBy(() -> loader.epochsFrom(3).limit(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> loader.epochsFrom(3).before(-1));
  }
}
