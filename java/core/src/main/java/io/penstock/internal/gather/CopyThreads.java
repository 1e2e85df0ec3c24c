package io.penstock.internal.gather;

import io.penstock.internal.wait.Uninterrupted;
import java.util.ArrayList;
import java.util.List;

/**
 * Threads that copy records for a native reader, while its owner goes on with the next reads.
 *
 * <p>Each makes one call of C, which returns when the reader has dismissed its helpers. What it
 * owns: the threads. It must not touch anything else of the reader.
 */
final class CopyThreads implements AutoCloseable {
  private final List<Thread> threads = new ArrayList<>();
  private final Runnable dismissal;

  /**
   * Starts the threads.
   *
   * @param count how many; 0: none
   * @param help helps the reader until the dismissal
   * @param dismissal has all calls of {@code help} return; idempotent
   * @throws OutOfMemoryError if a limit on threads is reached; then none is running
   */
  CopyThreads(int count, Runnable help, Runnable dismissal) {
    this.dismissal = dismissal;
    try {
      for (int i = 0; i < count; i++) {
        Thread thread =
            Thread.ofPlatform()
                .daemon()
                .name("penstock-copier-" + Thread.currentThread().threadId() + "-" + i)
                .inheritInheritableThreadLocals(false)
                .unstarted(help);
        thread.start();
        threads.add(thread);
      }
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** Ends the threads, and waits for the copies that they are making; idempotent. */
  @Override
  public void close() {
    if (threads.isEmpty()) {
      return;
    }
    dismissal.run();
    Uninterrupted.join(threads);
    threads.clear();
  }
}
