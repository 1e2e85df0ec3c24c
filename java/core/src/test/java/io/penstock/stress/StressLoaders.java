package io.penstock.stress;

import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.LoaderBuilder;
import io.penstock.array.ElementType;
import io.penstock.array.OutputColumn;
import io.penstock.error.PenstockException;
import io.penstock.options.Readahead;
import io.penstock.options.Shuffle;
import io.penstock.sampler.Sampler;
import io.penstock.transform.Transform;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/** Makes loaders of chance: ways to read, orders, and transforms that throw whatever they can. */
final class StressLoaders {
  private final SplittableRandom random;
  private final boolean isVariable;
  private final boolean isTransformed;

  StressLoaders(SplittableRandom random, boolean isVariable, boolean isTransformed) {
    this.random = random;
    this.isVariable = isVariable;
    this.isTransformed = isTransformed;
  }

  /** A loader whose every option is left to chance. */
  Loader build(Dataset dataset) {
    String[] ways = {
      "backend=auto",
      "backend=uring,io=buffered",
      "backend=uring,io=direct",
      "backend=pread,io=buffered",
      "backend=pread,io=direct",
      "backend=mmap",
      "backend=pread,ioThreads=2",
      "backend=uring,cache=1m"
    };
    String way = isVariable ? "ioThreads=4" : ways[random.nextInt(ways.length)];
    LoaderBuilder builder =
        dataset
            .loader()
            .readahead(Readahead.parse(way + ",prefetchBatches=" + random.nextInt(1, 9)))
            .batchSize(random.nextInt(1, 200))
            .memoryBytes(random.nextLong(8L << 20, 24L << 20));
    if (random.nextInt(8) == 0 && !way.contains("cache")) {
      builder.sampler(new Impure());
    } else {
      builder.seed(random.nextLong());
      builder.shuffle(random.nextInt(4) == 0 ? Shuffle.BLOCK : Shuffle.FULL);
    }
    if (isTransformed) {
      builder.transform(transform()).transformThreads(random.nextInt(1, 4));
      builder.anyOrder(random.nextBoolean());
    }
    try {
      return builder.build();
    } catch (PenstockException | IllegalArgumentException e) {
      // Not here, as where direct reads or io_uring are missing; or too little memory for it.
      return dataset.loader().batchSize(50).readahead(plain()).memoryBytes(32L << 20).build();
    }
  }

  private Readahead plain() {
    return isTransformed || isVariable ? Readahead.DEFAULT : Readahead.parse("backend=pread");
  }

  /** As one that looks at what a trainer changes meanwhile. */
  private static final class Impure implements Sampler {
    private final AtomicLong answers = new AtomicLong();

    @Override
    public long recordCount() {
      return StressData.RECORDS;
    }

    @Override
    public long positionCount() {
      return StressData.RECORDS;
    }

    @Override
    public String description() {
      return "impure/1";
    }

    @Override
    public long index(long epoch, long position) {
      return answers.incrementAndGet() * 1237 % StressData.RECORDS;
    }

    @Override
    public long position(long epoch, long index) {
      return -1;
    }

    @Override
    public void fill(long epoch, long position, MemorySegment indices, int count) {
      for (int i = 0; i < count; i++) {
        indices.set(ValueLayout.JAVA_LONG_UNALIGNED, 8L * i, index(epoch, position + i));
      }
    }
  }

  private static final class Speechless extends RuntimeException {
    private static final long serialVersionUID = 1;

    @Override
    public String getMessage() {
      throw new IllegalStateException("no message either");
    }
  }

  /** Adds one to each word, allocates a little, and throws now and then whatever can be thrown. */
  private Transform transform() {
    int failing = random.nextBoolean() ? 0 : 2000;
    return Transform.ofRecords(
        "adding",
        List.of("x"),
        List.of(OutputColumn.of("x", ElementType.INT64, StressData.LONGS)),
        record -> {
          byte[] garbage = new byte[5000];
          if (failing > 0 && ThreadLocalRandom.current().nextInt(failing) == 0) {
            fail(garbage.length);
          }
          MemorySegment in = record.input(0);
          MemorySegment out = record.output(0);
          long inAt = record.inputOffset(0);
          long outAt = record.outputOffset(0);
          for (int j = 0; j < StressData.LONGS; j++) {
            long word = in.get(ValueLayout.JAVA_LONG, inAt + 8L * j);
            out.set(ValueLayout.JAVA_LONG, outAt + 8L * j, word + 1);
          }
        });
  }

  private static void fail(int kind) {
    switch (ThreadLocalRandom.current().nextInt(5)) {
      case 0 -> throw new Speechless();
      case 1 -> throw new OutOfMemoryError("made by the transform");
      case 2 -> throw new AssertionError("made by the transform " + kind);
      case 3 -> fail(kind, 0);
      default -> Thread.currentThread().interrupt();
    }
  }

  /** Until the stack ends. */
  private static int fail(int kind, int depth) {
    return depth < 0 ? 0 : fail(kind, depth + 1) + 1;
  }
}
