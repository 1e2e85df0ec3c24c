package io.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.cli.command.ExitCodes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Wrong usage ends in exit code 2 and one line, before any file is touched. */
final class UsageTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "reed PATH",
        "--frobnicate",
        "info",
        "info PATH --digest",
        "read",
        "read PATH --frobnicate",
        "read PATH --shuffle",
        "read PATH --shuffle block --block-records 0",
        "read PATH --shuffle block --window-blocks 0",
        "read PATH --block-records 4",
        "read PATH --window-blocks 4",
        "read PATH --shuffle FULL",
        "read PATH --rank 1",
        "read PATH --rank -1",
        "read PATH --rank 3 --world-size 3",
        "read PATH --world-size 0",
        "read PATH --rank-by index",
        "read PATH --rank-group 4",
        "read PATH --rank-by place --rank-group 0",
        "read PATH --remainder some",
        "read PATH --state-every 0",
        "read PATH --state",
        "read PATH --split test",
        "read PATH --validation 0.5",
        "read PATH --split training --validation 1.5",
        "read PATH --split training --validation NaN",
        "read PATH --split training --subset PATH",
        "read PATH --without-replacement",
        "read PATH --balance x --weights PATH",
        "read PATH --mix 1,2",
        "read PATH --mix 1,b",
        "read PATH --mix -1",
        "read PATH --mix 1 --split training",
        "read PATH --epoch-records -1",
        "read PATH --epoch-records 101",
        "read PATH --split validation --epoch-records 11",
        "read PATH --split-seed 3",
        "read PATH --state-every 5",
        "read PATH --batch-bytes 1m",
        "read PATH --seed one",
        "read PATH --seed 1 --seed 2",
        "read PATH --seed 99999999999999999999",
        "read PATH --batch-size 0",
        "read PATH --batch-size -1",
        "read PATH --batch-size 3000000000",
        "read PATH --epochs 0",
        "read PATH --first-epoch -1",
        "read PATH --first-epoch 9223372036854775807",
        "read PATH --limit 0",
        "read PATH --memory 1x",
        "read PATH --memory -1",
        "read PATH --memory 0",
        "read PATH --memory 1k",
        "read PATH --memory 99999999999g",
        "read PATH --readahead frobnicate=1",
        "read PATH --readahead backend",
        "read PATH --readahead backend=spdk",
        "read PATH --readahead queueDepth=0",
        "read PATH --readahead queueDepth=many",
        "read PATH --readahead backend=mmap,io=direct",
        "read PATH --readahead dropBehind=perhaps",
        "read PATH PATH",
        "read PATH --column x=PATH",
        "read --column PATH",
        "read --column =PATH",
        "read --column x=",
        "read --column x=PATH,,PATH",
        "read PATH --out - --json",
        "read PATH --out - --indices -",
        "read PATH --indices - --json",
        "read PATH --out same --indices same",
        "read PATH --out PATH",
        "read PATH --indices PATH",
        "order",
        "order PATH --batch-size 0",
        "order PATH --epoch -1",
        "order PATH --plot order.jpg",
        "order PATH --shuffle block --block-records 0",
        "convert PATH DST --resize 2x2",
        "convert PATH DST --gray",
        "convert PATH DST --lossy",
        "convert PATH DST --delimiter ;",
        "convert PATH DST --skip-lines 1",
        "demo --size 1k",
        "demo --size big",
        "demo --epochs 0",
        "demo PATH",
      })
  void isToldInOneLine(String line) throws IOException {
    Path path = Run.records(directory.resolve("x.npy"), 100, 4);
    byte[] before = Files.readAllBytes(path);
    Object[] arguments =
        line.isEmpty()
            ? new Object[0]
            : List.of(
                    line.replace("PATH", path.toString())
                        .replace("DST", directory.resolve("made.npy").toString())
                        .split(" "))
                .toArray();
    Run run = Run.of(arguments);
    assertThat(run.err()).startsWith("penstock: ").hasLineCount(1);
    assertThat(run.code()).isEqualTo(ExitCodes.USAGE);
    assertThat(run.text()).isEmpty();
    assertThat(Files.readAllBytes(path)).isEqualTo(before);
    assertThat(directory).isDirectoryNotContaining("glob:**made*");
  }

  @Test
  void aTypingErrorGetsASuggestion() {
    assertThat(Run.of("read", "x.npy", "--sed", "1").err()).contains("--seed");
    assertThat(Run.of("rad", "x.npy").err()).contains("did you mean").contains("read");
  }

  @Test
  void debugShowsTheStackAsWell() {
    Run run = Run.of("info", directory.resolve("missing.npy"), "--debug");
    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err()).startsWith("penstock: ").contains("\tat io.penstock.");
  }
}
