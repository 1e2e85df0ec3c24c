package io.penstock.internal.kind;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import io.penstock.format.NpyFiles;
import io.penstock.internal.kind.FileKind.Content;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileKindTest {
  @TempDir Path directory;

  /** Starts of real files, cut after what tells them apart. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          93 4e55 4d50 5901 00                              | ARRAYS     | a .npy file
          504b0304 14000000 0000 0000 0000 00000000 00000000 00000000 0500 0000 782e6e7079 | ARRAYS | an .npz archive
          504b0304 00000808 0000 0000 0000 00000000 00000000 00000000 1000 0000 617263686976652f646174612e706b6c | ARRAYS | a file of PyTorch
          504b0304 00000808 0000 0000 0000 00000000 00000000 00000000 0500 0000 612e747874 | ARCHIVE | a zip archive
          8002 8a0a 6cfc9c46f9206aa85019 2e 8002 4de903 2e  | MODEL      | a file of PyTorch before version 1.6
          4d4d494449445800 00 0100000000000000              | ARRAYS     | an index of token data (.idx)
          4000000000000000 7b22 78 22                       | ARRAYS     | a safetensors file
          00000801 00000002 0506                           | ARRAYS     | an IDX file
          8004 95 2a00000000000000                          | ARRAYS     | a pickle
          8003 7d 71 00                                     | ARRAYS     | a pickle
          89484446 0d0a1a0a                                 | ARRAYS     | an HDF5 file
          89504e470d0a1a0a 0000000d49484452                 | IMAGE      | a PNG image
          ffd8ffe0 0010 4a464946 00                         | IMAGE      | a JPEG image
          47494638 3961 0100                                | IMAGE      | a GIF image
          49492a00 08000000                                 | IMAGE      | a TIFF image
          4d4d002a 00000008                                 | IMAGE      | a TIFF image
          52494646 24000000 57454250 56503820               | IMAGE      | a WebP image
          52494646 24000000 57415645 666d7420               | MEDIA      | a WAV file
          664c6143 00000022                                 | MEDIA      | a FLAC file
          4f676753 00020000                                 | MEDIA      | an Ogg file
          494433 04000000                                   | MEDIA      | an MP3 file
          50415231 15041500                                 | RECORDS    | a Parquet file
          4152524f 57310000 ffffffff                        | ARRAYS     | an Arrow (Feather) file
          46454131 00000000                                 | RECORDS    | a Feather file
          ffffffff 70000000 10000000 00000a00               | ARRAYS     | an Arrow IPC stream
          0a00000000000000 aea3bf3a 00000000                | ARRAYS     | a TFRecord file
          4d41544c4142 20 352e30 20                         | RECORDS    | a MATLAB 5 file
          43444601 00000000                                 | RECORDS    | a NetCDF file
          524458330a 580a                                   | RECORDS    | an R data file
          53514c69746520666f726d6174203300                  | RECORDS    | an SQLite database
          00000000000000000000000000000000 dec0efbe         | RECORDS    | an LMDB database
          0808 1207 7079746f726368 1a05 322e302e30          | MODEL      | an ONNX model
          080e 3a33 0a0c 0a0178 120179                      | MODEL      | an ONNX model
          47475546 03000000                                 | MODEL      | a GGUF model
          25504446 2d312e37                                 | DOCUMENT   | a PDF document
          425a68 39 314159265359                            | COMPRESSED | a file compressed by bzip2
          fd377a585a00                                      | COMPRESSED | a file compressed by xz
          28b52ffd 04                                       | COMPRESSED | a file compressed by zstd
          04224d18 64                                       | COMPRESSED | a file compressed by lz4
          5d 00004000 ffffffffffffffff 00                   | COMPRESSED | a file compressed by lzma
          1f8b                                              | COMPRESSED | a file compressed by gzip
          fffe 6800 6900                                    | TEXT       | text in UTF-16
          feff 0068 0069                                    | TEXT       | text in UTF-16
          efbbbf 312c320a                                   | TEXT       | text of numbers with a byte order mark
          00000000000000000000000000000000                  | ABSENT     | nothing but zeros at its start
          """)
  void filesAreNamedByHowTheyBegin(String start, Content content, String name) {
    byte[] bytes = HexFormat.of().parseHex(start.replace(" ", ""));
    FileKind kind = FileKind.of(bytes, bytes.length).orElseThrow();
    assertThat(kind.name()).isEqualTo(name);
    assertThat(kind.content()).isEqualTo(content);
    assertThat(kind.remedy()).isNotBlank();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          version https://git-lfs.github.com/spec/v1\\noid sha256:4d7a\\nsize 5\\n | ABSENT | a pointer of git-lfs in place of the file
          \\n<!DOCTYPE html>\\n<html>              | ABSENT   | a page of HTML, as servers send in place of a file
          <HTML><head>                             | ABSENT   | a page of HTML, as servers send in place of a file
          <?xml version="1.0"?>                    | TEXT     | XML
          {"a": 1}\\n{"a": 2}\\n                   | TEXT     | JSON, an object a line
          {"a": [1, 2]}                            | TEXT     | JSON
          [[1, 2], [3, 4]]                         | TEXT     | JSON
          1,2,3\\n4,5,6\\n                         | TEXT     | text of numbers
          1.5 2e-3\\n                              | TEXT     | text of numbers
          height,width\\n5,x\\n                    | TEXT     | a table in text
          these are words                          | TEXT     | text that begins with 'these are words'
          #!/bin/sh\\n                             | DOCUMENT | a script
          P5\\n4 4\\n255\\n                        | IMAGE    | a PPM, PGM or PBM image
          """)
  void textIsToldByWhatItSays(String text, Content content, String name) {
    byte[] bytes = text.replace("\\n", "\n").getBytes(StandardCharsets.UTF_8);
    FileKind kind = FileKind.of(bytes, bytes.length).orElseThrow();
    assertThat(kind.name()).isEqualTo(name);
    assertThat(kind.content()).isEqualTo(content);
  }

  @Test
  void archivesOfTarAreToldByTheirChecksum() throws IOException {
    byte[] tar = tar();
    assertThat(name(tar)).isEqualTo("a tar archive");
    tar[0] ^= 1;
    assertThat(name(tar)).isNotEqualTo("a tar archive");
  }

  @Test
  void whatIsCompressedIsNamedToo() throws IOException {
    assertThat(name(gzip(tar()))).isEqualTo("a tar archive compressed by gzip");
    FileKind numbers = FileKind.of(gzip("1,2\n3,4\n".getBytes(StandardCharsets.UTF_8)), 60).get();
    assertThat(numbers.name()).isEqualTo("text of numbers compressed by gzip");
    assertThat(numbers.remedy()).contains("penstock convert");
    byte[] npy = NpyFiles.header(1, NpyFiles.dictionary("'|u1'", "False", "(3,)"));
    ByteArrayOutputStream zlib = new ByteArrayOutputStream();
    try (DeflaterOutputStream out = new DeflaterOutputStream(zlib)) {
      out.write(npy);
    }
    assertThat(name(zlib.toByteArray())).isEqualTo("a .npy file compressed by zlib");
    byte[] twice = gzip(gzip(npy));
    assertThat(name(twice)).isEqualTo("a file compressed by gzip compressed by gzip");
    assertThat(name(Arrays.copyOf(twice, 5))).isEqualTo("a file compressed by gzip");
  }

  @Test
  void shardsOfMosaicAreToldByTheirTable() {
    byte[] config = "{\"column_encodings\": []}".getBytes(StandardCharsets.UTF_8);
    int first = 4 + 4 * 3 + config.length;
    ByteBuffer shard = ByteBuffer.allocate(first + 30).order(ByteOrder.LITTLE_ENDIAN);
    shard.putInt(2).putInt(first).putInt(first + 10).putInt(first + 30).put(config);
    assertThat(name(shard.array())).isEqualTo("a shard of MosaicML Streaming (MDS)");
    assertThat(FileKind.of(shard.array(), first + 29)).isEmpty();
  }

  @Test
  void rawElementsAreNotTakenForAnythingElse() {
    SplittableRandom random = new SplittableRandom(17);
    int named = 0;
    for (int i = 0; i < 20_000; i++) {
      ByteBuffer bytes = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);
      while (bytes.hasRemaining()) {
        switch (i % 4) {
          case 0 -> bytes.putShort((short) random.nextInt(50_257));
          case 1 -> bytes.putFloat((float) random.nextDouble(-1, 1));
          case 2 -> bytes.putInt(random.nextInt(1 << 17));
          default -> bytes.put((byte) random.nextInt());
        }
      }
      Optional<FileKind> kind = FileKind.of(bytes.array(), 1 << 20);
      named += kind.isPresent() ? 1 : 0;
    }
    // Two bytes of gzip's begin one file of random bytes in 65,536.
    assertThat(named).isLessThanOrEqualTo(3);
  }

  @Test
  void aFileIsLookedAtByItsPath() throws IOException {
    Path file = directory.resolve("x");
    Files.write(file, new byte[0]);
    assertThat(FileKind.of(file).orElseThrow().name()).isEqualTo("an empty file");
    Files.write(file, new byte[] {1, 2, 3, 4});
    assertThat(FileKind.of(file)).isEmpty();
    assertThatThrownBy(() -> FileKind.of(directory.resolve("none")))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("expected a file, found none");
  }

  @Test
  void errorsNameWhatWasFoundAndWhatToDo() throws IOException {
    Path file = directory.resolve("x.npy");
    Files.writeString(file, "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n");
    assertThatThrownBy(() -> Formats.open(file))
        .hasMessageContaining(
            "found a pointer of git-lfs in place of the file: fetch the file with git lfs pull");
    Files.write(file, HexFormat.of().parseHex("80028a0a6cfc9c46f9206aa850192e80024de9032e"));
    assertThatThrownBy(() -> Formats.open(file))
        .hasMessageContaining(
            "found a file of PyTorch before version 1.6: save it again with torch.save(");
    Files.write(file, new byte[] {(byte) 0x80, 4, 7, 1, 9, 1});
    assertThatThrownBy(() -> Formats.open(file))
        .hasMessageContaining(
            "if these are raw elements and no pickle, say what they are, as in x.npy#raw:uint16");
  }

  private static String name(byte[] bytes) {
    return FileKind.of(bytes, bytes.length).map(FileKind::name).orElse("");
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  /** A header without the magic that newer programs write, and a block of contents. */
  private static byte[] tar() {
    ByteBuffer tar = ByteBuffer.allocate(1024);
    put(tar, 0, "images/0001.jpg");
    put(tar, 100, "0000644\0");
    put(tar, 124, "00000000005\0");
    put(tar, 148, "        ");
    int sum = 0;
    for (int at = 0; at < 512; at++) {
      sum += tar.get(at);
    }
    put(tar, 148, "%06o\0 ".formatted(sum));
    put(tar, 512, "hello");
    return tar.array();
  }

  private static void put(ByteBuffer bytes, int at, String text) {
    bytes.put(at, text.getBytes(StandardCharsets.US_ASCII));
  }
}
