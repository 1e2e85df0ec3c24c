package io.penstock.cli.read;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.penstock.cli.Run;
import io.penstock.cli.command.ExitCodes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code read} warns of where all is well and yet not what was meant. */
@Timeout(60)
final class RanksTest {
  @TempDir Path directory;

  private Run read(int records, Object... options) {
    Path data = directory.resolve(records + ".npy");
    if (Files.notExists(data)) {
      Run.records(data, records, 8); // Once: a state knows files by their times.
    }
    Object[] all = new Object[options.length + 2];
    all[0] = "read";
    all[1] = data;
    System.arraycopy(options, 0, all, 2, options.length);
    Run run = Run.of(all);
    assertThat(run.code()).as(run.err()).isEqualTo(ExitCodes.DONE);
    return run;
  }

  @Test
  void ranksWithDifferentNumbersOfBatchesAreWarnedOf() {
    for (int rank = 0; rank < 2; rank++) {
      Run run = read(5, "--rank", rank, "--world-size", 2, "--batch-size", 2);
      assertThat(run.err())
          .hasLineCount(1)
          .contains("ranks differ by one batch: the first ones have 2 in an epoch, the last ones 1")
          .contains("--remainder drop or pad");
      assertThat(run.text()).contains("warning", "ranks differ by one batch");
    }
    for (String remainder : new String[] {"drop", "pad"}) {
      Run run = read(5, "--world-size", 2, "--batch-size", 2, "--remainder", remainder, "--json");
      assertThat(run.err()).isEmpty();
      assertThat(JsonParser.parseString(run.text()).getAsJsonObject().has("warnings")).isFalse();
    }
    assertThat(read(6, "--world-size", 2, "--batch-size", 2).err()).isEmpty();
  }

  @Test
  void anEpochWithoutAnyBatchIsWarnedOf() {
    Run run = read(10, "--world-size", 4, "--batch-size", 3, "--remainder", "drop", "--json");
    assertThat(run.err())
        .hasLineCount(1)
        .contains("no records come: the 10 of an epoch are fewer than a batch of 3 for each of 4");
    assertThat(
            JsonParser.parseString(run.text())
                .getAsJsonObject()
                .getAsJsonArray("warnings")
                .get(0)
                .getAsString())
        .startsWith("no records come");
  }

  @Test
  void ranksByPlaceGetSlicesOfWhatTheyGetByPosition() {
    for (int group = 2; group <= 3; group++) {
      List<List<Long>> steps = new ArrayList<>();
      for (int rank = 0; rank < 3; rank++) {
        List<Long> place =
            indices(rank, "--rank-by", "place", "--rank-group", group, "--remainder", "pad");
        List<Long> position = indices(rank, "--remainder", "pad");
        assertThat(place).hasSize(40);
        assertThat(position).hasSize(40);
        for (int step = 0; step < 4; step++) {
          steps.add(new ArrayList<>(place.subList(10 * step, 10 * step + 10)));
          steps.add(new ArrayList<>(position.subList(10 * step, 10 * step + 10)));
        }
      }
      for (int step = 0; step < 3; step++) {
        TreeSet<Long> place = new TreeSet<>();
        TreeSet<Long> position = new TreeSet<>();
        for (int rank = 0; rank < 3; rank++) {
          List<Long> slice = steps.get(8 * rank + 2 * step);
          boolean isOfNextGroup = rank == group;
          assertThat(place.isEmpty() || isOfNextGroup || Collections.min(slice) > place.last())
              .isTrue();
          place.addAll(slice);
          position.addAll(steps.get(8 * rank + 2 * step + 1));
        }
        assertThat(place).hasSize(30).isEqualTo(position);
      }
    }
  }

  private List<Long> indices(int rank, Object... options) {
    List<Object> all = new ArrayList<>(List.of("--rank", rank, "--world-size", 3));
    all.addAll(List.of("--batch-size", 10, "--indices", "-"));
    all.addAll(List.of(options));
    String text = read(100, all.toArray()).text();
    return text.lines()
        .filter(line -> line.matches("[0-9]+( padding)?"))
        .map(line -> Long.parseLong(line.replace(" padding", "")))
        .toList();
  }

  @Test
  void aStateAtItsEndSaysSo() {
    Path state = directory.resolve("run.state");
    assertThat(read(100, "--epochs", 2, "--state", state).err()).isEmpty();
    Run run = read(100, "--epochs", 2, "--state", state);
    assertThat(run.err())
        .hasLineCount(1)
        .contains("nothing is left to read: the state in " + state + " is at the end of epoch 1")
        .contains("--epochs");
    assertThat(read(100, "--epochs", 3, "--state", state).err()).isEmpty();
  }
}
