package io.penstock.cli.mds;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.TypeAdapter;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonWriter;
import io.penstock.cli.command.Progress;
import io.penstock.cli.command.Streams;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.format.mds.MdsFolder;
import io.penstock.internal.format.mds.MdsShard;
import io.penstock.internal.format.mds.MdsShard.Listed;
import io.penstock.internal.partial.PartialFile;
import io.penstock.internal.partial.WriteFailures;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Unpacks the compressed shards of an MDS folder into a new folder, whose list is that of the old
 * one without the compression: {@code convert FOLDER NEW_FOLDER}.
 *
 * <p>Each shard passes through as a stream, and must have the size, and the hashes that Java has,
 * that the list says. The new folder has a temporary name until it is complete.
 */
public final class MdsUnpacking {
  private static final int BUFFER_BYTES = 1 << 18;

  /** At most this much of the page cache is dirty. */
  private static final long FLUSH_BYTES = 64 << 20;

  private static final String MARK = ".penstock-partial";
  private static final TypeAdapter<JsonElement> JSON = new Gson().getAdapter(JsonElement.class);

  private final Streams streams;
  private final MdsFolder folder;
  private final Path target;
  private final Path partial;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private long written;

  private MdsUnpacking(Streams streams, MdsFolder folder, Path target) {
    this.streams = streams;
    this.folder = folder;
    this.target = target;
    this.partial = target.resolveSibling("." + target.getFileName() + MARK);
  }

  /**
   * What was made.
   *
   * @param files the shards and their list
   * @param samples number of samples in all shards
   * @param bytes size of the shards
   */
  public record UnpackedShards(List<Path> files, long samples, long bytes) {}

  /**
   * Whether a path is an MDS folder with shards that are there in compressed form only.
   *
   * @param folder any path
   * @return whether it can be unpacked, and cannot be read as it is
   */
  public static boolean isMeant(Path folder) {
    if (!MdsFolder.isOne(folder)) {
      return false;
    }
    MdsFolder shards = MdsFolder.open(folder);
    return shards.shards().stream()
        .anyMatch(
            shard -> shard.compressed().isPresent() && !Files.exists(shards.path(shard.raw())));
  }

