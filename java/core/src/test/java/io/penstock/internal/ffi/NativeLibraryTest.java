package io.penstock.internal.ffi;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.internal.library.Unpacker;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where the library is looked for. Each case needs a JVM that has not loaded it yet. */
@Tag("platform")
class NativeLibraryTest {
  private static final String RESOURCE =
      "/META-INF/native/" + NativeLibrary.platform() + "/libpenstock.so";

  @TempDir Path directory;

  /** What the child JVMs run. */
  public static final class Load {
    private Load() {}

    /** Prints where the library was loaded from, or why it was not. */
    public static void main(String[] arguments) {
      try {
        System.out.println("loaded " + NativeLibrary.load());
      } catch (RuntimeException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  @Test
  void theLibraryOfTheJarIsUnpackedIntoTheCacheAndUsedAgain() throws Exception {
    Path cache = directory.resolve("a/cache");
    String output = run("-Dpenstock.native.cache=" + cache);

    Path unpacked = cache.resolve(Unpacker.of(RESOURCE).targetName());
    assertThat(output).isEqualTo("loaded " + unpacked);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(unpacked)))
        .isEqualTo("rwx------");
    var written = Files.getLastModifiedTime(unpacked);
    assertThat(run("-Dpenstock.native.cache=" + cache)).isEqualTo("loaded " + unpacked);
    assertThat(Files.getLastModifiedTime(unpacked)).isEqualTo(written);
    assertThat(files(cache)).containsExactly(unpacked);
  }

  @Test
  void aDamagedFileInTheCacheIsReplaced() throws Exception {
    Unpacker unpacker = Unpacker.of(RESOURCE);
    Path unpacked = unpacker.unpack(directory);
    byte[] whole = Files.readAllBytes(unpacked);
    for (byte[] damaged : List.of(new byte[0], new byte[whole.length], new byte[] {1, 2, 3})) {
      Files.write(unpacked, damaged);
      assertThat(unpacker.unpack(directory)).isEqualTo(unpacked);
      assertThat(Files.readAllBytes(unpacked)).isEqualTo(whole);
    }
    assertThat(files(directory)).containsExactly(unpacked);
  }

  @Test
  void manyThreadsUnpackAtTheSameTime() throws Exception {
    Unpacker unpacker = Unpacker.of(RESOURCE);
    List<Throwable> failures = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      unpacker.unpack(directory.resolve("shared"));
                    } catch (IOException | RuntimeException e) {
                      synchronized (failures) {
                        failures.add(e);
                      }
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failures).isEmpty();
    assertThat(files(directory.resolve("shared"))).hasSize(1);
  }

  @Test
  void aNamedLibraryIsTheOnlyOneThatIsTried() throws Exception {
    Path named = directory.resolve("named.so");
    String missing = run("-Dpenstock.native.library=" + named);
    assertThat(missing)
        .contains("expected the native library libpenstock.so, found none")
        .contains(named + " (-Dpenstock.native.library): no such file")
        .doesNotContain("java.library.path");

    Files.copy(Unpacker.of(RESOURCE).unpack(directory), named);
    assertThat(run("-Dpenstock.native.library=" + named)).isEqualTo("loaded " + named);
  }

  @Test
  void theLibraryPathComesBeforeTheJar() throws Exception {
    Path path = directory.resolve("libpenstock.so");
    Files.copy(Unpacker.of(RESOURCE).unpack(directory.resolve("cache")), path);

    assertThat(run("-Djava.library.path=" + directory)).isEqualTo("loaded " + path);
  }

  @Test
  void aFileThatIsNoLibraryIsPassedOverWithItsReason() throws Exception {
    Path wrong = Files.writeString(directory.resolve("libpenstock.so"), "not a library");
    Path cache = directory.resolve("cache");
    String output = run("-Djava.library.path=" + directory, "-Dpenstock.native.cache=" + cache);
    assertThat(output).contains("loaded " + cache);

    assertThat(run("-Dpenstock.native.library=" + wrong)).contains(wrong.toString());
  }

  @Test
  void aCacheThatCannotBeWrittenIsReplacedByATemporaryDirectory() throws Exception {
    Path file = Files.createFile(directory.resolve("file"));
    Path temporary = Files.createDirectory(directory.resolve("temporary"));
    String output =
        run("-Dpenstock.native.cache=" + file.resolve("cache"), "-Djava.io.tmpdir=" + temporary);

    assertThat(output).startsWith("loaded " + temporary);
    assertThat(files(temporary)).as("what was unpacked is deleted once it is loaded").isEmpty();
  }

