package io.penstock.cli.check;

import io.penstock.cli.text.Human;
import io.penstock.internal.format.known.KnownFormats;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * The comparison of an .npz archive with the CRC-32 that it has of each of its members, compressed
 * or not. Not of files of PyTorch: that may be told to write no CRC-32.
 */
final class MemberCheck {
  static final String CHECKSUMS = "CRC-32 of each member";

  private static final int BUFFER_BYTES = 1 << 20;

  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final LongConsumer progress;
  private long done;
  private long damaged;
  private String first = "";

  private MemberCheck(LongConsumer progress) {
    this.progress = progress;
  }

  /** Whether a file is such an archive. */
  static boolean isOne(Path path) {
    return Files.isRegularFile(path)
        && KnownFormats.formatName(path).filter("npz"::equals).isPresent();
  }

  /**
   * Reads all members.
   *
   * @param progress is told how many of its bytes were read
   * @return what is wrong, in half a line; empty if nothing is
   * @throws ZipException if the archive itself is damaged
   * @throws IOException if it cannot be read
   */
  static Optional<String> run(Path path, LongConsumer progress) throws IOException {
    MemberCheck check = new MemberCheck(progress);
    try (ZipFile archive = new ZipFile(path.toFile())) {
      Enumeration<? extends ZipEntry> members = archive.entries();
      while (members.hasMoreElements()) {
        check.member(archive, members.nextElement());
      }
    }
    return check.damaged == 0
        ? Optional.empty()
        : Optional.of(
            "%s, the first one '%s'"
                .formatted(
                    Human.plural(check.damaged, "damaged member", "damaged members"), check.first));
  }

  private void member(ZipFile archive, ZipEntry member) throws IOException {
    if (!isSound(archive, member)) {
      first = damaged == 0 ? member.getName() : first;
      damaged++;
    }
    done += member.getCompressedSize();
    progress.accept(done);
  }

  private boolean isSound(ZipFile archive, ZipEntry member) throws IOException {
    try (CheckedInputStream bytes = checked(archive.getInputStream(member))) {
      while (bytes.read(buffer) >= 0) {
        // The checksum is what counts.
      }
      return bytes.getChecksum().getValue() == member.getCrc();
    } catch (ZipException | EOFException _) {
      return false;
    }
  }

  private static CheckedInputStream checked(InputStream bytes) {
    return new CheckedInputStream(bytes, new CRC32());
  }
}
