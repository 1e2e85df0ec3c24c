package io.penstock.cli.text;

import java.util.List;

/**
 * The text of a progress bar: name, percentage, a readable bar, and as much of count, speed (in
 * bytes, too, if they are counted beside) and time left as fits into the columns of the terminal.
 *
 * @param task what takes long
 * @param unit what is counted; with "MB" counts are in bytes
 * @param total count at the end; negative if unknown
 */
public record ProgressText(String task, String unit, long total) {
  /** A shorter bar says little. */
  private static final int MIN_BAR = 12;

  private static final int MAX_BAR = 40;

  /** The width changes in steps: a bar that changes with each digit flickers. */
  private static final int STEP_OF_BAR = 4;

  /** Room for speed and time left while they are unknown. */
  private static final int RESERVE_FOR_SPEED = 20;

  private static final int RESERVE_FOR_BYTES = 10;

  /** The speed in bytes of what counts none beside. */
  public static final double NO_BYTES = -1;

  private static final long BYTES_PER_MB = 1_000_000;

  /**
   * The line.
   *
   * @param count so far
   * @param perSecond speed; 0 if not known yet
   * @param bytesPerSecond speed in bytes; 0 if not known yet, {@link #NO_BYTES} if not counted
   * @param elapsedSeconds since the start
   * @param columns available in the terminal
   */
  public String line(
      long count, double perSecond, double bytesPerSecond, double elapsedSeconds, int columns) {
    String speed =
        perSecond > 0 ? "  " + scaled(Math.round(perSecond)) + (isBytes() ? " MB/s" : "/s") : "";
    String bytes = bytesPerSecond > 0 ? "  " + Human.bytesPerSecond(bytesPerSecond) : "";
    if (total < 0) {
      String line = task + "  " + done(count) + speed + bytes + "  " + time(elapsedSeconds);
      return cut(line.length() <= columns ? line : task + "  " + done(count), columns);
    }
    long shown = Math.clamp(count, 0, total);
    double share = total == 0 ? 1 : (double) shown / total;
    String left = perSecond > 0 ? "  " + time((total - shown) / perSecond) + " left" : "";
    String name = "%s %3d%% ".formatted(task, (int) (100 * share));
    String of = " " + scaled(shown) + "/" + scaled(total) + " " + unit;
    // Reserve the room that the last line needs, so that nothing appears and disappears.
    int growth = 2 * scaled(total).length() + unit.length() + 3 - of.length();
    for (String rest :
        List.of(
            of + speed + bytes + left,
            of + speed + left,
            " " + done(shown) + speed + left,
            " " + done(shown) + left,
            left)) {
      int reserve = perSecond > 0 || rest.isEmpty() ? 0 : RESERVE_FOR_SPEED;
      reserve += bytesPerSecond == 0 && !rest.isEmpty() ? RESERVE_FOR_BYTES : 0;
      int bar = columns - name.length() - 2 - rest.length() - reserve - Math.max(0, growth);
      if (bar >= MIN_BAR) {
        return name + bar(share, Math.min(bar - bar % STEP_OF_BAR, MAX_BAR)) + rest;
      }
    }
    int bar = columns - name.length() - 2;
    return cut(bar >= 4 ? name + bar(share, bar) : name.strip(), columns);
  }

  /** Such as "12,345 records". */
  String done(long count) {
    return scaled(count)
        + " "
        + (count == 1 && unit.endsWith("s") ? unit.substring(0, unit.length() - 1) : unit);
  }

  /** Such as "12,345 of 60,000 records". */
  public String doneOf(long count) {
    return total < 0
        ? done(count)
        : scaled(Math.min(count, total)) + " of " + scaled(total) + " " + unit;
  }

  private String scaled(long count) {
    return Human.count(isBytes() ? count / BYTES_PER_MB : count);
  }

  private boolean isBytes() {
    return unit.equals("MB");
  }

  private static String bar(double share, int width) {
    int full = (int) (share * width);
    String done = "=".repeat(full) + (full < width ? ">" : "");
    return "[" + done + " ".repeat(width - done.length()) + "]";
  }

  private static String time(double seconds) {
    long whole = Math.round(Math.min(seconds, 359_999));
    return whole < 3600
        ? "%d:%02d".formatted(whole / 60, whole % 60)
        : "%d:%02d:%02d".formatted(whole / 3600, whole / 60 % 60, whole % 60);
  }

  private static String cut(String line, int columns) {
    return line.length() <= columns ? line : line.substring(0, Math.max(0, columns));
  }
}
