package io.penstock.zarr;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import io.penstock.array.ElementType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.util.Base64;
import java.util.Optional;

/** The element that stands where an array has no chunk: its bytes, as its description has it. */
final class ZarrFillValue {
  private ZarrFillValue() {}

  /**
   * The bytes of an element.
   *
   * @param value of {@code fill_value}
   * @return empty if there is none
   */
  static Optional<byte[]> of(JsonElement value, ElementType type) throws ZarrFault {
    if (value == null || value.isJsonNull()) {
      return Optional.empty();
    }
    try {
      ByteBuffer element = ByteBuffer.allocate(type.sizeBytes());
      element.order(type.order().orElse(ByteOrder.LITTLE_ENDIAN));
      put(element, value, type);
      return Optional.of(element.array());
    } catch (IllegalArgumentException
        | ArithmeticException
        | IllegalStateException
        | UnsupportedOperationException e) {
      throw ZarrFault.damaged("expected a fill value of %s, found one that is none", type.descr());
    }
  }

  private static void put(ByteBuffer element, JsonElement value, ElementType type)
      throws ZarrFault {
    int bytes = type.sizeBytes();
    switch (type.kind()) {
      case BOOLEAN -> element.put((byte) (isTrue(value) ? 1 : 0));
      case INTEGER, UNSIGNED -> putInteger(element, integer(value), type);
      case FLOAT -> putFloat(element, value, bytes, type);
      case COMPLEX -> {
        JsonArray parts = value.getAsJsonArray();
        if (parts.size() != 2) {
          throw new IllegalArgumentException("a complex number has two parts");
        }
        putFloat(element, parts.get(0), bytes / 2, type);
        putFloat(element, parts.get(1), bytes / 2, type);
      }
      case DATETIME, TIMEDELTA -> putInteger(element, time(value), type);
      case BYTES, RAW -> putBytes(element, bytes(value));
      case UNICODE -> putBytes(element, text(value, element.order()));
    }
  }

  private static boolean isTrue(JsonElement value) {
    JsonPrimitive primitive = value.getAsJsonPrimitive();
    return primitive.isBoolean() ? primitive.getAsBoolean() : primitive.getAsInt() != 0;
  }

  /** Also 0.0, as older versions of Python's library wrote it. */
  private static BigInteger integer(JsonElement value) {
    JsonPrimitive primitive = value.getAsJsonPrimitive();
    if (primitive.isBoolean()) {
      return primitive.getAsBoolean() ? BigInteger.ONE : BigInteger.ZERO;
    }
    BigDecimal number = new BigDecimal(checked(primitive.getAsString()));
    if (Math.abs((long) number.scale()) > 400) {
      throw new ArithmeticException("a number of very many digits");
    }
    return number.toBigIntegerExact();
  }

  private static String checked(String number) {
    if (number.length() > 64) {
      throw new IllegalArgumentException("a number of very many digits");
    }
    return number;
  }

  private static BigInteger time(JsonElement value) {
    JsonPrimitive primitive = value.getAsJsonPrimitive();
    return primitive.getAsString().equals("NaT")
        ? BigInteger.valueOf(Long.MIN_VALUE)
        : integer(value);
  }

  private static void putInteger(ByteBuffer element, BigInteger number, ElementType type) {
    boolean isUnsigned = type.kind() == ElementType.Kind.UNSIGNED;
    int room = Byte.SIZE * type.sizeBytes() - (isUnsigned ? 0 : 1);
    if (number.bitLength() > room || (isUnsigned && number.signum() < 0)) {
      throw new IllegalArgumentException("a number that the type does not have");
    }
    long bits = number.longValue();
    switch (type.sizeBytes()) {
      case 1 -> element.put((byte) bits);
      case 2 -> element.putShort((short) bits);
      case 4 -> element.putInt((int) bits);
      default -> element.putLong(bits);
    }
  }

  private static void putFloat(ByteBuffer element, JsonElement value, int bytes, ElementType type)
      throws ZarrFault {
    double number = number(value.getAsJsonPrimitive());
    switch (bytes) {
      case 2 -> element.putShort(Float.floatToFloat16((float) number));
      case 4 -> element.putFloat((float) number);
      case 8 -> element.putDouble(number);
      default -> {
        if (number != 0) {
          throw ZarrFault.refused(
              "expected a fill value of 0 for elements of %s, found %s: write all chunks, with"
                  + " write_empty_chunks=True",
              type.descr(), number);
        }
        element.position(element.position() + bytes);
      }
    }
  }

  private static double number(JsonPrimitive value) {
    return switch (value.getAsString()) {
      case "NaN" -> Double.NaN;
      case "Infinity" -> Double.POSITIVE_INFINITY;
      case "-Infinity" -> Double.NEGATIVE_INFINITY;
      default ->
          value.isBoolean()
              ? integer(value).doubleValue()
              : Double.parseDouble(checked(value.getAsString()));
    };
  }

  /** In Base64; 0 and an empty text stand for zeros. */
  private static byte[] bytes(JsonElement value) {
    JsonPrimitive primitive = value.getAsJsonPrimitive();
    return isZero(primitive) ? new byte[0] : Base64.getDecoder().decode(primitive.getAsString());
  }

  /** As it is, in UCS-4. */
  private static byte[] text(JsonElement value, ByteOrder order) {
    JsonPrimitive primitive = value.getAsJsonPrimitive();
    Charset ucs4 = Charset.forName(order == ByteOrder.LITTLE_ENDIAN ? "UTF-32LE" : "UTF-32BE");
    return isZero(primitive) ? new byte[0] : primitive.getAsString().getBytes(ucs4);
  }

  private static boolean isZero(JsonPrimitive value) {
    return value.isNumber() && value.getAsDouble() == 0;
  }

  private static void putBytes(ByteBuffer element, byte[] bytes) {
    if (bytes.length > element.remaining()) {
      throw new IllegalArgumentException("more bytes than an element has");
    }
    element.put(bytes);
  }
}
