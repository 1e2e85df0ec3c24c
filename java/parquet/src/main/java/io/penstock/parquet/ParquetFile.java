package io.penstock.parquet;

import dev.hardwood.HardwoodContext;
import dev.hardwood.InputFile;
import dev.hardwood.metadata.ColumnChunk;
import dev.hardwood.metadata.ColumnMetaData;
import dev.hardwood.metadata.RowGroup;
import dev.hardwood.metadata.Statistics;
import dev.hardwood.reader.ColumnReader;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.schema.ColumnSchema;
import dev.hardwood.schema.FileSchema;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * An open Parquet file.
 *
 * <p>What it owns: hardwood's reader with the threads that decode pages, the check of what the
 * footer claims, and turning whatever goes wrong into an IOException that says what was found.
 */
final class ParquetFile implements Closeable {
  /** Pages of one column are decoded at a time. */
  private static final int THREADS = 2;

  /** Held, since a logger that nobody holds forgets its level. */
  private static final Logger HARDWOOD = Logger.getLogger("dev.hardwood");

  static {
    // It tells everybody which of its decoders it uses; whoever wants to know sets a level.
    if (HARDWOOD.getLevel() == null) {
      HARDWOOD.setLevel(Level.WARNING);
    }
  }

  private final Path path;
  private final HardwoodContext context;
  private final ParquetFileReader reader;

  private ParquetFile(Path path, HardwoodContext context, ParquetFileReader reader) {
    this.path = path;
    this.context = context;
    this.reader = reader;
  }

  static ParquetFile open(Path path) throws IOException {
    HardwoodContext context = HardwoodContext.create(THREADS);
    ParquetFileReader reader = null;
    try {
      reader = ParquetFileReader.open(InputFile.of(path), context);
      check(reader, Files.size(path));
      return new ParquetFile(path, context, reader);
    } catch (IOException | RuntimeException | OutOfMemoryError | StackOverflowError e) {
      try (context) {
        if (reader != null) {
          reader.close();
        }
      }
      throw fault(e);
    }
  }

  /** Whether the column chunks lie in the file, and their records are as many as it claims. */
  private static void check(ParquetFileReader reader, long fileBytes) throws IOException {
    int columns = reader.getFileSchema().getColumnCount();
    long rows = 0;
    for (RowGroup group : reader.getFileMetaData().rowGroups()) {
      rows += group.numRows();
      if (group.numRows() < 0 || rows < 0 || group.columns().size() != columns) {
        throw new IOException(
            "row groups of %d columns, one of which has %d rows and %d columns"
                .formatted(columns, group.numRows(), group.columns().size()));
      }
      for (ColumnChunk chunk : group.columns()) {
        check(chunk.metaData(), fileBytes);
      }
    }
    if (rows != reader.getFileMetaData().numRows()) {
      throw new IOException(
          "%d rows in its row groups, but %d in the footer"
              .formatted(rows, reader.getFileMetaData().numRows()));
    }
  }

  private static void check(ColumnMetaData chunk, long fileBytes) throws IOException {
    if (chunk == null) {
      throw new IOException("a column chunk without a description: it is encrypted, or elsewhere");
    }
    Long dictionary = chunk.dictionaryPageOffset();
    long start =
        dictionary != null && dictionary > 0
            ? Math.min(dictionary, chunk.dataPageOffset())
            : chunk.dataPageOffset();
    long bytes = chunk.totalCompressedSize();
    if (start < 0 || bytes < 0 || chunk.totalUncompressedSize() < 0 || start > fileBytes - bytes) {
      throw new IOException(
          "a column chunk of %d bytes at %d in a file of %d".formatted(bytes, start, fileBytes));
    }
  }

  /** The name of the file, without its directory. */
  String name() {
    return path.getFileName().toString();
  }

  FileSchema schema() {
    return reader.getFileSchema();
  }

  long recordCount() {
    return reader.getFileMetaData().numRows();
  }

  /** How many values of a column are null; empty if some row group does not say. */
  OptionalLong nullCount(ColumnSchema column) {
    long nulls = 0;
    for (ColumnMetaData chunk : chunks(column)) {
      Statistics statistics = chunk.statistics();
      if (statistics == null || statistics.nullCount() == null) {
        return OptionalLong.empty();
      }
      nulls += statistics.nullCount();
    }
    return OptionalLong.of(nulls);
  }

  /** The size of a record of a column, on average of the row group where it is largest. */
  long meanRecordBytes(ColumnSchema column) {
    List<RowGroup> groups = reader.getFileMetaData().rowGroups();
    return groups.stream()
        .filter(group -> group.numRows() > 0)
        .mapToLong(
            group ->
                group.columns().get(column.columnIndex()).metaData().totalUncompressedSize()
                    / group.numRows())
        .max()
        .orElse(1);
  }

  private List<ColumnMetaData> chunks(ColumnSchema column) {
    return reader.getFileMetaData().rowGroups().stream()
        .map(group -> group.columns().get(column.columnIndex()).metaData())
        .toList();
  }

  /** Reads a column, some records at a time. */
  ColumnReader read(ColumnSchema column, int records) {
    return reader.buildColumnReader(column.columnIndex()).batchSize(records).build();
  }

  /** What went wrong inside of hardwood, which throws whatever it meets. */
  static IOException fault(Throwable e) {
    if (e instanceof OutOfMemoryError || hasCause(e, OutOfMemoryError.class)) {
      return new IOException(
          "expected pages that fit into Java's heap, found one that needs more: give Java more"
              + " memory (-Xmx), or make or copy the file again",
          e);
    }
    if (hasCause(e, UnsupportedOperationException.class)) {
      return new IOException(
          "expected pages that can be decoded, found: %s: write the file again with Snappy, gzip, ZSTD or LZ4_RAW"
              .formatted(reason(e)),
          e);
    }
    return new IOException(
        "expected a Parquet file that is whole, found: %s: make or copy it again"
            .formatted(reason(e)),
        e);
  }

  private static boolean hasCause(Throwable e, Class<? extends Throwable> type) {
    return causes(e).stream().anyMatch(type::isInstance);
  }

  /** The innermost message, on one line. */
  private static String reason(Throwable e) {
    String found =
        causes(e).reversed().stream()
            .filter(cause -> cause.getMessage() != null)
            .findFirst()
            .map(Throwable::getMessage)
            .orElse(e.getClass().getSimpleName());
    return found.lines().findFirst().orElse("").replaceFirst("^\\[[^]]*] ", "");
  }

  private static List<Throwable> causes(Throwable e) {
    List<Throwable> causes = new ArrayList<>();
    for (Throwable cause = e; cause != null && causes.size() < 16; cause = cause.getCause()) {
      causes.add(cause);
    }
    return causes;
  }

  @Override
  public void close() throws IOException {
    try (context) {
      reader.close();
    }
  }
}
