package io.penstock.cli.convert;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Some of the records, as Python's slices tell them: {@code START:STOP:STEP}.
 *
 * @param start index of the first record, at least 0
 * @param stop behind the index of the last; {@link Long#MAX_VALUE} for all that follow
 * @param step from one record to the next, at least 1
 */
public record Selection(long start, long stop, long step) {
  /** All records. */
  public static final Selection ALL = new Selection(0, Long.MAX_VALUE, 1);

  private static final Pattern SLICE =
      Pattern.compile("([0-9]{0,18}):([0-9]{0,18})(?::([0-9]{0,18}))?");

  /** Checks the numbers. */
  public Selection {
    if (start < 0 || stop < start || step < 1) {
      throw new IllegalArgumentException(
          "a selection must have 0 <= START <= STOP and STEP >= 1, was %d:%d:%d"
              .formatted(start, stop, step));
    }
  }

  /**
   * Reads {@code START:STOP} or {@code START:STOP:STEP}, any of them empty.
   *
   * @param text as typed
   * @return the selection
   * @throws IllegalArgumentException if it is none
   */
  public static Selection parse(String text) {
    Matcher matcher = SLICE.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "must be START:STOP or START:STOP:STEP with numbers from 0 on, was '" + text + "'");
    }
    return new Selection(
        number(matcher.group(1), 0),
        number(matcher.group(2), Long.MAX_VALUE),
        number(matcher.group(3), 1));
  }

  private static long number(String digits, long absent) {
    return digits == null || digits.isEmpty() ? absent : Long.parseLong(digits);
  }

  /**
   * How many records of so many are selected.
   *
   * @param recordCount at least 0, or {@link RecordSource#UNKNOWN}
   * @return at least 0, or {@link RecordSource#UNKNOWN} where that is not known
   */
  public long count(long recordCount) {
    if (recordCount == RecordSource.UNKNOWN) {
      return RecordSource.UNKNOWN;
    }
    long span = Math.min(stop, recordCount) - start;
    return span <= 0 ? 0 : (span - 1) / step + 1;
  }

  /**
   * The selection without its first records.
   *
   * @param count how many to leave out
   * @return the rest
   */
  public Selection from(long count) {
    return new Selection(Math.min(start + count * step, stop), stop, step);
  }

  /** Whether nothing is left out. */
  boolean isAll() {
    return equals(ALL);
  }
}
