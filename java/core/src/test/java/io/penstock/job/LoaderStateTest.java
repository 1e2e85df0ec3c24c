package io.penstock.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.error.PenstockException;
import io.penstock.internal.job.Positions;
import io.penstock.internal.slot.Partition;
import io.penstock.internal.slot.RankShare;
import io.penstock.sampler.BlockShuffle;
import io.penstock.sampler.FullShuffle;
import io.penstock.sampler.Sampler;
import io.penstock.sampler.Sequential;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A line that says how far a job came, and refuses to be used for anything else. */
class LoaderStateTest {
  private static final String DATASET = "0123456789abcdef".repeat(4);
  private static final String LINE =
      "penstock-state/1 dataset=%s sampler=full/1 seed=-7 epoch=3 position=512 crc32c=e90c1a49"
          .formatted(DATASET);

  @TempDir Path directory;

  private static LoaderState state() {
    return LoaderState.of(DATASET, new FullShuffle(1_000, -7), 3, 0, 512);
  }

  @Test
  void aStateIsOneLine() {
    assertThat(state()).hasToString(LINE);
    assertThat(LoaderState.parse(LINE)).isEqualTo(state());
    assertThat(LoaderState.parse("  " + LINE + "\r\n")).isEqualTo(state());
    assertThat(state().position()).isEqualTo(512);
  }

  @Test
  void statesOfAllKindsAreReadAsTheyWereWritten() {
    BlockShuffle sampler = new BlockShuffle(1_000, 10, 4, Long.MIN_VALUE);
    for (Positions delivered :
        List.of(Positions.NONE, Positions.upTo(999), Positions.of(0, 5, 100, 300, 999, 1_000))) {
      for (long epoch : new long[] {0, 1, Long.MAX_VALUE}) {
        LoaderState state = LoaderState.of(DATASET, sampler, epoch, delivered.bounds());
        assertThat(state.toString()).doesNotContain("\n").isPrintable();
        assertThat(LoaderState.parse(state.toString())).isEqualTo(state);
        state.check(DATASET, sampler);
      }
    }
    assertThat(LoaderState.of(DATASET, sampler, 1, 0, 5, 100, 300).toString())
        .contains(" epoch=1 position=205 delivered=0-5,100-300 crc32c=");
  }

  @Test
  void theEndOfAnEpochIsTheBeginningOfTheNext() {
    Sampler sampler = new Sequential(1_000);
    LoaderState beginning = LoaderState.of(DATASET, sampler, 4);
    assertThat(LoaderState.of(DATASET, sampler, 3, 0, 1_000)).isEqualTo(beginning);
    for (Remainder remainder : Remainder.values()) {
      RankShare share = new Partition(0, 2, 30, remainder).share(sampler);
      long steps = remainder == Remainder.DROP ? 16 : 17;
      assertThat(share.stateAfter(DATASET, 3, steps, 0)).isEqualTo(beginning);
      assertThat(share.stateAfter(DATASET, 3, steps - 1, 0).position()).isEqualTo((steps - 1) * 60);
      assertThat(share.stateAfter(DATASET, 3, 0, 0).position()).isZero();
    }
  }

  @Test
  void whateverIsChangedInTheLineIsFound() {
    SplittableRandom random = new SplittableRandom(3);
    String line =
        LoaderState.of(DATASET, new BlockShuffle(9_000, 10, 4, 1), 3, 0, 5, 10, 30).toString();
    for (int i = 0; i < line.length(); i++) {
      char other = (char) (' ' + random.nextInt(95));
      if (other != line.charAt(i)) {
        assertRefused(line.substring(0, i) + other + line.substring(i + 1));
      }
      assertRefused(line.substring(0, i) + line.substring(i + 1));
      assertRefused(line.substring(0, i));
      assertRefused(line.substring(0, i) + '0' + line.substring(i));
    }
  }

