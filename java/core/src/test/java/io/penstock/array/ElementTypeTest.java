package io.penstock.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.penstock.array.ElementType.Kind;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Type strings: what NumPy's {@code dtype} makes of them, and what is refused. */
class ElementTypeTest {
  /** Canonical forms were printed by NumPy: {@code numpy.dtype(given).str} on little-endian. */
  @ParameterizedTest
  @CsvSource({
    "?, |b1, BOOLEAN, 1",
    "|?, |b1, BOOLEAN, 1",
    "b1, |b1, BOOLEAN, 1",
    "<b1, |b1, BOOLEAN, 1",
    "|i1, |i1, INTEGER, 1",
    ">i1, |i1, INTEGER, 1",
    "<i2, <i2, INTEGER, 2",
    ">i4, >i4, INTEGER, 4",
    "<i8, <i8, INTEGER, 8",
    "|u1, |u1, UNSIGNED, 1",
    ">u2, >u2, UNSIGNED, 2",
    "<u4, <u4, UNSIGNED, 4",
    ">u8, >u8, UNSIGNED, 8",
    "<f2, <f2, FLOAT, 2",
    "<f4, <f4, FLOAT, 4",
    ">f8, >f8, FLOAT, 8",
    "<f16, <f16, FLOAT, 16",
    "<c8, <c8, COMPLEX, 8",
    ">c16, >c16, COMPLEX, 16",
    "<c32, <c32, COMPLEX, 32",
    "|S1, |S1, BYTES, 1",
    "<S5, |S5, BYTES, 5",
    "|S0, |S0, BYTES, 0",
    "S2147483647, |S2147483647, BYTES, 2147483647",
    "<U3, <U3, UNICODE, 12",
    ">U1, >U1, UNICODE, 4",
    "<U0, <U0, UNICODE, 0",
    "|V8, |V8, RAW, 8",
    ">V2, |V2, RAW, 2",
    "<M8[ns], <M8[ns], DATETIME, 8",
    ">M8[25s], >M8[25s], DATETIME, 8",
    "<M8[1D], <M8[D], DATETIME, 8",
    "<M8, <M8, DATETIME, 8",
    "<M8[generic], <M8, DATETIME, 8",
    "<m8[us], <m8[us], TIMEDELTA, 8",
    ">m8, >m8, TIMEDELTA, 8",
  })
  void typeStringsHaveTheMeaningNumpyGivesThem(
      String given, String canonical, Kind kind, int sizeBytes) {
    ElementType type = ElementType.parse(given);
    assertThat(type.descr()).isEqualTo(canonical);
    assertThat(type.kind()).isEqualTo(kind);
    assertThat(type.sizeBytes()).isEqualTo(sizeBytes);
    assertThat(type.order()).isEqualTo(orderOf(canonical));
    assertThat(ElementType.parse(canonical)).isEqualTo(type).hasToString(canonical);
  }

  private static Optional<ByteOrder> orderOf(String canonical) {
    return switch (canonical.charAt(0)) {
      case '<' -> Optional.of(ByteOrder.LITTLE_ENDIAN);
      case '>' -> Optional.of(ByteOrder.BIG_ENDIAN);
      default -> Optional.empty();
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"f4", "=f4", "|f4"})
  void withoutAnOrderItIsTheOneOfThisMachine(String given) {
    assertThat(ElementType.parse(given).order()).contains(ByteOrder.nativeOrder());
    assertThat(ElementType.parse(given).isNativeOrder()).isTrue();
  }

  @Test
  void onlyTheOtherByteOrderIsNotNative() {
    boolean isLittle = ByteOrder.nativeOrder().equals(ByteOrder.LITTLE_ENDIAN);
    assertThat(ElementType.parse("<i4").isNativeOrder()).isEqualTo(isLittle);
    assertThat(ElementType.parse(">i4").isNativeOrder()).isEqualTo(!isLittle);
    assertThat(ElementType.parse("|u1").isNativeOrder()).isTrue();
    assertThat(ElementType.parse("|S4").isNativeOrder()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "<",
        "f",
        "4",
        "<f",
        "<f3",
        "<f12",
        "<f32",
        "<i16",
        "|b2",
        "<b4",
        "<c4",
        "|O",
        "|O8",
        "T",
        "|T16",
        "float32",
        "<f4 ",
        " <f4",
        "<<f4",
        "<f4,<i4",
        "(2)f4",
        "2f4",
        "<f04",
        "<f-4",
        "S",
        "S2147483648",
        "<U536870912",
        "S99999999999999999999",
        "<f4[ns]",
        "<M8[]",
        "<M8[x]",
        "<M8[0s]",
        "<M8[ns/5]",
        "<M8[1000000000s]",
        "<M4[s]",
        "<M8[ns]]",
        "<F4",
        "<f\u0664",
        "<f4\n",
        "<f4\0",
        "??",
        "|i1?",
        "[('a', '<f4')]"
      })
  void whatIsNoTypeOfFixedSizeIsRefused(String given) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ElementType.parse(given))
        .withMessageMatching("expected a dtype of fixed size, one of [ -~]*, found '[ -~]*'")
        .withMessageContaining("f2 f4 f8 f16");
  }

  @Test
  void messagesShowTheStartOfALongString() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ElementType.parse("x".repeat(1_000_000)))
        .withMessageEndingWith("found '" + "x".repeat(64) + "...'");
  }

  @Test
  void structuredTypesAreEqualIfTheirStructuresAre() {
    ElementType.Structure one = new ElementType.Structure("[('x', '<i4')]", "[('x', '<i4')]", true);
    ElementType.Structure other =
        new ElementType.Structure("[('y', '<i4')]", "[('y', '<i4')]", true);
    assertThat(ElementType.structured(4, one))
        .isEqualTo(ElementType.structured(4, one))
        .isNotEqualTo(ElementType.structured(4, other))
        .isNotEqualTo(ElementType.parse("|V4"))
        .hasToString("|V4");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ElementType.structured(-1, one))
        .withMessage("sizeBytes must be at least 0, was -1");
  }

  @ParameterizedTest
  @CsvSource({
    ">u2,2",
    ">i4,4",
    ">f8,8",
    ">f2,2",
    ">f16,16",
    ">c8,4",
    ">c16,8",
    ">c32,16",
    ">U3,4",
    ">M8[ns],8"
  })
  void numbersOfTheOtherOrderAreTurnedAround(String descr, int numberBytes) {
    ElementType type = ElementType.parse(descr);
    assumeFalse(type.isNativeOrder(), "this machine is big-endian");
    byte[] stored = new byte[3 * type.sizeBytes()];
    byte[] turned = new byte[stored.length];
    for (int i = 0; i < stored.length; i++) {
      stored[i] = (byte) (i * 7 + 1);
      int start = i - i % numberBytes;
      turned[start + numberBytes - 1 - i % numberBytes] = stored[i];
    }
    MemorySegment elements = MemorySegment.ofArray(stored);
    type.toNativeOrder(elements);
    assertThat(stored).isEqualTo(turned);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> type.toNativeOrder(elements.asSlice(1)))
        .withMessageContaining("must be a multiple of " + type.sizeBytes());
  }

  @Test
  void whatHasNoOtherOrderStaysAsItIs() {
    for (String descr : List.of("<f4", "|u1", "|S3", "|V7", "|b1")) {
      byte[] stored = {1, 2, 3, 4};
      ElementType.parse(descr).toNativeOrder(MemorySegment.ofArray(stored));
      assertThat(stored).containsExactly(1, 2, 3, 4);
    }
  }
}
