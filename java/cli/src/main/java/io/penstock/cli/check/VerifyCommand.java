package io.penstock.cli.check;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.penstock.cli.command.ExitCodes;
import io.penstock.cli.command.Json;
import io.penstock.cli.command.SeveralFailures;
import io.penstock.cli.command.Streams;
import io.penstock.error.PenstockException;
import io.penstock.internal.format.known.ShardFolders;
import io.penstock.internal.manifest.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code verify}: reads a whole dataset and shows what has changed. */
@Command(
    name = "verify",
    header = "Reads files and shows which of them, and which of their records, are damaged.",
    description = {
      "Compares files with what checksum has written: which files are missing, have another size,"
          + " or were added; which MiB of them are damaged or cannot be read; and which records in"
          + " these are damaged, by column. Exits with 1 if anything is wrong, with a line on"
          + " stderr for each PATH that has changed or cannot be verified.",
      "",
      "With --json, one object on stdout, or {\"manifests\": [...]} for several: manifest, ok,"
          + " checked (what was compared), bytes (read), seconds, bytesPerSecond, files (those with"
          + " a problem: path, problem as missing, resized, extra, damaged or, for a folder whose"
          + " files have other names or sizes, changed; expectedBytes, foundBytes, damagedChunks as"
          + " byte offsets, unreadableChunks likewise; reason, of a file that is damaged as a"
          + " whole), damagedRecords (their number, null if it is not known), records (the first"
          + " 1000: index, column; of TFRecord also path, offset and problem; where it is"
          + " compressed, the offset is one in what is unpacked)."
    })
public final class VerifyCommand implements Callable<Integer> {
  private final Streams streams;

  @Parameters(
      paramLabel = "PATH",
      arity = "1..*",
      description =
          "Manifests (NAME.penstock.json, or another name that was given to checksum), or the first"
              + " files of datasets with a manifest beside them. Without a manifest also folders of"
              + " MDS shards, whose files are compared with the sizes and hashes in their"
              + " index.json; TFRecord files or patterns of them, whose records are compared with"
              + " their checksums; files compressed by gzip or zlib, which keep checksums of what"
              + " is in them, with TFRecord in them, too; and .npz archives, which keep checksums"
              + " of their members.")
  private List<Path> paths;

  @Option(
      names = "--json",
      description = "Print one JSON object on stdout. Default: a table for people.")
  private boolean isJson;

  /**
   * Made once for each run of the program.
   *
   * @param streams for its output
   */
  public VerifyCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() throws IOException {
    List<VerificationReport> all = new ArrayList<>();
    List<PenstockException> failures = new ArrayList<>();
    for (Path path : paths) {
      try {
        VerificationReport one = verify(path);
        all.add(one);
        if (!one.isGood()) {
          failures.add(one.failure());
        }
      } catch (PenstockException e) {
        // Go on: the other paths are worth checking.
        failures.add(e);
      }
    }
    print(all);
    if (!failures.isEmpty()) {
      throw new SeveralFailures(failures);
    }
    return ExitCodes.DONE;
  }

  private VerificationReport verify(Path path) throws IOException {
    boolean isManifest = path.toString().endsWith(".json") || Manifests.isLikelyAt(path);
    Path manifest = isManifest ? path.toAbsolutePath() : Manifest.defaultPath(path);
    if (!Files.exists(manifest)) {
      if (ShardFolders.isOfShards(path)) {
        return MdsVerification.run(path, streams);
      }
      if (SelfVerification.isPossible(path)) {
        return SelfVerification.run(path, streams);
      }
    }
    if (!isManifest) {
      Manifests.checkIsAbout(Manifests.read(manifest), manifest, path);
    }
    return Verification.run(manifest, streams);
  }

  private void print(List<VerificationReport> all) throws IOException {
    if (!isJson) {
      for (VerificationReport one : all) {
        streams.print(one.toHuman());
      }
    } else if (paths.size() > 1) {
      Json.print(streams, toJson(all));
    } else if (!all.isEmpty()) {
      Json.print(streams, all.getFirst().toJson());
    }
  }

  private static JsonObject toJson(List<VerificationReport> all) {
    JsonArray array = new JsonArray();
    all.forEach(one -> array.add(one.toJson()));
    JsonObject object = new JsonObject();
    object.add("manifests", array);
    return object;
  }
}
