package io.penstock.cli.command;

import java.util.function.Supplier;

/**
 * Prints one line when a signal interrupts a command: how far it had come, and how to go on.
 *
 * <p>On SIGHUP, SIGINT or SIGTERM a JVM runs its shutdown hooks and exits with 128 plus the number
 * of the signal. It runs them at a normal exit, too, so the end of a command is announced by {@link
 * #over}. After the line of an interruption no other thread can print.
 */
public final class Interruption {
  private final Streams streams;
  private Progress progress;
  private Supplier<String> ending = () -> "";
  private boolean isOver;

  Interruption(Streams streams) {
    this.streams = streams;
  }

  /** Installs the shutdown hook. Call it once per process. */
  public void install() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::run, "penstock-interrupted"));
  }

  /** Sets the progress that is reported on a signal. */
  synchronized void watch(Progress newProgress) {
    progress = newProgress;
  }

  /**
   * Sets what a command does when it is interrupted.
   *
   * @param newEnding cleans up, and returns the end of the line: what is left, and how to go on
   */
  public synchronized void atEnd(Supplier<String> newEnding) {
    ending = newEnding;
  }

  /** The command has ended by itself. */
  public synchronized void over() {
    isOver = true;
  }

  private void run() {
    Progress last;
    Supplier<String> end;
    synchronized (this) {
      if (isOver) {
        return;
      }
      isOver = true;
      last = progress;
      end = ending;
    }
    String rest = end.get();
    String done = last == null ? "" : last.done();
    streams.sayLast(
        "interrupted"
            + (done.isEmpty() ? "" : " after " + done)
            + (rest.isEmpty() ? "" : "; " + rest));
  }
}
