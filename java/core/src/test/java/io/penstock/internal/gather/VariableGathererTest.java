package io.penstock.internal.gather;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.penstock.error.PenstockException;
import io.penstock.internal.dataset.MappedColumn;
import io.penstock.internal.dataset.RecordPlace;
import io.penstock.internal.dataset.VariableSource;
import io.penstock.internal.ffi.NativeSource;
import io.penstock.internal.slot.Slot;
import io.penstock.internal.slot.SlotColumn;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Threads that read records of different sizes give back what they claimed, whatever happens. */
@Timeout(60)
class VariableGathererTest {
  private static final int BATCH = 32;

  /** As an exception whose message is made from what is broken. */
  private static final class Speechless extends RuntimeException {
    private static final long serialVersionUID = 1;

    @Override
    public String getMessage() {
      throw new OutOfMemoryError("no message either");
    }
  }

  /** Each record is a byte; that of record 7 cannot be read. */
  private record Source(Supplier<RuntimeException> failure) implements VariableSource {
    @Override
    public int elementBytes() {
      return 1;
    }

    @Override
    public long meanBytes() {
      return 1;
    }

    @Override
    public long bytes(long index) {
      return 1;
    }

    @Override
    public void places(
        long first,
        int count,
        MemorySegment recordFiles,
        MemorySegment offsets,
        MemorySegment lengths) {
      throw new AssertionError("nobody makes a table");
    }

    @Override
    public RecordPlace place(long index) {
      throw new AssertionError("nobody asks where it is");
    }

    @Override
    public boolean dependsOn(long index, Path file, long from, long to) {
      return false;
    }

    @Override
    public boolean follows(long index, long next) {
      return false;
    }

    @Override
    public void read(long index, ByteBuffer into) {
      if (index == 7) {
        throw failure.get();
      }
      into.put((byte) index);
    }

    @Override
    public void close() {}
  }

  @Test
  void whatAReadThrowsFailsItsBatchAndNothingElse() {
    check(Speechless::new);
    check(() -> new IllegalStateException("broken"));
    check(
        () -> {
          throw new OutOfMemoryError("heap");
        });
    check(
        () -> {
          throw new StackOverflowError();
        });
  }

  private static void check(Supplier<RuntimeException> failure) {
    try (Arena arena = Arena.ofShared();
        NativeSource files = NativeSource.open();
        VariableGatherer gatherer =
            new VariableGatherer(
                files, List.of(new Source(failure)), Arrays.asList((MappedColumn) null), 3)) {
      MemorySegment memory = arena.allocate(4096 + BATCH + 64, 4096);
      MemorySegment indices = arena.allocate(BATCH * Long.BYTES, 8);
      Slot slot = new Slot(0, memory, List.of(new SlotColumn.Variable(0, 1)), indices);
      for (int round = 0; round < 50; round++) {
        boolean isBad = round % 2 == 0;
        order(gatherer, slot, isBad ? 0 : 100);
        while (gatherer.ready() < BATCH) {
          gatherer.drive(BATCH, 1_000_000_000);
        }
        if (isBad) {
          assertThatExceptionOfType(PenstockException.class)
              .isThrownBy(() -> gatherer.take(BATCH, slot));
        } else {
          gatherer.take(BATCH, slot);
          assertThat(slot.column(0).get(ValueLayout.JAVA_BYTE, 5)).isEqualTo((byte) 105);
        }
      }
    }
  }

  private static void order(VariableGatherer gatherer, Slot slot, long first) {
    slot.assign(0, 0, BATCH, BATCH);
    for (int i = 0; i < BATCH; i++) {
      slot.indices().setAtIndex(ValueLayout.JAVA_LONG, i, first + i);
    }
    gatherer.order(slot.indices(), BATCH, slot);
  }
}
