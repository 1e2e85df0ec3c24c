package io.penstock.internal.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.Dataset;
import io.penstock.array.ArrayLayout;
import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.array.Shard;
import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import io.penstock.format.NpyFiles;
import io.penstock.format.RawLayout;
import io.penstock.format.Source;
import io.penstock.sampler.TokenWindows;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of raw elements, and windows over them. */
class RawArrayTest {
  @TempDir Path directory;
  private Path file;

  /** 100 bytes that count from 0. */
  @BeforeEach
  void write() {
    byte[] bytes = new byte[100];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) i;
    }
    file = NpyFiles.write(directory, "tokens.bin", bytes);
  }

  private static void assertRefused(Source path, String reason) {
    assertThatThrownBy(() -> Formats.open(path))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void elementsAreThoseThatThePathSays() {
    ArrayLayout layout =
        Formats.open(
            Source.of(file).raw(RawLayout.of(ElementType.named("uint16"), 3, 2).skipBytes(16)));
    assertThat(layout.format()).isEqualTo("raw");
    assertThat(layout.part()).isEqualTo("raw:<u2:-1x3x2:16");
    assertThat(layout.elementType().descr()).isEqualTo("<u2");
    assertThat(layout.shape()).isEqualTo(Shape.of(7, 3, 2));
    assertThat(layout.dataOffset()).isEqualTo(16);
    assertThat(Formats.open(Source.parse(Path.of(file + "#raw:>f4"))).shape())
        .isEqualTo(Shape.of(25));
    assertThat(Formats.open(Source.parse(Path.of(file + "#raw:u1:3x7"))).shape())
        .isEqualTo(Shape.of(3, 7));
    assertThat(Formats.open(Source.parse(Path.of(file + "#raw:u1:-1:100"))).recordCount()).isZero();
    assertThat(Source.parse(Path.of(file + "#raw:u1")).columnName()).isEqualTo("tokens");
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertRefused(Source.parse(Path.of(file + "#raw:<u8:-1:1")), "99 bytes, which is no multiple");
    assertRefused(Source.parse(Path.of(file + "#raw:<u8:-1:101")), "found -1 bytes");
    assertRefused(
        Source.parse(Path.of(file + "#raw:<u8:13")), "file is cut short: expected 104 bytes");
    assertRefused(
        Source.parse(Path.of(file + "#raw:<u8:4611686018427387904x4")), "less than 2^63 bytes");
    String most = String.valueOf(Long.MAX_VALUE);
    assertRefused(
        Source.parse(Path.of(file + "#raw:u1:-1x" + most + "x" + most)), "less than 2^63 bytes");
    assertRefused(Source.parse(Path.of(file + "#raw:u1:1:" + most)), "file is cut short");
    for (String words :
        List.of("", "u3", "O", "u1:", "u1:x", "u1:2x0", "u1:-2", "u1:1:-1", "u1:1:1:1")) {
      assertRefused(
          Source.parse(Path.of(file + "#raw:" + words)),
          "expected FILE#raw:DTYPE[:SHAPE[:OFFSET]]");
    }
    assertThatIllegalArgumentException().isThrownBy(() -> RawLayout.of(ElementType.UINT8, 0));
  }

  @Test
  void aShapeOfTooManyAxesIsCounted() {
    String shape = String.join("x", Collections.nCopies(1_000, "1"));
    assertThatThrownBy(() -> Formats.open(Source.parse(Path.of(file + "#raw:u1:" + shape))))
        .isInstanceOf(PenstockException.class)
        .hasMessageEndingWith("must have 1 to 64 axes, had 1000")
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(500));
  }

  @Test
  void windowsAreRecordsThatOverlap() {
    ArrayLayout stream =
        Formats.open(Source.of(file).raw(RawLayout.of(ElementType.named("uint16")).skipBytes(2)));
    ArrayLayout windows = stream.windows(new TokenWindows(49, 5, 2));
    assertThat(windows.shape()).isEqualTo(Shape.of(23, 5));
    assertThat(windows.shards()).containsExactly(Shard.of(file, 2, 23, 4));
    try (Dataset dataset =
        Dataset.builder()
            .windows(
                "x",
                5,
                2,
                Source.of(file).raw(RawLayout.of(ElementType.named("uint16")).skipBytes(2)))
            .open()) {
      assertThat(dataset.recordCount()).isEqualTo(23);
      assertThat(dataset.recordBytes()).isEqualTo(10);
      assertThat(dataset.record("x", 22).toArray(ValueLayout.JAVA_BYTE))
          .containsExactly(90, 91, 92, 93, 94, 95, 96, 97, 98, 99);
    }
  }

  @Test
  void windowsNeedAStreamThatIsLongEnough() {
    Source stream = Source.parse(Path.of(file + "#raw:u1"));
    assertThatThrownBy(() -> Dataset.builder().windows("x", 101, 1, stream).open())
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("expected a stream of at least 101 tokens");
    Source images = Source.parse(Path.of(file + "#raw:u1:-1x5"));
    assertThatThrownBy(() -> Dataset.builder().windows("x", 2, 1, images).open())
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("expected a stream of 20 elements");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Dataset.builder().windows("x", 0, 1, stream));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Dataset.builder().windows("x", 1, 0, stream));
  }
}
