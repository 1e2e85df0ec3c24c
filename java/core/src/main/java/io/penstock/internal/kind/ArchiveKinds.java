package io.penstock.internal.kind;

import io.penstock.internal.format.ZipDirectory;
import io.penstock.internal.format.tar.TarHeader;
import io.penstock.internal.kind.FileKind.Content;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Recognises archives and compressed files, and their contents as far as the first bytes show them.
 *
 * <p>What it owns: the few fields of zip and gzip headers that are needed for a name. It must not
 * unpack more than the start of a file. It keeps nothing, so any thread may call it.
 */
public final class ArchiveKinds {
  private static final int ZIP_NAME_OFFSET = 30;

  /** Flags of a gzip header: which fields follow before the data. */
  private static final int GZIP_EXTRA = 4;

  private static final int GZIP_NAME = 8;
  private static final int GZIP_COMMENT = 16;
  private static final int GZIP_CHECK = 2;

  private static final String TAR = "a tar archive";

  /** What is read in place once it is unpacked, and holds no single array to write out. */
  private static final Set<String> PLAIN_INSIDE =
      Set.of("a TFRecord file", "JSON", "JSON, an object a line");

  private static final String UNPACK =
      "unpack it with 'penstock convert FILE.tar.gz FILE.tar', or with ";
  private static final String UNPACK_PLAIN =
      "unpack it with 'penstock convert FILE.gz FILE', or with ";
  private static final String CONVERT = "write it out with 'penstock convert', or unpack it with ";

  private ArchiveKinds() {}

  static Optional<FileKind> of(byte[] start, boolean looksInside) {
    if (BinaryKinds.starts(start, "504b0304") || BinaryKinds.starts(start, "504b0506")) {
      return Optional.of(zip(List.of(firstName(start))));
    }
    if (TarHeader.isAtStart(start)) {
      return Optional.of(
          new FileKind(TAR, Content.ARCHIVE, "name what is in it, as FILE.tar#jpg, or unpack it"));
    }
    if (BinaryKinds.starts(start, "1f8b")) {
      return Optional.of(inflated(start, gzipDataOffset(start), true, looksInside));
    }
    if (isZlib(start)) {
      return Optional.of(inflated(start, 2, false, looksInside));
    }
    return tool(start)
        .map(
            tool ->
                new FileKind(
                    "a file compressed by " + tool.name,
                    Content.COMPRESSED,
                    "unpack it with " + tool.command));
  }

  /** A compression that the JDK does not know, and the program that unpacks it. */
  private record Tool(String name, String command) {}

  private static Optional<Tool> tool(byte[] start) {
    boolean isBzip =
        BinaryKinds.starts(start, "425a68")
            && start.length > 3
            && start[3] >= '1'
            && start[3] <= '9'
            && (start.length < 10
                || BinaryKinds.matches(start, 4, "314159265359")
                || BinaryKinds.matches(start, 4, "177245385090"));
    if (isBzip) {
      return Optional.of(new Tool("bzip2", "bunzip2"));
    }
    if (BinaryKinds.starts(start, "fd377a585a")) {
      return Optional.of(new Tool("xz", "unxz"));
    }
    if (BinaryKinds.starts(start, "28b52ffd")) {
      return Optional.of(new Tool("zstd", "unzstd"));
    }
    if (BinaryKinds.starts(start, "04224d18") || BinaryKinds.starts(start, "02214c18")) {
      return Optional.of(new Tool("lz4", "unlz4"));
    }
    // The properties that all writers use, with any size of dictionary, and an unknown total size.
    if (BinaryKinds.starts(start, "5d0000") && BinaryKinds.matches(start, 5, "ffffffffffffffff")) {
      return Optional.of(new Tool("lzma", "unlzma"));
    }
    if (BinaryKinds.starts(start, "ff060000734e61507059")) {
      return Optional.of(new Tool("snappy", "snzip -d"));
    }
    if (BinaryKinds.starts(start, "1f9d")) {
      return Optional.of(new Tool("compress", "uncompress"));
    }
    return BinaryKinds.starts(start, "4c5a495001")
        ? Optional.of(new Tool("lzip", "lzip -d"))
        : Optional.empty();
  }

