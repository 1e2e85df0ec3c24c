/* The passes in plain C: sums of bytes times weights in 32 bits, rounded and cut to a byte. */
#include "lines.h"

#define HALF (INT32_C(1) << (WEIGHT_BITS - 1))

static int32_t weight_at(const weights *weights, uint64_t at) {
  return weights->high[at] * (1 << WEIGHT_LOW_BITS) + weights->low[at];
}

static uint8_t to_byte(int32_t sum) {
  const int32_t value = sum >> WEIGHT_BITS;
  return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

uint64_t lines_reach(const weights *weights, uint32_t channels) {
  uint32_t last = 0;
  for (uint32_t i = 0; i < weights->count; i++)
    if (weights->first[i] > last)
      last = weights->first[i];
  /* Vectors load 16 bytes for four pixels of colour, four bytes for gray ones. */
  const uint64_t group = channels == 1 ? 4 : 16;
  return (uint64_t)last * channels + (uint64_t)(weights->taps - 4) * channels + group;
}

/* Inlined for each number of channels, so that its sums stay in registers. */
static inline __attribute__((always_inline)) void
row_along(const weights *weights, uint32_t channels, const uint8_t *from, uint8_t *to) {
  for (uint32_t i = 0; i < weights->count; i++) {
    const uint8_t *pixel = from + (uint64_t)weights->first[i] * channels;
    const uint64_t at = (uint64_t)i * weights->stride;
    int32_t sums[4] = {HALF, HALF, HALF, HALF};
    for (uint32_t k = 0; k < weights->used[i]; k++) {
      const int32_t weight = weight_at(weights, at + k);
      for (uint32_t c = 0; c < channels; c++)
        sums[c] += pixel[k * channels + c] * weight;
    }
    for (uint32_t c = 0; c < channels; c++)
      to[i * channels + c] = to_byte(sums[c]);
  }
}

static void plain_along(const weights *weights, uint32_t channels, const uint8_t *from,
                        uint8_t *to) {
  if (channels == 1)
    row_along(weights, 1, from, to);
  else if (channels == 3)
    row_along(weights, 3, from, to);
  else
    row_along(weights, 4, from, to);
}

void lines_along(const weights *weights, uint32_t channels, const uint8_t *const *from,
                 uint8_t *const *to, int vectors) {
  if (vectors && lines_along_vectors(weights, channels, from, to))
    return;
  for (uint32_t r = 0; r < LINES_ROWS; r++)
    if (r == 0 || to[r] != to[r - 1])
      plain_along(weights, channels, from[r], to[r]);
}

enum { BLOCK = 64 };

/* A block at a time, so that its sums stay in registers and the first cache. */
static void across(const weights *weights, uint32_t at, const uint8_t *const *rows, uint8_t *to,
                   uint64_t bytes) {
  for (uint64_t x = 0; x < bytes; x += BLOCK) {
    const uint32_t count = bytes - x < BLOCK ? (uint32_t)(bytes - x) : BLOCK;
    int32_t sums[BLOCK];
    for (uint32_t i = 0; i < count; i++)
      sums[i] = HALF;
    for (uint32_t k = 0; k < weights->used[at]; k++) {
      const int32_t weight = weight_at(weights, (uint64_t)at * weights->stride + k);
      const uint8_t *row = rows[k] + x;
      for (uint32_t i = 0; i < count; i++)
        sums[i] += row[i] * weight;
    }
    for (uint32_t i = 0; i < count; i++)
      to[x + i] = to_byte(sums[i]);
  }
}

void lines_across(const weights *weights, uint32_t at, const uint8_t **rows, uint8_t *to,
                  uint64_t bytes, int vectors) {
  /* Vectors take rows in pairs; the weight of this one is 0. */
  rows[weights->used[at]] = rows[0];
  if (!vectors || !lines_across_vectors(weights, at, rows, to, bytes))
    across(weights, at, rows, to, bytes);
}
