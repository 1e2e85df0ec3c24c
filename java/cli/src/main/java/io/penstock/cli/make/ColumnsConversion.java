package io.penstock.cli.make;

import io.penstock.array.Part;
import io.penstock.cli.command.Progress;
import io.penstock.cli.command.Streams;
import io.penstock.cli.convert.ArrayFiles;
import io.penstock.cli.convert.RecordSource;
import io.penstock.cli.convert.Selection;
import io.penstock.cli.convert.Sources;
import io.penstock.cli.convert.StreamedColumn;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import io.penstock.format.Source;
import io.penstock.internal.format.known.KnownFormats;
import io.penstock.write.NpyWriter;
import io.penstock.write.VariableNpyWriter;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * {@code convert} of a file whose columns cannot be read in place, such as a Parquet file: one
 * column whose records have different sizes, or all columns, into a directory.
 */
final class ColumnsConversion {
  private static final String VALUES = ".values";
  private static final String MASK = ".valid";

  private final List<Source> shards;
  private final Optional<StreamedColumn> column;

  private ColumnsConversion(List<Source> shards, Optional<StreamedColumn> column) {
    this.shards = shards;
    this.column = column;
  }

  /** What is meant by paths; empty if it is an array that another conversion writes. */
  static Optional<ColumnsConversion> find(List<Path> paths) {
    List<Source> shards =
        paths.stream().flatMap(path -> Source.parse(path).shards().stream()).toList();
    boolean isProvided =
        !shards.isEmpty()
            && shards.stream()
                .allMatch(
                    shard ->
                        Files.isRegularFile(shard.file()) && KnownFormats.isProvided(shard.file()));
    if (!isProvided) {
      return Optional.empty();
    }
    if (shards.stream().allMatch(shard -> shard.partName().isEmpty() && isTable(shard.file()))) {
      return Optional.of(new ColumnsConversion(shards, Optional.empty()));
    }
    return StreamedColumn.find(shards)
        .map(found -> new ColumnsConversion(shards, Optional.of(found)));
  }

  /** Whether there are several columns, none of which can be read in place. */
  private static boolean isTable(Path file) {
    List<Part> parts = Formats.parts(file);
    return parts.size() > 1
        && parts.stream().allMatch(part -> part.problem().isPresent())
        && parts.stream()
            .anyMatch(part -> part.streamed().isPresent() || part.streamedRecords().isPresent());
  }

  /** Writes the column to the target, or all columns to files in it. */
  void run(Path target, boolean mayReplace, Streams streams, MakingReport report)
      throws IOException {
    List<MadeColumn> made = new ArrayList<>();
    boolean isNew = Files.notExists(target);
    try {
      if (column.isPresent()) {
        made.add(write(column.get(), target, mayReplace, streams));
      } else {
        writeAll(target, mayReplace, streams, made);
      }
      made.forEach(files -> files.commit(report));
    } finally {
      made.forEach(MadeColumn::close);
      if (isNew && column.isEmpty()) {
        deleteIfEmpty(target);
      }
    }
  }

  private void writeAll(Path target, boolean mayReplace, Streams streams, List<MadeColumn> made)
      throws IOException {
    Set<String> names = names();
    if (!Files.isDirectory(target)) {
      if (Files.exists(target)) {
        throw PenstockException.about(
            ErrorKind.WRITE_FAILED,
            target,
            "expected a directory for %d columns, found a file: name another DST, or one column as %s"
                .formatted(names.size(), example(names)));
      }
      Files.createDirectory(target);
    }
    for (String name : names) {
      List<Source> parts = shards.stream().map(shard -> shard.part(name)).toList();
      Path file = target.resolve(name.replace('/', '.') + ".npy");
      Optional<StreamedColumn> variable = StreamedColumn.find(parts);
      made.add(
          variable.isPresent()
              ? write(variable.get(), file, mayReplace, streams)
              : write(parts, file, target, mayReplace, streams));
    }
  }

  private String example(Set<String> names) {
    return shards.getFirst().part(names.iterator().next()).toString();
  }

  /** The columns of all files; of those that have nulls in some files, their values and masks. */
  private Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    for (Source shard : shards) {
      for (Part part : Formats.parts(shard.file())) {
        if (part.streamed().isEmpty() && part.streamedRecords().isEmpty()) {
          part.layout(); // Throws: it says why it cannot be read.
        }
        names.add(part.name());
      }
    }
    names.removeIf(name -> names.contains(name + VALUES) && names.contains(name + MASK));
    return names;
  }

  private static MadeColumn write(
      StreamedColumn records, Path target, boolean mayReplace, Streams streams) {
    Path offsets = target.resolveSibling(Source.of(target).columnName() + "-offsets.npy");
    VariableNpyWriter writer =
        VariableNpyWriter.open(
            NpyWriter.builder(target, records.elementType()).replace(mayReplace), offsets);
    try (Progress progress = Progress.start(streams, "convert", "records", records.recordCount())) {
      records.writeTo(writer, progress::to);
      writer.finish();
      return new MadeColumn.Variable(List.of(target, offsets), records.elementType(), writer);
    } catch (RuntimeException | Error e) {
      writer.close();
      throw e;
    }
  }

  private static MadeColumn write(
      List<Source> parts, Path target, Path scratch, boolean mayReplace, Streams streams)
      throws IOException {
    try (RecordSource source = Sources.openArrays(parts, Selection.ALL, scratch)) {
      ArrayFiles files =
          new ArrayFiles(target, source, new ArrayFiles.Options(1, mayReplace, false, false));
      try (Progress progress =
          Progress.start(streams, "convert", "records", source.recordCount())) {
        files.write(source, progress::to);
        return new MadeColumn.Fixed(
            files, source.elementType(), source.recordShape(), source.recordBytes());
      } catch (IOException | RuntimeException | Error e) {
        files.close();
        throw e;
      }
    }
  }

  /** Deletes a directory that was made for files that were not written. */
  private static void deleteIfEmpty(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      try {
        Files.delete(directory);
      } catch (DirectoryNotEmptyException e) {
        // It has the files that were asked for.
        return;
      }
    }
  }
}
