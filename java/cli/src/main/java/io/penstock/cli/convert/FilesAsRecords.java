package io.penstock.cli.convert;

import io.penstock.array.ElementType;
import io.penstock.internal.folder.FolderScan;
import io.penstock.write.NpyWriter;
import io.penstock.write.VariableNpyWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * The files of a folder on their way into one: as records of different sizes, with the names of the
 * files beside them, or as an archive.
 *
 * <p>What it owns: the threads that read. Memory is bounded, but for some 200 bytes a file.
 */
public final class FilesAsRecords implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 20;

  private final FolderScan listing;
  private final FilesInOrder files;
  private long bytes;

  /**
   * For some files of a folder.
   *
   * @param folder the folder
   * @param pattern of the names of its files
   * @param selection which of these
   */
  public FilesAsRecords(Path folder, String pattern, Selection selection) {
    this.listing = FolderScan.of(folder, pattern);
    this.files = new FilesInOrder(listing, selection);
  }

  /**
   * How many files there are.
   *
   * @return at least 0
   */
  public long count() {
    return files.count();
  }

  /**
   * Size of all files that were written.
   *
   * @return in bytes
   */
  public long bytes() {
    return bytes;
  }

  /**
   * The classes of the files.
   *
   * @return names of the folders in the folder; empty where no file lies in one of them
   */
  public List<String> labels() {
    boolean hasClasses =
        IntStream.range(0, listing.fileCount()).anyMatch(i -> listing.label(i) >= 0);
    return hasClasses ? listing.classes() : List.of();
  }

  /**
   * Writes all files as records.
   *
   * @param writer of them
   * @param progress gets their number
   * @throws IOException if a file cannot be taken
   */
  public void writeTo(VariableNpyWriter writer, LongConsumer progress) throws IOException {
    files.read(
        new FilesInOrder.FilesSink() {
          @Override
          public void begin(int number, long size) {
            writer.append(MemorySegment.NULL);
            bytes += size;
            progress.accept(writer.recordCount());
          }

          @Override
          public void take(ByteBuffer piece) {
            writer.extend(MemorySegment.ofBuffer(piece));
          }
        });
  }

  /**
   * Writes all files into an archive, under their names in the folder.
   *
   * @param writer of it
   * @param progress gets their number
   * @throws IOException if a file cannot be taken
   */
  public void writeTo(TarWriter writer, LongConsumer progress) throws IOException {
    files.read(
        new FilesInOrder.FilesSink() {
          private long count;

          @Override
          public void begin(int number, long size) {
            writer.begin(listing.nameBytes(number), size, listing.modifiedSeconds(number));
            bytes += size;
            progress.accept(++count);
          }

          @Override
          public void take(ByteBuffer piece) {
            writer.write(piece);
          }
        });
  }

  /**
   * Starts the file of names: bytes of a fixed length, as NumPy's {@code S} has them, which are the
   * paths from the folder on.
   *
   * @param target name of the file
   * @param mayReplace whether an existing file is replaced
   * @return its writer, complete but for its name
   */
  public NpyWriter names(Path target, boolean mayReplace) {
    int length = 1;
    for (long i = 0; i < count(); i++) {
      length = Math.max(length, name(i).length);
    }
    NpyWriter writer =
        NpyWriter.builder(target, ElementType.parse("|S" + length)).replace(mayReplace).open();
    try {
      byte[] buffer = new byte[Math.max(1, BUFFER_BYTES / length) * length];
      int used = 0;
      for (long i = 0; i < count(); i++) {
        byte[] name = name(i);
        Arrays.fill(buffer, used, used + length, (byte) 0);
        System.arraycopy(name, 0, buffer, used, name.length);
        used += length;
        if (used == buffer.length || i == count() - 1) {
          writer.append(MemorySegment.ofArray(buffer).asSlice(0, used));
          used = 0;
        }
      }
      writer.finish();
      return writer;
    } catch (RuntimeException | Error e) {
      writer.close();
      throw e;
    }
  }

  private byte[] name(long record) {
    return listing.nameBytes(files.number(record));
  }

  /**
   * Starts the file of labels: the number of the class of each file, -1 for those in no class.
   *
   * @param target name of the file
   * @param mayReplace whether an existing file is replaced
   * @return its writer, complete but for its name
   */
  public NpyWriter labels(Path target, boolean mayReplace) {
    long[] labels = LongStream.range(0, count()).map(i -> listing.label(files.number(i))).toArray();
    NpyWriter writer = NpyWriter.builder(target, ElementType.INT64).replace(mayReplace).open();
    try {
      writer.append(MemorySegment.ofArray(labels));
      writer.finish();
      return writer;
    } catch (RuntimeException | Error e) {
      writer.close();
      throw e;
    }
  }

  @Override
  public void close() {
    files.close();
  }
}