  /**
   * What a zip archive is, by the names of its members.
   *
   * @param names of all members
   * @return the kind; of a zip archive like any other if none fits better
   */
  public static FileKind zip(List<String> names) {
    if (names.stream().anyMatch(name -> name.endsWith(".npy"))) {
      return new FileKind("an .npz archive", Content.ARRAYS, "name an array as FILE#NAME");
    }
    if (hasAny(names, ".*/(data\\.pkl|\\.format_version)")) {
      return new FileKind("a file of PyTorch", Content.ARRAYS, "name a tensor as FILE#NAME");
    }
    if (hasAny(names, "META-INF/.*|.*\\.class")) {
      return new FileKind("a jar", Content.DOCUMENT, "name a file of arrays");
    }
    if (hasAny(names, "\\[Content_Types]\\.xml|mimetype")) {
      return new FileKind(
          "a document of an office program", Content.DOCUMENT, "export its numbers as .csv");
    }
    if (hasAny(names, "metadata\\.json|config\\.json")) {
      return new FileKind(
          "a zip archive such as Keras writes",
          Content.MODEL,
          "write its arrays with numpy.save('x.npy', model.get_weights()[0])");
    }
    return new FileKind(
        "a zip archive", Content.ARCHIVE, "unpack it with unzip, and name the files in it");
  }

  private static boolean hasAny(List<String> names, String pattern) {
    Predicate<String> matches = Pattern.compile(pattern, Pattern.DOTALL).asMatchPredicate();
    return names.stream().anyMatch(matches);
  }

  private static String firstName(byte[] start) {
    if (start.length < ZIP_NAME_OFFSET) {
      return "";
    }
    int nameBytes = ZipDirectory.little(start).getShort(26) & 0xffff;
    int end = Math.min(start.length, ZIP_NAME_OFFSET + nameBytes);
    return new String(start, ZIP_NAME_OFFSET, end - ZIP_NAME_OFFSET, StandardCharsets.ISO_8859_1);
  }

  /** Two bytes are too few, and may be text: the rest of the block header is checked, too. */
  private static boolean isZlib(byte[] start) {
    if (start.length < 2 || start[0] != 0x78 || ((0x78 << 8) | (start[1] & 0xff)) % 31 != 0) {
      return false;
    }
    return start.length < 8 || inflate(start, 2).length > 0;
  }

  private static FileKind inflated(byte[] start, int offset, boolean isGzip, boolean looksInside) {
    byte[] inside = looksInside ? inflate(start, offset) : new byte[0];
    String compressor = isGzip ? "gzip" : "zlib";
    String tool = isGzip ? "gunzip" : "zlib-flate -uncompress";
    Optional<FileKind> kind =
        inside.length == 0
            ? Optional.empty()
            : FileKind.ofOpen(inside, Long.MAX_VALUE, false)
                .filter(found -> found.content() != Content.ABSENT);
    String name =
        kind.map(FileKind::name)
            .map(found -> found + " compressed by ")
            .orElse("a file compressed by ");
    boolean isRead =
        kind.map(FileKind::content)
            .map(content -> content == Content.ARRAYS || content == Content.TEXT)
            .orElse(true);
    if (kind.isPresent() && kind.get().name().equals(TAR)) {
      return new FileKind(name + compressor, Content.COMPRESSED, UNPACK + tool);
    }
    if (kind.isPresent()
        && (PLAIN_INSIDE.contains(kind.get().name())
            || kind.get().name().startsWith("text that"))) {
      return new FileKind(name + compressor, Content.COMPRESSED, UNPACK_PLAIN + tool);
    }
    String remedy =
        isRead ? CONVERT + tool : "unpack it with %s; then %s".formatted(tool, kind.get().remedy());
    return new FileKind(name + compressor, Content.COMPRESSED, remedy);
  }

  private static int gzipDataOffset(byte[] start) {
    if (start.length < 10) {
      return start.length;
    }
    int flags = start[3];
    int at = 10;
    if ((flags & GZIP_EXTRA) != 0 && at + 2 <= start.length) {
      at += 2 + (ZipDirectory.little(start).getShort(at) & 0xffff);
    }
    for (int text = flags & (GZIP_NAME | GZIP_COMMENT); text != 0; text &= text - 1) {
      while (at < start.length && start[at] != 0) {
        at++;
      }
      at++;
    }
    return Math.min(start.length, at + ((flags & GZIP_CHECK) != 0 ? 2 : 0));
  }

  /** The first bytes of the unpacked data, as far as available; none if it is other data. */
  private static byte[] inflate(byte[] start, int offset) {
    byte[] inside = new byte[FileKind.START_BYTES];
    // Without their headers and checksums, gzip and zlib are the same.
    Inflater inflater = new Inflater(true);
    try {
      inflater.setInput(start, offset, start.length - offset);
      return Arrays.copyOf(inside, inflater.inflate(inside));
    } catch (DataFormatException _) {
      return new byte[0];
    } finally {
      inflater.end();
    }
  }
}
