/* The interface: every form against bytes, changes of colour against a model, and what is refused.
 * test_resize.c has the resizes. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "jitter.h"
#include "penstock_images.h"
#include "sink.h"
#include "support.h"

enum { WIDTH = 61, HEIGHT = 47, STRIDE = WIDTH * 4 + 9, TO_WIDTH = 37, TO_HEIGHT = 41 };
enum { MARK = 0x5a, MARGIN = 64 };

static penstock_images_transform whole(uint32_t form) {
  const penstock_images_transform transform = {.right = WIDTH,
                                               .bottom = HEIGHT,
                                               .full_width = TO_WIDTH,
                                               .full_height = TO_HEIGHT,
                                               .width = TO_WIDTH,
                                               .height = TO_HEIGHT,
                                               .filter = PENSTOCK_IMAGES_BILINEAR,
                                               .form = form,
                                               .brightness = 1,
                                               .contrast = 1,
                                               .saturation = 1,
                                               .factors = {0.017F, 0.018F, 0.019F, -0.01F},
                                               .offsets = {-2.1F, -2.0F, -1.8F, 0.3F}};
  return transform;
}

static const uint8_t *noise(void) {
  static uint8_t pixels[HEIGHT * STRIDE];
  uint64_t random = 3;
  for (uint32_t i = 0; i < sizeof pixels; i++)
    pixels[i] = (uint8_t)(next_random(&random) >> 32);
  return pixels;
}

/* What the transform writes, of `value_bytes` each; the caller frees it. Nothing behind it and
 * behind the scratch memory is touched. */
static void *apply(const penstock_images_transform *transform, uint32_t channels,
                   uint32_t value_bytes) {
  const uint64_t to_bytes = (uint64_t)transform->width * transform->height * channels * value_bytes;
  const int64_t scratch_bytes = penstock_images_apply_bytes(transform, WIDTH, HEIGHT, channels);
  CHECK(scratch_bytes > 0 && scratch_bytes % 64 == 0);
  uint8_t *to = malloc(to_bytes + MARGIN);
  uint8_t *scratch = aligned_alloc(64, (uint64_t)scratch_bytes + MARGIN);
  CHECK(to && scratch);
  memset(to, MARK, to_bytes + MARGIN);
  memset(scratch, MARK, (uint64_t)scratch_bytes + MARGIN);
  CHECK_EQUAL(penstock_images_apply(transform, noise(), STRIDE, WIDTH, HEIGHT, channels, to,
                                    to_bytes, scratch, (uint64_t)scratch_bytes),
              0);
  for (uint32_t i = 0; i < MARGIN; i++) {
    CHECK_EQUAL(to[to_bytes + i], MARK);
    CHECK_EQUAL(scratch[scratch_bytes + i], MARK);
  }
  CHECK_EQUAL(penstock_images_apply(transform, noise(), STRIDE, WIDTH, HEIGHT, channels, to,
                                    to_bytes - 1, scratch, (uint64_t)scratch_bytes),
              -ENOSPC);
  CHECK_EQUAL(penstock_images_apply(transform, noise(), STRIDE, WIDTH, HEIGHT, channels, to,
                                    to_bytes, scratch, (uint64_t)scratch_bytes - 1),
              -ENOSPC);
  free(scratch);
  return to;
}

static float normalized(const penstock_images_transform *transform, uint8_t byte, uint32_t c) {
  /* volatile: two roundings here, whatever the compiler could make of one expression. */
  const volatile float product = (float)byte * transform->factors[c];
  const volatile float sum = product + transform->offsets[c];
  return sum;
}

static void floats_and_halves_are_those_of_the_bytes(void) {
  static const uint32_t channels[] = {1, 3, 4};
  for (uint32_t i = 0; i < 6; i++) {
    const uint32_t count = channels[i / 2];
    const uint32_t steps = i % 2 && count < 4 ? PENSTOCK_IMAGES_BRIGHTNESS : 0;
    penstock_images_transform transform = whole(PENSTOCK_IMAGES_BYTES);
    transform.steps = steps;
    transform.brightness = 0.7F;
    uint8_t *bytes = apply(&transform, count, 1);
    transform.form = PENSTOCK_IMAGES_FLOATS;
    float *floats = apply(&transform, count, 4);
    transform.form = PENSTOCK_IMAGES_HALVES;
    uint16_t *halves = apply(&transform, count, 2);
    for (uint32_t p = 0; p < TO_WIDTH * TO_HEIGHT; p++)
      for (uint32_t c = 0; c < count; c++) {
        const float value = normalized(&transform, bytes[p * count + c], c);
        const uint32_t at = c * TO_WIDTH * TO_HEIGHT + p;
        CHECK_EQUAL(memcmp(&floats[at], &value, sizeof value), 0);
        CHECK_EQUAL(halves[at], sink_half(value));
      }
    free(bytes);
    free(floats);
    free(halves);
  }
}

static double of_half(uint32_t half) {
  const int32_t exponent = half >> 10 & 31;
  const double fraction = half & 1023;
  return exponent == 0 ? ldexp(fraction, -24) : ldexp(fraction + 1024, exponent - 25);
}

