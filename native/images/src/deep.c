/* See deep.h. First along the rows that are needed, then across them, each pass rounding to 16
 * bits, as the resize of bytes does it. What is resized along the rows is kept whole: such images
 * are rare, and a second way to keep a few rows would not pay. */
#include "deep.h"

#include <errno.h>

#include "resize.h"
#include "sink.h"
#include "weights.h"

#define ALIGNMENT UINT64_C(64)

static uint64_t aligned(uint64_t bytes) { return (bytes + ALIGNMENT - 1) & ~(ALIGNMENT - 1); }

typedef struct {
  resize_plan resize;
  weights across, down;
  uint32_t channels;
  uint16_t *rows; /* resized along, from row `first_row` on */
  uint32_t first_row;
  uint16_t *line;
} deep;

static resize_plan plan_of(const penstock_images_transform *transform, uint32_t width,
                           uint32_t height, uint32_t channels) {
  return (resize_plan){.channels = channels,
                       .across = {width, transform->left, transform->right, transform->full_width,
                                  transform->x, transform->width, transform->filter,
                                  transform->mirrored},
                       .down = {height, transform->top, transform->bottom, transform->full_height,
                                transform->y, transform->height, transform->filter, 0}};
}

static uint64_t row_values(const deep *deep) {
  return (uint64_t)deep->resize.across.count * deep->channels;
}

/* All rows of the image may be needed. */
static uint64_t rows_bytes(const resize_plan *plan) {
  return aligned((uint64_t)plan->across.count * plan->channels * sizeof(uint16_t) *
                 plan->down.size);
}

static uint64_t line_bytes(const resize_plan *plan) {
  return aligned((uint64_t)plan->across.count * plan->channels * sizeof(uint16_t));
}

int64_t deep_bytes(const penstock_images_transform *transform, uint32_t width, uint32_t height,
                   uint32_t channels) {
  if (!transform || transform->steps || transform->form < PENSTOCK_IMAGES_BYTES ||
      transform->form > PENSTOCK_IMAGES_HALVES)
    return -EINVAL;
  const resize_plan plan = plan_of(transform, width, height, channels);
  const int32_t status = resize_check(&plan);
  if (status)
    return status;
  return (int64_t)(weights_bytes(&plan.across) + weights_bytes(&plan.down) + rows_bytes(&plan) +
                   line_bytes(&plan));
}

static int64_t weight_at(const weights *weights, uint32_t pixel, uint32_t tap) {
  const uint64_t at = (uint64_t)pixel * weights->stride + tap;
  return (int64_t)weights->high[at] * (1 << WEIGHT_LOW_BITS) + weights->low[at];
}

static uint16_t rounded(int64_t sum) {
  sum += INT64_C(1) << (WEIGHT_BITS - 1);
  if (sum < 0)
    return 0;
  sum >>= WEIGHT_BITS;
  return sum > UINT16_MAX ? UINT16_MAX : (uint16_t)sum;
}

static void along(const deep *deep, const uint16_t *from, uint16_t *to) {
  const weights *weights = &deep->across;
  for (uint32_t x = 0; x < weights->count; x++)
    for (uint32_t c = 0; c < deep->channels; c++) {
      int64_t sum = 0;
      for (uint32_t k = 0; k < weights->used[x]; k++)
        sum +=
            weight_at(weights, x, k) * from[(uint64_t)(weights->first[x] + k) * deep->channels + c];
      to[(uint64_t)x * deep->channels + c] = rounded(sum);
    }
}

static void across(const deep *deep, uint32_t row) {
  const weights *weights = &deep->down;
  const uint64_t values = row_values(deep);
  const uint16_t *from = deep->rows + (weights->first[row] - deep->first_row) * values;
  for (uint64_t i = 0; i < values; i++) {
    int64_t sum = 0;
    for (uint32_t k = 0; k < weights->used[row]; k++)
      sum += weight_at(weights, row, k) * from[k * values + i];
    deep->line[i] = rounded(sum);
  }
}

static void put(const deep *deep, const penstock_images_transform *transform, uint32_t row,
                void *to) {
  const uint64_t plane = (uint64_t)transform->width * transform->height;
  const uint64_t at = (uint64_t)row * transform->width;
  for (uint32_t x = 0; x < transform->width; x++)
    for (uint32_t c = 0; c < deep->channels; c++) {
      const uint64_t from = (uint64_t)x * deep->channels + c;
      const uint16_t value = deep->line[from];
      const float product = (float)value * transform->factors[c];
      const float number = product + transform->offsets[c];
      if (transform->form == PENSTOCK_IMAGES_BYTES)
        ((uint16_t *)to)[at * deep->channels + from] = value;
      else if (transform->form == PENSTOCK_IMAGES_FLOATS)
        ((float *)to)[c * plane + at + x] = number;
      else
        ((uint16_t *)to)[c * plane + at + x] = sink_half(number);
    }
}

static void place(deep *deep, uint8_t *at) {
  weights_make(&deep->across, &deep->resize.across, at);
  at += weights_bytes(&deep->resize.across);
  weights_make(&deep->down, &deep->resize.down, at);
  at += weights_bytes(&deep->resize.down);
  deep->rows = (uint16_t *)at;
  at += rows_bytes(&deep->resize);
  deep->line = (uint16_t *)at;
}

/* The rows that any row of the result is made of. */
static uint32_t needed_end(const deep *deep) {
  uint32_t end = 0;
  for (uint32_t i = 0; i < deep->down.count; i++) {
    const uint32_t behind = deep->down.first[i] + deep->down.used[i];
    end = behind > end ? behind : end;
  }
  return end;
}

int32_t deep_apply(const penstock_images_transform *transform, const uint16_t *pixels,
                   uint32_t width, uint32_t height, uint32_t channels, void *to, uint64_t to_bytes,
                   void *scratch) {
  const uint64_t size = transform->form == PENSTOCK_IMAGES_FLOATS ? 4 : 2;
  const uint64_t values = (uint64_t)transform->width * transform->height * channels;
  if ((uintptr_t)to % size)
    return -EINVAL;
  if (to_bytes / size < values)
    return -ENOSPC;
  deep deep = {.resize = plan_of(transform, width, height, channels), .channels = channels};
  place(&deep, scratch);
  deep.first_row = deep.down.first[0];
  const uint32_t end = needed_end(&deep);
  for (uint32_t row = deep.first_row; row < end; row++)
    along(&deep, pixels + (uint64_t)row * width * channels,
          deep.rows + (row - deep.first_row) * row_values(&deep));
  for (uint32_t row = 0; row < transform->height; row++) {
    across(&deep, row);
    put(&deep, transform, row, to);
  }
  return 0;
}
