package io.penstock.internal.format.lines;

import io.penstock.internal.format.Contents;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.index.Indexes;
import io.penstock.internal.kind.FileKind;
import java.util.Optional;

/** The lines of any file, for those who ask for them by {@code FILE#lines}. */
public final class LinesFormat {
  /** The part of a file that is its lines. */
  public static final String PART = "lines";

  private static final String PACKED = ".gz";

  private LinesFormat() {}

  /**
   * The lines of a file, as its only part.
   *
   * @throws io.penstock.error.PenstockException if the file is compressed, or its text has no
   *     newlines as bytes of their own
   */
  public static Contents read(OpenFile file) {
    Optional<FileKind> kind =
        file.sizeBytes() == 0
            ? Optional.empty()
            : FileKind.of(file.start(FileKind.START_BYTES), file.sizeBytes());
    if (kind.isPresent() && kind.get().content() == FileKind.Content.COMPRESSED) {
      throw file.problem(
          "expected a file with lines, found %s: %s"
              .formatted(kind.get().name(), unpack(file, kind.get())));
    }
    return Indexes.contents(file, new LinesScan());
  }

  /** Lines of any text are wanted, also of numbers, so that it is to be unpacked as it is. */
  private static String unpack(OpenFile file, FileKind kind) {
    String name = file.path().getFileName().toString();
    return name.endsWith(PACKED)
        ? "unpack it with 'penstock convert %s %s', and name the lines of that"
            .formatted(name, name.substring(0, name.length() - PACKED.length()))
        : kind.remedy();
  }
}
