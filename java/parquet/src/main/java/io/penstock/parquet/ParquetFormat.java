package io.penstock.parquet;

import io.penstock.array.RecordStream;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.spi.FormatProvider;
import io.penstock.spi.FoundArray;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Finds the columns of a Parquet file, and reads each of them from its first record to the last.
 *
 * <p>What it owns: the door to the core. What is wrong with a column becomes its reason, what is
 * wrong with the file an exception.
 */
public final class ParquetFormat implements FormatProvider {
  private static final List<String> MAGICS = List.of("PAR1", "PARE");

  /** For {@link java.util.ServiceLoader}. */
  public ParquetFormat() {}

  @Override
  public String name() {
    return "parquet";
  }

  @Override
  public boolean recognizes(byte[] start) {
    String text = new String(start, StandardCharsets.ISO_8859_1);
    return MAGICS.stream().anyMatch(text::startsWith);
  }

  @Override
  public List<FoundArray> arrays(Path file) {
    return inside(file, ParquetColumns::found);
  }

  @Override
  public Optional<FoundArray> find(Path file, String name) {
    return inside(file, columns -> columns.find(name));
  }

  /** A question about the columns of an open file. */
  private interface ParquetQuestion<T> {
    T ask(ParquetColumns columns);
  }

  private static <T> T inside(Path path, ParquetQuestion<T> question) {
    try (ParquetFile file = ParquetFile.open(path)) {
      return question.ask(ParquetColumns.of(file));
    } catch (IOException e) {
      throw PenstockException.about(ErrorKind.WRONG_FORMAT, path, e.getMessage(), e);
    }
  }

  @Override
  public InputStream elements(Path path, String name) throws IOException {
    return opened(path, name, FixedElements::new);
  }

  @Override
  public RecordStream records(Path path, String name) throws IOException {
    return opened(path, name, ParquetRecords::new);
  }

  /** What reads the values of a column. */
  private interface ParquetReading<T> {
    T of(ColumnBatches batches);
  }

  private static <T> T opened(Path path, String name, ParquetReading<T> reading)
      throws IOException {
    ParquetFile file = ParquetFile.open(path);
    try {
      return reading.of(ColumnBatches.open(file, ParquetColumns.of(file).named(name)));
    } catch (IOException | RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }
}