  /**
   * Unpacks a folder.
   *
   * @param folder an MDS folder
   * @param target the folder to make; there must be nothing of this name
   * @param streams for progress
   * @return what was made
   * @throws PenstockException if a shard is damaged or cannot be read, or the folder cannot be made
   */
  public static UnpackedShards run(Path folder, Path target, Streams streams) {
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw PenstockException.about(
          ErrorKind.WRITE_FAILED,
          target,
          "expected the name of a folder that is to be made, found one that is there: choose"
              + " another name, or delete it");
    }
    return new MdsUnpacking(streams, MdsFolder.open(folder), target.toAbsolutePath()).run();
  }

  private UnpackedShards run() {
    streams
        .interruption()
        .atEnd(() -> "unfinished shards are in " + partial + ": the next run deletes them");
    try {
      delete();
      Files.createDirectory(partial);
      long total = folder.shards().stream().mapToLong(shard -> shard.raw().bytes()).sum();
      try (Progress progress = Progress.start(streams, "convert", "MB", total)) {
        for (MdsShard shard : folder.shards()) {
          unpack(shard, progress);
        }
        writeList();
        Files.move(partial, target);
      } catch (IOException | RuntimeException | Error e) {
        delete();
        throw e;
      }
    } catch (IOException e) {
      throw WriteFailures.about(target, e);
    }
    List<Path> files = new ArrayList<>();
    folder.shards().forEach(shard -> files.add(target.resolve(shard.raw().name())));
    files.add(target.resolve(MdsFolder.LIST));
    long samples = folder.shards().stream().mapToLong(MdsShard::samples).sum();
    return new UnpackedShards(files, samples, written);
  }

  private void unpack(MdsShard shard, Progress progress) throws IOException {
    Path raw = folder.path(shard.raw());
    boolean isRaw = Files.exists(raw) || shard.compressed().isEmpty();
    Path source = isRaw ? raw : folder.path(shard.compressed().get());
    Path copy = partial.resolve(shard.raw().name());
    Files.createDirectories(copy.getParent());
    try (PartialFile file = PartialFile.create(copy, false)) {
      try (InputStream in = open(source, isRaw ? "" : shard.compression())) {
        copy(source, in, file, shard.raw(), progress);
      }
      file.commit();
    }
  }

  private static InputStream open(Path source, String compression) {
    try {
      return compression.isEmpty()
          ? Files.newInputStream(source)
          : ShardDecompression.open(source, compression);
    } catch (EOFException e) {
      throw cutShort(source, e);
    } catch (IOException e) {
      throw damaged(source, e);
    }
  }

  private void copy(Path source, InputStream in, PartialFile file, Listed listed, Progress progress)
      throws IOException {
    ShardHashes hashes = new ShardHashes(listed);
    long count = 0;
    long flushed = 0;
    int read;
    while ((read = read(source, in)) > 0) {
      count += read;
      if (count > listed.bytes()) {
        throw mismatch(source, listed.bytes() + " bytes", "more");
      }
      ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, read);
      hashes.update(bytes);
      while (bytes.hasRemaining()) {
        file.channel().write(bytes);
      }
      if (count - flushed >= FLUSH_BYTES) {
        file.channel().force(false);
        flushed = count;
      }
      progress.to(written + count);
    }
    if (count < listed.bytes()) {
      throw mismatch(source, listed.bytes() + " bytes", String.valueOf(count));
    }
    hashes
        .difference()
        .ifPresent(
            algorithm -> {
              throw mismatch(
                  source, "the " + algorithm + " " + listed.hashes().get(algorithm), "another");
            });
    written += count;
  }

  private int read(Path source, InputStream in) {
    try {
      return in.read(buffer);
    } catch (EOFException e) {
      throw cutShort(source, e);
    } catch (IOException | IllegalArgumentException | IllegalStateException e) {
      // What decoders throw at bytes that make no sense.
      throw damaged(source, e);
    }
  }

  private static PenstockException cutShort(Path source, EOFException e) {
    return PenstockException.about(
        ErrorKind.WRONG_FORMAT,
        source,
        "compressed shard is cut short: expected more bytes, found its end: make or copy it again",
        e);
  }

  private static PenstockException damaged(Path source, Exception e) {
    return e instanceof java.nio.file.FileSystemException failure
        ? OpenFile.failure(source, failure)
        : PenstockException.about(
            ErrorKind.WRONG_FORMAT,
            source,
            "expected a compressed shard, found bytes that cannot be unpacked (%s): make or copy it"
                    .formatted(e.getMessage())
                + " again",
            e);
  }

  private static PenstockException mismatch(Path source, String expected, String found) {
    return PenstockException.about(
        ErrorKind.MISMATCH,
        source,
        "expected a shard that has %s when it is unpacked, as %s says, found %s: make or copy it again"
            .formatted(expected, MdsFolder.LIST, found));
  }

  /** Writes the list without what it says of compressed files; all else stays as it is. */
  private void writeList() throws IOException {
    Path list = folder.path().resolve(MdsFolder.LIST);
    try (PartialFile file = PartialFile.create(partial.resolve(MdsFolder.LIST), false)) {
      try (JsonReader in = new JsonReader(Files.newBufferedReader(list))) {
        JsonWriter out = new JsonWriter(Channels.newWriter(file.channel(), StandardCharsets.UTF_8));
        in.beginObject();
        out.beginObject();
        while (in.hasNext()) {
          String name = in.nextName();
          out.name(name);
          if (name.equals("shards")) {
            copyShards(in, out);
          } else {
            JSON.write(out, JsonParser.parseReader(in));
          }
        }
        in.endObject();
        out.endObject();
        out.flush();
      } catch (JsonParseException | IllegalStateException e) {
        throw PenstockException.about(
            ErrorKind.FILE_CHANGED, list, "expected the list as it was, found it changed", e);
      }
      file.commit();
    }
  }

  private static void copyShards(JsonReader in, JsonWriter out) throws IOException {
    in.beginArray();
    out.beginArray();
    while (in.hasNext()) {
      JsonObject shard = JsonParser.parseReader(in).getAsJsonObject();
      shard.add("compression", JsonNull.INSTANCE);
      shard.add("zip_data", JsonNull.INSTANCE);
      JSON.write(out, shard);
    }
    in.endArray();
    out.endArray();
  }

  /** Deletes what this or an earlier run left of the new folder: the files of the list. */
  private void delete() throws IOException {
    if (!Files.isDirectory(partial, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.deleteIfExists(partial.resolve(MdsFolder.LIST));
    for (MdsShard shard : folder.shards()) {
      Path file = partial.resolve(shard.raw().name());
      Files.deleteIfExists(file);
      for (Path above = file.getParent(); !above.equals(partial); above = above.getParent()) {
        deleteIfEmpty(above);
      }
    }
    deleteIfEmpty(partial);
  }

  private static void deleteIfEmpty(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      try (var files = Files.newDirectoryStream(directory)) {
        if (files.iterator().hasNext()) {
          return;
        }
      }
      Files.delete(directory);
    }
  }
}
