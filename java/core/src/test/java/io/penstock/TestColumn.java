package io.penstock;

import io.penstock.array.ElementType;
import io.penstock.format.RawLayout;
import io.penstock.format.Source;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A column of random bytes whose records have one size or differ in size: what the contract tests
 * are run with, by parameter. Written and read by plain Java.
 */
public final class TestColumn {
  /** Whether all records have one size. */
  public enum RecordKind {
    FIXED,
    VARIABLE
  }

  private final String name;
  private final TestArray values;
  private final byte[] all;
  private final Path offsetsFile;

  /** Where records begin, and where the last one ends; null where all have one size. */
  private final long[] offsets;

  private TestColumn(String name, TestArray values, Path offsetsFile, long[] offsets) {
    this.name = name;
    this.values = values;
    this.all = values.all();
    this.offsetsFile = offsetsFile;
    this.offsets = offsets;
  }

  /**
   * Writes a column.
   *
   * @param recordBytes of each record, or about the mean
   */
  public static TestColumn write(
      Path directory, String name, int recordCount, int recordBytes, long seed, RecordKind kind) {
    Path file = directory.resolve(name + ".npy");
    if (kind == RecordKind.FIXED) {
      return new TestColumn(
          name, TestArray.random(file, recordCount, recordBytes, seed), null, null);
    }
    SplittableRandom random = new SplittableRandom(seed);
    long[] offsets = new long[recordCount + 1];
    for (int i = 0; i < recordCount; i++) {
      offsets[i + 1] = offsets[i] + length(i, recordBytes, random);
    }
    ByteBuffer numbers =
        ByteBuffer.allocate(offsets.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    numbers.asLongBuffer().put(offsets);
    try {
      Path offsetsFile = Files.write(directory.resolve(name + ".offsets"), numbers.array());
      TestArray values = TestArray.random(file, offsets[recordCount], 1, seed);
      return new TestColumn(name, values, offsetsFile, offsets);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Each tenth is empty, each tenth has the mean size, others anything up to twice that. */
  private static int length(int index, int recordBytes, SplittableRandom random) {
    return switch (index % 10) {
      case 3 -> 0;
      case 4 -> recordBytes;
      default -> 1 + random.nextInt(2 * recordBytes - 1);
    };
  }

  /** Makes a dataset have it. */
  public DatasetBuilder addTo(DatasetBuilder dataset) {
    return offsets == null
        ? dataset.column(name, values.path())
        : dataset.variable(
            name,
            Source.of(values.path()),
            Source.of(offsetsFile).raw(RawLayout.of(ElementType.named("<i8"))));
  }

  /** A dataset of it alone. */
  public Dataset open() {
    return addTo(Dataset.builder()).open();
  }

  /** What it is called. */
  public String name() {
    return name;
  }

  /** Whether all records have one size. */
  public boolean isFixed() {
    return offsets == null;
  }

  /** How many records there are. */
  public int recordCount() {
    return offsets == null ? Math.toIntExact(values.recordCount()) : offsets.length - 1;
  }

  /** Where a record begins in the file. */
  public long offsetBytes(long index) {
    return values.dataOffset() + begin(index);
  }

  /** The file of the records. */
  public TestArray values() {
    return values;
  }

  /** How many bytes all records have together. */
  public long bytes() {
    return all.length;
  }

  /** The bytes of a record, as they were written. */
  public byte[] record(long index) {
    return Arrays.copyOfRange(all, begin(index), begin(index + 1));
  }

  private int begin(long index) {
    return Math.toIntExact(offsets == null ? index * values.recordBytes() : offsets[(int) index]);
  }

  /** Flips a bit of the last byte of a record, which must not be empty, in its file. */
  public void flipBit(long index) {
    long bytes = values.recordBytes();
    long last = begin(index + 1) - 1L;
    byte[] record = values.record(last / bytes);
    record[(int) (last % bytes)] ^= 4;
    values.put(last / bytes, record);
  }

  /** Cuts the file, so that it ends within a record or before it. */
  public void cutWithin(long index) {
    values.cutWithin(begin(index) / values.recordBytes());
  }

  /** The bytes of a record in a batch. */
  public byte[] record(Batch batch, int place) {
    MemorySegment records = batch.column(name);
    if (offsets == null) {
      long bytes = values.recordBytes();
      return records.asSlice(place * bytes, bytes).toArray(ValueLayout.JAVA_BYTE);
    }
    MemorySegment places = batch.offsets(name);
    long begin = places.getAtIndex(ValueLayout.JAVA_LONG, place);
    long end = places.getAtIndex(ValueLayout.JAVA_LONG, place + 1L);
    return records.asSlice(begin, end - begin).toArray(ValueLayout.JAVA_BYTE);
  }
}
