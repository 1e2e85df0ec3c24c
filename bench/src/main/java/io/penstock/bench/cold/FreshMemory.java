package io.penstock.bench.cold;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
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
  private static final long PAGE_BYTES = 4096;
  private static final int READ_WRITE = 3;
  private static final int PRIVATE_ANONYMOUS = 0x22;
  private static final int HUGEPAGE = 14;

  private static final MethodHandle MMAP =
      CLibrary.function(
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
      CLibrary.function(
          "madvise",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT));
  private static final MethodHandle MUNMAP =
      CLibrary.function(
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
      wishForHugePages(begin, wanted);
      long start = System.nanoTime();
      touch(begin, wanted);
      return (System.nanoTime() - start) / 1e9 / (wanted / (double) (1 << 30));
    } finally {
      unmap(address, mapped);
    }
  }

  private static void touch(long begin, long bytes) throws InterruptedException {
    MemorySegment memory = MemorySegment.ofAddress(begin).reinterpret(bytes);
    int count = Runtime.getRuntime().availableProcessors();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long first = bytes / PAGE_BYTES * i / count;
      long last = bytes / PAGE_BYTES * (i + 1) / count;
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (long page = first; page < last; page++) {
                      memory.set(ValueLayout.JAVA_BYTE, page * PAGE_BYTES, (byte) 1);
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

  /** Without them it takes a little longer, and that is all. */
  private static void wishForHugePages(long address, long bytes) {
    try {
      int ignored = (int) MADVISE.invokeExact(address, bytes, HUGEPAGE);
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
}
