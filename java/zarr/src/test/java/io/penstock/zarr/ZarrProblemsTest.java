package io.penstock.zarr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.Dataset;
import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import io.penstock.format.Source;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is not supported is told by name, and damage is an error: never other values. */
class ZarrProblemsTest {
  @TempDir Path directory;

  private Path description(String name) {
    ZarrFiles.unpack(directory, name);
    return directory.resolve(name + ".zarr/.zarray");
  }

  private static byte[] read(Path description) throws IOException {
    try (InputStream in = Formats.streamed(Source.of(description)).orElseThrow().source().open()) {
      return in.readAllBytes();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "\"filters\": null ; \"filters\": [{\"id\": \"delta\"}] ; chunks without filters, found"
            + " 'delta'",
        "\"dtype\": \"<i4\" ; \"dtype\": \"|O\" ; found Python objects (dtype '|O')",
        "\"dtype\": \"<i4\" ; \"dtype\": [[\"a\", \"<i4\"]] ; found structured ones",
        "\"dtype\": \"<i4\" ; \"dtype\": \"<i5\" ; a dtype of NumPy, found '<i5'",
        "\"zarr_format\": 2 ; \"zarr_format\": 3 ; Zarr version 2, found version 3",
        "\"id\": \"blosc\" ; \"id\": \"lzma\" ; blosc, zstd, zlib, gzip, lz4, found 'lzma'",
        "\"order\": \"C\" ; \"order\": \"K\" ; order C or F, found 'K'",
        "\"fill_value\": 0 ; \"fill_value\": 4294967296 ; a fill value of <i4",
        "\"fill_value\": 0 ; \"fill_value\": 0.5 ; a fill value of <i4",
        "\"fill_value\": 0 ; \"fill_value\": {} ; a fill value of <i4",
        "\"fill_value\": 0 ; \"fill_value\": 1e999999999 ; a fill value of <i4",
        "\"order\": \"C\" ; \"order\": \"C\", \"dimension_separator\": \"..\" ; '.' or '/' in the"
            + " names",
        "\"order\": \"C\" ; \"order\": 7 ; order to be a word",
      })
  void whatIsNotSupportedIsTold(String before, String after, String problem) throws IOException {
    Path description = description("axes-4");
    String text = Files.readString(description);
    assertThat(text).contains(before);
    Files.writeString(description, text.replace(before, after));
    assertThatThrownBy(() -> Dataset.open(description))
        .isInstanceOf(PenstockException.class)
        .hasMessageStartingWith(description + ": ")
        .hasMessageContaining(problem);
  }

  @Test
  void sizesThatCannotBeAreRefusedWithoutMemory() throws IOException {
    Path description = description("axes-1");
    String text = Files.readString(description);
    for (String chunk : new String[] {"0", "-1", "2147483647", "99999999999999999999", "1.5"}) {
      Files.writeString(description, text.replaceFirst("(?<=\\[\\s{1,20})64(?=\\s)", chunk));
      assertThatThrownBy(() -> Dataset.open(description))
          .as(chunk)
          .isInstanceOf(PenstockException.class)
          .hasMessageContaining("expected");
    }
    for (String size : new String[] {"-1", "9223372036854775807", "[1]"}) {
      Files.writeString(description, text.replaceFirst("(?<=\\[\\s{1,20})1000(?=\\s)", size));
      assertThatThrownBy(() -> Dataset.open(description))
          .as(size)
          .isInstanceOf(PenstockException.class)
          .hasMessageContaining("expected");
    }
  }

  @Test
  void anArrayIsNotReadInPlaceAndSaysWhatToDo() {
    ZarrFiles.unpack(directory, "axes-4");
    assertThatThrownBy(() -> Dataset.open(directory.resolve("axes-4.zarr")))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("chunks of Zarr: write it out once with penstock convert");
  }

  @Test
  void aMissingChunkOfAnArrayWithoutFillValueIsAnError() throws IOException {
    Path description = description("type-V3");
    Files.delete(description.resolveSibling("2"));
    assertThatThrownBy(() -> read(description))
        .hasMessageContaining("expected a chunk '2', since the array has no fill value");
  }

  @Test
  void partsOutsideOfAGroupAreNotFound() {
    ZarrFiles.unpack(directory, "group", "axes-4");
    Path group = directory.resolve("group.zarr/.zgroup");
    assertThatThrownBy(() -> Formats.open(Source.of(group).part("../axes-4.zarr")))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("found none of this name");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "codec-none",
        "codec-zlib",
        "codec-gzip",
        "codec-zstd",
        "codec-lz4",
        "codec-blosc-lz4-1",
        "codec-blosc-blosclz-2",
        "codec-blosc-zstd-0",
        "codec-blosc-small-blocks"
      })
  void chunksThatAreCutOrChangedAreErrorsOrOtherValues(String name) throws IOException {
    Path description = description(name);
    byte[] whole = read(description);
    Path chunk = description.resolveSibling("0.0");
    byte[] stored = Files.readAllBytes(chunk);
    for (int length = 0; length < stored.length; length += 1 + stored.length / 100) {
      assertDamaged(description, chunk, Arrays.copyOf(stored, length));
    }
    assertDamaged(description, chunk, Arrays.copyOf(stored, 8 << 20));
    SplittableRandom random = new SplittableRandom(4);
    for (int i = 0; i < 300; i++) {
      byte[] changed = stored.clone();
      int at = i < 64 ? i % 20 : random.nextInt(stored.length);
      changed[at] = (byte) (i % 3 == 0 ? 0xff : random.nextInt());
      Files.write(chunk, changed);
      try {
        assertThat(read(description)).hasSameSizeAs(whole);
      } catch (IOException e) {
        assertThat(e.getMessage()).startsWith("chunk '0.0': expected ").doesNotContain("\n");
      }
    }
    Files.write(chunk, stored);
    assertThat(read(description)).isEqualTo(whole);
  }

  /** But for bytes behind the end of what is compressed, which do no harm. */
  private static void assertDamaged(Path description, Path chunk, byte[] bytes) throws IOException {
    Files.write(chunk, bytes);
    assertThatThrownBy(() -> read(description))
        .as("%s of %d bytes", chunk, bytes.length)
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("chunk '0.0': expected ");
  }

  /** Memory is for a row of chunks, whatever the shape says. */
  @Test
  void anArrayOfManyRowsIsReadRowByRow() throws IOException {
    Path description = description("axes-1");
    Files.writeString(
        description,
        Files.readString(description).replaceFirst("(?<=\\[\\s{1,20})1000(?=\\s)", "20000000"));
    try (InputStream in = Formats.streamed(Source.of(description)).orElseThrow().source().open()) {
      OutputStream none = OutputStream.nullOutputStream();
      assertThat(in.transferTo(none)).isEqualTo(80_000_000L);
    }
  }
}
