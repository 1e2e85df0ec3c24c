package io.penstock.internal.gather;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.internal.ffi.Provision;
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
              return done.get() < 70 ? Provision.MORE : Provision.ALL;
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
              return Provision.MORE;
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
    MemoryPopulator.start(
            false,
            counter -> {
              steps.incrementAndGet();
              return Provision.MORE;
            })
        .close();
    assertThat(steps).hasValue(0);
  }

  /** Whatever the threads do in between, what is ordered last is seen. */
  @Test
  void whoHasEnoughGoesOnWhenMoreIsOrdered() throws InterruptedException {
    AtomicLong wanted = new AtomicLong();
    AtomicLong done = new AtomicLong();
    CountDownLatch finished = new CountDownLatch(1);
    try (MemoryPopulator populator =
        MemoryPopulator.start(
            true,
            counter -> {
              if (done.get() == 1000) {
                finished.countDown();
                return Provision.ALL;
              }
              if (done.get() >= wanted.get()) {
                return Provision.ENOUGH;
              }
              done.incrementAndGet();
              return Provision.MORE;
            })) {
      for (int ordered = 1; ordered <= 1000; ordered++) {
        wanted.set(ordered);
        populator.ordered(ordered);
      }
      finished.await();
    }
    assertThat(done).hasValue(1000);
  }

  @Test
  void closingWakesWhoHasEnough() throws InterruptedException {
    AtomicInteger steps = new AtomicInteger();
    CountDownLatch looked = new CountDownLatch(2);
    MemoryPopulator populator =
        MemoryPopulator.start(
            true,
            counter -> {
              steps.incrementAndGet();
              looked.countDown();
              return Provision.ENOUGH;
            });
    looked.await();
    populator.close();
    int made = steps.get();
    populator.ordered(1);
    assertThat(steps).hasValue(made);
  }
}
