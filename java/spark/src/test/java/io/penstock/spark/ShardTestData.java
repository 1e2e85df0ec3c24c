package io.penstock.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.array.ElementType;
import io.penstock.cli.Main;
import io.penstock.cli.command.Streams;
import io.penstock.write.NpyWriter;
import io.penstock.write.VariableNpyWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.foreign.MemorySegment;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A data set with a column of records of one size and one of different sizes, and the shards that
 * the command line makes of it.
 */
record ShardTestData(Path directory, int records) {
  private static final int IMAGE_BYTES = 300;
  private static final int MOST_TEXT_BYTES = 400;

  /** Makes the files. */
  static ShardTestData make(Path directory, int records) {
    Random random = new Random(21);
    byte[] image = new byte[IMAGE_BYTES];
    try (NpyWriter images =
            NpyWriter.builder(directory.resolve("images.npy"), ElementType.UINT8, IMAGE_BYTES)
                .open();
        VariableNpyWriter texts =
            VariableNpyWriter.open(
                NpyWriter.builder(directory.resolve("texts.npy"), ElementType.UINT8),
                directory.resolve("texts.offsets.npy"))) {
      for (int i = 0; i < records; i++) {
        random.nextBytes(image);
        images.append(MemorySegment.ofArray(image));
        byte[] text = new byte[random.nextInt(MOST_TEXT_BYTES)];
        random.nextBytes(text);
        texts.append(MemorySegment.ofArray(text));
      }
      images.commit();
      texts.commit();
    }
    return new ShardTestData(directory, records);
  }

  Path images() {
    return directory.resolve("images.npy");
  }

  SparkSource source() {
    return SparkSource.of(images().toString())
        .variable(
            "texts",
            directory.resolve("texts.npy").toString(),
            directory.resolve("texts.offsets.npy").toString());
  }

  /** What penstock shuffle writes on one machine. */
  Map<String, String> expected(int shards, long seed) throws IOException {
    return digests(shuffled("expected", shards, seed));
  }

  /** And with what penstock checksum makes of it. */
  Map<String, String> expectedWithChecksums(int shards, long seed) throws IOException {
    Path target = shuffled("checked", shards, seed);
    if (!Files.exists(target.resolve("images.penstock.json"))) {
      command(
          "checksum",
          "--column=images=" + target.resolve("images-*.npy"),
          "--column=texts=" + target.resolve("texts-*.npy"),
          "--offsets=texts=" + target.resolve("texts.offsets-*.npy"));
    }
    return digests(target);
  }

  private Path shuffled(String name, int shards, long seed) {
    Path target = directory.resolve("%s-%d-%d".formatted(name, shards, seed));
    if (!Files.exists(target)) {
      command(
          "shuffle",
          "--shards=" + shards,
          "--seed=" + seed,
          "--offsets=texts=" + directory.resolve("texts.offsets.npy"),
          images().toString(),
          directory.resolve("texts.npy").toString(),
          target.toString());
    }
    return target;
  }

  /** Runs a command of penstock, which must succeed. */
  static void command(String... words) {
    StringWriter err = new StringWriter();
    Streams streams =
        new Streams(
            Channels.newChannel(new ByteArrayOutputStream()),
            true,
            new PrintWriter(err, true),
            false);
    assertThat(Main.run(streams, words)).as(err.toString()).isZero();
  }

  /** SHA-256 of each file of a directory, by its name; the note is one of them. */
  static Map<String, String> digests(Path directory) throws IOException {
    Map<String, String> digests = new TreeMap<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digests.put(
            file.getFileName().toString(),
            HexFormat.of().formatHex(digest.digest(Files.readAllBytes(file))));
      }
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
    return digests;
  }

  /** That nothing lies beside the target but what belongs there. */
  static void assertNothingLeft(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .noneMatch(name -> name.startsWith("."));
    }
  }
}
