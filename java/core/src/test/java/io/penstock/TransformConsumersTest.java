package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.penstock.TestColumn.RecordKind;
import io.penstock.options.Readahead;
import io.penstock.transform.Transform;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Several consumers, consumers that hold batches and consumers that die, behind transforms. */
@Timeout(300)
@ParameterizedClass
@EnumSource
class TransformConsumersTest extends TransformedArrays {
  TransformConsumersTest(RecordKind kind) {
    super(kind);
  }

  @Test
  void aConsumerThatHoldsBatchesStopsTransformsAndLosesNothing() throws InterruptedException {
    AtomicInteger transformed = new AtomicInteger();
    Transform counting =
        Transform.ofRecords(
            "counting", List.of("x"), List.of(), record -> transformed.incrementAndGet());
    try (Dataset dataset = column().open();
        Loader loader =
            builder(dataset)
                .readahead(Readahead.parse("prefetchBatches=2"))
                .transform(counting)
                .build()) {
      Iterator<Batch> batches = loader.epoch(0).iterator();
      List<Batch> held = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        held.add(batches.next().retain());
      }
      // All four slots are out: nothing more can be transformed, whatever the threads do.
      assertThat(transformed).hasValue(400);
      long position = 0;
      for (Batch batch : held) {
        assertThat(batch.position()).isEqualTo(position);
        position += 100;
        batch.close();
      }
      while (batches.hasNext()) {
        assertThat(batches.next().position()).isEqualTo(position);
        position += 100;
      }
      assertThat(position).isEqualTo(3000);
      assertThat(transformed).hasValue(3000);
    }
  }

  @Test
  void aConsumerThatDiesLeavesTheLoaderToOthers() throws InterruptedException {
    try (Dataset dataset = column().open();
        Loader loader = builder(dataset).build()) {
      Thread dying =
          Thread.ofPlatform()
              .unstarted(
                  () -> {
                    loader.epoch(0).iterator().next();
                    throw new IllegalStateException("the trainer has died");
                  });
      dying.setUncaughtExceptionHandler((thread, death) -> {});
      dying.start();
      dying.join();
      int batches = 0;
      for (Batch batch : loader.epoch(1)) {
        assertThat(batch.epoch()).isEqualTo(1);
        batches++;
      }
      assertThat(batches).isEqualTo(30);
    }
    assertThat(threads()).isEmpty();
  }

  @Test
  void aSecondIterationEndsTheFirst() {
    try (Dataset dataset = column().open();
        Loader loader = builder(dataset).build()) {
      Iterator<Batch> first = loader.epoch(0).iterator();
      first.next();
      Iterator<Batch> second = loader.epoch(1).iterator();
      assertThat(second.next().epoch()).isEqualTo(1);
      assertThatIllegalStateException()
          .isThrownBy(first::next)
          .withMessageContaining("another one was started on the same loader");
      assertThat(second.next().position()).isEqualTo(100);
    }
  }

  @Test
  void anIterationThatHasTakenNothingLosesNoneToTheNext() {
    try (Dataset dataset = column().open()) {
      for (LoaderBuilder builder : List.of(builder(dataset), dataset.loader().batchSize(100))) {
        try (Loader loader = builder.build()) {
          Iterator<Batch> first = loader.epoch(0).iterator();
          Iterator<Batch> second = loader.epoch(0).iterator();
          assertThatIllegalStateException()
              .isThrownBy(first::next)
              .withMessageContaining("another one was started on the same loader");
          long position = 0;
          while (second.hasNext()) {
            assertThat(second.next().position()).isEqualTo(position);
            position += 100;
          }
          assertThat(position).isEqualTo(3000);
          assertThat(second.hasNext()).isFalse();
        }
      }
    }
  }

  /** Whoever started last gets batches; all others are told, whenever it happens to them. */
  @Test
  void threadsThatRaceForALoaderAreToldOrServedAndBreakNothing() throws Exception {
    AtomicInteger served = new AtomicInteger();
    AtomicInteger told = new AtomicInteger();
    try (Dataset dataset = column().open();
        Loader loader = builder(dataset).build();
        ExecutorService pool = Executors.newFixedThreadPool(4)) {
      List<Future<?>> racers = new ArrayList<>();
      for (int racer = 0; racer < 4; racer++) {
        int first = 1000 * racer;
        racers.add(
            pool.submit(
                () -> {
                  for (int epoch = first; epoch < first + 50; epoch++) {
                    race(loader, epoch, served, told);
                  }
                }));
      }
      for (Future<?> racer : racers) {
        racer.get(); // throws what the thread threw
      }
      assertThat(served.get() + told.get()).isGreaterThanOrEqualTo(200);
      assertThat(told.get()).isPositive();
      long position = 0;
      for (Batch batch : loader.epoch(7)) {
        assertThat(batch.epoch()).isEqualTo(7);
        assertThat(batch.position()).isEqualTo(position);
        position += batch.size();
      }
      assertThat(position).isEqualTo(3000);
    }
    assertThat(threads()).isEmpty();
  }
}
