package io.penstock.bench;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Epoch;
import io.penstock.Loader;
import io.penstock.array.ElementType;
import io.penstock.bench.data.RecordFile;
import io.penstock.format.RawLayout;
import io.penstock.format.Source;
import io.penstock.options.Shuffle;
import io.penstock.transform.Layout;
import io.penstock.transform.Transforms;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
 * Images of 224x224x3 bytes to normalized float32 planes: time per batch of 32, through a loader
 * that replays, so that reading takes no time.
 *
 * <p>Baseline: a loop bound by memory, which reads as many bytes and writes as many, on as many
 * threads, into as many buffers in turn.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class TransformBenchmark {
  private static final int PIXELS = 224 * 224;
  static final int BATCH_SIZE = 32;
  private static final int FILE_MEGABYTES = 64;
  private static final long IN_BYTES = 3L * PIXELS * BATCH_SIZE;
  private static final int BUFFERS = 4;

  /** Threads that transform. */
  @Param({"1", "2"})
  public int threads;

  private final Arena arena = Arena.ofShared();
  private final List<MemorySegment> outs = new ArrayList<>();
  private MemorySegment in;
  private ExecutorService pool;
  private List<Callable<Long>> parts;
  private Fixture fixture;
  private Dataset dataset;
  private Loader loader;
  private Iterator<Epoch> epochs;
  private Iterator<Batch> batches;
  private int turn;

  /** Makes the file, the loader and the buffers. */
  @Setup
  public void open() throws IOException {
    fixture = new Fixture(3L * PIXELS, FILE_MEGABYTES);
    RawLayout images =
        RawLayout.of(ElementType.UINT8, 224, 224, 3).skipBytes(RecordFile.DATA_OFFSET);
    dataset = Dataset.open(Source.of(fixture.file.path()).raw(images));
    String column = dataset.columns().getFirst().name();
    double[] mean = {0.485, 0.456, 0.406};
    double[] deviation = {0.229, 0.224, 0.225};
    loader =
        dataset
            .loader()
            .batchSize(BATCH_SIZE)
            .shuffle(Shuffle.NONE)
            .replay(true)
            .transformThreads(threads)
            .transform(
                Transforms.normalize(column, Layout.HWC, Layout.CHW, 1 / 255.0, mean, deviation))
            .build();
    epochs = loader.epochsFrom(0).iterator();
    batches = epochs.next().iterator();
    check(batches.next(), column);
    in = arena.allocate(IN_BYTES, 64);
    for (int i = 0; i < BUFFERS; i++) {
      outs.add(arena.allocate(4 * IN_BYTES, 64));
    }
    pool = Executors.newFixedThreadPool(threads);
    parts = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      long from = IN_BYTES / 8 / threads * i;
      long to = IN_BYTES / 8 / threads * (i + 1);
      parts.add(() -> spread(from, to));
    }
  }

  private void check(Batch batch, String column) {
    int red = dataset.record(column, batch.index(0)).get(ValueLayout.JAVA_BYTE, 0) & 0xff;
    double expected = (red / 255.0 - 0.485) / 0.229;
    float found = batch.column(0).get(ValueLayout.JAVA_FLOAT, 0);
    if (Math.abs(found - expected) > 1e-5) {
      throw new AssertionError("expected %f, found %f".formatted(expected, found));
    }
  }

  /** Gives everything back. */
  @TearDown
  public void close() throws IOException {
    pool.shutdown();
    loader.close();
    dataset.close();
    fixture.close();
    arena.close();
  }

  /** One batch, normalized. */
  @Benchmark
  public long normalized() {
    if (!batches.hasNext()) {
      batches = epochs.next().iterator();
    }
    return batches.next().column(0).get(ValueLayout.JAVA_INT, 0);
  }

  /** As many bytes read and written by a loop that does nothing with them. */
  @Benchmark
  public long copied() throws InterruptedException, ExecutionException {
    turn = (turn + 1) % BUFFERS;
    long sum = 0;
    for (Future<Long> part : pool.invokeAll(parts)) {
      sum += part.get();
    }
    return sum;
  }

  private long spread(long from, long to) {
    MemorySegment out = outs.get(turn);
    for (long i = from; i < to; i++) {
      long word = in.getAtIndex(ValueLayout.JAVA_LONG, i);
      out.setAtIndex(ValueLayout.JAVA_LONG, 4 * i, word);
      out.setAtIndex(ValueLayout.JAVA_LONG, 4 * i + 1, word);
      out.setAtIndex(ValueLayout.JAVA_LONG, 4 * i + 2, word);
      out.setAtIndex(ValueLayout.JAVA_LONG, 4 * i + 3, word);
    }
    return out.get(ValueLayout.JAVA_LONG, 32 * from);
  }
}
