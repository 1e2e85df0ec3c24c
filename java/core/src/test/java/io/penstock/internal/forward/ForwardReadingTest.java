package io.penstock.internal.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.error.PenstockException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A file in blocks is the file. */
class ForwardReadingTest {
  @TempDir Path directory;

  private Path write(byte[] bytes) throws IOException {
    return Files.write(directory.resolve("x"), bytes);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4095, 4096, 4097, 1 << 20, (1 << 20) + 1, (13 << 20) + 12_345})
  void allBytesComeInOrder(int size) throws IOException {
    byte[] bytes = new byte[size];
    new SplittableRandom(size).nextBytes(bytes);
    AtomicLong progress = new AtomicLong();
    byte[] found = new byte[size];
    try (ForwardReading file = ForwardReading.open(write(bytes), progress::set)) {
      assertThat(file.sizeBytes()).isEqualTo(size);
      for (int at = 0; at < size; ) {
        ByteBuffer some = file.at(at);
        int count = some.remaining();
        some.get(found, at, count);
        at += count;
      }
      assertThat(file.unreadable(4096)).isEmpty();
    }
    assertThat(found).isEqualTo(bytes);
    assertThat(progress).hasValue(size);
  }

  @Test
  void placesMayBeAskedForInAnyOrder() throws IOException {
    byte[] bytes = new byte[45 << 20];
    SplittableRandom random = new SplittableRandom(9);
    random.nextBytes(bytes);
    try (ForwardReading file = ForwardReading.open(write(bytes), _ -> {})) {
      for (int i = 0; i < 60; i++) {
        int at = random.nextInt(bytes.length);
        ByteBuffer some = file.at(at);
        assertThat(some.get(some.position())).isEqualTo(bytes[at]);
        assertThat(some.get(some.limit() - 1)).isEqualTo(bytes[at + some.remaining() - 1]);
      }
    }
  }

  /** Reads a file, except where it is told not to. */
  private static final class DamagedChannel extends ChannelOfFile {
    private final List<Long> bad;
    private int reads;

    DamagedChannel(FileChannel file, Long... bad) {
      super(file);
      this.bad = List.of(bad);
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      reads++;
      if (bad.stream().anyMatch(at -> at >= position && at < position + target.remaining())) {
        throw new IOException("Input/output error");
      }
      return super.read(target, position);
    }
  }

  private static FileChannel channel(Path path) throws IOException {
    return FileChannel.open(path, StandardOpenOption.READ);
  }

  @Test
  void aPageThatCannotBeReadHidesNothingBesideIt() throws IOException {
    byte[] bytes = new byte[(3 << 20) + 5000];
    new SplittableRandom(5).nextBytes(bytes);
    Path path = write(bytes);
    long first = (1 << 20) + 4096 + 17;
    long second = 3 << 20;
    DamagedChannel damaged = new DamagedChannel(channel(path), first, second);
    try (ForwardReading file = ForwardReading.over(path, damaged, null, bytes.length, _ -> {})) {
      byte[] found = new byte[bytes.length];
      for (int at = 0; at < bytes.length; ) {
        ByteBuffer some = file.at(at);
        int count = some.remaining();
        some.get(found, at, count);
        at += count;
      }
      byte[] expected = bytes.clone();
      Arrays.fill(expected, (1 << 20) + 4096, (1 << 20) + 8192, (byte) 0);
      Arrays.fill(expected, 3 << 20, (3 << 20) + 4096, (byte) 0);
      assertThat(found).isEqualTo(expected);
      assertThat(file.unreadable(4096)).containsExactly((1L << 20) + 4096, 3L << 20);
      assertThat(file.unreadable(1 << 20)).containsExactly(1L << 20, 3L << 20);
    }
  }

  @Test
  void whoMustNotTakeZerosForContentSeesWhereTheyWouldBe() throws IOException {
    byte[] bytes = new byte[3 << 20];
    new SplittableRandom(6).nextBytes(bytes);
    Path path = write(bytes);
    long bad = (1 << 20) + 8192;
    DamagedChannel damaged = new DamagedChannel(channel(path), bad, bad + 4096);
    try (ForwardReading file = ForwardReading.over(path, damaged, null, bytes.length, _ -> {})) {
      ByteBuffer before = file.readableAt((1 << 20) + 100);
      assertThat(before.remaining()).isEqualTo(8192 - 100);
      assertThat(before.get(before.limit() - 1)).isEqualTo(bytes[(int) bad - 1]);
      for (long at : new long[] {bad, bad + 5, bad + 8191}) {
        assertThatThrownBy(() -> file.readableAt(at))
            .isInstanceOf(PenstockException.class)
            .hasMessageContaining("expected readable bytes at byte %d, found".formatted(at))
            .hasMessageContaining("Input/output error")
            .satisfies(e -> assertThat(((PenstockException) e).offsetBytes()).hasValue(at));
      }
      ByteBuffer behind = file.readableAt(bad + 8192);
      assertThat(behind.remaining()).isEqualTo((2 << 20) - (int) bad - 8192);
      assertThat(behind.get(behind.position())).isEqualTo(bytes[(int) bad + 8192]);
      assertThat(file.readableAt(0).remaining()).isEqualTo(1 << 20);
    }
  }

  @Test
  void whereDirectReadsFailThePageCacheServes() throws IOException {
    byte[] bytes = new byte[(2 << 20) + 77];
    new SplittableRandom(7).nextBytes(bytes);
    Path path = write(bytes);
    Long[] all =
        LongStream.range(0, bytes.length / 4096 + 1).mapToObj(i -> i * 4096).toArray(Long[]::new);
    DamagedChannel refuses = new DamagedChannel(channel(path), all);
    try (ForwardReading file =
        ForwardReading.over(path, channel(path), refuses, bytes.length, _ -> {})) {
      for (int at = 0; at < bytes.length; at += 4096) {
        ByteBuffer some = file.readableAt(at);
        assertThat(some.get(some.position())).isEqualTo(bytes[at]);
      }
      assertThat(file.unreadable(4096)).isEmpty();
    }
  }

  @Test
  void aFileThatIsCachedComesFromThePageCache() throws IOException {
    Path path = write(new byte[3 << 20]); // Pages that were just written are cached.
    DamagedChannel direct = new DamagedChannel(channel(path));
    DamagedChannel cached = new DamagedChannel(channel(path));
    try (ForwardReading file = ForwardReading.over(path, cached, direct, 3 << 20, _ -> {})) {
      for (int at = 0; at < 3 << 20; at += 1 << 20) {
        file.at(at);
      }
    }
    assertThat(direct.reads).isZero();
    assertThat(cached.reads).isEqualTo(3);
  }

  @Test
  void manyFilesAtOnceHaveFewReadsInFlightEach() throws Exception {
    Path path = write(new byte[16 << 20]);
    List<ForwardReading> open = new ArrayList<>();
    List<Thread> before = forwardThreads();
    List<Thread> started = List.of();
    try {
      for (int i = 0; i < 12; i++) {
        open.add(ForwardReading.open(path, _ -> {}));
        open.getLast().at(0);
      }
      started = forwardThreads();
      started.removeAll(before);
      assertThat(started).hasSizeBetween(12 * 2, 4 * 4 + 2 * 3 + 7 * 2);
    } finally {
      open.forEach(ForwardReading::close);
    }
    for (Thread thread : started) {
      thread.join(10_000); // Their work has ended, and they are about to.
      assertThat(thread.isAlive()).isFalse();
    }
  }

  private static List<Thread> forwardThreads() {
    return new ArrayList<>(
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().startsWith("penstock-forward-"))
            .toList());
  }

  @Test
  void aFileThatIsCutMeanwhileIsAnError() throws IOException {
    Path path = write(new byte[64 << 20]);
    try (ForwardReading file = ForwardReading.open(path, _ -> {})) {
      file.at(0);
      try (RandomAccessFile same = new RandomAccessFile(path.toFile(), "rw")) {
        same.setLength(1 << 20);
      }
      assertThatThrownBy(() -> file.at(60 << 20))
          .isInstanceOf(PenstockException.class)
          .hasMessageContaining("expected 67108864 bytes, found fewer");
    }
  }

  @Test
  void whatIsNotThereIsNamed() {
    assertThatThrownBy(() -> ForwardReading.open(directory.resolve("none"), _ -> {}))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("none")
        .hasMessageContaining("expected a file, found none");
  }
}
