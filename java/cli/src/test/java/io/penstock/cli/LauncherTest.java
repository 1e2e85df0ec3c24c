package io.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.Dataset;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher and its start archives, in a tree that looks built: the launcher itself, jars of the
 * classes under test, and the sources that it compares them with, which are older.
 */
@Timeout(300)
final class LauncherTest {
  private static final Path JDK = Path.of(System.getProperty("java.home"));
  private static final Path BIN = Path.of("..", "bin").toAbsolutePath().normalize();

  @TempDir static Path scratch;

  /** Blanks in its path are part of the test. */
  private static Path root;

  private static Path target;

  private record Ended(int code, String out, String err) {}

  @BeforeAll
  static void buildTree() throws Exception {
    assumeTrue(Runtime.version().feature() >= 25, "the launcher makes archives from JDK 25 on");
    assumeTrue(Files.isExecutable(JDK.resolve("bin/javac")), "the launcher wants a JDK");
    Files.setPosixFilePermissions(scratch, PosixFilePermissions.fromString("rwxr-xr-x"));
    root = Files.createDirectories(scratch.resolve("a tree of files"));
    target = Files.createDirectories(root.resolve("java/cli/target"));
    Files.createDirectories(root.resolve("java/bin"));
    for (String name : List.of("penstock", "find-jdk")) {
      Files.copy(BIN.resolve(name), root.resolve("java/bin").resolve(name));
    }
    for (String name :
        List.of(
            "native/include",
            "native/src",
            "native/cross",
            "native/images/include",
            "native/images/src",
            "java/core/src/main",
            "java/core/src/generated",
            "java/images/src/generated")) {
      Files.createDirectories(root.resolve(name));
    }
    for (String module : List.of("cli", "hdf5", "parquet", "zarr", "images")) {
      Files.createDirectories(root.resolve("java").resolve(module).resolve("src/main"));
    }
    for (String name :
        List.of(
            "",
            "native/",
            "java/core/",
            "java/cli/",
            "java/hdf5/",
            "java/parquet/",
            "java/zarr/",
            "java/images/")) {
      Files.createFile(root.resolve(name + "pom.xml"));
    }
    Files.createFile(root.resolve("CMakeLists.txt"));
    Files.createFile(root.resolve("native/platforms"));
    Files.createFile(root.resolve("native/images/libraries"));
    Files.createFile(root.resolve("native/penstock.map"));
    makeOld(root);
    Path lib = Files.createDirectory(target.resolve("lib"));
    jar(Main.class, target.resolve("penstock-cli.jar"));
    jar(Dataset.class, lib.resolve("penstock-0.jar"));
    for (String entry : System.getProperty("java.class.path").split(":", -1)) {
      Path path = Path.of(entry);
      Path copy = lib.resolve(path.getFileName());
      if (entry.endsWith(".jar")
          && !path.getFileName().toString().startsWith("penstock")
          && Files.notExists(copy)) {
        Files.copy(path, copy);
      }
    }
    for (String module : List.of("hdf5", "parquet", "zarr", "images")) {
      Path jar = root.resolve("java/%1$s/target/penstock-%1$s.jar".formatted(module));
      Files.createDirectories(jar.getParent());
      new JarOutputStream(Files.newOutputStream(jar)).close();
    }
  }

  private static void makeOld(Path tree) throws IOException {
    try (Stream<Path> all = Files.walk(tree)) {
      for (Path path : all.toList()) {
        Files.setLastModifiedTime(path, FileTime.from(Instant.EPOCH));
      }
    }
  }

