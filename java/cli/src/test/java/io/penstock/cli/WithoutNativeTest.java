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
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
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
    return run(before, classPath, jvm, "io.penstock.cli.Main", arguments);
  }

  private Ended run(
      List<String> before, String classPath, List<String> jvm, String program, String[] arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m"));
    command.addAll(jvm);
    command.addAll(List.of("-cp", classPath, program));
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
    makeLibraryOfAnotherVersion(library);
    readsInJava(
        List.of(),
        front + File.pathSeparator + classPath(),
        List.of(NATIVE_ACCESS, "-Dpenstock.native.cache=" + directory.resolve("cache")),
        "4711");
  }

  private void makeLibraryOfAnotherVersion(Path library) throws Exception {
    Path source = directory.resolve("other.c");
    Files.writeString(source, "unsigned penstock_abi_version(void) { return 4711; }\n");
    assumeTrue(
        succeeds(List.of(), "cc", "-shared", "-fPIC", "-o", library.toString(), source.toString()),
        "there is no C compiler");
  }

  @Test
  void aLibraryThatIsNamedAndMissingIsAnError() throws Exception {
    isAnError(directory.resolve("none.so"), "no such file");
  }

  @Test
  void aLibraryThatIsNamedAndOfAnotherVersionIsAnError() throws Exception {
    Path library = directory.resolve("other.so");
    makeLibraryOfAnotherVersion(library);
    isAnError(library, "4711");
  }

  private void isAnError(Path named, String reason) throws Exception {
    Run.records(directory.resolve("x.npy"), 500, 64);
    String option = "-Dpenstock.native.library=" + named;
    Ended read = run(List.of(NATIVE_ACCESS, option), "read", "x.npy");
    assertThat(read.code()).as(read.out() + read.err()).isEqualTo(1);
    assertThat(read.err().lines().toList())
        .singleElement()
        .asString()
        .startsWith("penstock: ")
        .contains(named + " (-Dpenstock.native.library): ")
        .contains(reason)
        .contains("-Dpenstock.native=off");
    Ended off = run(List.of(NATIVE_ACCESS, option, "-Dpenstock.native=off"), "read", "x.npy");
    assertThat(off.code()).as(off.err()).isZero();
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

  /** Runs several commands in one process: each is a line, and so is what it ended with. */
  public static final class Commands {
    private Commands() {}

    /** Says how each command ended, as {@link #ended}. */
    public static void main(String[] commands) {
      for (String command : commands) {
        System.out.print(ended(command));
      }
    }

    /** What a command printed to stdout, between its own line and one with its exit code. */
    static String ended(String command) {
      Run run = Run.of((Object[]) command.split(" "));
      return "%s%n%s%nexit code %d %s%n"
          .formatted(command, run.text(), run.code(), run.code() == 0 ? "" : run.err());
    }
  }

  /** Of those that make files, the files are compared; of those that print results, the results. */
  @Test
  void allCommandsWorkThatDoNotMeasureADeviceAndMakeTheSame() throws Exception {
    Path here = Files.createDirectory(directory.resolve("native"));
    Path alone = Files.createDirectory(directory.resolve("alone"));
    for (Path folder : List.of(here, alone)) {
      Run.records(folder.resolve("x.npy"), 3000, 64);
      Files.writeString(folder.resolve("chosen.txt"), "7\n2999\n7\n0\n");
      Path files = Files.createDirectories(folder.resolve("files/a"));
      for (int i = 0; i < 20; i++) {
        Files.writeString(files.resolve(i + ".txt"), "text ".repeat(100 * i));
      }
    }
    List<String> commands =
        List.of(
            "create DIR/made.npy --dtype float32 --shape 300x5 --fill 1.5",
            "convert DIR/x.npy DIR/wide.npy --dtype float32",
            "convert DIR/files DIR/files.tar",
            "take DIR/x.npy --indices DIR/chosen.txt --out DIR/taken.npy",
            "take DIR/files.tar#txt --indices DIR/chosen7.txt --out DIR/texts.npy",
            "shuffle DIR/x.npy DIR/shuffled --shards 3 --seed 5",
            "shuffle DIR/x.npy DIR/shuffled --shards 2 --seed 5 --force",
            "checksum DIR/x.npy",
            "verify DIR/x.npy",
            "order DIR/x.npy --shuffle block --plot DIR/order.png",
            "plan DIR/x.npy --device gp3 --memory 16m",
            "info DIR/files.tar");
    for (Path folder : List.of(here, alone)) {
      Files.writeString(folder.resolve("chosen7.txt"), "7\n19\n0\n7\n");
    }
    StringBuilder expected = new StringBuilder();
    commands.forEach(
        command -> expected.append(Commands.ended(command.replace("DIR", here.toString()))));
    Ended ended =
        run(
            List.of(),
            classPath(),
            off(),
            Commands.class.getName(),
            commands.stream()
                .map(command -> command.replace("DIR", alone.toString()))
                .toArray(String[]::new));
    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(results(ended.out(), alone)).isEqualTo(results(expected.toString(), here));
    assertThat(ended.out()).as("exit codes").doesNotContainPattern("exit code [1-9]");
    assertThat(files(alone)).isEqualTo(files(here));
  }

  /** Without what differs from run to run: places, times, speeds, and memory that is left. */
  private static String results(String text, Path folder) {
    return text.replace(folder.toString(), "DIR")
        .replaceAll("[0-9][0-9.,]* (s|[kKMG]?i?B/s)\\b", "-")
        .replaceAll("(?m)^memory .*$", "memory -");
  }

  /** Manifests and indexes have times in them. */
  private static boolean isData(Path path) {
    return path.toString().matches(".*\\.(npy|tar)");
  }

  /** The files of data in a folder by their names, with checksums of their contents. */
  private static Map<String, Long> files(Path folder) throws IOException {
    Map<String, Long> found = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) files.filter(WithoutNativeTest::isData)::iterator) {
        CRC32C crc = new CRC32C();
        crc.update(Files.readAllBytes(file));
        found.put(folder.relativize(file).toString(), crc.getValue());
      }
    }
    return found;
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
