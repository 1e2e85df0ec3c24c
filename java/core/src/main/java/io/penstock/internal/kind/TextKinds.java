package io.penstock.internal.kind;

import io.penstock.internal.kind.FileKind.Content;
import io.penstock.internal.report.Excerpt;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Recognises text, and kinds of text that are found in place of arrays: pointers of git-lfs, pages
 * of HTML, JSON, tables.
 */
final class TextKinds {
  private static final String AS_TABLE =
      "write it out with 'penstock convert FILE.csv DST.npy', which reads .csv, .tsv and .txt, or"
          + " name its lines as FILE#lines";
  private static final String AS_LINES =
      "name its lines, which are records of bytes, as FILE#lines";
  private static final String SAVE = "write its numbers with numpy.save";
  private static final Pattern NUMBERS = Pattern.compile("[-+0-9.eE,;\\s]*[0-9][-+0-9.eE,;\\s]*");

  private TextKinds() {}

  static Optional<FileKind> of(byte[] start) {
    if (BinaryKinds.starts(start, "fffe") || BinaryKinds.starts(start, "feff")) {
      return wide(start);
    }
    boolean hasMark = BinaryKinds.starts(start, "efbbbf");
    return text(start, hasMark ? 3 : 0)
        .map(text -> named(text.stripLeading(), hasMark))
        .filter(kind -> start.length > 1);
  }

  /** UTF-16, whose first bytes may be those of raw elements too: half of its bytes must be zero. */
  private static Optional<FileKind> wide(byte[] start) {
    int zeros = 0;
    for (byte b : start) {
      zeros += b == 0 ? 1 : 0;
    }
    return start.length >= 4 && zeros * 5L >= (start.length - 2) * 2L
        ? Optional.of(kind("text in UTF-16", "write it in UTF-8: iconv -f UTF-16 -t UTF-8"))
        : Optional.empty();
  }

  /**
   * Text in UTF-8 without control characters; a character that is cut off at the end does not
   * count.
   */
  private static Optional<String> text(byte[] start, int from) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    CharBuffer text = CharBuffer.allocate(start.length);
    ByteBuffer bytes = ByteBuffer.wrap(start, from, start.length - from);
    if (decoder.decode(bytes, text, false).isError()) {
      return Optional.empty();
    }
    String found = text.flip().toString();
    boolean isText =
        found.chars().allMatch(c -> c >= 0x20 ? c != 0x7f : c == '\t' || c == '\n' || c == '\r');
    return isText ? Optional.of(found) : Optional.empty();
  }

  private static FileKind named(String text, boolean hasMark) {
    String lower = text.substring(0, Math.min(256, text.length())).toLowerCase(Locale.ROOT);
    if (lower.startsWith("version https://git-lfs.github.com/")) {
      return new FileKind(
          "a pointer of git-lfs in place of the file",
          Content.ABSENT,
          "fetch the file with git lfs pull");
    }
    if (lower.startsWith("<!doctype html") || lower.startsWith("<html")) {
      return new FileKind(
          "a page of HTML, as servers send in place of a file",
          Content.ABSENT,
          "download the file again, and look at what the page says");
    }
    if (lower.startsWith("<?xml") || lower.startsWith("<!doctype") || lower.startsWith("<svg")) {
      return kind("XML", SAVE);
    }
    if (lower.startsWith("%!ps")) {
      return new FileKind("a PostScript document", Content.DOCUMENT, "name a file of arrays");
    }
    if (lower.startsWith("#!")) {
      return new FileKind("a script", Content.DOCUMENT, "name a file of arrays");
    }
    if (text.startsWith("{")
        || (text.startsWith("[") && text.matches("(?s)\\[\\s*[\\[{\"\\d\\]-].*"))) {
      boolean isLines = Pattern.compile("\\}\\s*\\n\\s*\\{").matcher(text).find();
      return isLines
          ? kind("JSON, an object a line", AS_LINES)
          : kind("JSON", SAVE + ", or, if each line is an object, " + AS_LINES);
    }
    return table(text, hasMark ? " with a byte order mark" : "");
  }

  private static FileKind table(String text, String mark) {
    List<String> lines = text.lines().limit(2).toList();
    String last = lines.isEmpty() ? "" : lines.getLast();
    if (NUMBERS.matcher(last).matches()) {
      return kind("text of numbers" + mark, AS_TABLE);
    }
    for (char delimiter : new char[] {',', '\t', ';'}) {
      long count = last.chars().filter(c -> c == delimiter).count();
      boolean isSame =
          lines.size() == 2 && count > 0 && count == count(lines.getFirst(), delimiter);
      if (isSame) {
        return kind("a table in text" + mark, AS_TABLE);
      }
    }
    String begins = Excerpt.of(lines.isEmpty() ? "" : lines.getFirst(), 0);
    return kind(
        "text%s that begins with '%s'".formatted(mark, begins),
        AS_LINES + ", or name a file of arrays, or a folder of files that are records");
  }

  private static long count(String line, char delimiter) {
    return line.chars().filter(c -> c == delimiter).count();
  }

  private static FileKind kind(String name, String remedy) {
    return new FileKind(name, Content.TEXT, remedy);
  }
}
