package io.penstock.internal.gather;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.gather.PageCacheWarmer.Range;
import io.penstock.internal.platform.OpenFiles;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PageCacheWarmerTest {
  private static final long STEP = PageCacheWarmer.STEP_BYTES;

  /** Two files, of half a step and of three and a half. */
  private static final List<Range> RANGES =
      List.of(new Range(1, 100, STEP / 2), new Range(0, 4096, 3 * STEP + STEP / 2));

  /** Pages that are there when they were populated, as long as nobody drops them. */
  private static class FakePages implements OpenFiles.FilePages {
    final List<Range> asked = Collections.synchronizedList(new ArrayList<>());
    final List<Range> populated = Collections.synchronizedList(new ArrayList<>());

    @Override
    public OptionalLong missingBytes(int file, long offsetBytes, long lengthBytes) {
      boolean isThere = populated.stream().anyMatch(range -> range.file() == file);
      return OptionalLong.of(isThere && lengthBytes > STEP / 2 ? 0 : lengthBytes);
    }

    @Override
    public void fetch(int file, long offsetBytes, long lengthBytes) {
      asked.add(new Range(file, offsetBytes, lengthBytes));
    }

    @Override
    public void populate(int file, long offsetBytes, long lengthBytes) {
      populated.add(new Range(file, offsetBytes, lengthBytes));
    }
  }

  @Test
  void allIsReadOnceInOrder() throws InterruptedException {
    FakePages pages =
        new FakePages() {
          @Override
          public OptionalLong missingBytes(int file, long offsetBytes, long lengthBytes) {
            return OptionalLong.empty();
          }
        };
    try (PageCacheWarmer warmer = new PageCacheWarmer(pages, RANGES, 0, () -> true)) {
      assertThat(warmer.describe()).isEmpty();
      warmer.start();
      warmer.start();
      awaitEnd(warmer);

      assertThat(warmer.isDone()).isTrue();
      assertThat(pages.populated)
          .containsExactly(
              new Range(1, 100, STEP / 2),
              new Range(0, 4096, STEP),
              new Range(0, 4096 + STEP, STEP),
              new Range(0, 4096 + 2 * STEP, STEP),
              new Range(0, 4096 + 3 * STEP, STEP / 2));
      assertThat(pages.asked).isEqualTo(pages.populated);
      assertThat(warmer.readBytes()).isEqualTo(4 * STEP);
      assertThat(warmer.requests()).isEqualTo(5);
      assertThat(warmer.describe()).isEqualTo("warmed, reading 8.0 MiB");
    }
  }

  @Test
  void whatIsCachedIsNotAskedFor() throws InterruptedException {
    FakePages pages =
        new FakePages() {
          @Override
          public OptionalLong missingBytes(int file, long offsetBytes, long lengthBytes) {
            boolean isMissing = offsetBytes == 4096 + STEP && populated.size() < 5;
            return OptionalLong.of(isMissing ? 4096 : 0);
          }
        };
    try (PageCacheWarmer warmer = new PageCacheWarmer(pages, RANGES, 0, () -> true)) {
      warmer.start();
      awaitEnd(warmer);

      assertThat(warmer.isDone()).isTrue();
      assertThat(pages.asked).containsExactly(new Range(0, 4096 + STEP, STEP));
      assertThat(pages.populated).hasSize(5);
      assertThat(warmer.readBytes()).isEqualTo(4096);
    }
  }

  /** What the kernel reads ahead of a pass is a part of it, and must not make it jump. */
  @Test
  void whatTheKernelReadsAheadIsReadAllTheSame() throws InterruptedException {
    AtomicLong broughtTo = new AtomicLong();
    FakePages pages =
        new FakePages() {
          @Override
          public OptionalLong missingBytes(int file, long offsetBytes, long lengthBytes) {
            return OptionalLong.of(offsetBytes < broughtTo.get() ? 0 : lengthBytes);
          }

          @Override
          public void fetch(int file, long offsetBytes, long lengthBytes) {
            super.fetch(file, offsetBytes, lengthBytes);
            broughtTo.set(offsetBytes + 8 * STEP);
          }
        };
    List<Range> large = List.of(new Range(0, 0, 200 * STEP));
    try (PageCacheWarmer warmer = new PageCacheWarmer(pages, large, 0, () -> true)) {
      warmer.start();
      awaitEnd(warmer);

      assertThat(pages.asked).hasSize(200);
      assertThat(warmer.readBytes()).isEqualTo(200 * STEP);
    }
  }

  @Test
  void processesBeginAtDifferentPlacesAndReadAll() throws InterruptedException {
    for (int rank = 0; rank < 5; rank++) {
      FakePages pages = new FakePages();
      try (PageCacheWarmer warmer = new PageCacheWarmer(pages, RANGES, rank / 5.0, () -> true)) {
        warmer.start();
        awaitEnd(warmer);
      }
      assertThat(pages.populated).hasSize(5).doesNotHaveDuplicates();
      assertThat(pages.populated.getFirst())
          .isEqualTo(
              rank == 0
                  ? new Range(1, 100, STEP / 2)
                  : new Range(0, 4096 + (rank - 1) * STEP, rank == 4 ? STEP / 2 : STEP));
    }
  }

  @Test
  void pagesThatAreDroppedAgainAreNotTakenToBeThere() throws InterruptedException {
    FakePages pages =
        new FakePages() {
          @Override
          public OptionalLong missingBytes(int file, long offsetBytes, long lengthBytes) {
            return OptionalLong.of(lengthBytes / 10);
          }
        };
    try (PageCacheWarmer warmer = new PageCacheWarmer(pages, RANGES, 0, () -> true)) {
      warmer.start();
      awaitEnd(warmer);

      assertThat(warmer.isDone()).isFalse();
      assertThat(warmer.isStopped()).isTrue();
      assertThat(warmer.describe()).contains("stopped at 100 %: the kernel dropped 819 KiB again");
    }
  }

  @Test
  void itEndsWhenMemoryGetsShort() throws InterruptedException {
    AtomicInteger asked = new AtomicInteger();
    List<Range> large = List.of(new Range(0, 0, 1000 * STEP));
    FakePages pages = new FakePages();
    try (PageCacheWarmer warmer =
        new PageCacheWarmer(pages, large, 0, () -> asked.incrementAndGet() < 3)) {
      warmer.start();
      awaitEnd(warmer);

      assertThat(warmer.isStopped()).isTrue();
      assertThat(pages.populated).hasSize(95);
      assertThat(warmer.describe()).matches("warming stopped at (9|10) %: memory is short");
    }
  }

  @Test
  void whatCannotBeReadEndsItAndIsSaid() throws InterruptedException {
    FakePages pages =
        new FakePages() {
          @Override
          public void populate(int file, long offsetBytes, long lengthBytes) {
            throw new PenstockException(ErrorKind.UNREADABLE, "x.npy: EIO");
          }
        };
    try (PageCacheWarmer warmer = new PageCacheWarmer(pages, RANGES, 0, () -> true)) {
      warmer.start();
      awaitEnd(warmer);

      assertThat(warmer.isStopped()).isTrue();
      assertThat(warmer.describe()).isEqualTo("warming stopped at 0 %: x.npy: EIO");
      assertThat(warmer.join()).isFalse();
    }
  }

  @Test
  void theLastUserStopsItWithinAStep() throws InterruptedException {
    CountDownLatch isReading = new CountDownLatch(1);
    CountDownLatch goesOn = new CountDownLatch(1);
    AtomicBoolean isInterrupted = new AtomicBoolean();
    FakePages pages =
        new FakePages() {
          @Override
          public void populate(int file, long offsetBytes, long lengthBytes) {
            super.populate(file, offsetBytes, lengthBytes);
            isReading.countDown();
            try {
              goesOn.await();
            } catch (InterruptedException e) {
              isInterrupted.set(true);
            }
          }
        };
    PageCacheWarmer warmer = new PageCacheWarmer(pages, RANGES, 0, () -> true);
    assertThat(warmer.join()).isTrue();
    warmer.start();
    isReading.await();
    warmer.close();
    assertThat(warmer.describe()).isEqualTo("warming 0 %");

    Thread closer = Thread.ofPlatform().start(warmer::close);
    while (closer.getState() != Thread.State.TIMED_WAITING && closer.isAlive()) {
      // It has not come to the wait for the step that is under way.
      Thread.onSpinWait();
    }
    goesOn.countDown();
    closer.join();
    // On a machine that stood still for longer than the closer waits, the step ends after it.
    awaitEnd(warmer);

    assertThat(warmer.join()).isFalse();
    assertThat(pages.populated).hasSize(1);
    assertThat(warmer.isStopped()).isTrue();
    assertThat(isInterrupted).isFalse();
  }

  @Test
  void oneThatWasClosedDoesNotStart() {
    FakePages pages = new FakePages();
    PageCacheWarmer warmer = new PageCacheWarmer(pages, RANGES, 0, () -> true);
    warmer.close();
    warmer.start();

    assertThat(pages.asked).isEmpty();
    assertThat(warmer.isDone()).isFalse();
  }

  private static void awaitEnd(PageCacheWarmer warmer) throws InterruptedException {
    while (!warmer.isOver()) {
      Thread.onSpinWait();
    }
  }
}
