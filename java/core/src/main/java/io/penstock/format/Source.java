package io.penstock.format;

import io.penstock.error.PenstockException;
import io.penstock.internal.file.LocalFiles;
import io.penstock.internal.format.PartPath;
import io.penstock.internal.format.ShardPaths;
import io.penstock.internal.format.known.ShardFolders;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Where an array is: a file or a folder, the files that match a pattern, a part of a file, or
 * elements without a header.
 *
 * <pre>{@code
 * Source.of(Path.of("data.npz")).part("images")
 * Source.glob(Path.of("data"), "part-*.npy")
 * Source.of(Path.of("tokens.bin")).raw(RawLayout.of(ElementType.UINT16))
 * }</pre>
 *
 * <p>The command line has words for the same: {@code data.npz#images}, {@code data/part-*.npy},
 * {@code data/part-{000..099}.tar#jpg}, {@code tokens.bin#raw:uint16}. {@link #parse} reads them;
 * nothing else gives these signs a meaning, as they may be in the name of any file. Immutable;
 * nothing is opened.
 */
public final class Source {
  private static final String OR_EMPTY = "?";

  private final PartPath place;
  private final boolean isPattern;
  private final boolean isOrEmpty;

  private Source(PartPath place, boolean isPattern, boolean isOrEmpty) {
    LocalFiles.check(place.file());
    this.place = place;
    this.isPattern = isPattern;
    this.isOrEmpty = isOrEmpty;
  }

  /**
   * The one array in a file, or the files in a folder; if the folder has a list of its shards, as
   * MDS has it, those shards.
   *
   * @param file with exactly this name
   * @return the source
   * @throws IllegalArgumentException if the path is of another file system than the machine's own,
   *     as that of a zip file: what it names must be copied to a file on disk first
   */
  public static Source of(Path file) {
    return new Source(new PartPath(file, ""), false, false);
  }

  /**
   * The files of a folder that match a pattern, laid end to end in the order of their names, with
   * numbers as numbers: {@code part-10} follows {@code part-9}. They are looked for when the source
   * is opened. Braces stand for ranges and lists, as in Bash: of {@code part-{000..099}.tar} all
   * 100 files must be there, and they come in the order of the range.
   *
   * @param folder where they are
   * @param pattern of their names: a star stands for any characters, a question mark for one
   * @return the source
   * @throws IllegalArgumentException if the pattern is empty or names another folder, or the folder
   *     is of another file system
   */
  public static Source glob(Path folder, String pattern) {
    Path name = folder.getFileSystem().getPath(pattern);
    if (pattern.isEmpty() || name.isAbsolute() || name.getNameCount() != 1) {
      throw new IllegalArgumentException(
          "pattern must be of names in the folder, was '%s'".formatted(pattern));
    }
    return new Source(new PartPath(folder.resolve(name), ""), true, false);
  }

  /**
   * What a path means that was typed as an argument of the command line, or written into a file of
   * settings: {@code FILE}, {@code FILE#PART}, {@code FILE#raw:DTYPE:SHAPE:OFFSET}, or one of these
   * with stars and question marks in the name of the file, or with braces. A file that has all of
   * it in its name is found all the same.
   *
   * @param path as typed
   * @return the source
   * @throws IllegalArgumentException if the path is of another file system
   */
  public static Source parse(Path path) {
    LocalFiles.check(path);
    PartPath place = PartPath.of(path);
    boolean isOrEmpty = place.part().endsWith(OR_EMPTY) && !place.isRaw();
    PartPath part =
        isOrEmpty
            ? new PartPath(place.file(), place.part().substring(0, place.part().length() - 1))
            : place;
    return new Source(part, ShardPaths.isPattern(place.file()), isOrEmpty);
  }

  /**
   * An array in the file; in a folder, {@code label} is the numbers of the classes of its files.
   *
   * @param name of an array in an {@code .npz}, a pickle, or another file with several; of a field
   *     of a structured array. {@link Formats#parts} lists them
   * @return the source of that part
   * @throws IllegalArgumentException if the name is empty
   */
  public Source part(String name) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("name of a part of " + file() + " must not be empty");
    }
    return new Source(new PartPath(place.file(), name), isPattern, isOrEmpty);
  }

  /**
   * Elements in a file that has no header.
   *
   * @param layout which they are
   * @return the source of those elements
   */
  public Source raw(RawLayout layout) {
    return part(layout.text());
  }

  /**
   * The same, with empty records for those that the files lack: samples of a WebDataset without
   * this part. Otherwise reading one of them is an error that names the sample.
   *
   * @return the source with empty records
   */
  public Source orEmpty() {
    return new Source(place, isPattern, true);
  }

  /**
   * Whether records that the files lack are empty.
   *
   * @return true after {@link #orEmpty}
   */
  public boolean isOrEmpty() {
    return isOrEmpty;
  }

  /**
   * The file or folder; of a pattern, the folder and the pattern.
   *
   * @return its path, without a part
   */
  public Path file() {
    return place.file();
  }

  /**
   * The part of the file.
   *
   * @return its name; of elements without a header, what describes them; empty if this is the file
   *     itself
   */
  public Optional<String> partName() {
    return place.part().isEmpty() ? Optional.empty() : Optional.of(place.part());
  }

  /**
   * The single files that this stands for.
   *
   * @return of a pattern, the sources of the files that match, in order, each with the part; of a
   *     folder with a list of its shards, as MDS has it, likewise those shards; else only this
   * @throws PenstockException if no file matches, the folder cannot be read, or a shard is not as
   *     the list says
   */
  public List<Source> shards() {
    if (isPattern) {
      return each(ShardPaths.of(file()));
    }
    return isShardFolder() ? each(ShardFolders.files(file())) : List.of(this);
  }

  /** Whether this is a folder that lists its shards, or a part of all of them. */
  boolean isShardFolder() {
    return !place.isRaw() && ShardFolders.isOne(file());
  }

  private List<Source> each(List<Path> files) {
    return files.stream()
        .map(path -> new Source(new PartPath(path, place.part()), false, isOrEmpty))
        .toList();
  }

  /**
   * The name of a column that is not given one.
   *
   * @return the name of the part; else the file's name without its extension; of a pattern, without
   *     what differs
   */
  public String columnName() {
    return place.columnName(isPattern);
  }

  PartPath place() {
    return place;
  }

  boolean isPattern() {
    return isPattern;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Source that
        && place.equals(that.place)
        && isPattern == that.isPattern
        && isOrEmpty == that.isOrEmpty;
  }

  @Override
  public int hashCode() {
    return Objects.hash(place, isPattern, isOrEmpty);
  }

  /** As it is typed on the command line. */
  @Override
  public String toString() {
    return isOrEmpty ? place.text() + OR_EMPTY : place.text();
  }
}
