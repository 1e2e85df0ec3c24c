package io.penstock.cli.tune;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.penstock.cli.Main;
import io.penstock.cli.Run;
import io.penstock.cli.command.ExitCodes;
import io.penstock.cli.command.Streams;
import io.penstock.options.Readahead;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/**
 * {@code tune} from end to end, as short as it can be. Rates are of this machine: not looked at.
 */
final class TuneCommandTest {
  private static final int RECORD_BYTES = 784;
  private static final int RECORD_COUNT = 25_000;
  private static final HexFormat HEX = HexFormat.of();

  @TempDir static Path data;

  @TempDir Path directory;

  /** Random bytes: no file system keeps those as holes. */
  @BeforeAll
  static void makeFiles() throws IOException {
    byte[] bytes = new byte[RECORD_COUNT * RECORD_BYTES];
    new Random(1).nextBytes(bytes);
    Run.npy(
        data.resolve("x.npy"), "'|u1'", "(%d, %d)".formatted(RECORD_COUNT, RECORD_BYTES), bytes);
    Files.write(data.resolve("x.bin"), bytes);
  }

  private static Run tune(Object... arguments) {
    return Run.of(
        Stream.concat(Stream.of("tune", "--quick", "--seconds", 0.01), Stream.of(arguments))
            .toArray());
  }

  private List<String> namesIn(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void jsonHasWhatTheHelpSays() {
    Run run = tune("--json", data.resolve("x.npy"));
    assertThat(run.code()).as(run.err()).isEqualTo(ExitCodes.DONE);
    assertThat(run.err()).isEmpty();
    assertThat(run.lines()).hasSize(1);
    JsonObject object = JsonParser.parseString(run.text()).getAsJsonObject();
    String help = Run.of("tune", "--help").text();
    assertThat(object.keySet()).allSatisfy(name -> assertThat(help).contains(name));
    assertThat(object.get("recordBytes").getAsInt()).isEqualTo(RECORD_BYTES);
    assertThat(object.get("plot").isJsonNull()).isTrue();
    JsonObject read = object.getAsJsonArray("randomReads").get(0).getAsJsonObject();
    assertThat(read.keySet()).allSatisfy(name -> assertThat(help).contains(name));
    assertThat(read.get("requestsPerSecond").getAsDouble())
        .isPositive()
        .isBetween(
            read.get("leastPerSecond").getAsDouble(), read.get("mostPerSecond").getAsDouble());
    assertThat(object.getAsJsonArray("sequentialReads")).hasSize(4);
    assertThat(object.getAsJsonArray("knees")).isNotEmpty();
    assertThat(object.getAsJsonArray("forecasts")).hasSize(3);
    for (JsonElement forecast : object.getAsJsonArray("forecasts")) {
      assertThat(forecast.getAsJsonObject().keySet())
          .allSatisfy(name -> assertThat(help).contains(name));
    }
    Readahead flags = Readahead.parse(object.get("readahead").getAsString());
    assertThat(flags.queueDepth()).isEqualTo(object.get("queueDepth").getAsInt());
    assertThat(flags.mergeGapBytes()).isEqualTo(object.get("mergeGapBytes").getAsInt());
    assertThat(flags.maxReadBytes()).isEqualTo(object.get("maxReadBytes").getAsInt());
  }

  @Test
  void theHelpStatesDefaultsWithinAHundredColumns() {
    Run help = Run.of("tune", "--help");
    assertThat(help.code()).isEqualTo(ExitCodes.DONE);
    assertThat(help.lines()).allMatch(line -> line.length() <= 100);
    Streams streams =
        new Streams(
            Channels.newChannel(OutputStream.nullOutputStream()),
            false,
            new PrintWriter(Writer.nullWriter()),
            false);
    CommandLine line = Main.commandLine(streams).getSubcommands().get("tune");
    assertThat(line.getCommandSpec().options())
        .filteredOn(option -> !option.usageHelp() && !option.versionHelp())
        .hasSizeGreaterThan(4)
        .allSatisfy(
            option ->
                assertThat(String.join(" ", option.description()))
                    .as(option.longestName())
                    .contains("Default: "));
    assertThat(Run.of("--help").text()).contains("tune");
  }

  @Test
  void tablesTellTheFlagsAndWhyAndWhereTheyGo() {
    Run run = tune("--plot", directory.resolve("p.png"), data.resolve("x.npy"));
    assertThat(run.code()).as(run.err()).isEqualTo(ExitCodes.DONE);
    assertThat(run.text())
        .contains("records of 784 bytes")
        .contains("Random reads, requests/s")
        .contains("Random reads, MB/s")
        .contains("Reading in the file's order")
        .containsPattern("Use queueDepth=[0-9]+,mergeGap=[0-9]+[km],maxRead=[0-9]+[km]")
        .contains("--readahead queueDepth=", "PENSTOCK_READAHEAD=", "-Dpenstock.readahead=")
        .contains("by forecast", "1/2", "1/4", "1/8")
        .contains("Plot: " + directory.resolve("p.png"));
    assertThat(run.lines())
        .filteredOn(line -> !line.contains("/"))
        .allMatch(s -> s.length() <= 100);
  }

  @Test
  void thePlotIsAPicture() throws IOException {
    Path plot = directory.resolve("p.png");
    tune("--json", "--plot", plot, data.resolve("x.bin"));
    assertThat(HEX.formatHex(Files.readAllBytes(plot), 0, 4)).isEqualTo("89504e47");
    BufferedImage picture = ImageIO.read(plot.toFile());
    assertThat(picture.getWidth()).isGreaterThan(1000);
    assertThat(picture.getHeight()).isGreaterThan(400);
  }

  @Test
  void aFileOfBytesHasNoRecords() {
    JsonObject object =
        JsonParser.parseString(tune("--json", data.resolve("x.bin")).text()).getAsJsonObject();
    assertThat(object.get("recordBytes").isJsonNull()).isTrue();
    assertThat(object.getAsJsonArray("forecasts")).isEmpty();
  }

  @Test
  void recordsOfDifferentSizesAreMeasuredAtTheirMean() throws IOException {
    Path values = directory.resolve("t.npy");
    Run.npy(values, "'|u1'", "(%d,)".formatted(17 << 20), new byte[17 << 20]);
    int count = 20_000;
    ByteBuffer offsets = ByteBuffer.allocate(4 * (count + 1)).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      offsets.putInt(i * i / (count / 500));
    }
    offsets.putInt(17 << 20);
    Path division = directory.resolve("t-offsets.npy");
    Run.npy(division, "'<i4'", "(%d,)".formatted(count + 1), offsets.array());
    Run run = tune("--json", values, "--offsets", "t=" + division);
    assertThat(run.code()).as(run.err()).isEqualTo(ExitCodes.DONE);
    JsonObject object = JsonParser.parseString(run.text()).getAsJsonObject();
    assertThat(object.get("recordBytes").getAsInt()).isEqualTo((17 << 20) / count + 1);
    assertThat(object.getAsJsonArray("forecasts")).hasSize(3);
    assertThat(object.getAsJsonArray("notes").toString()).contains("different sizes");
    Run wrong = tune(values, "--offsets", "x=" + division);
    assertThat(wrong.code()).isEqualTo(ExitCodes.USAGE);
    assertThat(wrong.err()).contains("must be of one of the columns [t], was x");
  }

