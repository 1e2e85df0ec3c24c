package io.penstock.cli.make;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.cli.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Processes that convert and are killed, or have much less memory than there is data. */
@Timeout(180)
final class ConvertProcessTest {
  private static final int RECORDS = 20_000;
  private static final int RECORD_BYTES = 512;
  private static final long SEED = 11;

  @TempDir Path directory;

  private static Process start(List<String> options, Object... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // A short run is mostly the compilers' work, and collectors' threads.
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.penstock.cli.Main"));
    Stream.of(arguments).map(Object::toString).forEach(command::add);
    return new ProcessBuilder(command)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  /**
   * The moments are spread over the time that the first run took, which nobody kills, so that some
   * are while a file is written, whatever the machine.
   */
  @Test
  void aKilledRunLeavesTheOldFileOrTheWholeNewOne() throws Exception {
    Path source = Run.records(directory.resolve("x.npy"), RECORDS, RECORD_BYTES);
    Path target = directory.resolve("y.npy");
    Object[] convert = {"convert", source, target, "--force", "--dtype", "int16"};
    long startNanos = System.nanoTime();
    assertThat(start(List.of(), convert).waitFor()).isZero();
    long wholeMillis = (System.nanoTime() - startNanos) / 1_000_000;
    byte[] whole = Files.readAllBytes(target);
    byte[] old = {1, 2, 3};
    SplittableRandom random = new SplittableRandom(SEED);
    for (int run = 0; run < 5; run++) {
      Files.write(target, old);
      Process process = start(List.of(), convert);
      process.waitFor(random.nextLong(wholeMillis / 2, wholeMillis), TimeUnit.MILLISECONDS);
      process.destroyForcibly().waitFor();
      byte[] found = Files.readAllBytes(target);
      assertThat(Arrays.equals(found, old) || Arrays.equals(found, whole)).isTrue();
      assertThat(names()).hasSizeBetween(2, 3);
    }
    assertThat(start(List.of(), convert).waitFor()).isZero();
    assertThat(Files.readAllBytes(target)).isEqualTo(whole);
    assertThat(names()).containsExactly("x.npy", "y.npy");
  }

  @Test
  void memoryDoesNotGrowWithTheData() throws Exception {
    // 48 MiB of zeros are some 200 KB deflated, and 96 MiB as int16; the heap is a quarter of that.
    Path archive = directory.resolve("z.npz");
    byte[] chunk = new byte[1 << 20];
    Path header = Run.npy(directory.resolve("header.npy"), "'|u1'", "(49152, 1024)", new byte[0]);
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(archive))) {
      zip.setLevel(1);
      zip.putNextEntry(new ZipEntry("x.npy"));
      zip.write(Files.readAllBytes(header));
      for (int i = 0; i < 48; i++) {
        zip.write(chunk);
      }
      zip.closeEntry();
    }
    Process process =
        start(
            List.of("-Xmx24m"),
            "convert",
            archive + "#x",
            directory.resolve("y.npy"),
            "--dtype",
            "int16");
    assertThat(process.waitFor()).isZero();
    assertThat(Files.size(directory.resolve("y.npy"))).isEqualTo(4096 + (96L << 20));
    assertThat(names()).containsExactly("header.npy", "y.npy", "z.npz");
  }
}
