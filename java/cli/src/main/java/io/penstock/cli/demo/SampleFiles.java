package io.penstock.cli.demo;

import io.penstock.PenstockException;
import io.penstock.format.ArrayLayout;
import io.penstock.format.Formats;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * The demo's data set: images.npy, uint8 of shape (N, 28, 28), and labels.npy, uint8 of shape (N,),
 * which repeat a set of images as often as it takes.
 *
 * <p>What it owns: a directory of its own below the one that the user named, so that no file of the
 * user's is ever overwritten. A file is written under another name, to the disk, and renamed when
 * it is whole; so what has its name and its size is whole, and is used again.
 *
 * @param images path of the images
 * @param labels path of their classes
 * @param count how many images
 */
public record SampleFiles(Path images, Path labels, long count) {
  private static final List<Long> IMAGE_SHAPE = List.of(28L, 28L);
  private static final int CHUNK_BYTES = 4 << 20;

  /** The header of a .npy file is filled up to a multiple of this. */
  private static final int HEADER_ALIGNMENT_BYTES = 64;

  /** Room for the labels and the headers, when free space is compared with what is needed. */
  private static final double SPARE_SHARE = 1.01;

  /**
   * The files of so many images of a source, existing or not.
   *
   * @param parent where the directory with the files is, or will be
   */
  public static SampleFiles in(Path parent, ImageSource source, long count) {
    Path directory = parent.resolve(source.name() + "-" + count);
    return new SampleFiles(directory.resolve("images.npy"), directory.resolve("labels.npy"), count);
  }

  /** Whether both files are there and whole. */
  public boolean areComplete() {
    return isComplete(images, IMAGE_SHAPE) && isComplete(labels, List.of());
  }

  /**
   * Makes both files.
   *
   * @param set images to repeat
   * @param progress is told bytes written so far
   */
  public void make(ImageSet set, LongConsumer progress) throws IOException {
    Path directory = Files.createDirectories(images.getParent());
    long bytes = count * (ImageSet.PIXELS + 1);
    long free = Files.getFileStore(directory).getUsableSpace();
    if (free < bytes * SPARE_SHARE) {
      throw PenstockException.about(
          directory,
          ("expected %d bytes of free space for the demo's files, found %d: name another place with"
                  + " --dir, or less with --size")
              .formatted(bytes, free));
    }
    write(images, set.images(), ImageSet.PIXELS, IMAGE_SHAPE, progress);
    write(labels, set.labels(), 1, List.of(), written -> progress.accept(bytes - count + written));
  }

  private boolean isComplete(Path path, List<Long> recordShape) {
    if (!Files.exists(path)) {
      return false;
    }
    try {
      ArrayLayout layout = Formats.open(path);
      return layout.recordCount() == count
          && layout.recordShape().equals(recordShape)
          && layout.elementType().descr().equals("|u1");
    } catch (PenstockException e) {
      // Cut short or damaged: it is made again.
      return false;
    }
  }

  private void write(
      Path path, byte[] records, int recordBytes, List<Long> recordShape, LongConsumer progress)
      throws IOException {
    // Another demo may be doing the same.
    Path temporary =
        path.resolveSibling(
            "%s.%d.tmp".formatted(path.getFileName(), ProcessHandle.current().pid()));
    // For Ctrl-C: nothing else would ever delete it.
    temporary.toFile().deleteOnExit();
    try (FileChannel file =
        FileChannel.open(
            temporary,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      writeAll(file, ByteBuffer.wrap(header(recordShape)));
      long left = count * recordBytes;
      for (long written = 0; written < left; ) {
        // From the start of the set again when it is at its end.
        int start = (int) (written % records.length);
        int size = (int) Math.min(Math.min(CHUNK_BYTES, records.length - start), left - written);
        writeAll(file, ByteBuffer.wrap(records, start, size));
        written += size;
        progress.accept(written);
      }
      file.force(true);
    } catch (IOException | RuntimeException | Error e) {
      Files.deleteIfExists(temporary);
      throw e;
    }
    Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
  }

  private byte[] header(List<Long> recordShape) {
    List<String> sizes = new ArrayList<>(List.of(Long.toString(count)));
    recordShape.forEach(size -> sizes.add(size.toString()));
    String shape = String.join(", ", sizes) + (sizes.size() == 1 ? "," : "");
    String dictionary = "{'descr': '|u1', 'fortran_order': False, 'shape': (" + shape + "), }";
    int unpadded = 10 + dictionary.length() + 1;
    int padding = Math.floorMod(-unpadded, HEADER_ALIGNMENT_BYTES);
    String header = dictionary + " ".repeat(padding) + "\n";
    char[] length = {(char) (header.length() & 0xff), (char) (header.length() >> 8)};
    String file = "\u0093NUMPY\1\0" + new String(length) + header;
    return file.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static void writeAll(FileChannel file, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      file.write(bytes);
    }
  }
}
