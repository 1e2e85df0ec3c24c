package io.penstock.cli.convert;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.array.ElementType;
import io.penstock.array.FileInfo;
import io.penstock.array.Shape;
import io.penstock.format.Source;
import io.penstock.internal.format.PartPath;
import io.penstock.internal.format.RecordLayout;
import io.penstock.internal.format.known.KnownFormats;
import io.penstock.internal.format.tar.TarHeader;
import io.penstock.sampler.Sequential;
import io.penstock.sampler.Subset;
import io.penstock.sampler.SubsetSampler;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Images that are members of tar archives, a record each: {@code FILE.tar#jpg}. All processors
 * decode the images of a batch.
 */
final class MemberImageSource implements RecordSource {
  private static final String NAME = "image";
  private static final String KEY = "key";
  private static final String KEYS = "__key__";
  private static final int MAX_BATCH_RECORDS = 1024;

  private final Dataset dataset;
  private final Loader loader;
  private final Iterator<Batch> batches;
  private final ImageDecoder decoder;
  private final List<Source> shards;
  private final String how;
  private final long count;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment chunk;

  private MemberImageSource(
      Dataset dataset, List<Source> shards, SourceOptions options, byte[] first) {
    this.dataset = dataset;
    this.shards = shards;
    this.decoder =
        ImageDecoder.of(name(new byte[0], 0), first, options.folder(), options.isLossy());
    this.how = "%s lossy=%s".formatted(options.folder(), options.isLossy());
    Selection range = options.selection();
    long start = Math.min(range.start(), dataset.recordCount());
    long stop = Math.min(range.stop(), dataset.recordCount());
    this.count = stop - start;
    int batch = Math.clamp(CHUNK_BYTES / recordBytes(), 1, MAX_BATCH_RECORDS);
    this.chunk = arena.allocate(batch * recordBytes(), Long.BYTES);
    this.loader =
        dataset
            .loader()
            .sampler(
                new SubsetSampler(
                    Subset.range(dataset.recordCount(), start, stop), new Sequential(count)))
            .batchSize(batch)
            .build();
    this.batches = loader.epoch(0).iterator();
  }

  /**
   * Whether all of these are members of archives, and the first one is an image.
   *
   * @param shards parts of files
   */
  static boolean isOne(List<Source> shards) {
    for (Source shard : shards) {
      if (shard.partName().isEmpty() || !isMembers(shard)) {
        return false;
      }
    }
    if (shards.isEmpty()) {
      return false;
    }
    try (Dataset dataset = Dataset.open(shards.getFirst())) {
      return dataset.recordCount() > 0 && ImageDecoder.isImage(first(dataset, 0));
    }
  }

  private static boolean isMembers(Source shard) {
    // Of any other file nothing is asked here: what is wrong with it is said as ever.
    return Files.isRegularFile(shard.file())
        && TarHeader.isAtStart(FileBytes.start(shard.file(), TarHeader.BLOCK_BYTES))
        && KnownFormats.records(new PartPath(shard.file(), shard.partName().orElse("")))
            instanceof RecordLayout.ByIndex
        && !KEYS.equals(shard.partName().orElse(""));
  }

  private static byte[] first(Dataset dataset, long index) {
    return dataset
        .record(dataset.columns().getFirst().name(), index)
        .toArray(ValueLayout.JAVA_BYTE);
  }

  /**
   * Opens them.
   *
   * @param shards parts of archives, for which {@link #isOne} is true
   * @param options which of them; steps are left to the caller
   */
  static MemberImageSource open(List<Source> shards, SourceOptions options) {
    Source[] keys =
        shards.stream().map(shard -> Source.of(shard.file()).part(KEYS)).toArray(Source[]::new);
    Dataset dataset =
        Dataset.builder().column(NAME, shards.toArray(Source[]::new)).column(KEY, keys).open();
    try {
      long start = Math.min(options.selection().start(), dataset.recordCount() - 1);
      return new MemberImageSource(dataset, shards, options, first(dataset, start));
    } catch (RuntimeException | Error e) {
      dataset.close();
      throw e;
    }
  }

  /** As {@code train.tar: cats/12.jpg}; of several archives, as these were asked for. */
  private String name(byte[] key, long index) {
    String archives = shards.stream().map(Source::toString).collect(Collectors.joining(", "));
    String sample = new String(key, StandardCharsets.UTF_8);
    return key.length == 0
        ? archives
        : "%s: record %d, sample '%s'".formatted(archives, index, sample);
  }

  @Override
  public ElementType elementType() {
    return decoder.elementType();
  }

  @Override
  public Shape recordShape() {
    return decoder.recordShape();
  }

  @Override
  public long recordCount() {
    return count;
  }

  @Override
  public String identity() {
    String files =
        dataset.files().stream()
            .map(FileInfo::path)
            .distinct()
            .map(SourceFile::identity)
            .collect(Collectors.joining("\n"));
    return shards + " " + how + "\n" + files;
  }

  @Override
  public MemorySegment next() {
    if (!batches.hasNext()) {
      return null;
    }
    Batch batch = batches.next();
    long bytes = recordBytes();
    // Report the first failing one in order, not the first in time.
    ConcurrentSkipListMap<Integer, RuntimeException> failures = new ConcurrentSkipListMap<>();
    IntStream.range(0, batch.size())
        .parallel()
        .forEach(
            i -> {
              try {
                byte[] file = batch.record(NAME, i).toArray(ValueLayout.JAVA_BYTE);
                byte[] key = batch.record(KEY, i).toArray(ValueLayout.JAVA_BYTE);
                decoder.decode(name(key, batch.index(i)), file, chunk.asSlice(i * bytes, bytes));
              } catch (RuntimeException e) {
                failures.put(i, e);
              }
            });
    if (!failures.isEmpty()) {
      throw failures.firstEntry().getValue();
    }
    return chunk.asSlice(0, batch.size() * bytes);
  }

  @Override
  public void close() {
    loader.close();
    dataset.close();
    arena.close();
  }
}
