package io.penstock.internal.index;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.penstock.error.PenstockException;
import io.penstock.internal.format.OpenFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScanInputTest {
  private static final int FILE_BYTES = (12 << 20) + 12345;

  @TempDir private Path dir;

  private final byte[] content = new byte[FILE_BYTES];
  private Path path;

  @BeforeEach
  void write() throws IOException {
    new Random(1).nextBytes(content);
    path = Files.write(dir.resolve("container"), content);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 700, 40_000, 300_000, 2_000_000})
  void everyByteIsTheFilesWhateverIsJumpedOver(int mostGap) {
    Random random = new Random(mostGap);
    List<Long> progress = new ArrayList<>();
    try (OpenFile file = OpenFile.open(path);
        ScanInput in = new ScanInput(file, progress::add)) {
      while (in.remaining() > 0) {
        int from = (int) in.position();
        int bytes = (int) Math.min(in.remaining(), random.nextInt(1 << random.nextInt(22)));
        assertArrayEquals(
            Arrays.copyOfRange(content, from, from + bytes), in.take(bytes, "a piece"));
        assertEquals(from + bytes, in.position());
        in.skip(Math.min(in.remaining(), random.nextInt(mostGap + 1)));
      }
      assertEquals(0, in.peekSome().remaining());
    }
    assertTrue(LongStream.range(1, progress.size()).allMatch(i -> isForward(progress, (int) i)));
  }

  private static boolean isForward(List<Long> progress, int i) {
    return progress.get(i - 1) <= progress.get(i);
  }

  @Test
  void goesBackAsWell() {
    try (OpenFile file = OpenFile.open(path);
        ScanInput in = new ScanInput(file, _ -> {})) {
      Random random = new Random(2);
      for (int i = 0; i < 40; i++) {
        int from = random.nextInt(FILE_BYTES - (4 << 20));
        in.moveTo(from);
        for (int at = from; at < from + (3 << 20); at += 100_000) {
          assertArrayEquals(
              Arrays.copyOfRange(content, at, at + 100_000), in.take(100_000, "a piece"));
        }
      }
    }
  }

  @Test
  void aFileThatIsCutMeanwhileIsNamed() throws IOException {
    try (OpenFile file = OpenFile.open(path);
        ScanInput in = new ScanInput(file, _ -> {})) {
      in.take(1 << 20, "a piece");
      in.take(1 << 20, "a piece");
      try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
        channel.truncate(3 << 20);
      }
      PenstockException cut =
          assertThrows(
              PenstockException.class,
              () -> {
                while (in.remaining() > 0) {
                  in.take((int) Math.min(in.remaining(), 1 << 19), "a piece");
                }
              });
      assertTrue(cut.getMessage().startsWith(path.toString()), cut.getMessage());
    }
  }

  /** Members of 1 MiB and their headers, as in an archive; the file has holes in place of them. */
  @Test
  void largeMembersAreJumpedOver() throws IOException {
    Path large = dir.resolve("large");
    int members = 6000;
    try (FileChannel channel =
        FileChannel.open(large, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      for (int i = 0; i < members; i++) {
        channel.write(ByteBuffer.wrap(new byte[] {(byte) i, 1, 2, 3}), (long) i << 20);
      }
      channel.write(ByteBuffer.allocate(1), ((long) members << 20) - 1);
    }
    List<Thread> others = scanThreads();
    try (OpenFile file = OpenFile.open(large);
        ScanInput in = new ScanInput(file, _ -> {})) {
      for (int i = 0; i < members; i++) {
        in.moveTo((long) i << 20);
        assertEquals((byte) i, in.peek(512, "a header").get(0));
      }
      assertTrue(others.containsAll(scanThreads()), "nothing is read ahead");
    }
  }

  @Test
  void noThreadIsLeft() throws InterruptedException {
    List<Thread> started;
    try (OpenFile file = OpenFile.open(path);
        ScanInput in = new ScanInput(file, _ -> {})) {
      for (int i = 0; i < 10; i++) {
        in.take(1 << 20, "a piece");
      }
      started = scanThreads();
      assertFalse(started.isEmpty());
    }
    for (Thread thread : started) {
      thread.join(10_000); // Its work has ended, and it is about to.
      assertFalse(thread.isAlive());
    }
  }

  private static List<Thread> scanThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("penstock-forward-"))
        .filter(Thread::isAlive)
        .toList();
  }
}
