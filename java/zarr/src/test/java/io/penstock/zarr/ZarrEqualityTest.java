package io.penstock.zarr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.array.ArrayLayout;
import io.penstock.array.StreamedArray;
import io.penstock.format.Formats;
import io.penstock.format.Source;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Arrays that Python's zarr wrote have the bytes that it reads. */
class ZarrEqualityTest {
  private static final Path SCRIPT =
      Path.of("src/test/resources/io/penstock/zarr/write_zarr.py").toAbsolutePath();

  @TempDir Path directory;

  @Test
  void committedArraysHaveTheBytesThatPythonReads() throws IOException {
    ZarrFiles.unpack(directory);
    assertAllEqual(60);
  }

  @Test
  void arraysOfTheInstalledZarrHaveTheBytesThatPythonReads() throws IOException {
    List<String> pythons = new ArrayList<>(List.of("python3", "/usr/bin/python3"));
    pythons.removeIf(python -> !hasZarr(python));
    assumeTrue(
        !pythons.isEmpty(), "no python3-zarr: the committed arrays are compared all the same");
    run(pythons.getFirst(), SCRIPT.toString(), directory.toString());
    assertAllEqual(60);
  }

  private boolean hasZarr(String python) {
    try {
      return exit(python, "-c", "import zarr; assert zarr.__version__.startswith('2.')") == 0;
    } catch (IOException e) {
      return false; // There is no Python of this name.
    }
  }

  private void run(String... command) throws IOException {
    assertThat(exit(command)).as(Files.readString(output(), StandardCharsets.UTF_8)).isZero();
  }

  private Path output() {
    return directory.resolve("output");
  }

  private int exit(String... command) throws IOException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output().toFile())
            .start();
    return process.onExit().join().exitValue();
  }

  private void assertAllEqual(int least) throws IOException {
    List<Path> arrays;
    try (Stream<Path> files = Files.list(directory)) {
      arrays =
          files
              .filter(file -> file.toString().endsWith(".zarr"))
              .filter(file -> Files.exists(file.resolve(".zarray")))
              .sorted()
              .toList();
    }
    assertThat(arrays).hasSizeGreaterThan(least);
    for (Path array : arrays) {
      String name = array.getFileName().toString().replace(".zarr", "");
      assertEqual(Source.of(array.resolve(".zarray")), directory.resolve(name + ".npy"));
    }
    for (String name : List.of("images", "labels")) {
      assertEqual(
          Source.of(directory.resolve("group.zarr/.zgroup")).part("train/" + name),
          directory.resolve("group." + name + ".npy"));
    }
  }

  private static void assertEqual(Source source, Path expected) throws IOException {
    StreamedArray array = Formats.streamed(source).orElseThrow();
    ArrayLayout layout = Formats.open(expected);
    assertThat(array.shape()).as(source.toString()).isEqualTo(layout.shape());
    assertThat(array.elementType()).as(source.toString()).isEqualTo(layout.elementType());
    byte[] npy = Files.readAllBytes(expected);
    byte[] elements = Arrays.copyOfRange(npy, (int) layout.dataOffset(), npy.length);
    try (InputStream in = array.source().open()) {
      assertThat(in.readAllBytes()).as(source.toString()).isEqualTo(elements);
    }
  }
}
