package io.penstock.internal.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names that are no text find their files again; those that are keep their characters. */
class FileNamesTest {
  @TempDir Path directory;

  private static String text(int... name) {
    byte[] bytes = new byte[name.length];
    for (int i = 0; i < name.length; i++) {
      bytes[i] = (byte) name[i];
    }
    return FileNames.text(bytes);
  }

  @Test
  void bytesThatAreNoTextAreShownAsNumbers() {
    assertThat(text()).isEmpty();
    assertThat(text('c', 'a', 'f', 0xe9)).isEqualTo("caf\\xe9");
    assertThat(text(0xc3, 0xa4, 0xff, 'x')).isEqualTo("ä\\xffx");
    assertThat(text(0xe2, 0x82)).isEqualTo("\\xe2\\x82");
    assertThat(FileNames.text("naïve €".getBytes(StandardCharsets.UTF_8))).isEqualTo("naïve €");
  }

  @Test
  void anyNameIsFoundAgainByItsBytes() throws IOException {
    Random random = new Random(5);
    for (int i = 0; i < 200; i++) {
      byte[] name = new byte[1 + random.nextInt(20)];
      for (int k = 0; k < name.length; k++) {
        name[k] = (byte) (1 + random.nextInt(i % 2 == 0 ? 255 : 127));
        name[k] = name[k] == '/' || name[k] == '.' ? (byte) '_' : name[k];
      }
      Path path = FileNames.path(directory, name);
      Files.writeString(path, "" + i);
      try (Stream<Path> found = Files.list(directory)) {
        Path listed = found.findFirst().orElseThrow();
        assertThat(FileNames.bytes(directory.relativize(listed))).isEqualTo(name);
        Files.delete(listed);
      }
    }
  }

  @Test
  void foldersAndTheirFilesMayBothHaveSuchNames() throws IOException {
    Path odd = Path.of(URI.create(directory.toUri() + "%FF/%C3%A4%E9"));
    Files.createDirectories(odd.getParent());
    Files.writeString(odd, "found");
    byte[] name = FileNames.bytes(directory.relativize(odd));
    assertThat(name).containsExactly(0xff, '/', 0xc3, 0xa4, 0xe9);
    assertThat(Files.readString(FileNames.path(directory, name))).isEqualTo("found");
    assertThat(FileNames.text(name)).isEqualTo("\\xff/ä\\xe9");
  }
}
