package io.penstock.internal.gather;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CopyThreadsTest {
  private final CountDownLatch dismissed = new CountDownLatch(1);
  private final AtomicInteger left = new AtomicInteger();

  private void help() {
    try {
      dismissed.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    left.incrementAndGet();
  }

  @Test
  void allHaveReturnedOnceTheyAreClosed() {
    CopyThreads threads = new CopyThreads(3, this::help, dismissed::countDown);
    assertThat(left).hasValue(0);
    threads.close();
    assertThat(left).hasValue(3);
    threads.close();
    assertThat(left).hasValue(3);
  }

  @Test
  void withoutThreadsNobodyIsDismissed() {
    new CopyThreads(0, this::help, dismissed::countDown).close();
    assertThat(dismissed.getCount()).isOne();
  }

  @Test
  void anInterruptDoesNotKeepThemFromBeingWaitedFor() {
    CopyThreads threads = new CopyThreads(2, this::help, dismissed::countDown);
    Thread.currentThread().interrupt();
    threads.close();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(left).hasValue(2);
  }
}
