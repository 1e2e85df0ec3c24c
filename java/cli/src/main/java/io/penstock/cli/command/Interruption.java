package io.penstock.cli.command;

import java.util.function.Supplier;

/**
 * Says in one line what a signal interrupted: how far it had come, and how to go on.
 *
 * <p>A JVM that gets SIGHUP, SIGINT or SIGTERM runs its shutdown hooks, and exits with 128 and the
 * number of the signal. So does one that ends by itself, which tells this object before. What it
 * owns: the last word. Once it was said, no other thread of the command is heard.
 */
public final class Interruption {
  private final Streams streams;
  private Progress progress;
  private Supplier<String> ending = () -> "";
  private boolean isOver;

  Interruption(Streams streams) {
    this.streams = streams;
  }

  /** Makes signals end here. Once per process. */
  public void install() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::run, "penstock-interrupted"));
  }

  /** What tells from now on how far the command has come. */
  synchronized void watch(Progress newProgress) {
    progress = newProgress;
  }

  /**
   * Lets a command bring things in order when it is interrupted.
   *
   * @param newEnding does so, and returns what is left behind and how to go on, to be said
   */
  public synchronized void atEnd(Supplier<String> newEnding) {
    ending = newEnding;
  }

  /** The command ended itself. */
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
