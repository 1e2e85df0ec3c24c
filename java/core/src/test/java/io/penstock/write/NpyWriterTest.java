package io.penstock.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.array.ArrayLayout;
import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import io.penstock.format.Source;
import java.io.File;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written is there, as the library itself and plain Java read it; the rest is refused. */
@Timeout(120)
class NpyWriterTest {
  private static final ElementType BYTES = ElementType.UINT8;

  /** The least: blocks of 16 KiB, so that small files have many. */
  private static final long MEMORY_BYTES = 64 << 10;

  @TempDir Path directory;

  private NpyWriterBuilder builder(String name, long recordBytes) {
    return NpyWriter.builder(directory.resolve(name), BYTES, recordBytes).memoryBytes(MEMORY_BYTES);
  }

  static byte[] random(int bytes, long seed) {
    byte[] data = new byte[bytes];
    new Random(seed).nextBytes(data);
    return data;
  }

  private static MemorySegment part(byte[] data, long start, long bytes) {
    return MemorySegment.ofArray(data).asSlice(start, bytes);
  }

  /** The data of a .npy, as plain Java reads it. */
  static byte[] data(Path path) throws IOException {
    byte[] file = Files.readAllBytes(path);
    return Arrays.copyOfRange(file, NpyHeader.DATA_OFFSET, file.length);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @CsvSource({"1,0", "1,1", "1,4096", "7,1", "7,100000", "784,1000", "4096,100", "100000,9"})
  void appendedRecordsAreThereInOrder(int recordBytes, int count) throws IOException {
    for (boolean isKnown : new boolean[] {true, false}) {
      Path path = directory.resolve(isKnown + ".npy");
      byte[] data = random(recordBytes * count, 1);
      NpyWriterBuilder builder = builder(isKnown + ".npy", recordBytes);
      try (NpyWriter writer = (isKnown ? builder.recordCount(count) : builder).open()) {
        Random random = new Random(2);
        for (int done = 0; done < count; ) {
          int some = Math.min(count - done, 1 + random.nextInt(300));
          writer.append(part(data, (long) done * recordBytes, (long) some * recordBytes));
          done += some;
        }
        assertThat(writer.appendedRecords()).isEqualTo(count);
        assertThat(path).doesNotExist();
        writer.commit();
      }
      ArrayLayout layout = Formats.open(path);
      assertThat(layout.shape()).isEqualTo(Shape.of(count, recordBytes));
      assertThat(layout.dataOffset()).isEqualTo(4096);
      assertThat(data(path)).isEqualTo(data);
    }
    assertThat(names()).containsExactly("false.npy", "true.npy");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 784, 4096, 10_000})
  void rangesWrittenByManyThreadsInAnyOrderMakeTheWhole(int recordBytes) throws Exception {
    int count = 400_000 / recordBytes;
    byte[] data = random(recordBytes * count, 3);
    List<Integer> starts = new ArrayList<>();
    for (int start = 0; start < count; start += 1 + count / 37) {
      starts.add(start);
    }
    Collections.shuffle(starts, new Random(4));
    Path path = directory.resolve("x.npy");
    try (ExecutorService threads = Executors.newFixedThreadPool(4);
        NpyWriter writer = builder("x.npy", recordBytes).recordCount(count).open()) {
      List<Future<?>> writes = new ArrayList<>();
      for (int start : starts) {
        long some = Math.min(1 + count / 37, count - start);
        MemorySegment records = part(data, (long) start * recordBytes, some * recordBytes);
        writes.add(threads.submit(() -> writer.write(start, records)));
      }
      for (Future<?> write : writes) {
        write.get();
      }
      writer.commit();
    }
    assertThat(data(path)).isEqualTo(data);
  }

  @Test
  void recordsThatNobodyWroteAreZeros() throws IOException {
    try (NpyWriter writer = builder("x.npy", 3).recordCount(10_000).open()) {
      writer.write(4000, MemorySegment.ofArray(new byte[] {1, 2, 3}));
      writer.write(4000, MemorySegment.ofArray(new byte[] {4, 5, 6}));
      writer.commit();
    }
    byte[] expected = new byte[30_000];
    System.arraycopy(new byte[] {4, 5, 6}, 0, expected, 12_000, 3);
    assertThat(data(directory.resolve("x.npy"))).isEqualTo(expected);
  }

