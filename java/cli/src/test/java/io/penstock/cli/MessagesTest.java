package io.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.cli.command.ExitCodes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Messages are in the words of the command line, and name the file and what is wrong with it. */
final class MessagesTest {
  @TempDir Path directory;
  private Path path;

  @BeforeEach
  void write() {
    path = Run.records(directory.resolve("x.npy"), 100, 4);
  }

  private static void says(String message, Object... arguments) {
    Run run = Run.of(arguments);
    assertThat(run.code()).isNotEqualTo(ExitCodes.DONE);
    assertThat(run.err()).startsWith("penstock: ").hasLineCount(1).contains(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--batch-size 0 | --batch-size must be 1 to",
        "--batch-size x | '--batch-size': must be a whole number, was 'x'",
        "--batch-size 3000000000 | '--batch-size': must be at most 2147483647, was 3000000000",
        "--limit -99999999999999999999 | must be at least -9223372036854775808, was -9999",
        "--seed 18446744073709551616 | must be a whole number of 64 bits, -2^63 to 2^64 - 1, was",
        "--seed one | '--seed': must be a whole number",
        "--mix 1,b | must be a number, was 'b'",
        "--memory 0 | --memory must be at least 1",
        "--memory 1k | give more memory, or a smaller --batch-size or maxRead",
        "--rank-group 2 | --rank-group must come with --rank-by place",
        "--rank-by place --rank-group 0 | --rank-group must be at least 1, was 0",
        "--rank-by index | must be position or place, was 'index'",
        "--rank 3 --world-size 2 | --rank must be from 0 to --world-size - 1 = 1, was 3",
        "--shuffle block --block-records 0 | --block-records must be from 1",
        "--shuffle block --window-blocks 0 | --window-blocks must be at least 1",
        "--split training --validation 2 | --validation must be from 0 to 1",
      })
  void optionsAreCalledByTheirNames(String options, String message) {
    String line = "read " + path + " " + options;
    says(message, (Object[]) line.split(" "));
  }

  @Test
  void filesBesideTheDataAreNamed() throws IOException {
    Path other = Run.records(directory.resolve("w.npy"), 100, 4);
    says(other + ": expected one number a record, found", "read", path, "--weights", other);
    says(other + ": expected one number a record, found", "read", path, "--subset", other);
    Path zeros = Run.npy(directory.resolve("z.npy"), "'|u1'", "(100,)", new byte[100]);
    says(zeros + ": weights must not all be 0", "read", path, "--weights", zeros);
    Path far = Run.npy(directory.resolve("f.npy"), "'|u1'", "(1,)", new byte[] {100});
    says(far + ": indices must be below", "read", path, "--subset", far);
    Path state = directory.resolve("state");
    assertThat(Run.of("read", path, "--limit", 1, "--state", state).code()).isZero();
    says(state + ": the state is of something else", "read", other, "--state", state);
    says(state + ": the state is of something else", "read", path, "--state", state, "--seed", 1);
  }

  @Test
  void whatTheSystemSaysIsToldInWords() throws IOException {
    says(
        "x.penstock.json: expected the manifest, found that it cannot be read: no such file",
        "verify",
        path);
    Path plot = directory.resolve("missing/o.png");
    Run run = Run.of("order", path, "--plot", plot);
    assertThat(run.err())
        .contains(plot + ": expected a place for the plot, found: no such file or directory");
    Path folder = Files.createDirectory(directory.resolve("mails"));
    Files.writeString(folder.resolve("1"), "hello");
    Path index = directory.resolve("missing/index");
    says(
        index + ": expected a place where the index of the folder can be written, found: no such",
        "read",
        folder,
        "--folder-index",
        index);
  }

  @Test
  void aFileWithACommaInItsNameIsOneFile() {
    Path comma = Run.records(directory.resolve("a,b.npy"), 10, 4);
    Path made = directory.resolve("made.npy");
    assertThat(Run.of("convert", comma, made).err()).isEmpty();
    assertThat(Run.of("read", "--column", "x=" + comma).err()).isEmpty();
    assertThat(Run.of("convert", comma + "," + path, made, "--force").err()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "reed x.npy | unknown command 'reed'; did you mean read?",
        "raed x.npy | unknown command 'raed'; did you mean read?",
        "conv | unknown command 'conv'; did you mean convert?",
        "frobnicate | unknown command 'frobnicate' (penstock --help",
        "help shufle | expected a command, found 'shufle'; did you mean shuffle?",
        "read x.npy --bacth-size=1 | unknown option '--bacth-size=1'; did you mean --batch-size?",
        "read x.npy --epoch 1 | did you mean --epoch-records, --epochs?",
        "info x.npy -q | unknown option '-q' (penstock info --help",
        "convert a b c | expected nothing more, found 'c'",
      })
  void whatWasMistypedIsSaidWithWhatIsLikeIt(String line, String message) {
    says(message, (Object[]) line.split(" "));
  }

  /** PyTorch's seeds have no sign. */
  @Test
  void seedsWithoutASignAreTheSame64Bits() {
    Run signed = Run.of("read", path, "--seed", -2, "--indices", "-");
    Run unsigned = Run.of("read", path, "--seed", "18446744073709551614", "--indices", "-");
    assertThat(unsigned.code()).as(unsigned.err()).isEqualTo(ExitCodes.DONE);
    assertThat(unsigned.text()).isEqualTo(signed.text());
    Run split =
        Run.of(
            "order",
            path,
            "--split",
            "training",
            "--split-seed",
            "9223372036854775808",
            "--plot",
            directory.resolve("order.png"));
    assertThat(split.code()).as(split.err()).isEqualTo(ExitCodes.DONE);
    says(
        "--shards must be at most 100 for 100 records, was 101",
        "shuffle",
        path,
        directory.resolve("out"),
        "--shards",
        101);
  }
}
