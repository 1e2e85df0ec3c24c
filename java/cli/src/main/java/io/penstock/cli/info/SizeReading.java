package io.penstock.cli.info;

import io.penstock.array.ArrayLayout;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import io.penstock.internal.dataset.MappedIntegers;
import io.penstock.internal.file.SteadyChannel;
import io.penstock.internal.folder.FolderIndex;
import io.penstock.internal.format.RecordLayout;
import io.penstock.internal.os.ErrorKinds;
import io.penstock.internal.os.SystemReason;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * Reads the sizes of records: from what divides the values, never from the values themselves. Of
 * very many records it reads those of a sample, so that it is quick on any device.
 */
final class SizeReading {
  /** Up to so many sizes are all read: 80 MB in the order of the file. */
  private static final long MOST_READ = 10_000_000;

  /** Of more records: blocks at equal distances, 16 MB in all. A hard disk takes 2 s for them. */
  private static final int SAMPLE_BLOCKS = 128;

  private static final int BLOCK_RECORDS = 16_384;

  /** What the numbers are. */
  private enum Meaning {
    OFFSETS,
    SIZES,
    /** -1 stands for a record that a container lacks. */
    SIZES_OR_MISSING
  }

  private final ArrayLayout numbers;
  private final Meaning meaning;
  private final long records;

  /** The largest number that makes sense, and the size of what numbers count. */
  private final long mostUnits;

  private final long unitBytes;
  private final SizeHistogram sizes = new SizeHistogram();

  private SizeReading(
      ArrayLayout numbers, Meaning meaning, long records, long mostUnits, long unitBytes) {
    this.numbers = numbers;
    this.meaning = meaning;
    this.records = records;
    this.mostUnits = mostUnits;
    this.unitBytes = unitBytes;
  }

  /** The sizes of the files of a folder. */
  static SizeHistogram of(FolderIndex folder) {
    ArrayLayout sizes = Formats.open(folder.sizes());
    return new SizeReading(sizes, Meaning.SIZES, folder.recordCount(), folder.dataBytes(), 1)
        .read();
  }

  /** The sizes of runs of values. */
  static SizeHistogram of(RecordLayout.Variable layout) {
    ArrayLayout values = layout.values();
    long count = values.recordCount();
    long bytes = values.recordBytes();
    return switch (layout) {
      case RecordLayout.ByLengths sized ->
          new SizeReading(sized.lengths(), Meaning.SIZES, layout.recordCount(), count, bytes)
              .read();
      case RecordLayout.ByIndex indexed ->
          new SizeReading(
                  indexed.lengths(),
                  Meaning.SIZES_OR_MISSING,
                  layout.recordCount(),
                  indexed.values().fileBytes(),
                  1)
              .read();
      case RecordLayout.ByOffsets divided ->
          new SizeReading(divided.offsets(), Meaning.OFFSETS, layout.recordCount(), count, bytes)
              .read();
    };
  }

  private SizeHistogram read() {
    try (FileChannel file = SteadyChannel.forReading(numbers.path())) {
      long blocks = Math.ceilDiv(records, BLOCK_RECORDS);
      long wanted = records <= MOST_READ ? blocks : SAMPLE_BLOCKS;
      for (long i = 0; i < wanted; i++) {
        // The first and the last block are always among them.
        long block = wanted == blocks ? i : i * (blocks - 1) / (wanted - 1);
        long first = block * BLOCK_RECORDS;
        add(file, first, (int) Math.min(BLOCK_RECORDS, records - first));
      }
    } catch (IOException e) {
      throw PenstockException.about(
          ErrorKinds.of(e),
          numbers.path(),
          "expected readable sizes of records, found: " + SystemReason.withAdvice(e),
          e);
    }
    return sizes;
  }

  private void add(FileChannel file, long first, int count) throws IOException {
    ArrayLayout.Run run = numbers.runs().getFirst();
    int numberBytes = numbers.elementType().sizeBytes();
    boolean areOffsets = meaning == Meaning.OFFSETS;
    int read = areOffsets ? count + 1 : count;
    ByteBuffer bytes = ByteBuffer.allocate((int) ((read - 1) * run.strideBytes()) + numberBytes);
    long at = run.offsetBytes() + first * run.strideBytes();
    while (bytes.hasRemaining()) {
      if (file.read(bytes, at + bytes.position()) < 0) {
        throw PenstockException.about(
            ErrorKind.FILE_CHANGED,
            numbers.path(),
            "expected the sizes of %d records, found that the file was cut short: make it again"
                .formatted(records));
      }
    }
    MemorySegment block = MemorySegment.ofArray(bytes.array());
    for (int i = 0; i < count; i++) {
      long number = number(block, i);
      long units = areOffsets ? number(block, i + 1) - number : number;
      long end = areOffsets ? number + units : units;
      if (meaning == Meaning.SIZES_OR_MISSING && number == -1) {
        continue;
      }
      if (number < 0 || units < 0 || end < 0 || end > mostUnits) {
        throw damaged(first + i, number, end);
      }
      sizes.add(units * unitBytes);
    }
  }

  private PenstockException damaged(long record, long number, long end) {
    String problem =
        meaning == Meaning.OFFSETS
            ? "expected offsets of 0 to %d in ascending order, found %d and %d: they are of other"
                    .formatted(mostUnits, number, end)
                + " values, or damaged"
            : "expected a size of 0 to %d, found %d: the index is damaged, make it again"
                .formatted(mostUnits, number);
    return PenstockException.about(
        ErrorKind.WRONG_FORMAT, numbers.path(), "record %d: %s".formatted(record, problem));
  }

  private long number(MemorySegment block, int i) {
    long stride = numbers.runs().getFirst().strideBytes();
    return MappedIntegers.number(block, i * stride, numbers.elementType());
  }
}
