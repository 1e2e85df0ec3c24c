package io.penstock.cli;

import io.penstock.Dataset;
import io.penstock.format.Formats;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Which files make a dataset: paths, and columns with names. Shared by all that read one. */
final class ColumnOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Parameters(
      paramLabel = "PATH",
      arity = "0..*",
      description =
          "One file per column (.npy, or FILE#PART for a part of an .npz, a pickle, a structured"
              + " .npy), all with the same number of records. A column is named after its part, or"
              + " else after its file, without the extension.")
  private List<String> paths = new ArrayList<>();

  @Option(
      names = "--column",
      paramLabel = "NAME=PATH[,PATH...]",
      converter = Converter.class,
      description =
          "A column with a name of its own; several files are laid end to end. Repeatable; such"
              + " columns come after those given as PATH. Default: none.")
  private List<NamedColumn> named = new ArrayList<>();

  /** A column as it was typed. */
  record NamedColumn(String name, List<String> shards) {}

  static final class Converter implements ITypeConverter<NamedColumn> {
    @Override
    public NamedColumn convert(String text) {
      int equals = text.indexOf('=');
      if (equals < 1 || equals == text.length() - 1) {
        throw new TypeConversionException("must be NAME=PATH[,PATH...], was '" + text + "'");
      }
      List<String> shards = List.of(text.substring(equals + 1).split(",", -1));
      if (shards.contains("")) {
        throw new TypeConversionException("must have a path around each comma, was " + text);
      }
      return new NamedColumn(text.substring(0, equals), shards);
    }
  }

  /** Opens what was named. */
  Dataset open() {
    Map<String, List<Path>> columns = new LinkedHashMap<>();
    for (String path : paths) {
      add(columns, Formats.columnName(Path.of(path)), List.of(Path.of(path)));
    }
    for (NamedColumn column : named) {
      add(columns, column.name(), column.shards().stream().map(Path::of).toList());
    }
    if (columns.isEmpty()) {
      throw usage("expected at least one PATH or --column, found none");
    }
    Dataset.Builder builder = Dataset.builder();
    columns.forEach((name, shards) -> builder.column(name, shards.toArray(Path[]::new)));
    return builder.open();
  }

  private void add(Map<String, List<Path>> columns, String name, List<Path> shards) {
    List<Path> other = columns.putIfAbsent(name, shards);
    if (other != null) {
      throw usage(
          "columns must have different names, found '%s' for both %s and %s: name one with --column"
              .formatted(name, other.getFirst(), shards.getFirst()));
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
