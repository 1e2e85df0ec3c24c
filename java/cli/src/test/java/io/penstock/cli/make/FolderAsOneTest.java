package io.penstock.cli.make;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.penstock.cli.Python;
import io.penstock.cli.Run;
import io.penstock.cli.command.ExitCodes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code convert} of a folder whose files stay what they are: as values, and as an archive. */
@Timeout(120)
final class FolderAsOneTest {
  private static final String VALUES =
      """
      import sys, os, numpy as np
      folder, stem = sys.argv[1:]
      values, offsets, names = (np.load(stem + end) for end in ('.npy', '-offsets.npy', '-names.npy'))
      labels = np.load(stem + '-labels.npy')
      import json
      classes = json.load(open(stem + '-classes.json'))
      assert values.dtype == np.uint8 and len(offsets) == len(names) + 1 == len(labels) + 1
      for i, name in enumerate(names):
          with open(os.fsencode(folder) + b'/' + name, 'rb') as f:
              assert f.read() == values[offsets[i]:offsets[i + 1]].tobytes(), name
          top = name.split(b'/')[0].decode() if b'/' in name else None
          assert (classes[labels[i]] if labels[i] >= 0 else None) == top, name
      print(len(set(names)))
      """;

  private static final String TAR =
      """
      import sys, os, tarfile
      folder, tar = sys.argv[1:]
      names = set()
      with tarfile.open(tar, 'r:') as t:
          for member in t:
              assert member.isfile() and member.mode == 0o644 and member.uid == 0
              with open(os.path.join(folder, member.name), 'rb') as f:
                  assert f.read() == t.extractfile(member).read(), member.name
              assert member.mtime == int(os.stat(os.path.join(folder, member.name)).st_mtime)
              names.add(member.name)
      print(len(names))
      """;

  @TempDir Path directory;
  private Path mails;
  private int count;

