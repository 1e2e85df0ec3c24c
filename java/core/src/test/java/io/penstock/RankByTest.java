package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.penstock.TestColumn.RecordKind;
import io.penstock.internal.plan.PreferredPlan;
import io.penstock.job.LoaderState;
import io.penstock.job.RankBy;
import io.penstock.job.Remainder;
import io.penstock.options.Readahead;
import io.penstock.sampler.BlockShuffle;
import io.penstock.sampler.FullShuffle;
import io.penstock.sampler.Sampler;
import io.penstock.sampler.Sequential;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Loaders of ranks by place: the same steps as by position, each rank in a part of the data. */
@Timeout(300)
@NamesNativeWays
@ParameterizedClass
@EnumSource
class RankByTest {
  private static final int RECORDS = 203;
  private static final RankBy PAIRS = RankBy.placeInGroups(2);

  private final RecordKind kind;

  @TempDir Path directory;
  private TestColumn column;

  RankByTest(RecordKind kind) {
    this.kind = kind;
  }

  @BeforeEach
  void write() {
    column = TestColumn.write(directory, "x", RECORDS, 40, 1, kind);
  }

  static List<Way> ways() {
    return Way.all().toList();
  }

  private static List<Sampler> samplers() {
    return List.of(
        new FullShuffle(RECORDS, 3), new BlockShuffle(RECORDS, 6, 4, 3), new Sequential(RECORDS));
  }

