package io.penstock.cli.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.array.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Casts compared with arithmetic that cannot round: BigDecimal. */
class CastTest {
  static Stream<String> types() {
    return Stream.of(
        "|b1", "|i1", "|u1", "<i2", ">i2", "<u2", "<i4", ">u4", "<i8", ">i8", "<u8", ">u8", "<f2",
        ">f2", "<f4", ">f4", "<f8", ">f8");
  }

  /** The exact value of an element; null for NaN and infinities. */
  private static BigDecimal value(ElementType type, MemorySegment at) {
    NumericType numbers = NumericType.of(type);
    if (numbers.isFloating()) {
      double value = numbers.floating(at, 0, !type.isNativeOrder());
      return Double.isFinite(value) ? new BigDecimal(value) : null;
    }
    long value = numbers.whole(at, 0, !type.isNativeOrder());
    return new BigDecimal(
        numbers.isUnsigned64()
            ? new BigInteger(Long.toUnsignedString(value))
            : BigInteger.valueOf(value));
  }

  /** Bytes of numbers: random ones, and those near powers of two, where ranges and digits end. */
  private static List<byte[]> elements(ElementType type) {
    Random random = new Random(7);
    NumericType numbers = NumericType.of(type);
    List<byte[]> elements = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      byte[] element = new byte[type.sizeBytes()];
      random.nextBytes(element);
      elements.add(numbers == NumericType.BOOL ? new byte[] {(byte) (element[0] & 1)} : element);
    }
    for (int bit = 0; bit < 64; bit++) {
      for (int difference = -1; difference <= 1; difference++) {
        for (int sign = -1; sign <= 1; sign += 2) {
          byte[] element = new byte[type.sizeBytes()];
          long value = sign * ((1L << bit) + difference);
          if (numbers.isFloating()) {
            numbers.put(MemorySegment.ofArray(element), 0, !type.isNativeOrder(), (double) value);
          } else {
            numbers.put(MemorySegment.ofArray(element), 0, !type.isNativeOrder(), value);
          }
          elements.add(element);
        }
      }
    }
    return elements;
  }

  @ParameterizedTest
  @MethodSource("types")
  void aCastWithoutLossKeepsTheNumberAndRefusesOthers(String descr) {
    ElementType from = ElementType.parse(descr);
    for (String other : types().toList()) {
      ElementType to = ElementType.parse(other);
      Cast exact = Cast.of(from, to, false);
      Cast lossy = Cast.of(from, to, true);
      for (byte[] element : elements(from)) {
        MemorySegment source = MemorySegment.ofArray(element);
        MemorySegment result = MemorySegment.ofArray(new byte[to.sizeBytes()]);
        MemorySegment rounded = MemorySegment.ofArray(new byte[to.sizeBytes()]);
        boolean isRefused = exact.run(source, result) != null;
        assertThat(lossy.run(source, rounded)).isNull();
        BigDecimal expected = value(from, source);
        BigDecimal found = value(to, rounded);
        if (expected == null) {
          assertThat(isRefused).isEqualTo(!NumericType.of(to).isFloating());
          continue;
        }
        boolean isSame = found != null && expected.compareTo(found) == 0;
        assertThat(isRefused).as("%s as %s: %s", expected, to, found).isEqualTo(!isSame);
        if (isSame) {
          assertThat(result.mismatch(rounded)).isEqualTo(-1);
        }
      }
    }
  }

  /** What NumPy's astype gives, where it gives the same on all machines. */
  @ParameterizedTest
  @CsvSource({
    "<i4, |u1, 300, 44",
    "<i4, |i1, 200, -56",
    "<i8, <i4, 4294967297, 1",
    "<i8, <f4, 16777217, 16777216",
    "<i8, <f4, 9007199791611905, 9007200328482816",
    "<f8, <f2, 1.00048828125000000001, 1.0",
    "<f8, <f2, 1.0004882812500002, 1.0009765625",
    "<f8, <f2, 65519, 65504",
    "<f8, <i4, 3.99, 3",
    "<f8, <i4, -3.99, -3",
    "<f8, |b1, 0.5, 1",
    "<i4, |b1, 256, 1",
  })
  void whatIsLostIsLostAsInNumPy(String from, String to, String value, String expected) {
    assertThat(lossy(from, to, value)).isEqualByComparingTo(expected);
  }

  /** Here NumPy leaves it to the machine, and we do not. */
  @ParameterizedTest
  @CsvSource({
    "<f8, |u1, 300, 255",
    "<f8, |u1, -1, 0",
    "<f8, <i4, 1e30, 2147483647",
    "<f8, <i8, -1e30, -9223372036854775808",
    "<f8, <u8, 1e30, 18446744073709551615",
    "<f8, <u8, 1e19, 10000000000000000000",
    "<f8, <i4, NaN, 0",
  })
  void whatIsOutOfRangeIsTheNearest(String from, String to, String value, String expected) {
    assertThat(lossy(from, to, value)).isEqualByComparingTo(expected);
  }

  private static BigDecimal lossy(String from, String to, String value) {
    ElementType source = ElementType.parse(from);
    ElementType target = ElementType.parse(to);
    MemorySegment element = MemorySegment.ofArray(new byte[source.sizeBytes()]);
    if (NumericType.of(source).isFloating()) {
      NumericType.of(source).put(element, 0, !source.isNativeOrder(), Double.parseDouble(value));
    } else {
      NumericType.of(source).put(element, 0, !source.isNativeOrder(), Long.parseLong(value));
    }
    MemorySegment result = MemorySegment.ofArray(new byte[target.sizeBytes()]);
    Cast.of(source, target, true).run(element, result);
    return value(target, result);
  }

  @Test
  void typesThatAreNoNumbersCanOnlyBeTurned() {
    assertThatThrownBy(() -> Cast.of(ElementType.parse("<U3"), ElementType.INT32, true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("--dtype must be a number");
    ElementType little = ElementType.parse("<M8[ns]");
    ElementType big = ElementType.parse(">M8[ns]");
    MemorySegment turned = MemorySegment.ofArray(new byte[8]);
    MemorySegment again = MemorySegment.ofArray(new byte[8]);
    MemorySegment element = MemorySegment.ofArray(new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
    Cast.of(little, big, false).run(element, turned);
    Cast.of(big, little, false).run(turned, again);
    assertThat(turned.toArray(ValueLayout.JAVA_BYTE)).containsExactly(8, 7, 6, 5, 4, 3, 2, 1);
    assertThat(again.mismatch(element)).isEqualTo(-1);
  }
}
