package io.penstock.spark;

import io.penstock.Batch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What ranks were given, in files that outlive them: a line for each batch, with the epoch and the
 * indices of its records.
 *
 * <p>The model of these tests is how many lines each rank has written: what was saved with a state
 * says which lines it counts, and a run that goes on from it cuts off the others.
 */
final class DeliveryLog {
  private DeliveryLog() {}

  private static Path file(Path directory, String run, int rank) {
    return directory.resolve("log-%s-%03d".formatted(run, rank));
  }

  /** Adds a batch; run names the attempt. */
  static void add(Path directory, String run, int rank, RankStep step) {
    StringBuilder line = new StringBuilder();
    Batch batch = step.batch().orElse(null);
    line.append(step.epoch());
    for (int i = 0; batch != null && i < batch.size(); i++) {
      line.append(' ').append(batch.index(i));
    }
    try {
      Files.writeString(
          file(directory, run, rank),
          line.append('\n'),
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The first lines of all ranks of a run, so many of each: as epochs and indices. */
  static List<String> records(Path directory, String run, int lines) throws IOException {
    List<String> all = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file :
          files.filter(f -> f.getFileName().toString().startsWith("log-" + run + "-")).toList()) {
        List<String> found = Files.readAllLines(file);
        for (String line : found.subList(0, Math.min(lines, found.size()))) {
          String[] words = line.split(" ", -1);
          for (int i = 1; i < words.length; i++) {
            all.add(words[0] + ":" + words[i]);
          }
        }
      }
    }
    return all;
  }
}
