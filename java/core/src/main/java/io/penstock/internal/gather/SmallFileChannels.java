package io.penstock.internal.gather;

import io.penstock.internal.dataset.FolderFiles;
import io.penstock.internal.file.FileNames;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.TimeUnit;

/** Opens, reads and closes small files of a folder with channels, on one thread of ours. */
final class SmallFileChannels implements FolderFiles.SmallFileOpener {
  private final Path folder;
  private ByteBuffer target;

  SmallFileChannels(Path folder) {
    this.folder = folder;
  }

  /** Where the next files go. */
  void into(ByteBuffer target) {
    this.target = target;
  }

  /** A file that is not what it was when it was listed is not read. */
  @Override
  public long read(
      MemorySegment path,
      int nameAt,
      int nameBytes,
      long sizeBytes,
      long modifiedNanos,
      long offsetBytes,
      long lengthBytes,
      long at) {
    byte[] name = path.asSlice(nameAt, nameBytes).toArray(ValueLayout.JAVA_BYTE);
    try {
      Path file = FileNames.path(folder, name);
      BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
      boolean isListed =
          found.isRegularFile()
              && found.size() == sizeBytes
              && found.lastModifiedTime().to(TimeUnit.NANOSECONDS) == modifiedNanos;
      return isListed ? read(file, offsetBytes, lengthBytes, (int) at) : PartReader.FAILED;
    } catch (IOException | IllegalArgumentException e) {
      return PartReader.FAILED; // Who explains it finds the same.
    }
  }

  private long read(Path file, long offsetBytes, long lengthBytes, int at) throws IOException {
    if (lengthBytes == 0) {
      return 0;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer into = target.duplicate().limit((int) (at + lengthBytes)).position(at);
      while (into.hasRemaining()) {
        if (channel.read(into, offsetBytes + into.position() - at) < 0) {
          return PartReader.FAILED;
        }
      }
      return lengthBytes;
    }
  }
}
