package io.penstock.internal.gather;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests on their way to threads that carry them out, and the answers on their way back. */
@Timeout(60)
class RequestBoardTest {
  @Test
  void boardsHandOverEachRequestOnce() throws InterruptedException {
    RequestBoard board = new RequestBoard(37);
    int total = 200_000;
    long[] answered = new long[total];
    AtomicInteger running = new AtomicInteger(1);
    Runnable work =
        () -> {
          while (running.get() == 1) {
            int place = board.claim();
            if (place == RequestBoard.NONE) {
              Thread.onSpinWait();
            } else {
              board.answer(place, board.carryOut(place, ECHO));
            }
          }
        };
    Thread[] threads = new Thread[3];
    for (int i = 0; i < threads.length; i++) {
      threads[i] = Thread.ofPlatform().daemon().start(work);
    }
    int added = 0;
    int collected = 0;
    while (collected < total) {
      while (added < total && board.room() > 0) {
        board.add(added, 1, added, 2, 3L * added);
        added++;
      }
      collected += board.collect((id, result) -> answered[(int) id] += result);
      Thread.onSpinWait();
    }
    running.set(0);
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(board.out()).isZero();
    long[] expected = new long[total];
    Arrays.setAll(expected, i -> 3 + 4L * i);
    assertThat(answered).isEqualTo(expected);
  }

  /** A result that shows which request it was. */
  private static final PartReader ECHO =
      new PartReader() {
        @Override
        public long read(int file, long offset, int length, long address) {
          return file + offset + length + address;
        }

        @Override
        public long reads() {
          return 0;
        }
      };
}
