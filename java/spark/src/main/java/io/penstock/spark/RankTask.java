package io.penstock.spark;

import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.LoaderBuilder;
import io.penstock.error.PenstockException;
import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.BarrierTaskContext;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.AbstractFunction1;

/**
 * Runs one rank in a barrier stage: agrees with the others on the state to go on from, opens the
 * data, and calls the function.
 *
 * @param <T> what the function returns
 */
final class RankTask<T>
    extends AbstractFunction1<scala.collection.Iterator<Integer>, scala.collection.Iterator<T>>
    implements Serializable {
  private static final long serialVersionUID = 1L;

  private final SourceLook look;
  private final TrainOptions options;
  private final JobState state;
  private final RankFunction<T> function;

  RankTask(SourceLook look, TrainOptions options, JobState state, RankFunction<T> function) {
    this.look = look;
    this.options = options;
    this.state = state;
    this.function = function;
  }

  @Override
  public scala.collection.Iterator<T> apply(scala.collection.Iterator<Integer> ranks) {
    Iterator<T> result = List.of(run(BarrierTaskContext.get())).iterator();
    return CollectionConverters.asScala(result);
  }

  private T run(BarrierTaskContext barrier) {
    try {
      JobState.From from = agreed(barrier);
      try (Dataset dataset = look.open();
          Loader loader = loader(dataset, barrier, from);
          RankLink link = RankLink.open(barrier)) {
        RankSteps steps =
            new RankSteps(
                barrier.partitionId(), link, loader, state, options.epochs(), options.every());
        byte[] saved = state.saved(from);
        T result = function.run(new RankContext(barrier, link, loader, steps, saved));
        if (!steps.isAtEnd()) {
          throw new IllegalStateException(
              "the function must iterate all steps of the job, and returned before the last one");
        }
        return result;
      }
    } catch (PenstockException e) {
      throw ExecutorName.on(e);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("rank %d failed: %s".formatted(barrier.partitionId(), e), e);
    }
  }

  /** All ranks must go on from the same state: one that sees an older file would deliver twice. */
  private JobState.From agreed(BarrierTaskContext barrier) {
    JobState.From own = state.read();
    String[] all = barrier.allGather(own.line() + "\n" + own.note());
    for (int rank = 0; rank < all.length; rank++) {
      if (!all[rank].equals(all[0])) {
        throw RankContext.disagreement(
            "expected the same state on all machines, found '%s' on rank 0 and '%s' on rank %d: it must lie on storage that all machines share"
                .formatted(all[0].strip(), all[rank].strip(), rank));
      }
    }
    return own;
  }

  private Loader loader(Dataset dataset, BarrierTaskContext barrier, JobState.From from) {
    LoaderBuilder builder = options.configure(dataset.loader());
    return builder
        .rank(barrier.partitionId(), barrier.getTaskInfos().length)
        .state(from.state())
        .build();
  }
}
