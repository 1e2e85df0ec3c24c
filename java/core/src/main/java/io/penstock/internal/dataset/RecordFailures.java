package io.penstock.internal.dataset;

import io.penstock.array.ArrayLayout;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.file.SteadyChannel;
import io.penstock.internal.format.RecordLayout;
import io.penstock.internal.os.SystemReason;
import io.penstock.internal.report.Excerpt;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What is said of a record of a variable column that cannot be read.
 *
 * @param column its name
 */
record RecordFailures(String column) {
  /** Of a longer name the beginning is read. */
  private static final int MOST_NAME_BYTES = 200;

  /** Its container has no value for it in this column. */
  PenstockException missing(
      Path container, long index, long indexInFile, Optional<RecordLayout.ByIndex> names) {
    String record =
        names.map(all -> "sample '" + name(all, indexInFile) + "'").orElse("record " + index);
    return PenstockException.builder(
            ErrorKind.DAMAGED_RECORD,
            ("%s: expected a .%s of %s, found none (record %d): leave the record out, or take it as"
                    + " empty: FILE#%s? on the command line, Source.orEmpty() in code")
                .formatted(container, column, record, index, column))
        .path(container)
        .recordIndex(index)
        .statusName("ENODATA")
        .build();
  }

  /** What a record is called in its container, as far as that can be read. */
  static String name(RecordLayout.ByIndex names, long index) {
    try (FileChannel file = SteadyChannel.forReading(names.starts().path())) {
      long start = number(file, names.starts(), index) + names.baseBytes();
      long length = number(file, names.lengths(), index);
      byte[] name = new byte[Math.clamp(length, 0, MOST_NAME_BYTES)];
      read(file, ByteBuffer.wrap(name), start);
      return Excerpt.of(new String(name, StandardCharsets.UTF_8), 0);
    } catch (IOException e) {
      return "of a name that cannot be read: " + SystemReason.of(e);
    }
  }

  private static long number(FileChannel file, ArrayLayout numbers, long index) throws IOException {
    byte[] bytes = new byte[numbers.elementType().sizeBytes()];
    ArrayLayout.Run run = numbers.runs().getFirst();
    read(file, ByteBuffer.wrap(bytes), run.offsetBytes() + index * run.strideBytes());
    return MappedIntegers.number(MemorySegment.ofArray(bytes), 0, numbers.elementType());
  }

  private static void read(FileChannel file, ByteBuffer into, long at) throws IOException {
    while (into.hasRemaining()) {
      if (file.read(into, at + into.position()) < 0) {
        throw new EOFException("the index was cut short");
      }
    }
  }

  /** What says where it lies makes no sense. */
  PenstockException wrong(Path numbers, long index, String values, String found) {
    return PenstockException.builder(
            ErrorKind.DAMAGED_RECORD,
            ("%s: record %d of column '%s': expected it to lie within the %s, its end not before"
                    + " its beginning, found %s: the two files do not belong together, or one is"
                    + " damaged")
                .formatted(numbers, index, column, values, found))
        .path(numbers)
        .recordIndex(index)
        .statusName("EINVAL")
        .build();
  }

  PenstockException cutShort(Path path, long index, long offset, int wanted, long end) {
    return PenstockException.builder(
            ErrorKind.FILE_CHANGED,
            ("%s: record %d of column '%s' at byte %d: expected %d bytes, found the end of the file"
                    + " at %d: it was cut short while it was read: copy or make it again, then open"
                    + " the dataset again")
                .formatted(path, index, column, offset, wanted, end))
        .path(path)
        .recordIndex(index)
        .offsetBytes(offset)
        .statusName("ENODATA")
        .build();
  }

  PenstockException failed(Path path, long index, long offset, int wanted, IOException cause) {
    return PenstockException.builder(
            ErrorKind.UNREADABLE,
            ("%s: record %d of column '%s' at byte %d: expected %d bytes, found that reading fails"
                    + " (%s): check the device, then read again")
                .formatted(path, index, column, offset, wanted, SystemReason.of(cause)))
        .path(path)
        .recordIndex(index)
        .offsetBytes(offset)
        .statusName("EIO")
        .cause(cause)
        .build();
  }
}
