package io.penstock.cli.check;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.penstock.cli.command.Json;
import io.penstock.cli.command.Progress;
import io.penstock.cli.command.Streams;
import io.penstock.cli.mds.ShardHashes;
import io.penstock.cli.text.Human;
import io.penstock.cli.text.OneLine;
import io.penstock.cli.text.Table;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.format.mds.MdsFolder;
import io.penstock.internal.format.mds.MdsShard;
import io.penstock.internal.format.mds.MdsShard.Listed;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Compares the files of an MDS folder with its list: those of raw shards and of compressed ones, as
 * far as they are there, by size and by the hashes that Java has.
 */
final class MdsVerification {
  private static final int BUFFER_BYTES = 1 << 20;
  private static final int MAX_SHOWN = 20;

  /** What is wrong with a file, in the words that {@code verify} has for it. */
  private record MdsProblem(Path path, String problem, long expectedBytes, long foundBytes) {}

  private final Path list;
  private final List<MdsProblem> problems = new ArrayList<>();
  private final Set<String> unknown = new TreeSet<>();
  private long hashedFiles;
  private long files;
  private long readBytes;
  private double seconds;

  private MdsVerification(Path list) {
    this.list = list;
  }

  /**
   * Compares all files of a folder.
   *
   * @param path an MDS folder
   * @param streams for progress
   * @return what was found
   * @throws PenstockException if the list is damaged, or has no hash that can be compared
   */
  static MdsVerification run(Path path, Streams streams) {
    MdsVerification verification = new MdsVerification(path.resolve(MdsFolder.LIST));
    long start = System.nanoTime();
    MdsFolder folder = MdsFolder.open(path);
    long total = folder.shards().stream().mapToLong(shard -> shard.raw().bytes()).sum();
    try (Progress bar = Progress.start(streams, "verify", "MB", total)) {
      folder.shards().forEach(shard -> verification.compare(folder, shard, bar));
    }
    verification.seconds = (System.nanoTime() - start) / 1e9;
    if (verification.hashedFiles == 0 && verification.isGood()) {
      throw PenstockException.about(
          ErrorKind.UNSUPPORTED,
          verification.list,
          "expected hashes of the shards that can be compared, found %s: make a manifest with"
                  .formatted(
                      verification.unknown.isEmpty()
                          ? "none"
                          : String.join(", ", verification.unknown) + " only")
              + " penstock checksum, and verify that");
    }
    return verification;
  }

  private void compare(MdsFolder folder, MdsShard shard, Progress bar) {
    Path raw = folder.path(shard.raw());
    boolean isCompressed =
        shard.compressed().isPresent() && Files.exists(folder.path(shard.compressed().get()));
    if (Files.exists(raw) || !isCompressed) {
      compare(raw, shard.raw(), bar);
    }
    if (isCompressed) {
      compare(folder.path(shard.compressed().get()), shard.compressed().get(), bar);
    }
  }

  private void compare(Path path, Listed listed, Progress bar) {
    files++;
    if (!Files.isRegularFile(path)) {
      problems.add(new MdsProblem(path, "missing", listed.bytes(), -1));
      return;
    }
    ShardHashes hashes = new ShardHashes(listed);
    unknown.addAll(hashes.unknown());
    try (OpenFile file = OpenFile.open(path)) {
      if (file.sizeBytes() != listed.bytes()) {
        problems.add(new MdsProblem(path, "resized", listed.bytes(), file.sizeBytes()));
        return;
      }
      if (!hashes.isAny()) {
        return;
      }
      hashedFiles++;
      ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
      for (long at = 0; at < listed.bytes(); at += buffer.limit()) {
        buffer.clear().limit((int) Math.min(BUFFER_BYTES, listed.bytes() - at));
        file.fill(buffer, at, "the bytes of a shard");
        hashes.update(buffer.flip());
        readBytes += buffer.limit();
        bar.to(readBytes);
      }
      if (hashes.difference().isPresent()) {
        problems.add(new MdsProblem(path, "damaged", listed.bytes(), listed.bytes()));
      }
    } catch (PenstockException e) {
      if (e.kind() != ErrorKind.UNREADABLE) {
        throw e;
      }
      problems.add(new MdsProblem(path, "damaged", listed.bytes(), listed.bytes()));
    }
  }

  /**
   * The list that the files were compared with.
   *
   * @return its path
   */
  public Path list() {
    return list;
  }

  /**
   * Whether all files are as the list says.
   *
   * @return whether nothing is wrong
   */
  public boolean isGood() {
    return problems.isEmpty();
  }

  /**
   * What is wrong, in half a line.
   *
   * @return such as {@code 2 of 10 shards with problems}
   */
  public String summary() {
    return "%d of %s with problems"
        .formatted(problems.size(), Human.plural(files, "shard", "shards"));
  }

  /**
   * For programs: the fields of {@code verify}, without records, which the list knows nothing of.
   *
   * @return an object
   */
  public JsonObject toJson() {
    JsonObject object = new JsonObject();
    object.addProperty("manifest", list.toString());
    object.addProperty("ok", isGood());
    object.addProperty("bytes", readBytes);
    object.addProperty("seconds", seconds);
    object.add("bytesPerSecond", Json.number(readBytes / seconds));
    JsonArray array = new JsonArray();
    for (MdsProblem problem : problems) {
      JsonObject entry = new JsonObject();
      entry.addProperty("path", problem.path().toString());
      entry.addProperty("problem", problem.problem());
      entry.addProperty("expectedBytes", problem.expectedBytes());
      entry.add("foundBytes", Json.count(problem.foundBytes()));
      entry.add("damagedChunks", new JsonArray());
      entry.add("unreadableChunks", new JsonArray());
      array.add(entry);
    }
    object.add("files", array);
    object.add("damagedRecords", JsonNull.INSTANCE);
    object.add("records", new JsonArray());
    return object;
  }

  /**
   * For people.
   *
   * @return a table
   */
  public String toHuman() {
    Table table = Table.ofPairs();
    table.add("list", OneLine.of(list.toString()));
    table.add(
        "read",
        "%s in %s, %s"
            .formatted(
                Human.bytes(readBytes),
                Human.seconds(seconds),
                Human.bytesPerSecond(readBytes / seconds)));
    table.add("shards", "%,d, %,d compared by hashes".formatted(files, hashedFiles));
    if (!unknown.isEmpty()) {
      table.add("not compared", OneLine.of(String.join(", ", unknown)) + ", which Java has not");
    }
    table.add("found", isGood() ? "all as it was" : summary());
    problems.stream()
        .limit(MAX_SHOWN)
        .forEach(problem -> table.add(problem.problem(), OneLine.of(problem.path().toString())));
    if (problems.size() > MAX_SHOWN) {
      table.add("", "and more, which --json lists");
    }
    return table.toString();
  }
}
