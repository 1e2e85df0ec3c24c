package io.penstock.bench;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Epoch;
import io.penstock.Loader;
import io.penstock.options.Readahead;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The loop of a trainer, in its steady state: one batch per operation. With {@code -prof gc} it has
 * to show 0 bytes of garbage per batch; what little remains is one iterator an epoch.
 *
 * <p>Baseline: reading the same records through a channel in the loop itself.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LoaderBenchmark {
  /** Size of a record. */
  @Param("784")
  public long recordBytes;

  /** Size of the file: small enough to stay in the page cache. */
  @Param("512")
  public int fileMegabytes;

  /** How to read it. */
  @Param({"backend=mmap", "backend=uring,io=buffered", "backend=uring,io=direct", "backend=pread"})
  public String readahead;

  private Fixture fixture;
  private Dataset dataset;
  private Loader loader;
  private Iterator<Epoch> epochs;
  private Iterator<Batch> batches;
  private FileChannel channel;
  private MemorySegment plainBatch;
  private ByteBuffer plainBuffer;

  /** Makes the file and starts reading. */
  @Setup
  public void open() throws IOException {
    fixture = new Fixture(recordBytes, fileMegabytes);
    dataset = Dataset.open(fixture.file.path());
    loader =
        dataset
            .loader()
            .batchSize(Fixture.BATCH_SIZE)
            .memoryBytes(64 << 20)
            .readahead(Readahead.parse(readahead))
            .build();
    epochs = loader.epochsFrom(0).iterator();
    batches = epochs.next().iterator();
    channel = FileChannel.open(fixture.file.path());
    plainBatch = fixture.allocateBatch();
    plainBuffer = plainBatch.asByteBuffer();
  }

  /** Deletes it. */
  @TearDown
  public void close() throws IOException {
    channel.close();
    dataset.close();
    fixture.close();
  }

  /** The next batch, from epoch to epoch. */
  @Benchmark
  public long penstock() {
    if (!batches.hasNext()) {
      batches = epochs.next().iterator();
    }
    Batch batch = batches.next();
    return fixture.check(batch.indices(), batch.column(0));
  }

  /** The next batch, read here and now. */
  @Benchmark
  public long plainChannelLoop() throws IOException {
    MemorySegment indices = fixture.nextIndices();
    GatherBenchmark.read(fixture, channel, indices, plainBuffer);
    return fixture.check(indices, plainBatch);
  }
}
