package io.penstock.cli.convert;

import de.siegmar.fastcsv.reader.CommentStrategy;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import io.penstock.ElementType;
import io.penstock.PenstockException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;

/**
 * Numbers in text, a record a line: CSV and its kin, as numpy.loadtxt reads them.
 *
 * <p>Elements are float64; int64 or uint64 where whole numbers are asked for. Lines of one number
 * are records without axes. Lines that are empty or begin with # are not looked at. The reader of
 * lines is FastCSV: it is fast, small, and knows all about quotes.
 */
final class TextSource implements RecordSource {
  private final SourceFile file;
  private final CsvReader<CsvRecord> reader;
  private final Iterator<CsvRecord> lines;
  private final boolean isWhole;
  private final boolean isUnsigned;
  private final char delimiter;
  private final int skipLines;
  private final int fields;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment chunk;

  /** Read already, to know how many numbers a line has; null when it was handed over. */
  private CsvRecord first;

  private TextSource(Path path, SourceOptions options, BufferedReader text) {
    Numbers wanted = options.dtype() == null ? null : Numbers.of(options.dtype());
    this.file = SourceFile.of(path);
    this.isWhole = wanted != null && !wanted.isFloating();
    this.isUnsigned = wanted == Numbers.UINT64;
    this.delimiter = options.delimiter() == null ? delimiter(path) : options.delimiter();
    this.skipLines = options.skipLines();
    this.reader =
        CsvReader.builder()
            .fieldSeparator(delimiter)
            .commentStrategy(CommentStrategy.SKIP)
            .allowMissingFields(true)
            .allowExtraFields(true)
            .ofCsvRecord(text);
    this.lines = reader.iterator();
    this.first = line();
    if (first == null) {
      throw PenstockException.about(
          path,
          "expected lines of numbers, found none"
              + (skipLines == 0 ? "" : " behind the first " + skipLines)
              + ": name another file, or see --skip-lines");
    }
    this.fields = first.getFieldCount();
    this.chunk = arena.allocate(Math.max(CHUNK_BYTES / recordBytes(), 1) * recordBytes(), 8);
  }

  static TextSource open(Path path, SourceOptions options) throws IOException {
    BufferedReader text = Files.newBufferedReader(path, StandardCharsets.UTF_8);
    try {
      for (int i = 0; i < options.skipLines(); i++) {
        text.readLine();
      }
      return new TextSource(path, options, text);
    } catch (IOException | RuntimeException | Error e) {
      text.close();
      throw e;
    }
  }

  private static char delimiter(Path path) {
    String name = path.toString().toLowerCase(Locale.ROOT);
    if (name.endsWith(".tsv")) {
      return '\t';
    }
    return name.endsWith(".txt") ? ' ' : ',';
  }

  private CsvRecord line() {
    try {
      return lines.hasNext() ? lines.next() : null;
    } catch (CsvParseException | UncheckedIOException e) {
      throw PenstockException.about(
          file.path(), "expected lines of numbers, found: " + e.getMessage(), e);
    }
  }

  @Override
  public ElementType elementType() {
    return ElementType.named(isWhole ? isUnsigned ? "uint64" : "int64" : "float64");
  }

  @Override
  public List<Long> recordShape() {
    return fields == 1 ? List.of() : List.of((long) fields);
  }

  @Override
  public long recordCount() {
    return UNKNOWN;
  }

  @Override
  public String identity() {
    return "%s skip %d by %x".formatted(file, skipLines, (int) delimiter);
  }

  @Override
  public MemorySegment next() {
    long used = 0;
    while (used < chunk.byteSize()) {
      CsvRecord record = first == null ? line() : first;
      first = null;
      if (record == null) {
        break;
      }
      put(record, used);
      used += recordBytes();
    }
    if (used == 0) {
      file.check();
      return null;
    }
    return chunk.asSlice(0, used);
  }

  private void put(CsvRecord record, long offset) {
    if (record.getFieldCount() != fields) {
      throw problem(
          record,
          "expected %d numbers as in the first line, found %d"
              .formatted(fields, record.getFieldCount()));
    }
    for (int i = 0; i < fields; i++) {
      String field = record.getField(i).strip();
      try {
        if (!isWhole) {
          chunk.set(ValueLayout.JAVA_DOUBLE, offset + 8L * i, number(field));
        } else {
          long value = isUnsigned ? Long.parseUnsignedLong(field) : Long.parseLong(field);
          chunk.set(ValueLayout.JAVA_LONG, offset + 8L * i, value);
        }
      } catch (NumberFormatException e) {
        throw problem(
            record,
            "expected a %s, found '%s': leave out lines with --skip-lines, or give another"
                    .formatted(isWhole ? "whole number" : "number", excerpt(field))
                + " --delimiter");
      }
    }
  }

  /** As Python reads it: nan and inf in any case, and no letter behind the digits. */
  private static double number(String field) {
    String lower = field.toLowerCase(Locale.ROOT);
    return switch (lower) {
      case "nan", "+nan", "-nan" -> Double.NaN;
      case "inf", "+inf", "infinity", "+infinity" -> Double.POSITIVE_INFINITY;
      case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
      default -> {
        if (lower.isEmpty() || "df".indexOf(lower.charAt(lower.length() - 1)) >= 0) {
          throw new NumberFormatException(field);
        }
        yield Double.parseDouble(lower);
      }
    };
  }

  private static String excerpt(String field) {
    String visible = field.replaceAll("[^ -~]", "?");
    return visible.length() > 40 ? visible.substring(0, 40) + "..." : visible;
  }

  private PenstockException problem(CsvRecord record, String problem) {
    return PenstockException.about(
        file.path(), "line %d: %s".formatted(skipLines + record.getStartingLineNumber(), problem));
  }

  @Override
  public void close() throws IOException {
    arena.close();
    reader.close();
  }
}
