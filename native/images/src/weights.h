/* Which pixels of a line each pixel of the resized line is made of, and with which weights. */
#ifndef PENSTOCK_IMAGES_WEIGHTS_H
#define PENSTOCK_IMAGES_WEIGHTS_H

#include <stdint.h>

/* Sizes, and coordinates of boxes as floats, are exact up to here. */
#define WEIGHTS_MOST_PIXELS (UINT32_C(1) << 24)

/* Weights have this many bits behind the point, as Pillow's; they are kept in two halves of
 * WEIGHT_LOW_BITS, so that vector instructions can multiply them by bytes in 16-bit lanes. */
#define WEIGHT_BITS 22
#define WEIGHT_LOW_BITS 11

/* One axis of a resize: the pixels from `begin` to `end` (parts of pixels count) of a line of
 * `size` become `full` pixels, of which `count` are wanted, beginning with number `skip`. */
typedef struct {
  uint32_t size;
  float begin, end;
  uint32_t full;
  uint32_t skip, count;
  uint32_t filter;   /* PENSTOCK_IMAGES_BILINEAR, ... */
  uint32_t mirrored; /* not 0: the wanted pixels in reverse */
} axis;

typedef struct {
  uint32_t count; /* of wanted pixels */
  uint32_t
      stride;    /* from the weights of one pixel to those of the next, in weights; at least taps */
  uint32_t taps; /* the most pixels that one is made of, up to a multiple of 4 */
  uint32_t *first;
  uint32_t *used; /* pixels from first on; the weights behind them, up to taps, are 0 */
  int16_t *high;  /* weight = high * 2^WEIGHT_LOW_BITS + low, 0 <= low */
  int16_t *low;
} weights;

/* 0 or -EINVAL: empty, out of range or not a number. */
int32_t axis_check(const axis *axis);

/* Whether every pixel of the result is a pixel of the line: begins at a whole one, scale 1. */
int axis_is_copy(const axis *axis);

/* Upper bound of pixels that one of the result is made of, up to a multiple of 4. */
uint32_t axis_most_taps(const axis *axis);

/* Bytes of memory for weights_make, aligned to 64. */
uint64_t weights_bytes(const axis *axis);

/* Memory: weights_bytes at an address that is a multiple of 64. */
void weights_make(weights *weights, const axis *axis, void *memory);

#endif
