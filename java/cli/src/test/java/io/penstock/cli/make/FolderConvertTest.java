package io.penstock.cli.make;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.penstock.cli.Run;
import io.penstock.cli.command.ExitCodes;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders that are converted: their order, their classes, and what is no record in them. */
final class FolderConvertTest {
  @TempDir Path directory;

  private static Path image(Path file, int gray) throws IOException {
    BufferedImage image = new BufferedImage(3, 2, BufferedImage.TYPE_BYTE_GRAY);
    for (int i = 0; i < 6; i++) {
      image.getRaster().setSample(i % 3, i / 3, 0, gray);
    }
    Files.createDirectories(file.getParent());
    String name = file.toString();
    ImageIO.write(image, name.substring(name.lastIndexOf('.') + 1), file.toFile());
    return file;
  }

  private Run convert(Path folder, Object... options) {
    Object[] words = new Object[3 + options.length];
    words[0] = "convert";
    words[1] = folder;
    words[2] = directory.resolve("x.npy");
    System.arraycopy(options, 0, words, 3, options.length);
    return Run.of(words);
  }

  private byte[] records(Object... paths) {
    Object[] words = Arrays.copyOf(paths, paths.length + 5);
    System.arraycopy(paths, 0, words, 1, paths.length);
    words[0] = "read";
    words[paths.length + 1] = "--shuffle";
    words[paths.length + 2] = "none";
    words[paths.length + 3] = "--out";
    words[paths.length + 4] = "-";
    Run run = Run.of(words);
    assertThat(run.code()).as(run.err()).isEqualTo(ExitCodes.DONE);
    return run.out();
  }

  private void assertFails(Run run, Object... words) {
    assertThat(run.code()).as(run.err()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err()).hasLineCount(1).doesNotContain("should not happen");
    for (Object word : words) {
      assertThat(run.err()).contains(word.toString());
    }
    assertThat(directory.resolve("x.npy")).doesNotExist();
  }

  @Test
  void classesAreNumberedAlikeEverywhere() throws IOException {
    Path folder = directory.resolve("photos");
    for (int i : new int[] {1, 2, 3, 10, 11, 12}) {
      image(folder.resolve(i + "/img10.png"), 10 * i + 1);
      image(folder.resolve(i + "/img2.png"), 10 * i);
    }
    Path elsewhere = image(directory.resolve("elsewhere/a.png"), 200).getParent();
    Files.createSymbolicLink(folder.resolve("5b"), elsewhere);
    Files.createDirectory(folder.resolve("4"));
    Run run = convert(folder, "--gray", "--json");
    assertThat(run.err()).isEmpty();
    JsonObject made = JsonParser.parseString(run.text()).getAsJsonObject();
    String classes = "[\"1\",\"2\",\"3\",\"4\",\"5b\",\"10\",\"11\",\"12\"]";
    assertThat(made.get("labels").toString()).isEqualTo(classes);
    Path file = Path.of(made.get("classesFile").getAsString());
    assertThat(file).isEqualTo(directory.resolve("x-classes.json"));
    assertThat(JsonParser.parseString(Files.readString(file)).toString()).isEqualTo(classes);
    JsonObject info =
        JsonParser.parseString(Run.of("info", folder, "--json").text()).getAsJsonObject();
    assertThat(info.get("classes").toString()).isEqualTo(classes);
    byte[] found = records(directory.resolve("x.npy"));
    int[] grays = {10, 11, 20, 21, 30, 31, 200, 100, 101, 110, 111, 120, 121};
    assertThat(found).hasSize(6 * grays.length);
    for (int i = 0; i < grays.length; i++) {
      assertThat(found[6 * i] & 0xff).isEqualTo(grays[i]);
    }
    byte[] labels = records(directory.resolve("x-labels.npy"));
    byte[] read = records(folder + "#label");
    int[] wanted = {0, 0, 1, 1, 2, 2, 4, 5, 5, 6, 6, 7, 7};
    for (int i = 0; i < wanted.length; i++) {
      assertThat(labels[8 * i]).isEqualTo((byte) wanted[i]);
      assertThat(read[4 * i]).isEqualTo((byte) wanted[i]);
    }
    Run.of("convert", folder + "#label", directory.resolve("l.npy"));
    assertThat(records(directory.resolve("l.npy"))).isEqualTo(labels);
  }

