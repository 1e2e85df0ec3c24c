package io.penstock.internal.images;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.images.generated.PenstockImages;
import io.penstock.internal.images.generated.penstock_images_info;
import io.penstock.internal.images.generated.penstock_images_request;
import io.penstock.internal.images.generated.penstock_images_transform;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/**
 * Decodes and transforms images, one call of C each: {@link #readHeader}, then {@link #take},
 * {@link #resize} and {@link #change}, then {@link #apply}. For one thread at a time. Its scratch
 * memory grows to what the largest image needed; nothing is allocated on the heap otherwise.
 */
public final class ImagePreparer {
  private static final long ALIGNMENT = 64;
  private static final int EIGHTHS = 8;

  /** EXIF orientations from here on exchange width and height. */
  private static final int FIRST_TURNED = 5;

  private final PixelDecoder decoder;
  private final ImageRequest wanted;
  private final long scratchBytes;
  private final MemorySegment request;
  private final MemorySegment transform;
  private final MemorySegment info;
  private MemorySegment scratch = MemorySegment.NULL;
  private int wholeWidth;
  private int wholeHeight;

  /**
   * Makes one.
   *
   * @param wanted what is asked of the decoder
   * @param recipe what is the same for all images
   * @param scratchBytes the most memory that the decoder, and the rest, may take each
   */
  public ImagePreparer(ImageRequest wanted, ImageRecipe recipe, long scratchBytes) {
    this.decoder = new PixelDecoder(wanted, scratchBytes);
    this.wanted = wanted;
    this.scratchBytes = scratchBytes;
    Arena arena = Arena.ofAuto();
    this.request = penstock_images_request.allocate(arena);
    this.transform = penstock_images_transform.allocate(arena);
    this.info = penstock_images_info.allocate(arena);
    wanted.write(request);
    recipe.write(transform);
  }

  /**
   * Reads the header of a file.
   *
   * @param file its bytes, in native memory that is no mapping
   * @throws PenstockException if it is damaged, of another kind or too large
   */
  public void readHeader(MemorySegment file) {
    PixelDecoder.requireNative(file, file);
    try {
      readHeader(file.address(), file.byteSize());
    } finally {
      Reference.reachabilityFence(file);
    }
  }

  /**
   * Reads the header of a file, without garbage.
   *
   * @param file address of its bytes, which are there until this returns
   * @param fileBytes how many there are
   * @throws PenstockException if it is damaged, of another kind or too large
   */
  public void readHeader(long file, long fileBytes) {
    int status = AddressCalls.readInfo(decoder.handle(), file, fileBytes, info);
    if (status < 0) {
      throw decoder.failure(status, fileBytes);
    }
    int width = penstock_images_info.width(info);
    int height = penstock_images_info.height(info);
    if ((long) width * height > wanted.mostPixels()) {
      throw new PenstockException(
          ErrorKind.DAMAGED_RECORD,
          "image: has %d x %d pixels, more than %d: allow more with maxPixels, if it is no attack"
              .formatted(width, height, wanted.mostPixels()));
    }
    boolean isTurned = wanted.isUpright() && penstock_images_info.orientation(info) >= FIRST_TURNED;
    wholeWidth = isTurned ? height : width;
    wholeHeight = isTurned ? width : height;
  }

  /**
   * Columns of the image whose header was read last, after turning.
   *
   * @return at least 1
   */
  public int wholeWidth() {
    return wholeWidth;
  }

  /**
   * Its rows.
   *
   * @return at least 1
   */
  public int wholeHeight() {
    return wholeHeight;
  }

  /**
   * Whether it is a JPEG file.
   *
   * @return otherwise it is PNG
   */
  public boolean isJpeg() {
    return penstock_images_info.format(info) == PenstockImages.PENSTOCK_IMAGES_FORMAT_JPEG();
  }