  private static void assertRefused(String text) {
    assertThatExceptionOfType(PenstockException.class)
        .as(text)
        .isThrownBy(() -> LoaderState.parse(text))
        .withMessageContaining("expected ")
        .withMessageContaining(", found ")
        .withMessageEndingWith(": go on from another state, or start anew without one")
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(250).isPrintable());
  }

  @Test
  void corruptedStatesAreRefusedWithOneClearLine() {
    assertMessage("", "expected a line that starts with penstock-state/1, found ''");
    assertMessage(
        "\u0000\u0001\n" + "x".repeat(100_000),
        "expected a line that starts with penstock-state/1, found '???" + "x".repeat(57) + "...'");
    assertMessage(
        LINE.replace("state/1", "state/2"),
        "expected version 1 of the state, found '2', which another version of penstock writes");
    assertMessage(LINE.substring(0, 95), "expected crc32c= as word 3 of the state, found 'sampl'");
    assertMessage(
        LINE.replace("512", "513"),
        "expected a state with checksum 1b67994a, found 'e90c1a49': the text is damaged");
  }

  @Test
  void statesThatWereWrittenWrongAreRefused() {
    String sum = " crc32c=";
    String line = LINE.substring(0, LINE.indexOf(sum));
    assertMessage(signed(line + " more=1 more=2"), "expected a state of 7 or 8 words, found 9");
    assertMessage(
        signed(line.replace("seed", "seat")),
        "expected seed= as word 4 of the state, found 'seat=-7'");
    assertMessage(signed(line.replace("=3", "=x")), "expected a number as epoch, found 'x'");
    assertMessage(signed(line.replace("=3", "=-3")), "epoch must be >= 0, was -3");
    assertMessage(
        signed(line.replace("=512", "=-1")),
        "ranges must start at 0 or later and not end before that, was 0--1");
    assertMessage(
        signed(line + " delivered=0-5,9-12"),
        "expected position=8, which is what was delivered, found position=512");
    assertMessage(
        signed(line.replace("=0123", "=g123")),
        "fingerprint must be hexadecimal digits, was 'g" + DATASET.substring(1) + "'");
  }

  /** A line with a right checksum, as a faulty program might write it. */
  private static String signed(String line) {
    CRC32C checksum = new CRC32C();
    checksum.update(line.getBytes(StandardCharsets.UTF_8));
    return line + " crc32c=%08x".formatted(checksum.getValue());
  }

  private static void assertMessage(String text, String message) {
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(() -> LoaderState.parse(text))
        .withMessage(message + ": go on from another state, or start anew without one");
  }

  @Test
  void aStateOfSomethingElseIsRefusedWithWhatDiffers() {
    LoaderState state = state();
    state.check(DATASET, new FullShuffle(1_000, -7));
    assertDiffers(
        state,
        "f".repeat(64),
        new FullShuffle(1_000, -7),
        "dataset expected 0123456789abcdef..., found ffffffffffffffff..."
            + " (other columns, types, shapes or numbers of records)");
    assertDiffers(
        state,
        DATASET.substring(0, 32) + "f".repeat(32),
        new FullShuffle(1_000, -7),
        "dataset expected 0123456789abcdef..., found 0123456789abcdef... (the same columns, types,"
            + " shapes and numbers of records, but other contents)");
    assertDiffers(
        state,
        "f".repeat(48),
        new FullShuffle(1_000, -7),
        "dataset expected 0123456789abcdef..., found ffffffffffffffff... (the state is of an"
            + " earlier version, which tells files by their times: one was touched, copied or"
            + " changed since)");
    assertDiffers(state, DATASET, new FullShuffle(1_000, 8), "seed expected -7, found 8");
    assertDiffers(
        state,
        DATASET,
        new BlockShuffle(1_000, 10, 4, -7),
        "sampler expected full/1, found block/1;blockRecords=10;windowBlocks=4");
    assertDiffers(
        LoaderState.of(DATASET, new BlockShuffle(1_000, 10, 4, 1), 3),
        "f".repeat(64),
        new BlockShuffle(1_000, 10, 8, 2),
        "dataset expected 0123456789abcdef..., found ffffffffffffffff..."
            + " (other columns, types, shapes or numbers of records); sampler expected"
            + " block/1;blockRecords=10;windowBlocks=4, found"
            + " block/1;blockRecords=10;windowBlocks=8; seed expected 1, found 2");
    assertDiffers(
        LoaderState.of(DATASET, "full/0", -7, 3),
        DATASET,
        new FullShuffle(1_000, -7),
        "order version expected full/0, found full/1");
    assertDiffers(
        state,
        DATASET,
        new FullShuffle(511, -7),
        "size of an epoch expected to be at least 512, found 511");
  }

  private static void assertDiffers(
      LoaderState state, String dataset, Sampler sampler, String differences) {
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(() -> state.check(dataset, sampler))
        .withMessage(
            "the state is of something else: "
                + differences
                + ": resume with the data and order that it was saved for, or start over without"
                + " it");
  }

  @Test
  void partsThatAreNoneAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LoaderState.of("", "full/1", 0, 0))
        .withMessage("fingerprint must be hexadecimal digits, was ''");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LoaderState.of("ab", "full 1", 0, 0))
        .withMessage("sampler must be printable ASCII without spaces, was 'full 1'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LoaderState.of("ab", "full/1", 0, -1))
        .withMessage("epoch must be >= 0, was -1");
  }

  @Test
  void aFileIsReplacedAsAWhole() throws IOException {
    Path path = directory.resolve("job.state");
    StateFile.write(path, state());
    assertThat(path).hasContent(LINE + "\n");
    LoaderState next = LoaderState.of(DATASET, new Sequential(9), 0, 0, 4);
    StateFile.write(path, next);
    assertThat(StateFile.read(path)).isEqualTo(next);
    try (var files = Files.list(directory)) {
      assertThat(files).containsExactly(path);
    }
  }

  @Test
  void filesThatHoldNoStateAreRefusedByName() throws IOException {
    Path path = directory.resolve("job.state");
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(() -> StateFile.read(path))
        .withMessageStartingWith(path + ": the state cannot be read: ");
    Files.writeString(path, LINE.substring(0, 95));
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(() -> StateFile.read(path))
        .withMessage(
            path
                + ": expected crc32c= as word 3 of the state, found 'sampl'"
                + ": go on from another state, or start anew without one");
    Files.write(path, new byte[(4 << 20) + 1]);
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(() -> StateFile.read(path))
        .withMessage(
            path
                + ": expected a state of at most 4194304 bytes, found a file of 4194305:"
                + " is it the right file?");
  }

  @Test
  void aStateThatCannotBeSavedLeavesTheOldOne() throws IOException {
    Path path = directory.resolve("missing/job.state");
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(() -> StateFile.write(path, state()))
        .withMessageStartingWith(path + ": the state cannot be saved: ");
    Path taken = Files.createDirectories(directory.resolve("taken/x")).getParent();
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(() -> StateFile.write(taken, state()))
        .withMessageStartingWith(taken + ": the state cannot be saved: ");
    try (var files = Files.list(directory)) {
      assertThat(files).containsExactly(taken);
    }
  }

  @Test
  void ofRanksThatWereKilledAtDifferentBatchesTheLeastStateCounts() {
    LoaderState early = LoaderState.of("ab", "full/1", 7, 2, 0, 512);
    LoaderState late = LoaderState.of("ab", "full/1", 7, 2, 0, 768);
    LoaderState next = LoaderState.of("ab", "full/1", 7, 3);
    assertThat(LoaderState.least(List.of(late, next, early))).isEqualTo(early);
    assertThat(LoaderState.least(List.of(next))).isEqualTo(next);
    LoaderState other = LoaderState.of("ab", "full/1", 8, 0);
    assertThatThrownBy(() -> LoaderState.least(List.of(early, other)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("of one job");
    assertThatThrownBy(() -> LoaderState.least(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
