package io.penstock.bench.cold;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;

/** Memory outside of the heap, on huge pages where the system has them. */
final class HugeMemory implements AutoCloseable {
  static final long PAGE_BYTES = 2 << 20;

  private static final long SMALL_PAGE_BYTES = 4096;
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

  private final long mapped;
  private final long mappedBytes;
  private final long address;
  private final long bytes;

  /** Maps so many bytes; nothing is touched yet. */
  HugeMemory(long bytes) throws IOException {
    this.bytes = bytes;
    this.mappedBytes = bytes + PAGE_BYTES;
    this.mapped = map(mappedBytes);
    this.address = (mapped + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    wishForHugePages(address, bytes);
  }

  /** Where it begins: at a huge page. */
  long address() {
    return address;
  }

  /** Touches all of it, with all processors. */
  void touch() throws InterruptedException {
    MemorySegment memory = MemorySegment.ofAddress(address).reinterpret(bytes);
    int count = Runtime.getRuntime().availableProcessors();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long first = bytes / SMALL_PAGE_BYTES * i / count;
      long last = bytes / SMALL_PAGE_BYTES * (i + 1) / count;
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (long page = first; page < last; page++) {
                      memory.set(ValueLayout.JAVA_BYTE, page * SMALL_PAGE_BYTES, (byte) 1);
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  @Override
  public void close() throws IOException {
    unmap(mapped, mappedBytes);
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
