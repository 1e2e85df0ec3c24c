package io.penstock.images;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.cli.Main;
import io.penstock.cli.command.Streams;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code convert} of images in a tar archive makes what it makes of the same files in a folder. */
class ConvertArchiveTest {
  private static final int COUNT = 40;

  @TempDir Path directory;

  private record Outcome(int code, String err) {}

  private static Outcome convert(Object... arguments) {
    StringWriter err = new StringWriter();
    Streams streams =
        new Streams(
            Channels.newChannel(new ByteArrayOutputStream()),
            true,
            new PrintWriter(err, true),
            false);
    String[] words =
        Stream.concat(Stream.of("convert"), Stream.of(arguments).map(Object::toString))
            .toArray(String[]::new);
    return new Outcome(Main.run(streams, words), err.toString());
  }

  private static String name(int i) {
    return "%d/%03d.jpg".formatted(i / 20, i);
  }

  private Path archive(List<byte[]> files) throws Exception {
    for (int i = 0; i < files.size(); i++) {
      Path file = directory.resolve("pictures").resolve(name(i));
      Files.createDirectories(file.getParent());
      Files.write(file, files.get(i));
    }
    return ImageFiles.tar(directory.resolve("pictures.tar"), files, ConvertArchiveTest::name);
  }

  private static List<byte[]> files() throws Exception {
    List<byte[]> files = new ArrayList<>();
    for (int i = 0; i < COUNT; i++) {
      files.add(ImageFiles.encode(ImageFiles.picture(50, 40, i), i % 3 == 0 ? "png" : "jpg"));
    }
    return files;
  }

  @Test
  void anArchiveBecomesWhatAFolderBecomes() throws Exception {
    Path archive = archive(files());
    Path folder = directory.resolve("pictures");
    for (String options : List.of("--gray", "--resize 20x30", "--resize 40x50 --select 3:31:2")) {
      Object[] words = options.split(" ", -1);
      Path byFolder = directory.resolve("folder.npy");
      Path byArchive = directory.resolve("archive.npy");
      assertThat(convert(with(words, folder, byFolder)).err()).isEmpty();
      assertThat(convert(with(words, archive + "#jpg", byArchive)).err()).isEmpty();
      assertThat(Files.readAllBytes(byArchive)).as(options).isEqualTo(Files.readAllBytes(byFolder));
      assertThat(Files.size(byArchive)).isGreaterThan(10_000);
    }
  }

  private static Object[] with(Object[] options, Object from, Object to) {
    Object[] all = Arrays.copyOf(options, options.length + 3, Object[].class);
    all[options.length] = from;
    all[options.length + 1] = to;
    all[options.length + 2] = "--force";
    return all;
  }

  @Test
  void aDamagedMemberIsNamedAndNothingIsMade() throws Exception {
    List<byte[]> files = files();
    files.set(22, Arrays.copyOf(files.get(22), files.get(22).length / 2));
    Path made = directory.resolve("made.npy");
    Outcome outcome = convert(archive(files) + "#jpg", made, "--gray");
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err())
        .contains("record 22, sample '1/022': expected a whole JPEG", "cut short");
    assertThat(made).doesNotExist();
  }
}
