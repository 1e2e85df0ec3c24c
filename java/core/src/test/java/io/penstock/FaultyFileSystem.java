package io.penstock;

import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A directory on a device that is sick on command: a file system in user space, compiled from
 * {@code faultyfs.c}. Where there is no FUSE, the test is skipped, and says so.
 */
final class FaultyFileSystem {
  private final Path mount;
  private final Path mode;
  private final Path count;
  private final Path held;
  private final Process process;

  /** Mounts a mirror of {@code data} in a new directory below {@code scratch}. */
  FaultyFileSystem(Path data, Path scratch) throws IOException, InterruptedException {
    assumeTrue(Files.isReadable(Path.of("/dev/fuse")), "there is no /dev/fuse here");
    Path program = compile(scratch);
    mount = Files.createDirectory(scratch.resolve("mount"));
    mode = scratch.resolve("mode");
    count = scratch.resolve("count");
    held = scratch.resolve("held");
    be("ok");
    ProcessBuilder builder =
        new ProcessBuilder(program.toString(), mount.toString(), "-f").inheritIO();
    builder.environment().put("FAULTY_DIR", data.toString());
    builder.environment().put("FAULTY_MODE", mode.toString());
    builder.environment().put("FAULTY_COUNT", count.toString());
    builder.environment().put("FAULTY_HELD", held.toString());
    builder.environment().remove("LD_PRELOAD");
    process = builder.start();
    while (!Files.exists(mount.resolve(data.relativize(anyFile(data))))) {
      if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
        abort("a file system in user space cannot be mounted here");
      }
    }
  }

  private static Path anyFile(Path data) throws IOException {
    try (var files = Files.list(data)) {
      return files.findAny().orElseThrow();
    }
  }

  private static Path compile(Path scratch) throws IOException, InterruptedException {
    Path source = scratch.resolve("faultyfs.c");
    try (InputStream stream = FaultyFileSystem.class.getResourceAsStream("/faultyfs.c")) {
      Files.copy(stream, source, StandardCopyOption.REPLACE_EXISTING);
    }
    Path program = scratch.resolve("faultyfs");
    List<String> command = new ArrayList<>(List.of("cc", "-O1", "-o", program.toString()));
    command.add(source.toString());
    command.addAll(Arrays.asList(fuseFlags().split("\\s+")));
    assumeTrue(run(command), "faultyfs.c cannot be compiled here");
    return program;
  }

  private static String fuseFlags() throws IOException, InterruptedException {
    try {
      Process config = new ProcessBuilder("pkg-config", "--cflags", "--libs", "fuse3").start();
      String flags = new String(config.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assumeTrue(config.waitFor() == 0, "libfuse3 is not installed");
      return flags.strip();
    } catch (IOException e) {
      return abort("there is no pkg-config to find libfuse3 with");
    }
  }

  private static boolean run(List<String> command) throws IOException, InterruptedException {
    try {
      return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
    } catch (IOException e) {
      return abort(command.getFirst() + " is not installed");
    }
  }

  Path path(String name) {
    return mount.resolve(name);
  }

  /** How the device is from now on: see faultyfs.c. */
  void be(String how) throws IOException {
    Path next = mode.resolveSibling("mode.next");
    Files.writeString(next, how);
    Files.move(next, mode, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Waits until a call does not come back; once for each time that it hangs. */
  void awaitHeld() {
    while (!Files.exists(held)) {
      Thread.onSpinWait();
    }
  }

  /** Reads that failed so far. */
  long failedReads() throws IOException {
    return Files.exists(count) ? Files.size(count) : 0;
  }

  /** What still waits for the device is let go. */
  void unmount() throws IOException, InterruptedException {
    be("ok");
    new ProcessBuilder("fusermount3", "-u", "-z", mount.toString()).start().waitFor();
    process.destroy();
    process.waitFor();
  }
}
