/* JPEG files for tests, of all kinds that libjpeg can write; and what libjpeg makes of a whole one,
 * called in the plainest way. */
#ifndef PENSTOCK_IMAGES_MAKE_JPEG_H
#define PENSTOCK_IMAGES_MAKE_JPEG_H

#include <stdint.h>

typedef enum { OF_GRAY, OF_YCBCR, OF_RGB, OF_CMYK, OF_YCCK } jpeg_colours;

typedef struct {
  uint32_t width;
  uint32_t height;
  jpeg_colours colours;
  uint32_t across; /* sampling of the first channel: 1, 2 or 4 */
  uint32_t down;
  int is_progressive;
  int is_arithmetic;
  uint32_t restart_rows; /* rows of blocks between two restart markers, or 0 */
  uint32_t quality;
  uint32_t orientation; /* 0: without EXIF */
} jpeg_kind;

typedef struct {
  uint8_t *bytes;
  unsigned long count;
} bytes;

/* Writes a picture with edges, gradients and noise. The caller frees the bytes. */
bytes make_jpeg(const jpeg_kind *kind);

/* The whole picture in `channels` of libjpeg's own conversion, scaled to eighths: 1, 3, or 4 (CMYK
 * as it lies in the file). The caller frees it. */
uint8_t *decode_plainly(bytes file, uint32_t channels, uint32_t eighths, uint32_t *width,
                        uint32_t *height);

#endif
