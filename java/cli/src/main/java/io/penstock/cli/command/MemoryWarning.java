package io.penstock.cli.command;

import io.penstock.cli.text.OptionNames;
import io.penstock.internal.plan.MemoryBudget;

/**
 * Warns, before a command starts, if --memory is more than the memory that is left: a process that
 * the kernel kills cannot say why.
 */
public final class MemoryWarning {
  private MemoryWarning() {}

  /**
   * Prints the warning if it applies.
   *
   * @param memoryBytes the value of --memory; null: the default, which always fits
   * @param takenBytes how much of it the plan uses
   */
  public static void sayIfTooMuch(Streams streams, Long memoryBytes, long takenBytes) {
    if (memoryBytes == null) {
      return;
    }
    String reason = MemoryBudget.named(memoryBytes).reason(takenBytes);
    if (!reason.isEmpty()) {
      streams.say(OptionNames.in(reason));
    }
  }
}
