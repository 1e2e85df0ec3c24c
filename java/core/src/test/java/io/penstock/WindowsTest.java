package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.penstock.array.Shape;
import io.penstock.error.PenstockException;
import io.penstock.sampler.FullShuffle;
import io.penstock.sampler.Sampler;
import io.penstock.sampler.WindowShuffle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Windows over a stream of tokens are records like any others, also where they overlap. */
@Timeout(120)
@Tag("platform")
class WindowsTest {
  private static final int TOKENS = 40_001;

  @TempDir Path directory;

  static List<Way> ways() {
    return Way.all().toList();
  }

  /** Token i of a stream is a number that tells it from all others. */
  private static int token(long i, int stream) {
    return (int) (i * 2_654_435_761L) ^ stream;
  }

  private Path stream(String name, int count, int stream) {
    String text = "{'descr': '<i4', 'fortran_order': False, 'shape': (%d,), }".formatted(count);
    ByteBuffer file =
        ByteBuffer.allocate(128 + count * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    file.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    file.put((byte) 1).put((byte) 0).putShort((short) 118);
    file.put((text + " ".repeat(117 - text.length()) + "\n").getBytes(StandardCharsets.US_ASCII));
    for (int i = 0; i < count; i++) {
      file.putInt(token(i, stream));
    }
    try {
      return Files.write(directory.resolve(name), file.array());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void check(MemorySegment window, long first, int length, int stream) {
    assertThat(window.byteSize()).isEqualTo((long) length * Integer.BYTES);
    for (int i = 0; i < length; i++) {
      assertThat(window.getAtIndex(ValueLayout.JAVA_INT_UNALIGNED, i))
          .isEqualTo(token(first + i, stream));
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void windowsOfAnyStrideAreDelivered(Way way) {
    Path path = stream("t.npy", TOKENS, 0);
    for (int stride : new int[] {1, 7, 100, 129, 1000}) {
      try (Dataset dataset = Dataset.builder().windows("t", 129, stride, path).open();
          Loader loader =
              way.loader(dataset).batchSize(32).seed(stride).memoryBytes(16 << 20).build()) {
        assertThat(dataset.recordCount()).isEqualTo((TOKENS - 129) / stride + 1);
        assertThat(dataset.column("t").shape()).isEqualTo(Shape.of(129));
        assertThat(dataset.recordBytes()).isEqualTo(129 * 4);
        Sampler order = new FullShuffle(dataset.recordCount(), stride);
        int batches = 0;
        for (Batch batch : loader.epoch(2)) {
          for (int i = 0; i < batch.size(); i++) {
            assertThat(batch.index(i)).isEqualTo(order.index(2, batch.position() + i));
            MemorySegment window = batch.column("t").asSlice(i * 516L, 516);
            check(window, batch.index(i) * stride, 129, 0);
          }
          if (++batches == 60) {
            break;
          }
        }
        long last = dataset.recordCount() - 1;
        check(dataset.record("t", last), last * stride, 129, 0);
      }
    }
  }

  @Test
  void windowsThatMoveFromEpochToEpochAreAnOrderOfOverlappingOnes() {
    Path path = stream("t.npy", TOKENS, 0);
    Sampler order = new WindowShuffle(TOKENS, 65, 64, 9);
    try (Dataset dataset = Dataset.builder().windows("t", 65, 1, path).open();
        Loader loader = dataset.loader().batchSize(100).sampler(order).build()) {
      Set<Long> offsets = new HashSet<>();
      for (Epoch epoch : loader.epochs(3)) {
        Set<Long> seen = new HashSet<>();
        for (Batch batch : epoch) {
          for (int i = 0; i < batch.size(); i++) {
            check(batch.column(0).asSlice(i * 260L, 260), batch.index(i), 65, 0);
            seen.add(batch.index(i) / 64);
            offsets.add(batch.index(i) % 64);
          }
        }
        assertThat(seen).hasSize((int) order.positionCount());
      }
      assertThat(offsets).hasSize(3);
    }
  }

  @Test
  void noWindowReachesFromOneStreamIntoTheNext() {
    Path first = stream("a.npy", 25, 0);
    Path second = stream("b.npy", 10, 7);
    try (Dataset dataset = Dataset.builder().windows("t", 10, 4, first, second).open();
        Loader loader = dataset.loader().batchSize(3).build()) {
      assertThat(dataset.recordCount()).isEqualTo(4 + 1);
      for (Batch batch : loader.epoch(0)) {
        for (int i = 0; i < batch.size(); i++) {
          long index = batch.index(i);
          MemorySegment window = batch.column(0).asSlice(i * 40L, 40);
          check(window, index < 4 ? 4 * index : 0, 10, index < 4 ? 0 : 7);
        }
      }
    }
  }

  @Test
  void windowAndStrideArePartOfTheFingerprint() {
    Path path = stream("t.npy", 100, 0);
    Set<String> prints = new HashSet<>();
    for (int[] windows : new int[][] {{10, 10}, {10, 5}, {20, 5}}) {
      try (Dataset dataset = Dataset.builder().windows("t", windows[0], windows[1], path).open()) {
        prints.add(dataset.fingerprint());
      }
    }
    assertThat(prints).hasSize(3);
  }

  @Test
  void whatCannotBeCutIsRefused() {
    Path path = stream("t.npy", 100, 0);
    TestArray images = TestArray.random(directory.resolve("x.npy"), 100, 3, 1);
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(() -> Dataset.builder().windows("t", 101, 1, path).open())
        .withMessageContaining("t.npy: expected a stream of at least 101 tokens")
        .withMessageContaining("found 100");
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(() -> Dataset.builder().windows("x", 10, 1, images.path()).open())
        .withMessageContaining("x.npy: expected a stream of 100 elements");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Dataset.builder().windows("t", 0, 1, path))
        .withMessageContaining("must be at least 1, were 0 and 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Dataset.builder().windows("t", 10, 0, path))
        .withMessageContaining("must be at least 1, were 10 and 0");
  }
}
