package io.penstock.spark;

import io.penstock.Dataset;
import io.penstock.DatasetBuilder;
import io.penstock.format.Source;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the columns of a dataset lie, in words that travel to executors: each of them opens the
 * files itself, so they must lie on storage that all machines have under the same path.
 *
 * <p>The words are those of the command line: {@code images.npy}, {@code data.npz#images}, {@code
 * 'shards/part-*.npy'}. Immutable.
 */
public final class SparkSource implements Serializable {
  private static final long serialVersionUID = 1L;

  private final ArrayList<ColumnWords> columns;

  /**
   * A column as it was named.
   *
   * @param name of it; null if it is named after its file
   * @param shards as typed
   * @param offsets as typed; none if records have one size, or the format divides the values
   */
  private record ColumnWords(@Nullable String name, List<String> shards, List<String> offsets)
      implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  private SparkSource(List<ColumnWords> columns) {
    this.columns = new ArrayList<>(columns);
  }

  /**
   * One column for each path, named after its part or its file.
   *
   * @param paths as on the command line; none for a source to which columns are added
   * @return the source
   */
  public static SparkSource of(String... paths) {
    return of(List.of(paths));
  }

  /**
   * One column for each path, named after its part or its file.
   *
   * @param paths as on the command line; none for a source to which columns are added
   * @return the source
   */
  public static SparkSource of(List<String> paths) {
    List<ColumnWords> columns = new ArrayList<>();
    for (String path : paths) {
      columns.add(new ColumnWords(null, words(path), words()));
    }
    return new SparkSource(columns);
  }

  /**
   * Adds a column with a name.
   *
   * @param name of the column
   * @param shards its files, in order; at least one
   * @return a new source
   */
  public SparkSource column(String name, String... shards) {
    return with(new ColumnWords(name, words(shards), words()));
  }

  /**
   * Adds a column whose records have different sizes.
   *
   * @param name of the column
   * @param values the values of all records: a file, or a pattern for several
   * @param offsets where records begin, one more than records: a file, or a pattern for several
   * @return a new source
   */
  public SparkSource variable(String name, String values, String offsets) {
    return with(new ColumnWords(name, words(values), words(offsets)));
  }

  /** A column of several files, if it has offsets of as many. */
  SparkSource column(String name, List<String> shards, List<String> offsets) {
    return with(new ColumnWords(name, new ArrayList<>(shards), new ArrayList<>(offsets)));
  }

  /** The columns of this source and those of another. */
  SparkSource add(SparkSource other) {
    List<ColumnWords> more = new ArrayList<>(columns);
    more.addAll(other.columns);
    return new SparkSource(more);
  }

  /** Only those columns, in this order. */
  SparkSource only(List<String> names) {
    List<ColumnWords> kept = new ArrayList<>();
    for (String name : names) {
      columns.stream()
          .filter(column -> nameOf(column).equals(name))
          .findFirst()
          .ifPresent(kept::add);
    }
    return new SparkSource(kept);
  }

  /** The names of the columns. */
  List<String> names() {
    return columns.stream().map(SparkSource::nameOf).toList();
  }

  /** The name of a column that is typed as a path. */
  static String columnName(String path) {
    return Source.parse(Path.of(path)).columnName();
  }

  private static String nameOf(ColumnWords column) {
    return column.name() == null ? sources(column.shards()).getFirst().columnName() : column.name();
  }

  private SparkSource with(ColumnWords column) {
    List<ColumnWords> more = new ArrayList<>(columns);
    more.add(column);
    return new SparkSource(more);
  }

  /** A list that can be serialized. */
  private static List<String> words(String... words) {
    return new ArrayList<>(List.of(words));
  }

  /**
   * Opens the files, here.
   *
   * @return the dataset, to be closed by the caller
   * @throws io.penstock.error.PenstockException as {@link DatasetBuilder#open}
   * @throws IllegalArgumentException if there is no column, or two have the same name
   */
  public Dataset open() {
    DatasetBuilder builder = Dataset.builder();
    for (ColumnWords column : columns) {
      List<Source> shards = sources(column.shards());
      String name = nameOf(column);
      if (column.offsets().isEmpty()) {
        builder.column(name, shards.toArray(Source[]::new));
      } else {
        builder.variable(name, shards, sources(column.offsets()));
      }
    }
    return builder.open();
  }

  private static List<Source> sources(List<String> words) {
    return words.stream().map(word -> Source.parse(Path.of(word))).toList();
  }

  @Override
  public String toString() {
    return columns.stream().flatMap(column -> column.shards().stream()).toList().toString();
  }
}
