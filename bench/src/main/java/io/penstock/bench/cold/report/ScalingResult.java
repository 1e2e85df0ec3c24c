package io.penstock.bench.cold.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Records per second by the number of reading threads, beside what the device and memory allow.
 *
 * @param recordBytes size of a record, or the mean
 * @param recordCount records of the file
 * @param arrayBytes of each of the two arrays that were copied
 * @param measured how, when, and at which commit
 * @param sequential the device, read in order
 * @param copies memory, copied by so many threads
 * @param readings Penstock
 */
public record ScalingResult(
    long recordBytes,
    long recordCount,
    long arrayBytes,
    String measured,
    Entry sequential,
    List<ScaledCopying> copies,
    List<ScaledReading> readings) {
  /** A record is read and written from staging to its cell, and from there to its batch. */
  static final int COPIED_ACCESSES = 4;

  /** What is copied is read and written. */
  private static final int COPY_ACCESSES = 2;

  /**
   * How fast memory is copied.
   *
   * @param threads that copy
   * @param entry what they did; records are what was copied
   */
  public record ScaledCopying(int threads, Entry entry) {}

  /**
   * Penstock with so much memory and so many threads.
   *
   * @param part memory is for 1/part of the data
   * @param threads that read
   * @param entry what they did
   */
  public record ScaledReading(int part, int threads, Entry entry) {
    /** What to call it. */
    String name() {
      return "memory for 1/%d, %s".formatted(part, threadCount(threads));
    }
  }

  static String threadCount(int threads) {
    return threads == 1 ? "1 thread" : threads + " threads";
  }

  /** Whether wrong bytes were delivered. */
  public boolean isWrong() {
    return readings.stream().anyMatch(reading -> reading.entry().isWrong());
  }

  /** All that was to be measured, in the order of the page. */
  Stream<Entry> entries() {
    return Stream.of(
            Stream.of(sequential),
            copies.stream().map(ScaledCopying::entry),
            readings.stream().map(ScaledReading::entry))
        .flatMap(all -> all);
  }

  double dataBytes() {
    return (double) recordBytes * recordCount;
  }

  /** Bytes of memory that are read or written for a record: by the device, and by copying. */
  private double movedBytes(Measurement round) {
    return deviceBytes(round) + COPIED_ACCESSES * recordBytes;
  }

  /** Bytes that the device writes to memory for a record: a sweep reads more than it keeps. */
  private static double deviceBytes(Measurement round) {
    return round.fact("bytesRead") / round.records();
  }

  /** Bytes that are read or written a second while memory is copied. */
  private double bandwidth(Measurement copying) {
    return COPY_ACCESSES * copying.recordsPerSecond() * recordBytes;
  }

  /** Bytes a second that memory reads and writes for so many threads; null when absent. */
  Spread bandwidth(ScaledCopying copying) {
    return Spread.of(copying.entry().rounds(), this::bandwidth);
  }

  /** Bytes of memory that are read or written for a record; null when absent. */
  Spread movedBytes(ScaledReading reading) {
    return Spread.of(reading.entry().rounds(), this::movedBytes);
  }

  /** Bytes that the device writes to memory for a record; null when absent. */
  Spread deviceBytes(ScaledReading reading) {
    return Spread.of(reading.entry().rounds(), ScalingResult::deviceBytes);
  }

  /** Records a second that as many threads could copy; null when not known. */
  Spread memoryLimit(ScaledReading reading) {
    return Spread.ofRatios(
        copies(reading.threads()), this::bandwidth, reading.entry().rounds(), this::movedBytes);
  }

  /** Its share of that, per round; null when not known. */
  Spread overMemoryLimit(ScaledReading reading) {
    return Spread.ofRatios(
        reading.entry().rounds(),
        round -> round.recordsPerSecond() * movedBytes(round),
        copies(reading.threads()),
        this::bandwidth);
  }

  private List<Measurement> copies(int threads) {
    return copies.stream()
        .filter(copying -> copying.threads() == threads)
        .findAny()
        .map(copying -> copying.entry().rounds())
        .orElse(List.of());
  }

  /** Records a second of the device with memory for 1/part of the data; null when absent. */
  Spread deviceLimit(int part) {
    return Spread.of(sequential.rounds(), round -> round.recordsPerSecond() / part);
  }

  /** Its speed over that, per round; null when not known. */
  Spread overDeviceLimit(ScaledReading reading) {
    return Spread.ofRatios(
        reading.entry().rounds(),
        Measurement::recordsPerSecond,
        sequential.rounds(),
        round -> round.recordsPerSecond() / reading.part());
  }

  /** Its speed over that of the fewest threads with as much memory; null when not known. */
  Spread overFewest(ScaledReading reading) {
    return reading.entry().speedOver(fewest(reading.part()).entry());
  }

  /** With the fewest threads. */
  ScaledReading fewest(int part) {
    return readings(part).getFirst();
  }

  /** With as much memory, by threads. */
  List<ScaledReading> readings(int part) {
    return readings.stream()
        .filter(reading -> reading.part() == part)
        .sorted(Comparator.comparingInt(ScaledReading::threads))
        .toList();
  }

  /** Memory is for 1/part of the data: all parts, most memory first. */
  List<Integer> parts() {
    return readings.stream().map(ScaledReading::part).distinct().sorted().toList();
  }

  /** How often everything ran. */
  int roundCount() {
    return entries()
        .flatMap(entry -> entry.rounds().stream())
        .mapToInt(Measurement::round)
        .max()
        .orElse(0);
  }

  /**
   * Each number of threads as fast as the device allows, half of the data being too much memory to
   * gain by it; and more threads not slower than the fewest, but for what rounds differ by.
   */
  List<Goal> goals() {
    List<Goal> goals = new ArrayList<>();
    for (ScaledReading reading : readings) {
      goals.add(
          Goal.atLeast(
              reading.name(),
              "over the device's limit",
              reading.part() < 3 ? 0.8 : 1,
              overDeviceLimit(reading)));
      ScaledReading fewest = fewest(reading.part());
      if (reading.threads() > fewest.threads()) {
        goals.add(
            Goal.atLeast(
                reading.name(),
                "over " + threadCount(fewest.threads()),
                0.95,
                overFewest(reading)));
      }
    }
    return goals;
  }
}
