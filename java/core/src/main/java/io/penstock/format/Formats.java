package io.penstock.format;

import io.penstock.array.ArrayLayout;
import io.penstock.array.Part;
import io.penstock.array.StreamedArray;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.format.ArrayFormat;
import io.penstock.internal.format.Contents;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.format.PartPath;
import io.penstock.internal.format.ProvidedFormat;
import io.penstock.internal.format.RawArray;
import io.penstock.internal.format.ShardPaths;
import io.penstock.internal.format.idx.IdxFormat;
import io.penstock.internal.format.megatron.MegatronFormat;
import io.penstock.internal.format.npy.NpyFormat;
import io.penstock.internal.format.pickle.PickleFormat;
import io.penstock.internal.format.safetensors.SafetensorsFormat;
import io.penstock.internal.format.zip.NpzFormat;
import io.penstock.internal.kind.FileKind;
import io.penstock.internal.report.Excerpt;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Finds the arrays in a file, whatever format the file has.
 *
 * <p>The first bytes of a file determine its format, never its name. A path may name one of several
 * arrays, {@code FILE#PART}; a file whose name contains a {@code #} is found all the same.
 * Stateless; any thread.
 */
public final class Formats {
  private static final ArrayFormat MEGATRON = new MegatronFormat();
  private static final List<ArrayFormat> FORMATS =
      List.of(
          new NpyFormat(),
          new NpzFormat(),
          new SafetensorsFormat(),
          new IdxFormat(),
          MEGATRON,
          new PickleFormat());

  /** Enough to recognise any format, and to show a user what is there instead. */
  private static final int START_BYTES = 16;

  /** Most names that a message lists; beyond that it gives their number only. */
  private static final int MAX_NAMES = 8;

  private static final String SEQUENCES = "sequences";
  private static final String LABELS = "label";

  private Formats() {}

  /**
   * Opens a file, reads the description of one array, and closes it again.
   *
   * <p>Reads descriptions only, no records, and never blocks on a pipe.
   *
   * @param path a regular file or a link to one, with {@code #} and the name of a part if there is
   *     more than one array in it, or a result of {@link #raw}
   * @return where the array lies, its type and its shape
   * @throws PenstockException if there is no such file or part, it cannot be read, its format is
   *     unknown or not supported, its header is not valid, or it is cut short
   */
  public static ArrayLayout open(Path path) {
    PartPath place = PartPath.of(path);
    if (place.isRaw()) {
      try (OpenFile file = OpenFile.open(place.file())) {
        return RawArray.layout(file, place.part());
      }
    }
    return inside(place.file(), false, contents -> part(place, contents)).layout();
  }

  /**
   * Finds an array that cannot be read in place, but from beginning to end. If a pickle has
   * elements as lines of text, these are scanned, however long they are.
   *
   * @param path as for {@link #open}
   * @return the array; empty if {@link #open} opens it, or if it cannot be read at all
   * @throws PenstockException if there is no such file or part, or it is damaged
   */
  public static Optional<StreamedArray> streamed(Path path) {
    PartPath place = PartPath.of(path);
    return place.isRaw()
        ? Optional.empty()
        : inside(place.file(), true, contents -> part(place, contents)).streamed();
  }

  private static Part part(PartPath place, Contents contents) {
    return place.part().isEmpty() ? only(place, contents) : named(place, contents);
  }

  /**
   * Opens a file, finds all arrays in it, and closes it again.
   *
   * @param file a regular file or a link to one
   * @return the parts with their names, in the order of the file; fields of structured arrays
   *     follow the array that they belong to. For a pickle with more than 65,536 arrays, the first
   *     ones, followed by one without a name whose problem says how many more there are
   * @throws PenstockException as for {@link #open}, but not for single parts that cannot be read:
   *     those throw when asked for their layout
   */
  public static List<Part> parts(Path file) {
    return inside(file, false, Contents::parts);
  }

  /**
   * Finds the files that a pattern stands for: stars and question marks in the last name of a path,
   * {@code data/part-*.npy}.
   *
   * @param path a pattern, or any other path; a part after it applies to each file
   * @return the files that match, in the order of their names with numbers as numbers, so that
   *     {@code part-10} follows {@code part-9}; only the path itself if it is not a pattern, or if
   *     a file has exactly this name
   * @throws PenstockException if no file matches, or the directory cannot be read
   */
  public static List<Path> shards(Path path) {
    return ShardPaths.of(path);
  }

  /**
   * Whether a path names the sequences of an index of token data, {@code FILE.idx#sequences}: they
   * have different lengths, so {@link #open} cannot say where each of them lies.
   *
   * @param path a file, or a part of one
   * @return true if it is a column with records of different sizes
   */
  public static boolean isSequences(Path path) {
    PartPath place = PartPath.of(path);
    if (!place.part().equals(SEQUENCES)) {
      return false;
    }
    try (OpenFile file = OpenFile.open(place.file())) {
      return MEGATRON.recognizes(file.start(START_BYTES), file);
    }
  }

  /**
   * Whether a path names the labels of a folder of files, {@code FOLDER#label}: the number of the
   * sub-folder of each file, see {@link io.penstock.Dataset#classes}.
   *
   * @param path a file, a folder, or a part of one
   * @return true if it is labels
   */
  public static boolean isLabels(Path path) {
    PartPath place = PartPath.of(path);
    return place.part().equals(LABELS) && Files.isDirectory(place.file());
  }

  /**
   * The file or folder that a path names a part of.
   *
   * @param path {@code FILE#PART}, or without a part
   * @return {@code FILE}
   */
  public static Path file(Path path) {
    return PartPath.of(path).file();
  }

  /**
   * Another part of the same file.
   *
   * @param path {@code FILE.idx#sequences}
   * @param part name of the other part
   * @return {@code FILE.idx#PART}
   */
  public static Path sequencePart(Path path, String part) {
    Path file = PartPath.of(path).file();
    return file.resolveSibling(file.getFileName() + "#" + part);
  }

  /**
   * Makes a path that describes a file without a header: elements one after another, after any
   * number of other bytes. It opens and checks nothing.
   *
   * @param file the file
   * @param dtype type of the elements, as {@code <u2} or {@code uint16}; without a byte order, in
   *     that of this machine
   * @param shape sizes of all axes, outermost first, at least one; the first may be -1, for as many
   *     records as there are until the end of the file
   * @param offsetBytes where the first element starts, in bytes from the start of the file
   * @return {@code FILE#raw:DTYPE:SHAPE:OFFSET}, which can be opened wherever a path can
   * @throws IllegalArgumentException if there is no such type or shape, or the offset is negative
   */
  public static Path raw(Path file, String dtype, List<Long> shape, long offsetBytes) {
    return file.resolveSibling(file.getFileName() + "#" + RawArray.part(dtype, shape, offsetBytes));
  }

  /**
   * The default name of a column.
   *
   * @param path a file, or a part of one
   * @return the name of the part, or else the file's name without its extension
   */
  public static String columnName(Path path) {
    return PartPath.of(path).columnName();
  }

  private static <T> T inside(Path path, boolean isPatient, Function<Contents, T> what) {
    try (OpenFile file = isPatient ? OpenFile.openPatiently(path) : OpenFile.open(path)) {
      byte[] start = file.start(START_BYTES);
      for (ArrayFormat format : FORMATS) {
        if (format.recognizes(start, file)) {
          return what.apply(format.read(file));
        }
      }
      Optional<Contents> provided = ProvidedFormat.read(file, start);
      if (provided.isPresent()) {
        return what.apply(provided.get());
      }
      throw unknown(file, start);
    }
  }

  private static PenstockException unknown(OpenFile file, byte[] start) {
    String known = FORMATS.stream().map(ArrayFormat::name).collect(Collectors.joining(", "));
    String found =
        FileKind.of(file.start(FileKind.START_BYTES), file.sizeBytes())
            .map(kind -> kind.name() + ": " + kind.remedy())
            .orElseGet(
                () ->
                    "%s: write the array with numpy.save, or name the type of raw elements, as in %s"
                        .formatted(Excerpt.of(start), file.path().getFileName() + "#raw:uint16"));
    return PenstockException.about(
        ErrorKind.WRONG_FORMAT,
        file.path(),
        "expected a file of arrays (%s), found %s".formatted(known, found));
  }

  private static Part only(PartPath place, Contents contents) {
    List<Part> arrays = contents.parts().stream().filter(part -> !part.isField()).toList();
    if (arrays.size() != 1) {
      String found = arrays.isEmpty() ? "none" : arrays.size() + ": " + names(arrays);
      throw PenstockException.about(
          ErrorKind.WRONG_FORMAT,
          place.file(),
          "expected one array, found %s%s"
              .formatted(
                  found,
                  arrays.isEmpty()
                      ? ": there is nothing to read"
                      : ": name one as " + place.file().getFileName() + "#NAME"));
    }
    return arrays.getFirst();
  }

  private static Part named(PartPath place, Contents contents) {
    return contents
        .find(place.part())
        .orElseThrow(
            () ->
                PenstockException.about(
                    ErrorKind.WRONG_FORMAT,
                    place.file(),
                    "expected a part '%s', found none of this name, but %s: check the name"
                        .formatted(Excerpt.of(place.part(), 0), names(contents.parts()))));
  }

  private static String names(List<Part> parts) {
    if (parts.isEmpty()) {
      return "no arrays at all";
    }
    String names =
        parts.stream()
            .limit(MAX_NAMES)
            .map(part -> part.name().isEmpty() ? "the array itself" : "'" + part.name() + "'")
            .collect(Collectors.joining(", "));
    int left = parts.size() - MAX_NAMES;
    return left > 0 ? names + " and " + left + " more" : names;
  }
}