  private void write(String name, byte[] bytes) throws IOException {
    Path file = mails.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, bytes);
    // An archive has whole seconds.
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_234_567_890_000L + 1000L * count));
    count++;
  }

  @BeforeEach
  void write() throws IOException {
    mails = directory.resolve("mails");
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 300; i++) {
      byte[] bytes = new byte[random.nextInt(5000)];
      random.nextBytes(bytes);
      write((i % 2 == 0 ? "ham/" : "spam/") + i, bytes);
    }
    byte[] large = new byte[(3 << 20) + 5];
    random.nextBytes(large);
    write("ham/large", large);
    write("ham/empty", new byte[0]);
    write("in no class", new byte[512]);
    write("größe/prüfung.txt", "ä".getBytes(StandardCharsets.UTF_8));
    write("spam/" + "n".repeat(96), new byte[] {1});
    write("spam/" + "n".repeat(95), new byte[] {2});
    write("spam/" + "long".repeat(30) + "/" + "name".repeat(20), new byte[] {3});
    write("spam/" + "long".repeat(50) + "/" + "name".repeat(40), new byte[513]);
  }

  private static JsonObject json(Run run) {
    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isEqualTo(ExitCodes.DONE);
    return JsonParser.parseString(run.text()).getAsJsonObject();
  }

  private List<String> others() throws IOException {
    try (var files = Files.list(directory)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.equals("mails"))
          .sorted()
          .toList();
    }
  }

  private long bytes() throws IOException {
    try (var files = Files.walk(mails)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }

  @Test
  void valuesAreTheFilesOneAfterAnother() throws IOException, InterruptedException {
    Path target = directory.resolve("all.npy");
    JsonObject made = json(Run.of("convert", mails, target, "--as", "values", "--json"));
    assertThat(made.get("records").getAsInt()).isEqualTo(count);
    assertThat(made.get("bytes").getAsLong()).isEqualTo(bytes());
    assertThat(made.get("dtype").getAsString()).isEqualTo("|u1");
    assertThat(made.get("recordShape").toString()).isEqualTo("[null]");
    assertThat(made.get("labels").toString()).isEqualTo("[\"größe\",\"ham\",\"spam\"]");
    assertThat(others())
        .containsExactly(
            "all-classes.json", "all-labels.npy", "all-names.npy", "all-offsets.npy", "all.npy");
    // The same order and bytes as the folder itself.
    JsonObject folder = json(Run.of("read", mails, "--seed", 3, "--digest", "--json"));
    JsonObject values =
        json(
            Run.of(
                "read",
                "--column",
                "mails=" + target,
                "--offsets",
                "mails=" + directory.resolve("all-offsets.npy"),
                "--seed",
                3,
                "--digest",
                "--json"));
    assertThat(values.get("digest")).isEqualTo(folder.get("digest"));
    String python = Python.withNumPy();
    assumeTrue(python != null, "no python3 with numpy (Debian: python3-numpy) on this machine");
    assertThat(Python.run(python, VALUES, mails, directory.resolve("all")))
        .isEqualToIgnoringWhitespace(Integer.toString(count));
  }

  @Test
  void anArchiveHasTheFilesUnderTheirNames() throws IOException, InterruptedException {
    Path target = directory.resolve("all.tar");
    JsonObject made = json(Run.of("convert", mails, target, "--json"));
    assertThat(made.get("records").getAsInt()).isEqualTo(count);
    assertThat(made.get("bytes").getAsLong()).isEqualTo(bytes());
    assertThat(Files.size(target) % 10240).isZero();
    assertThat(others()).containsExactly("all.tar");
    byte[] first = Files.readAllBytes(target);
    assertThat(Run.of("convert", mails, target, "--force").code()).isEqualTo(ExitCodes.DONE);
    assertThat(Files.readAllBytes(target)).isEqualTo(first);
    String python = Python.withNumPy();
    assumeTrue(python != null, "no python3 with numpy (Debian: python3-numpy) on this machine");
    assertThat(Python.run(python, TAR, mails, target))
        .isEqualToIgnoringWhitespace(Integer.toString(count));
  }

  @Test
  void theTarOfTheSystemFindsNoDifference() throws IOException, InterruptedException {
    assumeTrue(Files.exists(Path.of("/bin/tar")), "no tar on this machine");
    Path target = directory.resolve("some.data");
    Run run = Run.of("convert", mails, target, "--as", "tar", "--pattern", "!large");
    assertThat(run.code()).as(run.err()).isEqualTo(ExitCodes.DONE);
    Process tar =
        new ProcessBuilder("/bin/tar", "-df", target.toString(), "-C", mails.toString())
            .redirectErrorStream(true)
            .start();
    String found = new String(tar.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    tar.waitFor();
    // Modes and owners are not those of the files.
    assertThat(found.lines().filter(line -> !line.matches(".*: (Mode|Uid|Gid) differs"))).isEmpty();
  }

  @Test
  void someOfTheFilesAreSelected() throws IOException {
    Path target = directory.resolve("some.npy");
    JsonObject made =
        json(
            Run.of(
                "convert",
                mails,
                target,
                "--as",
                "values",
                "--select",
                "3:200:7",
                "--pattern",
                "!spam",
                "--json"));
    assertThat(made.get("records").getAsInt()).isEqualTo(22);
    JsonObject info =
        json(
            Run.of(
                "info",
                target,
                "--offsets",
                "some=" + directory.resolve("some-offsets.npy"),
                "--json"));
    assertThat(info.get("records").getAsInt()).isEqualTo(22);
    assertThat(info.get("dataBytes").getAsLong()).isEqualTo(made.get("bytes").getAsLong());
  }

  @Test
  void existingFilesAreKept() throws IOException {
    for (String name : List.of("all.npy", "all-offsets.npy", "all-names.npy", "all-classes.json")) {
      Path taken = Files.writeString(directory.resolve(name), "mine");
      Run run = Run.of("convert", mails, directory.resolve("all.npy"), "--as", "values");
      assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
      assertThat(run.err()).hasLineCount(1).contains(name);
      assertThat(others()).containsExactly(name);
      assertThat(taken).hasContent("mine");
      Files.delete(taken);
    }
    Path tar = Files.writeString(directory.resolve("all.tar"), "mine");
    assertThat(Run.of("convert", mails, tar).code()).isEqualTo(ExitCodes.FAILED);
    assertThat(tar).hasContent("mine");
  }

  @Test
  void optionsOfOtherSourcesAreRefused() {
    Path target = directory.resolve("all.tar");
    for (Object[] wrong :
        new Object[][] {
          {"--dtype", "float32"},
          {"--lossy"},
          {"--resize", "3x3"},
          {"--gray"},
          {"--skip-lines", 1},
          {"--shards", 2},
          {"--resume"},
          {"--align-records"},
          {"--as", "zip"},
        }) {
      Object[] words = new Object[3 + wrong.length];
      words[0] = "convert";
      words[1] = mails;
      words[2] = target;
      System.arraycopy(wrong, 0, words, 3, wrong.length);
      Run run = Run.of(words);
      assertThat(run.code()).as("%s", wrong[0]).isEqualTo(ExitCodes.USAGE);
      assertThat(run.err()).contains(wrong[0].toString());
      assertThat(target).doesNotExist();
    }
    Path file = Run.records(directory.resolve("x.npy"), 3, 4);
    Run run = Run.of("convert", file, target);
    assertThat(run.code()).isEqualTo(ExitCodes.USAGE);
    assertThat(run.err()).contains("must come with a folder");
  }
}
