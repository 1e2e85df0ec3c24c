package io.penstock.internal.file;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;

final class FileLocksTest {
  private static void check(FileSystem system, long position, long size) throws IOException {
    try (system) {
      Path file = Files.createFile(system.getPath("x"));
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        FileLock lock = FileLocks.tryLock(channel, file);
        assertThat(lock.position()).isEqualTo(position);
        assertThat(lock.size()).isEqualTo(size);
        assertThat(lock.isShared()).isFalse();
      }
    }
  }

  @Test
  void onWindowsNoByteOfTheFileIsKeptFromOthers() throws IOException {
    check(Jimfs.newFileSystem(Configuration.windows()), Long.MAX_VALUE - 1, 1);
  }

  @Test
  void elsewhereTheWholeFileIsLocked() throws IOException {
    Configuration posix =
        Configuration.unix().toBuilder().setAttributeViews("basic", "posix").build();
    check(Jimfs.newFileSystem(posix), 0, Long.MAX_VALUE);
  }
}
