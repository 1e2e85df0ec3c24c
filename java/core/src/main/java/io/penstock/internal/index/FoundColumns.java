package io.penstock.internal.index;

import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a scan has found so far. Memory does not grow with the number of records. */
final class FoundColumns implements IndexBuilder, AutoCloseable {
  private final Path directory;
  private final List<FoundColumn> columns = new ArrayList<>();
  private final Map<String, String> facts = new LinkedHashMap<>();

  /**
   * Nothing found yet.
   *
   * @param directory for temporary files
   */
  FoundColumns(Path directory) {
    this.directory = directory;
  }

  @Override
  public FoundPlaces places(String name, ElementType type) {
    return add(new FoundColumn.OfPlaces(name, type, directory));
  }

  @Override
  public FoundRuns runs(String name, ElementType type, Shape recordShape) {
    return add(new FoundColumn.OfRuns(name, type, recordShape, directory));
  }

  @Override
  public CopiedValues values(String name, ElementType type, Shape recordShape) {
    return add(new FoundColumn.OfValues(name, type, recordShape, directory));
  }

  @Override
  public Texts texts(String name) {
    return add(new FoundColumn.OfTexts(name, directory));
  }

  private <T extends FoundColumn> T add(T column) {
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
    for (FoundColumn column : columns) {
      column.close();
    }
  }
}
