package io.penstock.cli.convert;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.array.Column;
import io.penstock.array.ElementType;
import io.penstock.array.Field;
import io.penstock.array.FileInfo;
import io.penstock.array.Shape;
import io.penstock.error.PenstockException;
import io.penstock.format.Source;
import io.penstock.sampler.Sequential;
import io.penstock.sampler.Subset;
import io.penstock.sampler.SubsetSampler;
import java.lang.foreign.MemorySegment;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads a column in place, in the order of its file. */
final class ColumnSource implements RecordSource {
  private static final String NAME = "records";

  /** Some batches ahead; sequential reading gains nothing from more. */
  private static final long MEMORY_BYTES = 64 << 20;

  private static final int MAX_BATCH_RECORDS = 1 << 16;

  private final Dataset dataset;
  private final Loader loader;
  private final Column column;
  private final long count;
  private final Iterator<Batch> batches;

  private final List<Unpacked> unpacked;
  private final String asked;

  private ColumnSource(Dataset dataset, List<Unpacked> unpacked, Selection range, String asked) {
    this.dataset = dataset;
    this.asked = asked;
    this.unpacked = List.copyOf(unpacked);
    this.column = dataset.column(NAME);
    long start = Math.min(range.start(), column.recordCount());
    long stop = Math.min(range.stop(), column.recordCount());
    this.count = stop - start;
    Subset subset = Subset.range(column.recordCount(), start, stop);
    long records = Math.clamp(CHUNK_BYTES / column.recordBytes(), 1, MAX_BATCH_RECORDS);
    this.loader =
        dataset
            .loader()
            .sampler(new SubsetSampler(subset, new Sequential(count)))
            .batchSize((int) records)
            .memoryBytes(Math.max(MEMORY_BYTES, 8 * column.recordBytes() + MEMORY_BYTES / 2))
            .build();
    this.batches = loader.epoch(0).iterator();
  }

  /**
   * Opens a column, or a range of it.
   *
   * @param shards files or parts of files
   * @param unpacked the temporary copies among them, which are deleted at the end
   * @param range which records; its step is ignored
   * @param asked the paths as typed
   */
  static ColumnSource open(
      List<Source> shards, List<Unpacked> unpacked, Selection range, String asked) {
    Dataset dataset = Dataset.builder().column(NAME, shards.toArray(Source[]::new)).open();
    try {
      return new ColumnSource(dataset, unpacked, range, asked + " " + range);
    } catch (RuntimeException | Error e) {
      dataset.close();
      throw e;
    }
  }

  @Override
  public ElementType elementType() {
    return column.elementType();
  }

  @Override
  public List<Field> fields() {
    return column.fields();
  }

  @Override
  public Shape recordShape() {
    return column.shape();
  }

  @Override
  public long recordCount() {
    return count;
  }

  @Override
  public String identity() {
    // A copy has another name and time in each run: identify it by its origin.
    Stream<String> files =
        dataset.files().stream()
            .map(FileInfo::path)
            .distinct()
            .filter(path -> unpacked.stream().noneMatch(copy -> copy.isIn(path)))
            .map(SourceFile::identity);
    Stream<String> sources = unpacked.stream().map(copy -> copy.source().toString());
    return Stream.of(Stream.of(asked + " " + column.shape().toList()), files, sources)
        .flatMap(texts -> texts)
        .collect(Collectors.joining("\n"));
  }

  @Override
  public MemorySegment next() {
    try {
      return batches.hasNext() ? batches.next().column(NAME) : null;
    } catch (PenstockException e) {
      throw Unpacked.ofSources(e, unpacked);
    }
  }

  @Override
  public void close() {
    loader.close();
    dataset.close();
    unpacked.forEach(Unpacked::close);
  }
}