/* Every float16, the floats halfway to the next one, and those next to these. */
static void floats_become_the_nearest_half(void) {
  for (uint32_t half = 0; half < 0x7c00; half++) {
    CHECK_EQUAL(sink_half((float)of_half(half)), half);
    CHECK_EQUAL(sink_half(-(float)of_half(half)), half | 0x8000);
    const double next = half == 0x7bff ? 65536 : of_half(half + 1);
    const float middle = (float)((of_half(half) + next) / 2);
    CHECK_EQUAL(sink_half(middle), half % 2 ? half + 1 : half);
    CHECK_EQUAL(sink_half(nextafterf(middle, 0)), half);
    CHECK_EQUAL(sink_half(nextafterf(middle, INFINITY)), half + 1);
  }
  CHECK_EQUAL(sink_half(INFINITY), 0x7c00);
  CHECK_EQUAL(sink_half(-1e30F), 0xfc00);
  CHECK_EQUAL(sink_half(NAN) & 0x7fff, 0x7e00);
}

/* ---- Changes of colour -------------------------------------------------------------------- */

static uint8_t cut_off(double value) { return (uint8_t)fmin(fmax(value, 0), 255); }

static int32_t luma(const uint8_t *pixel) {
  return (19595 * pixel[0] + 38470 * pixel[1] + 7471 * pixel[2] + 32768) / 65536;
}

static void blend_model(const jitter *jitter, uint32_t which, const uint8_t *from, uint8_t *to,
                        uint32_t count, uint32_t channels) {
  double sum = 0;
  for (uint32_t i = 0; i < count; i++)
    sum += channels == 1 ? from[i] : luma(from + 3 * i);
  for (uint32_t i = 0; i < count * channels; i++) {
    const double base = which == PENSTOCK_IMAGES_BRIGHTNESS ? 0
                        : which == PENSTOCK_IMAGES_CONTRAST ? floor(sum / count + 0.5)
                        : channels == 1                     ? from[i]
                                                            : luma(from + i / 3 * 3);
    const double factor = which == PENSTOCK_IMAGES_BRIGHTNESS ? jitter->brightness
                          : which == PENSTOCK_IMAGES_CONTRAST ? jitter->contrast
                                                              : jitter->saturation;
    to[i] = cut_off(base + factor * (from[i] - base) + 1e-4);
  }
}

static void blends_agree_with_the_model(void) {
  uint8_t from[3 * 997], expected[sizeof from], to[sizeof from];
  uint64_t random = 11;
  for (uint32_t i = 0; i < 300; i++) {
    const uint32_t channels = i % 4 ? 3 : 1;
    const uint32_t count = 1 + (uint32_t)(next_random(&random) >> 32) % 997;
    const float factor = (float)(next_random(&random) >> 40) * 0x1p-22F;
    const uint32_t which = PENSTOCK_IMAGES_BRIGHTNESS + i % 3;
    const jitter jitter = {{(uint8_t)which}, factor, factor, factor, 0};
    for (uint32_t k = 0; k < sizeof from; k++)
      from[k] = (uint8_t)(next_random(&random) >> 32);
    CHECK_EQUAL(jitter_check(&jitter, channels), 0);
    blend_model(&jitter, which, from, expected, count, channels);
    for (int vectors = 0; vectors < 2; vectors++) {
      memcpy(to, from, sizeof to);
      jitter_apply(&jitter, to, count, channels, vectors);
      /* The model cuts fractions off a little later. */
      for (uint32_t k = 0; k < count * channels; k++)
        CHECK(to[k] == expected[k] || to[k] + 1 == expected[k]);
      CHECK_EQUAL(
          memcmp(to + count * channels, from + count * channels, sizeof from - count * channels),
          0);
    }
  }
}

/* Values of Pillow 9.4: RGB to HSV, a hue added, and back. */
static void hues_turn_as_pillows(void) {
  static const struct {
    uint32_t hue;
    uint8_t from[3], to[3];
  } known[] = {{0, {255, 0, 0}, {255, 0, 0}},         {25, {0, 255, 0}, {0, 255, 150}},
               {128, {0, 0, 255}, {255, 252, 0}},     {231, {255, 254, 255}, {254, 254, 255}},
               {255, {1, 0, 0}, {1, 0, 0}},           {60, {10, 20, 30}, {28, 10, 30}},
               {0, {200, 100, 50}, {200, 100, 50}},   {25, {17, 17, 17}, {17, 17, 17}},
               {128, {0, 0, 0}, {0, 0, 0}},           {231, {255, 255, 255}, {255, 255, 255}},
               {255, {128, 127, 0}, {128, 123, 0}},   {60, {3, 250, 249}, {102, 4, 250}},
               {0, {171, 206, 5}, {175, 206, 6}},     {25, {206, 120, 131}, {206, 157, 120}},
               {128, {161, 73, 250}, {165, 250, 74}}, {231, {13, 71, 98}, {13, 98, 73}},
               {255, {146, 104, 33}, {146, 100, 33}}, {60, {11, 0, 12}, {12, 3, 0}}};
  for (uint32_t i = 0; i < sizeof known / sizeof *known; i++)
    for (uint32_t count = 1; count < 300; count += 149)
      for (int vectors = 0; vectors < 2; vectors++) {
        uint8_t pixels[3 * 300];
        const jitter jitter = {{0, PENSTOCK_IMAGES_HUE}, 1, 1, 1, known[i].hue};
        for (uint32_t p = 0; p < 300; p++)
          memcpy(pixels + 3 * p, known[i].from, 3);
        jitter_apply(&jitter, pixels, count, 3, vectors);
        for (uint32_t p = 0; p < 300; p++)
          CHECK_EQUAL(memcmp(pixels + 3 * p, p < count ? known[i].to : known[i].from, 3), 0);
      }
}

