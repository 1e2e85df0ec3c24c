package io.penstock.bench.cold;

import com.google.gson.JsonObject;
import io.penstock.bench.cold.report.Measurement;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Copies memory by {@code memcpy}, which tells the bandwidth of memory, the other limit beside the
 * device: an array to another one, each thread its part of them, over and over.
 *
 * <p>Parameters: {@code threads}, and {@code arrayBytes}, which should be much more than the
 * processor's cache. Records are what was copied, in records.
 */
final class CopyRunner implements Runner {
  /** A call copies so much: more than what libraries copy by way of the cache. */
  private static final long CALL_BYTES = 64 << 20;

  private static final MethodHandle MEMCPY =
      CLibrary.function(
          "memcpy",
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG));

  @Override
  public Measurement run(ColdRun run) throws AbsentException, IOException, InterruptedException {
    int threads = Integer.parseInt(run.parameters().get("threads"));
    long arrayBytes = Long.parseLong(run.parameters().get("arrayBytes"));
    double load = MachineLoad.now();
    try (HugeMemory source = new HugeMemory(arrayBytes);
        HugeMemory target = new HugeMemory(arrayBytes);
        ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      // An array that was never written may be one page of zeros, which the cache holds.
      source.touch();
      target.touch();
      CyclicBarrier start = new CyclicBarrier(threads);
      List<Callable<Copied>> parts = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        long first = arrayBytes * i / threads;
        long last = arrayBytes * (i + 1) / threads;
        parts.add(
            () -> {
              start.await();
              return copy(
                  source.address() + first, target.address() + first, last - first, run.seconds());
            });
      }
      return measurement(run, load, pool.invokeAll(parts));
    }
  }

  /**
   * What a thread did.
   *
   * @param bytes that it copied
   * @param began when it did, in nanoseconds
   * @param ended the same
   */
  private record Copied(long bytes, long began, long ended) {}

  private static Copied copy(long source, long target, long bytes, double seconds) {
    long began = System.nanoTime();
    long end = began + (long) (seconds * 1e9);
    long copied = 0;
    long now;
    do {
      long at = copied % bytes;
      long length = Math.min(CALL_BYTES, bytes - at);
      copy(source + at, target + at, length);
      copied += length;
      now = System.nanoTime();
    } while (now - end < 0);
    return new Copied(copied, began, now);
  }

  private static void copy(long source, long target, long bytes) {
    try {
      long ignored = (long) MEMCPY.invokeExact(target, source, bytes);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("a downcall throws nothing that is checked", e);
    }
  }

  private static Measurement measurement(ColdRun run, double load, List<Future<Copied>> parts)
      throws InterruptedException {
    long bytes = 0;
    long began = Long.MAX_VALUE;
    long ended = Long.MIN_VALUE;
    for (Future<Copied> part : parts) {
      Copied copied = get(part);
      bytes += copied.bytes();
      began = Math.min(began, copied.began());
      ended = Math.max(ended, copied.ended());
    }
    JsonObject facts = new JsonObject();
    facts.addProperty("copiedBytes", bytes);
    return new Measurement(
        run.round(),
        bytes / run.cell().file().recordBytes(),
        (ended - began) / 1e9,
        null,
        null,
        null,
        load,
        facts);
  }

  private static Copied get(Future<Copied> part) throws InterruptedException {
    try {
      return part.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("copying memory failed", e.getCause());
    }
  }
}