  @Test
  void otherFilesAmongImagesAreNamedAndCanBeLeftOut() throws IOException {
    Path folder = directory.resolve("photos");
    image(folder.resolve("b.png"), 1);
    image(folder.resolve("c.jpg"), 2);
    Files.move(image(folder.resolve("d.png"), 3), folder.resolve("d"));
    Files.writeString(folder.resolve("A.txt"), "about these");
    assertFails(convert(folder), folder.resolve("A.txt"), "expected images only", "*.jpg,*.png");
    Run run = convert(folder, "--pattern", "!A.txt", "--json");
    assertThat(run.err()).isEmpty();
    assertThat(run.text()).contains("\"records\":3", "\"classesFile\":null");
    run = convert(folder, "--pattern", "*.jpg,*.png", "--force", "--json");
    assertThat(run.text()).contains("\"records\":2");
  }

  @Test
  void filesOfAFormatAreNoRecordsUnlessThatIsMeant() throws IOException {
    for (String magic :
        new String[] {"II*\0\b\0\0\0", "P6\n3 2\n255\n", "PK\3\4", "RIFF\0\0\0\0WEBPVP8 "}) {
      Path folder = Files.createTempDirectory(directory, "f");
      byte[] bytes =
          Arrays.copyOf(magic.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1), 64);
      for (int i = 0; i < 3; i++) {
        bytes[60] = (byte) i;
        Files.write(folder.resolve("" + i), bytes);
      }
      assertFails(convert(folder), folder.resolve("0"), "found a", "--raw");
      Run run = convert(folder, "--raw");
      assertThat(run.err()).isEmpty();
      assertThat(records(directory.resolve("x.npy"))).hasSize(3 * 64).endsWith(0, 2, 0, 0, 0);
      Files.delete(directory.resolve("x.npy"));
    }
    Path letters = Files.createDirectory(directory.resolve("letters"));
    Files.writeString(letters.resolve("1"), "acgt");
    Files.writeString(letters.resolve("2"), "ttga");
    assertThat(convert(letters).err()).isEmpty();
    assertThat(convert(letters, "--raw", "--gray").code()).isEqualTo(ExitCodes.USAGE);
    assertThat(convert(directory.resolve("x.npy"), "--raw").code()).isEqualTo(ExitCodes.USAGE);
  }

  @Test
  void anEmptyFolderIsNamed() throws IOException {
    Path folder = Files.createDirectories(directory.resolve("empty/cat")).getParent();
    assertFails(convert(folder), folder + ": expected files in the folder");
  }

  @Test
  void anImageThatMayNotBeReadSaysSo() throws IOException {
    Path file = image(directory.resolve("photos/a.png"), 1);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
    assumeFalse(Files.isReadable(file), "root may read every file");
    assertFails(convert(file.getParent()), file, "permission denied");
  }

  @Test
  void linksAreFollowedAndBrokenOnesNamed() throws IOException {
    Path folder = image(directory.resolve("photos/a.png"), 1).getParent();
    Path link = Files.createSymbolicLink(folder.resolve("b.png"), directory.resolve("none.png"));
    assertFails(convert(folder), link, "leads nowhere", "'*,!b.png'");
    Files.delete(link);
    Files.createSymbolicLink(folder.resolve("up"), folder);
    assertFails(convert(folder), folder.resolve("up"), "a folder above it", "'*,!up'");
    assertThat(convert(folder, "--pattern", "!up").err()).isEmpty();
  }
}
