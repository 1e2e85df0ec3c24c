package io.penstock.cli.check;

import io.penstock.cli.check.VerificationReport.DamagedPlace;
import io.penstock.cli.check.VerificationReport.DamagedRecord;
import io.penstock.cli.check.VerificationReport.FileProblem;
import io.penstock.cli.check.VerificationReport.Subject;
import io.penstock.cli.command.Progress;
import io.penstock.cli.command.Streams;
import io.penstock.cli.text.Human;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.format.Source;
import io.penstock.internal.checksum.FileChecksums;
import io.penstock.internal.format.SelfCheck;
import io.penstock.internal.format.known.KnownFormats;
import io.penstock.internal.forward.ForwardReading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The comparison of files with the checksums that their own format keeps in them. */
final class SelfVerification {
  private final VerificationReport report;
  private final String column;
  private final Progress bar;
  private long damagedInFile;

  private SelfVerification(VerificationReport report, String column, Progress bar) {
    this.report = report;
    this.column = column;
    this.bar = bar;
  }

  /** Whether a path is of files, or of a file, that have checksums of their own. */
  static boolean isPossible(Path path) {
    List<Source> shards = Source.parse(path).shards();
    Path first = shards.getFirst().file();
    return Files.isRegularFile(first) && KnownFormats.selfCheck(first).isPresent();
  }

  static VerificationReport run(Path path, Streams streams) throws IOException {
    Source source = Source.parse(path);
    List<Path> files = source.shards().stream().map(Source::file).toList();
    VerificationReport report =
        new VerificationReport(
            new Subject(
                files.size() == 1 ? "file" : "files",
                path,
                "records that fit the checksums in their files",
                "make these files or copy them again"));
    report.setFiles(Human.plural(files.size(), "file", "files"));
    long total = 0;
    for (Path file : files) {
      total += Files.size(file);
    }
    long start = System.nanoTime();
    try (Progress bar = Progress.start(streams, "verify", "MB", total)) {
      SelfVerification verification = new SelfVerification(report, source.columnName(), bar);
      files.forEach(verification::check);
    }
    report.setSeconds((System.nanoTime() - start) / 1e9);
    return report;
  }

  private void check(Path file) {
    SelfCheck check =
        KnownFormats.selfCheck(file)
            .orElseThrow(
                () ->
                    PenstockException.about(
                        ErrorKind.WRONG_FORMAT,
                        file,
                        "expected a file of the same format as the first one, found one without"
                            + " checksums: verify it apart from the others"));
    damagedInFile = 0;
    long before = report.readBytes();
    try (ForwardReading bytes = ForwardReading.open(file, done -> bar.to(before + done))) {
      check.run(bytes, (record, position, problem) -> add(file, record, position, problem));
      report.addReadBytes(bytes.sizeBytes());
      List<Long> unreadable = bytes.unreadable(FileChecksums.CHUNK_BYTES);
      if (damagedInFile > 0 || !unreadable.isEmpty()) {
        long size = bytes.sizeBytes();
        report.add(FileProblem.ofChunks(file, size, List.of(), unreadable));
      }
    }
  }

  private void add(Path file, long record, long position, String problem) {
    damagedInFile++;
    report.countRecord();
    DamagedPlace place = new DamagedPlace(file, position, problem);
    report.list(new DamagedRecord(column, record, Optional.of(place)));
  }
}
