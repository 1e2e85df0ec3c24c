package io.penstock.internal.gather;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.ValueLayout;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MemoryPopulatorTest {
  @Test
  void stepsAreMadeUntilThereIsNoMore() throws InterruptedException {
    AtomicLong done = new AtomicLong();
    CountDownLatch finished = new CountDownLatch(1);
    try (MemoryPopulator populator =
        MemoryPopulator.start(
            true,
            counter -> {
              counter.set(ValueLayout.JAVA_LONG, 0, counter.get(ValueLayout.JAVA_LONG, 0) + 7);
              done.set(counter.get(ValueLayout.JAVA_LONG, 0));
              if (done.get() == 70) {
                finished.countDown();
              }
              return done.get() < 70;
            })) {
      assertThat(populator).isNotNull();
      finished.await();
    }
    assertThat(done).hasValue(70);
  }

  @Test
  void closingWaitsForTheStepThatIsBeingMadeAndMakesNoMore() throws InterruptedException {
    AtomicInteger steps = new AtomicInteger();
    CountDownLatch started = new CountDownLatch(1);
    MemoryPopulator populator =
        MemoryPopulator.start(
            true,
            counter -> {
              steps.incrementAndGet();
              started.countDown();
              return true;
            });
    started.await();
    populator.close();
    int made = steps.get();
    populator.close();
    assertThat(made).isPositive();
    assertThat(steps).hasValue(made);
  }

  @Test
  void withLittleMemoryNothingIsDone() {
    AtomicInteger steps = new AtomicInteger();
    MemoryPopulator.start(false, counter -> steps.incrementAndGet() > 0).close();
    assertThat(steps).hasValue(0);
  }
}
