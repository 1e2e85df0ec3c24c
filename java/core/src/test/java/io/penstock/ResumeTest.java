package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.penstock.TestColumn.RecordKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.plan.PreferredPlan;
import io.penstock.job.LoaderState;
import io.penstock.job.Remainder;
import io.penstock.options.Shuffle;
import io.penstock.sampler.BlockShuffle;
import io.penstock.sampler.FullShuffle;
import io.penstock.sampler.Sampler;
import io.penstock.sampler.Sequential;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A state tells exactly what was delivered, and whoever goes on from it delivers the rest: of
 * records of one size, and of records that differ in size.
 */
@Timeout(300)
@ParameterizedClass
@EnumSource
class ResumeTest {
  private static final int RECORDS = 203;
  private static final int BATCH = 17;

  private final RecordKind kind;

  @TempDir Path directory;
  private TestColumn column;

  ResumeTest(RecordKind kind) {
    this.kind = kind;
  }

  @BeforeEach
  void write() {
    column = TestColumn.write(directory, "x", RECORDS, 40, 1, kind);
  }

  static List<Way> ways() {
    return Way.all().toList();
  }

  /** Orders of the test's dataset: exact, in blocks, and that of the file. */
  private static List<Sampler> samplers() {
    return List.of(
        new FullShuffle(RECORDS, 3), new BlockShuffle(RECORDS, 6, 4, 3), new Sequential(RECORDS));
  }

  @ParameterizedTest
  @MethodSource("ways")
  void goingOnAtAnyBatchEqualsTheUninterruptedRun(Way way) {
    try (Dataset dataset = column.open()) {
      for (Sampler sampler : samplers()) {
        List<LoaderState> states = new ArrayList<>();
        List<List<Long>> batches = new ArrayList<>();
        try (Loader loader = way.loader(dataset).batchSize(BATCH).sampler(sampler).build()) {
          states.add(loader.state());
          for (Epoch epoch : loader.epochs(2)) {
            for (Batch batch : epoch) {
              batches.add(checked(batch));
              states.add(loader.state());
            }
          }
        }
        assertThat(batches).hasSize(2 * 12);
        for (int i = 0; i < states.size(); i++) {
          assertThat(rest(way, dataset, sampler, states.get(i)))
              .as("after %d batches of %s", i, sampler)
              .isEqualTo(batches.subList(i, batches.size()));
        }
      }
    }
  }

  /** The batches up to the end of epoch 1, from a state that has been through its text. */
  private List<List<Long>> rest(Way way, Dataset dataset, Sampler sampler, LoaderState state) {
    List<List<Long>> batches = new ArrayList<>();
    LoaderState parsed = LoaderState.parse(state.toString());
    try (Loader loader =
        way.loader(dataset).batchSize(BATCH).sampler(sampler).state(parsed).build()) {
      assertThat(loader.state()).isEqualTo(state);
      for (Epoch epoch : loader.epochsFrom(state.epoch()).before(2)) {
        long left = batches.size() + epoch.batchCount();
        for (Batch batch : epoch) {
          batches.add(checked(batch));
        }
        assertThat(batches).hasSize((int) left);
      }
      assertThat(loader.state().epoch()).isEqualTo(2);
      assertThat(loader.state().position()).isZero();
    }
    return batches;
  }

  @ParameterizedTest
  @MethodSource("ways")
  void anyRankHandsOverToAJobOfAnotherSize(Way way) {
    try (Dataset dataset = column.open()) {
      for (Sampler sampler : samplers()) {
        for (int stop = 0; stop < 4; stop++) {
          List<Long> delivered = new ArrayList<>();
          LoaderState one = job(way, dataset, sampler, null, 1, 10, 2 + stop, delivered);
          LoaderState three = job(way, dataset, sampler, one, 3, 9, 1 + stop, delivered);
          LoaderState end = job(way, dataset, sampler, three, 2, 7, Long.MAX_VALUE, delivered);

          assertThat(delivered)
              .as("stopped after %d and %d batches: %s", 2 + stop, 1 + stop, sampler)
              .containsExactlyInAnyOrderElementsOf(LongStream.range(0, RECORDS).boxed().toList());
          assertThat(end.epoch()).isEqualTo(1);
        }
      }
    }
  }

  /** All ranks of a job, each up to so many batches of epoch 0; their states must be the same. */
  private LoaderState job(
      Way way,
      Dataset dataset,
      Sampler sampler,
      LoaderState from,
      int worldSize,
      int batchSize,
      long most,
      List<Long> delivered) {
    List<LoaderState> states = new ArrayList<>();
    for (int rank = 0; rank < worldSize; rank++) {
      LoaderBuilder builder = way.loader(dataset).batchSize(batchSize).sampler(sampler);
      if (from != null) {
        builder.state(from);
      }
      try (Loader loader = builder.rank(rank, worldSize).build()) {
        Iterator<Batch> batches = loader.epoch(0).iterator();
        for (long i = 0; i < most && batches.hasNext(); i++) {
          delivered.addAll(checked(batches.next()));
        }
        states.add(loader.state());
      }
    }
    assertThat(states).containsOnly(states.getFirst());
    return states.getFirst();
  }