  /**
   * Says which part is decoded, in pixels of the whole image.
   *
   * @param left first column
   * @param top first row
   * @param width columns
   * @param height rows
   * @param eighths of the size at which it is decoded
   */
  public void take(int left, int top, int width, int height, int eighths) {
    int x = scaledDown(left, eighths);
    int y = scaledDown(top, eighths);
    penstock_images_request.eighths(request, eighths);
    penstock_images_request.crop_x(request, x);
    penstock_images_request.crop_y(request, y);
    penstock_images_request.crop_width(request, scaledUp(left + width, eighths) - x);
    penstock_images_request.crop_height(request, scaledUp(top + height, eighths) - y);
    // Exact: sides are below 2^24.
    penstock_images_transform.left(transform, scaled(left, eighths) - x);
    penstock_images_transform.top(transform, scaled(top, eighths) - y);
    penstock_images_transform.right(transform, scaled(left + width, eighths) - x);
    penstock_images_transform.bottom(transform, scaled(top + height, eighths) - y);
  }

  private static float scaled(int place, int eighths) {
    return (float) ((double) place * eighths / EIGHTHS);
  }

  private static int scaledDown(int place, int eighths) {
    return (int) ((long) place * eighths / EIGHTHS);
  }

  private static int scaledUp(int place, int eighths) {
    return (int) (((long) place * eighths + EIGHTHS - 1) / EIGHTHS);
  }

  /**
   * Says what the part is resized to, and which part of that is wanted.
   *
   * @param fullWidth columns that the part is resized to
   * @param fullHeight rows
   * @param x first column that is wanted
   * @param y first row
   * @param width columns
   * @param height rows
   */
  public void resize(int fullWidth, int fullHeight, int x, int y, int width, int height) {
    penstock_images_transform.full_width(transform, fullWidth);
    penstock_images_transform.full_height(transform, fullHeight);
    penstock_images_transform.x(transform, x);
    penstock_images_transform.y(transform, y);
    penstock_images_transform.width(transform, width);
    penstock_images_transform.height(transform, height);
  }

  /**
   * Says how it is changed.
   *
   * @param isMirrored whether left and right are exchanged
   * @param steps changes of colour, the first one in the lowest byte
   * @param brightness factor
   * @param contrast factor
   * @param saturation factor
   * @param hue 0 to 255
   */
  public void change(
      boolean isMirrored, int steps, float brightness, float contrast, float saturation, int hue) {
    penstock_images_transform.mirrored(transform, isMirrored ? 1 : 0);
    penstock_images_transform.steps(transform, steps);
    penstock_images_transform.brightness(transform, brightness);
    penstock_images_transform.contrast(transform, contrast);
    penstock_images_transform.saturation(transform, saturation);
    penstock_images_transform.hue(transform, hue);
  }

  /**
   * Does it.
   *
   * @param file the file whose header was read last
   * @param to where the result goes, in native memory
   * @throws PenstockException if the file is damaged, or needs more memory than is allowed
   */
  public void apply(MemorySegment file, MemorySegment to) {
    PixelDecoder.requireNative(file, to);
    try {
      apply(file.address(), file.byteSize(), to.address(), to.byteSize());
    } finally {
      Reference.reachabilityFence(file);
      Reference.reachabilityFence(to);
    }
  }

  /**
   * Does it, without garbage.
   *
   * @param file address of the file whose header was read last, which is there until this returns
   * @param fileBytes how many bytes it has
   * @param to address where the result goes, of memory that is there until this returns
   * @param toBytes for how many bytes there is room
   * @throws PenstockException if the file is damaged, or needs more memory than is allowed
   */
  public void apply(long file, long fileBytes, long to, long toBytes) {
    long needed = PenstockImages.penstock_images_decode_apply_bytes(request, transform);
    if (needed < 0) {
      throw decoder.failure((int) needed, fileBytes);
    }
    grow(needed);
    int status =
        AddressCalls.decodeApply(
            decoder.handle(), file, fileBytes, request, transform, to, toBytes, scratch);
    if (status < 0) {
      throw decoder.failure(status, fileBytes);
    }
  }

  private void grow(long needed) {
    if (needed <= scratch.byteSize()) {
      return;
    }
    if (needed > scratchBytes) {
      throw new PenstockException(
          ErrorKind.DAMAGED_RECORD,
          "image: needs %d bytes of memory, more than %d: allow more with scratchBytes"
              .formatted(needed, scratchBytes));
    }
    // A little more, so that images that grow slowly do not each need another one.
    scratch = Arena.ofAuto().allocate(Math.min(needed + needed / 4, scratchBytes), ALIGNMENT);
  }
}
