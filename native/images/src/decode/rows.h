/* Rows of pixels from the channels that a file has to those that are wanted. */
#ifndef PENSTOCK_IMAGES_ROWS_H
#define PENSTOCK_IMAGES_ROWS_H

#include <stdint.h>

typedef struct {
  uint32_t from;       /* 1: gray, 2: gray and alpha, 3: RGB, 4: RGB and alpha */
  uint32_t to;         /* 1, 3 or 4 */
  uint32_t bits;       /* a sample: 8 or 16 */
  int blends;          /* lays pixels with alpha on the background */
  uint32_t background; /* 0xRRGGBB */
} row_change;

/* Changes a row; the two must not overlap. */
void row_convert(const row_change *change, const uint8_t *from, uint8_t *to, uint32_t pixels);

/* Changes inverted CMYK of 8 bits to RGB, in place: the fourth channel becomes 255. */
void row_cmyk_to_rgba(uint8_t *row, uint32_t pixels);

#endif
