/* The weights of Pillow's antialiased filters, to the bit: the triangle and Keys' cubic (a = -1/2),
 * stretched by the scale when an image shrinks, cut off at the edges of the image and normalized to
 * a sum of 1, then rounded to WEIGHT_BITS bits. Pillow's src/libImaging/Resample.c defines them;
 * what must be the same as there is the order of the operations, in double, on boxes that are
 * floats (this file is compiled with -ffp-contract=off). R. Keys: Cubic convolution interpolation
 * for digital image processing, 1981. */
#include "weights.h"

#include <errno.h>
#include <string.h>

#include "penstock_images.h"

#define ALIGNMENT UINT64_C(64)

static uint64_t aligned(uint64_t bytes) { return (bytes + ALIGNMENT - 1) & ~(ALIGNMENT - 1); }

int32_t axis_check(const axis *axis) {
  if (axis->size == 0 || axis->size > WEIGHTS_MOST_PIXELS || axis->full == 0 ||
      axis->full > WEIGHTS_MOST_PIXELS || axis->count == 0 || axis->skip > axis->full ||
      axis->count > axis->full - axis->skip)
    return -EINVAL;
  if (axis->filter != PENSTOCK_IMAGES_BILINEAR && axis->filter != PENSTOCK_IMAGES_BICUBIC)
    return -EINVAL;
  /* Written so that NaN is refused. */
  if (!(axis->begin >= 0 && axis->begin < axis->end && axis->end <= (float)axis->size))
    return -EINVAL;
  return 0;
}

static double scale_of(const axis *axis) {
  const float length = axis->end - axis->begin;
  return (double)length / axis->full;
}

/* How far from its centre a pixel of the result reaches, in pixels of the line. */
static double support_of(const axis *axis) {
  const double scale = scale_of(axis);
  return (axis->filter == PENSTOCK_IMAGES_BICUBIC ? 2.0 : 1.0) * (scale < 1.0 ? 1.0 : scale);
}

int axis_is_copy(const axis *axis) {
  return scale_of(axis) == 1.0 && axis->begin == (float)(uint32_t)axis->begin;
}

/* The pixels within the support, twice that rounded up, and one where rounding errors add it. */
static uint32_t most_used(const axis *axis) {
  const double twice = 2 * support_of(axis) + 2;
  return twice < axis->size ? (uint32_t)twice : axis->size;
}

uint32_t axis_most_taps(const axis *axis) { return (most_used(axis) + 3) & ~UINT32_C(3); }

uint64_t weights_bytes(const axis *axis) {
  const uint64_t table = (uint64_t)axis->count * axis_most_taps(axis) * sizeof(int16_t);
  return 2 * aligned(axis->count * sizeof(uint32_t)) + 2 * aligned(table) +
         aligned(axis_most_taps(axis) * sizeof(double));
}

static double bilinear(double x) {
  if (x < 0.0)
    x = -x;
  return x < 1.0 ? 1.0 - x : 0.0;
}

static double bicubic(double x) {
  const double a = -0.5;
  if (x < 0.0)
    x = -x;
  if (x < 1.0)
    return ((a + 2.0) * x - (a + 3.0)) * x * x + 1;
  if (x < 2.0)
    return (((x - 5) * x + 8) * x - 4) * a;
  return 0.0;
}

static int32_t rounded(double weight) {
  const double scaled = weight * (1 << WEIGHT_BITS);
  return (int32_t)(weight < 0 ? scaled - 0.5 : scaled + 0.5);
}

typedef struct {
  double scale, stretch, support;
} geometry;

/* The weights of pixel `number` of the full result; sets the first pixel and returns how many. */
static uint32_t exact_weights(const axis *axis, const geometry *geometry, uint32_t number,
                              double *exact, uint32_t *first) {
  if (axis_is_copy(axis)) {
    *first = (uint32_t)axis->begin + number;
    exact[0] = 1.0;
    return 1;
  }
  const double center = axis->begin + (number + 0.5) * geometry->scale;
  const double factor = 1.0 / geometry->stretch;
  const double lowest = center - geometry->support + 0.5;
  const double highest = center + geometry->support + 0.5;
  const uint32_t from = lowest < 0 ? 0 : (uint32_t)lowest;
  const uint32_t to = highest > axis->size ? axis->size : (uint32_t)highest;
  double sum = 0.0;
  for (uint32_t i = from; i < to; i++) {
    const double x = ((int32_t)i - center + 0.5) * factor;
    const double weight = axis->filter == PENSTOCK_IMAGES_BICUBIC ? bicubic(x) : bilinear(x);
    exact[i - from] = weight;
    sum += weight;
  }
  if (sum != 0.0)
    for (uint32_t i = 0; i < to - from; i++)
      exact[i] /= sum;
  *first = from;
  return to - from;
}

/* Rounds the weights. Zeros at the end are dropped; those at the beginning are not, so that the
 * first pixels of the results never go back. */
static void put(weights *weights, uint32_t at, uint32_t first, const double *exact,
                uint32_t count) {
  int16_t *high = weights->high + (uint64_t)at * weights->stride;
  int16_t *low = weights->low + (uint64_t)at * weights->stride;
  uint32_t used = count;
  while (used > 1 && rounded(exact[used - 1]) == 0)
    used--;
  for (uint32_t i = 0; i < used; i++) {
    const int32_t weight = rounded(exact[i]);
    const int32_t rest = weight & ((1 << WEIGHT_LOW_BITS) - 1);
    high[i] = (int16_t)((weight - rest) / (1 << WEIGHT_LOW_BITS));
    low[i] = (int16_t)rest;
  }
  memset(high + used, 0, (weights->stride - used) * sizeof *high);
  memset(low + used, 0, (weights->stride - used) * sizeof *low);
  weights->first[at] = first;
  weights->used[at] = used;
}

void weights_make(weights *weights, const axis *axis, void *memory) {
  const geometry geometry = {scale_of(axis), scale_of(axis) < 1.0 ? 1.0 : scale_of(axis),
                             support_of(axis)};
  uint8_t *at = memory;
  weights->count = axis->count;
  weights->stride = axis_most_taps(axis);
  weights->first = (uint32_t *)at;
  at += aligned(axis->count * sizeof(uint32_t));
  weights->used = (uint32_t *)at;
  at += aligned(axis->count * sizeof(uint32_t));
  const uint64_t table = aligned((uint64_t)axis->count * weights->stride * sizeof(int16_t));
  weights->high = (int16_t *)at;
  at += table;
  weights->low = (int16_t *)at;
  at += table;
  double *exact = (double *)at;
  uint32_t most = 0;
  for (uint32_t i = 0; i < axis->count; i++) {
    const uint32_t number = axis->skip + (axis->mirrored ? axis->count - 1 - i : i);
    uint32_t first;
    const uint32_t count = exact_weights(axis, &geometry, number, exact, &first);
    put(weights, i, first, exact, count);
    if (weights->used[i] > most)
      most = weights->used[i];
  }
  weights->taps = (most + 3) & ~UINT32_C(3);
}
