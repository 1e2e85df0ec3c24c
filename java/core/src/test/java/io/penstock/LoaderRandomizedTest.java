package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.TestColumn.RecordKind;
import io.penstock.sampler.FullShuffle;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Datasets, flags, budgets and consumers drawn at random from fixed seeds: whatever comes together,
 * the records are those of the order, and nothing hangs.
 */
@Timeout(300)
class LoaderRandomizedTest {
  private static final int ROUNDS = 12;
  private static final int[] RECORD_BYTES = {1, 2, 7, 64, 784, 4096, 5000, 70_000, 131_072};

  @TempDir Path directory;
  private final List<Contents> contents = new ArrayList<>();

  /** A column, as plain Java knows it. */
  private interface Contents {
    byte[] record(long index);

    byte[] record(Batch batch, int column, int place);
  }

  private static final class FixedContents implements Contents {
    private final byte[] all;
    private final int recordBytes;

    FixedContents(byte[] all, int recordBytes) {
      this.all = all;
      this.recordBytes = recordBytes;
    }

    @Override
    public byte[] record(long index) {
      int from = Math.toIntExact(index * recordBytes);
      return Arrays.copyOfRange(all, from, from + recordBytes);
    }

    @Override
    public byte[] record(Batch batch, int column, int place) {
      return CheckedData.bytes(batch, column, place, recordBytes);
    }
  }

  private record VariableContents(TestColumn column) implements Contents {
    @Override
    public byte[] record(long index) {
      return column.record(index);
    }

    @Override
    public byte[] record(Batch batch, int number, int place) {
      return column.record(batch, place);
    }
  }

  static List<Way> ways() {
    return Way.all().toList();
  }

  @ParameterizedTest
  @MethodSource("ways")
  void whateverComesTogetherTheRecordsAreRight(Way way) {
    for (int round = 0; round < ROUNDS; round++) {
      SplittableRandom random = new SplittableRandom(1000 * way.toString().hashCode() + round);
      try (Dataset dataset = dataset(random, round)) {
        String flags =
            "%s,prefetchBatches=%d,queueDepth=%d,maxRead=%d,mergeGap=%d"
                .formatted(
                    way.flags(),
                    random.nextInt(1, 12),
                    random.nextInt(1, 70),
                    random.nextInt(4096, 200_000),
                    random.nextInt(0, 50_000));
        int batchSize = random.nextInt(1, 1 + random.nextInt(1, 300));
        LoaderBuilder builder = new Way(flags, way.plan()).loader(dataset).batchSize(batchSize);
        try (Loader loader = build(builder, random.nextLong(1 << 20, 24 << 20), round)) {
          consume(loader, random);
        }
      }
    }
  }

  private static Loader build(LoaderBuilder builder, long memoryBytes, int seed) {
    try {
      return builder.seed(seed).memoryBytes(memoryBytes).build();
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageContaining("memoryBytes must be at least");
      return builder.memoryBytes(256 << 20).build();
    }
  }

  private Dataset dataset(SplittableRandom random, int round) {
    DatasetBuilder builder = Dataset.builder();
    contents.clear();
    int shards = random.nextInt(1, 4);
    int recordCount = 0;
    int[] counts = new int[shards];
    for (int i = 0; i < shards; i++) {
      counts[i] = random.nextInt(0, 1 + random.nextInt(1, 1500));
      recordCount += counts[i];
    }
    int columns = random.nextInt(1, 4);
    for (int c = 0; c < columns; c++) {
      int recordBytes = RECORD_BYTES[random.nextInt(RECORD_BYTES.length)];
      recordBytes = recordCount > 400 ? Math.min(recordBytes, 5000) : recordBytes;
      if (random.nextInt(3) == 0) {
        TestColumn column =
            TestColumn.write(
                directory,
                round + "-c" + c,
                recordCount,
                recordBytes,
                random.nextLong(),
                RecordKind.VARIABLE);
        column.addTo(builder);
        contents.add(new VariableContents(column));
        continue;
      }
      ByteBuffer all = ByteBuffer.allocate(recordCount * recordBytes);
      Path[] paths = new Path[shards];
      for (int i = 0; i < shards; i++) {
        String name = round + "-" + c + "-" + i + ".npy";
        TestArray array =
            TestArray.random(directory.resolve(name), counts[i], recordBytes, random.nextLong());
        paths[i] = array.path();
        all.put(array.all());
      }
      contents.add(new FixedContents(all.array(), recordBytes));
      builder.column("c" + c, paths);
    }
    return builder.open();
  }

  private void consume(Loader loader, SplittableRandom random) {
    ArrayDeque<Batch> retained = new ArrayDeque<>();
    boolean mayRetain = loader.readahead().prefetchBatches() >= 4;
    for (Epoch epoch : loader.epochsFrom(random.nextInt(5)).limit(random.nextInt(1, 5))) {
      long last = random.nextInt(3) == 0 ? random.nextLong(1 + epoch.batchCount()) : -1;
      long position = 0;
      for (Batch batch : epoch) {
        check(loader, batch, epoch.number(), position);
        position += batch.size();
        if (mayRetain && random.nextInt(10) == 0) {
          retained.add(batch.retain());
        }
        if (retained.size() > 1) {
          retained.remove().close();
        }
        if (--last == 0) {
          break;
        }
      }
      if (last < 0) {
        assertThat(position).isEqualTo(loader.dataset().recordCount());
      }
    }
  }

  private void check(Loader loader, Batch batch, long epoch, long position) {
    FullShuffle order = (FullShuffle) loader.sampler();
    assertThat(batch.epoch()).isEqualTo(epoch);
    assertThat(batch.position()).isEqualTo(position);
    for (int c = 0; c < contents.size(); c++) {
      for (int i = 0; i < batch.size(); i++) {
        long index = order.index(epoch, position + i);
        byte[] expected = contents.get(c).record(index);
        byte[] actual = contents.get(c).record(batch, c, i);
        assertThat(Arrays.mismatch(actual, expected))
            .as("first wrong byte of record %d, column %d, %s", index, c, loader)
            .isEqualTo(-1);
      }
    }
  }
}
