package io.penstock.internal.format.known;

import io.penstock.array.ArrayLayout;
import io.penstock.array.Part;
import io.penstock.array.StreamedArray;
import io.penstock.array.StreamedRecords;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.format.ArrayFormat;
import io.penstock.internal.format.Contents;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.format.PartPath;
import io.penstock.internal.format.ProvidedFormat;
import io.penstock.internal.format.RawArray;
import io.penstock.internal.format.RecordLayout;
import io.penstock.internal.format.SelfCheck;
import io.penstock.internal.format.arrow.ArrowFormat;
import io.penstock.internal.format.idx.IdxFormat;
import io.penstock.internal.format.lines.LinesFormat;
import io.penstock.internal.format.mds.MdsFormat;
import io.penstock.internal.format.megatron.MegatronFormat;
import io.penstock.internal.format.npy.NpyFormat;
import io.penstock.internal.format.pickle.PickleFormat;
import io.penstock.internal.format.safetensors.SafetensorsFormat;
import io.penstock.internal.format.tar.TarFormat;
import io.penstock.internal.format.tfrecord.TfRecordFormat;
import io.penstock.internal.format.torch.TorchFormat;
import io.penstock.internal.format.vecs.VecsFormat;
import io.penstock.internal.format.zip.NpzFormat;
import io.penstock.internal.kind.FileKind;
import io.penstock.internal.report.Excerpt;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds the format of a file by its first bytes, and in the file the array that a path names.
 *
 * <p>Files of vectors have no first bytes of their own: for these a name and the structure of the
 * file have to agree.
 */
public final class KnownFormats {
  private static final List<ArrayFormat> FORMATS =
      List.of(
          new NpyFormat(),
          new VecsFormat(),
          new TorchFormat(),
          new NpzFormat(),
          new SafetensorsFormat(),
          new IdxFormat(),
          new MegatronFormat(),
          new TarFormat(),
          new ArrowFormat(),
          new MdsFormat(),
          new TfRecordFormat(),
          new PickleFormat());

  /** Enough bytes to recognise any format, and to tell the user what is there instead. */
  private static final int START_BYTES = 16;

  /** The most names that a message lists; of more it gives only the number. */
  private static final int MAX_NAMES = 8;

  private KnownFormats() {}

  /**
   * The array that a path names, with records of one size.
   *
   * @throws PenstockException if it cannot be read in place
   */
  public static ArrayLayout open(PartPath place) {
    return place.isRaw()
        ? raw(place)
        : inside(place, false, contents -> part(plain(place, contents), contents)).layout();
  }

  /**
   * Finds the records that a path names.
   *
   * @throws PenstockException if they cannot be read in place
   */
  public static RecordLayout records(PartPath place) {
    return place.isRaw()
        ? new RecordLayout.Fixed(raw(place))
        : inside(place, false, contents -> records(place, contents));
  }

  /** Whether the records of a file are found by an index, which may have to be made. */
  public static boolean isIndexed(PartPath place) {
    return !place.isRaw() && inside(place, false, Contents::isIndexed);
  }

  private static RecordLayout records(PartPath place, Contents contents) {
    PartPath named = plain(place, contents);
    return contents.variableNames().contains(named.part())
        ? contents.variable(named.part())
        : new RecordLayout.Fixed(part(named, contents).layout());
  }

  /** The part that the plain path of a file stands for. */
  private static PartPath plain(PartPath place, Contents contents) {
    return place.part().isEmpty() ? new PartPath(place.file(), contents.plainName()) : place;
  }

  /** The array that a path names, if it can only be read from beginning to end. */
  public static Optional<StreamedArray> streamed(PartPath place) {
    return place.isRaw()
        ? Optional.empty()
        : inside(place, true, contents -> part(place, contents)).streamed();
  }

  /** The name of the format of a file; empty if none of this library recognises it. */
  public static Optional<String> formatName(Path path) {
    try (OpenFile file = OpenFile.open(path)) {
      byte[] start = file.start(START_BYTES);
      return FORMATS.stream()
          .filter(format -> format.recognizes(start, file))
          .findFirst()
          .map(ArrayFormat::name);
    }
  }

  /** How a file is compared with the checksums in it; empty if its format has none. */
  public static Optional<SelfCheck> selfCheck(Path path) {
    try (OpenFile file = OpenFile.open(path)) {
      byte[] start = file.start(START_BYTES);
      return FORMATS.stream()
          .filter(format -> format.recognizes(start, file))
          .findFirst()
          .or(() -> FORMATS.stream().filter(format -> format.damage(file).isPresent()).findFirst())
          .flatMap(ArrayFormat::selfCheck);
    }
  }

  /**
   * The same for what is in a compressed file.
   *
   * @param start its first bytes, unpacked
   * @param name of the file, without the ending that says how it is compressed
   */
  public static Optional<SelfCheck> selfCheck(byte[] start, String name) {
    return FORMATS.stream().flatMap(format -> format.selfCheck(start, name).stream()).findFirst();
  }

  /** Records of different sizes that a path names, if they can only be read from first to last. */
  public static Optional<StreamedRecords> streamedRecords(PartPath place) {
    return place.isRaw()
        ? Optional.empty()
        : inside(place, true, contents -> part(place, contents)).streamedRecords();
  }

