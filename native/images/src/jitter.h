/* Changes of colour, in place. */
#ifndef PENSTOCK_IMAGES_JITTER_H
#define PENSTOCK_IMAGES_JITTER_H

#include <stdint.h>

#define JITTER_STEPS 4

typedef struct {
  uint8_t steps[JITTER_STEPS]; /* PENSTOCK_IMAGES_BRIGHTNESS, ..., in this order; 0 is none */
  float brightness, contrast, saturation; /* at least 0; 1 changes nothing */
  uint32_t hue; /* added to the hue, in 256ths of the circle, as it is kept in a byte */
} jitter;

/* 0 or -EINVAL. */
int32_t jitter_check(const jitter *jitter, uint32_t channels);

/* Of 1 or 3 channels; gray has no saturation and no hue. */
void jitter_apply(const jitter *jitter, uint8_t *pixels, uint64_t count, uint32_t channels,
                  int vectors);

#endif
