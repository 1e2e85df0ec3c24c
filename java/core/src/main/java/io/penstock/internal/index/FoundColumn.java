package io.penstock.internal.index;

import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.internal.index.IndexColumn.Kind;
import io.penstock.internal.index.IndexColumn.Section;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** What a scan has found of one column: its sections, spooled, and its counts. */
abstract class FoundColumn {
  private final Kind kind;
  private final String name;
  private final ElementType type;
  private final Shape recordShape;
  private final SpoolFile file;
  private long missing;
  private long dataBytes;
  private long fromBytes = Long.MAX_VALUE;
  private long toBytes;
  private long longest;

  private boolean isDiscarded;

  final Spool first;
  final Spool second;
  final Spool third;
  long records;

  private FoundColumn(Kind kind, String name, ElementType type, Shape recordShape, SpoolFile file) {
    this.kind = kind;
    this.name = name;
    this.type = type;
    this.recordShape = recordShape;
    this.file = file;
    this.first = new Spool(file);
    this.second = new Spool(file);
    this.third = new Spool(file);
  }

  /** Number of records so far. */
  public long count() {
    return records;
  }

  long recordBytes() {
    return type.sizeBytes() * recordShape.elementCount();
  }

  String name() {
    return name;
  }

  /** Takes the column back. */
  public void discard() {
    isDiscarded = true;
    first.clear();
    second.clear();
    third.clear();
  }

  boolean isDiscarded() {
    return isDiscarded;
  }

  /** Writes what was held back. */
  void flush() {}

  private void addData(long bytes) {
    dataBytes += bytes;
    longest = Math.max(longest, bytes);
  }

  private void extend(long from, long to) {
    fromBytes = Math.min(fromBytes, from);
    toBytes = Math.max(toBytes, to);
  }

  private IllegalStateException wrong(String what) {
    return new IllegalStateException("a scan found %s in column '%s'".formatted(what, name));
  }

  private static void put(Spool spool, long... numbers) {
    try {
      for (long number : numbers) {
        spool.putLong(number);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void put(Spool spool, ByteBuffer bytes) {
    try {
      spool.put(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Appends the sections to the index file.
   *
   * @param target at its end
   * @return the column with their places in it
   */
  IndexColumn finish(FileChannel target) throws IOException {
    flush();
    return new IndexColumn(
        kind,
        name,
        type,
        recordShape,
        records,
        missing,
        dataBytes,
        Math.min(fromBytes, toBytes),
        toBytes,
        first.copyTo(align(target)),
        lengths(align(target)),
        third.copyTo(align(target)));
  }

  /** As int32 if they fit. */
  private Section lengths(FileChannel target) throws IOException {
    if (longest > Integer.MAX_VALUE) {
      return second.copyTo(target);
    }
    Spool narrow = new Spool(file);
    second.forEachLong(length -> narrow.putInt((int) length));
    second.clear();
    return narrow.copyTo(target);
  }

  private static FileChannel align(FileChannel target) throws IOException {
    long position = target.position();
    return target.position(position + Math.floorMod(-position, IndexFile.ALIGNMENT));
  }

  static final class OfPlaces extends FoundColumn implements IndexBuilder.FoundPlaces {
    OfPlaces(String name, ElementType type, SpoolFile file) {
      super(Kind.PLACES, name, type, Shape.SCALAR, file);
    }

    @Override
    public void add(long offset, long bytes) {
      if (offset < 0 || bytes < 0 || bytes % recordBytes() != 0) {
        throw super.wrong("%d bytes at %d".formatted(bytes, offset));
      }
      put(first, offset);
      put(second, bytes);
      super.addData(bytes);
      super.extend(offset, offset + bytes);
      records++;
    }

    @Override
    public void addMissing() {
      put(first, 0);
      put(second, -1);
      super.missing++;
      records++;
    }
  }

  static final class OfRuns extends FoundColumn implements IndexBuilder.FoundRuns {
    private long offset;
    private long count;
    private long stride;

    OfRuns(String name, ElementType type, Shape recordShape, SpoolFile file) {
      super(Kind.RUNS, name, type, recordShape, file);
    }

    @Override
    public void add(long next, long more, long strideBytes) {
      if (next < 0 || more < 0 || strideBytes < 1) {
        throw super.wrong("%d records at %d, %d bytes apart".formatted(more, next, strideBytes));
      }
      if (more == 0) {
        return;
      }
      long step = more == 1 ? recordBytes() : strideBytes;
      super.extend(next, next + (more - 1) * step + recordBytes());
      super.addData(more * recordBytes());
      records += more;
      if (!isJoined(next, more, step)) {
        flush();
        offset = next;
        count = more;
        stride = step;
      }
    }

    /** Whether the records go on at the distance of those before, which may be a single one. */
    private boolean isJoined(long next, long more, long step) {
      long gap = next - offset;
      if (count == 0 || gap <= 0) {
        return false;
      }
      boolean isSingle = count == 1;
      long joined = isSingle ? gap : stride;
      if ((!isSingle && gap != count * stride) || (more > 1 && step != joined)) {
        return false;
      }
      stride = joined;
      count += more;
      return true;
    }

    @Override
    void flush() {
      if (count > 0) {
        put(first, offset, count, stride);
        count = 0;
      }
    }
  }

  static final class OfValues extends FoundColumn implements IndexBuilder.CopiedValues {
    OfValues(String name, ElementType type, Shape recordShape, SpoolFile file) {
      super(Kind.VALUES, name, type, recordShape, file);
    }

    @Override
    public void add(ByteBuffer bytes) {
      if (bytes.remaining() % recordBytes() != 0) {
        throw super.wrong("%d bytes for records of %d".formatted(bytes.remaining(), recordBytes()));
      }
      super.addData(bytes.remaining());
      records += bytes.remaining() / recordBytes();
      put(first, bytes);
    }
  }

  static final class OfTexts extends FoundColumn implements IndexBuilder.Texts {
    OfTexts(String name, SpoolFile file) {
      super(Kind.TEXTS, name, ElementType.UINT8, Shape.SCALAR, file);
    }

    @Override
    public void add(byte[] record) {
      put(third, first.bytes());
      put(second, record.length);
      put(first, ByteBuffer.wrap(record));
      super.addData(record.length);
      records++;
    }
  }
}
