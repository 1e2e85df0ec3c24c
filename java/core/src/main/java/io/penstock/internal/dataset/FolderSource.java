package io.penstock.internal.dataset;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.file.FileNames;
import io.penstock.internal.folder.FolderIndex;
import io.penstock.internal.os.ErrorKinds;
import io.penstock.internal.wait.Uninterrupted;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.TimeUnit;

/**
 * Files of a folder as records: each is opened when it is read, and closed again, so that there may
 * be more of them than a process may have open.
 *
 * <p>Names and sizes come from the mapped index, and are believed only as far as they lie in it and
 * below the folder; the file must be what the index says of it.
 */
public final class FolderSource implements VariableSource {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final int LOOK_BYTES = 1 << 16;

  private final String column;
  private final FolderIndex index;
  private final MemorySegment mapping;
  private final int object;

  /** Made when it is asked for: it looks at all sizes. Guarded by this. */
  private FolderFiles files;

  /**
   * A source over an index.
   *
   * @param column name, for messages
   * @param index of the folder
   * @param mapping of the whole index file
   * @param object the number of the object that all files together are to C
   */
  public FolderSource(String column, FolderIndex index, MemorySegment mapping, int object) {
    this.column = column;
    this.index = index;
    this.mapping = mapping;
    this.object = object;
  }

  @Override
  public int elementBytes() {
    return 1;
  }

  @Override
  public long meanBytes() {
    return Math.max(1, index.dataBytes() / Math.max(1, index.recordCount()));
  }

  @Override
  public long bytes(long record) {
    long bytes = number(record, FolderIndex.sizesAt() + 8 * record);
    if (bytes < 0) {
      throw failure(index.file(), record, "expected the size of a file, found " + bytes, null);
    }
    return bytes;
  }

  @Override
  public void places(
      long first, int count, MemorySegment objects, MemorySegment offsets, MemorySegment lengths) {
    long at = files().beginBytes(first);
    for (int i = 0; i < count; i++) {
      long bytes = number(first + i, FolderIndex.sizesAt() + 8 * (first + i));
      objects.setAtIndex(ValueLayout.JAVA_INT, i, object);
      offsets.setAtIndex(ValueLayout.JAVA_LONG, i, at);
      lengths.setAtIndex(ValueLayout.JAVA_LONG, i, Math.max(-1, bytes));
      at += Math.max(0, bytes);
    }
  }

  /** The files one after another, as C knows them. */
  public synchronized FolderFiles files() {
    if (files == null) {
      try {
        files = new FolderFiles(index, mapping);
      } catch (InternalError e) {
        throw failure(index.file(), 0, "expected the index, found that it was cut short", e);
      }
    }
    return files;
  }

  /** Of all files together. */
  public long dataBytes() {
    return index.dataBytes();
  }

  /** The number of the object that all files together are to C. */
  public int object() {
    return object;
  }

  @Override
  public RecordPlace place(long record) {
    return new RecordPlace(path(record), 0);
  }

  @Override
  public String name(long record) {
    return path(record).toString();
  }

  @Override
  public boolean dependsOn(long record, Path file, long from, long to) {
    return path(record).equals(file) && from < bytes(record);
  }

  private long number(long record, long at) {
    try {
      return mapping.get(LONG, at);
    } catch (InternalError e) {
      throw failure(index.file(), record, "expected the index, found that it was cut short", e);
    }
  }

  private Path path(long record) {
    long ends = FolderIndex.sizesAt() + 16 * index.recordCount();
    long from = record == 0 ? 0 : number(record, ends + 8 * (record - 1));
    long to = number(record, ends + 8 * record);
    long room = mapping.byteSize() - FolderIndex.namesAt(index.recordCount());
    if (from < 0 || to < from || to > room) {
      throw failure(index.file(), record, "expected the name of a file, found none", null);
    }
    byte[] name =
        mapping
            .asSlice(FolderIndex.namesAt(index.recordCount()) + from, to - from)
            .toArray(ValueLayout.JAVA_BYTE);
    try {
      Path path = FileNames.path(index.folder(), name);
      if (!isBelow(name)) {
        throw failure(
            index.file(), record, "expected a name below the folder, found " + path, null);
      }
      return path;
    } catch (IllegalArgumentException e) {
      throw failure(index.file(), record, "expected the name of a file, found " + e, e);
    }
  }

  /** An index written by another program may name any file on the system. */
  private static boolean isBelow(byte[] name) {
    String text = "/" + FileNames.text(name) + "/";
    return !text.startsWith("//") && !text.contains("/../");
  }

  @Override
  public void readSteadily(long record, ByteBuffer into) {
    read(record, into.remaining(), into);
  }

  /**
   * Says why a file could not be read, after looking at it and through it.
   *
   * @param record its number
   * @param failure what C knows
   * @return what is wrong with the file; or that nothing is, any more
   */
  public PenstockException explain(long record, PenstockException failure) {
    try {
      read(record, bytes(record), ByteBuffer.allocate(LOOK_BYTES));
    } catch (PenstockException e) {
      return e;
    }
    Path path = path(record);
    return PenstockException.builder(
            failure.kind(),
            "%s: record %d of column '%s': expected a readable file, found %s: read it again"
                .formatted(path, record, column, failure.statusName().orElse("a failure")))
        .path(path)
        .recordIndex(record)
        .statusName(failure.statusName().orElse("EIO"))
        .cause(failure)
        .build();
  }

  /** Reads a file of so many bytes: they stay in the buffer as far as it has room for them. */
  private void read(long record, long wanted, ByteBuffer into) {
    Path path = path(record);
    int start = into.position();
    try {
      checkListed(path, record, wanted);
      Uninterrupted.run(
          () -> {
            try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
              into.position(start);
              long done = 0;
              while (done < wanted) {
                if (!into.hasRemaining()) {
                  into.position(start);
                }
                int got = file.read(into);
                if (got <= 0) {
                  throw changed(path, record, wanted, done);
                }
                done += got;
              }
            }
          });
    } catch (NoSuchFileException e) {
      throw failure(path, record, "expected a file of " + wanted + " bytes, found none", e);
    } catch (IOException e) {
      throw failure(path, record, "expected a readable file, found: " + e, e);
    }
  }

  /** Opening a pipe in the place of a file would block. */
  private void checkListed(Path path, long record, long wanted) throws IOException {
    BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class);
    if (!found.isRegularFile()) {
      throw failure(path, record, "expected a file, found a pipe, folder or device", null);
    }
    if (found.size() != wanted) {
      throw changed(path, record, wanted, found.size());
    }
    long times = FolderIndex.sizesAt() + 8 * index.recordCount();
    if (found.lastModifiedTime().to(TimeUnit.NANOSECONDS) != number(record, times + 8 * record)) {
      throw failure(
          path,
          record,
          "expected the file as when the folder was scanned, found it modified since",
          null);
    }
  }

  private PenstockException changed(Path path, long record, long expected, long found) {
    return failure(
        path,
        record,
        "expected a file of %d bytes, as when the folder was scanned, found %d"
            .formatted(expected, found),
        null);
  }

  private PenstockException failure(Path path, long record, String problem, Throwable cause) {
    return PenstockException.builder(
            cause instanceof IOException e ? ErrorKinds.of(e) : ErrorKind.FILE_CHANGED,
            "%s: record %d of column '%s': %s: open the dataset again"
                .formatted(path, record, column, problem))
        .path(path)
        .recordIndex(record)
        .statusName(cause == null ? "ESTALE" : "EIO")
        .cause(cause)
        .build();
  }

  /** Nothing is kept open. */
  @Override
  public void close() {}
}
