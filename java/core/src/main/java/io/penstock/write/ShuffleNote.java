package io.penstock.write;

import io.penstock.format.Source;
import io.penstock.internal.checksum.ChecksumNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The part of the note in a directory that a shuffle made which says what its files are: a line
 * {@code files NAME COUNT} for each column, for {@code NAME-00000.npy} and so on.
 */
final class ShuffleNote {
  private static final Pattern FILES = Pattern.compile("files (\\S+) ([0-9]{1,9})");
  private static final Pattern SHARD = Pattern.compile("(.*)-([0-9]{5,9})\\.npy");

  /** The shards of one column. */
  private record Shards(String name, int count) {}

  private final List<Shards> all = new ArrayList<>();

  private ShuffleNote() {}

  /** A line of the note, without its end. */
  static String line(String name, int count) {
    return "files " + name + " " + count;
  }

  /** The name of a file. */
  static String shard(String name, int number) {
    return String.format(Locale.ROOT, "%s-%05d.npy", name, number);
  }

  /** The pattern of the names of files. */
  static String pattern(String name) {
    return name + "-*.npy";
  }

  /**
   * Reads a note.
   *
   * @param note a file, which may be anything
   * @return what it says, of no files where it is not there
   * @throws IOException if it cannot be read
   */
  static ShuffleNote read(Path note) throws IOException {
    return Files.isRegularFile(note) ? of(Files.readAllLines(note)) : new ShuffleNote();
  }

  /** What the lines of a note say; of no files where they are no note. */
  static ShuffleNote of(List<String> lines) {
    ShuffleNote found = new ShuffleNote();
    for (String line : lines) {
      Matcher files = FILES.matcher(line);
      if (files.matches()) {
        found.all.add(new Shards(files.group(1), Integer.parseInt(files.group(2))));
      }
    }
    return found;
  }

  /** Whether a file is called like checksums of those, which {@code penstock checksum} makes. */
  boolean hasChecksums(String fileName) {
    return all.stream()
        .map(shards -> Source.parse(Path.of(pattern(shards.name))).columnName())
        .map(column -> ChecksumNames.manifest(DatasetShuffle.fileName(column)))
        .anyMatch(
            manifest -> fileName.equals(manifest) || ChecksumNames.isRecords(manifest, fileName));
  }

  /** Whether a file of this name is one of those. */
  boolean hasShard(String fileName) {
    Matcher shard = SHARD.matcher(fileName);
    return shard.matches()
        && all.stream()
            .anyMatch(
                shards ->
                    shards.name.equals(shard.group(1))
                        && Integer.parseInt(shard.group(2)) < shards.count);
  }
}
