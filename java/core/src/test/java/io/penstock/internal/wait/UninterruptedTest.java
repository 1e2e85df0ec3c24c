package io.penstock.internal.wait;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class UninterruptedTest {
  private int calls;

  @AfterEach
  void noInterruptIsLeft() {
    Thread.interrupted();
  }

  @Test
  void joinsAllThreadsAndKeepsTheInterrupt() throws Exception {
    CountDownLatch latch = new CountDownLatch(1);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      threads.add(Thread.ofPlatform().daemon().start(() -> Uninterrupted.await(latch::await)));
    }
    Thread joining = Thread.currentThread();
    Thread interrupting =
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  joining.interrupt();
                  while (joining.isInterrupted()) { // Until the wait has taken it.
                    Thread.onSpinWait();
                  }
                  latch.countDown();
                });

    Uninterrupted.join(threads);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(threads).noneMatch(Thread::isAlive);
    interrupting.join();
  }

  @Test
  void threadsThatWereNeverStartedAndTheCallingOneAreNotWaitedFor() {
    Uninterrupted.join(List.of(Thread.ofPlatform().unstarted(() -> {}), Thread.currentThread()));

    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  @Test
  void waitsAgainAfterAnInterrupt() {
    Uninterrupted.await(
        () -> {
          calls++;
          if (calls < 3) {
            throw new InterruptedException();
          }
        });

    assertThat(calls).isEqualTo(3);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void failuresEndTheWaitAndTheInterruptIsKept() {
    assertThatThrownBy(
            () ->
                Uninterrupted.<IOException>await(
                    () -> {
                      calls++;
                      if (calls == 1) {
                        throw new InterruptedException();
                      }
                      throw new IOException("gone");
                    }))
        .isInstanceOf(IOException.class)
        .hasMessage("gone");
    assertThat(Thread.interrupted()).isTrue();
  }
}
