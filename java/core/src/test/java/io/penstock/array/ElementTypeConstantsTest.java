package io.penstock.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The constants are what NumPy's names mean on this machine. */
class ElementTypeConstantsTest {
  @ParameterizedTest
  @CsvSource({
    "BOOL, bool",
    "INT8, int8",
    "UINT8, uint8",
    "INT16, int16",
    "UINT16, uint16",
    "INT32, int32",
    "UINT32, uint32",
    "INT64, int64",
    "UINT64, uint64",
    "FLOAT16, float16",
    "FLOAT32, float32",
    "FLOAT64, float64"
  })
  void aConstantIsTheTypeOfItsName(String constant, String name) throws Exception {
    Object type = ElementType.class.getField(constant).get(null);
    assertThat(type).isEqualTo(ElementType.named(name));
    assertThat(((ElementType) type).isNativeOrder()).isTrue();
  }

  @Test
  void aTypeCanBeHadInEitherByteOrder() {
    assertThat(ElementType.FLOAT32.withOrder(ByteOrder.BIG_ENDIAN).descr()).isEqualTo(">f4");
    assertThat(ElementType.FLOAT32.withOrder(ByteOrder.LITTLE_ENDIAN).descr()).isEqualTo("<f4");
    assertThat(ElementType.UINT8.withOrder(ByteOrder.BIG_ENDIAN)).isSameAs(ElementType.UINT8);
    assertThat(ElementType.parse("<M8[ns]").withOrder(ByteOrder.BIG_ENDIAN).descr())
        .isEqualTo(">M8[ns]");
    ElementType.Structure structure = new ElementType.Structure("[]", "[]", true);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ElementType.structured(4, structure).withOrder(ByteOrder.BIG_ENDIAN));
  }
}
