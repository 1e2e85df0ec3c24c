package io.penstock.bench.cold.report;

import java.util.List;

/**
 * A contender in a cell.
 *
 * @param contender its name
 * @param about what it does
 * @param variant the parameters that were best, as "depth=64"; empty when there was no choice
 * @param memoryBytes its memory budget; 0: it has none
 * @param absent why it could not run; null if it did
 * @param rounds what it did; empty if it could not run
 */
public record Entry(
    String contender,
    String about,
    String variant,
    long memoryBytes,
    String absent,
    List<Measurement> rounds) {

  private static final String WRONG = "WRONG BYTES: ";

  /** What {@code absent} says of a contender that delivered what it should not. */
  public static String wrong(String message) {
    return WRONG + message;
  }

  /** Whether it is absent because it delivered what it should not. */
  public boolean isWrong() {
    return absent != null && absent.startsWith(WRONG);
  }

  /** Delivered records per second; null when absent. */
  public Spread recordsPerSecond() {
    return Spread.of(rounds, Measurement::recordsPerSecond);
  }

  /** Its speed over that of another one, per round; null when one is absent. */
  public Spread speedOver(Entry other) {
    return Spread.ofRatios(
        rounds, Measurement::recordsPerSecond, other.rounds, Measurement::recordsPerSecond);
  }

  /** Its processor time per record over that of another one, per round; null when not known. */
  public Spread cpuOver(Entry other) {
    return Spread.ofRatios(
        rounds, Measurement::cpuMicrosPerRecord, other.rounds, Measurement::cpuMicrosPerRecord);
  }

  /** Whether it is Penstock. */
  public boolean isPenstock() {
    return contender.startsWith("penstock");
  }

  /** Whether it delivers records in an order of its own, which is a lesser task. */
  public boolean isInexact() {
    return contender.startsWith("inexact-");
  }

  /** Whether it is a limit, which delivers nothing. */
  public boolean isLimit() {
    return contender.startsWith("fio");
  }
}
