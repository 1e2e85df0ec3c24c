package io.penstock.internal.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import io.penstock.internal.file.Directories;
import io.penstock.internal.file.FileNames;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Paths on file systems with other rules: separators, roots, no directories that can be forced. The
 * file systems are in memory. Partial files cannot be tested on them: they are opened as a {@link
 * java.io.RandomAccessFile}, which no interrupt closes.
 */
class OtherSystemsTest {
  /** Where users of Penstock work. */
  enum Kind {
    WINDOWS,
    MAC,
    UNIX;

    FileSystem open() {
      return Jimfs.newFileSystem(
          switch (this) {
            case WINDOWS -> Configuration.windows();
            case MAC -> Configuration.osX();
            case UNIX -> Configuration.unix();
          });
    }

    Path folder(FileSystem system) throws IOException {
      return Files.createDirectory(system.getPath(this == WINDOWS ? "C:\\data" : "/data"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void partsAndPatternsAreFoundInPaths(Kind kind) throws IOException {
    try (FileSystem system = kind.open()) {
      Path folder = kind.folder(system);
      Path file = Files.createFile(folder.resolve("data.npz"));
      PartPath part = PartPath.of(system.getPath(file + "#images/x"));
      assertThat(part.file()).isEqualTo(file);
      assertThat(part.part()).isEqualTo("images/x");

      for (int i = 0; i < 12; i++) {
        Files.createFile(folder.resolve("part-" + i + ".npy"));
      }
      Path braces = system.getPath(folder.resolve("part-{0..11}.npy").toString());
      List<Path> found = ShardPaths.of(braces);
      assertThat(found).hasSize(12).allMatch(Files::exists);
      assertThat(found.get(10)).isEqualTo(folder.resolve("part-10.npy"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void namesHaveSlashesEverywhere(Kind kind) throws IOException {
    try (FileSystem system = kind.open()) {
      Path folder = kind.folder(system);
      Path name = system.getPath("cats", "Größe 1.jpg");
      byte[] bytes = FileNames.bytes(name);
      assertThat(new String(bytes, StandardCharsets.UTF_8)).isEqualTo("cats/Größe 1.jpg");
      assertThat(FileNames.path(folder, bytes)).isEqualTo(folder.resolve(name));
    }
  }

  @Test
  void directoriesAreForcedWhereThatExists() throws IOException {
    try (FileSystem windows = Kind.WINDOWS.open()) {
      Path folder = Kind.WINDOWS.folder(windows);
      assertThat(Directories.isPosix(folder)).isFalse();
      Directories.force(folder); // Opening it would fail, as on Windows.
    }
    assertThat(Directories.isPosix(Path.of(""))).isTrue();
  }
}
