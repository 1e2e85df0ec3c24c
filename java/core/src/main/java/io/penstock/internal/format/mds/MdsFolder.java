package io.penstock.internal.format.mds;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.format.ZipDirectory;
import io.penstock.internal.format.mds.MdsShard.Listed;
import io.penstock.internal.report.Excerpt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A folder of MDS shards, which its {@code index.json} lists in order.
 *
 * <p>The list says how many samples each shard has and how large its file is; {@link #files}
 * compares that with the files, so that a copy that stopped halfway is noticed before the first
 * sample is read. Immutable; holds no open file.
 */
public final class MdsFolder {
  /** The name of the list in the folder. */
  public static final String LIST = "index.json";

  private final Path folder;
  private final List<MdsShard> shards;

  private MdsFolder(Path folder, List<MdsShard> shards) {
    this.folder = folder;
    this.shards = shards;
  }

  /**
   * Whether a path is a folder with a list of MDS shards.
   *
   * @param folder any path
   * @return false if it is something else, a folder with another {@code index.json} among them
   */
  public static boolean isOne(Path folder) {
    Path list = folder.resolve(LIST);
    if (!Files.isRegularFile(list)) {
      return false;
    }
    try (OpenFile file = OpenFile.open(list)) {
      return MdsListParser.isOne(file);
    }
  }

  /**
   * Reads the list of a folder.
   *
   * @param folder one that {@link #isOne}
   * @return the folder
   * @throws PenstockException if the list cannot be read, or is damaged
   */
  public static MdsFolder open(Path folder) {
    try (OpenFile file = OpenFile.open(folder.resolve(LIST))) {
      return new MdsFolder(folder, MdsListParser.parse(file));
    }
  }

  /**
   * The folder.
   *
   * @return as it was given
   */
  public Path path() {
    return folder;
  }

  /**
   * The shards of the list.
   *
   * @return at least one, in order
   */
  public List<MdsShard> shards() {
    return shards;
  }

  /**
   * A file of the list.
   *
   * @param listed one of this folder
   * @return its path
   */
  public Path path(Listed listed) {
    return folder.resolve(listed.name());
  }

  /**
   * The raw shards, each of which has the size and the number of samples that the list says.
   *
   * @return in order
   * @throws PenstockException if one does not, is missing, or is there in compressed form only
   */
  public List<Path> files() {
    List<Path> files = new ArrayList<>();
    for (MdsShard shard : shards) {
      Path path = path(shard.raw());
      if (!Files.exists(path) && shard.compressed().isPresent()) {
        throw PenstockException.about(
            ErrorKind.WRONG_FORMAT,
            folder,
            ("expected raw MDS shards, found shards compressed with %s, which cannot be read in"
                    + " place: unpack them with penstock convert %s NEW_FOLDER")
                .formatted(Excerpt.of(shard.compression(), 0), folder));
      }
      check(path, shard);
      files.add(path);
    }
    return files;
  }

  private static void check(Path path, MdsShard shard) {
    try (OpenFile file = OpenFile.open(path)) {
      if (file.sizeBytes() != shard.raw().bytes()) {
        throw mismatch(path, shard.raw().bytes() + " bytes", file.sizeBytes() + " bytes");
      }
      long samples =
          Integer.toUnsignedLong(
              ZipDirectory.little(file.read(0, 4, "the number of its samples")).getInt());
      if (samples != shard.samples()) {
        throw mismatch(path, shard.samples() + " samples", String.valueOf(samples));
      }
    }
  }

  private static PenstockException mismatch(Path path, String expected, String found) {
    return PenstockException.about(
        ErrorKind.MISMATCH,
        path,
        "expected a shard of %s, as %s says, found %s: make or copy it again"
            .formatted(expected, LIST, found));
  }

  /**
   * The size of the files that are there: raw ones, or compressed ones in their place.
   *
   * @return in bytes
   * @throws PenstockException if one cannot be examined
   */
  public long dataBytes() {
    long sum = 0;
    for (MdsShard shard : shards) {
      Path raw = path(shard.raw());
      Path found = Files.exists(raw) ? raw : shard.compressed().map(this::path).orElse(raw);
      try {
        sum += Files.size(found);
      } catch (IOException e) {
        throw OpenFile.failure(found, e);
      }
    }
    return sum;
  }
}
