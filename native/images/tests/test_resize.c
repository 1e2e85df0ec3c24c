/* Resizes against a model in plain double arithmetic, which rounds after each pass and nowhere
 * else; with and without vector instructions, all ways to hand in the rows, parts, mirrored, to all
 * forms: always the same pixels, and nothing touched that must not be. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "penstock_images.h"
#include "resize.h"
#include "support.h"

enum { MARK = 0x5a, MARGIN = 64 };

typedef struct {
  uint32_t width, height, channels;
  uint8_t *pixels; /* its end is what the sanitizer watches */
} image;

static uint64_t image_bytes(const image *image) {
  return (uint64_t)image->width * image->height * image->channels;
}

static image new_image(uint32_t width, uint32_t height, uint32_t channels) {
  const image image = {width, height, channels, malloc((uint64_t)width * height * channels)};
  CHECK(image.pixels != NULL);
  return image;
}

/* Noise, or steps between black and white, which go beyond both with negative weights. */
static image random_image(uint32_t width, uint32_t height, uint32_t channels, uint64_t seed) {
  const image image = new_image(width, height, channels);
  for (uint64_t i = 0; i < image_bytes(&image); i++) {
    const uint8_t byte = (uint8_t)(next_random(&seed) >> 32);
    image.pixels[i] = width % 2 ? byte : byte & 1 ? 255 : 0;
  }
  return image;
}

/* ---- The model ---------------------------------------------------------------------------- */

static double kernel(uint32_t filter, double x) {
  x = fabs(x);
  if (filter == PENSTOCK_IMAGES_BILINEAR)
    return x < 1 ? 1 - x : 0;
  if (x < 1)
    return 1.5 * x * x * x - 2.5 * x * x + 1;
  return x < 2 ? -0.5 * x * x * x + 2.5 * x * x - 4 * x + 2 : 0;
}

/* Value number `number` of a line whose values lie `step` bytes apart. */
static uint8_t model_value(const axis *axis, uint32_t number, const uint8_t *line, uint64_t step) {
  const double scale = ((double)axis->end - axis->begin) / axis->full;
  const double stretch = fmax(scale, 1);
  const double center = axis->begin + (number + 0.5) * scale;
  double sum = 0, weights = 0;
  for (uint32_t i = 0; i < axis->size; i++) {
    const double weight = kernel(axis->filter, (i + 0.5 - center) / stretch);
    sum += weight * line[i * step];
    weights += weight;
  }
  return (uint8_t)fmin(fmax(floor(sum / weights + 0.5), 0), 255);
}

static image model(const image *from, const axis *across, const axis *down) {
  const uint32_t channels = from->channels;
  const image between = new_image(across->full, from->height, channels);
  const image to = new_image(across->full, down->full, channels);
  for (uint32_t y = 0; y < from->height; y++)
    for (uint32_t i = 0; i < across->full * channels; i++)
      between.pixels[(uint64_t)y * across->full * channels + i] =
          model_value(across, i / channels,
                      from->pixels + (uint64_t)y * from->width * channels + i % channels, channels);
  const uint64_t row = (uint64_t)across->full * channels;
  for (uint32_t y = 0; y < down->full; y++)
    for (uint32_t i = 0; i < row; i++)
      to.pixels[y * row + i] = model_value(down, y, between.pixels + i, row);
  free(between.pixels);
  return to;
}

/* ---- What is tested ----------------------------------------------------------------------- */

/* Rows are handed in `at_once` at a time, each time from memory that ends with the last one. */
static void feed_in_pieces(resize_state *state, const image *from, const sink *sink,
                           uint32_t at_once) {
  uint32_t row, end;
  const uint64_t stride = (uint64_t)from->width * from->channels;
  resize_needs(state, &row, &end);
  for (; row < end; row += at_once) {
    const uint32_t count = end - row < at_once ? end - row : at_once;
    uint8_t *piece = malloc(count * stride);
    CHECK(piece != NULL);
    memcpy(piece, from->pixels + row * stride, count * stride);
    resize_rows(state, row, piece, stride, count, 0, sink);
    free(piece);
  }
}

