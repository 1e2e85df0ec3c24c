package io.penstock.cli.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.error.PenstockException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.io.StringReader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Text is what NumPy takes it for; beside it lies loadtxt.py, which made the table. */
final class TextSourceTest {
  @TempDir Path directory;

  private static SourceOptions options(String dtype, Character delimiter, int skipLines) {
    ElementType type = dtype == null ? null : ElementType.parse(dtype);
    return new SourceOptions(Selection.ALL, type, false, FolderOptions.NONE, delimiter, skipLines);
  }

  private RecordSource open(Path path, SourceOptions options) throws IOException {
    return Sources.open(List.of(path), options, directory.resolve("out.npy"));
  }

  /** Rows and bytes as NumPy would have them, or the message. */
  private String read(Path path, SourceOptions options) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try (RecordSource source = open(path, options)) {
      for (MemorySegment some = source.next(); some != null; some = source.next()) {
        all.writeBytes(some.toArray(ValueLayout.JAVA_BYTE));
      }
      long columns = source.recordShape().isScalar() ? 1 : source.recordShape().dim(0);
      return "%d %s".formatted(columns, HexFormat.of().formatHex(all.toByteArray()));
    } catch (PenstockException e) {
      return e.getMessage();
    }
  }

  private static List<JsonObject> table() throws IOException {
    try (InputStream file = TextSourceTest.class.getResourceAsStream("loadtxt.jsonl")) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(line -> JsonParser.parseString(line).getAsJsonObject())
          .toList();
    }
  }

  @Test
  void textIsReadAsNumPyReadsIt() throws IOException {
    List<String> differences = new ArrayList<>();
    for (JsonObject expected : table()) {
      byte[] text = expected.get("text").getAsString().getBytes(StandardCharsets.ISO_8859_1);
      Path path = Files.write(directory.resolve("x.txt"), text);
      Character delimiter =
          expected.get("delimiter").isJsonNull()
              ? SourceOptions.BLANKS
              : Character.valueOf(expected.get("delimiter").getAsString().charAt(0));
      String dtype = expected.get("dtype").getAsString();
      String found =
          read(
              path,
              options(
                  dtype.equals("<f8") ? null : dtype, delimiter, expected.get("skip").getAsInt()));
      boolean isSame =
          expected.has("error")
              ? found.contains(": expected ")
              : found.equals(
                  expected.get("columns").getAsString() + " " + expected.get("data").getAsString());
      if (!isSame) {
        differences.add(expected + " but found " + found);
      }
    }
    assertThat(differences).isEmpty();
    assertThat(table()).hasSizeGreaterThan(600);
  }

  /** Characters come as they like: one, or a few. */
  private static List<String> fields(String text, char delimiter, boolean isSlow)
      throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    Reader reader =
        new StringReader(text) {
          @Override
          public int read(char[] to, int offset, int length) throws IOException {
            return super.read(to, offset, isSlow ? random.nextInt(1, 4) : length);
          }
        };
    List<String> found = new ArrayList<>();
    try (TextRows rows = new TextRows(reader, delimiter)) {
      while (rows.next((all, from, to) -> found.add(new String(all, from, to - from)))) {
        found.add("end of line " + rows.rowLine());
      }
    }
    return found;
  }

  @Test
  void piecesInWhichTextArrivesMakeNoDifference() throws IOException {
    for (JsonObject one : table()) {
      String text =
          new String(
              one.get("text").getAsString().getBytes(StandardCharsets.ISO_8859_1),
              StandardCharsets.UTF_8);
      for (char delimiter : new char[] {TextRows.BLANKS, ',', '\t', '\u00a7'}) {
        assertThat(fields(text, delimiter, true)).isEqualTo(fields(text, delimiter, false));
      }
    }
  }

  @Test
  void aLineMayBeLongerThanAnyBuffer() throws IOException {
    int columns = 50_000;
    String line =
        IntStream.range(0, columns).mapToObj(i -> i + ".25").collect(Collectors.joining(" , "));
    Path path = Files.writeString(directory.resolve("x.csv"), line + "\n" + line);
    try (RecordSource source = open(path, options(null, null, 0))) {
      double[] found = source.next().toArray(ValueLayout.JAVA_DOUBLE);
      assertThat(source.recordShape()).isEqualTo(Shape.of(columns));
      assertThat(found).hasSize(2 * columns);
      for (int i = 0; i < found.length; i++) {
        assertThat(found[i]).isEqualTo(i % columns + 0.25);
      }
    }
    String digits = "1" + "0".repeat(300_000) + "e-300000";
    Files.writeString(path, "\"" + digits + "\"," + digits);
    assertThat(read(path, options("<i8", null, 0))).contains("found '1000");
    assertThat(read(path, options(null, null, 0))).isEqualTo("2 " + "000000000000f03f".repeat(2));
  }

  @Test
  void aQuoteThatIsNotClosedEndsSomewhere() throws IOException {
    Path path = Files.writeString(directory.resolve("x.csv"), "\"" + "1,2\n".repeat(5_000_000));
    assertThat(read(path, options(null, null, 0)))
        .contains("line 1: expected a number, found more than 16,777,216 characters")
        .contains("close the quotes");
  }

  @Test
  void compressedTextIsReadAsItIs() throws IOException {
    Path path = directory.resolve("x.tsv.gz");
    try (OutputStream file = new GZIPOutputStream(Files.newOutputStream(path))) {
      file.write("1\t2\n".getBytes(StandardCharsets.US_ASCII));
    }
    assertThat(read(path, options("|u1", null, 0))).isEqualTo("2 0102");
    byte[] whole = Files.readAllBytes(path);
    Files.write(path, Arrays.copyOf(whole, whole.length - 9));
    assertThat(read(path, options(null, null, 0)))
        .isEqualTo(
            path
                + ": expected text compressed by gzip, found it cut short: bring the file"
                + " back from a copy");
    Files.write(path, "1 2".getBytes(StandardCharsets.US_ASCII));
    assertThat(read(path, options(null, null, 0))).contains("found it damaged");
  }

  @Test
  void namesTellTheDelimiter() throws IOException {
    for (String name : List.of("x.csv", "X.CSV", "x.tsv", "x.txt", "x.tsv.txt")) {
      String text =
          name.endsWith("txt") ? " 1  2\t3 " : name.endsWith("tsv") ? "1\t 2\t3" : "1 ,2, 3";
      Path path = Files.writeString(directory.resolve(name), text);
      assertThat(read(path, options("|u1", null, 0))).as(name).isEqualTo("3 010203");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "x,y\\n"
            + "1,2 | line 1: expected a number, found 'x': if this is a header, give --skip-lines"
            + " 1",
        "# a\\n"
            + "\\n"
            + "x,y | line 3: expected a number, found 'x': if this is a header, give --skip-lines"
            + " 3",
        "1,2\\n3,x | line 2: expected a number, found 'x': correct the line, or begin it with #",
        "1,2\\n\\n3 | line 3: expected 2 numbers as in the first line, found 1",
        "1,2\\n3,4,5 | line 2: expected 2 numbers as in the first line, found 3",
        "1,\\n | expected a number, found an empty field: write nan where there is none",
        "1;2 | found '1;2': is the delimiter another one? Try --delimiter ';'",
        "1\t2 | Try --delimiter tab",
        "1.5 2.5 | Try --delimiter blanks",
        "1+2j,3 | found the complex number '1+2j': write its real and its imaginary part",
        "(1-2j),3 | found the complex number '(1-2j)'",
        "1j | found the complex number '1j'",
        "2024-01-02,1 | found the date or time '2024-01-02': write it as a number",
        "12:30:00 | found the date or time '12:30:00'",
        "1_000 | found '1_000': write decimal digits only",
        "0x1p3 | found '0x1p3': write decimal digits only",
        "caf\u00e9 | found 'caf?'",
      })
  void whatIsNoNumberIsSaidWithTheRemedy(String text, String message) throws IOException {
    String lines = text.replace("\\n", "\n").replace("\\t", "\t");
    Path path = Files.writeString(directory.resolve("x.csv"), lines);
    assertThat(read(path, options(null, null, 0))).startsWith(path + ": ").contains(message);
  }

  @Test
  void wholeNumbersAreAskedForByType() throws IOException {
    Path path = Files.writeString(directory.resolve("x.csv"), "1.0");
    assertThat(read(path, options("<i4", null, 0)))
        .contains("expected a whole number, found '1.0'")
        .contains("leave out --dtype");
    Files.writeString(path, "-1");
    assertThat(read(path, options("<u8", null, 0)))
        .contains("expected a whole number of 0 or more, found '-1'");
  }

  @Test
  void whatNoNumberCanBeReadFromIsNamed() throws IOException {
    Path path = Files.write(directory.resolve("x.csv"), "1,2".getBytes(StandardCharsets.UTF_16));
    assertThat(read(path, options(null, null, 0))).contains("found UTF-16: convert it with iconv");
    Files.writeString(path, "# only\n\n");
    assertThat(read(path, options(null, null, 0)))
        .isEqualTo(
            path
                + ": expected lines of numbers, found none: name another file, or see"
                + " --skip-lines");
    assertThatThrownBy(() -> options(null, '#', 0)).hasMessageContaining("--delimiter must not be");
    assertThatThrownBy(() -> options(null, '"', 0)).hasMessageContaining("--delimiter must not be");
  }

  /** Split at blanks, NumPy takes blanks behind a line that begins with a quote for a field. */
  @Test
  void blanksBehindQuotesAreNoField() throws IOException {
    Path path = Files.writeString(directory.resolve("x.txt"), "\"1\" 2 \n3 4 # x\n");
    assertThat(read(path, options("|u1", null, 0))).isEqualTo("2 01020304");
  }
}
