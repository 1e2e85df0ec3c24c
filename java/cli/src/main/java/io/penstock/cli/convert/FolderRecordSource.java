package io.penstock.cli.convert;

import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.internal.folder.FolderScan;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.IntStream;

/**
 * Reads a folder whose files are a record each: images, small .npy, or any bytes.
 *
 * <p>Files and classes come from {@link FolderScan}, as everywhere. All processors read the records
 * of a chunk. The list of files takes some 200 bytes per file.
 */
public final class FolderRecordSource implements RecordSource {
  private static final String LABEL_TYPE = "<i8";

  /** Makes a record of a file. */
  interface Decoder {
    ElementType elementType();

    Shape recordShape();

    /** Reads the record of a file; any thread. */
    void decode(Path file, MemorySegment into) throws IOException;
  }

  private final FolderScan listing;
  private final Selection selection;
  private final Decoder decoder;
  private final String options;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment chunk;
  private long next;

  private FolderRecordSource(
      FolderScan listing, Selection selection, Decoder decoder, String options) {
    this.listing = listing;
    this.selection = selection;
    this.decoder = decoder;
    this.options = options;
    long records = Math.min(Math.max(CHUNK_BYTES / recordBytes(), 1), Math.max(recordCount(), 1));
    this.chunk = arena.allocate(records * recordBytes(), Long.BYTES);
  }

  static FolderRecordSource open(Path folder, SourceOptions options) {
    FolderScan listing = FolderScan.of(folder, options.folder().pattern());
    Decoder decoder = FolderKind.decoder(listing, options);
    String how = "%s lossy=%s".formatted(options.folder(), options.isLossy());
    return new FolderRecordSource(listing, options.selection(), decoder, how);
  }

  /** The class number of each file, as in {@code FOLDER#label}. */
  static RecordSource labels(Path folder, SourceOptions options) {
    FolderScan listing = FolderScan.of(folder, options.folder().pattern());
    return numbers(IntStream.range(0, listing.fileCount()).mapToLong(listing::label).toArray());
  }

  @Override
  public ElementType elementType() {
    return decoder.elementType();
  }

  @Override
  public Shape recordShape() {
    return decoder.recordShape();
  }

  @Override
  public long recordCount() {
    return selection.count(listing.fileCount());
  }

  @Override
  public String identity() {
    StringBuilder names = new StringBuilder(options).append(' ').append(selection);
    for (int i = 0; i < listing.fileCount(); i++) {
      names.append('\n').append(listing.name(i));
      names.append(' ').append(SourceFile.identity(listing.file(i)));
    }
    return names.toString();
  }

  private int number(long record) {
    return Math.toIntExact(selection.start() + record * selection.step());
  }

  @Override
  public MemorySegment next() throws IOException {
    int count = (int) Math.min(chunk.byteSize() / recordBytes(), recordCount() - next);
    if (count == 0) {
      return null;
    }
    long bytes = recordBytes();
    long start = next;
    // Report the first failing file in order, not the first in time.
    ConcurrentSkipListMap<Integer, Exception> failures = new ConcurrentSkipListMap<>();
    IntStream.range(0, count)
        .parallel()
        .forEach(
            i -> {
              try {
                Path file = listing.file(number(start + i));
                decoder.decode(file, chunk.asSlice(i * bytes, bytes));
              } catch (IOException | RuntimeException e) {
                failures.put(i, e);
              }
            });
    if (!failures.isEmpty()) {
      switch (failures.firstEntry().getValue()) {
        case RuntimeException e -> throw e;
        case IOException e -> throw e;
        case Exception e -> throw new IllegalStateException(e);
      }
    }
    next += count;
    return chunk.asSlice(0, count * bytes);
  }

  /**
   * The classes of the records: names of the folders in the folder.
   *
   * @return the names in the order of their numbers; empty where no file lies in one of them
   */
  public List<String> labels() {
    boolean hasClasses =
        IntStream.range(0, listing.fileCount()).anyMatch(i -> listing.label(i) >= 0);
    return hasClasses ? listing.classes() : List.of();
  }

  /**
   * The number of the class of each record, as a source of its own.
   *
   * @return int64, in the order of the records; -1 for those in no class
   */
  public RecordSource labelSource() {
    long[] labels = new long[Math.toIntExact(recordCount())];
    Arrays.setAll(labels, i -> listing.label(number(i)));
    return numbers(labels);
  }

  private static RecordSource numbers(long[] labels) {
    return new ArraySource(ElementType.parse(LABEL_TYPE), MemorySegment.ofArray(labels));
  }

  /** Whether a name has one of these extensions. */
  static boolean hasExtension(String name, List<String> extensions) {
    String lower = name.toLowerCase(Locale.ROOT);
    return extensions.stream().anyMatch(lower::endsWith);
  }

  @Override
  public void close() {
    arena.close();
  }
}