static void steps_are_done_in_their_order(void) {
  penstock_images_transform transform = whole(PENSTOCK_IMAGES_BYTES);
  uint8_t *expected = apply(&transform, 3, 1);
  const jitter jitter = {
      {PENSTOCK_IMAGES_HUE, PENSTOCK_IMAGES_CONTRAST, 0, PENSTOCK_IMAGES_SATURATION},
      1,
      0.5F,
      1.7F,
      77};
  jitter_apply(&jitter, expected, TO_WIDTH * TO_HEIGHT, 3, 0);
  transform.steps =
      PENSTOCK_IMAGES_HUE | PENSTOCK_IMAGES_CONTRAST << 8 | PENSTOCK_IMAGES_SATURATION << 24;
  transform.contrast = 0.5F;
  transform.saturation = 1.7F;
  transform.hue = 77;
  uint8_t *to = apply(&transform, 3, 1);
  CHECK_EQUAL(memcmp(to, expected, TO_WIDTH * TO_HEIGHT * 3), 0);
  free(expected);
  free(to);
}

static void nonsense_is_refused(void) {
  const penstock_images_transform good = whole(PENSTOCK_IMAGES_FLOATS);
  CHECK(penstock_images_apply_bytes(&good, WIDTH, HEIGHT, 3) > 0);
  CHECK_EQUAL(penstock_images_apply_bytes(NULL, WIDTH, HEIGHT, 3), -EINVAL);
  CHECK_EQUAL(penstock_images_apply_bytes(&good, WIDTH, HEIGHT, 2), -EINVAL);
  CHECK_EQUAL(penstock_images_apply_bytes(&good, WIDTH - 1, HEIGHT, 3), -EINVAL);
  for (uint32_t i = 0; i < 8; i++) {
    penstock_images_transform bad = good;
    bad.steps = PENSTOCK_IMAGES_BRIGHTNESS;
    uint32_t channels = 3;
    switch (i) {
    case 0:
      bad.form = 0;
      break;
    case 1:
      bad.form = 4;
      break;
    case 2:
      bad.steps = 5;
      break;
    case 3:
      bad.brightness = -0.1F;
      break;
    case 4:
      bad.contrast = NAN;
      break;
    case 5:
      bad.saturation = INFINITY;
      break;
    case 6:
      bad.hue = 256;
      break;
    default:
      channels = 4;
      break;
    }
    CHECK_EQUAL(penstock_images_apply_bytes(&bad, WIDTH, HEIGHT, channels), -EINVAL);
  }
}

static void misplaced_memory_is_refused(void) {
  const penstock_images_transform good = whole(PENSTOCK_IMAGES_FLOATS);
  const uint64_t bytes = (uint64_t)penstock_images_apply_bytes(&good, WIDTH, HEIGHT, 3);
  const uint64_t to_bytes = TO_WIDTH * TO_HEIGHT * 3 * 4;
  uint8_t *scratch = aligned_alloc(64, bytes + 64);
  uint8_t *to = malloc(to_bytes + 4);
  CHECK(scratch && to);
  CHECK_EQUAL(penstock_images_apply(&good, noise(), STRIDE, WIDTH, HEIGHT, 3, to, to_bytes,
                                    scratch + 32, bytes),
              -EINVAL);
  CHECK_EQUAL(penstock_images_apply(&good, noise(), STRIDE, WIDTH, HEIGHT, 3, to + 2, to_bytes,
                                    scratch, bytes),
              -EINVAL);
  CHECK_EQUAL(penstock_images_apply(&good, noise(), WIDTH * 3 - 1, WIDTH, HEIGHT, 3, to, to_bytes,
                                    scratch, bytes),
              -EINVAL);
  CHECK_EQUAL(
      penstock_images_apply(&good, NULL, STRIDE, WIDTH, HEIGHT, 3, to, to_bytes, scratch, bytes),
      -EINVAL);
  free(scratch);
  free(to);
}

int main(void) {
  RUN(floats_and_halves_are_those_of_the_bytes);
  RUN(floats_become_the_nearest_half);
  RUN(blends_agree_with_the_model);
  RUN(hues_turn_as_pillows);
  RUN(steps_are_done_in_their_order);
  RUN(nonsense_is_refused);
  RUN(misplaced_memory_is_refused);
  return 0;
}
