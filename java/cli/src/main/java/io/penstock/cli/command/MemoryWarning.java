package io.penstock.cli.command;

import io.penstock.cli.text.OptionNames;
import io.penstock.internal.plan.MemoryBudget;

/**
 * Says before a command begins that --memory is more than what is left: a process that the kernel
 * kills says nothing afterwards.
 */
public final class MemoryWarning {
  private MemoryWarning() {}

  /**
   * Says so where it is the case.
   *
   * @param memoryBytes as the user named it; null: the default, which fits
   * @param takenBytes of it, by what is planned
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