  @Test
  void paddedRecordsAreAFieldOfAStructuredArray() throws IOException {
    byte[] data = random(700 * 50, 5);
    try (NpyWriter writer = builder("x.npy", 700).alignRecords("x").recordCount(50).open()) {
      assertThat(writer.recordBytes()).isEqualTo(700);
      writer.append(part(data, 0, 700 * 20));
      writer.write(20, part(data, 700 * 20, 700 * 30));
      writer.commit();
    }
    ArrayLayout layout = Formats.open(Source.parse(directory.resolve("x.npy#x")));
    assertThat(layout.shape()).isEqualTo(Shape.of(50, 700));
    assertThat(layout.runs().getFirst().strideBytes()).isEqualTo(1024);
    byte[] stored = data(directory.resolve("x.npy"));
    assertThat(stored).hasSize(50 * 1024);
    for (int i = 0; i < 50; i++) {
      assertThat(Arrays.copyOfRange(stored, i * 1024, i * 1024 + 700))
          .isEqualTo(Arrays.copyOfRange(data, i * 700, (i + 1) * 700));
      assertThat(Arrays.copyOfRange(stored, i * 1024 + 700, (i + 1) * 1024)).containsOnly(0);
    }
  }

  @Test
  void recordsThatNeedNoPaddingAreAPlainArray() {
    try (NpyWriter writer = builder("x.npy", 1024).alignRecords("x").open()) {
      writer.append(MemorySegment.ofArray(new byte[2048]));
      writer.commit();
    }
    assertThat(Formats.open(directory.resolve("x.npy")).shape()).isEqualTo(Shape.of(2, 1024));
  }

  @Test
  void whatIsNotCommittedIsNotThere() throws IOException {
    NpyWriter writer = builder("x.npy", 4).open();
    writer.append(MemorySegment.ofArray(new byte[400_000]));
    assertThat(names()).singleElement().asString().startsWith(".x.npy.penstock-partial-");
    writer.close();
    writer.close();
    assertThatThrownBy(() -> writer.append(MemorySegment.ofArray(new byte[4])))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
    assertThatThrownBy(writer::commit).isInstanceOf(IllegalStateException.class);
    assertThat(names()).isEmpty();
  }

  @Test
  void anExistingFileIsRefusedUnlessItMayBeReplaced() throws IOException {
    Path path = Files.writeString(directory.resolve("x.npy"), "precious");
    assertThatThrownBy(() -> builder("x.npy", 4).open())
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("x.npy: expected no file of this name");
    try (NpyWriter writer = builder("x.npy", 4).replace(true).open()) {
      writer.append(MemorySegment.ofArray(new byte[4]));
      assertThat(path).hasContent("precious");
      writer.commit();
    }
    assertThat(data(path)).hasSize(4);
    assertThat(names()).containsExactly("x.npy");
  }

  @Test
  void aFileThatComesIntoBeingMeanwhileIsNotReplaced() throws IOException {
    try (NpyWriter writer = builder("x.npy", 4).open()) {
      writer.append(MemorySegment.ofArray(new byte[4]));
      Files.writeString(directory.resolve("x.npy"), "precious");
      assertThatThrownBy(writer::commit)
          .isInstanceOf(PenstockException.class)
          .hasMessageContaining("expected no file of this name");
    }
    assertThat(directory.resolve("x.npy")).hasContent("precious");
    assertThat(names()).containsExactly("x.npy");
  }

  @Test
  void twoWritersOfOneFileDoNotDisturbEachOther() throws IOException {
    try (NpyWriter first = builder("x.npy", 1).open();
        NpyWriter second = builder("x.npy", 1).replace(true).open()) {
      first.append(MemorySegment.ofArray(new byte[] {1}));
      second.append(MemorySegment.ofArray(new byte[] {2}));
      first.commit();
      assertThat(data(directory.resolve("x.npy"))).containsExactly(1);
      second.commit();
    }
    assertThat(data(directory.resolve("x.npy"))).containsExactly(2);
  }

