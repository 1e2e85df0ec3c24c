/* Rows of bytes to where batches want them. Floats are those of penstock_normalize_bytes. A byte
 * has but 256 values: float16 comes from a table, which needs no instruction that a processor might
 * not have. */
#include "sink.h"

#include <string.h>

#include "core/pixels.h"
#include "penstock_images.h"

uint16_t sink_half(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  const uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
  bits &= 0x7fffffff;
  if (bits > 0x7f800000)
    return sign | 0x7e00;
  if (bits >= 0x477ff000) /* what would round to 2^16 */
    return sign | 0x7c00;
  if (bits < 0x38800000) { /* below 2^-14: a multiple of 2^-24, which this addition rounds to */
    float size;
    memcpy(&size, &bits, sizeof size);
    size += 0.5F;
    memcpy(&bits, &size, sizeof bits);
    return sign | (uint16_t)(bits - 0x3f000000);
  }
  const uint32_t odd = bits >> 13 & 1;
  return sign | (uint16_t)((bits - 0x38000000 + 0xfff + odd) >> 13);
}

void sink_begin(const sink *sink) {
  if (sink->form != PENSTOCK_IMAGES_HALVES)
    return;
  uint8_t every[256];
  for (uint32_t i = 0; i < 256; i++)
    every[i] = (uint8_t)i;
  for (uint32_t c = 0; c < sink->channels; c++) {
    float values[256];
    pixels_normalize(every, values, 256, 1, &sink->factors[c], &sink->offsets[c], 0, 0, 1);
    for (uint32_t i = 0; i < 256; i++)
      sink->halves[256 * c + i] = sink_half(values[i]);
  }
}

static void row_of_halves(const sink *sink, uint64_t at, const uint8_t *restrict pixels) {
  const uint64_t plane = (uint64_t)sink->width * sink->height;
  for (uint32_t c = 0; c < sink->channels; c++) {
    const uint16_t *table = sink->halves + 256 * c;
    uint16_t *restrict to = (uint16_t *)sink->to + c * plane + at;
    for (uint32_t i = 0; i < sink->width; i++)
      to[i] = table[pixels[(uint64_t)i * sink->channels + c]];
  }
}

void sink_row(const sink *sink, uint32_t row, const uint8_t *pixels) {
  const uint64_t at = (uint64_t)row * sink->width;
  const uint64_t bytes = (uint64_t)sink->width * sink->channels;
  if (sink->form == PENSTOCK_IMAGES_BYTES)
    memcpy((uint8_t *)sink->to + row * bytes, pixels, bytes);
  else if (sink->form == PENSTOCK_IMAGES_HALVES)
    row_of_halves(sink, at, pixels);
  else
    pixels_normalize(pixels, (float *)sink->to + at, sink->width, sink->channels, sink->factors,
                     sink->offsets, (uint64_t)sink->width * sink->height, 1, 1);
}
