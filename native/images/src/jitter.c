/* Brightness, contrast and saturation are Pillow's ImageEnhance, hue is what torchvision does to a
 * Pillow image: to the bit, which takes the same operations in float and double where they are used
 * there (this file is compiled with -ffp-contract=off). Pillow's src/libImaging/Blend.c and
 * Convert.c, PIL/ImageEnhance.py and torchvision/transforms/_functional_pil.py define them. */
#include "jitter.h"

#include <errno.h>

#include "penstock_images.h"

#define ALWAYS_INLINE inline __attribute__((always_inline))

/* Neither may be negative, infinite or NaN. */
static int is_factor(float factor) { return factor >= 0 && factor <= 1e30F; }

int32_t jitter_check(const jitter *jitter, uint32_t channels) {
  if (channels != 1 && channels != 3)
    return -EINVAL;
  for (uint32_t i = 0; i < JITTER_STEPS; i++)
    if (jitter->steps[i] > PENSTOCK_IMAGES_HUE)
      return -EINVAL;
  if (!is_factor(jitter->brightness) || !is_factor(jitter->contrast) ||
      !is_factor(jitter->saturation) || jitter->hue > 255)
    return -EINVAL;
  return 0;
}

/* On the way from `base` to `value` and beyond. */
static ALWAYS_INLINE uint8_t blend(int32_t base, int32_t value, float factor) {
  const float result = (float)base + factor * (float)(value - base);
  return (uint8_t)(int32_t)(result < 0 ? 0 : result > 255 ? 255 : result);
}

static ALWAYS_INLINE int32_t gray(const uint8_t *pixel) {
  return (pixel[0] * 19595 + pixel[1] * 38470 + pixel[2] * 7471 + 0x8000) >> 16;
}

static ALWAYS_INLINE void blend_all(uint8_t *pixels, uint64_t bytes, int32_t base, float factor) {
  for (uint64_t i = 0; i < bytes; i++)
    pixels[i] = blend(base, pixels[i], factor);
}

static ALWAYS_INLINE int32_t mean_gray(const uint8_t *pixels, uint64_t count, uint32_t channels) {
  uint64_t sum = 0;
  for (uint64_t i = 0; i < count; i++)
    sum += channels == 1 ? pixels[i] : (uint32_t)gray(pixels + 3 * i);
  return (int32_t)((double)sum / (double)count + 0.5);
}

static ALWAYS_INLINE void saturate(uint8_t *pixels, uint64_t count, float factor) {
  for (uint64_t i = 0; i < count; i++) {
    uint8_t *pixel = pixels + 3 * i;
    const int32_t base = gray(pixel);
    const uint8_t red = blend(base, pixel[0], factor);
    const uint8_t green = blend(base, pixel[1], factor);
    const uint8_t blue = blend(base, pixel[2], factor);
    pixel[0] = red;
    pixel[1] = green;
    pixel[2] = blue;
  }
}

/* Pixels whose hue is turned at a time. */
#define BLOCK 128

typedef struct {
  int32_t red[BLOCK], green[BLOCK], blue[BLOCK];
} colours;

/* A pixel in the colours of Pillow's HSV, whose hue and saturation are bytes. */
typedef struct {
  int32_t most[BLOCK], hue[BLOCK], saturation[BLOCK];
} hues;

/* Without branches, so that the compiler can make vector instructions of it. Gray has saturation
 * 0. */
static ALWAYS_INLINE void to_hues(const colours *restrict from, hues *restrict to) {
  for (uint32_t i = 0; i < BLOCK; i++) {
    const int32_t r = from->red[i], g = from->green[i], b = from->blue[i];
    const int32_t most_two = r > g ? r : g;
    const int32_t most = most_two > b ? most_two : b;
    const int32_t least_two = r < g ? r : g;
    const int32_t least = least_two < b ? least_two : b;
    const int32_t range = most - least;
    const float span = (float)(range > 0 ? range : 1);
    const float red = (float)(most - r) / span;
    const float green = (float)(most - g) / span;
    const float blue = (float)(most - b) / span;
    const float by_red = blue - green;
    const float by_green = (float)(2.0 + red - blue);
    const float by_blue = (float)(4.0 + green - red);
    const float not_red = g == most ? by_green : by_blue;
    const float sixths = r == most ? by_red : not_red;
    const double turned = sixths / 6.0 + 1.0;
    const double whole = turned >= 1.0 ? 1.0 : 0.0;
    const float hue = (float)(turned - whole);
    const float saturation = (float)range / (float)(most > 0 ? most : 1);
    to->most[i] = most;
    to->hue[i] = (int32_t)(hue * 255.0);
    to->saturation[i] = (int32_t)(saturation * 255.0);
  }
}

