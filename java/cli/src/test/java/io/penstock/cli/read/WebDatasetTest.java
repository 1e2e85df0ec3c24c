package io.penstock.cli.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.cli.Python;
import io.penstock.cli.Run;
import io.penstock.format.Source;
import io.penstock.options.Shuffle;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives by Python's tarfile, by GNU tar and by convert hold what was put into them. */
final class WebDatasetTest {
  private static final int SAMPLES = 200;

  /** Adds the files of a folder, sorted, in one of Python's formats. */
  private static final String PACK =
      """
      import os, sys, tarfile
      archive, folder, form = sys.argv[1:]
      form = os.path.basename(form)
      with tarfile.open(archive, 'w', format=getattr(tarfile, form + '_FORMAT')) as tar:
          for at, folders, names in sorted(os.walk(folder)):
              for name in sorted(names):
                  path = os.path.join(at, name)
                  tar.add(path, os.path.relpath(path, folder))
      """;

  @TempDir Path directory;
  private Path folder;
  private final Map<String, byte[]> files = new HashMap<>();

  @BeforeEach
  void write() throws IOException {
    folder = directory.resolve("data");
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < SAMPLES; i++) {
      String deep = i % 3 == 0 ? "d".repeat(60) + "/" + "e".repeat(70) : "n";
      String key = deep + "/" + (i % 5 == 0 ? "k".repeat(80) : "k") + "%04d".formatted(i);
      Files.createDirectories(folder.resolve(deep));
      for (String ending : List.of("bin", "meta.json")) {
        byte[] bytes = new byte[random.nextInt(i % 17 == 0 ? 200_000 : 2000)];
        random.nextBytes(bytes);
        files.put(key + "." + ending, bytes);
        Files.write(folder.resolve(key + "." + ending), bytes);
      }
    }
  }

  private void assertHasAll(Path archive) {
    Source source = Source.of(archive);
    try (Dataset dataset =
        Dataset.open(source.part("bin"), source.part("meta.json"), source.part("__key__"))) {
      assertThat(dataset.recordCount()).isEqualTo(SAMPLES);
      for (Shuffle shuffle : List.of(Shuffle.NONE, Shuffle.FULL)) {
        Map<String, byte[]> left = new HashMap<>(files);
        try (Loader loader =
            dataset.loader().batchSize(32).shuffle(shuffle).memoryBytes(64 << 20).build()) {
          for (Batch batch : loader.epoch(0)) {
            for (int i = 0; i < batch.size(); i++) {
              String key = new String(bytes(batch, "__key__", i), StandardCharsets.UTF_8);
              for (String ending : List.of("bin", "meta.json")) {
                byte[] expected = left.remove(key.replaceFirst("^\\./", "") + "." + ending);
                assertThat(bytes(batch, ending, i)).isEqualTo(expected);
              }
            }
          }
        }
        assertThat(left).isEmpty();
      }
    }
  }

  private static byte[] bytes(Batch batch, String column, int i) {
    return batch.record(column, i).toArray(ValueLayout.JAVA_BYTE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"USTAR", "GNU", "PAX"})
  void archivesOfPythonAreRead(String form) throws IOException, InterruptedException {
    String python = Python.withNumPy();
    assumeTrue(python != null, "no python3 with numpy (Debian: python3-numpy) on this machine");
    Path archive = directory.resolve("x.tar");
    Python.run(python, PACK, archive, folder, Path.of(form));
    assertHasAll(archive);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ustar", "gnu", "oldgnu", "posix"})
  void archivesOfTarAreRead(String form) throws IOException, InterruptedException {
    Path archive = directory.resolve("x.tar");
    run("tar", "--format=" + form, "--sort=name", "-C", folder.toString(), "-cf", archive, ".");
    assertHasAll(archive);
  }

  @Test
  void archivesOfConvertAreRead() {
    Path archive = directory.resolve("x.tar");
    assertThat(Run.of("convert", folder, archive).code()).isZero();
    assertHasAll(archive);
    assertThat(Run.of("info", archive).text()).contains("#bin", "#meta.json", "#__key__", "200");
  }

  @Test
  void aCompressedArchiveIsUnpackedAndRead() throws IOException, InterruptedException {
    Path packed = directory.resolve("x.tar.gz");
    run("tar", "--sort=name", "-C", folder.toString(), "-czf", packed, ".");
    Path archive = directory.resolve("x.tar");
    assertThat(Run.of("convert", packed, archive).code()).isZero();
    assertHasAll(archive);
  }

  private static void run(Object... words) throws IOException, InterruptedException {
    List<String> command = Stream.of(words).map(Object::toString).toList();
    assumeTrue(
        Stream.of("/bin/tar", "/usr/bin/tar").map(Path::of).anyMatch(Files::exists),
        "no tar on this machine");
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(Arrays.toString(words) + ": " + output).isZero();
  }
}
