package io.penstock.internal.format.mds;

import io.penstock.array.ElementType;
import io.penstock.error.PenstockException;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.index.IndexBuilder;
import io.penstock.internal.index.IndexedContents;
import io.penstock.internal.index.Scan;
import io.penstock.internal.index.ScanInput;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the columns of a raw MDS shard.
 *
 * <p>A sample is a uint32 size for each column that has no fixed size, and the values of all
 * columns one after another. If all sizes are fixed, samples have one size, and their values lie at
 * one distance: then only the offsets are read. Otherwise each sample is looked at, values of at
 * most {@link #KEPT_BYTES} go into the index, and larger ones stay where they are.
 */
final class MdsScan implements Scan {
  /** Values of one size that are at most this large are kept in the index. */
  static final int KEPT_BYTES = 16;

  /** Kept values are handed over in pieces of about this many bytes. */
  private static final int PIECE_BYTES = 1 << 14;

  @Override
  public String id() {
    return "mds 1";
  }

  @Override
  public void run(ScanInput in, IndexBuilder found) {
    MdsHeader header = MdsHeader.read(in.file());
    if (header.columns().size() == 1) {
      found.fact(IndexedContents.PLAIN, header.partNames().getFirst());
    }
    SampleOffsets offsets = new SampleOffsets(in.file(), header.sampleCount(), header.samplesAt());
    if (header.sizesBytes() == 0) {
      findEven(in.file(), header, offsets, found);
    } else {
      findUneven(in, header, offsets, found);
    }
    if (offsets.end() != in.sizeBytes()) {
      throw damaged(
          in.file(),
          offsets.end(),
          "expected the last sample to end where the file ends, found %d bytes behind it"
              .formatted(in.sizeBytes() - offsets.end()));
    }
  }

  /** Finds the columns of samples of one size. */
  private static void findEven(
      OpenFile file, MdsHeader header, SampleOffsets offsets, IndexBuilder found) {
    long sampleBytes = header.leastSampleBytes();
    while (offsets.next()) {
      if (offsets.end() - offsets.begin() != sampleBytes) {
        throw damaged(
            file,
            offsets.begin(),
            "expected sample %d to have %d bytes, as its columns have, found %d"
                .formatted(offsets.number(), sampleBytes, offsets.end() - offsets.begin()));
      }
    }
    List<String> names = header.partNames();
    long at = header.samplesAt();
    for (int i = 0; i < names.size(); i++) {
      MdsColumn column = header.columns().get(i);
      IndexBuilder.FoundRuns runs = found.runs(names.get(i), column.type(), column.shape());
      if (header.sampleCount() > 0) {
        runs.add(at, header.sampleCount(), sampleBytes);
      }
      at += column.bytes();
    }
  }

  /** Finds the columns of samples that say the sizes of their values. */
  private static void findUneven(
      ScanInput in, MdsHeader header, SampleOffsets offsets, IndexBuilder found) {
    List<FoundValues> columns = new ArrayList<>();
    List<String> names = header.partNames();
    for (int i = 0; i < names.size(); i++) {
      columns.add(FoundValues.of(names.get(i), header.columns().get(i), found));
    }
    long[] sizes = new long[columns.size()];
    while (offsets.next()) {
      readSizes(in, header, offsets, sizes);
      long at = offsets.begin() + header.sizesBytes();
      for (int i = 0; i < sizes.length; i++) {
        columns.get(i).add(in, at, sizes[i]);
        at += sizes[i];
      }
    }
    columns.forEach(FoundValues::finish);
  }

  /** Reads the sizes of the values of a sample, which must add up to the sample. */
  private static void readSizes(
      ScanInput in, MdsHeader header, SampleOffsets offsets, long[] sizes) {
    long sampleBytes = offsets.end() - offsets.begin();
    if (sampleBytes < header.leastSampleBytes()) {
      throw damaged(
          in.file(),
          offsets.begin(),
          "expected sample %d to have at least %d bytes, found %d"
              .formatted(offsets.number(), header.leastSampleBytes(), sampleBytes));
    }
    in.moveTo(offsets.begin());
    ByteBuffer head = in.peek(header.sizesBytes(), "the sizes of a sample");
    long sum = header.sizesBytes();
    for (int i = 0; i < sizes.length; i++) {
      MdsColumn column = header.columns().get(i);
      sizes[i] = column.isVariable() ? Integer.toUnsignedLong(head.getInt()) : column.bytes();
      sum += sizes[i];
    }
    if (sum != sampleBytes) {
      throw damaged(
          in.file(),
          offsets.begin(),
          "expected the values of sample %d to add up to its %d bytes, found %d"
              .formatted(offsets.number(), sampleBytes, sum));
    }
  }

  static PenstockException damaged(OpenFile file, long offset, String problem) {
    return file.problemAt(
        offset, "MDS shard is damaged: %s: make or copy it again".formatted(problem));
  }

  /** Takes the values of a column, sample by sample. */
  private interface FoundValues {
    /**
     * The value of the next sample.
     *
     * @param at where it begins, in bytes that the file has
     */
    void add(ScanInput in, long at, long bytes);

    default void finish() {}

    static FoundValues of(String name, MdsColumn column, IndexBuilder found) {
      if (column.isVariable()) {
        IndexBuilder.FoundPlaces places = found.places(name, ElementType.UINT8);
        return (_, at, bytes) -> places.add(at, bytes);
      }
      if (column.bytes() > KEPT_BYTES) {
        IndexBuilder.FoundRuns runs = found.runs(name, column.type(), column.shape());
        return (_, at, bytes) -> runs.add(at, 1, bytes);
      }
      return new KeptValues(found.values(name, column.type(), column.shape()));
    }
  }

  /** Small values, handed over in pieces. */
  private static final class KeptValues implements FoundValues {
    private final IndexBuilder.CopiedValues values;
    private final ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);

    KeptValues(IndexBuilder.CopiedValues values) {
      this.values = values;
    }

    @Override
    public void add(ScanInput in, long at, long bytes) {
      if (piece.remaining() < bytes) {
        finish();
      }
      in.moveTo(at);
      ByteBuffer view = in.peek((int) bytes, "a value of a sample");
      piece.put(view.limit(view.position() + (int) bytes));
    }

    @Override
    public void finish() {
      if (piece.position() > 0) {
        values.add(piece.flip());
        piece.clear();
      }
    }
  }
}
