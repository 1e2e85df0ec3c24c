package io.penstock.cli.options;

import io.penstock.Dataset;
import io.penstock.DatasetBuilder;
import io.penstock.array.ElementType;
import io.penstock.format.Source;
import io.penstock.internal.folder.FolderIndex;
import io.penstock.internal.format.RawArray;
import io.penstock.internal.format.known.ShardFolders;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The files of a dataset, as paths or named columns. Shared by all commands that read one. */
public final class ColumnOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Parameters(
      paramLabel = "PATH",
      arity = "0..*",
      description =
          "One file per column (.npy, or FILE#PART for a part of an .npz, a pickle, a structured"
              + " .npy), all with the same number of records. A column is named after its part, or"
              + " else after its file, without the extension. A pattern in quotes stands for the"
              + " shards of one column, in the order of their numbers: 'part-*.npy'. A folder is a"
              + " column with a record for each file; FOLDER#label has the numbers of their"
              + " sub-folders, see penstock info FOLDER. Of a folder of MDS shards, FOLDER#COLUMN"
              + " is a column.")
  private List<String> paths = new ArrayList<>();

  @Option(
      names = "--column",
      paramLabel = "NAME=PATH[,PATH...]",
      converter = Converter.class,
      description =
          "A column with a name of its own; several files are laid end to end (a path with a comma"
              + " is one file if that file exists). Repeatable; such columns come after those given"
              + " as PATH. Default: none.")
  private List<NamedColumn> named = new ArrayList<>();

  @Mixin private OffsetsOption offsets;
  @Mixin private FolderIndexOption folderIndex;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      description =
          "The files have no header, but raw elements of this type, such as uint16, '<u2' or '>f4'."
              + " To name one such file among others, write FILE#raw:TYPE:SHAPE:OFFSET. Default:"
              + " what the headers say.")
  private String dtype;

  @Option(
      names = "--shape",
      paramLabel = "SIZE[xSIZE...]",
      description =
          "With --dtype: sizes of all axes; -1 as the first size means as many records as there are"
              + " (-1x28x28). Default: -1, each element a record.")
  private String shape;

  @Option(
      names = "--offset",
      paramLabel = "BYTES",
      description = "With --dtype: where the first element starts. Default: 0.")
  private Long offset;

  @Option(
      names = "--window",
      paramLabel = "TOKENS",
      description =
          "Records are windows of this many tokens, over files with one token as a record. Default:"
              + " records as they are.")
  private Long tokenWindow;

  @Option(
      names = "--window-stride",
      paramLabel = "TOKENS",
      description =
          "With --window: tokens from the beginning of a window to the beginning of the next."
              + " Default: as many as a window has.")
  private Long tokenWindowStride;

  /** A column as it was typed. */
  record NamedColumn(String name, List<String> shards) {}

  static final class Converter implements ITypeConverter<NamedColumn> {
    @Override
    public NamedColumn convert(String text) {
      int equals = text.indexOf('=');
      if (equals < 1 || equals == text.length() - 1) {
        throw new TypeConversionException("must be NAME=PATH[,PATH...], was '" + text + "'");
      }
      List<String> shards = ShardList.of(text.substring(equals + 1));
      if (shards.contains("")) {
        throw new TypeConversionException("must have a path around each comma, was " + text);
      }
      return new NamedColumn(text.substring(0, equals), shards);
    }
  }

  /** Whether no file was named. */
  public boolean areEmpty() {
    return paths.isEmpty() && named.isEmpty();
  }

  /** The shards of each column as typed, with patterns. */
  public Map<String, List<Path>> columns() {
    Map<String, List<Path>> columns = new LinkedHashMap<>();
    check();
    for (String path : paths) {
      add(columns, Source.parse(Path.of(path)).columnName(), List.of(path(path)));
    }
    for (NamedColumn column : named) {
      add(columns, column.name(), column.shards().stream().map(this::path).toList());
    }
    if (columns.isEmpty()) {
      throw usage("expected at least one PATH or --column, found none");
    }
    return columns;
  }

  /** Removes the last path and returns it, for commands that end with an output. */
  public Path removeLast(String what) {
    if (paths.isEmpty()) {
      throw usage("expected " + what + ", as the last path, found no path");
    }
    return Path.of(paths.removeLast());
  }

  /** The first file that was named. */
  public Path firstPath() {
    return columns().values().iterator().next().getFirst();
  }

  /** All files that were named, including those of --offsets, without part names. */
  public List<Path> files() {
    return Stream.concat(named(), offsets.paths())
        .flatMap(path -> Source.parse(path).shards().stream())
        .map(Source::file)
        .distinct()
        .toList();
  }

  /** The folders that were named, whose files are records. */
  public List<Path> folders() {
    return named()
        .map(Source::parse)
        .map(Source::file)
        .filter(Files::isDirectory)
        .distinct()
        .toList();
  }

  /** The files of --offsets of a column as typed; empty if there are none. */
  public List<Path> offsets(String column) {
    return offsets.paths(column);
  }

  /** The folder that a column is of: that of its files, or of their labels. */
  public Optional<FolderIndex> folder(String column) {
    Source source = Source.parse(columns().get(column).getFirst());
    boolean isOfFiles = source.partName().isEmpty() && ShardFolders.isOfRecords(source.file());
    return isOfFiles || FolderIndex.folderOfLabels(source).isPresent()
        ? Optional.of(folderIndex.open(source.file()))
        : Optional.empty();
  }

  /** Which files of a folder are records. */
  public String pattern() {
    return folderIndex.pattern();
  }

  private Stream<Path> named() {
    return columns().values().stream().flatMap(List::stream);
  }

  /** Tokens of a record that is a window over tokens; null if records are used as they are. */
  public Long tokenWindow() {
    return tokenWindow;
  }

  /** Tokens from one such record to the next; null if records are used as they are. */
  public Long tokenWindowStride() {
    return tokenWindowStride == null ? tokenWindow : tokenWindowStride;
  }

  /** Opens the dataset. */
  public Dataset open() {
    Map<String, List<Path>> columns = columns();
    Map<String, List<Source>> divisions = offsets.byColumn(spec, columns.keySet());
    folderIndex.check(spec, columns.values().stream().flatMap(List::stream));
    DatasetBuilder builder = Dataset.builder();
    columns.forEach((name, shards) -> add(builder, name, shards, divisions.get(name)));
    return builder.open();
  }

  private void check() {
    if (dtype == null && (shape != null || offset != null)) {
      throw usage("--shape and --offset must come with --dtype, which says what the elements are");
    }
    if (tokenWindow == null && tokenWindowStride != null) {
      throw usage("--window-stride must come with --window");
    }
    if ((tokenWindow != null && tokenWindow < 1)
        || (tokenWindowStride != null && tokenWindowStride < 1)) {
      throw usage("--window and --window-stride must be at least 1");
    }
  }

  private void add(
      DatasetBuilder builder, String name, List<Path> shards, List<Source> offsetsOrNull) {
    Path first = shards.getFirst();
    Source[] sources = shards.stream().map(folderIndex::source).toArray(Source[]::new);
    if (offsetsOrNull != null) {
      builder.variable(name, parsed(shards), offsetsOrNull);
    } else if (tokenWindow == null && sources.length == 1 && ShardFolders.isOfRecords(first)) {
      builder.folder(name, first, folderIndex.pattern(), folderIndex.file(first));
    } else if (tokenWindow == null) {
      builder.column(name, sources);
    } else {
      builder.windows(name, tokenWindow, tokenWindowStride(), sources);
    }
  }

  private static List<Source> parsed(List<Path> paths) {
    return paths.stream().map(Source::parse).toList();
  }

  /** The path as typed, or with the element type and shape of the options. */
  private Path path(String text) {
    if (dtype == null) {
      return Path.of(text);
    }
    try {
      List<Long> sizes =
          Stream.of((shape == null ? "-1" : shape).split("x", -1)).map(Long::valueOf).toList();
      long offsetBytes = offset == null ? 0 : offset;
      return Path.of(text + "#" + RawArray.part(ElementType.named(dtype), sizes, offsetBytes));
    } catch (IllegalArgumentException e) {
      throw usage("--dtype, --shape and --offset must be those of elements: " + e.getMessage());
    }
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