  /** Of the classes among which one lies: a folder, or a jar already. */
  private static void jar(Class<?> one, Path jar) throws Exception {
    Path classes = Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI());
    if (Files.isRegularFile(classes)) {
      Files.copy(classes, jar);
      return;
    }
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file);
        Stream<Path> all = Files.walk(classes)) {
      for (Path path : all.filter(Files::isRegularFile).toList()) {
        out.putNextEntry(new JarEntry(classes.relativize(path).toString()));
        Files.copy(path, out);
      }
    }
  }

  private static ProcessBuilder builder(Path jdk, String... words) {
    Stream<String> command =
        Stream.concat(Stream.of(root.resolve("java/bin/penstock").toString()), Stream.of(words));
    ProcessBuilder builder = new ProcessBuilder(command.toList()).directory(scratch.toFile());
    builder.environment().put("JAVA_HOME", jdk.toString());
    builder.environment().keySet().removeAll(List.of("PENSTOCK_JAVA_OPTS", "JAVA_TOOL_OPTIONS"));
    return builder;
  }

  private static Ended end(Process process, Path err) throws Exception {
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(200, TimeUnit.SECONDS)).isTrue();
    return new Ended(process.exitValue(), out, Files.readString(err));
  }

  private static Ended run(ProcessBuilder builder) throws Exception {
    Path err = Files.createTempFile(scratch, "stderr", "");
    return end(builder.redirectError(err.toFile()).start(), err);
  }

  private static Ended run(String... words) throws Exception {
    return run(builder(JDK, words));
  }

  private static void assertVersion(Ended ended) {
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out()).hasLineCount(1).startsWith("penstock ");
    assertThat(ended.code()).isZero();
  }

  private static List<Path> archives() throws IOException {
    try (Stream<Path> files = Files.list(target)) {
      return files.filter(path -> path.toString().endsWith(".aot")).toList();
    }
  }

  /** Two at once: the first makes the archive, the second waits for it. */
  @BeforeEach
  void rehearse() throws Exception {
    if (archives().isEmpty()) {
      Path err = Files.createTempFile(scratch, "stderr", "");
      Process other = builder(JDK, "--version").redirectError(err.toFile()).start();
      assertVersion(run("--version"));
      assertVersion(end(other, err));
    }
  }

  @Test
  void twoThatStartAtOnceMakeOneArchiveAndLeaveNothingElse() throws Exception {
    assertThat(archives()).hasSize(1);
    assertThat(Files.readString(target.resolve("penstock-start.log")))
        .contains("creation is complete");
    try (Stream<Path> files = Files.list(target)) {
      assertThat(files.filter(Files::isDirectory)).containsExactly(target.resolve("lib"));
    }
  }

  @Test
  void theArchiveIsMadeOnceAndUsed() throws Exception {
    Path archive = archives().getFirst();
    FileTime made = Files.getLastModifiedTime(archive);
    Ended ended = run(with("-Xlog:class+load:file=" + scratch.resolve("load.log"), "help", "info"));
    assertThat(ended.err()).isEmpty();
    assertThat(Files.readAllLines(scratch.resolve("load.log")))
        .anyMatch(line -> line.contains("io.penstock.cli.Main source: shared objects file"));
    assertThat(Files.getLastModifiedTime(archive)).isEqualTo(made);
  }

  private static ProcessBuilder with(String options, String... words) {
    ProcessBuilder builder = builder(JDK, words);
    builder.environment().put("PENSTOCK_JAVA_OPTS", options);
    return builder;
  }

  @Test
  void anArchiveThatDoesNotFitIsLeftAloneWithoutAWord() throws Exception {
    for (String options :
        List.of("-Xmx40g", "-Xshare:off", "-XX:-UseCompressedOops", "--add-modules=java.desktop")) {
      assertVersion(run(with(options, "--version")));
    }
    Path archive = archives().getFirst();
    byte[] whole = Files.readAllBytes(archive);
    try {
      for (int length : new int[] {0, 100, whole.length / 2}) {
        Files.write(archive, Arrays.copyOf(whole, length));
        assertVersion(run("--version"));
      }
    } finally {
      Files.write(archive, whole);
    }
  }

  @Test
  void eachJdkHasAnArchiveOfItsOwn() throws Exception {
    Path other = Files.createSymbolicLink(scratch.resolve("another jdk"), JDK);
    Path archive = archives().getFirst();
    FileTime made = Files.getLastModifiedTime(archive);
    for (Path jdk : List.of(other, JDK, other)) {
      assertVersion(run(builder(jdk, "--version")));
    }
    assertThat(archives()).hasSize(2).contains(archive);
    assertThat(Files.getLastModifiedTime(archive)).isEqualTo(made);
    for (Path one : archives()) {
      if (!one.equals(archive)) {
        Files.delete(one);
        Files.delete(Path.of(one + ".for"));
      }
    }
  }

  /** Root may write everywhere; so somebody else starts it. */
  @Test
  void anInstallationOfOthersIsUsedAsItIs() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "no setpriv");
    assumeTrue(System.getProperty("user.name").equals("root"), "only root becomes somebody else");
    Path other = scratch.resolve("jdk of somebody");
    Files.createSymbolicLink(other, JDK);
    for (Path jdk : List.of(JDK, other)) {
      ProcessBuilder builder = builder(jdk, "--version");
      List<String> command =
          new ArrayList<>(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
      command.addAll(builder.command());
      builder.command(command);
      builder.environment().put("HOME", "/nonexistent");
      assertVersion(run(builder));
    }
    assertThat(archives()).hasSize(1);
  }

  @Test
  void commandsSayWhatTheySayWithoutTheLauncher() throws Exception {
    Run.records(scratch.resolve("x y.npy"), 100, 64);
    Ended info = run("info", "x y.npy");
    assertThat(info.out()).contains("100 x 64");
    assertThat(info.err()).isEmpty();
    assertThat(run("--help").out()).isEqualTo(Run.of("--help").text());
    assertThat(run("info", "missing.npy").code()).isEqualTo(1);
    assertThat(run("frobnicate").code()).isEqualTo(2);
  }
}
