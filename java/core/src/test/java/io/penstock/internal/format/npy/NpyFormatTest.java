package io.penstock.internal.format.npy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.array.ArrayLayout;
import io.penstock.array.Shape;
import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import io.penstock.format.NpyFiles;
import io.penstock.format.Source;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers written by hand: what is read from good ones, and what is said about bad ones. */
class NpyFormatTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void allVersionsAreRead(int version) throws IOException {
    byte[] header = NpyFiles.header(version, NpyFiles.dictionary("'<f4'", "False", "(5, 2, 3)"));
    Path path = NpyFiles.write(directory, NpyFiles.join(header, new byte[5 * 2 * 3 * 4]));
    ArrayLayout layout = Formats.open(path);
    assertThat(layout.path()).isEqualTo(path);
    assertThat(layout.format()).isEqualTo("npy");
    assertThat(layout.elementType().descr()).isEqualTo("<f4");
    assertThat(layout.shape()).isEqualTo(Shape.of(5, 2, 3));
    assertThat(layout.fortranOrder()).isFalse();
    assertThat(layout.dataOffset()).isEqualTo(header.length);
    assertThat(layout.fileBytes()).isEqualTo(Files.size(path));
    assertThat(layout.modified()).isEqualTo(Files.getLastModifiedTime(path));
    assertThat(layout.recordCount()).isEqualTo(5);
    assertThat(layout.recordShape()).isEqualTo(Shape.of(2, 3));
    assertThat(layout.recordBytes()).isEqualTo(24);
    assertThat(layout.dataBytes()).isEqualTo(120);
  }

  @ParameterizedTest
  @CsvSource({
    "?, |b1, 1",
    "|b1, |b1, 1",
    "|i1, |i1, 1",
    "<i2, <i2, 2",
    ">i2, >i2, 2",
    "<i4, <i4, 4",
    ">i4, >i4, 4",
    "<i8, <i8, 8",
    ">i8, >i8, 8",
    "|u1, |u1, 1",
    "<u2, <u2, 2",
    ">u4, >u4, 4",
    "<u8, <u8, 8",
    "<f2, <f2, 2",
    ">f2, >f2, 2",
    "<f4, <f4, 4",
    ">f8, >f8, 8",
    "<f16, <f16, 16",
    "<c8, <c8, 8",
    ">c16, >c16, 16",
    "<c32, <c32, 32",
    "|S7, |S7, 7",
    "<U5, <U5, 20",
    ">U5, >U5, 20",
    "|V3, |V3, 3",
    "<M8[ns], <M8[ns], 8",
    ">m8[10us], >m8[10us], 8",
    "<M8, <M8, 8"
  })
  void allTypesOfFixedSizeAreRead(String given, String canonical, int sizeBytes) {
    ArrayLayout layout = open("'" + given + "'", "False", "(3,)", 3 * sizeBytes);
    assertThat(layout.elementType().descr()).isEqualTo(canonical);
    assertThat(layout.recordBytes()).isEqualTo(sizeBytes);
    assertThat(layout.recordShape()).isEqualTo(Shape.SCALAR);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'descr': '<i2', 'fortran_order': False, 'shape': (2,)}",
        "{\"descr\":\"<i2\",\"fortran_order\":False,\"shape\":(2,)}",
        "  {'shape': (2, ), 'fortran_order': False, 'descr': '<i2'}   \n",
        "{'shape':\n(2L,),\n'descr': '<i2',\t'fortran_order':False,}",
        "{'sh\\x61pe': (2,), 'descr': '\\u003ci2', 'fortran_order': False}",
      })
  void dictionariesAreReadAsPythonReadsThem(String dictionary) {
    byte[] header = NpyFiles.header(1, dictionary);
    Path path = NpyFiles.write(directory, NpyFiles.join(header, new byte[4]));
    ArrayLayout layout = Formats.open(path);
    assertThat(layout.elementType().descr()).isEqualTo("<i2");
    assertThat(layout.shape()).isEqualTo(Shape.of(2));
    assertThat(layout.dataOffset()).isEqualTo(header.length);
  }

  @Test
  void bytesAfterTheLastElementAreIgnored() {
    assertThat(open("'|u1'", "False", "(3,)", 1_000).dataBytes()).isEqualTo(3);
  }

  @Test
  void anArrayWithoutRecordsIsRead() {
    ArrayLayout layout = open("'<f8'", "False", "(0, 4)", 0);
    assertThat(layout.recordCount()).isZero();
    assertThat(layout.recordBytes()).isEqualTo(32);
    assertThat(layout.column("x").recordCount()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"(6,)", "(6, 1)", "(1, 6)", "(1, 6, 1)", "(1, 1)", "(0, 7, 3)"})
  void fortranOrderIsReadWhereItIsTheSameBytes(String shape) {
    assertThat(open("'|u1'", "True", shape, 6).fortranOrder()).isTrue();
  }

  @Test
  void filesBeyond4GibibytesAndTwoToThe31RecordsAreRead() throws IOException {
    long records = (1L << 31) + 5;
    byte[] header = NpyFiles.header(2, NpyFiles.dictionary("'<i2'", "False", "(" + records + ",)"));
    Path path = NpyFiles.write(directory, header);
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(header.length + 2 * records);
    }
    assertThat(Formats.open(path).recordCount()).isEqualTo(records);
    assertThat(Formats.open(path).dataBytes()).isEqualTo(2 * records);
  }

  @Test
  void shapesHaveAtMost64Axes() {
    String ones = String.join(", ", Collections.nCopies(64, "1"));
    assertThat(open("'|u1'", "False", "(" + ones + ")", 1).shape().rank()).isEqualTo(64);
    assertRefused("'|u1'", "False", "(" + ones + ", 1)", 1, "at most 64 axes, found 65");
  }

  @Test
  void headersMayBeAsLongAsTheLimit() {
    String dictionary = NpyFiles.dictionary("'|u1'", "False", "(1,)");
    String padded = dictionary + " ".repeat(NpyFormat.MAX_HEADER_BYTES - dictionary.length());
    Path path = NpyFiles.write(directory, NpyFiles.join(NpyFiles.header(2, padded), new byte[1]));
    assertThat(Formats.open(path).dataOffset()).isEqualTo(12 + NpyFormat.MAX_HEADER_BYTES);
    NpyFiles.write(directory, NpyFiles.join(NpyFiles.header(2, padded + " "), new byte[1]));
    assertRefused(path, "at most 1048576 bytes, found a length of 1048577");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "[] ~ False ~ (2,) ~ expected records of at least 1 byte",
        "('<f4', (2,)) ~ False ~ (2,) ~ sub-array dtypes are not supported",
        "'|O' ~ False ~ (2,) ~ object dtypes are not supported",
        "'O' ~ False ~ (2,) ~ object dtypes are not supported",
        "'|O8' ~ True ~ (2, 2) ~ object dtypes are not supported",
        "[('a', '<f4'), ('b', '|O')] ~ False ~ (2,) ~ object dtypes are not supported",
        "'<f3' ~ False ~ (2,) ~ expected a dtype of fixed size",
        "'|T16' ~ False ~ (2,) ~ expected a dtype of fixed size",
        "'' ~ False ~ (2,) ~ expected a dtype of fixed size",
        "4 ~ False ~ (2,) ~ expected a type string or a list of fields",
        "True ~ False ~ (2,) ~ expected a type string or a list of fields",
        "'<f4' ~ 0 ~ (2,) ~ expected True or False as fortran_order",
        "'<f4' ~ 'False' ~ (2,) ~ expected True or False as fortran_order",
        "'<f4' ~ None ~ (2,) ~ expected a string, number, True, False, tuple or list",
        "'<f4' ~ False ~ (2) ~ expected a tuple as shape",
        "'<f4' ~ False ~ [2] ~ expected a tuple as shape",
        "'<f4' ~ False ~ 2 ~ expected a tuple as shape",
        "'<f4' ~ False ~ '2' ~ expected a tuple as shape",
        "'<f4' ~ False ~ ('2',) ~ expected whole numbers in the shape",
        "'<f4' ~ False ~ (True,) ~ expected whole numbers in the shape",
        "'<f4' ~ False ~ ((2,),) ~ expected whole numbers in the shape",
        "'<f4' ~ False ~ (2.0,) ~ expected , or )",
        "'<f4' ~ False ~ (2e3,) ~ expected , or )",
        "'<f4' ~ False ~ (0x2,) ~ expected , or )",
        "'<f4' ~ False ~ (02,) ~ expected a decimal number",
        "'<f4' ~ False ~ (-,) ~ expected a decimal number",
        "'<f4' ~ False ~ (-2,) ~ expected a shape of sizes >= 0, found -2",
        "'<f4' ~ False ~ (2, -1) ~ expected a shape of sizes >= 0, found -1",
        "'<f4' ~ False ~ (2,,) ~ expected a string, number, True, False, tuple or list",
        "'<f4' ~ False ~ (,) ~ expected a string, number, True, False, tuple or list",
        "'<f4' ~ False ~ (9223372036854775808,) ~ expected a number that fits 64 bits",
        "'<f4' ~ False ~ (99999999999999999999999,) ~ expected a number that fits 64 bits",
        "'<f4' ~ False ~ (9223372036854775807,) ~ an array of less than 2^63 bytes",
        "'<f4' ~ False ~ (2, 4611686018427387904) ~ an array of less than 2^63 bytes",
        "'<f4' ~ False ~ (0, 3037000500, 3037000500) ~ an array of less than 2^63 bytes",
        "'<f4' ~ False ~ (3, 0) ~ expected records of at least 1 byte",
        "'<f4' ~ False ~ (0, 0) ~ expected records of at least 1 byte",
        "'|S0' ~ False ~ (3,) ~ expected records of at least 1 byte",
        "'|V0' ~ False ~ (0,) ~ expected records of at least 1 byte",
        "'<f4' ~ False ~ (6,) ~ expected 24 bytes of data (<f4 of shape (6,)) from byte 68 on",
        "__import__('os').system('touch x') ~ False ~ (2,) ~ (data, never code)",
        "'<f4' + '' ~ False ~ (2,) ~ expected , or }",
        "'<f4' '' ~ False ~ (2,) ~ expected , or }",
        "u'<f4' ~ False ~ (2,) ~ (data, never code)",
        "b'<f4' ~ False ~ (2,) ~ (data, never code)",
        "'<f4' # ~ False ~ (2,) ~ expected , or }",
        "{'a': '<f4'} ~ False ~ (2,) ~ (data, never code)",
        "'<f4\\q' ~ False ~ (2,) ~ expected an escape that Python writes",
        "'\\xg1' ~ False ~ (2,) ~ expected 2 hexadecimal digits",
        "'\\U00110000' ~ False ~ (2,) ~ expected a code point of Unicode",
        "'<f4' ~ Falsey ~ (2,) ~ (data, never code)",
        "'<f4', 'x': 1 ~ False ~ (2,) ~ expected the keys [descr, fortran_order, shape]",
        "'<f4', 'descr': '<f4' ~ False ~ (2,) ~ expected each key once, found 'descr' twice",
      })
  void badDictionariesAreRefusedWithAReason(
      String descr, String fortranOrder, String shape, String reason) {
    assertRefused(descr, fortranOrder, shape, 20, reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "`` ~ expected a dictionary, {'descr': ...} at character 0, found its end",
        "{ ~ expected a key in quotes",
        "{} ~ expected the keys [descr, fortran_order, shape] in the header, found []",
        "[] ~ expected a dictionary",
        "{'descr' ~ expected :",
        "{'descr: '<f4'} ~ expected :",
        "{'descr ~ expected a string that ends",
        "{descr: '<f4'} ~ expected a key in quotes",
        "{'descr': '<f4'; 'shape': (2,)} ~ expected , or }",
        "{'descr': '<f4', 'shape': (2,)} ~ found [descr, shape]",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} x ~ expected nothing after",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}{} ~ expected nothing after",
      })
  void whatIsNotOneDictionaryIsRefusedWithAReason(String header, String reason) {
    Path path = NpyFiles.write(directory, NpyFiles.join(NpyFiles.header(1, header), new byte[20]));
    assertRefused(path, reason);
  }

  @Test
  void numbersOfPython2BelongToTheVersionsThatItWrote() {
    String dictionary = NpyFiles.dictionary("'|u1'", "False", "(2L,)");
    for (int version = 1; version <= 3; version++) {
      Path path =
          NpyFiles.write(
              directory, NpyFiles.join(NpyFiles.header(version, dictionary), new byte[2]));
      if (version < 3) {
        assertThat(Formats.open(path).recordCount()).isEqualTo(2);
      } else {
        assertRefused(path, "expected , or )");
      }
    }
  }

  @Test
  void textOutsideOfAsciiIsReadInTheEncodingOfTheVersion() {
    byte[] latin = "{'descr': [('\u00e9', '<f4')], 'x".getBytes(StandardCharsets.ISO_8859_1);
    Path path = NpyFiles.write(directory, NpyFiles.header(3, latin.length, latin));
    assertRefused(path, "expected UTF-8 text in the header");
    NpyFiles.write(directory, NpyFiles.header(1, latin.length, latin));
    assertRefused(path, "expected a string that ends");
    String named = NpyFiles.dictionary("[('\u540d', '<f4')]", "False", "(1,)");
    NpyFiles.write(directory, NpyFiles.header(3, named));
    assertRefused(path, "expected 4 bytes of data (|V4 of shape (1,))");
    NpyFiles.write(directory, NpyFiles.join(NpyFiles.header(3, named), new byte[4]));
    assertThat(Formats.parts(path).getLast().name()).isEqualTo("\u540d");
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1, 1", "2, 1", "4, 0", "255, 0"})
  void otherVersionsAreRefused(int major, int minor) {
    byte[] file = NpyFiles.header(1, NpyFiles.dictionary("'|u1'", "False", "(0,)"));
    file[6] = (byte) major;
    file[7] = (byte) minor;
    assertRefused(
        NpyFiles.write(directory, file),
        "expected version 1.0, 2.0 or 3.0 of the .npy format, found " + major + "." + minor);
  }

  @Test
  void lengthsBeyondTheFileAreRefusedWithoutBelievingThem() {
    byte[] text = "{}".getBytes(StandardCharsets.ISO_8859_1);
    Path path = NpyFiles.write(directory, NpyFiles.header(1, 65_535, text));
    assertRefused(path, "expected a .npy header in bytes 10 to 65545, found the end");
    NpyFiles.write(directory, NpyFiles.header(2, 1 << 20, text));
    assertRefused(path, "expected a .npy header in bytes 12 to 1048588, found the end");
    NpyFiles.write(directory, NpyFiles.header(2, -1, text));
    assertRefused(path, "found a length of 4294967295");
    NpyFiles.write(directory, NpyFiles.header(3, Integer.MIN_VALUE, text));
    assertRefused(path, "found a length of 2147483648");
  }

  @Test
  void aLengthThatCutsTheDictionaryIsRefused() {
    byte[] text =
        NpyFiles.dictionary("'|u1'", "False", "(1,)").getBytes(StandardCharsets.ISO_8859_1);
    for (int length = 0; length < text.length - 1; length++) {
      Path path =
          NpyFiles.write(directory, NpyFiles.join(NpyFiles.header(1, length, text), new byte[10]));
      assertRefused(path, "not a valid .npy file");
    }
  }

  private ArrayLayout open(String descr, String fortranOrder, String shape, int dataBytes) {
    return Formats.open(write(descr, fortranOrder, shape, dataBytes));
  }

  private Path write(String descr, String fortranOrder, String shape, int dataBytes) {
    byte[] header = NpyFiles.header(1, NpyFiles.dictionary(descr, fortranOrder, shape));
    return NpyFiles.write(directory, NpyFiles.join(header, new byte[dataBytes]));
  }

  private void assertRefused(
      String descr, String fortranOrder, String shape, int dataBytes, String reason) {
    assertRefused(write(descr, fortranOrder, shape, dataBytes), reason);
  }

  /**
   * One line that names the file and the reason, and nothing but printable ASCII behind the path.
   */
  private static void assertRefused(Path path, String reason) {
    assertThatThrownBy(() -> Formats.open(path))
        .isInstanceOfSatisfying(
            PenstockException.class,
            e -> {
              assertThat(e.path()).hasValue(path);
              assertThat(e.getMessage()).startsWith(path + ": ").contains(reason);
              assertThat(e.getMessage().substring(path.toString().length()))
                  .matches("[ -~]{1,600}");
            });
  }

  @Test
  void layoutsMakeShardsAndColumns() {
    ArrayLayout layout = open("'<i4'", "False", "(4, 2)", 32);
    assertThat(layout.shards().getFirst().path()).isEqualTo(layout.path());
    assertThat(layout.shards().getFirst().dataOffset()).isEqualTo(layout.dataOffset());
    assertThat(layout.shards().getFirst().recordCount()).isEqualTo(4);
    assertThat(layout.column("x").shards()).containsExactly(layout.shards().getFirst());
    assertThat(layout.column("x").recordBytes()).isEqualTo(8);
    assertThat(ArrayLayout.column("x", List.of(layout, layout, layout)).recordCount())
        .isEqualTo(12);
  }

  @Test
  void headersThatNumPyCannotReadItselfNameTheWayOut() {
    assertWayOut("'<f4'", "False", "(np.int64(4), 3)", "#raw:<f4:4x3:");
    assertWayOut("'>i2'", "False", "(numpy.uint8(4),)", "#raw:>i2:4:");
    assertWayOut("'<f1'", "False", "(4, 3)", "#raw:V1:4x3:");
    for (String[] unclear :
        new String[][] {
          {"'<f4'", "True", "(np.int64(4), 3)"},
          {"'<f4'", "False", "(np.int64(x), 3)"},
          {"'|O8'", "False", "(4, 3)"},
          {"[('x', '<f1')]", "False", "(4, 3)"}
        }) {
      Path path = write(unclear[0], unclear[1], unclear[2]);
      assertThatThrownBy(() -> Formats.open(path)).message().doesNotContain("#raw:");
    }
  }

  private Path write(String descr, String fortranOrder, String shape) {
    byte[] header = NpyFiles.header(1, NpyFiles.dictionary(descr, fortranOrder, shape));
    return NpyFiles.write(directory, NpyFiles.join(header, new byte[48]));
  }

  private void assertWayOut(String descr, String fortranOrder, String shape, String raw) {
    Path path = write(descr, fortranOrder, shape);
    assertThatThrownBy(() -> Formats.open(path))
        .isInstanceOf(PenstockException.class)
        .message()
        .contains("or read its elements as 'x.npy" + raw)
        .satisfies(
            message -> {
              String way = message.replaceAll("(?s).*'x\\.npy(#raw[^']*)'", "$1");
              Source typed = Source.parse(Path.of(path + way));
              assertThat(Formats.open(typed).recordCount()).isEqualTo(4);
            });
  }
}
