package io.penstock.checksum;

import io.penstock.Dataset;
import io.penstock.DatasetBuilder;
import io.penstock.array.Column;
import io.penstock.array.FileInfo;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.format.Source;
import io.penstock.internal.checksum.FileChecksums;
import io.penstock.internal.manifest.Manifest;
import io.penstock.internal.manifest.RecordChecksumWriter;
import io.penstock.internal.os.SystemReason;
import io.penstock.internal.partial.PartialFile;
import io.penstock.write.ShardLayout;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * The manifest and the record checksums of shards that several processes write: the same files, to
 * the byte, that {@code penstock checksum} makes of the whole directory, without reading the data
 * once more in one place.
 *
 * <p>Each process computes {@link #ofFile} of the files that it has written, and writes a {@link
 * RecordChecksumPart} for its records. The driver puts these together. Stateless.
 */
public final class ShardChecksums {
  private ShardChecksums() {}

  /**
   * The checksums of a file, as they are in a manifest. The file is read from the device, past the
   * page cache where that is possible: what is there is what counts.
   *
   * @param file that this process has written
   * @return 8 hexadecimal digits for each MiB
   * @throws PenstockException if it cannot be read
   */
  public static String ofFile(Path file) {
    return Manifest.FileEntry.digits(FileChecksums.ofReadable(file, _ -> {}));
  }

  /**
   * Writes both files into the directory of the shards, whose names begin with that of the first
   * column.
   *
   * @param directory where all shards are
   * @param layout of the shards
   * @param files what {@link #ofFile} is of each file of the shards, by its name
   * @param parts the record checksums of all shards, in their order
   * @throws PenstockException if a part does not fit the shards, or a file cannot be written
   */
  public static void write(
      Path directory, ShardLayout layout, Map<String, String> files, List<Path> parts) {
    Path manifest = directory.resolve(nameOf(Manifest.defaultPath(Path.of(layout.filePattern(0)))));
    try (Dataset dataset = open(directory, layout)) {
      List<Manifest.ColumnEntry> columns = columns(dataset, layout);
      List<Manifest.FileEntry> entries = entries(dataset, files);
      Path records = join(dataset.columns(), layout, parts, manifest);
      Manifest.FileEntry recordEntry =
          Manifest.FileEntry.of(
              nameOf(records),
              RecordChecksumWriter.fileBytes(dataset.columns()),
              FileChecksums.ofReadable(records, _ -> {}));
      Manifest.of(layout.records(), columns, entries, recordEntry).write(manifest, false);
    } catch (IOException e) {
      throw PenstockException.about(
          ErrorKind.WRITE_FAILED,
          manifest,
          "the checksums of shards were not written: " + SystemReason.of(e),
          e);
    }
  }

  private static Dataset open(Path directory, ShardLayout layout) {
    DatasetBuilder builder = Dataset.builder();
    for (int c = 0; c < layout.columns().size(); c++) {
      Column column = layout.columns().get(c);
      int number = c;
      List<Source> shards = sources(directory, layout, shard -> layout.fileName(number, shard));
      if (column.isVariable()) {
        builder.variable(
            column.name(),
            shards,
            sources(directory, layout, shard -> layout.offsetsFileName(number, shard)));
      } else {
        builder.column(column.name(), shards.toArray(Source[]::new));
      }
    }
    return builder.open();
  }

  private static List<Source> sources(
      Path directory, ShardLayout layout, IntFunction<String> name) {
    return IntStream.range(0, layout.shards())
        .mapToObj(shard -> Source.of(directory.resolve(name.apply(shard))))
        .toList();
  }

  private static List<Manifest.ColumnEntry> columns(Dataset dataset, ShardLayout layout) {
    List<Manifest.ColumnEntry> entries = new ArrayList<>();
    for (int c = 0; c < dataset.columns().size(); c++) {
      Column column = dataset.columns().get(c);
      entries.add(
          new Manifest.ColumnEntry(
              column.name(),
              column.elementType().descr(),
              column.shape().toList(),
              List.of(layout.filePattern(c)),
              null,
              null,
              column.isVariable() ? List.of(layout.offsetsFilePattern(c)) : null,
              null));
    }
    return entries;
  }

  private static List<Manifest.FileEntry> entries(Dataset dataset, Map<String, String> files) {
    List<Manifest.FileEntry> entries = new ArrayList<>();
    for (FileInfo file : dataset.files()) {
      String name = nameOf(file.path());
      String digits = files.get(name);
      if (digits == null) {
        throw new IllegalArgumentException("files must have the checksums of " + name);
      }
      entries.add(new Manifest.FileEntry(name, file.sizeBytes(), digits));
    }
    return entries;
  }

  private static String nameOf(Path file) {
    return String.valueOf(file.getFileName());
  }

  private static Path join(
      List<Column> columns, ShardLayout layout, List<Path> parts, Path manifest)
      throws IOException {
    try (PartialFile file = RecordChecksumWriter.begin(manifest)) {
      RecordChecksumWriter.writeHeader(file.channel(), columns);
      for (int shard = 0; shard < layout.shards(); shard++) {
        long count = layout.first(shard + 1) - layout.first(shard);
        long bytes = count * columns.size() * Integer.BYTES;
        append(parts.get(shard), bytes, file.channel());
      }
      return RecordChecksumWriter.finish(file, manifest);
    }
  }

  private static void append(Path part, long bytes, FileChannel file) throws IOException {
    try (FileChannel from = FileChannel.open(part, StandardOpenOption.READ)) {
      if (from.size() != bytes) {
        throw PenstockException.about(
            ErrorKind.FILE_CHANGED,
            part,
            "expected the checksums of a shard, %d bytes, found %d: run it again"
                .formatted(bytes, from.size()));
      }
      long done = 0;
      while (done < bytes) {
        done += from.transferTo(done, bytes - done, file);
      }
    }
  }
}
