package io.penstock.cli.check;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.penstock.cli.command.ExitCodes;
import io.penstock.cli.command.Json;
import io.penstock.cli.command.SeveralFailures;
import io.penstock.cli.command.Streams;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.format.known.ShardFolders;
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
          + " bytes (read), seconds, bytesPerSecond, files (those with a problem: path, problem as"
          + " missing, resized, extra, damaged or, for a folder whose files have other names or"
          + " sizes, changed; expectedBytes, foundBytes, damagedChunks as byte"
          + " offsets, unreadableChunks likewise), damagedRecords (their number, null if it is not"
          + " known), records (the first 1000: index, column)."
    })
public final class VerifyCommand implements Callable<Integer> {
  private final Streams streams;

  @Parameters(
      paramLabel = "PATH",
      arity = "1..*",
      description =
          "Manifests (NAME.penstock.json, or another name that was given to checksum), or the first"
              + " files of datasets with a manifest beside them. Also folders of MDS shards without"
              + " one: their files are compared with the sizes and hashes in their index.json.")
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
    List<Checked> all = new ArrayList<>();
    List<PenstockException> failures = new ArrayList<>();
    for (Path path : paths) {
      try {
        Checked one = verify(path);
        all.add(one);
        if (!one.isGood()) {
          failures.add(failure(one));
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

  /** What one PATH is about, after it was compared. */
  private record Checked(
      Path manifest, boolean isGood, String summary, JsonObject json, String human) {
    static Checked of(Verification one) {
      return new Checked(one.manifest(), one.isGood(), one.summary(), one.toJson(), one.toHuman());
    }

    static Checked of(MdsVerification one) {
      return new Checked(one.list(), one.isGood(), one.summary(), one.toJson(), one.toHuman());
    }
  }

  private Checked verify(Path path) throws IOException {
    boolean isManifest = path.toString().endsWith(".json") || Manifest.isLikelyAt(path);
    Path manifest = isManifest ? path.toAbsolutePath() : Manifest.defaultPath(path);
    if (ShardFolders.isOne(path) && !Files.exists(manifest)) {
      return Checked.of(MdsVerification.run(path, streams));
    }
    if (!isManifest) {
      Manifest.read(manifest).checkIsAbout(manifest, path);
    }
    return Checked.of(Verification.run(manifest, streams));
  }

  private static PenstockException failure(Checked one) {
    return PenstockException.about(
        ErrorKind.DAMAGED_RECORD,
        one.manifest(),
        "expected the data that it is about, found "
            + one.summary()
            + ": bring the files back from a copy, or read them with --verify and"
            + " --bad-records");
  }

  private void print(List<Checked> all) throws IOException {
    if (!isJson) {
      for (Checked one : all) {
        streams.print(one.human());
      }
    } else if (paths.size() > 1) {
      Json.print(streams, toJson(all));
    } else if (!all.isEmpty()) {
      Json.print(streams, all.getFirst().json());
    }
  }

  private static JsonObject toJson(List<Checked> all) {
    JsonArray array = new JsonArray();
    all.forEach(one -> array.add(one.json()));
    JsonObject object = new JsonObject();
    object.add("manifests", array);
    return object;
  }
}
