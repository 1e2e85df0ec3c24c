package io.penstock.cli.check;

import io.penstock.cli.check.VerificationReport.DamagedPlace;
import io.penstock.cli.check.VerificationReport.DamagedRecord;
import io.penstock.cli.check.VerificationReport.FileProblem;
import io.penstock.cli.check.VerificationReport.Subject;
import io.penstock.cli.command.Progress;
import io.penstock.cli.command.Streams;
import io.penstock.cli.convert.CompressedFile;
import io.penstock.cli.text.Human;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.format.Source;
import io.penstock.internal.checksum.FileChecksums;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.format.SelfCheck;
import io.penstock.internal.format.known.KnownFormats;
import io.penstock.internal.forward.ForwardReading;
import io.penstock.internal.kind.FileKind;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.zip.ZipException;

/**
 * The comparison of files with the checksums that are in them: those of their own format, and those
 * of the program that has compressed them.
 */
final class SelfVerification {
  private static final int BUFFER_BYTES = 1 << 20;

  private final VerificationReport report;
  private final String column;
  private final Progress bar;
  private final Set<String> checksums = new LinkedHashSet<>();
  private boolean knowsRecords = true;
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
    return Files.isRegularFile(first)
        && (KnownFormats.selfCheck(first).isPresent()
            || CompressedFile.isOne(first)
            || MemberCheck.isOne(first));
  }

  static VerificationReport run(Path path, Streams streams) throws IOException {
    Source source = Source.parse(path);
    List<Path> files = source.shards().stream().map(Source::file).toList();
    VerificationReport report =
        new VerificationReport(
            new Subject(
                files.size() == 1 ? "file" : "files",
                path,
                "data that fit the checksums in their files",
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
      report.setChecked(String.join("; ", verification.checksums));
      if (!verification.knowsRecords) {
        report.setUnknownRecords("");
      }
    }
    report.setSeconds((System.nanoTime() - start) / 1e9);
    return report;
  }

  private void check(Path file) {
    damagedInFile = 0;
    if (CompressedFile.isOne(file)) {
      checkCompressed(file);
      return;
    }
    if (MemberCheck.isOne(file)) {
      checkMembers(file);
      return;
    }
    SelfCheck check =
        KnownFormats.selfCheck(file)
            .orElseThrow(
                () ->
                    PenstockException.about(
                        ErrorKind.WRONG_FORMAT,
                        file,
                        "expected a file of the same format as the first one, found one without"
                            + " checksums: verify it apart from the others"));
    checksums.add(check.checksums());
    long before = report.readBytes();
    try (ForwardReading bytes = ForwardReading.open(file, done -> bar.to(before + done))) {
      check.run(bytes, (record, position, problem) -> add(file, record, position, problem, false));
      report.addReadBytes(bytes.sizeBytes());
      List<Long> unreadable = bytes.unreadable(FileChecksums.CHUNK_BYTES);
      if (damagedInFile > 0 || !unreadable.isEmpty()) {
        long size = bytes.sizeBytes();
        report.add(FileProblem.ofChunks(file, size, List.of(), unreadable));
      }
    }
  }

  /**
   * What a file has when it is unpacked.
   *
   * @param check of its records, if they have checksums
   */
  private record Inside(Optional<SelfCheck> check, long sizeBytes) {}

  /**
   * First the checksums of the compression, for which all is unpacked. How many bytes that are is
   * known only then, so it is unpacked once more to look at the records, if these have checksums.
   */
  private void checkCompressed(Path path) {
    CompressedFile file = CompressedFile.of(path);
    long before = report.readBytes();
    try {
      checksums.add(file.checksums());
      Inside inside = unpack(file, before);
      file.check();
      knowsRecords &= inside.check.isPresent();
      if (inside.check.isPresent()) {
        SelfCheck check = inside.check.get();
        checksums.add(check.checksums());
        try (UnpackedBytes bytes = new UnpackedBytes(path, file, inside.sizeBytes)) {
          check.run(bytes, (record, at, problem) -> add(path, record, at, problem, true));
        }
      }
      if (damagedInFile > 0) {
        report.add(FileProblem.of(path, "damaged", file.sizeBytes(), file.sizeBytes()));
      }
    } catch (EOFException | ZipException e) {
      addDamaged(path, file.sizeBytes(), e);
    } catch (IOException e) {
      throw OpenFile.failure(path, e);
    }
    report.addReadBytes(file.sizeBytes());
  }

  private void addDamaged(Path path, long sizeBytes, IOException e) {
    knowsRecords = false;
    String reason = e.getMessage() == null ? "it ends early" : e.getMessage();
    report.add(FileProblem.ofReason(path, sizeBytes, reason));
  }

  /** Which records a damaged member has is for others to say. */
  private void checkMembers(Path path) {
    knowsRecords = false;
    checksums.add(MemberCheck.CHECKSUMS);
    long before = report.readBytes();
    try {
      long size = Files.size(path);
      report.addReadBytes(size);
      try {
        MemberCheck.run(path, done -> bar.to(before + done))
            .ifPresent(reason -> report.add(FileProblem.ofReason(path, size, reason)));
      } catch (ZipException e) {
        addDamaged(path, size, e);
      }
    } catch (IOException e) {
      throw OpenFile.failure(path, e);
    }
  }

  private Inside unpack(CompressedFile file, long before) throws IOException {
    try (InputStream in = file.open(done -> bar.to(before + done))) {
      byte[] start = in.readNBytes(FileKind.START_BYTES);
      long size = start.length;
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int count = 0; count >= 0; count = in.read(buffer)) {
        size += count;
      }
      return new Inside(KnownFormats.selfCheck(start, file.nameInside()), size);
    }
  }

  private void add(Path file, long record, long position, String problem, boolean isUnpacked) {
    damagedInFile++;
    report.countRecord();
    DamagedPlace place = new DamagedPlace(file, position, isUnpacked, problem);
    report.list(new DamagedRecord(column, record, Optional.of(place)));
  }
}
