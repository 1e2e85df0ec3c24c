package io.penstock.cli.read;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.array.Column;
import io.penstock.cli.command.Streams;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.file.LocalFiles;
import io.penstock.internal.os.SystemReason;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The outputs of {@code read}: bytes of the first column, indices, digests.
 *
 * <p>It owns the files that it writes. Without outputs nobody touches the bytes of batches, and the
 * speed is that of reading.
 */
final class ReadOutputs implements AutoCloseable {
  /** The path that means stdout. */
  static final String STDOUT = "-";

  /** A ByteBuffer is limited to 2 GiB, a batch is not. */
  private static final long SLICE_BYTES = 1 << 30;

  private static final int LINES_BYTES = 64 << 10;
  private static final int LONGEST_LINE_BYTES = 20;

  /** Marks the index of a record that only fills its batch. */
  private static final byte[] PADDING = " padding".getBytes(StandardCharsets.US_ASCII);

  private final Streams streams;
  private final List<OutputFile> files = new ArrayList<>();
  private final List<FileChannel> streamed = new ArrayList<>();
  private final boolean isResumable;
  private final OutputNote note;
  private final Map<String, SegmentDigest> digests = new LinkedHashMap<>();
  private final ByteBuffer lines = ByteBuffer.allocateDirect(LINES_BYTES);
  private final byte[] digits = new byte[LONGEST_LINE_BYTES];
  private OutputSink bytes;
  private OutputSink indices;

  /** A file that is written, and its name in a note. */
  private record OutputFile(String name, FileChannel channel) {}

  /** Takes bytes. */
  @FunctionalInterface
  private interface OutputSink {
    void write(ByteBuffer bytes) throws IOException;
  }

  /**
   * Opens the files and truncates them: to nothing, or, if a run resumes, to the lengths in its
   * note.
   *
   * @param out path for the bytes of the first column, or "-" for stdout; null: none
   * @param indicesOut path for the indices, or "-" for stdout; null: none
   * @param dataset names the columns to digest; null: no digests
   * @param isResumable whether a state is saved, from which a later run can resume
   * @param known the {@link #note} of the run that is resumed; null: a new run
   */
  ReadOutputs(
      Streams streams,
      String out,
      String indicesOut,
      Dataset dataset,
      boolean isResumable,
      OutputNote known)
      throws IOException {
    this.streams = streams;
    this.isResumable = isResumable;
    this.note = known == null ? new OutputNote() : known;
    if (dataset != null) {
      for (Column column : dataset.columns()) {
        digests.put(column.name(), new SegmentDigest());
      }
    }
    try {
      bytes = out == null ? null : sink("out", out, known != null);
      indices = indicesOut == null ? null : sink("indices", indicesOut, known != null);
    } catch (IOException | RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private OutputSink sink(String name, String path, boolean isContinued) throws IOException {
    if (path.equals(STDOUT)) {
      return streams::write;
    }
    Path named = LocalFiles.check(Path.of(path));
    FileChannel file = isStream(named) ? stream(named) : file(name, path, isContinued);
    return buffer -> {
      try {
        while (buffer.hasRemaining()) {
          file.write(buffer);
        }
      } catch (IOException e) {
        throw new IOException(path + ": writing failed: " + SystemReason.of(e), e);
      }
    };
  }

  /**
   * Whether the path is a device or a FIFO, such as /dev/null: it is written to as by a shell's
   * redirection, and neither truncated nor continued.
   */
  private static boolean isStream(Path path) throws IOException {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class).isOther();
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private FileChannel stream(Path path) throws IOException {
    if (isResumable) {
      throw PenstockException.about(
          ErrorKind.WRITE_FAILED,
          path,
          "expected a regular file, since --state is to continue it, found %s: name a file, or"
                  .formatted(LocalFiles.kind(path))
              + " leave out --state");
    }
    if (LocalFiles.isBlockDevice(path)) {
      throw PenstockException.about(
          ErrorKind.WRITE_FAILED,
          path,
          "expected a regular file, found a block device, which is left as it is");
    }
    FileChannel stream = FileChannel.open(path, StandardOpenOption.WRITE);
    streamed.add(stream);
    return stream;
  }

  private FileChannel file(String name, String path, boolean isContinued) throws IOException {
    Path real = LocalFiles.target(Path.of(path));
    FileChannel file = FileChannel.open(real, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    files.add(new OutputFile(name, file));
    // A new or empty file gets only what is still to come: it may be that of another rank, or of a
    // job that moved to another machine.
    long keptBytes = isContinued && file.size() > 0 ? keptBytes(name, path, file.size()) : 0;
    if (file.size() < keptBytes) {
      throw PenstockException.about(
          ErrorKind.FILE_CHANGED,
          Path.of(path),
          ("expected the %d bytes that were written before the state was saved, found %d: bring the"
                  + " file back, or start anew without the state")
              .formatted(keptBytes, file.size()));
    }
    // What was written after the state was saved will be delivered again.
    file.truncate(keptBytes).position(keptBytes);
    return file;
  }

  private long keptBytes(String name, String path, long foundBytes) {
    Long bytes = note.lengthOrNull(name);
    if (bytes == null) {
      throw PenstockException.about(
          ErrorKind.WRITE_FAILED,
          Path.of(path),
          ("expected no file, or an empty one, since the state says nothing of how much to keep,"
                  + " found one of %d bytes for --%s: name another one, which gets what is still to"
                  + " come, or start anew without the state")
              .formatted(foundBytes, name));
    }
    return bytes;
  }

  /** The lengths of the files, including those of earlier runs; forces them to the disk first. */
  OutputNote note() throws IOException {
    for (OutputFile file : files) {
      file.channel().force(false);
      note.set(file.name(), file.channel().position());
    }
    return note;
  }

  /** Writes one batch to all outputs. */
  void add(Batch batch) throws IOException {
    if (bytes != null) {
      MemorySegment column = batch.column(0);
      for (long offset = 0; offset < column.byteSize(); offset += SLICE_BYTES) {
        long size = Math.min(SLICE_BYTES, column.byteSize() - offset);
        bytes.write(column.asSlice(offset, size).asByteBuffer());
      }
    }
    if (indices != null) {
      for (int i = 0; i < batch.size(); i++) {
        addLine(batch.index(i), batch.isPadding(i));
      }
    }
    for (Map.Entry<String, SegmentDigest> digest : digests.entrySet()) {
      digest.getValue().add(batch.column(digest.getKey()));
    }
  }

  private void addLine(long index, boolean isPadding) throws IOException {
    if (lines.remaining() < LONGEST_LINE_BYTES + PADDING.length) {
      flushLines();
    }
    int start = digits.length;
    long rest = index;
    do {
      digits[--start] = (byte) ('0' + rest % 10);
      rest /= 10;
    } while (rest != 0);
    lines.put(digits, start, digits.length - start);
    if (isPadding) {
      lines.put(PADDING);
    }
    lines.put((byte) '\n');
  }

  private void flushLines() throws IOException {
    lines.flip();
    indices.write(lines);
    lines.clear();
  }

  /** Writes buffered lines. */
  void finish() throws IOException {
    if (indices != null) {
      flushLines();
    }
  }

  /** Ends the digests: hexadecimal, by column name; empty without --digest. */
  Map<String, String> digests() {
    Map<String, String> ended = new LinkedHashMap<>();
    digests.forEach((name, digest) -> ended.put(name, digest.end()));
    return ended;
  }

  @Override
  public void close() throws IOException {
    for (OutputFile file : files) {
      file.channel().close();
    }
    for (FileChannel stream : streamed) {
      stream.close();
    }
  }
}
