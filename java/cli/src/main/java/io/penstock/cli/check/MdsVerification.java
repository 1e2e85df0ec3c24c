package io.penstock.cli.check;

import io.penstock.cli.check.VerificationReport.FileProblem;
import io.penstock.cli.check.VerificationReport.Subject;
import io.penstock.cli.command.Progress;
import io.penstock.cli.command.Streams;
import io.penstock.cli.mds.ShardHashes;
import io.penstock.cli.text.Human;
import io.penstock.cli.text.OneLine;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.format.mds.MdsFolder;
import io.penstock.internal.format.mds.MdsShard;
import io.penstock.internal.format.mds.MdsShard.Listed;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/**
 * Compares the files of an MDS folder with its list: those of raw shards and of compressed ones, as
 * far as they are there, by size and by the hashes that Java has.
 */
final class MdsVerification {
  private static final int BUFFER_BYTES = 1 << 20;

  private final Path list;
  private final VerificationReport report;
  private final Set<String> unknown = new TreeSet<>();
  private long hashedFiles;
  private long files;

  private MdsVerification(Path list) {
    this.list = list;
    this.report =
        new VerificationReport(
            new Subject(
                "list",
                list,
                "the data that it is about",
                "bring the files back from a copy, or make them again"));
    report.setUnknownRecords(""); // The list knows nothing of records.
  }

  /** Compares all files of a folder. */
  static VerificationReport run(Path path, Streams streams) {
    MdsVerification verification = new MdsVerification(path.resolve(MdsFolder.LIST));
    long start = System.nanoTime();
    MdsFolder folder = MdsFolder.open(path);
    long total = folder.shards().stream().mapToLong(shard -> shard.raw().bytes()).sum();
    try (Progress bar = Progress.start(streams, "verify", "MB", total)) {
      folder.shards().forEach(shard -> verification.compare(folder, shard, bar));
    }
    verification.finish((System.nanoTime() - start) / 1e9);
    return verification.report;
  }

  private void finish(double seconds) {
    if (hashedFiles == 0 && report.isGood()) {
      throw PenstockException.about(
          ErrorKind.UNSUPPORTED,
          list,
          "expected hashes of the shards that can be compared, found %s: make a manifest with"
                  .formatted(unknown.isEmpty() ? "none" : String.join(", ", unknown) + " only")
              + " penstock checksum, and verify that");
    }
    report.setSeconds(seconds);
    report.setChecked("size and hashes of each file, as %s lists them".formatted(MdsFolder.LIST));
    report.setFiles(Human.plural(files, "shard", "shards"));
    report.addRow("shards", "%,d, %,d compared by hashes".formatted(files, hashedFiles));
    if (!unknown.isEmpty()) {
      report.addRow(
          "not compared", OneLine.of(String.join(", ", unknown)) + ", which Java does not have");
    }
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
      report.add(FileProblem.of(path, "missing", listed.bytes(), -1));
      return;
    }
    ShardHashes hashes = new ShardHashes(listed);
    unknown.addAll(hashes.unknown());
    try (OpenFile file = OpenFile.open(path)) {
      if (file.sizeBytes() != listed.bytes()) {
        report.add(FileProblem.of(path, "resized", listed.bytes(), file.sizeBytes()));
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
        report.addReadBytes(buffer.limit());
        bar.to(report.readBytes());
      }
      if (hashes.difference().isPresent()) {
        report.add(FileProblem.of(path, "damaged", listed.bytes(), listed.bytes()));
      }
    } catch (PenstockException e) {
      if (e.kind() != ErrorKind.UNREADABLE) {
        throw e;
      }
      report.add(FileProblem.of(path, "damaged", listed.bytes(), listed.bytes()));
    }
  }
}
