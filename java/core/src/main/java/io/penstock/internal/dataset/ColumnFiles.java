package io.penstock.internal.dataset;

import io.penstock.array.ArrayLayout;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import io.penstock.format.Source;
import io.penstock.internal.folder.FolderIndex;
import io.penstock.internal.format.RecordLayout;
import io.penstock.internal.format.known.ShardFolders;
import io.penstock.sampler.TokenWindows;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a column is to be made of, as the caller says it. Nothing is opened before it is asked. */
public sealed interface ColumnFiles {
  /**
   * Reads what the files say of themselves.
   *
   * @param folders that the dataset has opened
   * @throws PenstockException if one cannot be opened, is not understood, or does not fit
   */
  ColumnLayout layout(OpenFolders folders);

  /**
   * Records as they are in files; or the files of a folder, if that is the only source.
   *
   * @param sources files, parts of files, or patterns of their names
   */
  record Arrays(String name, List<Source> sources) implements ColumnFiles {
    public Arrays {
      check(name, sources);
    }

    @Override
    public ColumnLayout layout(OpenFolders folders) {
      Path first = sources.getFirst().file();
      boolean isPath = sources.equals(List.of(Source.of(first)));
      if (isPath && ShardFolders.isOfRecords(first)) {
        return new FolderColumn(name, first, "*", FolderIndex.defaultFile(first)).layout(folders);
      }
      List<ArrayLayout> fixed = new ArrayList<>();
      List<RecordLayout.Variable> variable = new ArrayList<>();
      for (RecordLayout layout : ShardOpening.open(shards(sources, folders))) {
        switch (layout) {
          case RecordLayout.Fixed records -> fixed.add(records.array());
          case RecordLayout.Variable records -> variable.add(records);
        }
      }
      if (!fixed.isEmpty() && !variable.isEmpty()) {
        throw PenstockException.about(
            ErrorKind.MISMATCH,
            variable.getFirst().numbers().getFirst().path(),
            ("expected records of one size in column '%s', as in %s, found records of different"
                    + " sizes: make them two columns")
                .formatted(name, fixed.getFirst().path()));
      }
      return variable.isEmpty()
          ? new ColumnLayout.FixedRecords(name, fixed)
          : DividedRecords.of(name, variable);
    }
  }

  /**
   * Windows over streams of tokens.
   *
   * @param windowTokens tokens of a window
   * @param strideTokens from window to window
   */
  record TokenStreams(String name, List<Source> sources, long windowTokens, long strideTokens)
      implements ColumnFiles {
    public TokenStreams {
      check(name, sources);
    }

    @Override
    public ColumnLayout layout(OpenFolders folders) {
      return new ColumnLayout.FixedRecords(
          name, shards(sources, folders).stream().map(Formats::open).map(this::windows).toList());
    }

    private ArrayLayout windows(ArrayLayout stream) {
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

  /**
   * Runs of values.
   *
   * @param offsets files that say where records begin, one for each file of values
   */
  record DividedValues(String name, List<Source> values, List<Source> offsets)
      implements ColumnFiles {
    public DividedValues {
      check(name, values);
    }

    @Override
    public ColumnLayout layout(OpenFolders folders) {
      return DividedRecords.of(name, values, offsets);
    }
  }

  /**
   * The files of a folder, each of which is a record.
   *
   * @param pattern which of them are meant
   * @param index where the index of the folder is kept
   */
  record FolderColumn(String name, Path folder, String pattern, Path index) implements ColumnFiles {
    public FolderColumn {
      check(name, List.of(Source.of(folder)));
    }

    @Override
    public ColumnLayout layout(OpenFolders folders) {
      return new ColumnLayout.FileRecords(name, folders.open(folder, pattern, index));
    }
  }

  private static void check(String name, List<Source> sources) {
    if (name.isBlank()) {
      throw new IllegalArgumentException("name of a column must not be blank");
    }
    if (sources.isEmpty()) {
      throw new IllegalArgumentException("column '" + name + "' must have at least one file");
    }
  }

  /** The single files that are meant; labels of a folder lie in its index. */
  private static List<Source> shards(List<Source> sources, OpenFolders folders) {
    return sources.stream()
        .map(
            source ->
                FolderIndex.folderOfLabels(source)
                    .map(folder -> labels(folder, folders))
                    .orElse(source))
        .flatMap(source -> source.shards().stream())
        .toList();
  }

  private static Source labels(Path folder, OpenFolders folders) {
    return folders.open(folder, "*", FolderIndex.defaultFile(folder)).labels();
  }
}
