package io.penstock.cli.mds;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;

/** Folders of MDS shards with columns {@code id} (int) and {@code text} (str), for tests. */
final class MdsFiles {
  static final String TEXT = "the words of sample ";

  private final Path folder;
  private final JsonArray shards = new JsonArray();

  MdsFiles(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder);
  }

  /** The bytes of a shard with samples of numbers from first on. */
  static byte[] shard(int first, int count) {
    byte[] config =
        ("{\"column_encodings\": [\"int\", \"str\"], \"column_names\": [\"id\", \"text\"],"
                + " \"column_sizes\": [8, null], \"compression\": \"zstd\", \"format\": \"mds\","
                + " \"hashes\": [\"sha1\"], \"size_limit\": 67108864, \"version\": 2}")
            .getBytes(StandardCharsets.UTF_8);
    int at = 8 + 4 * count + config.length;
    ByteBuffer bytes =
        ByteBuffer.allocate(at + count * 2100).order(ByteOrder.LITTLE_ENDIAN).putInt(count);
    ByteBuffer samples = ByteBuffer.allocate(count * 2100).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(at);
    Random random = new Random(first);
    for (int i = first; i < first + count; i++) {
      byte[] text =
          (TEXT + i + "abcdefgh".repeat(random.nextInt(250))).getBytes(StandardCharsets.UTF_8);
      samples.putInt(text.length).putLong(i).put(text);
      bytes.putInt(at + samples.position());
    }
    bytes.put(config).put(samples.flip());
    byte[] shard = new byte[bytes.position()];
    bytes.flip().get(shard);
    return shard;
  }

  /** Adds a shard to the list; of the two files those that are not null are written. */
  MdsFiles add(
      int samples, byte[] raw, byte[] compressedOrNull, String compression, boolean writesRaw)
      throws IOException {
    String name = "shard.%05d.mds".formatted(shards.size());
    JsonObject shard = new JsonObject();
    shard.add("raw_data", listed(name, raw));
    shard.add("zip_data", JsonNull.INSTANCE);
    if (writesRaw) {
      Files.write(folder.resolve(name), raw);
    }
    if (compressedOrNull != null) {
      String zip = name + "." + compression.replaceAll(":.*", "");
      shard.add("zip_data", listed(zip, compressedOrNull));
      Files.write(folder.resolve(zip), compressedOrNull);
    }
    shard.addProperty("compression", compression);
    shard.addProperty("format", "mds");
    shard.addProperty("samples", samples);
    shard.addProperty("version", 2);
    shards.add(shard);
    return this;
  }

  private static JsonObject listed(String name, byte[] bytes) {
    JsonObject hashes = new JsonObject();
    hashes.addProperty("sha1", sha1(bytes));
    hashes.addProperty("xxh3_64", "0123456789abcdef");
    JsonObject file = new JsonObject();
    file.addProperty("basename", name);
    file.addProperty("bytes", bytes.length);
    file.add("hashes", hashes);
    return file;
  }

  private static String sha1(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /** Writes the list. */
  Path list() throws IOException {
    JsonObject list = new JsonObject();
    list.add("shards", shards);
    list.addProperty("version", 2);
    Files.writeString(folder.resolve("index.json"), list.toString());
    return folder;
  }
}
