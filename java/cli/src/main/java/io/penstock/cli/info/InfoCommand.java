package io.penstock.cli.info;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.penstock.cli.command.ExitCodes;
import io.penstock.cli.command.Failures;
import io.penstock.cli.command.Json;
import io.penstock.cli.command.SeveralFailures;
import io.penstock.cli.command.Streams;
import io.penstock.cli.options.FolderIndexOption;
import io.penstock.cli.options.OffsetsOption;
import io.penstock.cli.text.Table;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.format.Source;
import io.penstock.internal.format.PartPath;
import io.penstock.internal.format.known.KnownFormats;
import io.penstock.internal.format.known.ShardFolders;
import io.penstock.internal.index.ScanProgress;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code info}: what is in files. Reads their headers, not their data. */
@Command(
    name = "info",
    header = "Shows what is in files: type, shape, place and size of the arrays.",
    description = {
      "Reads headers and indexes only, no data. A folder is scanned, and its index written, unless"
          + " its index is up to date.",
      "",
      "For a file with several arrays, shows each of them as FILE#PART: members of an .npz, arrays"
          + " in a pickle, fields of a structured .npy. If an array cannot be read in place, shows"
          + " the reason. For a pickle with more than 65,536 arrays, shows the first ones and how"
          + " many more there are; each can be read by its name.",
      "",
      "Shows every PATH, even if others fail. Each failure is one line on stderr, and the exit code"
          + " is then 1.",
      "",
      "With --json, one array gives the object itself and several give {\"files\": [...]}, with"
          + " objects in the order of the paths; a PATH, or one array of it, that cannot be read"
          + " has only path and problem. An object has: path, format, dtype (as NumPy's dtype.str),"
          + " shape, order (C, or F where the file says Fortran), records, recordBytes, dataOffset"
          + " and fileBytes (bytes), directAligned (each record begins and ends where direct reads"
          + " may, so that none needs a copy), cachedFraction (share of the file in the page cache,"
          + " 0 to 1; null if the kernel does not tell).",
      "",
      "For records of different sizes, such as files of a folder or FILE.idx#sequences, the last"
          + " size in shape and recordBytes are null, and there are dataBytes, minRecordBytes,"
          + " medianRecordBytes (to a hundredth), meanRecordBytes, maxRecordBytes, sampledRecords"
          + " and histogram (list of fromBytes, belowBytes, records: records of so many bytes, by"
          + " powers of two). Of more than 10 million records, median and histogram are those of"
          + " some two million, sampledRecords, spread over all; minimum and maximum are then null."
          + " If some samples of an archive lack the part, missingRecords says how many; they are"
          + " among the records, but have no size. If there are images among the records of a"
          + " folder or a tar archive, images has what the headers of up to 500 of them (of many"
          + " shards, fewer of each) say: sampledRecords, formats (how many there are of jpeg, png,"
          + " gif, bmp, webp, tiff, jpeg2000 and heif), withoutSize, unreadable, and minWidth,"
          + " medianWidth, maxWidth, minHeight, medianHeight and maxHeight in pixels. For a folder"
          + " there are also classes (names of the folders in it, in the order of their labels from"
          + " 0 on) and indexFile; dataOffset is null, and fileBytes is the sum over all files.",
      "",
      "Where records were copied from a container into its index, as they do not lie in it as array"
          + " elements, dataOffset is null, indexFile names the index, and cachedFraction is that"
          + " of the index.",
      "",
      "A folder of MDS shards is shown column by column, over all shards, as FOLDER#COLUMN;"
          + " dataOffset is null there, no indexFile is named, and fileBytes is the sum over all"
          + " shards."
    })
public final class InfoCommand implements Callable<Integer> {
  private static final int MOST_THREADS = 8;

