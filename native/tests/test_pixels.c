/* Bytes to floats: every count of pixels and channels around the sizes of vectors and rows, with
 * and without vector instructions, against values computed one by one; nothing outside is touched.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/pixels.h"
#include "support.h"

enum { MARGIN = 16, MARK = 0x7f };

static float expected(const uint8_t *from, uint64_t pixel, uint32_t channels, uint32_t channel,
                      const float *factors, const float *offsets) {
  /* volatile: two roundings here, whatever the compiler could make of one expression. */
  const volatile float product = (float)from[pixel * channels + channel] * factors[channel];
  const volatile float sum = product + offsets[channel];
  return sum;
}

static void check(uint64_t pixels, uint32_t channels, int to_planes, int vectors) {
  const uint64_t values = pixels * channels;
  uint64_t random = values + channels;
  uint8_t *from = malloc(values + 1); /* its end is what the sanitizer watches */
  float *to = malloc((values + 2 * MARGIN) * sizeof *to);
  float *factors = malloc(channels * sizeof *factors);
  float *offsets = malloc(channels * sizeof *offsets);
  CHECK(from && to && factors && offsets);
  for (uint64_t i = 0; i < values; i++)
    from[i] = (uint8_t)next_random(&random);
  memset(to, MARK, (values + 2 * MARGIN) * sizeof *to);
  for (uint32_t c = 0; c < channels; c++) {
    factors[c] = 1.0F / (float)(255 * (c + 1)) / 0.229F;
    offsets[c] = -0.485F * (float)(c + 1) / 0.229F;
  }
  pixels_normalize(from, to + MARGIN, pixels, channels, factors, offsets, pixels, to_planes,
                   vectors);
  for (uint64_t p = 0; p < pixels; p++)
    for (uint32_t c = 0; c < channels; c++) {
      const float value = expected(from, p, channels, c, factors, offsets);
      const uint64_t at = to_planes ? c * pixels + p : p * channels + c;
      CHECK(memcmp(&to[MARGIN + at], &value, sizeof value) == 0);
    }
  for (uint32_t i = 0; i < MARGIN * sizeof *to; i++) {
    CHECK_EQUAL(((uint8_t *)to)[i], MARK);
    CHECK_EQUAL(((uint8_t *)(to + MARGIN + values))[i], MARK);
  }
  free(from);
  free(to);
  free(factors);
  free(offsets);
}

static void all_sizes_agree_with_single_values(void) {
  static const uint64_t pixels[] = {0, 1, 2, 7, 8, 9, 31, 32, 33, 85, 86, 255, 256, 257, 784, 1021};
  static const uint32_t channels[] = {1, 2, 3, 4, 5, 16, 255, 256, 257, 300};
  for (uint32_t i = 0; i < sizeof pixels / sizeof *pixels; i++)
    for (uint32_t k = 0; k < sizeof channels / sizeof *channels; k++)
      for (int way = 0; way < 4; way++)
        check(pixels[i], channels[k], way & 1, way >> 1);
}

static void the_interface_does_the_same(void) {
  const uint8_t from[6] = {0, 1, 2, 253, 254, 255};
  const float factors[3] = {1, 2, 4};
  const float offsets[3] = {0, -1, 0.5F};
  float to[6];
  CHECK_EQUAL(penstock_normalize_bytes((uint64_t)(uintptr_t)from, (uint64_t)(uintptr_t)to, 2, 3,
                                       factors, offsets, 1),
              0);
  const float planes[6] = {0, 253, 1, 507, 8.5F, 1020.5F};
  CHECK_EQUAL(memcmp(to, planes, sizeof to), 0);
  CHECK_EQUAL(penstock_normalize_bytes((uint64_t)(uintptr_t)from, (uint64_t)(uintptr_t)to, 2, 3,
                                       factors, offsets, 0),
              0);
  const float kept[6] = {0, 1, 8.5F, 253, 507, 1020.5F};
  CHECK_EQUAL(memcmp(to, kept, sizeof to), 0);
}

/* The same number on every processor: whatever vector instructions the compiler chose, the bits are
 * those of products and sums that are rounded one after the other. */
static void the_bits_are_the_same_on_every_processor(void) {
  enum { PIXELS = 4001, CHANNELS = 3 };
  static uint8_t from[PIXELS * CHANNELS];
  static float to[PIXELS * CHANNELS];
  uint64_t random = 17;
  for (uint32_t i = 0; i < sizeof from; i++)
    from[i] = (uint8_t)(next_random(&random) >> 32);
  const float factors[CHANNELS] = {1 / (255 * 0.229F), 1 / (255 * 0.224F), 1 / (255 * 0.225F)};
  const float offsets[CHANNELS] = {-0.485F / 0.229F, -0.456F / 0.224F, -0.406F / 0.225F};
  uint64_t digest = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
  for (uint32_t to_planes = 0; to_planes <= 1; to_planes++) {
    CHECK_EQUAL(penstock_normalize_bytes((uint64_t)(uintptr_t)from, (uint64_t)(uintptr_t)to, PIXELS,
                                         CHANNELS, factors, offsets, to_planes),
                0);
    for (uint32_t i = 0; i < PIXELS * CHANNELS; i++) {
      uint32_t bits;
      memcpy(&bits, &to[i], sizeof bits);
      digest = (digest ^ bits) * UINT64_C(0x100000001b3);
    }
  }
  CHECK_EQUAL(digest, UINT64_C(0x51bde40da8374f79));
}

static void nonsense_is_refused(void) {
  const uint8_t from[4] = {0};
  float to[4];
  const float one[1] = {1};
  const uint64_t in = (uint64_t)(uintptr_t)from;
  const uint64_t out = (uint64_t)(uintptr_t)to;
  CHECK_EQUAL(penstock_normalize_bytes(0, out, 1, 1, one, one, 0), -EINVAL);
  CHECK_EQUAL(penstock_normalize_bytes(in, 0, 1, 1, one, one, 0), -EINVAL);
  CHECK_EQUAL(penstock_normalize_bytes(in, out + 1, 1, 1, one, one, 0), -EINVAL);
  CHECK_EQUAL(penstock_normalize_bytes(in, out, 1, 0, one, one, 0), -EINVAL);
  CHECK_EQUAL(penstock_normalize_bytes(in, out, 1, 1, NULL, one, 0), -EINVAL);
  CHECK_EQUAL(penstock_normalize_bytes(in, out, 1, 1, one, NULL, 0), -EINVAL);
  CHECK_EQUAL(penstock_normalize_bytes(in, out, UINT64_MAX, 3, one, one, 0), -EINVAL);
}

int main(void) {
  RUN(all_sizes_agree_with_single_values);
  RUN(the_interface_does_the_same);
  RUN(the_bits_are_the_same_on_every_processor);
  RUN(nonsense_is_refused);
  return 0;
}
