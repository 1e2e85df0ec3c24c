package io.penstock.cli.make;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.penstock.cli.Run;
import io.penstock.cli.command.ExitCodes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that {@code create}, {@code convert} and {@code take} make, without NumPy's help. */
@Timeout(120)
final class MakingTest {
  @TempDir Path directory;

  private Path file(String name) {
    return directory.resolve(name);
  }

  private static Run done(Object... arguments) {
    Run run = Run.of(arguments);
    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isEqualTo(ExitCodes.DONE);
    return run;
  }

  private static void refused(int code, String message, Object... arguments) {
    Run run = Run.of(arguments);
    assertThat(run.err()).startsWith("penstock: ").contains(message);
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.code()).isEqualTo(code);
  }

  private static byte[] bytes(Path path) {
    return Run.of("read", path, "--shuffle", "none", "--out", "-").out();
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void convertKeepsRecordsAndSaysWhatItMade() throws IOException {
    Path path = Run.records(file("x.npy"), 1000, 77);
    Run run = done("convert", path, file("y.npy"), "--json");
    JsonObject report = JsonParser.parseString(run.text()).getAsJsonObject();
    assertThat(report.get("records").getAsLong()).isEqualTo(1000);
    assertThat(report.get("bytes").getAsLong()).isEqualTo(77_000);
    assertThat(report.get("dtype").getAsString()).isEqualTo("|u1");
    assertThat(report.get("files").getAsJsonArray()).hasSize(1);
    assertThat(bytes(file("y.npy"))).isEqualTo(bytes(path));
    done("convert", path, file("z.npy"), "--align-records");
    assertThat(bytes(file("z.npy#z"))).isEqualTo(bytes(path));
    assertThat(names()).containsExactly("x.npy", "y.npy", "z.npy");
  }

  @ParameterizedTest
  @CsvSource({
    ":,0,1000,1",
    "10:,10,1000,1",
    ":990:,0,990,1",
    "7:900:13,7,900,13",
    "5:5,5,5,1",
    "999:5000:2,999,1000,2"
  })
  void selectionsAreThoseOfPython(String selection, int start, int stop, int step) {
    Path path = Run.records(file("x.npy"), 1000, 8);
    done("convert", path, file("y.npy"), "--select", selection, "--force");
    byte[] all = bytes(path);
    int count = 0;
    byte[] found = start == stop ? new byte[0] : bytes(file("y.npy"));
    for (int i = start; i < stop; i += step, count++) {
      for (int k = 0; k < 8; k++) {
        assertThat(found[count * 8 + k]).isEqualTo(all[i * 8 + k]);
      }
    }
    assertThat(found).hasSize(count * 8);
  }

  @Test
  void shardsAreTheWholeInPieces() throws IOException {
    Path path = Run.records(file("x.npy"), 1000, 8);
    done("convert", path, file("s.npy"), "--shards", 7);
    assertThat(names()).hasSize(8).contains("s-00000.npy", "s-00006.npy");
    Run read =
        Run.of("read", "--column", "s=" + file("s-*.npy"), "--shuffle", "none", "--out", "-");
    assertThat(read.out()).isEqualTo(bytes(path));
    done("convert", file("s-*.npy"), file("y.npy"));
    assertThat(bytes(file("y.npy"))).isEqualTo(bytes(path));
    // One shard is there already: none is made.
    refused(ExitCodes.FAILED, "--force", "convert", path, file("s.npy"), "--shards", 7);
    assertThat(names()).hasSize(9);
  }

  @Test
  void castsWithLossAreRefusedUnlessAllowed() throws IOException {
    Path path = Run.records(file("x.npy"), 300, 4);
    refused(
        ExitCodes.FAILED,
        "record 128: expected elements that are the same as |i1, found 128",
        "convert",
        path,
        file("y.npy"),
        "--dtype",
        "int8");
    assertThat(names()).containsExactly("x.npy");
    done("convert", path, file("y.npy"), "--dtype", "int8", "--lossy");
    assertThat(bytes(file("y.npy"))).isEqualTo(bytes(path));
    done("convert", path, file("f.npy"), "--dtype", ">f4");
    assertThat(Run.of("info", file("f.npy")).text()).contains(">f4");
    done("convert", file("f.npy"), file("z.npy"), "--dtype", "uint8");
    assertThat(bytes(file("z.npy"))).isEqualTo(bytes(path));
  }

  @Test
  void createMakesZerosOrANumber() throws IOException {
    done("create", file("x.npy"), "--dtype", "float32", "--shape", "1000x3");
    assertThat(bytes(file("x.npy"))).hasSize(12_000).containsOnly(0);
    done("create", file("y.npy"), "--dtype", "int16", "--shape", "100000x33", "--fill", "-1");
    assertThat(bytes(file("y.npy"))).hasSize(6_600_000).containsOnly(-1);
    refused(
        ExitCodes.USAGE,
        "--fill must be a number that |u1 has, was '256'",
        "create",
        file("z.npy"),
        "--dtype",
        "uint8",
        "--shape",
        "4",
        "--fill",
        256);
    refused(
        ExitCodes.USAGE, "--shape", "create", file("z.npy"), "--dtype", "uint8", "--shape", "4y3");
    refused(
        ExitCodes.FAILED,
        "expected room for",
        "create",
        file("z.npy"),
        "--dtype",
        "uint8",
        "--shape",
        1L << 50);
    assertThat(names()).containsExactly("x.npy", "y.npy");
  }

  @Test
  void takeFollowsTheIndices() throws IOException {
    Path path = Run.records(file("x.npy"), 1000, 8);
    Run.records(file("w.npy"), 1000, 3);
    Files.writeString(file("i.txt"), "999\n0\n0\n17\n");
    done("take", path, "--indices", file("i.txt"), "--out", file("y.npy"));
    Files.createDirectory(file("d"));
    done("take", path, file("w.npy"), "--indices", file("i.txt"), "--out", file("d"));
    byte[] all = bytes(path);
    byte[] found = bytes(file("y.npy"));
    int[] indices = {999, 0, 0, 17};
    for (int i = 0; i < 4; i++) {
      for (int k = 0; k < 8; k++) {
        assertThat(found[i * 8 + k]).isEqualTo(all[indices[i] * 8 + k]);
      }
    }
    assertThat(bytes(file("d/x.npy"))).isEqualTo(found);
    assertThat(bytes(file("d/w.npy"))).hasSize(12);
    // Indices as read wrote them give back that order.
    done("read", path, "--seed", 5, "--indices", file("order.txt"));
    done("take", path, "--indices", file("order.txt"), "--out", file("o.npy"));
    assertThat(bytes(file("o.npy")))
        .isEqualTo(Run.of("read", path, "--seed", 5, "--out", "-").out());
    Files.writeString(file("i.txt"), "1\n1000\n");
    refused(
        ExitCodes.FAILED,
        "expected indices of 0 to 999, found 1000 as number 1",
        "take",
        path,
        "--indices",
        file("i.txt"),
        "--out",
        file("z.npy"));
    Files.writeString(file("i.txt"), "1\nx\n");
    refused(
        ExitCodes.FAILED,
        "line 2",
        "take",
        path,
        "--indices",
        file("i.txt"),
        "--out",
        file("z.npy"));
  }

  @Test
  void takeOfDamagedOffsetsLeavesNothing() throws IOException {
    Path values = Run.npy(file("v.npy"), "'|u1'", "(4,)", new byte[4]);
    Path offsets = Run.npy(file("o.npy"), "'|u1'", "(4,)", new byte[] {0, 3, 2, 4});
    Path indices = Files.writeString(file("indices.txt"), "0\n1\n");
    refused(
        ExitCodes.FAILED,
        "record 1 of column 'v': expected it to lie within the 4 values",
        "take",
        values,
        "--offsets",
        "v=" + offsets,
        "--indices",
        indices,
        "--out",
        file("t.npy"));
    assertThat(names()).doesNotContain("t.npy", "t-offsets.npy");
  }

  @Test
  void takeThatFailsLeavesNoDirectory() throws IOException {
    Path a = Run.records(file("a.npy"), 10, 4);
    Path b = Run.records(file("b.npy"), 10, 4);
    Path indices = Files.writeString(file("indices.txt"), "0\n1\n");
    Object[] take = {"take", a, b, "--indices", indices, "--out", file("taken"), "--memory", 1};
    assertThat(Run.of(take).code()).isEqualTo(ExitCodes.USAGE);
    assertThat(file("taken")).doesNotExist();
    Files.createDirectory(file("taken"));
    assertThat(Run.of(take).code()).isEqualTo(ExitCodes.USAGE);
    assertThat(file("taken")).isEmptyDirectory();
  }

  @Test
  void textWithoutNumbersIsRefused() throws IOException {
    Path text = Files.writeString(file("t.csv"), "# nothing but words\n\n");
    refused(
        ExitCodes.FAILED,
        "t.csv: expected lines of numbers, found none",
        "convert",
        text,
        file("no.npy"));
    Files.writeString(text, "a,b\n1,2\n");
    refused(
        ExitCodes.FAILED,
        "t.csv: expected lines",
        "convert",
        text,
        file("no.npy"),
        "--skip-lines",
        2);
    assertThat(names()).containsExactly("t.csv");
  }

  @Test
  void optionsOfOtherSourcesAreRefused() throws IOException {
    Path bytes = Files.createDirectory(file("bytes"));
    Files.writeString(bytes.resolve("1.bin"), "abc");
    String images = "go with a folder of images";
    refused(ExitCodes.USAGE, images, "convert", bytes, file("no.npy"), "--gray");
    refused(ExitCodes.USAGE, images, "convert", bytes, file("no.npy"), "--resize", "2x2");
    Path text = Files.writeString(file("t.csv"), "1,2\n");
    refused(ExitCodes.USAGE, images, "convert", text, file("no.npy"), "--gray");
    refused(ExitCodes.USAGE, "go with text", "convert", bytes, file("no.npy"), "--delimiter", ";");
    refused(
        ExitCodes.USAGE, "--lossy goes with --dtype", "convert", text, file("no.npy"), "--lossy");
    assertThat(names()).containsExactly("bytes", "t.csv");
  }

  @Test
  void anExistingFileIsLeftAsItIs() throws IOException {
    Path path = Run.records(file("x.npy"), 10, 8);
    Files.writeString(file("y.npy"), "precious");
    Files.writeString(file("i.txt"), "1\n");
    refused(ExitCodes.FAILED, "--force", "convert", path, file("y.npy"));
    refused(
        ExitCodes.FAILED,
        "--force",
        "take",
        path,
        "--indices",
        file("i.txt"),
        "--out",
        file("y.npy"));
    refused(ExitCodes.FAILED, "--force", "create", file("y.npy"), "--dtype", "u1", "--shape", 3);
    assertThat(file("y.npy")).hasContent("precious");
    // The source itself is read from its own file while the new one is made.
    done("convert", path, path, "--force", "--dtype", "int16");
    assertThat(bytes(path)).hasSize(160);
  }

  @Test
  void aDirectoryThatMayNotBeWrittenIsNamed() throws IOException, InterruptedException {
    Path path = Run.records(file("x.npy"), 10, 8);
    Path closed = Files.createDirectory(file("closed"));
    closed.toFile().setWritable(false);
    assumeTrue(!Files.isWritable(closed), "root may write anywhere");
    refused(ExitCodes.FAILED, "permission denied", "convert", path, closed.resolve("y.npy"));
  }
}
