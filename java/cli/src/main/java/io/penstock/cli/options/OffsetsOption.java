package io.penstock.cli.options;

import io.penstock.format.Source;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Which columns have records of different sizes, and the files that divide their values. */
public final class OffsetsOption {
  @Option(
      names = "--offsets",
      paramLabel = "NAME=PATH[,PATH...]",
      converter = ColumnOptions.Converter.class,
      description =
          "The records of column NAME have different sizes: PATH has integers, one more than there"
              + " are records, that say where each record begins, counted in values; give as many"
              + " files as the column has. FILE.idx#sequences needs none. Repeatable. Default: all"
              + " records have one size.")
  private List<ColumnOptions.NamedColumn> offsets = new ArrayList<>();

  /** All files that were named, with their parts and patterns. */
  Stream<Path> paths() {
    return offsets.stream().flatMap(column -> column.shards().stream()).map(Path::of);
  }

  /** The files of a column as typed; empty if there are none. */
  List<Path> paths(String column) {
    return offsets.stream()
        .filter(one -> one.name().equals(column))
        .flatMap(one -> one.shards().stream())
        .map(Path::of)
        .toList();
  }

  /** The sources of offsets by column, of columns with these names. */
  public Map<String, List<Source>> byColumn(CommandSpec spec, Set<String> columns) {
    Map<String, List<Source>> divisions = new LinkedHashMap<>();
    for (ColumnOptions.NamedColumn column : offsets) {
      if (!columns.contains(column.name())) {
        throw new ParameterException(
            spec.commandLine(),
            "--offsets must be of one of the columns %s, was %s".formatted(columns, column.name()));
      }
      List<Source> sources = column.shards().stream().map(Path::of).map(Source::parse).toList();
      if (divisions.put(column.name(), sources) != null) {
        throw new ParameterException(
            spec.commandLine(),
            "--offsets must be given once for a column, was twice for " + column.name());
      }
    }
    return divisions;
  }
}
