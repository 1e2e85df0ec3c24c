package io.penstock.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.penstock.Dataset;
import io.penstock.TestArray;
import io.penstock.array.Column;
import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.array.Shard;
import io.penstock.error.PenstockException;
import io.penstock.sampler.FullShuffle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Shards that several processes write: how records are divided, and what the driver takes. */
class ShardDirectoryTest {
  @TempDir Path directory;

  private static Column column(String name, long records, boolean isVariable) {
    Column.Builder column =
        Column.builder(name, ElementType.UINT8, Shape.SCALAR)
            .shards(List.of(Shard.of(Path.of(name), 0, records, 1)));
    return isVariable ? column.variable().build() : column.build();
  }

  private static ShardLayout layout(long records, int shards) {
    return ShardLayout.of(
        List.of(column("a b", records, false), column("t", records, true)), records, shards);
  }

  private ShardDirectory create(boolean mayReplace) {
    return ShardDirectory.create(
        directory.resolve("out"),
        mayReplace,
        layout(10, 2),
        new FullShuffle(10, 3),
        "0123",
        List.of("schema {}"));
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "10, 1", "10, 3", "11, 3", "12, 3", "7, 7", "100003, 999"})
  void eachPositionHasOneShard(long records, int shards) {
    ShardLayout layout = layout(records, shards);
    assertThat(layout.first(0)).isZero();
    assertThat(layout.first(shards)).isEqualTo(records);
    int shard = 0;
    for (long position = 0; position < records; position++) {
      shard += position == layout.first(shard + 1) ? 1 : 0;
      assertThat(layout.shardOf(position)).isEqualTo(shard);
    }
    assertThat(layout.first(1)).isEqualTo(Math.ceilDiv(records, shards));
  }

  @Test
  void filesHaveTheNamesOfAShuffle() {
    ShardLayout layout = layout(10, 2);
    assertThat(layout.fileName(0, 1)).isEqualTo("a-b-00001.npy");
    assertThat(layout.fileName(1, 0)).isEqualTo("t-00000.npy");
    assertThat(layout.offsetsFileName(1, 0)).isEqualTo("t.offsets-00000.npy");
    assertThat(layout.filePattern(0)).isEqualTo("a-b-*.npy");
    assertThat(layout.offsetsFilePattern(1)).isEqualTo("t.offsets-*.npy");
    assertThat(layout.fileNames(1))
        .containsExactly("a-b-00001.npy", "t-00001.npy", "t.offsets-00001.npy");
  }

  @Test
  void impossibleLayoutsAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> layout(10, 11))
        .withMessage("shards must be at most 10 for 10 records, was 11");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> layout(10, 0))
        .withMessage("shards must be 1 to 100000, was 0");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                ShardLayout.of(List.of(column("t", 5, true), column("t.offsets", 5, false)), 5, 1))
        .withMessageContaining("'t.offsets' twice");
  }

  @Test
  void onlyWhatWasTakenIsThere() throws IOException {
    try (ShardDirectory shards = create(false)) {
      Files.writeString(shards.attempts().resolve("attempt-1-t-00000.npy"), "killed");
      Files.writeString(shards.attempts().resolve("attempt-2-t-00000.npy"), "whole");
      shards.take("attempt-2-t-00000.npy", "t-00000.npy");
      assertThat(directory.resolve("out")).doesNotExist();
      shards.commit();
    }
    assertThat(directory.resolve("out/t-00000.npy")).hasContent("whole");
    assertThat(directory.resolve("out/penstock-shuffle.txt"))
        .content()
        .contains("order full/1 seed 3 epoch 0", "files t.offsets 2", "source 0123", "schema {}");
    assertThat(names(directory)).containsExactly("out");
    assertThat(names(directory.resolve("out")))
        .containsExactlyInAnyOrder("t-00000.npy", "penstock-shuffle.txt");
  }

  @Test
  void withoutCommitNothingIsLeft() throws IOException {
    ShardDirectory shards = create(false);
    Files.writeString(shards.attempts().resolve("attempt-1-t-00000.npy"), "x");
    shards.take("attempt-1-t-00000.npy", "t-00000.npy");
    shards.close();
    shards.close();
    assertThat(names(directory)).isEmpty();
  }

  @Test
  void whatAKilledDriverLeftIsDeleted() throws IOException {
    Path left = directory.resolve(".out.penstock-attempts");
    Files.createDirectory(left);
    Files.writeString(left.resolve("attempt-9-t-00000.npy"), "old");
    try (ShardDirectory shards = create(false)) {
      assertThat(names(shards.attempts())).isEmpty();
      shards.commit();
    }
    assertThat(names(directory)).containsExactly("out");
  }

  @Test
  void aDirectoryIsReplacedOnlyIfThatIsAllowed() throws IOException {
    try (ShardDirectory shards = create(false)) {
      shards.commit();
    }
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(() -> create(false))
        .withMessageContaining("which was left as it is");
    try (ShardDirectory shards = create(true)) {
      Files.writeString(shards.attempts().resolve("x"), "new");
      shards.take("x", "t-00001.npy");
      shards.commit();
    }
    assertThat(directory.resolve("out/t-00001.npy")).hasContent("new");
    assertThat(names(directory)).containsExactly("out");
  }

  @Test
  void aDirectoryIsReplacedWithTheChecksumsOfItsFiles() throws IOException {
    try (ShardDirectory shards = create(false)) {
      shards.commit();
    }
    Path out = directory.resolve("out");
    Files.writeString(out.resolve("t.penstock.json"), "{}");
    Files.writeString(out.resolve("a-b.penstock-records-0123abcd.npy"), "x");
    try (ShardDirectory shards = create(true)) {
      shards.commit();
    }
    assertThat(names(out)).containsExactly("penstock-shuffle.txt");
    Files.writeString(out.resolve("other.penstock.json"), "{}");
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(() -> create(true))
        .withMessageContaining("with nothing else in it, found another");
  }

  @Test
  void aTargetAroundTheDataIsRefused() {
    TestArray array = TestArray.random(directory.resolve("x.npy"), 5, 1, 1);
    try (Dataset dataset = Dataset.open(directory.resolve("x.npy"))) {
      assertThat(dataset.recordCount()).isEqualTo(array.recordCount());
      assertThatExceptionOfType(PenstockException.class)
          .isThrownBy(() -> ShardDirectory.checkSources(directory, dataset.files()))
          .withMessageContaining("expected a directory without the data itself");
    }
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
