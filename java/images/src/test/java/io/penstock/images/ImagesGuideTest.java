package io.penstock.images;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.Dataset;
import io.penstock.internal.images.ImagesLibrary;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs on images that users copy or run compile, and do what they say. */
class ImagesGuideTest {
  private static final Path PAGE = Path.of("..", "docs", "images.md");
  private static final Path BENCHMARK = Path.of("..", "..", "bench", "images", "ImageEpoch.java");
  private static final int COUNT = 70;

  @TempDir Path directory;

  private static String classPath() {
    return Arrays.asList(Dataset.class, Images.class, ImagesLibrary.class).stream()
        .map(type -> type.getProtectionDomain().getCodeSource().getLocation().getPath())
        .distinct()
        .reduce((one, other) -> one + ":" + other)
        .orElseThrow();
  }

  private void write() throws Exception {
    for (int i = 0; i < COUNT; i++) {
      Path file = directory.resolve("pictures/%s/%d.jpg".formatted(i % 2 == 0 ? "cat" : "dog", i));
      Files.createDirectories(file.getParent());
      byte[] jpeg = ImageFiles.encode(ImageFiles.picture(60 + i, 50, i), "jpg");
      Files.write(file, i == 9 ? Arrays.copyOf(jpeg, jpeg.length / 2) : jpeg);
    }
  }

  @Test
  void theProgramTrainsOnAFolder() throws Exception {
    Matcher block =
        Pattern.compile("```java images\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(PAGE));
    assertThat(block.find()).isTrue();
    Path source = Files.writeString(directory.resolve("TrainOnImages.java"), block.group(1));
    write();
    List<String> lines = run(source);
    assertThat(lines).hasSize(21);
    assertThat(lines.getLast())
        .contains("left out: [", "pictures/dog/9.jpg: record ", "damaged image");
  }

  @Test
  void theBenchmarkReadsAnEpoch() throws Exception {
    List<byte[]> files = new ArrayList<>();
    for (int i = 0; i < COUNT; i++) {
      files.add(ImageFiles.encode(ImageFiles.picture(60 + i, 50, i), "jpg"));
    }
    Path archive = ImageFiles.tar(directory.resolve("x.tar"), files, "%05d.jpg"::formatted);
    assertThat(run(BENCHMARK, archive.toString(), "2"))
        .singleElement(as(STRING))
        .contains(
            "2 threads: %d images in ".formatted(COUNT), "waiting for data ", "B/image (sum ");
  }

  /** What a program prints that is compiled against the jars alone. */
  private List<String> run(Path source, String... arguments) throws Exception {
    assumeTrue(ImagesLibrary.isInJar(), "built without libpenstock_images.so");
    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-Xlint:all",
                "-Werror",
                "-proc:none",
                "--release",
                "22",
                "-cp",
                classPath(),
                "-d",
                directory.toString(),
                source.toString());
    assertThat(status).as("status of javac").isZero();
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-Xmx128m"));
    command.addAll(List.of("-cp", classPath() + ":" + directory));
    command.add(source.getFileName().toString().replace(".java", ""));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    return output.lines().toList();
  }
}
