/* Where rows of pixels go, and as what. */
#ifndef PENSTOCK_IMAGES_SINK_H
#define PENSTOCK_IMAGES_SINK_H

#include <stdint.h>

/* Rows of `width` pixels of `channels` bytes: as they are; or as float32 or float16 in a plane for
 * each channel, value * factors[channel] + offsets[channel]. */
typedef struct {
  uint32_t form; /* PENSTOCK_IMAGES_BYTES, ... */
  uint32_t width, height, channels;
  void *to;
  const float *factors, *offsets;
  uint16_t *halves; /* of PENSTOCK_IMAGES_HALVES: what every byte becomes, 256 for each channel */
} sink;

/* The size of the table `halves`, in values. */
#define SINK_HALVES_VALUES(channels) (UINT64_C(256) * (channels))

/* Fills the table of PENSTOCK_IMAGES_HALVES; nothing to do for others. */
void sink_begin(const sink *sink);

/* Takes a row of the image. */
void sink_row(const sink *sink, uint32_t row, const uint8_t *pixels);

/* What a float becomes as float16: the nearest one, of two equally near the even one. */
uint16_t sink_half(float value);

#endif
