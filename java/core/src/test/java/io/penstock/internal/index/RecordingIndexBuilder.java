package io.penstock.internal.index;

import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.internal.format.OpenFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Keeps what a scan finds, for tests of scans. */
public final class RecordingIndexBuilder implements IndexBuilder {
  /** A column, with what was added to it. */
  public final class Found implements FoundPlaces, FoundRuns, CopiedValues, Texts {
    public final String kind;
    public final String name;
    public final ElementType type;
    public final Shape recordShape;

    /** Offset and size of each record that lies in the container; null for a missing one. */
    public final List<long[]> places = new ArrayList<>();

    /** The records that are kept. */
    public final List<byte[]> records = new ArrayList<>();

    private boolean isDiscarded;

    private Found(String kind, String name, ElementType type, Shape recordShape) {
      this.kind = kind;
      this.name = name;
      this.type = type;
      this.recordShape = recordShape;
      all.add(this);
    }

    private long recordBytes() {
      return type.sizeBytes() * recordShape.elementCount();
    }

    private void check() {
      if (isDiscarded) {
        throw new IllegalStateException("column '" + name + "' was discarded");
      }
    }

    @Override
    public void add(long offset, long bytes) {
      check();
      if (offset < 0 || bytes < 0 || bytes % recordBytes() != 0) {
        throw new IllegalArgumentException("%d bytes at %d".formatted(bytes, offset));
      }
      places.add(new long[] {offset, bytes});
    }

    @Override
    public void addMissing() {
      check();
      places.add(null);
    }

    @Override
    public void add(long offset, long count, long strideBytes) {
      check();
      for (long i = 0; i < count; i++) {
        places.add(new long[] {offset + i * strideBytes, recordBytes()});
      }
    }

    @Override
    public void add(ByteBuffer bytes) {
      check();
      while (bytes.hasRemaining()) {
        byte[] record = new byte[Math.toIntExact(recordBytes())];
        bytes.get(record);
        records.add(record);
      }
    }

    @Override
    public void add(byte[] record) {
      check();
      records.add(record.clone());
    }

    @Override
    public long count() {
      return Math.max(places.size(), records.size());
    }

    @Override
    public void discard() {
      check();
      isDiscarded = true;
      all.remove(this);
    }
  }

  private final List<Found> all = new ArrayList<>();
  private final Map<String, String> facts = new LinkedHashMap<>();

  /** What a scan finds in a file. Checks what holds of all scans. */
  public static RecordingIndexBuilder of(Path path, Scan scan) {
    RecordingIndexBuilder found = new RecordingIndexBuilder();
    try (OpenFile file = OpenFile.open(path);
        ScanInput in = new ScanInput(file, _ -> {})) {
      scan.run(in, found);
      for (Found column : found.all) {
        for (long[] place : column.places) {
          if (place != null && place[0] + place[1] > file.sizeBytes()) {
            throw new IllegalStateException("a record lies behind the end of the file");
          }
        }
      }
    }
    long counts = found.all.stream().mapToLong(Found::count).distinct().count();
    long names = found.all.stream().map(column -> column.name).distinct().count();
    if (counts > 1 || names != found.all.size()) {
      throw new IllegalStateException(
          found.all.stream()
              .map(column -> "'%s' has %d".formatted(column.name, column.count()))
              .collect(Collectors.joining(", ", "columns differ, or have the same name: ", "")));
    }
    return found;
  }

  @Override
  public FoundPlaces places(String name, ElementType type) {
    return new Found("places", name, type, Shape.SCALAR);
  }

  @Override
  public FoundRuns runs(String name, ElementType type, Shape recordShape) {
    return new Found("runs", name, type, recordShape);
  }

  @Override
  public CopiedValues values(String name, ElementType type, Shape recordShape) {
    return new Found("values", name, type, recordShape);
  }

  @Override
  public Texts texts(String name) {
    return new Found("texts", name, ElementType.UINT8, Shape.SCALAR);
  }

  @Override
  public void fact(String key, String text) {
    facts.put(key, text);
  }

  /** A fact, as the contents of a file have it. */
  public Optional<String> fact(String key) {
    return Optional.ofNullable(facts.get(key));
  }

  public Map<String, String> facts() {
    return facts;
  }

  public List<Found> columns() {
    return all;
  }

  public List<String> names() {
    return all.stream().map(column -> column.name).toList();
  }

  public Found column(String name) {
    return all.stream().filter(column -> column.name.equals(name)).findFirst().orElseThrow();
  }

  /** The records of a column as text; those in the container are taken from its bytes. */
  public List<String> texts(String name, byte[] container) {
    Found column = column(name);
    if (!column.records.isEmpty()) {
      return column.records.stream().map(r -> new String(r, StandardCharsets.UTF_8)).toList();
    }
    List<String> texts = new ArrayList<>();
    for (long[] place : column.places) {
      texts.add(
          place == null
              ? null
              : new String(container, (int) place[0], (int) place[1], StandardCharsets.UTF_8));
    }
    return texts;
  }
}
