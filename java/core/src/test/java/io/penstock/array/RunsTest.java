package io.penstock.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.array.ArrayLayout.Run;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Many runs of records: found fast, kept small, seen as lists. */
class RunsTest {
  private static List<Run> random(int count, long seed, int mostRecords) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Run> runs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long records = random.nextInt(4) == 0 ? random.nextInt(mostRecords) : random.nextInt(3);
      runs.add(new Run(random.nextLong(1L << 40), records, random.nextInt(1, 100)));
    }
    return runs;
  }

  @Test
  void recordsAreFoundInAnyNumberOfRuns() {
    for (int count : new int[] {1, 2, 15, 16, 17, 1000}) {
      List<Run> plain = random(count, count, 500);
      Runs runs = Runs.copyOf(plain);
      long record = 0;
      for (int i = 0; i < count; i++) {
        assertThat(runs.firstRecord(i)).isEqualTo(record);
        for (long within = 0; within < plain.get(i).recordCount(); within++, record++) {
          assertThat(runs.runOf(record)).isEqualTo(i);
          assertThat(runs.offsetOf(record))
              .isEqualTo(plain.get(i).offsetBytes() + within * plain.get(i).strideBytes());
        }
      }
      assertThat(runs.recordCount()).isEqualTo(record);
      assertThatThrownBy(() -> runs.runOf(runs.recordCount()))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void runsAreAListLikeAnyOther() {
    List<Run> plain = random(100, 1, 9);
    Runs runs = Runs.copyOf(plain);
    assertThat(runs).isEqualTo(plain).hasSameHashCodeAs(plain).hasSize(100);
    assertThat(plain).isEqualTo(runs);
    assertThat(Runs.copyOf(runs)).isSameAs(runs);
    assertThat(runs).isEqualTo(Runs.copyOf(plain)).isNotEqualTo(Runs.copyOf(random(100, 2, 9)));
    assertThatThrownBy(() -> runs.get(100)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> runs.add(plain.getFirst()))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void whatGoesOnWhereARunEndsBecomesAPartOfIt() {
    Runs runs = Runs.builder().add(100, 2, 8).add(116, 3, 8).add(140, 1, 9).add(149, 1, 9).build();
    assertThat(runs).containsExactly(new Run(100, 5, 8), new Run(140, 2, 9));
    assertThat(Runs.builder().add(100, 2, 8).add(117, 3, 8).build()).hasSize(2);
    assertThatThrownBy(() -> Runs.builder().add(0, -1, 8))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void movedRunsShareTheirNumbers() {
    Runs runs = Runs.copyOf(random(50, 3, 9));
    Runs moved = runs.movedBy(7);
    assertThat(moved.offsetOf(11)).isEqualTo(runs.offsetOf(11) + 7);
    assertThat(moved.get(5).offsetBytes()).isEqualTo(runs.offsetBytes(5) + 7);
    assertThat(moved.movedBy(-7)).isEqualTo(runs);
    assertThat(moved).isNotEqualTo(runs);
  }

  @Test
  void aMillionRunsMakeAMillionShards() {
    int count = 1_000_000;
    Runs.Builder runs = Runs.builder();
    for (long i = 0; i < count; i++) {
      runs.add(i * 24 + i % 2, 1 + i % 2, 8);
    }
    ArrayLayout layout =
        ArrayLayout.builder(Path.of("x"), ElementType.INT64, Shape.of(3L * count / 2))
            .runs(runs.build())
            .file(24L * count, FileTime.fromMillis(0))
            .build();
    Column column = ArrayLayout.column("x", List.of(layout, layout));
    assertThat(column.shards()).hasSize(2 * count);
    assertThat(column.recordCount()).isEqualTo(3L * count);
    assertThat(column.shards().get(count + 3)).isEqualTo(Shard.of(Path.of("x"), 73, 2, 8));
    assertThat(column.shards().getLast().dataOffset()).isEqualTo(24L * count - 23);
    assertThat(column.inNativeOrder().shards()).isSameAs(column.shards());
  }

  @Test
  void stridesAreCopied() {
    long[] strides = {4, 8};
    Shard shard = Shard.of(Path.of("x"), 0, 1, 4).withAxisStrides(strides);
    strides[0] = 0;
    shard.axisStrides()[1] = 0;
    assertThat(shard.axisStrides()).containsExactly(4, 8);
    assertThat(shard).isEqualTo(Shard.of(Path.of("x"), 0, 1, 4).withAxisStrides(4, 8));
    assertThat(shard).hasSameHashCodeAs(Shard.of(Path.of("x"), 0, 1, 4).withAxisStrides(4, 8));
    assertThat(shard).isNotEqualTo(Shard.of(Path.of("x"), 0, 1, 4).withAxisStrides(4, 9));
    Field field = Field.of("f", 0, ElementType.INT16).withAxes(Shape.of(2), 6);
    field.strides()[0] = 1;
    assertThat(field.strides()).containsExactly(6);
    assertThat(field).isEqualTo(Field.of("f", 0, ElementType.INT16).withAxes(Shape.of(2), 6));
  }
}
