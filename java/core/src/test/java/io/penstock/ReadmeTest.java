package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.array.ElementType;
import io.penstock.options.Readahead;
import io.penstock.write.NpyWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the README and the guide show is true: their examples compile and run, and their tables know
 * every flag.
 */
class ReadmeTest {
  private static final Path README = Path.of("..", "..", "README.md");
  private static final Path GUIDE = Path.of("..", "docs");
  private static final int MOST_LINES = 150;
  private static final int RECORDS = 300;

  @TempDir Path directory;

  @Test
  void readmeIsShort() throws IOException {
    assertThat(Files.readAllLines(README)).hasSizeLessThanOrEqualTo(MOST_LINES);
  }

  @Test
  void examplesCompileAndRun() throws Exception {
    TreeMap<String, String> examples = new TreeMap<>();
    for (Path page : pages()) {
      Matcher block =
          Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(page));
      while (block.find()) {
        Matcher name = Pattern.compile("public class (\\w+)").matcher(block.group(1));
        assertThat(name.find()).as("an example is a whole class: " + block.group(1)).isTrue();
        String former = examples.put(name.group(1), block.group(1));
        assertThat(former).as("another example with the name " + name.group(1)).isNull();
      }
    }
    assertThat(examples).containsKeys("Train", "Augment", "TrainAndValidate", "Resume");

    List<String> programs =
        examples.keySet().stream()
            .filter(name -> examples.get(name).contains("void main("))
            .toList();
    assertThat(programs).hasSizeGreaterThan(8);
    examples.put("RunAll", launcher(programs));
    compile(examples);
    makeData();
    String output = run("RunAll");
    assertThat(output.lines()).as(output).containsAll(programs.stream().map("# "::concat).toList());
    assertThat(output).as("of ReadTexts").contains("\ntext 299\n");
    assertThat(output).as("of TokenizeTexts").contains("\n600 tokens, padded to 4800\n");
    assertThat(output).as("of CheckWhileReading").contains("# CheckWhileReading\n128\n128\n44\n[]");
    assertThat(directory.resolve("made.npy")).exists();
    assertThat(directory.resolve("shuffled")).isNotEmptyDirectory();
  }

  @Test
  void tableHasEachReadaheadFlag() throws IOException {
    String tuning = Files.readString(GUIDE.resolve("tune.md"));
    Stream.of(Readahead.DEFAULT.toString().split(","))
        .map(flag -> flag.substring(0, flag.indexOf('=')))
        .forEach(name -> assertThat(tuning).contains("| `" + name + "` |"));
  }

  private static List<Path> pages() throws IOException {
    try (Stream<Path> guide = Files.list(GUIDE)) {
      return Stream.concat(Stream.of(README), guide.sorted()).toList();
    }
  }

  /** A program that runs all others, so that one JVM does. */
  private static String launcher(List<String> programs) {
    return programs.stream()
        .map(
            name -> "    System.out.println(\"# %s\");%n    %s.main(args);%n".formatted(name, name))
        .collect(
            Collectors.joining(
                "",
                "public class RunAll {\n  public static void main(String[] args) {\n",
                "  }\n}\n"));
  }

  private void compile(Map<String, String> examples) throws IOException {
    List<String> arguments =
        new ArrayList<>(List.of("-Xlint:all", "-Werror", "-proc:none", "--release", "22"));
    arguments.addAll(List.of("-cp", classes(), "-d", directory.toString()));
    for (var example : examples.entrySet()) {
      Path file = directory.resolve(example.getKey() + ".java");
      arguments.add(Files.writeString(file, example.getValue()).toString());
    }
    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, arguments.toArray(String[]::new));
    assertThat(status).as("status of javac").isZero();
  }

  private String run(String program) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx256m",
                "-cp",
                classes() + ":" + directory,
                program)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    return output;
  }

  private static String classes() {
    return Dataset.class.getProtectionDomain().getCodeSource().getLocation().getPath();
  }

  /** The files that the examples read. */
  private void makeData() throws IOException {
    write("inputs.npy", "<f4", RECORDS, 32);
    write("targets.npy", "<f4", RECORDS, 4);
    write("images.npy", "|u1", RECORDS, 784);
    write("labels.npy", "|u1", RECORDS, 1);
    write("part-9.npy", "<f4", RECORDS - 100, 16);
    write("part-10.npy", "<f4", 100, 16);
    zip("data.npz", "labels.npy");
    Files.write(directory.resolve("tokens.bin"), new byte[2 * 5000]);
    writeTexts();
  }

  private void write(String name, String descr, int records, int recordBytes) {
    byte[] bytes = new byte[records * recordBytes];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i % 10);
    }
    ElementType type = ElementType.parse(descr);
    write(name, type, MemorySegment.ofArray(bytes), recordBytes / type.sizeBytes());
  }

  private void write(String name, ElementType type, MemorySegment records, long elements) {
    Path file = directory.resolve(name);
    try (Arena arena = Arena.ofConfined();
        NpyWriter writer =
            elements == 1
                ? NpyWriter.builder(file, type).open()
                : NpyWriter.builder(file, type, elements).open()) {
      writer.append(arena.allocate(records.byteSize(), 8).copyFrom(records));
      writer.commit();
    }
  }

  private void writeTexts() throws IOException {
    ByteArrayOutputStream texts = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(texts, true, StandardCharsets.UTF_8);
    long[] offsets = new long[RECORDS + 1];
    for (int i = 0; i < RECORDS; i++) {
      out.print("text " + i);
      offsets[i + 1] = texts.size();
    }
    MemorySegment values = MemorySegment.ofArray(texts.toByteArray());
    write("text.npy", ElementType.UINT8, values, 1);
    MemorySegment numbers = MemorySegment.ofArray(new long[RECORDS + 1]);
    for (int i = 0; i <= RECORDS; i++) {
      numbers.setAtIndex(ValueLayout.JAVA_LONG, i, offsets[i]);
    }
    write("text-offsets.npy", ElementType.INT64, numbers, 1);
  }

  private void zip(String name, String member) throws IOException {
    byte[] bytes = Files.readAllBytes(directory.resolve(member));
    CRC32 crc = new CRC32();
    crc.update(bytes);
    try (ZipOutputStream zip =
        new ZipOutputStream(Files.newOutputStream(directory.resolve(name)))) {
      ZipEntry entry = new ZipEntry(member);
      entry.setMethod(ZipEntry.STORED);
      entry.setSize(bytes.length);
      entry.setCrc(crc.getValue());
      zip.putNextEntry(entry);
      zip.write(bytes);
    }
  }
}
