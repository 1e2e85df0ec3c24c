package io.penstock.internal.dataset;

import io.penstock.array.ArrayLayout;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import io.penstock.internal.folder.FolderIndex;
import io.penstock.sampler.TokenWindows;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a column is to be made of: files or patterns of their names, and whether its records are
 * those of the files or windows over them.
 *
 * @param windowTokens tokens of a window; 0 for records as they are
 * @param strideTokens from window to window
 * @param offsets files that say how the values in the others are divided into records of different
 *     sizes; empty for records of one size
 * @param folder whose files are the records; null where it is not said to be one
 */
public record ColumnFiles(
    String name,
    List<Path> shards,
    long windowTokens,
    long strideTokens,
    List<Path> offsets,
    Folder folder) {
  /** A folder of files, which of them are meant, and where its index is kept. */
  public record Folder(Path path, String pattern, Path index) {
    Folder(Path path) {
      this(path, "*", FolderIndex.defaultFile(path));
    }

    FolderIndex open() {
      return FolderIndex.open(path, pattern, index);
    }
  }

  public ColumnFiles {
    if (name.isBlank()) {
      throw new IllegalArgumentException("name of a column must not be blank");
    }
    if (shards.isEmpty()) {
      throw new IllegalArgumentException("column '" + name + "' must have at least one file");
    }
  }

  /** Looks through a folder whose files are the records; null where it is none. */
  FolderIndex folderOrNull() {
    if (folder != null) {
      return folder.open();
    }
    boolean isFolder = shards.size() == 1 && offsets.isEmpty() && windowTokens == 0;
    return isFolder && Files.isDirectory(shards.getFirst())
        ? new Folder(shards.getFirst()).open()
        : null;
  }

  /** Reads what the files of records of different sizes say of themselves; null for others. */
  VariableFiles variableOrNull() {
    if (!offsets.isEmpty()) {
      return VariableFiles.of(name, shards, offsets);
    }
    return windowTokens == 0 ? VariableFiles.sequencesOrNull(name, shards) : null;
  }

  /** Reads what the files say of themselves, in index order. */
  List<ArrayLayout> layouts() {
    return shards.stream()
        .map(path -> Formats.isLabels(path) ? new Folder(Formats.file(path)).open().labels() : path)
        .flatMap(path -> Formats.shards(path).stream())
        .map(Formats::open)
        .map(this::windows)
        .toList();
  }

  private ArrayLayout windows(ArrayLayout stream) {
    if (windowTokens == 0) {
      return stream;
    }
    if (stream.recordCount() < windowTokens) {
      throw PenstockException.about(
          ErrorKind.MISMATCH,
          stream.path(),
          "expected a stream of at least %d tokens, for a window, found %d: give smaller windows"
              .formatted(windowTokens, stream.recordCount()));
    }
    return stream.windows(new TokenWindows(stream.recordCount(), windowTokens, strideTokens));
  }
}
