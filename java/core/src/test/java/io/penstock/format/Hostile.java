package io.penstock.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.array.ArrayLayout;
import io.penstock.array.Part;
import io.penstock.error.PenstockException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What every parser owes to every file: layouts that lie in the file, or a PenstockException of one
 * line; never anything else.
 */
public final class Hostile {
  /** Parts that are read back element by element; more would only take longer. */
  private static final int MAX_READ_BYTES = 1 << 16;

  /** What took longest of all that was opened, for people to read: machines differ too much. */
  private static final AtomicReference<Opened> SLOWEST =
      new AtomicReference<>(new Opened(0, "nothing"));

  private record Opened(long nanos, String what) {}

  private Hostile() {}

  /** Says which file took longest so far. */
  public static void printSlowest() {
    Opened slowest = SLOWEST.get();
    System.out.printf(
        "the slowest hostile file took %.1f ms: %s%n", slowest.nanos / 1e6, slowest.what);
  }

  static void took(long startNanos, String what) {
    Opened opened = new Opened(System.nanoTime() - startNanos, what);
    SLOWEST.accumulateAndGet(opened, (one, other) -> one.nanos >= other.nanos ? one : other);
  }

  /** Opens and lists the file; checks whatever comes of it. True if something can be read. */
  public static boolean isSound(Path path) {
    boolean isReadable = false;
    long start = System.nanoTime();
    try {
      for (Part part : Formats.parts(path)) {
        if (part.problem().isPresent()) {
          assertThat(part.problem().get()).startsWith(path + ": ").doesNotContain("\n");
          continue;
        }
        assertSound(part.layout());
        assertThat(Formats.open(Source.parse(Path.of(path + "#" + part.name()))).part())
            .isNotNull();
        isReadable = true;
      }
      assertSound(Formats.open(path));
    } catch (PenstockException e) {
      assertThat(e.getMessage()).contains(path.toString()).doesNotContain("\n");
      assertThat(e.getMessage().length()).isLessThan(1200);
    }
    took(start, path.getFileName() + ", damaged");
    return isReadable;
  }

  private static void assertSound(ArrayLayout layout) {
    assertThat(layout.recordBytes()).isPositive();
    long span = layout.elementType().sizeBytes();
    for (int axis = 0; axis < layout.recordShape().rank(); axis++) {
      span += (layout.recordShape().dim(axis) - 1) * layout.recordStrides()[axis];
    }
    for (ArrayLayout.Run run : layout.runs()) {
      if (run.recordCount() > 0) {
        long last = run.offsetBytes() + (run.recordCount() - 1) * run.strideBytes();
        assertThat(run.offsetBytes()).isNotNegative();
        assertThat(last + span).isBetween(run.offsetBytes(), layout.fileBytes());
      }
    }
    if (layout.dataBytes() <= MAX_READ_BYTES) {
      assertThat(Elements.digest(layout)).hasSize(64);
    }
  }

  /** All prefixes of a file that is no longer sound when any byte is missing. */
  public static void assertPrefixesRefused(Path path, byte[] file) {
    for (int length = 0; length < file.length; length++) {
      write(path, file, length);
      assertThatThrownBy(() -> Formats.open(path))
          .as("the first %d bytes", length)
          .isInstanceOf(PenstockException.class);
      isSound(path);
    }
    write(path, file, file.length);
  }

  /** All prefixes of a file, of which some may be files themselves. */
  public static void assertPrefixesSound(Path path, byte[] file) {
    for (int length = 0; length < file.length; length++) {
      write(path, file, length);
      isSound(path);
    }
    assertThat(isSound(write(path, file, file.length))).isTrue();
  }

  /** All files that differ in one bit. */
  public static void assertFlipsSound(Path path, byte[] file) {
    for (int bit = 0; bit < file.length * 8; bit++) {
      byte[] damaged = file.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      write(path, damaged, damaged.length);
      isSound(path);
    }
  }

  /** Files with some bytes changed, moved or dropped. */
  public static void assertChangesSound(Path path, List<byte[]> files, int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < count; i++) {
      byte[] file = files.get(i % files.size()).clone();
      for (int change = random.nextInt(1, 6); change > 0; change--) {
        int place = random.nextInt(file.length);
        int other = random.nextInt(file.length);
        int length = random.nextInt(1, 1 + Math.min(16, file.length - Math.max(place, other)));
        switch (random.nextInt(3)) {
          case 0 -> file[place] = (byte) random.nextInt();
          case 1 -> file[place] = (byte) (random.nextBoolean() ? 0xff : 0x7f);
          default -> System.arraycopy(file, other, file, place, length);
        }
      }
      write(path, file, random.nextInt(8) == 0 ? random.nextInt(file.length) : file.length);
      isSound(path);
    }
  }

  /**
   * Refuses the file, and allocates little on the way: what is allocated bounds what is held, and
   * unlike time it is the same on every machine.
   */
  public static void assertRefusedWithin(Path path, long bytes, String reason) {
    long start = System.nanoTime();
    long allocated =
        allocatedBytes(
            () ->
                assertThatThrownBy(() -> Formats.open(path))
                    .isInstanceOf(PenstockException.class)
                    .hasMessageContaining(reason)
                    .satisfies(e -> assertThat(e.getMessage().length()).isLessThan(1200)));
    took(start, path.getFileName() + ", refused as it should: " + reason);
    assertThat(allocated).isLessThan(bytes);
  }

  /** What this thread allocates on the heap while it does something. */
  public static long allocatedBytes(Runnable what) {
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    what.run();
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  /**
   * Overwrites the file with the first bytes. Not by truncating it first, as Files.write does: a
   * file system that keeps such files from being lost after a crash (ext4) takes a millisecond or
   * more for each.
   */
  public static Path write(Path path, byte[] bytes, int length) {
    try (FileChannel file =
        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      ByteBuffer left = ByteBuffer.wrap(bytes, 0, length);
      while (left.hasRemaining()) {
        file.write(left, left.position());
      }
      file.truncate(length);
      return path;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
