/* Penstock's images: JPEG and PNG files to pixels, and pixels to what a trainer wants.
 *
 * What it owns: the scratch memory of decoders. What it must not do: own threads, keep globals,
 * print, abort, open files, or keep a pointer to the caller's memory after a call.
 *
 * RULES
 * - A call returns 0 or a count on success and a negative status on failure: -errno, or one of
 *   PENSTOCK_IMAGES_* below. errno itself is no part of it.
 * - A handle is created by *_open and freed by *_close; NULL is never a valid handle.
 * - Pixels lie row by row, from the top, each from the left, channels side by side: in C's words
 *   uint8_t pixels[height][width][channels], with rows `stride_bytes` apart.
 * - The bytes of a file must not change during a call, and must not be those of a mapping: a file
 *   cut short while it is mapped would end the process.
 * - The same bytes and the same options give the same pixels, on any thread and with any handle. */
#ifndef PENSTOCK_IMAGES_H
#define PENSTOCK_IMAGES_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Raised whenever a signature, a struct or a meaning below changes. */
enum { PENSTOCK_IMAGES_ABI_VERSION = 1 };

/* What a file is, by its first bytes. */
enum {
  PENSTOCK_IMAGES_FORMAT_UNKNOWN = 0,
  PENSTOCK_IMAGES_FORMAT_JPEG = 1,
  PENSTOCK_IMAGES_FORMAT_PNG = 2,
  PENSTOCK_IMAGES_FORMAT_GIF = 3,
  PENSTOCK_IMAGES_FORMAT_BMP = 4,
  PENSTOCK_IMAGES_FORMAT_TIFF = 5,
  PENSTOCK_IMAGES_FORMAT_WEBP = 6,
  PENSTOCK_IMAGES_FORMAT_JPEG2000 = 7,
  PENSTOCK_IMAGES_FORMAT_HEIF = 8 /* AVIF too */
};

/* ---- General ------------------------------------------------------------------------------ */

/* PENSTOCK_IMAGES_ABI_VERSION of the library as built. The first call a binding should make. */
uint32_t penstock_images_abi_version(void);

/* What a file is: one of PENSTOCK_IMAGES_FORMAT_*. Looks at its first 16 bytes at most. */
int32_t penstock_images_format(const uint8_t *file, uint64_t file_bytes);

/* ---- Transforming -------------------------------------------------------------------------
 *
 * What becomes of decoded pixels of 8 bits: a part is resized, part of the result is cut out,
 * mirrored, changed in colour, and written as bytes or floats. All of it takes one pass, but for
 * changes of colour, and needs no memory for an image in between. Resizing is Pillow's, to the bit:
 * antialiased, in the order columns, rows, with a rounding to bytes after each. Each channel is
 * resized by itself; alpha has no influence on colours. Changes of colour are those of Pillow's
 * ImageEnhance and torchvision's adjust_hue on Pillow's images, to the bit. */

enum { PENSTOCK_IMAGES_BILINEAR = 1, PENSTOCK_IMAGES_BICUBIC = 2 };

/* What is written: bytes as pixels lie above; or float32 or float16 in a plane for each channel,
 * value * factors[channel] + offsets[channel], product and sum each rounded to float32. */
enum { PENSTOCK_IMAGES_BYTES = 1, PENSTOCK_IMAGES_FLOATS = 2, PENSTOCK_IMAGES_HALVES = 3 };

/* Changes of colour. Gray has no saturation and no hue: these change nothing there. */
enum {
  PENSTOCK_IMAGES_BRIGHTNESS = 1,
  PENSTOCK_IMAGES_CONTRAST = 2,
  PENSTOCK_IMAGES_SATURATION = 3,
  PENSTOCK_IMAGES_HUE = 4
};

typedef struct {
  /* The part that is resized, in pixels from the top left corner, fractions included. What lies
   * around it has an influence on its edge. */
  float left;
  float top;
  float right;
  float bottom;
  /* To this size. */
  uint32_t full_width;
  uint32_t full_height;
  /* The part of this that is wanted. */
  uint32_t x;
  uint32_t y;
  uint32_t width;
  uint32_t height;
  uint32_t filter;
  uint32_t mirrored; /* not 0: left and right of what is wanted are exchanged */
  uint32_t form;     /* PENSTOCK_IMAGES_BYTES, ... */
  uint32_t steps;    /* up to four changes of colour, the first one in the lowest byte; 0 is none */
  float brightness;  /* factors from 0; 1 changes nothing */
  float contrast;
  float saturation;
  uint32_t hue; /* 0 to 255, how far hues are turned: 255 is a full circle, as in Pillow's HSV */
  float factors[4];
  float offsets[4];
} penstock_images_transform;

/* Bytes of scratch memory that penstock_images_apply needs for pixels of this size, or -EINVAL:
 * channels are not 1, 3 or 4; the size or one of the parts is empty, or not in what it is a part
 * of; more than 2^24 columns or rows; the filter, the form or a step is none of the above, or a
 * factor of a step negative; steps with 4 channels. */
int64_t penstock_images_apply_bytes(const penstock_images_transform *transform, uint32_t width,
                                    uint32_t height, uint32_t channels);

/* Transforms pixels whose rows begin stride_bytes apart into `to`, which must not overlap them:
 * tightly packed, and aligned for what is written. Scratch is penstock_images_apply_bytes at a
 * multiple of
 * 64. Returns 0, -EINVAL as above, or -ENOSPC if to_bytes or scratch_bytes are too few. */
int32_t penstock_images_apply(const penstock_images_transform *transform, const uint8_t *pixels,
                              uint64_t stride_bytes, uint32_t width, uint32_t height,
                              uint32_t channels, void *to, uint64_t to_bytes, void *scratch,
                              uint64_t scratch_bytes);

#ifdef __cplusplus
}
#endif

#endif
