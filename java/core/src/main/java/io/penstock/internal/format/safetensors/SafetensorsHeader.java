package io.penstock.internal.format.safetensors;

import io.penstock.array.ArrayLayout;
import io.penstock.internal.format.JsonCursor;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.report.Excerpt;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Parses the header of a safetensors file: JSON, but of one shape only, so that no tree is built.
 *
 * <p>One pass over the file, no recursion. A header may have 100 MB, so it is never held as a
 * whole: only names and places of tensors are, up to a limit of some hundred thousand of them.
 * Anything wrong is an IllegalArgumentException.
 */
final class SafetensorsHeader {
  /** A tensor as the header has it; its place counts from the end of the header. */
  record TensorEntry(String name, String dtype, List<Long> shape, long begin, long end) {}

  /** Estimate of the bytes that are held of all tensors together, and of one without its name. */
  private static final long MAX_HELD_BYTES = 48 << 20;

  private static final long TENSOR_WEIGHT = 200;

  /** Strings that every tensor has: one copy is enough. */
  private static final List<String> WORDS =
      List.of("dtype", "shape", "data_offsets", "F32", "BF16", "F16", "U8", "I64");

  private static final String METADATA = "__metadata__";

  private final JsonCursor json;
  private long heldBytes;

  private SafetensorsHeader(OpenFile file, long startOffset, long endOffset) {
    this.json = new JsonCursor(file, startOffset, endOffset, WORDS);
  }

  static List<TensorEntry> parse(OpenFile file, long startOffset, long endOffset) {
    SafetensorsHeader header = new SafetensorsHeader(file, startOffset, endOffset);
    List<TensorEntry> tensors = header.tensors();
    if (header.json.next() != JsonCursor.END) {
      throw header.json.expected("nothing after the header");
    }
    return tensors;
  }

  private List<TensorEntry> tensors() {
    List<TensorEntry> tensors = new ArrayList<>();
    Set<String> names = new HashSet<>();
    json.take('{');
    while (json.next() != '}') {
      String name = json.string();
      if (!names.add(name)) {
        throw new IllegalArgumentException(
            "expected each tensor once, found '%s' twice".formatted(Excerpt.of(name, 0)));
      }
      json.take(':');
      if (name.equals(METADATA)) {
        skipMetadata();
      } else {
        tensors.add(tensor(name));
      }
      hold(name, tensors);
      json.separate('}');
    }
    json.take('}');
    return tensors;
  }

  private void hold(String name, List<TensorEntry> tensors) {
    int axes = tensors.isEmpty() ? 0 : tensors.getLast().shape().size();
    heldBytes += TENSOR_WEIGHT + name.length() + 24L * axes;
    if (heldBytes > MAX_HELD_BYTES) {
      throw new IllegalArgumentException(
          "expected names and shapes of at most %d MiB, found more after %d tensors"
              .formatted(MAX_HELD_BYTES >> 20, tensors.size()));
    }
  }

  private TensorEntry tensor(String name) {
    String dtype = null;
    List<Long> shape = null;
    List<Long> place = null;
    json.take('{');
    while (json.next() != '}') {
      String key = json.string();
      json.take(':');
      if (key.equals("dtype") && dtype == null) {
        dtype = json.string();
      } else if (key.equals("shape") && shape == null) {
        shape = numbers(ArrayLayout.MAX_AXES);
      } else if (key.equals("data_offsets") && place == null) {
        place = numbers(2);
      } else {
        throw new IllegalArgumentException(
            "expected dtype, shape or data_offsets, each once, found '%s'"
                .formatted(Excerpt.of(key, 0)));
      }
      json.separate('}');
    }
    json.take('}');
    if (dtype == null || shape == null || place == null || place.size() != 2) {
      throw json.expected("dtype, shape and two data_offsets before this");
    }
    return new TensorEntry(name, dtype, shape, place.getFirst(), place.getLast());
  }

  private void skipMetadata() {
    json.take('{');
    while (json.next() != '}') {
      json.skipString();
      json.take(':');
      json.skipString();
      json.separate('}');
    }
    json.take('}');
  }

  private List<Long> numbers(int most) {
    List<Long> numbers = new ArrayList<>(4);
    json.take('[');
    while (json.next() != ']') {
      if (numbers.size() == most) {
        throw json.expected("at most " + most + " numbers");
      }
      numbers.add(json.number());
      json.separate(']');
    }
    json.take(']');
    return numbers;
  }
}
