package io.penstock.write;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.OptionalLong;
import java.util.zip.CRC32C;

/**
 * How far a file has come that may be continued: a line in its first page, where the header is
 * going to be, so that file and progress are one and an unfinished file is no .npy.
 *
 * <p>It says what is being written, as a digest of whatever the writer calls its job, and how many
 * records are on the disk. A line that was not written whole has a wrong checksum, and its file is
 * not continued.
 */
final class PartialProgress {
  private static final String MAGIC = "penstock-partial 1";

  private final String job;

  /** Of a job: all that the bytes of the file follow from. */
  PartialProgress(String job) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      this.job = HexFormat.of().formatHex(digest.digest(job.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** The first page of a file with so many records on the disk. */
  byte[] page(long recordCount) {
    byte[] text = line(recordCount).getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(BlockWriter.FILE_BLOCK_BYTES).put(text).array();
  }

  private String line(long recordCount) {
    String facts = "%s %s %s".formatted(MAGIC, job, recordCount);
    CRC32C checksum = new CRC32C();
    checksum.update(facts.getBytes(StandardCharsets.US_ASCII));
    return "%s %08x\n".formatted(facts, checksum.getValue());
  }

  /** Reads the records of a file of the same job; empty if it is of another, or damaged. */
  OptionalLong read(FileChannel file) throws IOException {
    ByteBuffer page = ByteBuffer.allocate(BlockWriter.FILE_BLOCK_BYTES);
    int count = 0;
    while (page.hasRemaining() && count >= 0) {
      count = file.read(page, page.position());
    }
    String text = new String(page.array(), StandardCharsets.ISO_8859_1);
    String line = text.lines().findFirst().orElse("");
    String[] words = line.split(" ", -1);
    if (words.length != 5 || !words[3].matches("[0-9]{1,18}")) {
      return OptionalLong.empty();
    }
    long records = Long.parseLong(words[3]);
    return line(records).equals(line + "\n") ? OptionalLong.of(records) : OptionalLong.empty();
  }
}
