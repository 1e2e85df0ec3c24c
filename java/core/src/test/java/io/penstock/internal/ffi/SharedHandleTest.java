package io.penstock.internal.ffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.penstock.error.PenstockException;
import io.penstock.internal.wait.Patience;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The door to a native object, with an object that only counts how often it is freed. */
@Timeout(60)
class SharedHandleTest {
  private final AtomicInteger freed = new AtomicInteger();
  private final SharedHandle handle =
      new SharedHandle(MemorySegment.NULL, "thing", _ -> freed.incrementAndGet());

  @AfterEach
  void forgetLimit() {
    System.clearProperty(Patience.PROPERTY);
  }

  @Test
  void closeWaitsUntilTheLastCallHasLeft() throws Exception {
    int first = handle.enter();
    int second = handle.enter();
    CountDownLatch closed = new CountDownLatch(1);
    Thread closer =
        Thread.ofPlatform()
            .start(
                () -> {
                  handle.close(Patience.begin());
                  closed.countDown();
                });
    awaitWaiting(closer);
    handle.leave(first);
    awaitWaiting(closer);
    assertThat(freed).hasValue(0);
    assertThat(closed.getCount()).isEqualTo(1);
    handle.leave(second);
    closed.await();
    assertThat(freed).hasValue(1);
  }

  @Test
  void nobodyEntersOnceItIsBeingClosed() throws Exception {
    int pass = handle.enter();
    Thread closer = Thread.ofPlatform().start(() -> handle.close(Patience.begin()));
    awaitWaiting(closer);
    assertThatIllegalStateException().isThrownBy(handle::enter).withMessage("the thing is closed");
    assertThat(freed).hasValue(0);
    handle.leave(pass);
    closer.join();
    assertThatIllegalStateException().isThrownBy(handle::enter).withMessage("the thing is closed");
  }

  @Test
  void itIsFreedOnceHoweverOftenAndByWhomeverItIsClosed() throws Exception {
    Thread[] closers = new Thread[8];
    for (int i = 0; i < closers.length; i++) {
      closers[i] = Thread.ofPlatform().start(() -> handle.close(Patience.begin()));
    }
    for (Thread closer : closers) {
      closer.join();
    }
    handle.close(Patience.begin());
    assertThat(freed).hasValue(1);
  }

  @Test
  void aCallThatDoesNotComeBackMakesCloseFailAndALaterOneSucceeds() {
    System.setProperty(Patience.PROPERTY, "1");
    int pass = handle.enter();
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(() -> handle.close(Patience.begin()))
        .withMessageContaining("within 1 seconds while the thing was being closed")
        .withMessageContaining("1 calls on it have not come back: close it again")
        .matches(e -> e.statusName().orElse("").equals("ETIMEDOUT"));
    assertThat(freed).hasValue(0);
    assertThatIllegalStateException().isThrownBy(handle::enter);
    handle.leave(pass);
    handle.close(Patience.begin());
    assertThat(freed).hasValue(1);
  }

  @Test
  void anInterruptShortensTheWaitAndIsKept() {
    int pass = handle.enter();
    Thread.currentThread().interrupt();
    Patience patience = Patience.begin();
    try {
      assertThatExceptionOfType(PenstockException.class)
          .isThrownBy(() -> handle.close(patience))
          .withMessageStartingWith("interrupted while the thing was being closed");
    } finally {
      patience.end();
    }
    assertThat(Thread.interrupted()).isTrue();
    handle.leave(pass);
    handle.close(Patience.begin());
    assertThat(freed).hasValue(1);
  }

  @Test
  void aThreadThatIsInterruptedAlreadyClosesWhatIsNotInUse() {
    Thread.currentThread().interrupt();
    Patience patience = Patience.begin();
    handle.close(patience);
    patience.end();
    assertThat(freed).hasValue(1);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void whatCannotBeFreedIsToldAndTriedAgain() {
    AtomicInteger tries = new AtomicInteger();
    SharedHandle stubborn =
        new SharedHandle(
            MemorySegment.NULL,
            "thing",
            _ -> {
              if (tries.incrementAndGet() == 1) {
                throw new IllegalStateException("in use");
              }
            });
    assertThatIllegalStateException()
        .isThrownBy(() -> stubborn.close(Patience.begin()))
        .withMessage("in use");
    stubborn.close(Patience.begin());
    stubborn.close(Patience.begin());
    assertThat(tries).hasValue(2);
  }

  private static void awaitWaiting(Thread thread) {
    while (thread.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
  }
}
