package io.penstock.zarr;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.cli.Main;
import io.penstock.cli.command.Streams;
import io.penstock.format.Formats;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code convert} and {@code info} of folders of Zarr. */
class ZarrConvertTest {
  @TempDir Path directory;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void unpack() {
    ZarrFiles.unpack(directory, "fortran-3", "nested", "group");
  }

  private int run(Object... arguments) {
    Streams streams =
        new Streams(Channels.newChannel(out), true, new PrintWriter(err, true), false);
    return Main.run(streams, Stream.of(arguments).map(Object::toString).toArray(String[]::new));
  }

  /** The data behind a header, whose length differs. */
  private static byte[] data(Path npy) throws IOException {
    byte[] file = Files.readAllBytes(npy);
    return Arrays.copyOfRange(file, (int) Formats.open(npy).dataOffset(), file.length);
  }

  private static void assertSame(Path actual, Path expected) throws IOException {
    assertThat(Formats.open(actual).shape()).isEqualTo(Formats.open(expected).shape());
    assertThat(Formats.open(actual).elementType()).isEqualTo(Formats.open(expected).elementType());
    assertThat(data(actual)).isEqualTo(data(expected));
  }

  @Test
  void anArrayBecomesTheFileThatNumpyWrites() throws IOException {
    Path target = directory.resolve("made.npy");
    assertThat(run("convert", directory.resolve("fortran-3.zarr"), target)).as("%s", err).isZero();
    assertSame(target, directory.resolve("fortran-3.npy"));
  }

  @Test
  void recordsAreSelected() throws IOException {
    Path target = directory.resolve("made.npy");
    Path source = directory.resolve("nested.zarr");
    assertThat(run("convert", source, target, "--select", "2:7")).as("%s", err).isZero();
    int record = 8 * 7 * Integer.BYTES;
    assertThat(data(target))
        .isEqualTo(
            Arrays.copyOfRange(data(directory.resolve("nested.npy")), 2 * record, 7 * record));
  }

  @Test
  void aGroupBecomesAFileForEachArray() throws IOException {
    Path target = directory.resolve("made");
    assertThat(run("convert", directory.resolve("group.zarr"), target)).as("%s", err).isZero();
    for (String name : new String[] {"images", "labels"}) {
      assertSame(
          target.resolve("train." + name + ".npy"), directory.resolve("group." + name + ".npy"));
    }
    Path one = directory.resolve("one.npy");
    assertThat(run("convert", directory.resolve("group.zarr#train/labels"), one))
        .as("%s", err)
        .isZero();
    assertSame(one, directory.resolve("group.labels.npy"));
  }

  @Test
  void infoSaysWhatToDo() {
    assertThat(run("info", "--json", directory.resolve("group.zarr"))).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("group.zarr/.zgroup#train/images", "write it out once with penstock convert");
  }
}
