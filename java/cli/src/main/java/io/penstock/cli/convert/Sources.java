package io.penstock.cli.convert;

import io.penstock.array.StreamedArray;
import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import io.penstock.format.Source;
import io.penstock.internal.folder.FolderIndex;
import io.penstock.internal.format.known.ShardFolders;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds out what is at a path and how its records are read. */
public final class Sources {
  private Sources() {}

  /**
   * Opens a path, or several files as one source.
   *
   * @param paths files, parts of files, patterns; or one directory
   * @param options which records, and how they are read
   * @param scratch a file beside which temporary files may be made
   * @return the records, to be closed by the caller
   * @throws PenstockException if nothing can be read there
   * @throws IOException if it cannot be opened
   */
  public static RecordSource open(List<Path> paths, SourceOptions options, Path scratch)
      throws IOException {
    RecordSource found = find(paths, options, scratch);
    try {
      // Text may have any number of digits: parsing it has to round.
      boolean isRounded =
          found instanceof TextSource
              && options.dtype() != null
              && NumericType.of(options.dtype()) != null
              && NumericType.of(options.dtype()).isFloating();
      return CastSource.of(found, options.dtype(), options.isLossy() || isRounded);
    } catch (RuntimeException | Error e) {
      found.close();
      throw e;
    }
  }

  /**
   * Whether a path is text with numbers, by its name.
   *
   * @param path any
   * @return whether {@link #open} reads it as numbers
   */
  public static boolean isText(Path path) {
    return TextSource.isNamed(path);
  }

  private static RecordSource find(List<Path> paths, SourceOptions options, Path scratch)
      throws IOException {
    Selection selection = options.selection();
    if (paths.size() == 1) {
      Path path = paths.getFirst();
      if (ShardFolders.isOfRecords(path)) {
        options.checkNoText();
        return FolderRecordSource.open(path, options);
      }
      Optional<Path> labelled = FolderIndex.folderOfLabels(Source.parse(path));
      if (labelled.isPresent()) {
        options.checkNoText();
        options.checkNoImages();
        return SelectedSource.of(FolderRecordSource.labels(labelled.get(), options), selection);
      }
      if (TextSource.isNamed(path)) {
        options.checkNoFolder();
        return SelectedSource.of(TextSource.open(path, options), selection);
      }
    }
    options.checkNoText();
    List<Source> shards =
        paths.stream().flatMap(path -> Source.parse(path).shards().stream()).toList();
    if (options.folder().isOfImages() && MemberImageSource.isOne(shards)) {
      options.folder().checkNoFiles();
      Selection steps = new Selection(0, Long.MAX_VALUE, selection.step());
      return SelectedSource.of(MemberImageSource.open(shards, options), steps);
    }
    options.checkNoFolder();
    return openArrays(shards, selection, scratch);
  }

  /**
   * Opens arrays in one or several files as one source.
   *
   * @param shards files, or parts of files
   * @param selection which records
   * @param scratch a file beside which temporary files may be made
   * @return the records, to be closed by the caller
   * @throws PenstockException if nothing can be read there
   * @throws IOException if it cannot be opened
   */
  public static RecordSource openArrays(List<Source> shards, Selection selection, Path scratch)
      throws IOException {
    Selection steps = new Selection(0, Long.MAX_VALUE, selection.step());
    List<Source> files = new ArrayList<>();
    List<Unpacked> unpacked = new ArrayList<>();
    try {
      for (Source shard : shards) {
        Source found = shard;
        Unpacked copy = Unpacked.of(shard, scratch, unpacked.size());
        if (copy != null) {
          unpacked.add(copy);
          found = copy.place();
        }
        StreamedArray streamed = Formats.streamed(found).orElse(null);
        if (streamed != null) {
          unpacked.add(Unpacked.of(streamed, scratch, unpacked.size()));
          found = unpacked.getLast().place();
        }
        files.add(found);
      }
      return SelectedSource.of(
          ColumnSource.open(files, unpacked, selection, shards.toString()), steps);
    } catch (PenstockException e) {
      unpacked.forEach(Unpacked::close);
      throw Unpacked.ofSources(e, unpacked);
    } catch (IOException | RuntimeException | Error e) {
      unpacked.forEach(Unpacked::close);
      throw e;
    }
  }
}
