package io.penstock.bench;

import io.penstock.Dataset;
import io.penstock.array.Column;
import io.penstock.format.Formats;
import io.penstock.internal.dataset.MappedColumn;
import io.penstock.internal.ffi.NativeMemory;
import io.penstock.internal.ffi.NativeSource;
import io.penstock.internal.gather.Gatherer;
import io.penstock.internal.gather.MappedGatherer;
import io.penstock.internal.gather.MappedRecords;
import io.penstock.internal.platform.SlotLayout;
import io.penstock.internal.slot.Slot;
import io.penstock.internal.slot.SlotColumn;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Gathering shuffled records that are in memory already: time per record, one thread.
 *
 * <p>The engines: the mapping, with and without telling the kernel what comes (which warm data do
 * not need); and the reader in C, from a column that it keeps whole. Baselines: positional reads of
 * a channel, MemorySegment.copy out of a mapping, and a loop over words.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(Fixture.BATCH_SIZE)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class GatherBenchmark {
  /** Size of a record. */
  @Param({"784", "4096", "16384"})
  public long recordBytes;

  /** Size of the file: far beyond the processor's caches, small enough for the page cache. */
  @Param("512")
  public int fileMegabytes;

  private final Arena arena = Arena.ofShared();
  private Fixture fixture;
  private Dataset dataset;
  private NativeSource source;
  private FileChannel channel;
  private MemorySegment mapping;
  private Slot slot;
  private MemorySegment plainBatch;
  private ByteBuffer plainBuffer;
  private Gatherer mapped;
  private Gatherer mappedAdvised;
  private ResidentReader resident;

  /** Makes the file, opens it in all ways. */
  @Setup
  public void open() throws IOException {
    fixture = new Fixture(recordBytes, fileMegabytes);
    dataset = Dataset.open(fixture.file.path());
    Column column = dataset.columns().getFirst();
    source = NativeSource.open();
    source.addFile(fixture.file.path());
    source.addColumn("records", recordBytes, column.shards(), new int[] {0});
    SlotLayout layout = source.slotLayout(Fixture.BATCH_SIZE, 0);
    slot =
        new Slot(
            0,
            NativeMemory.allocate(layout.slotBytes(), true, arena).segment(),
            List.of(new SlotColumn.Fixed(layout.offsets().getFirst(), recordBytes)),
            arena.allocate((long) Fixture.BATCH_SIZE * Long.BYTES, Long.BYTES));
    List<MappedRecords> columns =
        MappedRecords.of(
            List.of(
                new MappedColumn(
                    column,
                    List.of(Formats.open(fixture.file.path())),
                    List.of(source.map(0, arena)))));
    mapped = new MappedGatherer(source, columns, false, false);
    mappedAdvised = new MappedGatherer(source, columns, true, false);
    resident = new ResidentReader(fixture.file, Fixture.BATCH_SIZE);
    channel = FileChannel.open(fixture.file.path());
    mapping = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
    plainBatch = fixture.allocateBatch();
    plainBuffer = plainBatch.asByteBuffer();
  }

  /** Closes everything. */
  @TearDown
  public void close() throws IOException {
    mapped.close();
    mappedAdvised.close();
    resident.close();
    channel.close();
    arena.close();
    source.close();
    dataset.close();
    fixture.close();
  }

  /** The engine of backend=mmap. */
  @Benchmark
  public long penstockMapped() {
    return gather(mapped);
  }

  /** The same when it also announces each batch to the kernel. */
  @Benchmark
  public long penstockMappedAdvised() {
    return gather(mappedAdvised);
  }

  /** The reader in C, from its own memory. */
  @Benchmark
  public long penstockResident() {
    MemorySegment indices = fixture.nextIndices();
    resident.gather(indices, Fixture.BATCH_SIZE, slot.address());
    return fixture.check(indices, slot.column(0));
  }

  /** Positional reads of a channel. */
  @Benchmark
  public long plainChannelReads() throws IOException {
    MemorySegment indices = fixture.nextIndices();
    read(fixture, channel, indices, plainBuffer);
    return fixture.check(indices, plainBatch);
  }

  /** Copies out of a mapping. */
  @Benchmark
  public long plainSegmentCopy() {
    MemorySegment indices = fixture.nextIndices();
    for (int i = 0; i < Fixture.BATCH_SIZE; i++) {
      MemorySegment.copy(
          mapping, fixture.offsetBytes(indices, i), plainBatch, i * recordBytes, recordBytes);
    }
    return fixture.check(indices, plainBatch);
  }

  /** A loop over the words of each record. */
  @Benchmark
  public long plainWordLoop() {
    MemorySegment indices = fixture.nextIndices();
    for (int i = 0; i < Fixture.BATCH_SIZE; i++) {
      long from = fixture.offsetBytes(indices, i);
      long to = i * recordBytes;
      for (long at = 0; at < recordBytes; at += Long.BYTES) {
        plainBatch.set(
            ValueLayout.JAVA_LONG, to + at, mapping.get(ValueLayout.JAVA_LONG, from + at));
      }
    }
    return fixture.check(indices, plainBatch);
  }

  private long gather(Gatherer gatherer) {
    MemorySegment indices = fixture.nextIndices();
    slot.assign(0, 0, Fixture.BATCH_SIZE, Fixture.BATCH_SIZE);
    slot.indices().copyFrom(indices);
    gatherer.order(slot.indices(), Fixture.BATCH_SIZE, slot);
    gatherer.drive(Fixture.BATCH_SIZE, TimeUnit.SECONDS.toNanos(30));
    gatherer.take(Fixture.BATCH_SIZE, slot);
    return fixture.check(indices, slot.column(0));
  }

  /** Reads the records of a batch to their places. */
  static void read(Fixture fixture, FileChannel channel, MemorySegment indices, ByteBuffer batch)
      throws IOException {
    int recordBytes = Math.toIntExact(fixture.file.recordBytes());
    for (int i = 0; i < Fixture.BATCH_SIZE; i++) {
      batch.limit((i + 1) * recordBytes).position(i * recordBytes);
      long offset = fixture.offsetBytes(indices, i);
      while (batch.hasRemaining()) {
        int count = channel.read(batch, offset + batch.position() - (long) i * recordBytes);
        if (count < 0) {
          throw new IOException("the file ends before byte " + offset);
        }
      }
    }
  }
}
