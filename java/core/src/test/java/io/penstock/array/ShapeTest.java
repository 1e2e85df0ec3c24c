package io.penstock.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import org.junit.jupiter.api.Test;

/** A shape is a value, and looks as Python writes it. */
class ShapeTest {
  @Test
  void shapesAreWrittenAsPythonWritesThem() {
    assertThat(Shape.of(28, 28)).hasToString("(28, 28)");
    assertThat(Shape.of(3)).hasToString("(3,)");
    assertThat(Shape.SCALAR).hasToString("()");
  }

  @Test
  void shapesOfTheSameSizesAreEqual() {
    assertThat(Shape.of(28, 28)).isEqualTo(Shape.of(List.of(28L, 28L)));
    assertThat(Shape.of(28, 28)).hasSameHashCodeAs(Shape.of(28, 28));
    assertThat(Shape.of(28, 28)).isNotEqualTo(Shape.of(28)).isNotEqualTo(Shape.of(28, 29));
    assertThat(Shape.of()).isSameAs(Shape.SCALAR);
    assertThat(Shape.of(List.of())).isSameAs(Shape.SCALAR);
  }

  @Test
  void axesCanBeTakenAndAdded() {
    Shape shape = Shape.of(10, 2, 3);
    assertThat(shape.rank()).isEqualTo(3);
    assertThat(shape.dim(0)).isEqualTo(10);
    assertThat(shape.dim(2)).isEqualTo(3);
    assertThat(shape.withoutFirst()).isEqualTo(Shape.of(2, 3));
    assertThat(shape.withFirst(7)).isEqualTo(Shape.of(7, 10, 2, 3));
    assertThat(shape.withLast(7)).isEqualTo(Shape.of(10, 2, 3, 7));
    assertThat(shape.toList()).containsExactly(10L, 2L, 3L);
    assertThat(Shape.of(5).withoutFirst().isScalar()).isTrue();
    assertThat(Shape.SCALAR.withoutFirst()).isEqualTo(Shape.SCALAR);
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> shape.dim(3));
  }

  @Test
  void elementsAreCounted() {
    assertThat(Shape.of(10, 2, 3).elementCount()).isEqualTo(60);
    assertThat(Shape.SCALAR.elementCount()).isEqualTo(1);
    assertThat(Shape.of(10, 0).elementCount()).isZero();
    assertThatExceptionOfType(ArithmeticException.class)
        .isThrownBy(() -> Shape.of(1L << 62, 2).elementCount());
  }

  @Test
  void arraysThatGoInOrComeOutAreNoBackDoor() {
    long[] sizes = {28, 28};
    Shape shape = Shape.of(sizes);
    sizes[0] = 1;
    shape.toArray()[1] = 1;
    assertThat(shape).isEqualTo(Shape.of(28, 28));
  }
}
