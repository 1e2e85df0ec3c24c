package io.penstock.bench.cold;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;

/**
 * Has free memory at hand before a run.
 *
 * <p>A virtual machine may give free memory back to its host after seconds, and then the first
 * touch of it costs seconds a gibibyte; when it was in use just before, it costs hundredths. Which
 * of both a contender meets depends on who ran before it. So before each run the memory that it may
 * want is touched and freed. Where memory is the machine's own this changes nothing.
 */
final class FreshMemory {
  /** Not all that is free: what is left keeps the page cache from being pushed out. */
  private static final long LEFT_FREE_BYTES = 512 << 20;

  private static final long HUGE_PAGE_BYTES = 2 << 20;
  private static final int READ_WRITE = 3;
  private static final int PRIVATE_ANONYMOUS = 0x22;
  private static final int HUGEPAGE = 14;
  private static final int POPULATE_WRITE = 23;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final MethodHandle MMAP =
      handle(
          "mmap",
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG));
  private static final MethodHandle MADVISE =
      handle(
          "madvise",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT));
  private static final MethodHandle MUNMAP =
      handle(
          "munmap",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));

  private FreshMemory() {}

  /**
   * Touches memory with all processors, and frees it.
   *
   * @param bytes how much; less where less is free
   * @return the seconds that it took a gibibyte; NaN where nothing was free
   */
  static double touch(long bytes) throws IOException, InterruptedException {
    long free = Machine.memoryBytes("MemFree") - LEFT_FREE_BYTES;
    long wanted = Math.min(bytes, free) / HUGE_PAGE_BYTES * HUGE_PAGE_BYTES;
    if (wanted <= 0) {
      return Double.NaN;
    }
    long mapped = wanted + HUGE_PAGE_BYTES;
    long address = map(mapped);
    try {
      long begin = (address + HUGE_PAGE_BYTES - 1) / HUGE_PAGE_BYTES * HUGE_PAGE_BYTES;
      // A wish: small pages take a little longer.
      advise(begin, wanted, HUGEPAGE);
      long start = System.nanoTime();
      touch(begin, wanted);
      return (System.nanoTime() - start) / 1e9 / (wanted / (double) (1 << 30));
    } finally {
      unmap(address, mapped);
    }
  }

  private static void touch(long begin, long bytes) throws InterruptedException {
    int count = Runtime.getRuntime().availableProcessors();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long first = bytes / HUGE_PAGE_BYTES * i / count;
      long last = bytes / HUGE_PAGE_BYTES * (i + 1) / count;
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (long page = first; page < last; page++) {
                      advise(begin + page * HUGE_PAGE_BYTES, HUGE_PAGE_BYTES, POPULATE_WRITE);
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private static long map(long bytes) throws IOException {
    try {
      long address = (long) MMAP.invokeExact(0L, bytes, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L);
      if (address == -1) {
        throw new IOException("%d bytes of memory cannot be mapped".formatted(bytes));
      }
      return address;
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("a downcall throws nothing that is checked", e);
    }
  }

  /** Kernels that do not know an advice leave the memory untouched, and that is all. */
  private static void advise(long address, long bytes, int advice) {
    try {
      int ignored = (int) MADVISE.invokeExact(address, bytes, advice);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("a downcall throws nothing that is checked", e);
    }
  }

  private static void unmap(long address, long bytes) throws IOException {
    try {
      int status = (int) MUNMAP.invokeExact(address, bytes);
      if (status != 0) {
        throw new IOException("%d bytes of memory could not be given back".formatted(bytes));
      }
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("a downcall throws nothing that is checked", e);
    }
  }

  private static MethodHandle handle(String name, FunctionDescriptor type) {
    return LINKER.downcallHandle(LINKER.defaultLookup().find(name).orElseThrow(), type);
  }
}
