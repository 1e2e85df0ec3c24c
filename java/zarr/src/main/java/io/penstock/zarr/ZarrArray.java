package io.penstock.zarr;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.penstock.array.ElementType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * An array as its {@code .zarray} describes it.
 *
 * <p>What it owns: the meaning of that file, and saying by name what in it is not supported. It
 * must not trust it: sizes are compared with what memory may be taken. Immutable but for its
 * arrays, which nobody changes.
 */
final class ZarrArray {
  private static final int MOST_BYTES = 1 << 20;
  private static final int MOST_AXES = 64;

  /** What a codec unpacks in one piece. */
  private static final long MOST_CHUNK_BYTES = 1 << 30;

  private final ElementType type;
  private final long[] shape;
  private final int[] chunks;
  private final boolean isFortran;
  private final String separator;
  private final Optional<String> compressor;
  private final Optional<byte[]> fill;

  private ZarrArray(
      ElementType type,
      long[] shape,
      int[] chunks,
      boolean isFortran,
      String separator,
      Optional<String> compressor,
      Optional<byte[]> fill) {
    this.type = type;
    this.shape = shape;
    this.chunks = chunks;
    this.isFortran = isFortran;
    this.separator = separator;
    this.compressor = compressor;
    this.fill = fill;
  }

  /**
   * Reads a description.
   *
   * @throws ZarrFault if it is none, or of an array that is not supported
   */
  static ZarrArray read(Path file) throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MOST_BYTES + 1);
    }
    if (bytes.length > MOST_BYTES) {
      throw ZarrFault.damaged("expected a description of at most %d bytes, found more", MOST_BYTES);
    }
    try {
      JsonElement json = JsonParser.parseString(new String(bytes, StandardCharsets.UTF_8));
      if (!json.isJsonObject()) {
        throw ZarrFault.damaged("expected a description in JSON, found no object");
      }
      return of(json.getAsJsonObject());
    } catch (JsonParseException | StackOverflowError e) {
      throw ZarrFault.damaged("expected a description in JSON, found that it is none");
    }
  }

  private static ZarrArray of(JsonObject json) throws IOException {
    long version = number(json.get("zarr_format"), "zarr_format");
    if (version != 2) {
      throw ZarrFault.refused("expected Zarr version 2, found version %d", version);
    }
    checkFilters(json.get("filters"));
    ElementType type = type(json.get("dtype"));
    long[] shape = numbers(json.get("shape"), "shape", 0, Long.MAX_VALUE);
    long[] chunks = numbers(json.get("chunks"), "chunks", 1, Integer.MAX_VALUE);
    if (shape.length == 0) {
      throw ZarrFault.refused(
          "expected an array with an axis, found a single value: copy it by hand");
    }
    if (shape.length != chunks.length) {
      throw ZarrFault.damaged(
          "expected chunks of %d axes, found %d sizes", shape.length, chunks.length);
    }
    checkSizes(type, shape, chunks);
    return new ZarrArray(
        type,
        shape,
        Arrays.stream(chunks).mapToInt(size -> (int) size).toArray(),
        isFortran(json.get("order")),
        separator(json.get("dimension_separator")),
        compressor(json.get("compressor")),
        ZarrFillValue.of(json.get("fill_value"), type));
  }

  private static void checkFilters(JsonElement filters) throws ZarrFault {
    if (filters == null || filters.isJsonNull()) {
      return;
    }
    JsonArray all = filters.isJsonArray() ? filters.getAsJsonArray() : new JsonArray();
    if (all.isEmpty() && filters.isJsonArray()) {
      return;
    }
    throw ZarrFault.refused(
        "expected chunks without filters, found '%s': copy the array without them, with"
            + " zarr.copy_store or zarr.array(old[:], filters=None)",
        all.isEmpty() ? filters : id(all.get(0)));
  }

  private static ElementType type(JsonElement dtype) throws ZarrFault {
    if (dtype != null && dtype.isJsonArray()) {
      throw ZarrFault.refused(
          "expected elements of a plain type, found structured ones: write each field out as an"
              + " array");
    }
    String text = text(dtype, "dtype");
    if (text.startsWith("|O")) {
      throw ZarrFault.refused(
          "expected elements of fixed size, found Python objects (dtype '%s'): write numbers or"
              + " strings of fixed length",
          text);
    }
    try {
      return ElementType.parse(text);
    } catch (IllegalArgumentException e) {
      throw ZarrFault.damaged("expected a dtype of NumPy, found '%s'", text);
    }
  }

  private static void checkSizes(ElementType type, long[] shape, long[] chunks) throws ZarrFault {
    long chunkBytes = type.sizeBytes();
    for (long size : chunks) {
      if (size > MOST_CHUNK_BYTES / chunkBytes) {
        throw ZarrFault.refused(
            "expected chunks of at most %d bytes, found larger ones: copy the array in smaller"
                + " chunks",
            MOST_CHUNK_BYTES);
      }
      chunkBytes *= size;
    }
    long bytes = type.sizeBytes();
    for (long size : shape) {
      if (size > 0 && bytes > Long.MAX_VALUE / size) {
        throw ZarrFault.damaged("expected an array of less than 2^63 bytes, found more");
      }
      bytes *= Math.max(1, size);
    }
  }

  private static boolean isFortran(JsonElement order) throws ZarrFault {
    String text = text(order, "order");
    if (!text.equals("C") && !text.equals("F")) {
      throw ZarrFault.damaged("expected order C or F, found '%s'", text);
    }
    return text.equals("F");
  }

  private static String separator(JsonElement separator) throws ZarrFault {
    if (separator == null || separator.isJsonNull()) {
      return ".";
    }
    String text = text(separator, "dimension_separator");
    if (!text.equals(".") && !text.equals("/")) {
      throw ZarrFault.damaged("expected '.' or '/' in the names of chunks, found '%s'", text);
    }
    return text;
  }

  private static Optional<String> compressor(JsonElement compressor) throws ZarrFault {
    if (compressor == null || compressor.isJsonNull()) {
      return Optional.empty();
    }
    String name = id(compressor);
    if (!ChunkCodec.NAMES.contains(name)) {
      throw ZarrFault.refused(
          "expected chunks compressed by %s, found '%s': copy the array with one of them, or with"
              + " compressor=None",
          String.join(", ", ChunkCodec.NAMES), name);
    }
    return Optional.of(name);
  }

  private static String id(JsonElement codec) throws ZarrFault {
    return text(codec.isJsonObject() ? codec.getAsJsonObject().get("id") : null, "id of a codec");
  }

  private static String text(JsonElement value, String what) throws ZarrFault {
    if (value instanceof JsonPrimitive primitive && primitive.isString()) {
      String text = primitive.getAsString();
      if (text.length() <= 64 && text.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
        return text;
      }
    }
    throw ZarrFault.damaged("expected %s to be a word, found something else", what);
  }

  private static long[] numbers(JsonElement value, String what, long least, long most)
      throws ZarrFault {
    if (value == null || !value.isJsonArray() || value.getAsJsonArray().size() > MOST_AXES) {
      throw ZarrFault.damaged("expected %s to be at most %d numbers", what, MOST_AXES);
    }
    JsonArray array = value.getAsJsonArray();
    long[] numbers = new long[array.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = number(array.get(i), what);
      if (numbers[i] < least || numbers[i] > most) {
        throw ZarrFault.damaged(
            "expected numbers from %d to %d in %s, found %d", least, most, what, numbers[i]);
      }
    }
    return numbers;
  }

  private static long number(JsonElement value, String what) throws ZarrFault {
    if (value instanceof JsonPrimitive primitive && primitive.isNumber()) {
      try {
        return Long.parseLong(primitive.getAsString());
      } catch (NumberFormatException e) {
        throw ZarrFault.damaged("expected a whole number of 63 bits in %s, found another", what);
      }
    }
    throw ZarrFault.damaged("expected a whole number in %s, found something else", what);
  }

  /** Type of the elements, in the byte order that the chunks have. */
  ElementType type() {
    return type;
  }

  /** Shape of the array, at least one axis. */
  long[] shape() {
    return shape;
  }

  /** Shape of a chunk. */
  int[] chunks() {
    return chunks;
  }

  /** Whether the elements of a chunk are in Fortran order. */
  boolean isFortran() {
    return isFortran;
  }

  /** What is between the numbers in the names of chunks. */
  String separator() {
    return separator;
  }

  /** Name of the compressor; empty if chunks are not compressed. */
  Optional<String> compressor() {
    return compressor;
  }

  /** The element where there is no chunk; empty if the array has none. */
  Optional<byte[]> fill() {
    return fill;
  }

  /** Size of a chunk when it is unpacked; chunks at the edges have full size. */
  int chunkBytes() {
    int bytes = type.sizeBytes();
    for (int size : chunks) {
      bytes *= size;
    }
    return bytes;
  }
}
