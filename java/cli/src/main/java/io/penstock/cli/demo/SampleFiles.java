package io.penstock.cli.demo;

import io.penstock.array.ArrayLayout;
import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import io.penstock.write.NpyWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/**
 * The demo's data set: images.npy, uint8 of shape (N, 28, 28), and labels.npy, uint8 of shape (N,),
 * which repeat a set of images as often as it takes.
 *
 * <p>What it owns: a directory of its own below the one that the user named, so that no file of the
 * user's is ever overwritten. What has its name and its size there is whole, and is used again.
 *
 * @param images path of the images
 * @param labels path of their classes
 * @param count how many images
 */
public record SampleFiles(Path images, Path labels, long count) {
  private static final Shape IMAGE_SHAPE = Shape.of(28, 28);
  private static final int CHUNK_BYTES = 4 << 20;

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
    return isComplete(images, IMAGE_SHAPE) && isComplete(labels, Shape.SCALAR);
  }

  /**
   * Makes both files.
   *
   * @param set images to repeat
   * @param progress called with the bytes written so far
   */
  public void make(ImageSet set, LongConsumer progress) throws IOException {
    Path directory = Files.createDirectories(images.getParent());
    long bytes = count * (ImageSet.PIXELS + 1);
    long free = Files.getFileStore(directory).getUsableSpace();
    if (free < bytes * SPARE_SHARE) {
      throw PenstockException.about(
          ErrorKind.RESOURCE_LIMIT,
          directory,
          ("expected %d bytes of free space for the demo's files, found %d: name another place with"
                  + " --dir, or less with --size")
              .formatted(bytes, free));
    }
    write(images, set.images(), ImageSet.PIXELS, IMAGE_SHAPE, progress);
    write(
        labels, set.labels(), 1, Shape.SCALAR, written -> progress.accept(bytes - count + written));
  }

  private boolean isComplete(Path path, Shape recordShape) {
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
      Path path, byte[] records, int recordBytes, Shape recordShape, LongConsumer progress) {
    ElementType bytes = ElementType.UINT8;
    try (NpyWriter file =
        NpyWriter.builder(path, bytes, recordShape).recordCount(count).replace(true).open()) {
      int chunk = CHUNK_BYTES / recordBytes * recordBytes;
      long left = count * recordBytes;
      for (long written = 0; written < left; ) {
        // From the start of the set again when it is at its end.
        int start = (int) (written % records.length);
        int size = (int) Math.min(Math.min(chunk, records.length - start), left - written);
        file.append(MemorySegment.ofArray(records).asSlice(start, size));
        written += size;
        progress.accept(written);
      }
      file.commit();
    }
  }
}
