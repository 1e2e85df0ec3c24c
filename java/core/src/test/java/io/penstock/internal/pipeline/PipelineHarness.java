package io.penstock.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.internal.dataset.SourceCheck;
import io.penstock.internal.events.LoaderEvents;
import io.penstock.internal.gather.FakeGatherer;
import io.penstock.internal.gather.Gatherer;
import io.penstock.internal.plan.SlotMemory;
import io.penstock.internal.slot.BatchFiller;
import io.penstock.internal.slot.BatchPieces;
import io.penstock.internal.slot.IndexSource;
import io.penstock.internal.slot.OrderedOffsets;
import io.penstock.internal.slot.Partition;
import io.penstock.internal.slot.RankShares;
import io.penstock.internal.slot.Slot;
import io.penstock.internal.slot.SlotColumn;
import io.penstock.sampler.Sampler;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** Pipelines over gatherers that only count. */
@Timeout(60)
abstract class PipelineHarness {
  static final int SLOTS = 3;

  final Arena arena = Arena.ofShared();
  final List<FakeGatherer> gatherers = new ArrayList<>();
  final List<Pipeline> pipelines = new ArrayList<>();
  Runnable sourceCheck = () -> {};

  @AfterEach
  void close() {
    pipelines.forEach(Pipeline::close);
    arena.close();
  }

  Pipeline start(
      Sampler sampler, int batchSize, int threads, boolean hasCells, Consumer<FakeGatherer> setUp) {
    Pipeline pipeline =
        pipeline(
            sampler,
            batchSize,
            threads,
            hasCells,
            () -> {
              FakeGatherer gatherer = new FakeGatherer();
              setUp.accept(gatherer);
              synchronized (gatherers) {
                gatherers.add(gatherer);
              }
              return gatherer;
            });
    pipeline.start();
    return pipeline;
  }

  Pipeline pipeline(
      Sampler sampler, int batchSize, int threads, boolean hasCells, Supplier<Gatherer> opener) {
    List<ReaderThreadParts> parts = new ArrayList<>();
    for (int thread = 0; thread < threads; thread++) {
      List<Slot> slots = new ArrayList<>();
      for (int i = 0; i < SLOTS; i++) {
        long bytes = (long) batchSize * Long.BYTES;
        slots.add(
            new Slot(
                thread,
                arena.allocate(bytes, Long.BYTES),
                List.of(new SlotColumn.Fixed(0, Long.BYTES)),
                arena.allocate(bytes, Long.BYTES)));
      }
      Ordering.Maker ordering =
          hasCells
              ? Ordering.intoCells(
                  BatchPieces.WHOLE,
                  arena.allocate(SlotMemory.orderBytes(batchSize), Long.BYTES),
                  IndexSource.SAMPLER,
                  OrderedOffsets.NONE)
              : Ordering.intoSlots(BatchFiller.whole(IndexSource.SAMPLER));
      SourceCheck check = new SourceCheck(() -> sourceCheck.run());
      parts.add(new ReaderThreadParts(slots, ordering, opener, check));
    }
    Pipeline pipeline =
        new Pipeline(
            RankShares.of(Partition.whole(batchSize), sampler, null), parts, LoaderEvents.NONE);
    pipelines.add(pipeline);
    return pipeline;
  }

  /** A thread that waits for a batch that does not come. */
  static Thread consume(Pipeline pipeline, AtomicReference<Throwable> thrown) {
    Thread consumer =
        new Thread(
            () -> {
              try {
                pipeline.take(pipeline.begin(0, 1));
              } catch (RuntimeException e) {
                thrown.set(e);
              }
            });
    consumer.start();
    while (consumer.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    return consumer;
  }

  static int drain(Pipeline pipeline, long session, long epoch) {
    int batches = 0;
    while (pipeline.hasNext(session, epoch)) {
      pipeline.release(pipeline.take(session));
      batches++;
    }
    return batches;
  }

  static void checkRecords(Sampler sampler, Slot slot) {
    assertThat(slot.column(0).byteSize()).isEqualTo((long) slot.size() * Long.BYTES);
    for (int i = 0; i < slot.size(); i++) {
      long expected = sampler.index(slot.epoch(), slot.position() + i);
      assertThat(slot.column(0).getAtIndex(ValueLayout.JAVA_LONG, i)).isEqualTo(expected);
      assertThat(slot.indices().getAtIndex(ValueLayout.JAVA_LONG, i)).isEqualTo(expected);
    }
  }
}
