package io.penstock.internal.gather;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.dataset.FolderFiles;
import io.penstock.internal.dataset.FolderSource;
import io.penstock.internal.ffi.NativeReader;
import io.penstock.internal.ffi.NativeSource;
import io.penstock.internal.ffi.ReaderOptions;
import io.penstock.internal.slot.Slot;
import io.penstock.options.Readahead;
import io.penstock.options.ReadaheadFlag;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.function.Function;

/**
 * How files of folders are read: threads open, read and close them, as native readers ask for them.
 * A folder is one object to C, in which its files lie one after another, so that neighbours are one
 * request; what no record wants is not read.
 */
public final class FolderReading {
  /** Fewer threads do not keep a device busy that answers in 0.1 ms; many more gain nothing. */
  private static final int DEFAULT_THREADS = 16;

  /** Requests for each thread: so many wait for it while it is at one. */
  private static final int REQUESTS_EACH = 8;

  private static final int LEAST_REQUESTS = 64;
  private static final int MOST_REQUESTS = 512;

  /** A request is for several files of mean size, but not for so many that threads idle. */
  private static final int FILES_EACH = 8;

  private static final int LEAST_READ_BYTES = 64 << 10;

  private final Map<Integer, FolderSource> folders;
  private final int threads;

  /**
   * Of the folders of a dataset.
   *
   * @param folders by the numbers of their columns
   * @param flags what the user wants
   */
  public FolderReading(Map<Integer, FolderSource> folders, Readahead flags) {
    this.folders = Map.copyOf(folders);
    this.threads = threads(flags);
  }

  /** As many as were asked for, or enough for a disk. */
  public static int threads(Readahead flags) {
    return flags.given().contains(ReadaheadFlag.IO_THREADS) ? flags.ioThreads() : DEFAULT_THREADS;
  }

  /** How many threads carry out the requests of a reader. */
  public int threads() {
    return threads;
  }

  /** Requests that are out, at most. */
  int queueDepth(Readahead flags) {
    return flags.given().contains(ReadaheadFlag.QUEUE_DEPTH)
        ? flags.queueDepth()
        : Math.clamp((long) threads * REQUESTS_EACH, LEAST_REQUESTS, MOST_REQUESTS);
  }

  /** How large a request is, at most. */
  int maxReadBytes(Readahead flags, long recordBytes) {
    return flags.given().contains(ReadaheadFlag.MAX_READ)
        ? flags.maxReadBytes()
        : Math.clamp(
            recordBytes * FILES_EACH,
            Math.min(LEAST_READ_BYTES, flags.maxReadBytes()),
            flags.maxReadBytes());
  }

  /** Opens a reader and the threads that read for it; the calling thread owns it. */
  Gatherer open(NativeSource source, ReaderOptions options) {
    FolderFiles[] files = byObject();
    return new ExternalGatherer(
        new NativeGatherer(source, options, 0),
        options.queueDepth(),
        threads,
        (NativeReader reader) -> new FileParts(reader, files),
        new FolderInspector(FolderFiles::reading));
  }

  /** Files by the numbers of the objects that folders are; null for files that are open. */
  FolderFiles[] byObject() {
    FolderFiles[] files = new FolderFiles[highestObject() + 1];
    folders.values().forEach(folder -> files[folder.object()] = folder.files());
    return files;
  }

  /** Says what is wrong with files, on the thread that asks for it. */
  ExternalGatherer.Inspector inspector(Function<FolderFiles, FolderFiles.Reading> readings) {
    return new FolderInspector(readings);
  }

  private int highestObject() {
    return folders.values().stream().mapToInt(FolderSource::object).max().orElse(-1);
  }

  /** Looks at records that were taken, and tells what is wrong with files. */
  private final class FolderInspector implements ExternalGatherer.Inspector {
    private final int[] columns =
        folders.entrySet().stream()
            .filter(folder -> folder.getValue().files().hasEmpty())
            .mapToInt(Map.Entry::getKey)
            .toArray();

    private final FolderFiles.Reading[] readings = new FolderFiles.Reading[columns.length];

    FolderInspector(Function<FolderFiles, FolderFiles.Reading> makes) {
      for (int i = 0; i < columns.length; i++) {
        readings[i] = makes.apply(folders.get(columns[i]).files());
      }
    }

    @Override
    public PenstockException explain(int column, PenstockException failure) {
      FolderSource folder = folders.get(column);
      return folder == null || failure.recordIndex().isEmpty()
          ? failure
          : folder.explain(failure.recordIndex().getAsLong(), failure);
    }

    /** Of a record without bytes nothing was read: its file may have got some. */
    @Override
    public void taken(int count, Slot slot) {
      for (int c = 0; c < columns.length; c++) {
        for (int i = 0; i < count; i++) {
          if (slot.begin(columns[c], i) == slot.end(columns[c], i)) {
            look(columns[c], readings[c], slot.indices().getAtIndex(ValueLayout.JAVA_LONG, i));
          }
        }
      }
    }

    private void look(int column, FolderFiles.Reading reading, long index) {
      if (reading.look(index) < 0) {
        PenstockException failure =
            PenstockException.builder(
                    ErrorKind.FILE_CHANGED, "an empty file could not be looked at")
                .recordIndex(index)
                .statusName("EIO")
                .build();
        throw folders.get(column).explain(index, failure);
      }
    }
  }
}
