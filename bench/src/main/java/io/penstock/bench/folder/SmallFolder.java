package io.penstock.bench.folder;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * A folder of small files, 1000 in each of its sub-folders, whose sizes have a lognormal
 * distribution. A file begins with its number times a factor, and ends with its number.
 */
final class SmallFolder {
  private static final int FILES_EACH = 1000;
  private static final long FACTOR = 0x9E3779B97F4A7C15L;

  private final Path folder;
  private final int count;
  private final int medianBytes;

  SmallFolder(Path folder, int count, int medianBytes) {
    this.folder = folder;
    this.count = count;
    this.medianBytes = medianBytes;
  }

  Path folder() {
    return folder;
  }

  int count() {
    return count;
  }

  /** In the order of the index. */
  String[] paths() {
    String[] paths = new String[count];
    for (int i = 0; i < count; i++) {
      paths[i] = path(i).toString();
    }
    return paths;
  }

  private Path path(int file) {
    return folder.resolve("%05d/%08d.bin".formatted(file / FILES_EACH, file));
  }

  /** What the exclusive or of the first and the last number of all files adds up to. */
  long sum() {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum += i * FACTOR ^ i;
    }
    return sum;
  }

  /** Writes what is not there as it should be. */
  void make() throws IOException {
    Path mark = folder.resolveSibling(folder.getFileName() + ".made");
    String made = count + " " + medianBytes;
    if (Files.exists(mark) && Files.readString(mark).equals(made)) {
      return;
    }
    Random random = new Random(1);
    for (int i = 0; i < count; i++) {
      if (i % FILES_EACH == 0) {
        Files.createDirectories(path(i).getParent());
      }
      double size = medianBytes * Math.exp(0.5 * random.nextGaussian());
      byte[] bytes = new byte[(int) Math.max(16, Math.min(size, 1 << 20))];
      ByteBuffer.wrap(bytes)
          .order(ByteOrder.LITTLE_ENDIAN)
          .putLong(0, i * FACTOR)
          .putLong(bytes.length - Long.BYTES, i);
      try (FileOutputStream file = new FileOutputStream(path(i).toFile())) {
        file.write(bytes);
      }
    }
    Files.write(mark, made.getBytes(StandardCharsets.UTF_8));
  }
}
