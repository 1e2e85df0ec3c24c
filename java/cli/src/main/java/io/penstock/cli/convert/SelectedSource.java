package io.penstock.cli.convert;

import io.penstock.array.ElementType;
import io.penstock.array.Field;
import io.penstock.array.Shape;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Selects records of another source, which is read up to the last of them. */
public final class SelectedSource implements RecordSource {
  private final RecordSource source;
  private final Selection selection;

  /** Index of the first record that the source hands over next. */
  private long index;

  /** Index of the next record that is wanted. */
  private long wanted;

  private SelectedSource(RecordSource source, Selection selection) {
    this.source = source;
    this.selection = selection;
    this.wanted = selection.start();
  }

  /**
   * Selects records.
   *
   * @param source to select of; closed with the result
   * @param selection which records
   * @return the source itself if all of it is selected
   */
  public static RecordSource of(RecordSource source, Selection selection) {
    return selection.isAll() ? source : new SelectedSource(source, selection);
  }

  @Override
  public ElementType elementType() {
    return source.elementType();
  }

  @Override
  public List<Field> fields() {
    return source.fields();
  }

  @Override
  public Shape recordShape() {
    return source.recordShape();
  }

  @Override
  public long recordCount() {
    return selection.count(source.recordCount());
  }

  @Override
  public String identity() {
    return source.identity() + " " + selection;
  }

  @Override
  public MemorySegment next() throws IOException {
    while (wanted < selection.stop()) {
      MemorySegment records = source.next();
      if (records == null) {
        return null;
      }
      long count = records.byteSize() / recordBytes();
      long first = index;
      index += count;
      long end = Math.min(index, selection.stop());
      if (wanted < end) {
        return select(records, first, end);
      }
    }
    return null;
  }

  /** Moves wanted records together, to the front. */
  private MemorySegment select(MemorySegment records, long first, long end) {
    long bytes = recordBytes();
    long start = wanted - first;
    if (selection.step() == 1) {
      wanted = end;
      return records.asSlice(start * bytes, (end - first - start) * bytes);
    }
    long kept = 0;
    for (; wanted < end; wanted += selection.step()) {
      MemorySegment.copy(records, (wanted - first) * bytes, records, kept * bytes, bytes);
      kept++;
    }
    return records.asSlice(0, kept * bytes);
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}