static image resized(const image *from, const axis *across, const axis *down, int vectors,
                     uint32_t at_once) {
  const resize_plan plan = {from->channels, *across, *down};
  CHECK_EQUAL(resize_check(&plan), 0);
  const uint64_t bytes = resize_bytes(&plan);
  uint8_t *memory = aligned_alloc(64, bytes + MARGIN);
  CHECK(memory != NULL);
  memset(memory, MARK, bytes + MARGIN);
  const image to = new_image(across->count, down->count, from->channels);
  const sink sink = {.form = PENSTOCK_IMAGES_BYTES,
                     .width = to.width,
                     .height = to.height,
                     .channels = to.channels,
                     .to = to.pixels};
  resize_state state;
  resize_begin(&state, &plan, memory, vectors);
  feed_in_pieces(&state, from, &sink, at_once);
  CHECK_EQUAL(state.next_result, down->count);
  for (uint32_t i = 0; i < MARGIN; i++)
    CHECK_EQUAL(memory[bytes + i], MARK);
  free(memory);
  return to;
}

/* Where an image lies in a larger one, from the left or mirrored. */
typedef struct {
  const image *whole;
  uint32_t x, y;
  int mirrored;
} place;

static void check_same(const image *image, place place) {
  const uint32_t channels = image->channels;
  for (uint32_t y = 0; y < image->height; y++)
    for (uint32_t x = 0; x < image->width; x++) {
      const uint32_t column = place.x + (place.mirrored ? image->width - 1 - x : x);
      const uint64_t at = (uint64_t)(place.y + y) * place.whole->width + column;
      CHECK_EQUAL(memcmp(image->pixels + ((uint64_t)y * image->width + x) * channels,
                         place.whole->pixels + at * channels, channels),
                  0);
    }
}

static uint32_t below(uint32_t bound, uint64_t *random) {
  return (uint32_t)((next_random(random) >> 32) % bound);
}

/* Part of an axis: whole pixels, fractions, next to nothing, a copy, all. */
static axis random_axis(uint32_t size, uint32_t full, uint32_t filter, uint64_t *random) {
  axis axis = {size, 0, (float)size, full, 0, full, filter, 0};
  const float fraction = (float)below(1 << 20, random) * 0x1p-20F;
  switch (below(6, random)) {
  case 0:
    axis.begin = fraction * (float)size * 0.9F;
    axis.end = axis.begin + ((float)size - axis.begin) * 0.7F;
    break;
  case 1:
    axis.begin = floorf(fraction * (float)(size - 1));
    break;
  case 2:
    axis.begin = fraction * (float)size * 0.9F;
    axis.end = axis.begin + 0.01F;
    break;
  case 3:
    axis.begin = floorf(fraction * (float)(size - 1));
    axis.full = axis.count = (uint32_t)(axis.end - axis.begin);
    break;
  default:
    break;
  }
  return axis;
}

/* The wanted part of an axis. */
static axis cut(axis axis, uint64_t *random) {
  axis.skip = below(axis.full, random);
  axis.count = 1 + below(axis.full - axis.skip, random);
  return axis;
}

static void check(const image *from, axis across, axis down, uint64_t *random) {
  const image expected = model(from, &across, &down);
  const image whole = resized(from, &across, &down, 0, from->height);
  for (uint64_t i = 0; i < image_bytes(&whole); i++)
    CHECK(abs(whole.pixels[i] - expected.pixels[i]) <= 1);
  for (int way = 0; way < 8; way++) {
    axis columns = way & 1 ? cut(across, random) : across;
    const axis rows = way & 1 ? cut(down, random) : down;
    columns.mirrored = way >> 1 & 1;
    const image part = resized(from, &columns, &rows, way >> 2, 1 + below(from->height, random));
    check_same(&part, (place){&whole, columns.skip, rows.skip, (int)columns.mirrored});
    free(part.pixels);
  }
  free(expected.pixels);
  free(whole.pixels);
}

static void sizes_parts_and_filters_agree_with_the_model(void) {
  static const uint32_t channels[] = {1, 3, 4};
  uint64_t random = 7;
  for (uint32_t i = 0; i < 600; i++) {
    const uint32_t most = i % 10 == 0 ? 90 : 1 + i % 24;
    const image from =
        random_image(1 + below(most, &random), 1 + below(most, &random), channels[i % 3], random);
    const uint32_t filter = 1 + i / 3 % 2;
    const axis across = random_axis(from.width, 1 + below(most, &random), filter, &random);
    const axis down = random_axis(from.height, 1 + below(most, &random), filter, &random);
    check(&from, across, down, &random);
    free(from.pixels);
  }
}

