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

#ifdef __cplusplus
}
#endif

#endif