  @Test
  void whatIsReadAheadIsNotPartOfTheState() {
    Loader closed;
    try (Dataset dataset = column.open();
        Loader loader = way().loader(dataset).batchSize(BATCH).build()) {
      Iterator<Batch> batches = loader.epoch(0).iterator();
      batches.next();
      batches.next();
      assertThat(loader.readahead().prefetchBatches()).isGreaterThan(2);
      assertThat(loader.state().position()).isEqualTo(2 * BATCH);
      closed = loader;
    }
    assertThat(closed.state().position()).isEqualTo(2 * BATCH);
  }

  @Test
  void aBatchThatCannotBeReadIsNotPartOfTheState() {
    Sampler order = new FullShuffle(RECORDS, 0);
    try (Dataset dataset = column.open();
        Loader loader = way().loader(dataset).batchSize(BATCH).build()) {
      // Its files are checked when an epoch begins; then one is cut short within a record of the
      // last batch, and the loader has only begun to read.
      Iterator<Batch> batches = loader.epoch(0).iterator();
      batches.next();
      LoaderState before = loader.state();
      column.cutWithin(order.index(0, RECORDS - 1) / 2);
      assertThatExceptionOfType(PenstockException.class)
          .isThrownBy(
              () -> {
                for (int i = 0; i < 2 * RECORDS / BATCH; i++) {
                  batches.next();
                }
              });
      assertThat(loader.state().epoch()).isZero();
      assertThat(loader.state().position()).isBetween(before.position(), RECORDS - 1L);
      assertThat(loader.state().position() % BATCH).isZero();
    }
  }

  @Test
  void leavingAnEpochForTheNextOneLeavesItForGood() {
    try (Dataset dataset = column.open();
        Loader loader = way().loader(dataset).batchSize(BATCH).build()) {
      loader.epoch(4).iterator().next();
      assertThat(loader.state().epoch()).isEqualTo(4);
      assertThat(loader.epoch(5).iterator()).isNotNull();
      assertThat(loader.state().epoch()).isEqualTo(5);
      assertThat(loader.state().position()).isZero();
    }
  }

  @Test
  void paddedRecordsAreMarkedAndAllOthersComeOnce() {
    for (int worldSize : new int[] {1, 3, 17}) {
      List<Long> real = new ArrayList<>();
      List<Integer> batchCounts = new ArrayList<>();
      for (int rank = 0; rank < worldSize; rank++) {
        try (Dataset dataset = column.open();
            Loader loader =
                way()
                    .loader(dataset)
                    .batchSize(BATCH)
                    .rank(rank, worldSize)
                    .remainder(Remainder.PAD)
                    .build()) {
          int count = 0;
          for (Batch batch : loader.epoch(0)) {
            assertThat(batch.size()).isEqualTo(BATCH);
            List<Long> indices = checked(batch);
            real.addAll(indices.subList(0, batch.unpaddedSize()));
            for (int i = 0; i < batch.size(); i++) {
              assertThat(batch.isPadding(i)).isEqualTo(i >= batch.unpaddedSize());
            }
            count++;
          }
          batchCounts.add(count);
        }
      }
      assertThat(batchCounts).containsOnly(batchCounts.getFirst());
      assertThat(real)
          .containsExactlyInAnyOrderElementsOf(LongStream.range(0, RECORDS).boxed().toList());
    }
  }

  @Test
  void aStateOfSomethingElseIsRefusedWithWhatDiffers() {
    TestArray other = TestArray.random(directory.resolve("y.npy"), RECORDS, 41, 1);
    LoaderState state;
    try (Dataset dataset = column.open();
        Loader loader = dataset.loader().batchSize(BATCH).seed(1).build()) {
      loader.epoch(0).iterator().next();
      state = loader.state();
    }
    try (Dataset dataset = column.open();
        Dataset another = Dataset.open(other.path())) {
      assertThatExceptionOfType(PenstockException.class)
          .isThrownBy(() -> another.loader().seed(1).state(state).build())
          .withMessageContaining("dataset expected");
      assertThatExceptionOfType(PenstockException.class)
          .isThrownBy(() -> dataset.loader().seed(2).state(state).build())
          .withMessageContaining("seed expected 1, found 2");
      assertThatExceptionOfType(PenstockException.class)
          .isThrownBy(() -> dataset.loader().shuffle(Shuffle.NONE).state(state).build())
          .withMessageContaining("sampler expected full/1, found sequential/1");
    }
  }

  @Test
  void aSamplerOfAnotherDatasetIsRefused() {
    try (Dataset dataset = column.open()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> dataset.loader().sampler(new FullShuffle(RECORDS + 1, 0)))
          .withMessageContaining("must be for the 203 records of the dataset, was for 204");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> dataset.loader().rank(3, 3))
          .withMessage("rank must be from 0 to worldSize - 1 = 2, was 3");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> dataset.loader().blockRecords(0))
          .withMessage("blockRecords must be 1 to 2^48, was 0");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> dataset.loader().windowBlocks(0))
          .withMessage("windowBlocks must be at least 1, was 0");
    }
  }

  /** Works everywhere, and reads ahead. */
  private static Way way() {
    return new Way("backend=pread,io=buffered", PreferredPlan.BATCHES);
  }

  /** The indices of a batch, whose bytes are theirs. */
  private List<Long> checked(Batch batch) {
    List<Long> indices = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      long index = batch.index(i);
      assertThat(column.record(batch, i)).isEqualTo(column.record(index));
      indices.add(index);
    }
    return indices;
  }
}
