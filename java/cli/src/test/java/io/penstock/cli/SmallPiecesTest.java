package io.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.cli.options.SizeConverter;
import io.penstock.cli.text.Human;
import io.penstock.cli.text.OneLine;
import io.penstock.cli.text.Table;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

/** Sizes, numbers for people, tables. */
final class SmallPiecesTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "4096, 4096",
    "16k, 16384",
    "16K, 16384",
    "1m, 1048576",
    "1g, 1073741824",
    "2T, 2199023255552",
    "8388607t, 9223370937343148032"
  })
  void sizesAreReadInPowersOf1024(String text, long bytes) {
    assertThat(new SizeConverter().convert(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "k", "-1", "+1", "1 k", "1kb", "1.5g", "0x10", "8388608t", "１"})
  void otherSizesAreRefused(String text) {
    assertThatThrownBy(() -> new SizeConverter().convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("'" + text + "'");
  }

  @Test
  void bytesGetTheUnitThatFits() {
    assertThat(Human.bytes(0)).isEqualTo("0 bytes");
    assertThat(Human.bytes(1)).isEqualTo("1 byte");
    assertThat(Human.bytes(1023)).isEqualTo("1,023 bytes");
    assertThat(Human.bytes(1024)).isEqualTo("1.0 KiB");
    assertThat(Human.bytes(3 << 29)).isEqualTo("1.5 GiB");
    assertThat(Human.bytes(Long.MAX_VALUE)).isEqualTo("8.0 EiB");
  }

  @Test
  void whatIsNotKnownIsAQuestionMark() {
    assertThat(Human.percent(Double.NaN)).isEqualTo("?");
    assertThat(Human.percent(0.1234)).isEqualTo("12.3 %");
  }

  @Test
  void tablesAlignTextLeftAndNumbersRight() {
    Table table = Table.withHeads("name", ">count");
    table.add("a", "1");
    table.add("longer", "1,000");
    assertThat(table.toString()).isEqualTo("name    count\na           1\nlonger  1,000\n");
  }

  @Test
  void oneLineHidesWhatSteersATerminal() {
    assertThat(OneLine.of("a\r\n  b\tc\u001b[2J\u0007")).isEqualTo("a b?c?[2J?");
  }
}
