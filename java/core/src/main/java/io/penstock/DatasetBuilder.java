package io.penstock;

import io.penstock.error.PenstockException;
import io.penstock.format.Source;
import io.penstock.internal.dataset.ColumnFiles;
import io.penstock.internal.dataset.DatasetFiles;
import io.penstock.internal.door.Platforms;
import io.penstock.internal.ffi.NativeLimits;
import io.penstock.internal.platform.OpenFiles;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Names the columns of a {@link Dataset} and the files that they lie in.
 *
 * <p>A {@link Path} means the file or folder of exactly this name; a {@link Source} names a part of
 * a file, files that match a pattern, or elements without a header. Methods throw
 * IllegalArgumentException if a path is of another file system than the machine's own. Not
 * thread-safe.
 */
public final class DatasetBuilder {
  private final Map<String, ColumnFiles> columns = new LinkedHashMap<>();

  DatasetBuilder() {}

  /**
   * Adds a column.
   *
   * @param name what to call it, not blank, and of no other column
   * @param shards the files whose records make it, in order; at least one. A single folder is a
   *     column of its files, see {@link #folder}
   * @return this
   * @throws IllegalArgumentException if the name is taken or blank, or there is no file
   */
  public DatasetBuilder column(String name, Path... shards) {
    return column(name, sources(shards));
  }

  /**
   * Adds a column.
   *
   * @param name what to call it, not blank, and of no other column
   * @param shards whose records make it, in order; at least one
   * @return this
   * @throws IllegalArgumentException if the name is taken or blank, or there is no source
   */
  public DatasetBuilder column(String name, Source... shards) {
    return add(name, new ColumnFiles.Arrays(name, List.of(shards)));
  }

  /**
   * Adds a column whose records are windows over streams of tokens. A window never crosses the end
   * of its file; tokens that are left there are not delivered.
   *
   * @param name what to call it, not blank, and of no other column
   * @param windowTokens number of tokens in a window, at least 1
   * @param strideTokens number of tokens from the beginning of a window to the beginning of the
   *     next, at least 1; smaller than a window if windows overlap
   * @param shards the files that hold the streams, with one token as a record; at least one
   * @return this
   * @throws IllegalArgumentException if the name is taken or blank, there is no file, or a number
   *     is out of range
   * @see io.penstock.sampler.TokenWindows
   */
  public DatasetBuilder windows(String name, long windowTokens, long strideTokens, Path... shards) {
    return windows(name, windowTokens, strideTokens, sources(shards));
  }

  /**
   * Adds a column whose records are windows over streams of tokens.
   *
   * @param name what to call it, not blank, and of no other column
   * @param windowTokens number of tokens in a window, at least 1
   * @param strideTokens number of tokens from the beginning of a window to the beginning of the
   *     next, at least 1
   * @param shards that hold the streams, with one token as a record; at least one
   * @return this
   * @throws IllegalArgumentException as {@link #windows(String, long, long, Path...)}
   */
  public DatasetBuilder windows(
      String name, long windowTokens, long strideTokens, Source... shards) {
    if (windowTokens < 1 || strideTokens < 1) {
      throw new IllegalArgumentException(
          "windowTokens and strideTokens of column '%s' must be at least 1, were %d and %d"
              .formatted(name, windowTokens, strideTokens));
    }
    return add(
        name, new ColumnFiles.TokenStreams(name, List.of(shards), windowTokens, strideTokens));
  }

  /**
   * Adds a column whose records have different sizes: texts, sequences of tokens, sounds. Record
   * {@code i} is {@code values[offsets[i]] ... values[offsets[i + 1] - 1]}. There may be more
   * offsets than fit into memory. The first must be 0 and the last the number of values, so that
   * every value belongs to a record. The others are checked when a loader is built: a record that
   * lies outside of the values, or ends before it begins, fails when it is read, and no other one
   * does. The part {@code sequences} of token data that has an index is such a column for {@link
   * #column(String, Source...)}.
   *
   * @param name what to call it, not blank, and of no other column
   * @param values the file with all values one after another
   * @param offsets a list of integers, one more than records
   * @return this
   * @throws IllegalArgumentException if the name is taken or blank
   * @see Batch#offsets
   */
  public DatasetBuilder variable(String name, Path values, Path offsets) {
    return variable(name, Source.of(values), Source.of(offsets));
  }

  /**
   * The same with any sources.
   *
   * @param name what to call it, not blank, and of no other column
   * @param values all values one after another; a pattern stands for several files
   * @param offsets one file for each file of values
   * @return this
   * @throws IllegalArgumentException if the name is taken or blank
   */
  public DatasetBuilder variable(String name, Source values, Source offsets) {
    return variable(name, List.of(values), List.of(offsets));
  }

  /**
   * The same with several files of values laid end to end, each with offsets of its own.
   *
   * @param name what to call it, not blank, and of no other column
   * @param values at least one
   * @param offsets as many
   * @return this
   * @throws IllegalArgumentException if the name is taken or blank, or there is no file
   */
  public DatasetBuilder variable(String name, List<Source> values, List<Source> offsets) {
    if (offsets.isEmpty()) {
      throw new IllegalArgumentException(
          "column '" + name + "' must have at least one file of offsets");
    }
    return add(
        name, new ColumnFiles.DividedValues(name, List.copyOf(values), List.copyOf(offsets)));
  }

  /**
   * Adds a column of small files: each file in a folder and its sub-folders is a record of bytes,
   * in the order of their paths, name by name, with numbers as numbers. Links are followed; names
   * that begin with a dot and {@code lost+found} are left out. Names and sizes are kept in an index
   * file, which is made again after a folder or file was modified. {@link #column(String, Path...)}
   * does the same for a path that is a folder, with all its files and the index {@code
   * FOLDER.penstock-index}; {@code Source.of(folder).part("label")} is a column of the numbers of
   * their {@link Dataset#classes classes}.
   *
   * @param name what to call it, not blank, and of no other column
   * @param folder where the files are
   * @param pattern of the files' names, as {@code *.jpg,*.png,!thumbs}
   * @param index where the index is kept, in a folder that can be written to
   * @return this
   * @throws IllegalArgumentException if the name is taken or blank
   */
  public DatasetBuilder folder(String name, Path folder, String pattern, Path index) {
    return add(name, new ColumnFiles.FolderColumn(name, folder, pattern, index));
  }

  private static Source[] sources(Path... files) {
    return Stream.of(files).map(Source::of).toArray(Source[]::new);
  }

  private DatasetBuilder add(String name, ColumnFiles files) {
    if (columns.putIfAbsent(name, files) != null) {
      throw new IllegalArgumentException(
          "columns must have different names, was '%s' twice: name them with Dataset.builder()"
              .formatted(name));
    }
    return this;
  }

  /**
   * Opens the files.
   *
   * @return the dataset, to be closed by the caller
   * @throws PenstockException if a file cannot be opened, is not understood, or does not fit to the
   *     others
   * @throws IllegalArgumentException if there is no column, or there are more than 64
   */
  public Dataset open() {
    if (columns.isEmpty() || columns.size() > NativeLimits.MAX_COLUMNS) {
      throw new IllegalArgumentException(
          "a dataset must have 1 to %d columns, was %d"
              .formatted(NativeLimits.MAX_COLUMNS, columns.size()));
    }
    OpenFiles source = Platforms.current().openFiles();
    try {
      return new Dataset(new DatasetFiles(source, columns.values()));
    } catch (RuntimeException | Error e) {
      source.close();
      throw e;
    }
  }
}
