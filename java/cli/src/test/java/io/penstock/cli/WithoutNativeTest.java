package io.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonParser;
import io.penstock.Loader;
import io.penstock.internal.library.LibrarySearch;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line in processes that cannot load the native library, for six reasons. */
final class WithoutNativeTest {
  private static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

  @TempDir Path directory;

  private record Ended(int code, String out, String err) {}

  /** Runs a command with its own JVM options, in front of which another command may stand. */
  private Ended run(List<String> before, String classPath, List<String> jvm, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m"));
    command.addAll(jvm);
    command.addAll(List.of("-cp", classPath, "io.penstock.cli.Main"));
    command.addAll(List.of(arguments));
    Path out = Files.createTempFile(directory, "out", "");
    Path err = Files.createTempFile(directory, "err", "");
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("%s ended", command).isTrue();
    return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  private Ended run(List<String> jvm, String... arguments)
      throws IOException, InterruptedException {
    return run(List.of(), classPath(), jvm, arguments);
  }

  private static String classPath() {
    return System.getProperty("java.class.path");
  }

  private static List<String> off() {
    return List.of(NATIVE_ACCESS, "-Dpenstock.native=off");
  }

  /** The records are read by Java, and one line says why. */
  private void readsInJava(List<String> before, String classPath, List<String> jvm, String reason)
      throws IOException, InterruptedException {
    Path file = directory.resolve("x.npy");
    if (!Files.exists(file)) {
      Run.records(file, 2000, 784);
    }
    Ended read = run(before, classPath, jvm, "read", "x.npy", "--seed", "7", "--digest", "--json");
    assertThat(read.code()).as(read.err()).isZero();
    assertThat(read.err().lines().filter(line -> line.contains("backend=java")).toList())
        .as(read.err())
        .singleElement()
        .asString()
        .startsWith("penstock: ")
        .contains(reason);
    var json = JsonParser.parseString(read.out()).getAsJsonObject();
    assertThat(json.get("backend").getAsString()).isEqualTo("java");
    Run here = Run.of("read", file.toString(), "--seed", "7", "--digest", "--json");
    assertThat(json.get("digest"))
        .isEqualTo(
            JsonParser.parseString(new String(here.out(), StandardCharsets.UTF_8))
                .getAsJsonObject()
                .get("digest"));
  }

  @Test
  void aPropertyKeepsItFromBeingLookedFor() throws Exception {
    readsInJava(List.of(), classPath(), off(), "-Dpenstock.native=off");
  }

  @Test
  void aSystemThatItWasNotBuiltForGoesOnInJava() throws Exception {
    readsInJava(List.of(), classPath(), List.of(NATIVE_ACCESS, "-Dos.name=Plan 9"), "plan9");
  }

  @Test
  void aJvmThatDeniesNativeAccessGoesOnInJava() throws Exception {
    assumeTrue(Runtime.version().feature() >= 24, "this JDK has no such option");
    readsInJava(
        List.of(),
        classPath(),
        List.of("--illegal-native-access=deny"),
        "--enable-native-access=ALL-UNNAMED");
  }

  @Test
  void aCacheThatRunsNothingGoesOnInJava() throws Exception {
    Path cache = Files.createDirectory(directory.resolve("noexec"));
    List<String> mounted =
        List.of(
            "unshare",
            "--mount",
            "--map-root-user",
            "sh",
            "-c",
            "mount -t tmpfs -o noexec none \"$0\" && exec \"$@\"",
            cache.toString());
    assumeTrue(succeeds(mounted, "true"), "this user may not mount");
    readsInJava(
        mounted,
        classPath(),
        List.of(NATIVE_ACCESS, "-Dpenstock.native.cache=" + cache, "-Djava.io.tmpdir=" + cache),
        "noexec");
  }

  @Test
  void aJarWithoutItGoesOnInJava() throws Exception {
    Path core = Path.of(Loader.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Path bare = directory.resolve("bare");
    copyWithoutNative(core, bare);
    String classPath = classPath().replace(core.toString(), bare.toString());
    readsInJava(List.of(), classPath, List.of(NATIVE_ACCESS), "jar");
  }

  private static void copyWithoutNative(Path from, Path to) throws IOException {
    if (Files.isDirectory(from)) {
      copy(from, to);
      return;
    }
    try (FileSystem jar = FileSystems.newFileSystem(URI.create("jar:" + from.toUri()), Map.of())) {
      copy(jar.getPath("/"), to);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        String name = from.relativize(file).toString();
        if (!name.startsWith("META-INF/native")) {
          Path target = to.resolve(name);
          if (Files.isDirectory(file)) {
            Files.createDirectories(target);
          } else {
            Files.copy(file, target);
          }
        }
      }
    }
  }

  @Test
  void aLibraryOfAnotherVersionGoesOnInJava() throws Exception {
    Path front = directory.resolve("front");
    Path library = front.resolve("META-INF/native/" + LibrarySearch.platform() + "/libpenstock.so");
    Files.createDirectories(library.getParent());
    Path source = directory.resolve("other.c");
    Files.writeString(source, "unsigned penstock_abi_version(void) { return 4711; }\n");
    assumeTrue(
        succeeds(List.of(), "cc", "-shared", "-fPIC", "-o", library.toString(), source.toString()),
        "there is no C compiler");
    readsInJava(
        List.of(),
        front + File.pathSeparator + classPath(),
        List.of(NATIVE_ACCESS, "-Dpenstock.native.cache=" + directory.resolve("cache")),
        "4711");
  }

  private static boolean succeeds(List<String> before, String... command)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(before);
    all.addAll(List.of(command));
    try {
      Process process =
          new ProcessBuilder(all)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor() == 0;
    } catch (IOException e) {
      return false; // There is no such program.
    }
  }

  @Test
  void allCommandsWorkThatDoNotMeasureADevice() throws Exception {
    Run.records(directory.resolve("x.npy"), 500, 64);
    String[][] commands = {
      {"info", "x.npy"},
      {"order", "x.npy"},
      {"checksum", "x.npy"},
      {"verify", "x.npy"},
      {"shuffle", "x.npy", "shuffled"},
      {"shuffle", "x.npy", "shuffled", "--force"},
      {"read", "shuffled/x-00000.npy", "--digest"}
    };
    for (String[] command : commands) {
      Ended ended = run(off(), command);
      assertThat(ended.code()).as("%s: %s", String.join(" ", command), ended.err()).isZero();
    }
  }

  @Test
  void whatNeedsTheLibrarySaysSoInOneLine() throws Exception {
    Run.records(directory.resolve("x.npy"), 500, 64);
    for (String[] command :
        new String[][] {
          {"tune", "."},
          {"read", "x.npy", "--readahead", "io=direct"},
          {"read", "x.npy", "--readahead", "backend=uring"}
        }) {
      Ended ended = run(off(), command);
      assertThat(ended.code()).as(String.join(" ", command)).isEqualTo(1);
      assertThat(ended.err().lines().filter(line -> !line.contains("backend=java")).toList())
          .singleElement()
          .asString()
          .startsWith("penstock: ")
          .contains("-Dpenstock.native=off");
    }
  }

  @Test
  void theDemoRunsAndSaysWhy() throws Exception {
    Ended demo = run(off(), "demo", "--quick", "--dir", directory.toString());
    assertThat(demo.code()).as(demo.out() + demo.err()).isZero();
    assertThat(demo.err()).contains("-Dpenstock.native=off").contains("backend=java");
  }
}
