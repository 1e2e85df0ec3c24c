package io.penstock.bench;

import io.penstock.internal.slot.Partition;
import io.penstock.internal.slot.RankShare;
import io.penstock.job.Remainder;
import io.penstock.sampler.BlockShuffle;
import io.penstock.sampler.ClassBalanced;
import io.penstock.sampler.FullShuffle;
import io.penstock.sampler.Mixture;
import io.penstock.sampler.Sampler;
import io.penstock.sampler.Split;
import io.penstock.sampler.SubsetSampler;
import io.penstock.sampler.WeightedSampler;
import io.penstock.sampler.WeightedShuffle;
import io.penstock.sampler.WindowShuffle;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
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
 * Computing any of the orders, in runs of 1024 as a loader does: indices per second of one core.
 * Orders without tables are for 10^12 records, the others for 2^24 unless another number is given.
 * The exact shuffle stands beside them, as the baseline; {@link OrderBenchmark} has it against
 * plain Java.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class OrdersBenchmark {
  private static final int INDICES = 1024;
  private static final long LARGE = 1_000_000_000_000L;

  /** Which order. */
  public enum KnownOrder {
    /** The exact shuffle. */
    FULL,
    /** Blocks of 2674 records, windows of 64. */
    BLOCK,
    /** Rank 3 of 8, in an exact shuffle. */
    RANK,
    /** Nine tenths of the records. */
    SPLIT,
    /** Two sources. */
    MIXTURE_2,
    /** Eight sources. */
    MIXTURE_8,
    /** Ten classes. */
    BALANCED_10,
    /** A thousand classes. */
    BALANCED_1000,
    /** With replacement. */
    WEIGHTED,
    /** Without replacement, sorted beforehand. */
    WEIGHTED_SHUFFLE,
    /** Windows over tokens. */
    WINDOWS
  }

  /** Which order. */
  @Param public KnownOrder order;

  /** Records of the dataset, for orders that have a table of them. */
  @Param("16777216")
  public int tableRecords;

  private final MemorySegment indices =
      Arena.ofAuto().allocate((long) INDICES * Long.BYTES, Long.BYTES);
  private RankShare share;
  private long batch;

  /** Makes the order. */
  @Setup
  public void open() {
    Partition partition =
        order == KnownOrder.RANK
            ? new Partition(3, 8, INDICES, Remainder.KEEP)
            : Partition.whole(INDICES);
    share = partition.share(sampler());
  }

  private Sampler sampler() {
    return switch (order) {
      case FULL, RANK -> new FullShuffle(LARGE, 1);
      case BLOCK -> new BlockShuffle(LARGE, 2674, 64, 1);
      case SPLIT -> {
        Split split = Split.byFraction(LARGE, 0.1, 1);
        yield new SubsetSampler(split.training(), new FullShuffle(split.training().size(), 1));
      }
      case MIXTURE_2 -> mixture(2);
      case MIXTURE_8 -> mixture(8);
      case BALANCED_10 -> balanced(10);
      case BALANCED_1000 -> balanced(1000);
      case WEIGHTED -> new WeightedSampler(tableRecords, weights(), LARGE, 1);
      case WEIGHTED_SHUFFLE -> new WeightedShuffle(tableRecords, weights(), tableRecords, 1);
      case WINDOWS -> new WindowShuffle(LARGE, 1025, 1024, 1);
    };
  }

  private static Sampler mixture(int count) {
    double[] weights = new double[count];
    Sampler[] sources = new Sampler[count];
    for (int i = 0; i < count; i++) {
      weights[i] = i + 1;
      sources[i] = new FullShuffle(LARGE / count + i, i);
    }
    return new Mixture(List.of(sources), weights, LARGE, 1);
  }

  private Sampler balanced(int classes) {
    return new ClassBalanced(
        tableRecords, i -> Math.floorMod(i * 2_654_435_761L, classes), LARGE, 1);
  }

  private double[] weights() {
    double[] weights = new double[tableRecords];
    for (int i = 0; i < tableRecords; i++) {
      weights[i] = i % 7 + 0.5;
    }
    return weights;
  }

  /** A batch of the order. */
  @Benchmark
  @OperationsPerInvocation(INDICES)
  public long fill() {
    // The last batch may be short.
    batch = batch + 2 < share.batchCount() ? batch + 1 : 0;
    share.fill(0, batch, indices);
    long sum = 0;
    for (int i = 0; i < INDICES; i++) {
      sum += indices.getAtIndex(ValueLayout.JAVA_LONG, i);
    }
    return sum;
  }
}
