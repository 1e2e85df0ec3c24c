package io.penstock.bench;

import io.penstock.sampler.FullShuffle;
import io.penstock.sampler.Sequential;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Computing an order: indices per second of one core. The goal is 20 million of the full shuffle,
 * at 10^12 records too.
 *
 * <p>Baselines: counting, and drawing random numbers, which is no permutation at all.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class OrderBenchmark {
  private static final int INDICES = 1024;

  /** Records of the dataset. */
  @Param({"1000000", "1000000000000"})
  public long recordCount;

  private final MemorySegment indices =
      Arena.ofAuto().allocate((long) INDICES * Long.BYTES, Long.BYTES);
  private FullShuffle shuffle;
  private Sequential sequential;
  private SplittableRandom random;
  private long position;

  /** Makes the orders. */
  @Setup
  public void open() {
    shuffle = new FullShuffle(recordCount, 1);
    sequential = new Sequential(recordCount);
    random = new SplittableRandom(1);
  }

  /** The exact shuffle, in runs of 1024. */
  @Benchmark
  @OperationsPerInvocation(INDICES)
  public long fullShuffle() {
    shuffle.fill(0, nextPosition(), indices, INDICES);
    return checkedSum();
  }

  /** The order of the file. */
  @Benchmark
  @OperationsPerInvocation(INDICES)
  public long sequential() {
    sequential.fill(0, nextPosition(), indices, INDICES);
    return checkedSum();
  }

  /** Random numbers in the range, in plain Java: some come twice, some never. */
  @Benchmark
  @OperationsPerInvocation(INDICES)
  public long plainRandomNumbers() {
    for (int i = 0; i < INDICES; i++) {
      indices.setAtIndex(ValueLayout.JAVA_LONG, i, random.nextLong(recordCount));
    }
    return checkedSum();
  }

  private long nextPosition() {
    position = position + 2L * INDICES > recordCount ? 0 : position + INDICES;
    return position;
  }

  private long checkedSum() {
    long sum = 0;
    for (int i = 0; i < INDICES; i++) {
      long index = indices.getAtIndex(ValueLayout.JAVA_LONG, i);
      if (index < 0 || index >= recordCount) {
        throw new AssertionError("index %d of %d records".formatted(index, recordCount));
      }
      sum += index;
    }
    return sum;
  }
}
