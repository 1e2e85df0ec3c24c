package io.penstock.internal.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.error.PenstockException;
import io.penstock.format.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Braces, which mean what they mean in Bash and in Python's braceexpand. */
class BracesTest {
  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "s-{000..002}.tar | s-000.tar s-001.tar s-002.tar",
        "{8..10} | 8 9 10",
        "{08..10} | 08 09 10",
        "{8..010} | 008 009 010",
        "{0..10..5} | 0 5 10",
        "{3..1} | 3 2 1",
        "{3..0..-2} | 3 1",
        "{-1..1} | -1 0 1",
        "{-01..1} | -01 000 001",
        "{a..c} | a b c",
        "{c..a..2} | c a",
        "{7..7} | 7",
        "{a,b}{0..1} | a0 a1 b0 b1",
        "x{a,{b,c}d,}y | xay xbdy xcdy xy",
        "{{0..1},b}-{c} | 0-{c} 1-{c} b-{c}",
        "{{a,b} | {a {b",
      })
  void bracesStandForSeveral(String text, String expected) {
    assertThat(Braces.has(text)).isTrue();
    assertThat(Braces.expand(text, 100)).containsExactly(expected.split(" "));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a", "a{b}", "{}", "{a", "a}", "}{", "{1..}", "{1..b}", "{ab..c}", "{1...3}"})
  void otherBracesAreThemselves(String text) {
    assertThat(Braces.has(text)).isFalse();
    assertThat(Braces.expand(text, 100)).containsExactly(text);
  }

  @Test
  void tooManyAreRefused() {
    for (String text : List.of("{0..999999999}", "{0..99}{0..99}{0..99}{0..99}{0..99}{0..99}")) {
      assertThatThrownBy(() -> Source.parse(directory.resolve(text)).shards())
          .isInstanceOf(PenstockException.class)
          .hasMessageContaining("at most 1048576 paths");
    }
  }

  @Test
  void everyFileOfARangeMustBeThere() throws IOException {
    for (String name : List.of("s-08.tar", "s-09.tar", "s-10.tar", "s-9.tar")) {
      Files.createFile(directory.resolve(name));
    }
    Source shards = Source.parse(directory.resolve("s-{08..10}.tar#jpg"));
    assertThat(shards.columnName()).isEqualTo("jpg");
    assertThat(Source.parse(directory.resolve("s-{08..10}.tar")).columnName()).isEqualTo("s");
    assertThat(shards.shards())
        .extracting(shard -> directory.relativize(Path.of(shard.toString())).toString())
        .containsExactly("s-08.tar#jpg", "s-09.tar#jpg", "s-10.tar#jpg");
    assertThat(Source.glob(directory, "s-{8..10}.tar").file()).hasFileName("s-{8..10}.tar");
    assertThatThrownBy(() -> Source.glob(directory, "s-{8..11}.tar").shards())
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("s-8.tar: expected a file, as one of the 4 of 's-{8..11}.tar', found")
        .hasMessageContaining("nor 1 other:");
    assertThat(Source.glob(directory, "s-{0*,9}.tar").shards()).hasSize(3);
  }

  @Test
  void aFileOfThisVeryNameIsNoPattern() throws IOException {
    Path file = Files.createFile(directory.resolve("s-{0..1}.tar"));
    assertThat(Source.parse(file).shards()).containsExactly(Source.of(file));
  }

  @Test
  void commasInBracesDoNotDividePaths() {
    assertThat(ShardPaths.split("a,{b,c},d{e,f")).containsExactly("a", "{b,c}", "d{e", "f");
    assertThat(ShardPaths.split("{a}{b,{c,d}},e")).containsExactly("{a}{b,{c,d}}", "e");
  }
}
