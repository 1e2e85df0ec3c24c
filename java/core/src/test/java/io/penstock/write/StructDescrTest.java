package io.penstock.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.array.ArrayLayout;
import io.penstock.array.ElementType;
import io.penstock.array.Field;
import io.penstock.array.Shape;
import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fields that are written down are read again, and what has no words is raw bytes. */
class StructDescrTest {
  @TempDir Path directory;

  private static Field field(String name, long offset, String type, long... shape) {
    ElementType element = ElementType.parse(type);
    long[] strides = new long[shape.length];
    long stride = element.sizeBytes();
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= shape[axis];
    }
    return Field.of(name, offset, element).withAxes(Shape.of(shape), strides);
  }

  private static String descr(int bytes, Field... fields) {
    return StructDescr.ofOrNull(ElementType.parse("|V" + bytes), List.of(fields));
  }

  @Test
  void fieldsLieWhereTheyLay() {
    assertThat(descr(8, field("a", 0, "<i4"), field("b", 4, ">f4")))
        .isEqualTo("[('a', '<i4'), ('b', '>f4')]");
    assertThat(descr(32, field("early", 1, "|u1"), field("late", 8, "<f8", 2L)))
        .isEqualTo(
            "[('', '|V1'), ('early', '|u1'), ('', '|V6'), ('late', '<f8', (2,)), ('', '|V8')]");
    assertThat(descr(10, field("p.x", 0, "<f4"), field("p.y", 4, "<f4"), field("n", 8, "<u2")))
        .isEqualTo("[('p', [('x', '<f4'), ('y', '<f4')]), ('n', '<u2')]");
  }

  @Test
  void whatHeadersHaveNoWordsForHasNoDescription() {
    assertThat(descr(32, field("late", 8, "<f8", 2L), field("early", 1, "|u1"))).isNull();
    assertThat(descr(8)).isNull();
    assertThat(descr(8, field("a", 0, "<i4"), field("b", 2, "<i4"))).isNull();
    assertThat(descr(4, field("a", 0, "<i8"))).isNull();
    assertThat(descr(4, field("\u00e9", 0, "<i4"))).isNull();
    assertThat(descr(4, field("it's", 0, "<i4"))).isNull();
    assertThat(descr(4, field("a..b", 0, "<i4"))).isNull();
    assertThat(descr(8, field("p.x", 0, "<i2"), field("n", 2, "<i2"), field("p.y", 4, "<i2")))
        .isNull();
    Field sparse = Field.of("a", 0, ElementType.INT16).withAxes(Shape.of(2), 4); // Of structures.
    assertThat(descr(8, sparse)).isNull();
    List<Field> many = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      many.add(field("field" + i, i, "|u1"));
    }
    assertThat(StructDescr.ofOrNull(ElementType.parse("|V10000"), many)).isNull();
  }

  @Test
  void hundredsOfFieldsTakeMorePages() throws IOException {
    List<Field> many = new ArrayList<>();
    for (int i = 0; i < 4000; i++) {
      many.add(field("field" + i, i, "|u1"));
    }
    for (int count : new int[] {120, 4000}) {
      Path path = directory.resolve(count + ".npy");
      ElementType type = ElementType.parse("|V" + count);
      try (NpyWriter writer =
          NpyWriter.builder(path, type).fields(many.subList(0, count)).recordCount(3).open()) {
        writer.write(1, MemorySegment.ofArray("x".repeat(count).getBytes(StandardCharsets.UTF_8)));
        writer.commit();
      }
      ArrayLayout layout = Formats.open(path);
      assertThat(layout.fields()).isEqualTo(many.subList(0, count));
      assertThat(layout.dataOffset() % 4096).isZero();
      assertThat(layout.recordCount()).isEqualTo(3);
      byte[] file = Files.readAllBytes(path);
      assertThat(file).hasSize((int) layout.dataOffset() + 3 * count);
      assertThat(file[(int) layout.dataOffset() + count]).isEqualTo((byte) 'x');
      assertThat(file[(int) layout.dataOffset() + count - 1]).isZero();
    }
  }

  @Test
  void fieldsWithoutWordsAreRefusedAndNothingIsMade() {
    Path path = directory.resolve("x.npy");
    List<Field> over = List.of(field("a", 0, "<i4"), field("b", 2, "<i4"));
    assertThatThrownBy(() -> NpyWriter.builder(path, ElementType.parse("|V8")).fields(over).open())
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("lie over each other or out of order")
        .hasMessageContaining("--dtype V8");
    assertThat(path).doesNotExist();
  }

  @Test
  void aFileHasTheFieldsThatItsWriterWasTold() throws IOException {
    ElementType type = ElementType.parse("|V12");
    List<Field> fields = List.of(field("p.x", 0, "<f4"), field("n", 6, ">i2", 3L));
    for (String alignedAs : new String[] {null, "records"}) {
      Path path = directory.resolve("x-" + alignedAs + ".npy");
      try (NpyWriter writer =
          NpyWriter.builder(path, type, 2).fields(fields).alignRecords(alignedAs).open()) {
        writer.append(MemorySegment.ofArray(new byte[48]));
        writer.commit();
      }
      String header = new String(Files.readAllBytes(path), 0, 4096, StandardCharsets.ISO_8859_1);
      assertThat(header).contains("[('p', [('x', '<f4')]), ('', '|V2'), ('n', '>i2', (3,))]");
      if (alignedAs == null) {
        assertThat(Formats.parts(path).getFirst().layout().fields()).isEqualTo(fields);
      }
    }
  }
}
