package io.penstock.cli.make;

import io.penstock.array.ElementType;
import io.penstock.cli.arrow.ArrowUnpacking;
import io.penstock.cli.command.ExitCodes;
import io.penstock.cli.command.Progress;
import io.penstock.cli.command.Streams;
import io.penstock.cli.convert.ArrayFiles;
import io.penstock.cli.convert.CompressedFile;
import io.penstock.cli.convert.FolderOptions;
import io.penstock.cli.convert.FolderRecordSource;
import io.penstock.cli.convert.RecordSource;
import io.penstock.cli.convert.Selection;
import io.penstock.cli.convert.SourceOptions;
import io.penstock.cli.convert.Sources;
import io.penstock.cli.mds.MdsUnpacking;
import io.penstock.cli.options.PatternOption;
import io.penstock.cli.options.ShardList;
import io.penstock.cli.text.Human;
import io.penstock.format.Source;
import io.penstock.internal.format.known.ShardFolders;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code convert}: writes an array of any known format as a .npy. */
@Command(
    name = "convert",
    header = "Writes an array of any format as a .npy, the files of a folder as one, or unpacks.",
    description = {
      "Compares checksums where the source has them (members of an .npz, gzip, zlib). Structured"
          + " types keep the fields that NumPy has, or the command fails.",
      "",
      "Streams the records, so memory is bounded, whatever the size of the data. The file has a"
          + " temporary name until it is complete, and gets its own in one step; what a killed run"
          + " left behind is deleted.",
      "",
      "With --json, one object on stdout: files, dtype, recordShape, records, bytes, seconds,"
          + " bytesPerSecond, labels (names of classes in the order of their numbers), classesFile"
          + " (null without classes). Of a file that is only unpacked, dtype, recordShape and"
          + " records are null."
    })
public final class ConvertCommand implements Callable<Integer> {
  private final Streams streams;

  @Parameters(
      index = "0",
      paramLabel = "SRC",
      description =
          "Whatever penstock reads: a file, a part of one as FILE#PART, or several laid end to end:"
              + " a.npy,b.npy or 'part-*.npy' (a path with a comma is one file if that file"
              + " exists). Also what it does not read in place: compressed members of an .npz,"
              + " files compressed by gzip or zlib, text with numbers (.csv, .tsv, .txt), and a"
              + " folder of images (PNG, JPEG, GIF, BMP), of small .npy, or of other files that are"
              + " a record each, in the order of penstock read FOLDER; the folders in it are"
              + " classes: DST-labels.npy has their numbers, DST-classes.json their names. A"
              + " compressed file whose contents are read in place, such as x.tar.gz, is only"
              + " unpacked if DST is named like them: x.tar. A folder of compressed MDS shards"
              + " becomes a folder of raw ones, DST. A compressed Arrow file is unpacked if DST is"
              + " no .npy. A column whose records have different sizes becomes DST and"
              + " DST-offsets.npy; a Parquet file becomes a directory, with files for each column,"
              + " and a group of Zarr one with a file for each array; an array of Zarr becomes"
              + " DST.")
  private String source;

  @Parameters(
      index = "1",
      paramLabel = "DST",
      description =
          "The .npy or .tar to write, the file to unpack to, the folder of MDS shards, or the"
              + " directory of columns.")
  private Path target;

