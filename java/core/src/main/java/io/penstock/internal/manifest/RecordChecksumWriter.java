package io.penstock.internal.manifest;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.array.Column;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.checksum.ChecksumNames;
import io.penstock.internal.dataset.ChecksumTable;
import io.penstock.internal.dataset.SegmentCrc;
import io.penstock.internal.dataset.SizeSurvey;
import io.penstock.internal.os.SystemReason;
import io.penstock.internal.partial.PartialFile;
import io.penstock.options.Readahead;
import io.penstock.options.Shuffle;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Writes the file of record checksums: its header, and the checksums as the records are read.
 *
 * <p>The records are read in order and in batches of about a MiB; one thread reads, another
 * computes. The file appears when it is complete. That of a manifest is called after what is in it:
 * so other checksums never take the place of those that an older manifest names, and a process that
 * is killed before the new manifest is there leaves the old one with its own.
 */
public final class RecordChecksumWriter {
  private static final long MEMORY_BYTES = 64 << 20;
  private static final long BATCH_BYTES = 1 << 20;
  private static final int BATCHES_IN_MEMORY = 16;

  /** Of batches that are as large as the largest record. */
  private static final int PIECES_IN_MEMORY = 4;

  private static final int BUFFER_BYTES = 1 << 20;
  private static final int HEADER_UNIT_BYTES = 64;
  private static final int PREFIX_BYTES = 12;

  private RecordChecksumWriter() {}

  /**
   * Reads all records of a dataset once, in order, and writes their checksums.
   *
   * @param dataset what to read
   * @param target the file to make
   * @param mayReplace whether an existing file is replaced
   * @param progress called now and then with the number of records done
   * @throws PenstockException if a record cannot be read, or the file cannot be made
   */
  public static void write(
      Dataset dataset, Path target, boolean mayReplace, LongConsumer progress) {
    try (PartialFile file = PartialFile.create(target, mayReplace)) {
      writeTo(file.channel(), dataset, progress);
      dataset.check();
      file.commit();
    } catch (IOException e) {
      throw notMade(target, e);
    }
  }

  /**
   * The same for a manifest, beside it.
   *
   * @param dataset what to read
   * @param manifest where that will be
   * @param progress called now and then with the number of records done
   * @return the file
   * @throws PenstockException if a record cannot be read, or the file cannot be made
   */
  public static Path writeBeside(Path manifest, Dataset dataset, LongConsumer progress) {
    try (PartialFile file = begin(manifest)) {
      writeTo(file.channel(), dataset, progress);
      dataset.check();
      return finish(file, manifest);
    } catch (IOException e) {
      throw notMade(manifest, e);
    }
  }

  /** Begins such a file; its header comes first, then the checksums. */
  public static PartialFile begin(Path manifest) {
    String name = ChecksumNames.stem(String.valueOf(manifest.getFileName()));
    return PartialFile.create(manifest.resolveSibling(name + ".penstock-records"), true);
  }

  /**
   * Gives a file that was begun and written the name that follows from its contents.
   *
   * @return the file
   */
  public static Path finish(PartialFile file, Path manifest) throws IOException {
    String name = String.valueOf(manifest.getFileName());
    Path target = manifest.resolveSibling(ChecksumNames.records(name, digest(file.channel())));
    file.commitAs(target); // One with this name is the same, or damaged.
    return target;
  }