  @Test
  void whenNothingWorksAllPlacesAreNamed() throws Exception {
    Path file = Files.createFile(directory.resolve("file"));
    Path wrong = Files.writeString(directory.resolve("libpenstock.so"), "not a library");
    String output =
        run(
            "-Djava.library.path=" + directory,
            "-Dpenstock.native.cache=" + file.resolve("cache"),
            "-Djava.io.tmpdir=" + file.resolve("tmp"));

    assertThat(output)
        .contains(wrong + " (java.library.path): ")
        .contains("unpacking from the jar: ")
        .contains("unpacking to java.io.tmpdir: ")
        .contains("-Dpenstock.native.library=PATH")
        .contains("-Dpenstock.native.cache=DIR");
  }

  /** Loads the library for two class loaders, as two applications in a server do. */
  public static final class LoadTwice {
    private LoadTwice() {}

    /** Prints what comes of it. */
    public static void main(String[] arguments) throws Exception {
      List<URL> urls = new ArrayList<>();
      for (String path : System.getProperty("java.class.path").split(":", -1)) {
        urls.add(Path.of(path).toUri().toURL());
      }
      for (int i = 0; i < 2; i++) {
        ClassLoader loader =
            new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
        Class<?> library = loader.loadClass(NativeLibrary.class.getName());
        try {
          System.out.println("loaded " + library.getMethod("load").invoke(null));
        } catch (InvocationTargetException e) {
          System.out.println(e.getCause().getMessage());
        }
      }
    }
  }

  @Test
  void twoClassLoadersCanUseTheLibraryThatIsNamed() throws Exception {
    Path named = Files.copy(Unpacker.of(RESOURCE).unpack(directory), directory.resolve("named.so"));
    Path temporary = Files.createDirectory(directory.resolve("temporary"));
    String output =
        run(LoadTwice.class, "-Dpenstock.native.library=" + named, "-Djava.io.tmpdir=" + temporary);
    assertThat(output.lines()).containsExactly("loaded " + named, "loaded " + named);
    assertThat(files(temporary)).isEmpty();
  }

  @Test
  void aSecondClassLoaderIsToldWhyWhereNoCopyCanBeLoaded() throws Exception {
    Path named = Files.copy(Unpacker.of(RESOURCE).unpack(directory), directory.resolve("named.so"));
    String output =
        run(
            LoadTwice.class,
            "-Dpenstock.native.library=" + named,
            "-Djava.io.tmpdir=" + directory.resolve("missing"));
    assertThat(output)
        .contains("loaded " + named)
        .contains("another class loader of this JVM has loaded it")
        .contains("java.io.tmpdir");
  }

  @Test
  void aUserWithoutAHomeGetsATemporaryCopy() throws Exception {
    Path temporary = Files.createDirectory(directory.resolve("temporary"));
    String output = run("-Duser.home=?", "-Djava.io.tmpdir=" + temporary);
    assertThat(output).startsWith("loaded " + temporary);
    assertThat(Path.of("?")).doesNotExist();
    assertThat(files(temporary)).isEmpty();
  }

  @Test
  void aHomeThatCannotBeWrittenIsReplacedByATemporaryDirectory() throws Exception {
    Path temporary = Files.createDirectory(directory.resolve("temporary"));
    String output = run("-Duser.home=/proc", "-Djava.io.tmpdir=" + temporary);
    assertThat(output).startsWith("loaded " + temporary);
    assertThat(files(temporary)).isEmpty();
  }

  @Test
  void aFileSystemThatRunsNothingIsNamedAsTheReason() throws Exception {
    Path temporary = Files.createDirectory(directory.resolve("temporary"));
    Path cache = Files.createDirectory(directory.resolve("noexec"));
    // In a name space of its own, where an ordinary user may mount, too.
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

    String instead =
        run(
            mounted,
            Load.class,
            "-Dpenstock.native.cache=" + cache,
            "-Djava.io.tmpdir=" + temporary);
    // qemu does, which maps programs for another processor as data.
    assumeFalse(instead.startsWith("loaded " + cache), "this machine runs what noexec forbids");
    assertThat(instead).startsWith("loaded " + temporary);
    String nowhere =
        run(mounted, Load.class, "-Dpenstock.native.cache=" + cache, "-Djava.io.tmpdir=" + cache);
    assertThat(nowhere)
        .hasLineCount(1)
        .contains("mounted noexec?")
        .contains("-Dpenstock.native.cache=DIR");
  }

