package io.penstock.cli.text;

import static io.penstock.cli.text.ProgressText.NO_BYTES;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bars for terminals of all widths. */
final class ProgressTextTest {
  private static final ProgressText READ = new ProgressText("read", "records", 60_000);

  private static int barWidth(String line) {
    return line.contains("[") ? line.indexOf(']') - line.indexOf('[') - 1 : 0;
  }

  @Test
  void eightyColumnsHaveRoomForAll() {
    assertThat(READ.line(15_000, 1234.4, NO_BYTES, 12, 79))
        .isEqualTo(
            "read  25% [======>                 ] 15,000/60,000 records  1,234/s  0:36 left");
    assertThat(READ.line(0, 0, NO_BYTES, 0, 79))
        .isEqualTo("read   0% [>                       ] 0/60,000 records");
    assertThat(READ.line(60_000, 1234.4, NO_BYTES, 12, 79))
        .contains("100% [======")
        .doesNotContain(">");
    assertThat(READ.line(59_999, 1234.4, NO_BYTES, 12, 79)).contains(" 99% [");
  }

  @Test
  void whatThereIsNoRoomForIsLeftOut() {
    assertThat(READ.line(15_000, 1234.4, NO_BYTES, 12, 59))
        .isEqualTo("read  25% [===>        ] 15,000 records  1,234/s  0:36 left");
    assertThat(READ.line(15_000, 1234.4, NO_BYTES, 12, 39))
        .isEqualTo("read  25% [====>           ]  0:36 left");
    assertThat(READ.line(15_000, 1234.4, NO_BYTES, 12, 19)).isEqualTo("read  25% [=>     ]");
    assertThat(READ.line(15_000, 1234.4, NO_BYTES, 12, 9)).isEqualTo("read  25%");
    assertThat(READ.line(15_000, 1234.4, NO_BYTES, 12, 3)).isEqualTo("rea");
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 20, 39, 40, 60, 79, 80, 120, 200})
  void noLineIsTooLongAndNoBarTooShort(int columns) {
    for (long total : new long[] {0, 1, 999, 60_000, 123_456_789_012L}) {
      for (String unit : new String[] {"records", "MB", "images"}) {
        ProgressText text = new ProgressText("making files", unit, total);
        int width = -1;
        for (int step = 0; step <= 20; step++) {
          // As far as it goes, and beyond.
          long count = total / 20 * step + (step == 20 ? total % 20 + 1 : 0);
          double bytes = step % 3 == 0 ? NO_BYTES : 1e6 * total;
          String line = text.line(count, 0.1 + total / 1e3, bytes, 100, columns);
          assertThat(line.length()).isLessThanOrEqualTo(columns);
          assertThat(barWidth(line)).isGreaterThanOrEqualTo(columns >= 60 ? 12 : 0);
          width = Math.max(width, barWidth(line));
        }
        assertThat(width).isLessThanOrEqualTo(40);
      }
    }
  }

  @Test
  void bytesAreToldBesideWhatIsCounted() {
    assertThat(READ.line(15_000, 1234.4, 9_671_111, 12, 89))
        .isEqualTo(
            "read  25% [======>                 ] 15,000/60,000 records  1,234/s  9.7 MB/s"
                + "  0:36 left");
    assertThat(barWidth(READ.line(0, 0, 0, 0, 89))).isEqualTo(24);
    assertThat(READ.line(15_000, 1234.4, 9_671_111, 12, 79)).contains("1,234/s  9.7 MB/s  0:36");
    assertThat(READ.line(15_000, 1234.4, 9_671_111, 12, 69)).contains("1,234/s  0:36 left");
    assertThat(new ProgressText("convert", "records", -1).line(12_345, 678, 5e6, 5, 79))
        .isEqualTo("convert  12,345 records  678/s  5.0 MB/s  0:05");
  }

  @Test
  void withoutATotalThereIsNoBar() {
    ProgressText text = new ProgressText("convert", "records", -1);
    assertThat(text.line(12_345, 0, NO_BYTES, 5, 79)).isEqualTo("convert  12,345 records  0:05");
    assertThat(text.line(12_345, 678, NO_BYTES, 3725, 79))
        .isEqualTo("convert  12,345 records  678/s  1:02:05");
    assertThat(text.line(12_345, 678, NO_BYTES, 5, 25)).isEqualTo("convert  12,345 records");
  }

  @Test
  void countsAreInTheUnit() {
    assertThat(new ProgressText("verify", "MB", 5_000_000).line(2_999_999, 1e6, NO_BYTES, 2, 79))
        .endsWith("] 2/5 MB  1 MB/s  0:02 left");
    assertThat(READ.doneOf(1)).isEqualTo("1 of 60,000 records");
    assertThat(new ProgressText("read", "records", -1).doneOf(1)).isEqualTo("1 record");
    assertThat(new ProgressText("verify", "MB", 5_000_000).doneOf(2_999_999))
        .isEqualTo("2 of 5 MB");
  }
}
