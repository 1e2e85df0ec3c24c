package io.penstock.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.penstock.cli.Main;
import io.penstock.cli.Run;
import io.penstock.cli.command.ExitCodes;
import io.penstock.cli.command.Streams;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code demo}, small, on generated images, so that it installs nothing. */
final class DemoCommandTest {
  @TempDir Path directory;

  private Run demo(String... arguments) {
    return demoIn(directory, arguments);
  }

  private static Run demoIn(Path directory, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    StringWriter err = new StringWriter();
    CommandLine line =
        Main.commandLine(
            new Streams(Channels.newChannel(out), true, new PrintWriter(err, true), false));
    DemoCommand demo = (DemoCommand) line.getSubcommands().get("demo").getCommand();
    demo.useImages(ImageSource.generated());
    String[] all = new String[arguments.length + 4];
    all[0] = "demo";
    all[1] = "--dir";
    all[2] = directory.toString();
    all[3] = "--quick";
    System.arraycopy(arguments, 0, all, 4, arguments.length);
    int code = line.execute(all);
    return new Run(code, out.toByteArray(), err.toString());
  }

  @Test
  void jsonTellsWhatWasMadeLearntAndRead() {
    Run run = demo("--size", "4m", "--epochs", "2", "--json");
    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isEqualTo(ExitCodes.DONE);
    JsonObject object = JsonParser.parseString(run.text()).getAsJsonObject();
    assertThat(object.get("generated").getAsBoolean()).isTrue();
    long records = object.get("records").getAsLong();
    assertThat(records).isEqualTo((4 << 20) / 784);
    assertThat(Path.of(object.get("images").getAsString())).isRegularFile().startsWith(directory);
    assertThat(object.getAsJsonArray("epochs")).hasSize(2);
    JsonObject last = object.getAsJsonArray("epochs").get(1).getAsJsonObject();
    assertThat(last.get("epoch").getAsLong()).isEqualTo(1);
    assertThat(last.get("testAccuracy").getAsDouble()).isBetween(0.5, 1.0);
    assertThat(last.get("recordsPerSecond").getAsDouble()).isPositive();
    JsonObject reading = object.getAsJsonObject("reading");
    for (String name : new String[] {"mapping", "penstock", "mappingInMemory"}) {
      assertThat(reading.getAsJsonObject(name).get("recordsPerSecond").getAsDouble()).isPositive();
    }
    assertThat(reading.get("crc32c").getAsString()).matches("[0-9a-f]{8}");
  }

  @Test
  void theReportSaysThatImagesAreGeneratedAndWhatToTryNext() {
    Run run = demo("--size", "2m");
    assertThat(run.code()).isEqualTo(ExitCodes.DONE);
    assertThat(run.text())
        .contains("generated images", "test accuracy", "plain mapping", "Penstock", "Try next:")
        .contains("info " + directory, "read " + directory);
  }

  @Test
  void filesAreUsedAgainAndMadeAgainWhenCutShort() throws IOException {
    JsonObject first =
        JsonParser.parseString(demo("--size", "1m", "--json").text()).getAsJsonObject();
    Path images = Path.of(first.get("images").getAsString());
    FileTime made = FileTime.fromMillis(1_000_000_000_000L);
    Files.setLastModifiedTime(images, made);
    assertThat(demo("--size", "1m").code()).isEqualTo(ExitCodes.DONE);
    assertThat(Files.getLastModifiedTime(images)).isEqualTo(made);
    long size = Files.size(images);
    Files.write(images, "cut".getBytes(StandardCharsets.UTF_8));
    assertThat(demo("--size", "1m").code()).isEqualTo(ExitCodes.DONE);
    assertThat(images).hasSize(size);
  }

  @Test
  void aDirectoryThatCannotBeMadeIsAFailure() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    Run run = demoIn(file.resolve("below"), "--size", "1m");
    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err()).hasLineCount(1).contains(file.toString());
  }
}