  @Mixin private MakingOptions making;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      converter = MakingConverters.TypeConverter.class,
      description =
          "Write elements as this type, such as float32 or '>i2'. Values that it cannot represent"
              + " exactly are an error, unless --lossy is given. Default: the type that they have.")
  private ElementType dtype;

  @Option(
      names = "--lossy",
      description =
          "Let --dtype change values. Floats are rounded to the nearest; integers lose high bits,"
              + " as in NumPy; from floats to integers, fractions are cut off, values out of range"
              + " become the nearest value, and NaN becomes 0. For a folder of images, also keep"
              + " only the upper 8 bits of 16-bit samples. Default: such values are an error.")
  private boolean isLossy;

  @Option(
      names = "--select",
      paramLabel = "START:STOP[:STEP]",
      converter = MakingConverters.SelectionConverter.class,
      description =
          "Write these records only, counted from 0 as in Python, but without negative numbers:"
              + " 100: leaves out the first 100. Default: all.")
  private Selection selection = Selection.ALL;

  @Option(
      names = "--shards",
      paramLabel = "COUNT",
      defaultValue = "1",
      description =
          "Write this many files, DST-00000.npy and so on, whose numbers of records differ by one"
              + " at most. All get their names when all are complete. Default: ${DEFAULT-VALUE},"
              + " DST itself.")
  private int shards;

  @Mixin private PatternOption pattern;

  @Option(
      names = "--raw",
      description =
          "For a folder: take the bytes of its files as they are, whatever they look like; all must"
              + " have one size. Default: images and .npy are decoded, other formats are an error.")
  private boolean isRaw;

  @Option(
      names = "--resize",
      paramLabel = "HEIGHTxWIDTH",
      converter = MakingConverters.SizeOfImages.class,
      description =
          "For images of a folder, or of a tar archive (FILE.tar#jpg), which are decoded then:"
              + " resize all to this size, by averaging areas. Default: all must have one size, as"
              + " stored; EXIF does not rotate them.")
  private SourceOptions.ImageSize resize;

  @Option(
      names = "--gray",
      description =
          "For images of a folder, or of a tar archive, which are decoded then: one channel (luma)."
              + " Default: red, green, blue.")
  private boolean isGray;

  @Option(
      names = "--delimiter",
      paramLabel = "CHARACTER",
      converter = MakingConverters.DelimiterConverter.class,
      description =
          "For text: the character between two numbers, or tab, or blanks for any run of white"
              + " space. Default: a comma in .csv, tab in .tsv, blanks in .txt.")
  private Character delimiter;

  @Option(
      names = "--skip-lines",
      paramLabel = "COUNT",
      defaultValue = "0",
      description =
          "For text: skip this many lines at the start, such as a header. Default:"
              + " ${DEFAULT-VALUE}.")
  private int skipLines;

  @Option(
      names = "--as",
      paramLabel = "npy|values|tar",
      converter = FolderForm.FormConverter.class,
      completionCandidates = FolderForm.Names.class,
      description =
          "For a folder, what becomes of its files: npy makes an array of records of one size;"
              + " values writes the files as they are, of any sizes, one after another into DST,"
              + " where each begins into DST-offsets.npy, and their names into DST-names.npy; tar"
              + " makes an archive of them that is not compressed. Default: tar if DST ends in"
              + " .tar, or else npy.")
  private FolderForm form;

  @Option(
      names = "--resume",
      description =
          "If this run is killed, let another run with the same arguments continue it, from what"
              + " was forced to the disk (every 512 MiB). Default: start over.")
  private boolean isResumable;

  @Option(
      names = "--json",
      description = "Print one JSON object on stdout. Default: a line for people.")
  private boolean isJson;

  /**
   * Made once for each run of the program.
   *
   * @param streams for its output
   */
  public ConvertCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() throws IOException {
    streams
        .interruption()
        .atEnd(
            () ->
                isResumable
                    ? "what was forced to the disk is kept: run the same command to go on"
                    : MakingOptions.INTERRUPTED + "; with --resume a run can go on");
    MakingReport report = new MakingReport();
    if (isWholeFile(report)) {
      report.print(streams, isJson);
      return ExitCodes.DONE;
    }
    SourceOptions how =
        new SourceOptions(
            selection,
            dtype,
            isLossy,
            new FolderOptions(pattern.text(), isRaw, resize, isGray),
            delimiter,
            skipLines);
    ArrayFiles.Options options = making.with(shards, isResumable);
    try (RecordSource whole = open(how);
        ArrayFiles files = new ArrayFiles(target, whole, options);
        ArrayFiles labels = labels(whole, options);
        ClassFile classes = labels == null ? null : classes(whole, options)) {
      if (files.written() == 0) {
        write(whole, files);
      } else {
        streams.say("going on behind " + Human.plural(files.written(), "record", "records"));
        try (RecordSource rest = open(how.from(files.written()))) {
          write(rest, files);
        }
      }
      files.commit();
      report.add(files.paths(), whole, files.written());
      if (labels != null) {
        labels.commit();
        classes.commit();
        report.addLabels(labels.paths(), ((FolderRecordSource) whole).labels(), classes.path());
      }
    }
    report.print(streams, isJson);
    return ExitCodes.DONE;
  }

  /** Converts what does not become one array of records of one size, if that is meant. */
  private boolean isWholeFile(MakingReport report) throws IOException {
    if (MdsUnpacking.isMeant(Path.of(source))) {
      unpackShards(report);
      return true;
    }
    if (isUnpacked()) {
      unpack(report);
      return true;
    }
    if (isOfFiles()) {
      convertFiles(report);
      return true;
    }
    if (form == null && ArrowUnpacking.isMeant(Path.of(source), target)) {
      checkUnpacked();
      report.addUnpacked(
          target, ArrowUnpacking.run(Path.of(source), target, making.mayReplace(), streams));
      return true;
    }
    Optional<ColumnsConversion> columns = ColumnsConversion.find(paths());
    if (columns.isPresent()) {
      checkColumns();
      columns.get().run(target, making.mayReplace(), streams, report);
      return true;
    }
    Optional<VariableConversion> variable = VariableConversion.find(paths());
    if (variable.isPresent() && resize == null && !isGray) {
      checkColumns();
      variable.get().run(target, making.mayReplace(), streams, report);
      return true;
    }
    return false;
  }

  private List<Path> paths() {
    return ShardList.of(source).stream().map(Path::of).toList();
  }

  /** Unpacks the compressed shards of an MDS folder into a new one. */
  private void unpackShards(MakingReport report) {
    check(!making.mayReplace(), "--force");
    checkColumns();
    MdsUnpacking.UnpackedShards made = MdsUnpacking.run(Path.of(source), target, streams);
    report.addShards(made.files(), made.samples(), made.bytes());
  }

  /** Whether a compressed file is to become what it was. */
  private boolean isUnpacked() {
    List<String> paths = ShardList.of(source);
    return form == null
        && paths.size() == 1
        && CompressedFile.isMeant(Path.of(paths.getFirst()), target);
  }

  private void checkColumns() {
    check(form == null, "--as");
    checkUnpacked();
  }

  private void checkUnpacked() {
    check(selection.equals(Selection.ALL), "--select");
    check(pattern.text().equals("*") && !isRaw, "--pattern and --raw");
    checkAsTheyAre();
  }

  private void unpack(MakingReport report) {
    checkUnpacked();
    CompressedFile file = CompressedFile.of(Path.of(source));
    try (Progress progress = Progress.start(streams, "unpack", "MB", file.sizeBytes())) {
      report.addUnpacked(target, file.unpack(target, making.mayReplace(), progress::to));
    }
  }

  /** Whether the files of a folder are to stay as they are. */
  private boolean isOfFiles() {
    return form == null ? target.toString().endsWith(".tar") : form != FolderForm.NPY;
  }

  private void convertFiles(MakingReport report) throws IOException {
    Path folder = Path.of(source);
    if (!ShardFolders.isOfRecords(folder)) {
      throw new IllegalArgumentException(
          "--as values and tar, and a DST that ends in .tar, must come with a folder, or with a"
              + " compressed .tar, was with "
              + folder);
    }
    checkAsTheyAre();
    FolderConversion conversion = new FolderConversion(streams, target, making.mayReplace());
    if (form == FolderForm.VALUES) {
      conversion.toValues(folder, pattern.text(), selection, report);
    } else {
      conversion.toTar(folder, pattern.text(), selection, report);
    }
  }

  /** Refuses options for records. */
  private void checkAsTheyAre() {
    check(dtype == null && !isLossy, "--dtype and --lossy");
    check(resize == null && !isGray, "--resize and --gray");
    check(delimiter == null && skipLines == 0, "--delimiter and --skip-lines");
    check(shards == 1 && !isResumable, "--shards and --resume");
    making.checkVariable();
  }

  private static void check(boolean isLeftOut, String options) {
    if (!isLeftOut) {
      throw new IllegalArgumentException(
          options + " must be left out where files are written as they are");
    }
  }

  private RecordSource open(SourceOptions how) throws IOException {
    return Sources.open(paths(), how, target);
  }

  /** Writes the labels to x-labels.npy beside the target; null if there are none. */
  private ArrayFiles labels(RecordSource whole, ArrayFiles.Options options) throws IOException {
    if (!(whole instanceof FolderRecordSource folder) || folder.labels().isEmpty()) {
      return null;
    }
    try (RecordSource numbers = folder.labelSource()) {
      ArrayFiles files =
          new ArrayFiles(
              target.resolveSibling(Source.parse(target).columnName() + "-labels.npy"),
              numbers,
              new ArrayFiles.Options(shards, options.mayReplace(), false, false));
      try {
        files.write(numbers, _ -> {});
        return files;
      } catch (IOException | RuntimeException | Error e) {
        files.close();
        throw e;
      }
    }
  }

  /** Writes the names of the labels to a file beside them. */
  private ClassFile classes(RecordSource whole, ArrayFiles.Options options) {
    Path path = target.resolveSibling(Source.parse(target).columnName() + "-classes.json");
    return new ClassFile(path, ((FolderRecordSource) whole).labels(), options.mayReplace());
  }

  private void write(RecordSource records, ArrayFiles files) throws IOException {
    long count = records.recordCount();
    long total = count == RecordSource.UNKNOWN ? -1 : files.written() + count;
    try (Progress progress =
        Progress.start(streams, "convert", "records", files.written(), total)) {
      files.write(records, progress::to);
    }
  }
}