  @Test
  void nothingIsLeftInADirectory() throws IOException {
    Run run = tune("--json", "--size", "16m", directory);
    assertThat(run.code()).as(run.err()).isEqualTo(ExitCodes.DONE);
    assertThat(namesIn(directory)).isEmpty();
    JsonObject object = JsonParser.parseString(run.text()).getAsJsonObject();
    assertThat(object.get("fileBytes").getAsLong()).isEqualTo(16 << 20);
    assertThat(object.get("path").getAsString()).isEqualTo(directory.toString());
    Path inner = Files.createDirectory(directory.resolve("inner"));
    Run shown = tune("--plot", directory.resolve("p.png"), "--size", "16m", inner);
    assertThat(shown.text()).contains("one made in " + inner + ", 16.0 MiB");
  }

  @Test
  void aFileLargerThanTheDiskIsRefusedBeforeItIsWritten() {
    Run run = tune("--size", "1000000t", directory);
    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err()).hasLineCount(1).contains(directory.toString(), "--size");
    assertThat(namesIn(directory)).isEmpty();
  }

  @Test
  void aSmallFileIsRefusedWithWhatToDo() {
    Run run = tune(Run.records(directory.resolve("x.npy"), 100, 4));
    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err()).hasLineCount(1).contains("x.npy", "16777216", "528", "directory");
  }

  @Test
  void aMissingFileAndADeviceAreRefused() {
    Run missing = tune(directory.resolve("missing"));
    assertThat(missing.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(missing.err()).hasLineCount(1).contains("missing: no such file or directory");
    Run device = tune("/dev/null");
    assertThat(device.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(device.err()).hasLineCount(1).contains("/dev/null", "regular file");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tune",
        "tune FILE FILE",
        "tune FILE --size 1g",
        "tune DIRECTORY --size 1m",
        "tune DIRECTORY --size big",
        "tune FILE --seconds 0",
        "tune FILE --seconds NaN",
        "tune FILE --seconds soon",
        "tune FILE --plot picture.jpg",
        "tune FILE --plot FILE",
        "tune FILE --depth 1",
      })
  void wrongUsageIsToldInOneLine(String line) throws IOException {
    Path file = data.resolve("x.bin");
    byte[] before = Files.readAllBytes(file);
    Run run =
        Run.of(
            (Object[])
                line.replace("FILE", file.toString())
                    .replace("DIRECTORY", directory.toString())
                    .split(" "));
    assertThat(run.code()).as(run.err()).isEqualTo(ExitCodes.USAGE);
    assertThat(run.err()).startsWith("penstock: ").hasLineCount(1);
    assertThat(run.text()).isEmpty();
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
  }

  @Test
  void aPlotNeverReplacesTheFileThatIsMeasured() throws IOException {
    Path file = Files.copy(data.resolve("x.bin"), directory.resolve("x.png"));
    Run run = tune(file, "--plot", file);
    assertThat(run.code()).isEqualTo(ExitCodes.USAGE);
    assertThat(Files.mismatch(file, data.resolve("x.bin"))).isEqualTo(-1);
  }

  @Test
  void aPlotInNoDirectoryIsRefusedBeforeMeasuring() {
    Run run = tune(data.resolve("x.bin"), "--plot", directory.resolve("none/p.png"));
    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err()).hasLineCount(1).contains("p.png", "directory");
    assertThat(run.text()).isEmpty();
  }
}