/* `value` times a number of 0 to 1, rounded. */
static ALWAYS_INLINE int32_t part(int32_t value, double share) {
  return (int32_t)((float)value * share + 0.5);
}

static ALWAYS_INLINE void from_hues(const hues *restrict from, int32_t by, colours *restrict to) {
  for (uint32_t i = 0; i < BLOCK; i++) {
    const double sixths = ((from->hue[i] + by) & 255) * 6.0 / 255.0;
    const int32_t whole = (int32_t)sixths;
    const float rest = (float)(sixths - whole);
    const float saturation = (float)(from->saturation[i] / 255.0);
    const int32_t most = from->most[i];
    const int32_t least = part(most, 1.0 - saturation);
    const int32_t falling = part(most, 1.0 - saturation * rest);
    const int32_t rising = part(most, 1.0 - saturation * (1.0 - rest));
    const int32_t sixth = whole == 6 ? 0 : whole;
    to->red[i] = (sixth == 0) | (sixth == 5) ? most
                 : sixth == 1                ? falling
                 : sixth == 4                ? rising
                                             : least;
    to->green[i] = (sixth == 1) | (sixth == 2) ? most
                   : sixth == 3                ? falling
                   : sixth == 0                ? rising
                                               : least;
    to->blue[i] = (sixth == 3) | (sixth == 4) ? most
                  : sixth == 5                ? falling
                  : sixth == 2                ? rising
                                              : least;
  }
}

static ALWAYS_INLINE void turn_hue(uint8_t *pixels, uint64_t count, uint32_t by) {
  colours colours = {{0}, {0}, {0}};
  hues hues;
  for (uint64_t at = 0; at < count; at += BLOCK) {
    const uint32_t now = count - at < BLOCK ? (uint32_t)(count - at) : BLOCK;
    uint8_t *pixel = pixels + 3 * at;
    for (uint32_t i = 0; i < now; i++) {
      colours.red[i] = pixel[3 * i];
      colours.green[i] = pixel[3 * i + 1];
      colours.blue[i] = pixel[3 * i + 2];
    }
    to_hues(&colours, &hues);
    from_hues(&hues, (int32_t)by, &colours);
    for (uint32_t i = 0; i < now; i++) {
      pixel[3 * i] = (uint8_t)colours.red[i];
      pixel[3 * i + 1] = (uint8_t)colours.green[i];
      pixel[3 * i + 2] = (uint8_t)colours.blue[i];
    }
  }
}

static ALWAYS_INLINE void step(const jitter *jitter, uint32_t which, uint8_t *pixels,
                               uint64_t count, uint32_t channels) {
  if (which == PENSTOCK_IMAGES_BRIGHTNESS)
    blend_all(pixels, count * channels, 0, jitter->brightness);
  else if (which == PENSTOCK_IMAGES_CONTRAST)
    blend_all(pixels, count * channels, mean_gray(pixels, count, channels), jitter->contrast);
  else if (which == PENSTOCK_IMAGES_SATURATION && channels == 3)
    saturate(pixels, count, jitter->saturation);
  else if (which == PENSTOCK_IMAGES_HUE && channels == 3)
    turn_hue(pixels, count, jitter->hue);
}

static void step_anywhere(const jitter *jitter, uint32_t which, uint8_t *pixels, uint64_t count,
                          uint32_t channels) {
  step(jitter, which, pixels, count, channels);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void step_avx2(const jitter *jitter, uint32_t which,
                                                      uint8_t *pixels, uint64_t count,
                                                      uint32_t channels) {
  step(jitter, which, pixels, count, channels);
}

static int has_avx2(void) { return __builtin_cpu_supports("avx2"); }
#else
static void step_avx2(const jitter *jitter, uint32_t which, uint8_t *pixels, uint64_t count,
                      uint32_t channels) {
  step(jitter, which, pixels, count, channels);
}

static int has_avx2(void) { return 0; }
#endif

void jitter_apply(const jitter *jitter, uint8_t *pixels, uint64_t count, uint32_t channels,
                  int vectors) {
  for (uint32_t i = 0; i < JITTER_STEPS; i++) {
    const uint32_t which = jitter->steps[i];
    if (vectors && has_avx2())
      step_avx2(jitter, which, pixels, count, channels);
    else
      step_anywhere(jitter, which, pixels, count, channels);
  }
}