  private final Streams streams;

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "PATH",
      arity = "1..*",
      description = "Files, parts of files as FILE#PART, patterns, or folders of files.")
  private List<String> paths;

  @Option(
      names = "--json",
      description = "Print one JSON object on stdout. Default: a table for people.")
  private boolean isJson;

  @Mixin private FolderIndexOption folderIndex;
  @Mixin private OffsetsOption offsets;

  /**
   * Made once for each run of the program.
   *
   * @param streams for its output
   */
  public InfoCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() throws IOException {
    folderIndex.check(spec, paths.stream().filter(InfoCommand::isPath).map(Path::of));
    Map<String, List<Source>> divisions = offsets.byColumn(spec, names());
    List<Description> files = new ArrayList<>();
    List<Exception> failures = new ArrayList<>();
    for (String path : paths) {
      try {
        Source source = Source.parse(Path.of(path));
        List<Source> divided = divisions.get(source.columnName());
        files.addAll(divided == null ? all(source) : all(source, divided));
      } catch (ParameterException e) {
        throw e;
      } catch (RuntimeException e) {
        // Go on: the other paths are worth showing.
        files.add(new BadPath(path, Failures.message(e)));
        failures.add(e);
      }
    }
    print(files);
    if (!failures.isEmpty()) {
      throw new SeveralFailures(failures);
    }
    return ExitCodes.DONE;
  }

  /** The names of the columns that paths are, for --offsets. */
  private Set<String> names() {
    return paths.stream()
        .filter(InfoCommand::isPath)
        .map(path -> Source.parse(Path.of(path)).columnName())
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private List<Description> all(Source source) {
    if (ShardFolders.isOfShards(source.file())) {
      return ShardsDescription.of(source);
    }
    List<Source> shards = source.shards();
    boolean isScanned = shards.size() > 1 && KnownFormats.isIndexed(place(shards.getFirst()));
    int count = shards.size();
    return (isScanned ? together(shards) : shards.stream().map(shard -> described(shard, count)))
        .flatMap(List::stream)
        .toList();
  }

  private List<Description> described(Source shard, int shards) {
    List<Description> all = FileDescription.of(shard, folderIndex, shards);
    if (isJson) {
      all.forEach(Description::complete);
    }
    return all;
  }

  private List<Description> described(Source shard, int shards, ScanProgress.Expectation expected) {
    List<Description> all = described(shard, shards);
    expected.opened(shard.file());
    return all;
  }

  private static PartPath place(Source shard) {
    return new PartPath(shard.file(), shard.partName().orElse(""));
  }

  /** By several threads: all but the first may have to be scanned, which waits for the device. */
  private Stream<List<Description>> together(List<Source> shards) {
    try (ScanProgress.Expectation expected =
            ScanProgress.expect(shards.stream().skip(1).map(Source::file).toList());
        ExecutorService threads =
            Executors.newFixedThreadPool(Math.min(MOST_THREADS, shards.size()))) {
      List<Future<List<Description>>> all =
          shards.stream()
              .map(shard -> threads.submit(() -> described(shard, shards.size(), expected)))
              .toList();
      try {
        return all.stream().map(InfoCommand::result).toList().stream();
      } finally {
        all.forEach(one -> one.cancel(false)); // After a failure.
      }
    }
  }

  private static List<Description> result(Future<List<Description>> described) {
    try {
      return described.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException problem) {
        throw problem;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PenstockException(
          ErrorKind.INTERRUPTED, "interrupted while files were being described", e);
    }
  }

  private List<Description> all(Source source, List<Source> divided) {
    List<Source> values = source.shards();
    List<Source> numbers = divided.stream().flatMap(one -> one.shards().stream()).toList();
    if (values.size() != numbers.size()) {
      throw new ParameterException(
          spec.commandLine(),
          "--offsets must have as many files as column '%s', was %d for %d"
              .formatted(source.columnName(), numbers.size(), values.size()));
    }
    List<Description> all = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      all.add(VariableDescription.of(values.get(i), numbers.get(i)));
    }
    return all;
  }

  private void print(List<Description> files) throws IOException {
    if (isJson) {
      Json.print(streams, files.size() == 1 ? files.getFirst().toJson() : toJson(files));
      return;
    }
    // Problems of the others go to stderr.
    List<Description> good = files.stream().filter(file -> !(file instanceof BadPath)).toList();
    if (!good.isEmpty()) {
      streams.print(table(good));
    }
  }

  private static boolean isPath(String text) {
    try {
      return Path.of(text) != null;
    } catch (InvalidPathException _) {
      return false;
    }
  }

  private static JsonObject toJson(List<Description> files) {
    JsonArray array = new JsonArray();
    files.forEach(file -> array.add(file.toJson()));
    JsonObject object = new JsonObject();
    object.add("files", array);
    return object;
  }

  /** One file is shown as a list of fields, several as a line each. */
  private static String table(List<Description> files) {
    if (files.size() == 1) {
      Table pairs = Table.ofPairs();
      files.getFirst().toHuman().forEach(pairs::add);
      files.getFirst().more().forEach(pairs::add);
      String picture = files.getFirst().picture();
      return picture.isEmpty() ? pairs.toString() : pairs + "\n" + picture;
    }
    String[] heads =
        files.getFirst().toHuman().keySet().stream()
            .map(name -> Description.NUMBERS.contains(name) ? ">" + name : name)
            .toArray(String[]::new);
    Table table = Table.withHeads(heads);
    files.forEach(file -> table.add(file.toHuman().values().toArray(String[]::new)));
    return table.toString();
  }
}
