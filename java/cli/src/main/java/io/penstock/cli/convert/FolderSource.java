package io.penstock.cli.convert;

import io.penstock.ElementType;
import io.penstock.PenstockException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A directory of files that are a record each: images, small .npy, or files of any bytes.
 *
 * <p>Files come in the order of their paths; those whose names begin with a dot do not. Where they
 * lie in sub-directories, the names of these are the classes. Records of a chunk are read by all
 * processors. What it owns: the list of files, some 200 bytes for each.
 */
public final class FolderSource implements RecordSource {
  private static final String LABEL_TYPE = "<i8";

  /** One file as a record. */
  interface Decoder {
    ElementType elementType();

    List<Long> recordShape();

    /** Reads the record of a file; any thread. */
    void decode(Path file, MemorySegment into) throws IOException;
  }

  private final Path directory;
  private final List<Path> files;
  private final Selection selection;
  private final Decoder decoder;
  private final String options;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment chunk;
  private long next;

  private FolderSource(
      Path directory, List<Path> files, Selection selection, Decoder decoder, String options) {
    this.directory = directory;
    this.files = files;
    this.selection = selection;
    this.decoder = decoder;
    this.options = options;
    long records = Math.min(Math.max(CHUNK_BYTES / recordBytes(), 1), Math.max(recordCount(), 1));
    this.chunk = arena.allocate(records * recordBytes(), Long.BYTES);
  }

  static FolderSource open(Path directory, SourceOptions options) throws IOException {
    List<Path> files;
    try (Stream<Path> found = Files.walk(directory, FileVisitOption.FOLLOW_LINKS)) {
      files =
          found
              .filter(path -> !isHidden(directory.relativize(path)))
              .filter(Files::isRegularFile)
              .sorted((a, b) -> a.toString().compareTo(b.toString()))
              .toList();
    } catch (UncheckedIOException e) {
      throw e.getCause(); // A loop of links, or a folder that must not be read.
    }
    if (files.isEmpty()) {
      throw PenstockException.about(directory, "expected files in the directory, found none");
    }
    Path first = files.getFirst();
    boolean isOfImages = ImageDecoder.isImage(first);
    if (!isOfImages) {
      options.checkNoImages();
    }
    Decoder decoder =
        isOfImages
            ? ImageDecoder.of(first, options.resize(), options.isGray())
            : new BytesDecoder(first);
    String how = "resize=%s gray=%s".formatted(options.resize(), options.isGray());
    return new FolderSource(directory, files, options.selection(), decoder, how);
  }

  private static boolean isHidden(Path relative) {
    for (Path name : relative) {
      if (name.toString().startsWith(".")) {
        return true;
      }
    }
    return false;
  }

  @Override
  public ElementType elementType() {
    return decoder.elementType();
  }

  @Override
  public List<Long> recordShape() {
    return decoder.recordShape();
  }

  @Override
  public long recordCount() {
    return selection.count(files.size());
  }

  @Override
  public String identity() {
    StringBuilder names = new StringBuilder(options).append(' ').append(selection);
    files.forEach(file -> names.append('\n').append(SourceFile.identity(file)));
    return names.toString();
  }

  private Path file(long record) {
    return files.get(Math.toIntExact(selection.start() + record * selection.step()));
  }

  @Override
  public MemorySegment next() throws IOException {
    int count = (int) Math.min(chunk.byteSize() / recordBytes(), recordCount() - next);
    if (count == 0) {
      return null;
    }
    long bytes = recordBytes();
    long start = next;
    List<IOException> failures = new ArrayList<>();
    IntStream.range(0, count)
        .parallel()
        .forEach(
            i -> {
              try {
                decoder.decode(file(start + i), chunk.asSlice(i * bytes, bytes));
              } catch (IOException e) {
                synchronized (failures) {
                  failures.add(e);
                }
              }
            });
    if (!failures.isEmpty()) {
      throw failures.getFirst();
    }
    next += count;
    return chunk.asSlice(0, count * bytes);
  }

  /**
   * The classes of the records: names of the sub-directories that the files lie in.
   *
   * @return the names in order; empty where files lie in the directory itself
   */
  public List<String> labels() {
    TreeSet<String> names = new TreeSet<>();
    for (Path file : files) {
      Path relative = directory.relativize(file);
      if (relative.getNameCount() < 2) {
        return List.of();
      }
      names.add(relative.getName(0).toString());
    }
    return List.copyOf(names);
  }

  /**
   * The number of the class of each record, as a source of its own.
   *
   * @return int64, in the order of the records
   */
  public RecordSource labelSource() {
    List<String> names = labels();
    long[] numbers = new long[Math.toIntExact(recordCount())];
    for (int i = 0; i < numbers.length; i++) {
      String name = directory.relativize(file(i)).getName(0).toString();
      numbers[i] = names.indexOf(name);
    }
    return new ArraySource(ElementType.parse(LABEL_TYPE), MemorySegment.ofArray(numbers));
  }

  /** Whether a file has one of these extensions. */
  static boolean hasExtension(Path file, List<String> extensions) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return extensions.stream().anyMatch(name::endsWith);
  }

  @Override
  public void close() {
    arena.close();
  }
}
