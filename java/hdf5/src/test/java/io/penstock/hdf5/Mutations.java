package io.penstock.hdf5;

import io.penstock.array.ArrayLayout;
import io.penstock.array.Part;
import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Damages files and reads all that is left of them: a program of its own, so that a test can give
 * it little memory. Ends with 0 where each damaged file gave arrays inside of it, or reasons.
 *
 * <p>Arguments: a folder of files, a scratch file, a seed, damaged files per file.
 */
final class Mutations {
  /** More of a dataset only takes longer. */
  private static final int MAX_READ_BYTES = 1 << 18;

  private static final int MAX_CHANGES = 12;

  private Mutations() {}

  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    Path scratch = Path.of(arguments[1]);
    SplittableRandom random = new SplittableRandom(Long.parseLong(arguments[2]));
    int rounds = Integer.parseInt(arguments[3]);
    long slowest = 0;
    String slowestWhat = "";
    int count = 0;
    for (Path file : Kinds.files(folder)) {
      byte[] whole = Files.readAllBytes(file);
      for (int round = 0; round < rounds; round++) {
        Files.write(scratch, damaged(whole, random.split()));
        long start = System.nanoTime();
        try {
          read(scratch);
        } catch (Throwable e) {
          Files.copy(scratch, scratch.resolveSibling("finding.h5"));
          throw new IllegalStateException(file + ", round " + round, e);
        }
        long nanos = System.nanoTime() - start;
        if (nanos > slowest) {
          slowest = nanos;
          slowestWhat = file.getFileName() + ", round " + round;
        }
        count++;
      }
    }
    System.out.printf("%d files, slowest %d ms: %s%n", count, slowest / 1_000_000, slowestWhat);
  }

  /** Bytes changed, zeroed or copied from elsewhere, or the file cut short. */
  static byte[] damaged(byte[] whole, SplittableRandom random) {
    byte[] damaged = whole.clone();
    for (int change = random.nextInt(1, MAX_CHANGES); change > 0; change--) {
      int at = random.nextInt(8, damaged.length);
      int room = Math.min(damaged.length - at, random.nextInt(1, 9));
      switch (random.nextInt(8)) {
        case 0 -> System.arraycopy(whole, random.nextInt(whole.length - room), damaged, at, room);
        case 1 -> damaged[at] = (byte) 0xff;
        case 2 -> damaged[at] = 0;
        case 3 -> damaged[at] ^= (byte) (1 << random.nextInt(8));
        case 4 -> damaged[at]++;
        case 5 -> {
          for (int i = 0; i < room; i++) {
            damaged[at + i] = (byte) (random.nextBoolean() ? 0xff : 0x7f);
          }
        }
        default -> damaged[at] = (byte) random.nextInt();
      }
    }
    return random.nextInt(20) == 0
        ? Arrays.copyOf(damaged, random.nextInt(8, damaged.length))
        : damaged;
  }

  /** Throws what no file may make anybody throw. */
  static void read(Path path) throws IOException {
    long fileBytes = Files.size(path);
    List<Part> parts;
    try {
      parts = Formats.parts(path);
    } catch (PenstockException e) {
      check(path, e.getMessage());
      return;
    }
    for (Part part : parts) {
      if (part.problem().isEmpty()) {
        ArrayLayout layout = part.layout();
        for (ArrayLayout.Run run : layout.runs()) {
          long last = run.offsetBytes() + (run.recordCount() - 1) * run.strideBytes();
          long end = run.recordCount() == 0 ? 0 : last + layout.recordBytes();
          if (!part.isField() && (run.offsetBytes() < 0 || end < 0 || end > fileBytes)) {
            throw new IllegalStateException("outside of the file: " + layout);
          }
        }
      } else {
        check(path, part.problem().get());
        if (part.streamed().isPresent()) {
          stream(part);
        }
      }
    }
  }

  private static void stream(Part part) {
    try (InputStream in = part.streamed().get().source().open()) {
      in.readNBytes(MAX_READ_BYTES);
    } catch (IOException e) {
      if (e.getMessage() == null || e.getMessage().contains("\n")) {
        throw new IllegalStateException("no reason", e);
      }
      if (e.getCause() instanceof RuntimeException && !(e.getCause() instanceof Hdf5Fault)) {
        throw new IllegalStateException("not foreseen", e);
      }
    }
  }

  private static void check(Path path, String message) {
    if (!message.startsWith(path + ": ")
        || message.contains("\n")
        || message.contains("not a valid hdf5 file")) {
      throw new IllegalStateException("not a reason: " + message);
    }
  }
}
