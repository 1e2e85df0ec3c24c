package io.penstock.format;

import io.penstock.array.ArrayLayout;
import io.penstock.array.Part;
import io.penstock.array.StreamedArray;
import io.penstock.error.PenstockException;
import io.penstock.folder.FolderIndex;
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
import io.penstock.internal.report.Excerpt;
import io.penstock.kind.FileKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Finds the arrays in a file, whatever format the file has.
 *
 * <p>The format is told by the file's first bytes, never by its name. A path may name one of
 * several arrays, {@code FILE#PART}; a file whose name has a {@code #} in it is found all the same.
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

  /** Enough to tell any format by, and to show a user what is there instead. */
  private static final int START_BYTES = 16;

  /** Names that a message lists before it gives their number only. */
  private static final int MAX_NAMES = 8;

  private static final String SEQUENCES = "sequences";
  private static final String LABELS = "label";

  private Formats() {}

  /**
   * Opens a file, reads what it says of one array, and closes it again.
   *
   * <p>Reads descriptions only, no records, and never blocks on a pipe.
   *
   * @param path a regular file or a link to one, with {@code #} and the name of a part where there
   *     is more than one array in it, or what {@link #raw} makes of it
   * @return where the array lies and what it is made of
   * @throws PenstockException if there is no such file or part, it cannot be read, its format is
   *     not known or not supported yet, its header is not valid, or it is cut short
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
   * Finds an array that cannot be read where it lies, but from its beginning to its end. Where a
   * pickle has elements as lines of text, these are looked through, however long they are.
   *
   * @param path as for {@link #open}
   * @return the array; empty for one that {@link #open} opens, or that cannot be read at all
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
   *     follow the array that they belong to. Of a pickle with more than 65,536 arrays the first,
   *     and behind them one without a name whose problem says how many there are more
   * @throws PenstockException as for {@link #open}, but not for single parts that cannot be read:
   *     those throw when they are asked for their layout
   */
  public static List<Part> parts(Path file) {
    return inside(file, false, Contents::parts);
  }

  /**
   * Finds the files that a pattern stands for: stars and question marks in the last name of a path,
   * {@code data/part-*.npy}.
   *
   * @param path a pattern, or any other path; a part behind it is the part of each file
   * @return the files that match, in the order of their names with numbers as numbers, so that
   *     {@code part-10} follows {@code part-9}; only the path itself where it is no pattern, or
   *     where a file has this very name
   * @throws PenstockException if no file matches, or the directory cannot be read
   */
  public static List<Path> shards(Path path) {
    return ShardPaths.of(path);
  }

  /**
   * Whether a path names the sequences of an index of token data, {@code FILE.idx#sequences}: they
   * have different lengths, so that {@link #open} cannot tell where each of them lies.
   *
   * @param path a file, or a part of one
   * @return whether it is one column of a dataset, with records of different sizes
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
   * sub-folder that each of them lies in, see {@link FolderIndex#classes}.
   *
   * @param path a file, a folder, or a part of one
   * @return whether it is labels
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
   * Another part of the file whose sequences are meant.
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
   * Says what is in a file that does not say so itself: elements one after another, with anything
   * before them. Nothing is opened or checked here.
   *
   * @param file the file
   * @param dtype type of the elements, as {@code <u2} or {@code uint16}; without an order in that
   *     of this machine
   * @param shape sizes of all axes, outermost first, at least one; the first may be -1, for as many
   *     records as there are up to the end of the file
   * @param offsetBytes where the first element starts, in bytes from the start of the file
   * @return {@code FILE#raw:DTYPE:SHAPE:OFFSET}, which can be opened wherever a path can
   * @throws IllegalArgumentException if there is no such type or shape, or the offset is negative
   */
  public static Path raw(Path file, String dtype, List<Long> shape, long offsetBytes) {
    return file.resolveSibling(file.getFileName() + "#" + RawArray.part(dtype, shape, offsetBytes));
  }

  /**
   * The name that a column has when nobody gives it another.
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
        file.path(), "expected a file of arrays (%s), found %s".formatted(known, found));
  }

  private static Part only(PartPath place, Contents contents) {
    List<Part> arrays = contents.parts().stream().filter(part -> !part.isField()).toList();
    if (arrays.size() != 1) {
      String found = arrays.isEmpty() ? "none" : arrays.size() + ": " + names(arrays);
      throw PenstockException.about(
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