  private static String digest(FileChannel file) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
      for (long at = 0; file.read(buffer.clear(), at) > 0; at += buffer.limit()) {
        digest.update(buffer.flip());
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  private static PenstockException notMade(Path target, IOException e) {
    return PenstockException.about(
        ErrorKind.WRITE_FAILED, target, "the file was not made: " + SystemReason.of(e), e);
  }

  private static void writeTo(FileChannel file, Dataset dataset, LongConsumer progress)
      throws IOException {
    List<Column> columns = dataset.columns();
    writeHeader(file, columns);
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    try (Loader loader = loader(dataset)) {
      long done = 0;
      for (Batch batch : loader.epoch(0)) {
        add(batch, columns, buffer, file);
        done += batch.size();
        progress.accept(done);
      }
    }
    writeFully(file, buffer.flip());
  }

  /** Writes what comes before the checksums of the first record. */
  public static void writeHeader(FileChannel file, List<Column> columns) throws IOException {
    writeFully(file, ByteBuffer.wrap(header(columns)));
  }

  /** How large the file of these columns is. */
  public static long fileBytes(List<Column> columns) {
    long checksums = columns.getFirst().recordCount() * columns.size();
    return header(columns).length + checksums * Integer.BYTES;
  }

  /** Of batches that have room for the largest record. */
  private static Loader loader(Dataset dataset) {
    SizeSurvey sizes = SizeSurvey.of(dataset.columns(), dataset::recordSizes);
    long batchSize = Math.clamp(BATCH_BYTES / dataset.recordBytes(), 1, 1 << 16);
    long batchBytes = Math.max(BATCH_BYTES, sizes.largestVariableBytes());
    long memoryBytes =
        Math.max(
            BATCHES_IN_MEMORY * batchSize * dataset.recordBytes(), PIECES_IN_MEMORY * batchBytes);
    return dataset
        .loader()
        .shuffle(Shuffle.NONE)
        .batchSize((int) batchSize)
        .batchBytes(batchBytes)
        .memoryBytes(Math.max(MEMORY_BYTES, memoryBytes))
        .readahead(Readahead.parse("dropBehind=true"))
        .build();
  }

  private static void add(Batch batch, List<Column> columns, ByteBuffer buffer, FileChannel file)
      throws IOException {
    SegmentCrc[] crcs = new SegmentCrc[columns.size()];
    MemorySegment[] offsets = new MemorySegment[columns.size()];
    for (int c = 0; c < crcs.length; c++) {
      crcs[c] = new SegmentCrc(batch.column(c));
      offsets[c] =
          columns.get(c).isVariable() ? batch.offsets(columns.get(c).name()) : MemorySegment.NULL;
    }
    for (int i = 0; i < batch.size(); i++) {
      for (int c = 0; c < crcs.length; c++) {
        if (!buffer.hasRemaining()) {
          writeFully(file, buffer.flip());
          buffer.clear();
        }
        buffer.putInt(checksum(crcs[c], columns.get(c), offsets[c], i));
      }
    }
  }

  /** Of a record of a batch; offsets count values, and are there if records differ in size. */
  private static int checksum(SegmentCrc crc, Column column, MemorySegment offsets, int i) {
    if (!column.isVariable()) {
      return crc.of(i * column.recordBytes(), column.recordBytes());
    }
    long valueBytes = column.shards().getFirst().strideBytes();
    long begin = offsets.getAtIndex(ValueLayout.JAVA_LONG, i) * valueBytes;
    return crc.of(begin, offsets.getAtIndex(ValueLayout.JAVA_LONG, i + 1L) * valueBytes - begin);
  }

  /** Version 3.0, whose text is UTF-8: columns may have any names. */
  private static byte[] header(List<Column> columns) {
    StringBuilder fields = new StringBuilder();
    for (Column column : columns) {
      fields.append("('%s', '%s'), ".formatted(quoted(column.name()), ChecksumTable.DESCR));
    }
    String dictionary =
        "{'descr': [%s], 'fortran_order': False, 'shape': (%s,), }"
            .formatted(fields.toString().strip(), columns.getFirst().recordCount());
    byte[] text = dictionary.getBytes(StandardCharsets.UTF_8);
    int bytes = Math.ceilDiv(PREFIX_BYTES + text.length + 1, HEADER_UNIT_BYTES) * HEADER_UNIT_BYTES;
    ByteBuffer header = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    header.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 3, 0});
    header.putInt(bytes - PREFIX_BYTES).put(text);
    while (header.position() < bytes - 1) {
      header.put((byte) ' ');
    }
    return header.put((byte) '\n').array();
  }

  /** For use inside quotes in a Python literal. */
  private static String quoted(String name) {
    StringBuilder text = new StringBuilder();
    name.codePoints()
        .forEach(
            point -> {
              if (point == '\'' || point == '\\') {
                text.append('\\').appendCodePoint(point);
              } else if (Character.isISOControl(point)) {
                text.append("\\x%02x".formatted(point));
              } else {
                text.appendCodePoint(point);
              }
            });
    return text.toString();
  }

  private static void writeFully(FileChannel file, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      file.write(bytes);
    }
  }
}