static void one_colour_stays_one_colour(void) {
  for (uint32_t filter = PENSTOCK_IMAGES_BILINEAR; filter <= PENSTOCK_IMAGES_BICUBIC; filter++)
    for (uint32_t colour = 0; colour < 256; colour += 51) {
      const image from = new_image(1000, 7, 1);
      memset(from.pixels, (int)colour, image_bytes(&from));
      const axis across = {1000, 0.25F, 999.5F, 13, 0, 13, filter, 0};
      const axis down = {7, 0, 7, 29, 0, 29, filter, 0};
      const image to = resized(&from, &across, &down, 1, 3);
      for (uint64_t i = 0; i < image_bytes(&to); i++)
        CHECK_EQUAL(to.pixels[i], colour);
      free(from.pixels);
      free(to.pixels);
    }
}

static void rows_that_nothing_is_made_of_are_not_needed(void) {
  const resize_plan plan = {3,
                            {100, 0, 100, 10, 0, 10, PENSTOCK_IMAGES_BILINEAR, 0},
                            {100, 40, 60, 20, 5, 3, PENSTOCK_IMAGES_BILINEAR, 0}};
  uint8_t *memory = aligned_alloc(64, resize_bytes(&plan));
  CHECK(memory != NULL);
  resize_state state;
  uint32_t first, end;
  resize_begin(&state, &plan, memory, 1);
  resize_needs(&state, &first, &end);
  CHECK_EQUAL(first, 45);
  CHECK_EQUAL(end, 48);
  free(memory);
}

static void memory_does_not_grow_with_the_height(void) {
  resize_plan plan = {3,
                      {8000, 0, 8000, 224, 0, 224, PENSTOCK_IMAGES_BICUBIC, 0},
                      {8000, 0, 8000, 224, 0, 224, PENSTOCK_IMAGES_BICUBIC, 0}};
  CHECK(resize_bytes(&plan) < 1000000);
}

static void nonsense_is_refused(void) {
  const resize_plan good = {3, {9, 0, 9, 5, 0, 5, 1, 0}, {9, 0, 9, 5, 0, 5, 1, 0}};
  CHECK_EQUAL(resize_check(&good), 0);
  const axis bad[] = {{0, 0, 0, 5, 0, 5, 1, 0},
                      {9, -1, 9, 5, 0, 5, 1, 0},
                      {9, 0, 9.01F, 5, 0, 5, 1, 0},
                      {9, 3, 3, 5, 0, 5, 1, 0},
                      {9, 0, NAN, 5, 0, 5, 1, 0},
                      {9, NAN, 9, 5, 0, 5, 1, 0},
                      {9, 0, 9, 0, 0, 0, 1, 0},
                      {9, 0, 9, 5, 0, 0, 1, 0},
                      {9, 0, 9, 5, 1, 5, 1, 0},
                      {9, 0, 9, 5, UINT32_MAX, 2, 1, 0},
                      {9, 0, 9, 5, 0, 5, 0, 0},
                      {9, 0, 9, 5, 0, 5, 3, 0},
                      {UINT32_C(1) << 25, 0, 9, 5, 0, 5, 1, 0}};
  for (uint32_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    resize_plan plan = good;
    plan.across = bad[i];
    CHECK_EQUAL(resize_check(&plan), -EINVAL);
    plan = good;
    plan.down = bad[i];
    CHECK_EQUAL(resize_check(&plan), -EINVAL);
  }
  resize_plan plan = good;
  plan.down.mirrored = 1;
  CHECK_EQUAL(resize_check(&plan), -EINVAL);
  plan = good;
  plan.channels = 2;
  CHECK_EQUAL(resize_check(&plan), -EINVAL);
}

int main(void) {
  RUN(sizes_parts_and_filters_agree_with_the_model);
  RUN(one_colour_stays_one_colour);
  RUN(rows_that_nothing_is_made_of_are_not_needed);
  RUN(memory_does_not_grow_with_the_height);
  RUN(nonsense_is_refused);
  return 0;
}
