package io.penstock.internal.gather;

import io.penstock.internal.dataset.FolderFiles;
import io.penstock.internal.ffi.NativeReader;

/**
 * Reads parts of the files that a native source has open, and of folders, which are objects to it.
 */
public final class FileParts implements PartReader {
  private final NativeReader reader;

  /** By the number of the object; null for open files. */
  private final FolderFiles.Reading[] folders;

  private long reads;

  /**
   * Of open files alone.
   *
   * @param reader that hands requests out
   */
  public FileParts(NativeReader reader) {
    this(reader, new FolderFiles[0]);
  }

  /**
   * Of open files and of folders.
   *
   * @param reader that hands requests out
   * @param folders by their numbers in the source; null for files that are open
   */
  public FileParts(NativeReader reader, FolderFiles[] folders) {
    this.reader = reader;
    this.folders = new FolderFiles.Reading[folders.length];
    for (int i = 0; i < folders.length; i++) {
      this.folders[i] = folders[i] == null ? null : folders[i].reading();
    }
  }

  @Override
  public long read(int file, long offsetBytes, int lengthBytes, long address) {
    FolderFiles.Reading folder = file < folders.length ? folders[file] : null;
    if (folder == null) {
      reads++;
      return reader.readFile(file, offsetBytes, lengthBytes, address);
    }
    long before = folder.reads();
    long result = folder.read(offsetBytes, lengthBytes, address);
    reads += folder.reads() - before;
    return result;
  }

  @Override
  public long reads() {
    return reads;
  }
}
