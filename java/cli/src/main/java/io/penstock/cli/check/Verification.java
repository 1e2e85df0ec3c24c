package io.penstock.cli.check;

import io.penstock.Dataset;
import io.penstock.checksum.RecordChecksums;
import io.penstock.cli.check.VerificationReport.DamagedRecord;
import io.penstock.cli.check.VerificationReport.FileProblem;
import io.penstock.cli.check.VerificationReport.Subject;
import io.penstock.cli.command.Progress;
import io.penstock.cli.command.Streams;
import io.penstock.error.PenstockException;
import io.penstock.format.Source;
import io.penstock.internal.checksum.FileChecksums;
import io.penstock.internal.manifest.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;

/**
 * The comparison of one manifest with its data.
 *
 * <p>Files are compared chunk by chunk at the speed of the device; records are checked one by one
 * only in chunks that differ.
 */
final class Verification {
  private static final double NANOS = 1e9;

  private final Path manifestPath;
  private final Manifest manifest;
  private final VerificationReport report;
  private final Set<Long> recordIndices = new HashSet<>();

  private Verification(Path manifestPath) {
    this.manifestPath = manifestPath;
    this.manifest = Manifests.read(manifestPath);
    this.report =
        new VerificationReport(
            new Subject(
                "manifest",
                manifestPath,
                "the data that it is about",
                "bring the files back from a copy, or read them with --verify and --bad-records"));
  }

  static VerificationReport run(Path manifestPath, Streams streams) {
    Verification verification = new Verification(manifestPath);
    long start = System.nanoTime();
    verification.compareFiles(streams);
    verification.findExtraFiles();
    verification.findRecords(streams);
    verification.report.setSeconds((System.nanoTime() - start) / NANOS);
    verification.report.setChecked(verification.checksums());
    return verification.report;
  }

  private String checksums() {
    return manifest.columns().stream().anyMatch(column -> column.folder() != null)
        ? "names and sizes of the files of folders, CRC32C of each of them, and of each MiB of"
            + " other files"
        : "size of each file, and CRC32C of each MiB";
  }

  private void compareFiles(Streams streams) {
    List<Manifest.FileEntry> files = new ArrayList<>(manifest.files());
    files.add(manifest.recordChecksums());
    long total = files.stream().mapToLong(Manifest.FileEntry::bytes).sum();
    try (Progress bar = Progress.start(streams, "verify", "MB", total)) {
      for (Manifest.FileEntry file : files) {
        long before = report.readBytes();
        compare(file, Manifests.resolve(manifestPath, file.path()), bar, before);
      }
    }
  }

  private void compare(Manifest.FileEntry file, Path path, Progress bar, long before) {
    long size = sizeOrMissing(path);
    if (size != file.bytes()) {
      String problem = size < 0 ? "missing" : "resized";
      report.add(FileProblem.of(path, problem, file.bytes(), size));
      return;
    }
    long[] found = FileChecksums.of(path, done -> bar.to(before + done));
    report.addReadBytes(size);
    List<Long> damaged = new ArrayList<>();
    List<Long> unreadable = new ArrayList<>();
    for (int chunk : FileChecksums.differing(file.chunks(), found)) {
      (found[chunk] == FileChecksums.UNREADABLE ? unreadable : damaged)
          .add((long) chunk * FileChecksums.CHUNK_BYTES);
    }
    if (!damaged.isEmpty() || !unreadable.isEmpty()) {
      report.add(FileProblem.ofChunks(path, size, damaged, unreadable));
    }
  }

  private static long sizeOrMissing(Path path) {
    try {
      return Files.isRegularFile(path) ? Files.size(path) : -1;
    } catch (IOException e) {
      return -1;
    }
  }

  /** Shards that match a pattern now and did not when the manifest was made. */
  private void findExtraFiles() {
    Set<Path> known = new HashSet<>();
    manifest.files().forEach(file -> known.add(Manifests.resolve(manifestPath, file.path())));
    for (Manifest.ColumnEntry column : manifest.columns()) {
      for (String path : column.paths()) {
        if (!path.contains("*") && !path.contains("?")) {
          continue;
        }
        for (Source shard : shardsOrNone(Manifests.resolve(manifestPath, path))) {
          Path file = shard.file();
          if (known.add(file)) {
            report.add(FileProblem.of(file, "extra", 0, sizeOrMissing(file)));
          }
        }
      }
    }
  }

  private static List<Source> shardsOrNone(Path pattern) {
    try {
      return Source.parse(pattern).shards();
    } catch (PenstockException e) {
      // No file matches: they are all missing, which is reported already.
      return List.of();
    }
  }