  @Test
  void wrongArgumentsAreRefusedAndNothingIsLost() throws IOException {
    NpyWriterBuilder builder = builder("x.npy", 4);
    assertThatThrownBy(() -> builder.recordCount(-1)).hasMessageContaining("recordCount");
    assertThatThrownBy(() -> builder.memoryBytes(1)).hasMessageContaining("memoryBytes");
    assertThatThrownBy(() -> builder("x.npy", 0).open()).hasMessageContaining("sizes >= 1");
    assertThatThrownBy(() -> builder.alignRecords("a b").open()).hasMessageContaining("field");
    assertThatThrownBy(() -> builder("x.npy", Long.MAX_VALUE / 2).recordCount(9).open())
        .hasMessageContaining("2^63");
    try (NpyWriter writer = builder("x.npy", 4).recordCount(2).open()) {
      assertThatThrownBy(() -> writer.append(MemorySegment.ofArray(new byte[5])))
          .hasMessageContaining("multiple of 4 bytes");
      assertThatThrownBy(() -> writer.append(MemorySegment.ofArray(new byte[12])))
          .hasMessageContaining("0 to 1");
      assertThatThrownBy(() -> writer.write(-1, MemorySegment.ofArray(new byte[4])))
          .hasMessageContaining("0 to 1");
      writer.append(MemorySegment.ofArray(new byte[] {1, 2, 3, 4}));
      assertThatThrownBy(writer::commit).hasMessageContaining("2 records must be appended, were 1");
      writer.append(MemorySegment.ofArray(new byte[] {5, 6, 7, 8}));
      writer.commit();
    }
    assertThat(data(directory.resolve("x.npy"))).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
    try (NpyWriter writer = builder("y.npy", 4).open()) {
      assertThatThrownBy(() -> writer.write(0, MemorySegment.ofArray(new byte[4])))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("recordCount");
    }
  }

  @Test
  void aDirectoryThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> builder("none/x.npy", 4).open())
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("no such directory");
    assertThatThrownBy(() -> builder(".", 4).open())
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("found a directory");
  }

  @Test
  void aFileThatIsTooLargeForTheDeviceIsRefusedAtOnce() throws IOException {
    assertThatThrownBy(() -> builder("x.npy", 1).recordCount(1L << 55).open())
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("x.npy: expected room for ")
        .hasMessageContaining("nothing was left behind");
    assertThat(names()).isEmpty();
  }

  @Test
  void anInterruptEndsTheWriterAndNothingElse() throws IOException {
    try (NpyWriter writer = builder("x.npy", 1).recordCount(1 << 20).open()) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> writer.write(0, MemorySegment.ofArray(new byte[1 << 20])))
          .isInstanceOf(PenstockException.class)
          .hasMessageContaining("interrupted");
      assertThat(Thread.interrupted()).isTrue();
      assertThatThrownBy(writer::commit)
          .isInstanceOf(PenstockException.class)
          .hasMessageContaining("interrupted");
    }
    assertThat(names()).isEmpty();
  }

  @Test
  void closingWhileOthersWriteHurtsNobody() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      NpyWriter writer = builder("x.npy", 1).recordCount(1 << 22).open();
      List<Future<?>> writes = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        writes.add(
            threads.submit(
                () -> {
                  while (true) {
                    writer.write(1, MemorySegment.ofArray(new byte[100_000]));
                  }
                }));
      }
      writer.write(0, MemorySegment.ofArray(new byte[1000]));
      writer.close();
      for (Future<?> write : writes) {
        assertThatThrownBy(write::get)
            .isInstanceOf(ExecutionException.class)
            .hasRootCauseInstanceOf(IllegalStateException.class);
      }
    }
    assertThat(names()).isEmpty();
  }

  @Test
  void writersLeaveNoThreadsOrDescriptorsBehind() throws IOException {
    for (int round = 0; round < 40; round++) {
      int descriptors = new File("/proc/self/fd").list().length;
      try (NpyWriter writer = builder("x.npy", 8).replace(true).open()) {
        writer.append(MemorySegment.ofArray(new byte[8000]));
        if (round % 2 == 0) {
          writer.commit();
        }
      }
      assertThat(new File("/proc/self/fd").list()).hasSize(descriptors);
    }
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .noneMatch(name -> name.startsWith("penstock-writer"));
  }
}
