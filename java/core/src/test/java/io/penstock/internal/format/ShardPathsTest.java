package io.penstock.internal.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.error.PenstockException;
import io.penstock.format.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Patterns that stand for shards. */
class ShardPathsTest {
  @TempDir Path directory;

  private void touch(String... names) throws IOException {
    for (String name : names) {
      Files.createFile(directory.resolve(name));
    }
  }

  private List<String> names(String pattern) {
    return Source.parse(directory.resolve(pattern)).shards().stream()
        .map(shard -> directory.relativize(Path.of(shard.toString())).toString())
        .toList();
  }

  @Test
  void numbersAreInOrder() throws IOException {
    touch("part-10.npy", "part-9.npy", "part-1.npy", "part-100.npy", "part-x.npy", "other.npy");
    assertThat(names("part-*.npy"))
        .containsExactly("part-1.npy", "part-9.npy", "part-10.npy", "part-100.npy", "part-x.npy");
    assertThat(names("part-?.npy")).containsExactly("part-1.npy", "part-9.npy", "part-x.npy");
    assertThat(names("part-*.npy#x")).hasSize(5).allMatch(name -> name.endsWith(".npy#x"));
  }

  @Test
  void everyOrderOfNamesIsSortedToTheSame() {
    List<String> sorted =
        List.of(
            "",
            "01",
            "1",
            "1a",
            "1b",
            "2",
            "10",
            "a",
            "a01",
            "a1",
            "a1a",
            "a01b",
            "a1b",
            "a2",
            "a99999999999999999999",
            "a100000000000000000000",
            "ab");
    for (int seed = 0; seed < 200; seed++) {
      List<String> shuffled = new ArrayList<>(sorted);
      Collections.shuffle(shuffled, new Random(seed));
      shuffled.sort(NaturalOrder.NAMES);
      assertThat(shuffled).isEqualTo(sorted);
    }
  }

  @Test
  void aFileOfThisVeryNameIsNoPattern() throws IOException {
    touch("part-*.npy", "part-1.npy");
    assertThat(names("part-*.npy")).containsExactly("part-*.npy");
    assertThat(names("part-1.npy")).containsExactly("part-1.npy");
  }

  @Test
  void charactersThatMeanSomethingElsewhereMeanNothingHere() throws IOException {
    touch("a[1].npy", "a1.npy", "a{b}.npy", "a\\d.npy");
    assertThat(names("a[1]*.npy")).containsExactly("a[1].npy");
    assertThat(names("a{b}*")).containsExactly("a{b}.npy");
    assertThat(names("a\\d*")).containsExactly("a\\d.npy");
  }

  @Test
  void aPatternThatNothingMatchesIsRefused() {
    assertThatThrownBy(() -> names("part-*.npy"))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("part-*.npy: expected files that match, found none");
    assertThatThrownBy(() -> names("nowhere/part-*.npy"))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("nowhere: expected a file, found none");
  }

  @Test
  void columnsOfShardsAreNamedAfterWhatTheirNamesHaveInCommon() {
    assertThat(Source.parse(directory.resolve("part-*.npy")).columnName()).isEqualTo("part");
    assertThat(Source.parse(directory.resolve("*-images.npy")).columnName()).isEqualTo("images");
    assertThat(Source.parse(directory.resolve("*.npy")).columnName()).isEqualTo("records");
    assertThat(Source.parse(directory.resolve("part-*.npz#x")).columnName()).isEqualTo("x");
  }
}
