package io.penstock.internal.format.lines;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.error.PenstockException;
import io.penstock.internal.index.RecordingIndexBuilder;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinesScanTest {
  private static final long SEED = 20;

  @TempDir Path folder;

  private List<String> lines(byte[] contents) throws IOException {
    RecordingIndexBuilder found =
        RecordingIndexBuilder.of(Files.write(folder.resolve("x.txt"), contents), new LinesScan());
    assertThat(found.names()).containsExactly("lines");
    return found.texts("lines", contents);
  }

  private List<String> lines(String text) throws IOException {
    return lines(text.getBytes(UTF_8));
  }

  @Test
  void linesEndWithANewlineOrWithTheFile() throws IOException {
    assertThat(lines("")).isEmpty();
    assertThat(lines("\n")).containsExactly("");
    assertThat(lines("one")).containsExactly("one");
    assertThat(lines("one\n")).containsExactly("one");
    assertThat(lines("one\ntwo")).containsExactly("one", "two");
    assertThat(lines("\n\none\n\n")).containsExactly("", "", "one", "");
  }

  @Test
  void carriageReturnsBelongToTheEndOfALineOnlyRightBeforeIt() throws IOException {
    assertThat(lines("one\r\n\r\ntwo\r\n")).containsExactly("one", "", "two");
    assertThat(lines("a\rb\r\r\nc\n\rd\r")).containsExactly("a\rb\r", "c", "\rd\r");
    assertThat(lines("\r\n")).containsExactly("");
    assertThat(lines("\r")).containsExactly("\r");
  }

  @Test
  void aByteOrderMarkBelongsToNoLine() throws IOException {
    assertThat(lines("\ufeffone\n\ufefftwo\n")).containsExactly("one", "\ufefftwo");
    assertThat(lines("\ufeff")).isEmpty();
    assertThat(lines("\ufeff\n")).containsExactly("");
    assertThat(lines("\ufeff\r\nx")).containsExactly("", "x");
  }

  @Test
  void bytesThatAreNoTextAreKept() throws IOException {
    assertThat(lines("a\0b\n\0\n\0\0\0")).containsExactly("a\0b", "\0", "\0\0\0");
    byte[] latin = "gr\u00f6\u00dfe\n\u00e9".getBytes(ISO_8859_1);
    assertThat(lines(latin)).hasSize(2);
  }

  @Test
  void textWithoutNewlinesAsBytesIsRefused() {
    for (Charset charset : List.of(UTF_16, UTF_16LE, UTF_16BE, Charset.forName("UTF-32BE"))) {
      for (String mark : List.of("", "\ufeff")) {
        byte[] contents = (mark + "{\"a\": 1}\n{\"a\": 2}\n").getBytes(charset);
        if (charset.name().startsWith("UTF-32") && mark.isEmpty()) {
          continue;
        }
        assertThatThrownBy(() -> lines(contents))
            .as(charset + " " + mark.length())
            .isInstanceOf(PenstockException.class)
            .hasMessageContaining("found UTF-16 or UTF-32: write it in UTF-8 with iconv");
      }
    }
  }

  @Test
  void eachPlaceOfANewlineInAWordAndABufferIsFound() throws IOException {
    Random random = new Random(SEED);
    int size = 2 * (1 << 20) + 77;
    for (int round = 0; round < 4; round++) {
      byte[] contents = new byte[size];
      // Bytes next to those of newlines, with and without the top bit, in all mixtures.
      byte[] alphabet = {'\n', '\r', 0x0b, 0x09, (byte) 0x8a, (byte) 0x8b, 'x', 0, (byte) 0xff};
      int few = round < 2 ? 1000 : 20;
      for (int i = 0; i < size; i++) {
        contents[i] =
            random.nextInt(few) == 0 ? (byte) 10 : alphabet[random.nextInt(9) * (round & 1)];
      }
      Arrays.fill(contents, 0, 9, (byte) 'a');
      contents[(1 << 20) - 1] = '\r';
      contents[1 << 20] = '\n';
      assertThat(lines(contents)).isEqualTo(plain(contents));
    }
  }

  /** The same byte by byte. */
  private static List<String> plain(byte[] contents) {
    List<String> lines = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < contents.length; i++) {
      if (contents[i] == '\n') {
        int end = i > start && contents[i - 1] == '\r' ? i - 1 : i;
        lines.add(new String(contents, start, end - start, UTF_8));
        start = i + 1;
      }
    }
    if (start < contents.length) {
      lines.add(new String(contents, start, contents.length - start, UTF_8));
    }
    return lines;
  }

  @Test
  void oneLineMayBeLargerThanAllBuffers() throws IOException {
    byte[] contents = new byte[5 << 20];
    Arrays.fill(contents, (byte) 'x');
    contents[0] = '\n';
    assertThat(lines(contents)).extracting(String::length).containsExactly(0, (5 << 20) - 1);
  }
}
