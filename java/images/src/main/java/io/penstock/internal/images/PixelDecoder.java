package io.penstock.internal.images;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.images.generated.PenstockImages;
import io.penstock.internal.images.generated.penstock_images_request;
import io.penstock.internal.images.generated.penstock_images_size;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;

/**
 * A decoder of C and the memory that its calls need: for one thread at a time, and freed when
 * nobody refers to it any more, as the threads of loaders come and go. A decode allocates nothing
 * on the heap.
 */
public final class PixelDecoder {
  private final MemorySegment handle;
  private final MemorySegment request;
  private final MemorySegment size;

  /**
   * Makes a decoder.
   *
   * @param request what it is asked for, each time
   * @param scratchBytes the most memory that a decode may take, besides the pixels
   * @throws PenstockException if the library cannot be loaded, or memory is short
   */
  public PixelDecoder(ImageRequest request, long scratchBytes) {
    ImagesLibrary.load();
    Arena arena = Arena.ofAuto();
    this.request = penstock_images_request.allocate(arena);
    this.size = penstock_images_size.allocate(arena);
    request.write(this.request);
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment opened = scratch.allocate(ValueLayout.ADDRESS);
      int status = PenstockImages.penstock_images_decoder_open(scratchBytes, opened);
      if (status < 0) {
        throw new PenstockException(
            ErrorKind.RESOURCE_LIMIT,
            "expected memory for a decoder of images with %d bytes, found: %s"
                .formatted(scratchBytes, statusName(status)));
      }
      this.handle =
          opened
              .get(ValueLayout.ADDRESS, 0)
              .reinterpret(arena, PenstockImages::penstock_images_decoder_close);
    }
  }

  /**
   * Decodes a file.
   *
   * @param file its bytes, in native memory that is no mapping
   * @param pixels where its pixels go, in native memory: rows one after another
   * @throws PenstockException if it is damaged, of another kind, too large, or there is no room
   */
  public void decode(MemorySegment file, MemorySegment pixels) {
    requireNative(file, pixels);
    try {
      decode(file.address(), file.byteSize(), pixels.address(), pixels.byteSize());
    } finally {
      Reference.reachabilityFence(file);
      Reference.reachabilityFence(pixels);
    }
  }

  /**
   * Decodes a file, without garbage.
   *
   * @param file address of its bytes, which are there until this returns
   * @param fileBytes how many there are
   * @param pixels address where its pixels go, of memory that is there until this returns
   * @param pixelsBytes for how many bytes there is room
   * @throws PenstockException if it is damaged, of another kind, too large, or there is no room
   */
  public void decode(long file, long fileBytes, long pixels, long pixelsBytes) {
    int status = AddressCalls.decode(handle, file, fileBytes, request, pixels, pixelsBytes, size);
    if (status < 0) {
      throw failure(status, fileBytes);
    }
  }

  /** Reads the header of a file into a struct of C. */
  void readInfo(MemorySegment file, MemorySegment info) {
    requireNative(file, info);
    try {
      int status = AddressCalls.readInfo(handle, file.address(), file.byteSize(), info);
      if (status < 0) {
        throw failure(status, file.byteSize());
      }
    } finally {
      Reference.reachabilityFence(file);
    }
  }

  static void requireNative(MemorySegment file, MemorySegment pixels) {
    if (!file.isNative() || !pixels.isNative()) {
      throw new IllegalArgumentException("files and pixels must be in native memory");
    }
  }

  /**
   * Columns of the picture that was decoded last.
   *
   * @return at least 1
   */
  public int width() {
    return penstock_images_size.width(size);
  }

  /**
   * Rows of the picture that was decoded last.
   *
   * @return at least 1
   */
  public int height() {
    return penstock_images_size.height(size);
  }

  /** For other calls with the same decoder. */
  MemorySegment handle() {
    return handle;
  }

  /**
   * Why the last call failed. What is due to the file is a damaged record, whatever it is: the
   * loader's policy for bad records decides.
   */
  PenstockException failure(int status, long bytes) {
    String reason = text(PenstockImages.penstock_images_message(handle));
    if (status == PenstockImages.PENSTOCK_IMAGES_DAMAGED()) {
      return new PenstockException(
          ErrorKind.DAMAGED_RECORD, "damaged image of %d bytes: %s".formatted(bytes, reason));
    }
    if (status == PenstockImages.PENSTOCK_IMAGES_UNSUPPORTED()) {
      return new PenstockException(
          ErrorKind.DAMAGED_RECORD, "image: %s: convert the file to PNG".formatted(reason));
    }
    if (status == PenstockImages.PENSTOCK_IMAGES_LIMIT()) {
      return new PenstockException(
          ErrorKind.DAMAGED_RECORD,
          "image: %s: allow more with maxPixels or scratchBytes, if it is no attack"
              .formatted(reason));
    }
    if (status == PenstockImages.PENSTOCK_IMAGES_DEPTH()) {
      return new PenstockException(
          ErrorKind.DAMAGED_RECORD,
          "image: %s: decode it with bits16(), or without".formatted(reason));
    }
    if (status == PenstockImages.PENSTOCK_IMAGES_ROOM()) {
      return new PenstockException(
          ErrorKind.DAMAGED_RECORD, "image: %s: declare more for the column".formatted(reason));
    }
    return new PenstockException(
        ErrorKind.OTHER, "image: %s: %s".formatted(statusName(status), reason));
  }

  private static String statusName(int status) {
    return text(PenstockImages.penstock_images_status_name(status));
  }

  private static String text(MemorySegment string) {
    return string.reinterpret(Long.MAX_VALUE).getString(0);
  }
}
