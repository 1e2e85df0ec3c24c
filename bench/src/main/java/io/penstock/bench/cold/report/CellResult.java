package io.penstock.bench.cold.report;

import java.util.List;
import java.util.Optional;

/**
 * What was measured in a cell.
 *
 * @param medianBytes of records with lognormal sizes; 0: all have one size
 * @param recordBytes size of a record, or the mean
 * @param recordCount number of records in the file
 * @param state of the page cache: cold, larger, warm
 * @param profile of the device
 * @param limitBytes memory that contenders were limited to; 0: not limited
 * @param measured how long, when, and at which commit
 * @param skipped why nothing was measured; null if something was
 * @param entries contenders, absent ones included
 */
public record CellResult(
    long medianBytes,
    long recordBytes,
    long recordCount,
    String state,
    String profile,
    long limitBytes,
    String measured,
    String skipped,
    List<Entry> entries) {

  /** Whether both are about the same cell. */
  public boolean isSameCell(CellResult other) {
    return medianBytes == other.medianBytes
        && recordBytes == other.recordBytes
        && recordCount == other.recordCount
        && state.equals(other.state)
        && profile.equals(other.profile);
  }

  /** What to call it. */
  public String title() {
    return "%s records of %s, %s, %s"
        .formatted(recordName(), Units.bytes(dataBytes()), state, profile);
  }

  /** Size of a record, exactly: "4 KiB", "150528 B", "lognormal (median 6 KiB, mean 10129 B)". */
  String recordName() {
    return isVariable()
        ? "lognormal (median %s, mean %s)".formatted(exact(medianBytes), exact(recordBytes))
        : exact(recordBytes);
  }

  /** The same where there is little room, as in the title of a picture. */
  String shortRecordName() {
    return isVariable() ? "lognormal, mean " + exact(recordBytes) : exact(recordBytes);
  }

  /** The same for the name of a file. */
  String recordLabel() {
    return isVariable() ? "lognormal-" + medianBytes : Long.toString(recordBytes);
  }

  private static String exact(long bytes) {
    return bytes % 1024 == 0 ? Units.bytes((double) bytes) : bytes + " B";
  }

  /** Whether records have different sizes. */
  boolean isVariable() {
    return medianBytes > 0;
  }

  /** Bytes of all records. */
  public double dataBytes() {
    return (double) recordBytes * recordCount;
  }

  /** Whether it was to be measured here, be it absent or not. */
  boolean wants(String contender) {
    return entries.stream().anyMatch(entry -> entry.contender().equals(contender));
  }

  /** How often everything ran. */
  public int roundCount() {
    return entries.stream()
        .flatMap(entry -> entry.rounds().stream())
        .mapToInt(Measurement::round)
        .max()
        .orElse(0);
  }

  /** A contender that was measured. */
  public Optional<Entry> entry(String contender) {
    return entries.stream()
        .filter(entry -> entry.contender().equals(contender) && entry.absent() == null)
        .findAny();
  }

  /** Records per second that memory for a share of the data allows, per round of both limits. */
  public Optional<Spread> model(double dataOverMemory) {
    Optional<Entry> random = entry("fio-random");
    Optional<Entry> sequential = entry("fio-sequential");
    if (random.isEmpty() || sequential.isEmpty()) {
      return Optional.empty();
    }
    double[] values =
        sequential.get().rounds().stream()
            .mapToDouble(pass -> modelOfRound(random.get(), pass, dataOverMemory))
            .toArray();
    return Optional.ofNullable(Spread.of(values));
  }

  /**
   * The cheaper of two ways: single requests, or passes over the file that keep 1/R of what they
   * read.
   */
  static double modelOfRound(Entry random, Measurement pass, double dataOverMemory) {
    double requests =
        random.rounds().stream()
            .filter(measurement -> measurement.round() == pass.round())
            .mapToDouble(Measurement::recordsPerSecond)
            .findAny()
            .orElse(Double.NaN);
    // NaN, that is not known, if either is.
    return Math.max(requests, pass.recordsPerSecond() / dataOverMemory);
  }
}
