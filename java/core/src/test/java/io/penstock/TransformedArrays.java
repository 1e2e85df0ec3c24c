package io.penstock;

import com.sun.management.ThreadMXBean;
import io.penstock.TestColumn.RecordKind;
import io.penstock.array.ElementType;
import io.penstock.array.OutputColumn;
import io.penstock.array.Shape;
import io.penstock.transform.Transform;
import java.io.File;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An array, or values of records that differ in size, which a transform changes, and a loader. */
@Timeout(300)
abstract class TransformedArrays {
  static final int ROUNDS = 1000;
  static final long SLACK_KILOBYTES = 32 << 10;

  final RecordKind kind;

  @TempDir Path directory;

  TransformedArrays(RecordKind kind) {
    this.kind = kind;
  }

  /** Adds one to each byte. */
  private static Transform increment(boolean isVariable) {
    return Transform.ofRecords(
        "increment",
        List.of("x"),
        List.of(
            isVariable
                ? OutputColumn.variableWithin("x", ElementType.UINT8, Shape.SCALAR, "x")
                : OutputColumn.of("x", ElementType.UINT8, 784)),
        record -> {
          MemorySegment in = record.input(0);
          MemorySegment out = record.output(0);
          // Where records differ in size, the segments are those of the record.
          long inAt = isVariable ? 0 : record.inputOffset(0);
          long outAt = isVariable ? 0 : record.outputOffset(0);
          long length = isVariable ? record.inputLength(0) : 784;
          for (long i = 0; i < length; i++) {
            byte value = (byte) (in.get(ValueLayout.JAVA_BYTE, inAt + i) + 1);
            out.set(ValueLayout.JAVA_BYTE, outAt + i, value);
          }
          if (isVariable) {
            record.setOutputLength(0, length);
          }
        });
  }

  TestColumn column() {
    return TestColumn.write(directory, "x", 3000, 784, 1, kind);
  }

  static LoaderBuilder builder(Dataset dataset) {
    return dataset
        .loader()
        .batchSize(100)
        .memoryBytes(32 << 20)
        .transform(increment(dataset.column("x").isVariable()));
  }

  static void openAndClose(TestColumn column, int rounds) throws InterruptedException {
    try (Dataset dataset = column.open()) {
      for (int round = 0; round < rounds; round++) {
        Loader loader = builder(dataset).transformThreads(1 + round % 3).build();
        Iterator<Batch> batches = loader.epoch(round % 5).iterator();
        for (int i = 0; i < round % 4; i++) {
          batches.next().retain();
        }
        if (round % 2 == 0) {
          Thread closer = Thread.ofPlatform().start(loader::close);
          closer.join();
        }
        loader.close();
      }
    }
  }

  static List<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("penstock-"))
        .toList();
  }

  static int descriptors() {
    return new File("/proc/self/fd").list().length;
  }

  static long anonymousKilobytes() throws IOException {
    System.gc();
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("RssAnon:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .sum();
  }

  static void race(Loader loader, int epoch, AtomicInteger served, AtomicInteger told) {
    try {
      for (Batch batch : loader.epoch(epoch)) {
        if (batch.epoch() != epoch) {
          throw new AssertionError("expected epoch " + epoch + ", found " + batch.epoch());
        }
        served.incrementAndGet();
      }
    } catch (IllegalStateException e) {
      // Between two calls the other thread may have closed the batch, or the whole session.
      if (!e.getMessage().contains("another one was started on the same loader")
          && !e.getMessage().contains("this batch is closed")) {
        throw e;
      }
      told.incrementAndGet();
    }
  }

  static long allocated(ThreadMXBean bean, List<Thread> threads) {
    return threads.stream()
        .mapToLong(thread -> bean.getThreadAllocatedBytes(thread.threadId()))
        .sum();
  }

  static long consume(Iterator<Epoch> epochs, int count) {
    long sum = 0;
    int batches = 0;
    while (batches < count) {
      for (Batch batch : epochs.next()) {
        sum += batch.column(0).get(ValueLayout.JAVA_BYTE, 0);
        batches++;
      }
    }
    return sum;
  }
}
