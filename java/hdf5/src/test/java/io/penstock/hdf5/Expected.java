package io.penstock.hdf5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.array.ArrayLayout;
import io.penstock.array.ElementType;
import io.penstock.array.Field;
import io.penstock.array.Part;
import io.penstock.array.Shape;
import io.penstock.array.StreamedArray;
import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What h5py reads from a dataset, as write_kinds.py has written it down: type, fields, shape and a
 * digest of the values; or why there is nothing to read.
 */
record Expected(String file, String name, String descr, List<String> words) {
  static List<Expected> of(List<String> lines) {
    return lines.stream()
        .map(line -> List.of(line.split("\t", -1)))
        .map(
            words ->
                new Expected(
                    words.get(0), words.get(1), words.get(2), words.subList(3, words.size())))
        .toList();
  }

  /** Compares all of them with the files in a folder. */
  static void check(List<Expected> all, Path folder) throws IOException {
    for (Expected whole : all.stream().filter(one -> one.name.isEmpty()).toList()) {
      assertThatThrownBy(() -> Formats.parts(folder.resolve(whole.file)))
          .isInstanceOf(PenstockException.class)
          .hasMessageContaining(whole.words.getFirst());
    }
    List<Expected> datasets = all.stream().filter(one -> !one.name.isEmpty()).toList();
    for (String file : datasets.stream().map(Expected::file).distinct().toList()) {
      Map<String, Part> parts =
          Formats.parts(folder.resolve(file)).stream()
              .filter(part -> !part.isField())
              .collect(Collectors.toMap(Part::name, part -> part, (first, _) -> first));
      for (Expected expected : datasets) {
        if (expected.file.equals(file)) {
          Part part = parts.get(expected.name);
          assertThat(part).as("%s#%s", file, expected.name).isNotNull();
          expected.check(part);
        }
      }
    }
  }

  void check(Part part) throws IOException {
    String what = file + "#" + name;
    if (descr.equals("refused")) {
      assertThat(part.problem()).as(what).isPresent();
      assertThat(part.problem().get()).contains(words.getFirst()).contains("'" + name + "'");
      return;
    }
    ElementType type;
    List<Field> fields;
    List<Long> shape;
    byte[] bytes;
    if (part.problem().isEmpty()) {
      ArrayLayout layout = part.layout();
      type = layout.elementType();
      fields = layout.fields();
      shape = layout.shape().toList();
      bytes = inPlace(layout);
    } else {
      assertThat(part.streamed()).as(part.problem().get()).isPresent();
      StreamedArray array = part.streamed().get();
      type = array.elementType();
      fields = fields();
      shape = array.shape().toList();
      bytes = streamed(array, what);
    }
    assertThat(type.descr()).as(what).isEqualTo(descr);
    // Without it, convert would write raw bytes.
    assertThat(type.structure().isPresent()).as(what).isEqualTo(!fields.isEmpty());
    String axes = shape.stream().map(String::valueOf).collect(Collectors.joining(","));
    assertThat(axes).as(what).isEqualTo(words.get(1));
    String found = fields.stream().map(Expected::words).collect(Collectors.joining(";"));
    assertThat(found).as(what).isEqualTo(words.get(0));
    assertThat(digest(bytes, type.sizeBytes(), fields)).as(what).startsWith(words.get(2));
  }

  /** As they are listed: in C order within the element, at those offsets. */
  private List<Field> fields() {
    return words.getFirst().isEmpty()
        ? List.of()
        : Stream.of(words.getFirst().split(";")).map(Expected::field).toList();
  }

  private static Field field(String text) {
    String[] parts = text.split(":", -1);
    ElementType type = ElementType.parse(parts[2]);
    List<Long> shape =
        parts[3].isEmpty() ? List.of() : Stream.of(parts[3].split("x")).map(Long::valueOf).toList();
    long[] strides = new long[shape.size()];
    long step = type.sizeBytes();
    for (int axis = shape.size() - 1; axis >= 0; axis--) {
      strides[axis] = step;
      step *= shape.get(axis);
    }
    return Field.of(parts[0], Long.parseLong(parts[1]), type).withAxes(Shape.of(shape), strides);
  }

  private static String words(Field field) {
    String axes =
        field.shape().toList().stream().map(String::valueOf).collect(Collectors.joining("x"));
    return "%s:%d:%s:%s"
        .formatted(field.name(), field.offsetBytes(), field.elementType().descr(), axes);
  }

  static byte[] inPlace(ArrayLayout layout) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(layout.dataBytes()));
    try (FileChannel channel = FileChannel.open(layout.path(), StandardOpenOption.READ)) {
      for (long record = 0; record < layout.recordCount(); record++) {
        bytes.limit(Math.toIntExact((record + 1) * layout.recordBytes()));
        long end = layout.runs().offsetOf(record) + layout.recordBytes();
        while (bytes.hasRemaining() && channel.read(bytes, end - bytes.remaining()) >= 0) {}
        assertThat(bytes.hasRemaining()).isFalse();
      }
    }
    return bytes.array();
  }

  private static byte[] streamed(StreamedArray array, String what) throws IOException {
    try (InputStream in = array.source().open()) {
      byte[] bytes = in.readAllBytes();
      assertThat(bytes.length).as(what).isEqualTo((int) array.dataBytes());
      return bytes;
    } catch (IOException e) {
      throw new IOException(what + ": " + e.getMessage(), e);
    }
  }

  /** Of the fields one after another: what is between them has no meaning. */
  private static String digest(byte[] bytes, int elementBytes, List<Field> fields) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      if (fields.isEmpty()) {
        digest.update(bytes);
      }
      for (Field field : fields) {
        for (int at = 0; at < bytes.length; at += elementBytes) {
          update(digest, bytes, at + (int) field.offsetBytes(), field, 0);
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void update(MessageDigest digest, byte[] bytes, int at, Field field, int axis) {
    if (axis == field.shape().rank()) {
      digest.update(bytes, at, field.elementType().sizeBytes());
      return;
    }
    for (int i = 0; i < field.shape().dim(axis); i++) {
      update(digest, bytes, at + i * (int) field.strides()[axis], field, axis + 1);
    }
  }

  static List<Expected> read(Path list) throws IOException {
    return of(Files.readAllLines(list));
  }
}
