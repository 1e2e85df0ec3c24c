package io.penstock.internal.index;

import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a scan has found so far. Memory does not grow with the number of records, and with that of
 * columns by less than a kilobyte for each.
 */
final class FoundColumns implements IndexBuilder, AutoCloseable {
  /** As many as a schema of Arrow may have fields, and masks beside them. */
  static final int MOST_COLUMNS = 100_000;

  private final Path container;
  private final SpoolFile file;
  private final List<FoundColumn> columns = new ArrayList<>();
  private final Map<String, String> facts = new LinkedHashMap<>();

  /**
   * Nothing found yet.
   *
   * @param container that is scanned, for messages
   * @param directory for a temporary file
   */
  FoundColumns(Path container, Path directory) {
    this.container = container;
    this.file = new SpoolFile(directory);
  }

  @Override
  public FoundPlaces places(String name, ElementType type) {
    return add(new FoundColumn.OfPlaces(name, type, file));
  }

  @Override
  public FoundRuns runs(String name, ElementType type, Shape recordShape) {
    return add(new FoundColumn.OfRuns(name, type, recordShape, file));
  }

  @Override
  public CopiedValues values(String name, ElementType type, Shape recordShape) {
    return add(new FoundColumn.OfValues(name, type, recordShape, file));
  }

  @Override
  public Texts texts(String name) {
    return add(new FoundColumn.OfTexts(name, file));
  }

  private <T extends FoundColumn> T add(T column) {
    if (columns.size() == MOST_COLUMNS) {
      throw PenstockException.about(
          ErrorKind.UNSUPPORTED,
          container,
          "expected at most %d columns, found more: divide it, or join columns of one type into lists"
              .formatted(MOST_COLUMNS));
    }
    columns.add(column);
    return column;
  }

  @Override
  public void fact(String key, String text) {
    facts.put(key, text);
  }

  Map<String, String> facts() {
    return facts;
  }

  /**
   * Appends all sections to the index file.
   *
   * @param target at its end
   * @return the columns with their places in it
   */
  List<IndexColumn> writeTo(FileChannel target) throws IOException {
    List<IndexColumn> written = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (FoundColumn column : columns) {
      if (column.isDiscarded()) {
        continue;
      }
      if (!names.add(column.name())) {
        throw new IllegalStateException("a scan found column '" + column.name() + "' twice");
      }
      written.add(column.finish(target));
      IndexColumn first = written.getFirst();
      if (column.count() != first.records()) {
        throw new IllegalStateException(
            "a scan found %d records in column '%s', %d in column '%s'"
                .formatted(
                    first.records(), first.name(), column.count(), written.getLast().name()));
      }
    }
    return written;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
