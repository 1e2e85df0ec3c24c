package io.penstock.fuzz;

import io.penstock.Dataset;
import io.penstock.array.ArrayLayout;
import io.penstock.array.Part;
import io.penstock.array.RecordStream;
import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import io.penstock.format.Source;
import io.penstock.internal.format.known.KnownFormats;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * All that can be read from a file, and the reasons for the rest. Anything but data or an error of
 * one line that names the file is thrown as a fault.
 */
final class Readout {
  /** From either end of a column; more only takes longer. */
  private static final int MOST_RECORDS = 64;

  /** Of fixed and of variable columns. */
  private static final int MOST_PARTS = 24;

  private static final int MOST_BYTES = 1 << 16;
  private static final int MOST_MESSAGE = 2_000;

  private final Path path;
  private final Map<String, TreeMap<Long, byte[]>> columns = new HashMap<>();
  private final List<String> problems = new ArrayList<>();
  private final TreeSet<Integer> borders = new TreeSet<>();

  private Readout(Path path) {
    this.path = path;
  }

  /**
   * Reads a file through the same doors as users do.
   *
   * @param extraPart a part that no list of parts has, such as the lines of a text; may be empty
   */
  static Readout of(Path path, String extraPart) {
    Readout all = new Readout(path);
    all.guarded(
        () -> {
          Formats.parts(path).stream().limit(MOST_PARTS).forEach(all::add);
          KnownFormats.all(path).variableNames().stream()
              .limit(MOST_PARTS)
              .forEach(name -> all.guarded(() -> all.addRecords(name)));
        });
    if (!extraPart.isEmpty()) {
      all.guarded(() -> all.addRecords(extraPart));
    }
    return all;
  }

  Map<String, ? extends Map<Long, byte[]>> columns() {
    return columns;
  }

  /** Why something was not read. */
  List<String> problems() {
    return problems;
  }

  /** Where records begin and end, as far as they lie in the file. */
  Set<Integer> borders() {
    return borders;
  }

  private void guarded(Runnable reading) {
    try {
      reading.run();
    } catch (PenstockException e) {
      refused(e.getMessage());
    }
  }

  private void refused(String message) {
    if (!message.contains(path.toString())
        || !message.contains("expected ")
        || message.contains("\n")
        || message.length() > MOST_MESSAGE) {
      throw new IllegalStateException("not a clear error: " + message);
    }
    problems.add(message);
  }

  private void add(Part part) {
    if (part.problem().isEmpty()) {
      addBorders(part.layout());
      guarded(() -> addRecords(part.name()));
      return;
    }
    problems.add(part.problem().get());
    if (!part.problem().get().startsWith(path + ": ") || part.problem().get().contains("\n")) {
      throw new IllegalStateException("not a clear error: " + part.problem().get());
    }
    try {
      if (part.streamed().isPresent()) {
        try (InputStream elements = part.streamed().get().source().open()) {
          addBytes(part.name(), elements);
        }
      } else if (part.streamedRecords().isPresent()) {
        try (RecordStream records = part.streamedRecords().get().source().open()) {
          addStreamed(part.name(), part.streamedRecords().get().elementType().sizeBytes(), records);
        }
      }
    } catch (IOException e) {
      checkReason(e);
      problems.add(e.getMessage());
    }
  }

  private static void checkReason(IOException e) {
    if (e.getMessage() == null || e.getMessage().isBlank() || e.getMessage().contains("\n")) {
      throw new IllegalStateException("not a clear error", e);
    }
  }

  private void addBorders(ArrayLayout layout) {
    long fileBytes = fileBytes(layout.path());
    for (ArrayLayout.Run run : layout.runs()) {
      long last = run.offsetBytes() + Math.max(0, run.recordCount() - 1) * run.strideBytes();
      if (run.recordCount() > 0 && (run.offsetBytes() < 0 || last < 0 || last >= fileBytes)) {
        throw new IllegalStateException("outside of the file: " + layout);
      }
      if (layout.path().equals(path)) {
        borders.add((int) run.offsetBytes());
        borders.add((int) last);
      }
    }
  }

  private static long fileBytes(Path path) {
    try {
      return Files.size(path);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void addRecords(String name) {
    Source source = name.isEmpty() ? Source.of(path) : Source.of(path).part(name);
    try (Dataset dataset = Dataset.open(source)) {
      String column = dataset.columns().getFirst().name();
      TreeMap<Long, byte[]> records = new TreeMap<>();
      columns.put(name, records);
      long count = dataset.recordCount();
      for (long i = 0; i < Math.min(count, MOST_RECORDS); i++) {
        addRecord(dataset, column, i, records);
        addRecord(dataset, column, count - 1 - i, records);
      }
    }
  }

  /** One that cannot be read says nothing about the others. */
  private void addRecord(Dataset dataset, String column, long index, Map<Long, byte[]> records) {
    guarded(
        () -> {
          if (dataset.recordSizes(column).applyAsLong(index) <= MOST_BYTES) {
            records.put(index, dataset.record(column, index).toArray(ValueLayout.JAVA_BYTE));
          }
        });
  }

  private void addBytes(String name, InputStream elements) throws IOException {
    TreeMap<Long, byte[]> pieces = new TreeMap<>();
    columns.put(name, pieces);
    byte[] all = new byte[MOST_BYTES];
    int count = 0;
    try {
      int more = elements.read(all);
      while (more > 0) {
        count += more;
        more = elements.read(all, count, all.length - count);
      }
    } finally {
      for (int i = 0; i < count; i++) {
        pieces.put((long) i, new byte[] {all[i]});
      }
    }
  }

  private void addStreamed(String name, long valueBytes, RecordStream stream) throws IOException {
    TreeMap<Long, byte[]> records = new TreeMap<>();
    columns.put(name, records);
    while (records.size() < MOST_RECORDS && stream.next()) {
      MemorySegment starts = stream.starts();
      long count = starts.byteSize() / Long.BYTES - 1;
      for (long i = 0; i < Math.min(count, MOST_RECORDS); i++) {
        long from = valueBytes * starts.getAtIndex(ValueLayout.JAVA_LONG, i);
        long to = valueBytes * starts.getAtIndex(ValueLayout.JAVA_LONG, i + 1);
        if (to - from <= MOST_BYTES) {
          byte[] record = stream.values().asSlice(from, to - from).toArray(ValueLayout.JAVA_BYTE);
          records.put((long) records.size(), record);
        }
      }
    }
  }

  /**
   * Checks that nothing was read from a file that was cut but what was in it.
   *
   * @param whole what was read from the intact file
   * @param mayEndEarly whether the last record may have lost its end: a line
   */
  void checkIsPartOf(Readout whole, boolean mayEndEarly) {
    columns.forEach(
        (name, records) ->
            records.forEach(
                (index, record) -> {
                  byte[] expected = whole.columns.getOrDefault(name, new TreeMap<>()).get(index);
                  boolean isLast = mayEndEarly && index.equals(records.lastKey());
                  boolean isSame =
                      expected != null
                          && (isLast
                              ? Arrays.mismatch(expected, record) < 0
                                  || Arrays.mismatch(expected, record) == record.length
                              : Arrays.equals(expected, record));
                  if (!isSame) {
                    throw new IllegalStateException(
                        "record %d of '%s' is not what was there".formatted(index, name));
                  }
                }));
  }
}
