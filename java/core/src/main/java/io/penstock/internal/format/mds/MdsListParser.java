package io.penstock.internal.format.mds;

import io.penstock.internal.format.JsonCursor;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.format.mds.MdsShard.Listed;
import io.penstock.internal.report.Excerpt;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Parses {@code index.json} of a folder of shards: an object with a list of shards, each of which
 * says its format, files, sizes and hashes.
 *
 * <p>Names in it must be of files below the folder. What is held is limited, however long the list
 * is.
 */
final class MdsListParser {
  private static final String SHARDS = "shards";
  private static final String FORMAT = "format";
  private static final String MDS = "mds";
  private static final int VERSION = 2;

  /** Estimate of the bytes that are held of all shards together, and of one without its texts. */
  private static final long MAX_HELD_BYTES = 48 << 20;

  private static final long SHARD_WEIGHT = 400;
  private static final long HASH_WEIGHT = 200;

  /** Strings that every shard has. */
  private static final List<String> WORDS =
      List.of(
          "basename",
          "bytes",
          "column_encodings",
          "column_names",
          "column_sizes",
          "compression",
          FORMAT,
          "hashes",
          MDS,
          "raw_data",
          "samples",
          "size_limit",
          "version",
          "zip_data");

  private final JsonCursor json;
  private final List<MdsShard> shards = new ArrayList<>();
  private long heldBytes;

  private MdsListParser(OpenFile file) {
    json = new JsonCursor(file, 0, file.sizeBytes(), WORDS);
  }

  /** Whether the first shard of a list says that it has this format. */
  static boolean isOne(OpenFile file) {
    try {
      return new MdsListParser(file).isOne();
    } catch (IllegalArgumentException e) {
      return false; // Other JSON, or no JSON at all.
    }
  }

  private boolean isOne() {
    json.take('{');
    while (json.next() != '}') {
      boolean isList = json.string().equals(SHARDS);
      json.take(':');
      if (isList) {
        json.take('[');
        return isShard();
      }
      json.skipValue();
      json.separate('}');
    }
    return false;
  }

  private boolean isShard() {
    json.take('{');
    while (json.next() != '}') {
      boolean isFormat = json.string().equals(FORMAT);
      json.take(':');
      if (isFormat) {
        return MDS.equals(json.stringOrNull());
      }
      json.skipValue();
      json.separate('}');
    }
    return false;
  }

  /** The shards of a list, at least one. */
  static List<MdsShard> parse(OpenFile file) {
    MdsListParser parser = new MdsListParser(file);
    try {
      parser.parse();
    } catch (IllegalArgumentException e) {
      throw file.problem(
          "not a valid list of MDS shards: " + e.getMessage() + ": make or copy it again", e);
    }
    return List.copyOf(parser.shards);
  }

  private void parse() {
    json.take('{');
    while (json.next() != '}') {
      String key = json.string();
      json.take(':');
      if (key.equals(SHARDS) && shards.isEmpty()) {
        list();
      } else if (key.equals("version")) {
        checkVersion(json.number());
      } else {
        json.skipValue();
      }
      json.separate('}');
    }
    json.take('}');
    if (json.next() != JsonCursor.END) {
      throw json.expected("nothing after the list");
    }
    if (shards.isEmpty()) {
      throw new IllegalArgumentException("expected at least one shard, found none");
    }
  }

  private void list() {
    json.take('[');
    while (json.next() != ']') {
      shards.add(shard());
      json.separate(']');
    }
    json.take(']');
  }

  private MdsShard shard() {
    String format = null;
    String compression = null;
    Listed raw = null;
    Listed compressed = null;
    long samples = -1;
    json.take('{');
    while (json.next() != '}') {
      String key = json.string();
      json.take(':');
      switch (key) {
        case "samples" -> samples = json.number();
        case "version" -> checkVersion(json.number());
        case FORMAT -> format = json.string();
        case "compression" -> compression = json.stringOrNull();
        case "raw_data" -> raw = listedOrNull();
        case "zip_data" -> compressed = listedOrNull();
        default -> json.skipValue();
      }
      json.separate('}');
    }
    json.take('}');
    if (!MDS.equals(format) || raw == null || samples < 0) {
      throw json.expected("a shard of format mds with samples and raw_data before this");
    }
    hold(SHARD_WEIGHT);
    return new MdsShard(
        samples, compression == null ? "" : compression, raw, Optional.ofNullable(compressed));
  }

  private Listed listedOrNull() {
    if (json.isNull()) {
      return null;
    }
    String name = null;
    long bytes = -1;
    Map<String, String> hashes = Map.of();
    json.take('{');
    while (json.next() != '}') {
      String key = json.string();
      json.take(':');
      switch (key) {
        case "basename" -> name = checked(json.string());
        case "bytes" -> bytes = json.number();
        case "hashes" -> hashes = hashes();
        default -> json.skipValue();
      }
      json.separate('}');
    }
    json.take('}');
    if (name == null || bytes < 0) {
      throw json.expected("a basename and bytes before this");
    }
    hold(2L * name.length());
    return new Listed(name, bytes, hashes);
  }

  private Map<String, String> hashes() {
    Map<String, String> hashes = new TreeMap<>();
    json.take('{');
    while (json.next() != '}') {
      String algorithm = json.string();
      json.take(':');
      String digits = json.string();
      hashes.put(algorithm, digits);
      hold(HASH_WEIGHT + algorithm.length() + digits.length());
      json.separate('}');
    }
    json.take('}');
    return hashes;
  }

  /** A list from elsewhere must not name any file on the system. */
  private static String checked(String name) {
    String path = "/" + name + "/";
    if (name.isEmpty()
        || path.startsWith("//")
        || path.contains("/../")
        || name.indexOf('\\') >= 0
        || name.indexOf(0) >= 0) {
      throw new IllegalArgumentException(
          "expected names of files in the folder, found '%s'".formatted(Excerpt.of(name, 0)));
    }
    return name;
  }

  private static void checkVersion(long version) {
    if (version != VERSION) {
      throw new IllegalArgumentException(
          "expected version %d, found %d: it is of another program".formatted(VERSION, version));
    }
  }

  private void hold(long bytes) {
    heldBytes += bytes;
    if (heldBytes > MAX_HELD_BYTES) {
      throw new IllegalArgumentException(
          "expected names and hashes of at most %d MiB, found more after %d shards"
              .formatted(MAX_HELD_BYTES >> 20, shards.size()));
    }
  }
}
