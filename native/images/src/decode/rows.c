/* See rows.h. The arithmetic of 8 bits is PIL's, rounding included. */
#include "decode/rows.h"

#include <string.h>

/* a * b / 255, rounded: exact for two bytes. */
static uint32_t byte_product(uint32_t a, uint32_t b) {
  const uint32_t product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}

void row_cmyk_to_rgba(uint8_t *row, uint32_t pixels) {
  for (uint32_t i = 0; i < pixels; i++, row += 4) {
    const uint32_t light = row[3];
    for (uint32_t c = 0; c < 3; c++)
      row[c] = (uint8_t)(light - byte_product(255U - row[c], light));
    row[3] = 255;
  }
}

/* A pixel as RGB and alpha, in samples of 8 or 16 bits. */
typedef struct {
  uint32_t rgb[3];
  uint32_t alpha;
} pixel;

static uint32_t gray_of(const uint32_t *rgb) {
  const uint64_t sum = UINT64_C(19595) * rgb[0] + UINT64_C(38470) * rgb[1] +
                       UINT64_C(7471) * rgb[2] + UINT64_C(32768);
  return (uint32_t)(sum >> 16);
}

static uint32_t blend(uint32_t sample, uint32_t alpha, uint32_t below, uint32_t bits) {
  if (bits == 8) {
    const uint32_t sum = sample * alpha + below * (255 - alpha) + 128;
    return ((sum >> 8) + sum) >> 8;
  }
  const uint64_t sum = (uint64_t)sample * alpha + (uint64_t)(below * 257) * (65535 - alpha);
  return (uint32_t)((sum + 32767) / 65535);
}

static uint32_t sample_at(const uint8_t *row, uint64_t sample, uint32_t bits) {
  if (bits == 8)
    return row[sample];
  uint16_t value;
  memcpy(&value, row + 2 * sample, 2);
  return value;
}

static void put_sample(uint8_t *row, uint64_t sample, uint32_t bits, uint32_t value) {
  if (bits == 8) {
    row[sample] = (uint8_t)value;
    return;
  }
  const uint16_t narrow = (uint16_t)value;
  memcpy(row + 2 * sample, &narrow, 2);
}

static pixel read_pixel(const row_change *change, const uint8_t *row, uint64_t at) {
  const uint32_t bits = change->bits;
  const int is_gray = change->from < 3;
  pixel pixel = {.alpha = bits == 8 ? 255 : 65535};
  for (uint32_t c = 0; c < 3; c++)
    pixel.rgb[c] = sample_at(row, at * change->from + (is_gray ? 0 : c), bits);
  if (change->from % 2 == 0)
    pixel.alpha = sample_at(row, (at + 1) * change->from - 1, bits);
  return pixel;
}

static void write_pixel(const row_change *change, const pixel *pixel, uint8_t *row, uint64_t at) {
  const uint32_t bits = change->bits;
  const uint64_t first = at * change->to;
  if (change->to == 1) {
    /* Gray stays what it is: the weights add up to 65536. */
    put_sample(row, first, bits, gray_of(pixel->rgb));
    return;
  }
  for (uint32_t c = 0; c < 3; c++)
    put_sample(row, first + c, bits, pixel->rgb[c]);
  if (change->to == 4)
    put_sample(row, first + 3, bits, pixel->alpha);
}

void row_convert(const row_change *change, const uint8_t *from, uint8_t *to, uint32_t pixels) {
  const int has_alpha = change->from % 2 == 0;
  if (change->from == change->to && !(has_alpha && change->blends)) {
    memcpy(to, from, (uint64_t)pixels * change->to * (change->bits / 8));
    return;
  }
  for (uint32_t i = 0; i < pixels; i++) {
    pixel pixel = read_pixel(change, from, i);
    if (has_alpha && change->blends) {
      for (uint32_t c = 0; c < 3; c++)
        pixel.rgb[c] = blend(pixel.rgb[c], pixel.alpha, change->background >> (16 - 8 * c) & 0xff,
                             change->bits);
      pixel.alpha = change->bits == 8 ? 255 : 65535;
    }
    write_pixel(change, &pixel, to, i);
  }
}