  private void findRecords(Streams streams) {
    List<FileProblem> damaged =
        report.problems().stream().filter(problem -> problem.problem().equals("damaged")).toList();
    Path checksums = Manifests.resolve(manifestPath, manifest.recordChecksums().path());
    if (report.problems().stream().anyMatch(problem -> problem.path().equals(checksums))) {
      report.setUnknownRecords("their checksums are not those that the manifest is about");
      if (report.problems().size() == 1) {
        report.setRemedy(Manifests.RECORDS_REMEDY);
      }
      return;
    }
    boolean hasFolders = manifest.columns().stream().anyMatch(column -> column.folder() != null);
    if (damaged.isEmpty() && !hasFolders) {
      return;
    }
    if (findChangedFolders()) {
      report.setUnknownRecords("the files of a folder are others");
      return;
    }
    try (Dataset dataset = Manifests.open(manifest, manifestPath)) {
      Manifests.check(manifest, manifestPath, dataset);
      try (RecordChecksums records = RecordChecksums.open(checksums, dataset)) {
        damaged.forEach(file -> findRecords(dataset, records, file));
        if (hasFolders) {
          findRecordsOfFolders(dataset, records, streams);
        }
      }
    } catch (PenstockException e) {
      report.setUnknownRecords(e.getMessage());
    }
  }

  private void findRecords(Dataset dataset, RecordChecksums checksums, FileProblem file) {
    for (long from : file.chunks()) {
      checksums.forEachDamaged(
          dataset,
          file.path(),
          from,
          from + FileChecksums.CHUNK_BYTES,
          (column, index) -> add(dataset.columns().get(column).name(), index));
    }
  }

  /** Folders that are missing, or whose files have other names or sizes than they had. */
  private boolean findChangedFolders() {
    int before = report.problems().size();
    Set<Path> folders = new HashSet<>();
    for (Manifest.ColumnEntry column : manifest.columns()) {
      if (column.folder() == null) {
        continue;
      }
      Path folder = Source.parse(Manifests.resolve(manifestPath, column.paths().getFirst())).file();
      if (!folders.add(folder)) {
        continue;
      }
      if (!Files.isDirectory(folder)) {
        report.add(FileProblem.ofFolder(folder, "missing"));
      } else if (!Manifests.folder(column, folder).digest().equals(column.folder().digest())) {
        report.add(FileProblem.ofFolder(folder, "changed"));
      }
    }
    return report.problems().size() > before;
  }

  /** Reads the columns of folders: those of labels are small, and lie in the index. */
  private void findRecordsOfFolders(Dataset dataset, RecordChecksums checksums, Streams streams) {
    List<Manifest.ColumnEntry> columns =
        manifest.columns().stream().filter(column -> column.folder() != null).toList();
    long total = columns.stream().mapToLong(column -> bytes(dataset, column)).sum();
    try (Progress bar = Progress.start(streams, "verify", "MB", total)) {
      for (Manifest.ColumnEntry column : columns) {
        findRecords(dataset, checksums, column, bar);
      }
    }
  }

  private static long bytes(Dataset dataset, Manifest.ColumnEntry column) {
    LongUnaryOperator sizes = dataset.recordSizes(column.name());
    return LongStream.range(0, dataset.recordCount()).map(sizes).sum();
  }

  private void findRecords(
      Dataset dataset, RecordChecksums checksums, Manifest.ColumnEntry column, Progress bar) {
    List<Long> found = new ArrayList<>();
    checksums.forEachDamaged(dataset, column.name(), bar::add, (_, index) -> found.add(index));
    report.addReadBytes(bytes(dataset, column));
    if (found.isEmpty()) {
      return;
    }
    found.forEach(index -> add(column.name(), index));
    Source source = Source.parse(Manifests.resolve(manifestPath, column.paths().getFirst()));
    if (source.partName().isPresent()) {
      report.add(FileProblem.ofFolder(source.file(), "damaged"));
      return;
    }
    List<Path> files = Manifests.folder(column, source.file()).paths(found);
    LongUnaryOperator sizes = dataset.recordSizes(column.name());
    for (int i = 0; i < files.size(); i++) {
      long size = sizes.applyAsLong(found.get(i));
      report.add(FileProblem.of(files.get(i), "damaged", size, size));
    }
  }

  private void add(String column, long index) {
    if (recordIndices.add(index)) {
      report.countRecord();
    }
    report.list(new DamagedRecord(column, index, Optional.empty()));
  }
}
