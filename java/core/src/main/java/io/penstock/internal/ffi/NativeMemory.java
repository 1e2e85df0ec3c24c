package io.penstock.internal.ffi;

import io.penstock.error.PenstockException;
import io.penstock.internal.ffi.generated.Penstock;
import io.penstock.internal.platform.MemoryBlock;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A block of memory that C reads into and Java looks at: page-aligned, on huge pages when allowed.
 *
 * <p>What it owns: the mapping, which lives until its arena is closed. It must not be unmapped
 * while the device may still write to it: {@link #abandon()} leaves it mapped for good.
 */
public final class NativeMemory implements MemoryBlock {
  private final AtomicBoolean isAbandoned;
  private final MemorySegment segment;

  private NativeMemory(MemorySegment segment, AtomicBoolean isAbandoned) {
    this.segment = segment;
    this.isAbandoned = isAbandoned;
  }

  /**
   * Maps zeroed memory at a 2 MiB boundary.
   *
   * @param bytes its size, at least 1
   * @param isHuge whether to ask for huge pages
   * @param arena how long it lives
   * @return the memory
   * @throws PenstockException if there is not so much
   */
  public static NativeMemory allocate(long bytes, boolean isHuge, Arena arena) {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment address = scratch.allocate(ValueLayout.JAVA_LONG);
      int status = Penstock.penstock_memory_allocate(bytes, isHuge ? 1 : 0, address);
      if (status < 0) {
        throw PenstockException.builder(
                NativeStatus.kind(status),
                "expected %d bytes of memory for batches, found: %s: %s"
                    .formatted(bytes, NativeStatus.describe(status), NativeStatus.advice(status)))
            .statusName(NativeStatus.name(status))
            .build();
      }
      AtomicBoolean isAbandoned = new AtomicBoolean();
      MemorySegment segment =
          MemorySegment.ofAddress(address.get(ValueLayout.JAVA_LONG, 0))
              .reinterpret(bytes, arena, unmapped -> free(unmapped, bytes, isAbandoned));
      return new NativeMemory(segment, isAbandoned);
    }
  }

  @Override
  public MemorySegment segment() {
    return segment;
  }

  @Override
  public void abandon() {
    isAbandoned.set(true);
  }

  private static void free(MemorySegment unmapped, long bytes, AtomicBoolean isAbandoned) {
    if (isAbandoned.get()) {
      return;
    }
    int status = Penstock.penstock_memory_free(unmapped.address(), bytes);
    if (status < 0) {
      throw new IllegalStateException(
          "memory of batches could not be given back: " + NativeStatus.describe(status));
    }
  }
}