  @ParameterizedTest
  @MethodSource("ways")
  void stepsAndStatesAreThoseOfRanksByPosition(Way way) {
    try (Dataset dataset = column.open()) {
      for (Sampler sampler : samplers().subList(0, 2)) {
        Job byPosition = new Job(way, column, dataset, sampler, RankBy.POSITION);
        Job byPlace = new Job(way, column, dataset, sampler, RankBy.PLACE);
        byPosition.run(null, 3, 23, Long.MAX_VALUE);
        byPlace.run(null, 3, 23, Long.MAX_VALUE);
        assertThat(byPlace.steps).as("%s", sampler).isEqualTo(byPosition.steps);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aJobGoesOnWithOtherRanksAndInTheOtherWay(Way way) {
    try (Dataset dataset = column.open()) {
      for (Sampler sampler : samplers().subList(0, 2)) {
        for (RankBy last : List.of(RankBy.POSITION, PAIRS)) {
          Job one = new Job(way, column, dataset, sampler, RankBy.PLACE);
          Job two =
              new Job(way, column, dataset, sampler, last.equals(PAIRS) ? RankBy.POSITION : PAIRS);
          Job three = new Job(way, column, dataset, sampler, last);
          LoaderState first = one.run(null, 3, 9, 2);
          LoaderState second = two.run(first, 2, 10, 3);
          LoaderState end = three.run(second, 4, 7, Long.MAX_VALUE);

          List<Long> all = new ArrayList<>();
          List.of(one, two, three).forEach(job -> job.steps.values().forEach(all::addAll));
          assertThat(all)
              .as("%s, %s", sampler, last)
              .containsExactlyInAnyOrderElementsOf(LongStream.range(0, RECORDS).boxed().toList());
          assertThat(end.epoch()).isEqualTo(1);
        }
      }
    }
  }

  /** Ranks that take batches of epoch 0 in step. */
  private static final class Job {
    private final Way way;
    private final TestColumn column;
    private final Dataset dataset;
    private final Sampler sampler;
    private final RankBy by;

    /** What all ranks together got in each step. */
    private final TreeMap<Long, TreeSet<Long>> steps = new TreeMap<>();

    Job(Way way, TestColumn column, Dataset dataset, Sampler sampler, RankBy by) {
      this.way = way;
      this.column = column;
      this.dataset = dataset;
      this.sampler = sampler;
      this.by = by;
    }

    LoaderState run(LoaderState from, int worldSize, int batchSize, long most) {
      List<LoaderState> states = new ArrayList<>();
      for (int rank = 0; rank < worldSize; rank++) {
        LoaderBuilder builder = way.loader(dataset).batchSize(batchSize).sampler(sampler);
        builder.rank(rank, worldSize).rankBy(by).remainder(Remainder.PAD).state(from);
        try (Loader loader = builder.build()) {
          Iterator<Batch> batches = loader.epoch(0).iterator();
          long step = 0;
          int inStep = 0;
          while (step < most && batches.hasNext()) {
            Batch batch = batches.next();
            take(batch, step);
            inStep += batch.size();
            step += inStep == batchSize ? 1 : 0;
            inStep %= batchSize;
          }
          states.add(loader.state());
        }
      }
      assertThat(states).containsOnly(states.getFirst());
      return states.getFirst();
    }

    private void take(Batch batch, long step) {
      TreeSet<Long> delivered = steps.computeIfAbsent(step, _ -> new TreeSet<>());
      assertThat(batch.index(0)).isEqualTo(sampler.index(0, batch.position()));
      for (int i = 0; i < batch.size(); i++) {
        assertThat(column.record(batch, i)).isEqualTo(column.record(batch.index(i)));
        boolean isNew = batch.isPadding(i) || delivered.add(batch.index(i));
        assertThat(isNew).as("record %d", batch.index(i)).isTrue();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void transformsAreToldThePositionOfEachRecord(Way way) {
    try (Dataset dataset = column.open()) {
      for (Sampler sampler : samplers().subList(0, 2)) {
        for (int rank = 1; rank < 3; rank++) {
          LoaderBuilder builder =
              way.loader(dataset)
                  .batchSize(11)
                  .sampler(sampler)
                  .rank(rank, 3)
                  .rankBy(RankBy.PLACE)
                  .remainder(Remainder.PAD)
                  .transform(PositionColumn.of(column.name()));
          assertPositions(builder, sampler);
        }
      }
    }
  }

  private static void assertPositions(LoaderBuilder builder, Sampler sampler) {
    try (Loader loader = builder.build()) {
      int records = 0;
      for (Epoch epoch : loader.epochs(2)) {
        for (Batch batch : epoch) {
          assertThat(batch.position()).isEqualTo(PositionColumn.of(batch, 0));
          for (int i = 0; i < batch.size(); i++) {
            assertThat(sampler.index(epoch.number(), PositionColumn.of(batch, i)))
                .isEqualTo(batch.index(i));
            records++;
          }
        }
      }
      assertThat(records).isEqualTo(2 * 7 * 11);
    }
  }

  @Test
  void replayedBatchesAreThoseOfThePlace() {
    try (Dataset dataset = column.open();
        Loader loader =
            dataset
                .loader()
                .batchSize(20)
                .rank(2, 3)
                .rankBy(RankBy.PLACE)
                .readahead(Readahead.parse("backend=pread,io=buffered"))
                .replay(true)
                .build()) {
      int batches = 0;
      for (Batch batch : loader.epoch(0)) {
        assertThat(batch.index(0)).isGreaterThan(RECORDS / 2);
        batches++;
      }
      assertThat(batches).isEqualTo(4);
    }
  }

  @Test
  void whatAStepTakesCountsAgainstTheMemory() {
    Way way = new Way("backend=pread,io=buffered", PreferredPlan.BATCHES);
    try (Dataset dataset = column.open()) {
      List<Long> bytes = new ArrayList<>();
      for (RankBy by : List.of(RankBy.POSITION, RankBy.PLACE)) {
        LoaderBuilder builder = way.loader(dataset).batchSize(3).rank(1, 64).rankBy(by);
        try (Loader loader = builder.memoryBytes(5 << 20).build()) {
          bytes.add(loader.statistics().memoryBytes());
          assertThat(loader.reason().contains("records by place among 64 ranks"))
              .isEqualTo(by.equals(RankBy.PLACE));
        }
      }
      assertThat(bytes.get(1) - bytes.get(0)).isEqualTo(64L * 3 * Long.BYTES);
    }
  }

  @Test
  void aBlockShuffleByPlaceSaysThatBlocksAreNotReadAsWholes() {
    try (Dataset dataset = column.open();
        Loader loader =
            dataset.loader().sampler(samplers().get(1)).rank(0, 2).rankBy(PAIRS).build()) {
      assertThat(loader.reason())
          .contains("records by place among 2 ranks, so whole blocks are not read together");
    }
  }

  @Test
  void stepsTooLargeAreRefused() {
    try (Dataset dataset = column.open()) {
      LoaderBuilder builder = dataset.loader().rank(0, 64).batchSize(1 << 28).rankBy(RankBy.PLACE);
      assertThatIllegalArgumentException()
          .isThrownBy(builder::build)
          .withMessageContaining("give a smaller rankGroup");
    }
  }
}