  @Test
  void jvmsThatStartTogetherShareOneFile() throws Exception {
    Path cache = directory.resolve("cache");
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      processes.add(start(List.of(), Load.class, "-Dpenstock.native.cache=" + cache));
    }
    Path unpacked = cache.resolve(Unpacker.of(RESOURCE).targetName());
    for (Process process : processes) {
      assertThat(output(process)).isEqualTo("loaded " + unpacked);
    }
    assertThat(files(cache)).containsExactly(unpacked);
  }

  @ParameterizedTest
  @CsvSource({
    "Linux, riscv64, linux-riscv64",
    "Mac OS X, aarch64, macos-aarch64",
    "Windows 11, amd64, windows-x86_64"
  })
  void aMachineThatTheJarHasNothingForIsOneLine(String os, String arch, String name)
      throws Exception {
    assertThat(run("-Dos.name=" + os, "-Dos.arch=" + arch))
        .hasLineCount(1)
        .contains("the jar has it for linux-")
        .contains("and not for " + name + ", which this is")
        .contains("-Dpenstock.native.library=PATH");
  }

  @Test
  void accessThatIsDeniedIsOneLine() throws Exception {
    assertThat(run(Ask.class, "--illegal-native-access=deny").lines())
        .hasSize(3)
        .allMatch(
            line ->
                line.contains(
                    "native access is denied to Penstock: start java with --enable-native-access"));
  }

  /** Asks twice, as two loaders do, and then loads. */
  public static final class Ask {
    private Ask() {}

    /** Prints the answers. */
    public static void main(String[] arguments) {
      System.out.println(NativeLibrary.problem());
      System.out.println(NativeLibrary.problem());
      Load.main(arguments);
    }
  }

  @Test
  void whoCanDoWithoutAsksForTheProblemOnce() throws Exception {
    assertThat(run(Ask.class, "-Dpenstock.native.cache=" + directory).lines())
        .startsWith("Optional.empty", "Optional.empty")
        .last(as(STRING))
        .startsWith("loaded ");

    Path named = directory.resolve("none.so");
    List<String> lines = run(Ask.class, "-Dpenstock.native.library=" + named).lines().toList();
    assertThat(lines).hasSize(3);
    assertThat(lines.get(0)).contains(named + " (-Dpenstock.native.library): no such file");
    assertThat(lines.get(1)).isEqualTo(lines.get(0));
    assertThat(lines.get(0)).isEqualTo("Optional[" + lines.get(2) + "]");
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  /** Runs Load in a JVM of its own, on this one's class path. */
  private static String run(String... options) throws Exception {
    return run(Load.class, options);
  }

  private static String run(Class<?> program, String... options) throws Exception {
    return run(List.of(), program, options);
  }

  private static String run(List<String> before, Class<?> program, String... options)
      throws Exception {
    return output(start(before, program, options));
  }

  private static Process start(List<String> before, Class<?> program, String... options)
      throws Exception {
    List<String> command = new ArrayList<>(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    if (Stream.of(options).noneMatch(option -> option.contains("native-access"))) {
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    command.add("-Djava.library.path=");
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", classPath(), program.getName()));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().remove("XDG_CACHE_HOME");
    return builder.start();
  }

  private static String output(Process process) throws Exception {
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    return output;
  }

  /** Also false where there is no such program. */
  private static boolean succeeds(List<String> command, String... more) throws Exception {
    List<String> all = new ArrayList<>(command);
    all.addAll(List.of(more));
    try {
      Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
      process.getInputStream().readAllBytes();
      return process.waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /** Under Maven the main classes are on the module path, patched with those of the tests. */
  private static String classPath() throws Exception {
    Path main =
        Path.of(NativeLibrary.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Path test = Path.of("target", "test-classes").toAbsolutePath();
    return String.join(
        ":", System.getProperty("java.class.path"), main.toString(), test.toString());
  }
}