  /** Whether a file is in no format of this library, but in one that another jar brings. */
  public static boolean isProvided(Path path) {
    try (OpenFile file = OpenFile.open(path)) {
      byte[] start = file.start(START_BYTES);
      return FORMATS.stream().noneMatch(format -> format.recognizes(start, file))
          && ProvidedFormat.isKnown(file, start);
    }
  }

  /**
   * What is in a file.
   *
   * @param parts all arrays with records of one size
   * @param variableNames the names of parts whose records have different sizes
   */
  public record ListedParts(List<Part> parts, List<String> variableNames) {
    public ListedParts {
      parts = List.copyOf(parts);
      variableNames = List.copyOf(variableNames);
    }

    /** How many there are. */
    public int count() {
      return parts.size() + variableNames.size();
    }
  }

  /** All that is in a file, by one look at it. */
  public static ListedParts all(Path file) {
    return inside(
        new PartPath(file, ""),
        false,
        contents -> new ListedParts(contents.parts(), contents.variableNames()));
  }

  /** All arrays with records of one size that are in a file. */
  public static List<Part> parts(Path file) {
    return inside(new PartPath(file, ""), false, Contents::parts);
  }

  private static ArrayLayout raw(PartPath place) {
    try (OpenFile file = OpenFile.open(place.file())) {
      return RawArray.layout(file, place.part());
    }
  }

  private static <T> T inside(PartPath place, boolean isPatient, Function<Contents, T> what) {
    Path path = place.file();
    try (OpenFile file = isPatient ? OpenFile.openPatiently(path) : OpenFile.open(path)) {
      return what.apply(contents(file, place));
    }
  }

  private static Contents contents(OpenFile file, PartPath place) {
    byte[] start = file.start(START_BYTES);
    return place.part().equals(LinesFormat.PART)
        ? withLines(file, start)
        : known(file, start).orElseThrow(() -> unknown(file, start));
  }

  private static Optional<Contents> known(OpenFile file, byte[] start) {
    for (ArrayFormat format : FORMATS) {
      if (format.recognizes(start, file)) {
        return Optional.of(format.read(file));
      }
    }
    return ProvidedFormat.read(file, start);
  }

  /** A file in a known format may have a part of this name; text and all other files have lines. */
  private static Contents withLines(OpenFile file, byte[] start) {
    boolean isText =
        FileKind.of(file.start(FileKind.START_BYTES), file.sizeBytes())
            .filter(kind -> kind.content() == FileKind.Content.TEXT)
            .isPresent();
    if (!isText) {
      return known(file, start).orElseGet(() -> LinesFormat.read(file));
    }
    try {
      return known(file, start)
          .filter(contents -> contents.find(LinesFormat.PART).isPresent())
          .orElseGet(() -> LinesFormat.read(file));
    } catch (PenstockException _) {
      // Text may begin like an old pickle: that it is none says nothing about its lines.
      return LinesFormat.read(file);
    }
  }

  private static Part part(PartPath place, Contents contents) {
    return place.part().isEmpty() ? only(place, contents) : named(place, contents);
  }

  private static PenstockException unknown(OpenFile file, byte[] start) {
    Optional<String> damage =
        FORMATS.stream().flatMap(format -> format.damage(file).stream()).findFirst();
    if (damage.isPresent()) {
      return file.problem(damage.get());
    }
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
    if (contents.variableNames().contains("")) {
      throw variable(place, "in this file");
    }
    List<Part> arrays = contents.parts().stream().filter(part -> !part.isField()).toList();
    // Of a container no column is more than the others, whatever sizes its records have.
    List<String> others = contents.isIndexed() ? contents.variableNames() : List.of();
    int count = arrays.size() + others.size();
    if (count != 1 || arrays.isEmpty()) {
      String found = count == 0 ? "none" : count + ": " + names(arrays, others);
      throw PenstockException.about(
          ErrorKind.WRONG_FORMAT,
          place.file(),
          "expected one array, found %s%s"
              .formatted(
                  found,
                  count == 0
                      ? ": there is nothing to read"
                      : ": name one as %s#NAME, in code with Source.part"
                          .formatted(place.file().getFileName())));
    }
    return arrays.getFirst();
  }

  private static Part named(PartPath place, Contents contents) {
    if (contents.variableNames().contains(place.part())) {
      throw variable(place, "in part '%s'".formatted(Excerpt.of(place.part(), 0)));
    }
    return contents
        .find(place.part())
        .orElseThrow(
            () ->
                PenstockException.about(
                    ErrorKind.WRONG_FORMAT,
                    place.file(),
                    "expected a part '%s', found none of this name, but %s: check the name"
                        .formatted(
                            Excerpt.of(place.part(), 0),
                            names(contents.parts(), contents.variableNames()))));
  }

  private static PenstockException variable(PartPath place, String where) {
    return PenstockException.about(
        ErrorKind.UNSUPPORTED,
        place.file(),
        "expected records of one size %s, found records of different sizes: read them as a column of a Dataset"
            .formatted(where));
  }

  private static String names(List<Part> parts, List<String> variableNames) {
    if (parts.isEmpty() && variableNames.isEmpty()) {
      return "no arrays at all";
    }
    String names =
        Stream.concat(parts.stream().map(Part::name), variableNames.stream())
            .limit(MAX_NAMES)
            .map(name -> name.isEmpty() ? "the array itself" : "'" + name + "'")
            .collect(Collectors.joining(", "));
    int left = parts.size() + variableNames.size() - MAX_NAMES;
    return left > 0 ? names + " and " + left + " more" : names;
  }
}
