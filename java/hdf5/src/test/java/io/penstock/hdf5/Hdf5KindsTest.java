package io.penstock.hdf5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.penstock.format.Formats;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files of all kinds, compared with what h5py reads from them. A small set lies in the repository,
 * as {@code write_kinds.py FOLDER --small} wrote it; a larger one is written where h5py is.
 */
class Hdf5KindsTest {
  private static final Path FOLDER = Path.of("src/test/resources/io/penstock/hdf5");
  private static final String PYTHON = "/usr/bin/python3";

  @TempDir Path directory;

  @Test
  void filesOfTheRepositoryAreReadAsH5pyReadsThem() throws IOException {
    Kinds.unpack(directory);
    List<Expected> expected = Expected.read(directory.resolve("kinds.tsv"));
    assertThat(expected).hasSizeGreaterThan(500);
    Expected.check(expected, directory);
  }

  @Test
  void filesOfAllKindsAreReadAsH5pyReadsThem() throws Exception {
    assumeThat(python("import h5py, numpy")).as("h5py is not installed").isZero();
    Path list = directory.resolve("kinds.tsv");
    assertThat(
            run(
                list,
                PYTHON,
                FOLDER.resolve("write_kinds.py").toAbsolutePath().toString(),
                directory.toString()))
        .isZero();
    List<Expected> expected = Expected.read(list);
    assertThat(expected).hasSizeGreaterThan(3_500);
    Expected.check(expected, directory);
    assertThat(Formats.parts(directory.resolve("links-latest.h5"))).hasSize(70_001);
    assertThat(Formats.parts(directory.resolve("links-outside.h5")))
        .extracting(part -> part.problem().orElseThrow())
        .satisfiesExactly(
            a -> assertThat(a).contains("'a': ").contains("a link to '/g' in the file 'crowd.h5'"),
            b -> assertThat(b).contains("'b': ").contains("a soft link to '/c'"));
  }

  private int python(String program) throws Exception {
    return Files.isExecutable(Path.of(PYTHON))
        ? run(directory.resolve("out"), PYTHON, "-c", program)
        : 1;
  }

  private static int run(Path output, String... command) throws Exception {
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(output.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    return process.exitValue();
  }
}
