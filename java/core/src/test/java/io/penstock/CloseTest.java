package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What those do who have pointers into a loader's memory before it is given back. */
class CloseTest {
  @TempDir Path directory;

  private Dataset dataset() {
    return Dataset.open(TestArray.random(directory.resolve("x.npy"), 100, 784, 1).path());
  }

  @Test
  void actionsRunWhileTheMemoryIsThereAndNothingElseIsHandedOut() {
    List<String> done = new ArrayList<>();
    try (Dataset dataset = dataset()) {
      Loader loader = dataset.loader().batchSize(10).build();
      Iterator<Batch> batches = loader.epoch(0).iterator();
      MemorySegment memory = batches.next().retain().column("x");
      byte first = memory.get(ValueLayout.JAVA_BYTE, 0);
      loader.beforeClose(
          () -> {
            assertThat(memory.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo(first);
            assertThatIllegalStateException().isThrownBy(() -> loader.epoch(1));
            done.add("one");
          });
      loader.beforeClose(() -> done.add("another"));
      loader.close();
      assertThat(done).containsExactly("one", "another");
      assertThatIllegalStateException()
          .isThrownBy(() -> memory.get(ValueLayout.JAVA_BYTE, 0))
          .withMessageContaining("closed");
      assertThatIllegalStateException()
          .isThrownBy(() -> loader.beforeClose(() -> done.add("late")))
          .withMessage("the loader is closed");
    }
  }

  @Test
  void anActionThatWasTakenBackIsNotDone() {
    List<String> done = new ArrayList<>();
    try (Dataset dataset = dataset()) {
      Loader loader = dataset.loader().batchSize(10).build();
      Loader.Registration one = loader.beforeClose(() -> done.add("one"));
      loader.beforeClose(() -> done.add("another"));
      one.close();
      one.close();
      loader.close();
    }
    assertThat(done).containsExactly("another");
  }

  @Test
  void anActionThatThrowsKeepsTheMemoryUntilClosingWorks() {
    boolean[] isInUse = {true};
    Dataset dataset = dataset();
    Loader loader = dataset.loader().batchSize(10).build();
    MemorySegment memory = loader.epoch(0).iterator().next().retain().column("x");
    loader.beforeClose(
        () -> {
          if (isInUse[0]) {
            throw new IllegalStateException("in use");
          }
        });
    assertThatIllegalStateException().isThrownBy(loader::close).withMessage("in use");
    assertThatIllegalStateException().isThrownBy(dataset::close).withMessage("in use");
    assertThatNoException().isThrownBy(() -> memory.get(ValueLayout.JAVA_BYTE, 0));
    isInUse[0] = false;
    dataset.close();
    assertThatIllegalStateException().isThrownBy(() -> memory.get(ValueLayout.JAVA_BYTE, 0));
  }
}
