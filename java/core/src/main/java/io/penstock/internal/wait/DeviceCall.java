package io.penstock.internal.wait;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * A system call that may take as long as a device or a file server does not answer: fstat on a
 * network file system, a trial read, close.
 *
 * <p>Such a call cannot be interrupted, so it is not the caller's thread that sits in it: a daemon
 * thread makes it, and the caller waits for that one, until an interrupt or the limit of {@link
 * Patience}. A call that was given up goes on until the device answers; what it holds is held until
 * then. Not for the reading side: it starts a thread for each call.
 */
public final class DeviceCall {
  private static final AtomicInteger THREADS = new AtomicInteger();

  private DeviceCall() {}

  /**
   * Makes a call.
   *
   * @param doing for messages, as "the files were being checked"
   * @param call what may take long
   * @return what it returned
   * @throws PenstockException if the thread was interrupted or the device did not answer
   */
  public static <T> T get(String doing, Supplier<T> call) {
    FutureTask<T> task = new FutureTask<>(call::get);
    Thread thread = start(task);
    try {
      T result = task.get(Patience.seconds(), TimeUnit.SECONDS);
      awaitEnd(thread);
      return result;
    } catch (ExecutionException e) {
      awaitEnd(thread);
      throw rethrown(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PenstockException(ErrorKind.INTERRUPTED, "interrupted while " + doing, e);
    } catch (TimeoutException e) {
      throw Patience.noAnswer(doing, "the call ends when the device answers", e);
    }
  }

  /**
   * Makes a call that returns nothing.
   *
   * @param doing for messages
   * @param call what may take long
   */
  public static void run(String doing, Runnable call) {
    get(
        doing,
        () -> {
          call.run();
          return null;
        });
  }

  /**
   * Sets a daemon thread to work; where there can be no more threads, the calling one.
   *
   * @return the thread that makes the call, or has made it
   */
  public static Thread start(Runnable call) {
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .name("penstock-device-call-" + THREADS.incrementAndGet())
            .inheritInheritableThreadLocals(false)
            .unstarted(call);
    try {
      thread.start();
      return thread;
    } catch (OutOfMemoryError e) {
      // "unable to create native thread": a limit of processes. Most devices answer.
      call.run();
      return Thread.currentThread();
    }
  }

  /**
   * Waits until a thread that has given its result is gone, so that a call leaves nothing behind.
   * It has nothing more to do: this takes microseconds, whatever the device does.
   */
  public static void awaitEnd(Thread thread) {
    Uninterrupted.join(List.of(thread));
  }

  /** The same failure with the stack of the calling thread, and that of the other as its cause. */
  private static RuntimeException rethrown(Throwable failure) {
    return switch (failure) {
      case PenstockException e -> e.again();
      case IllegalStateException e -> new IllegalStateException(e.getMessage(), e);
      case RuntimeException e -> e;
      case Error e -> throw e;
      default ->
          new PenstockException(
              ErrorKind.OTHER, "a call of the system failed: " + failure, failure);
    };
  }
}
