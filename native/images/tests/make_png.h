/* PNG files for tests, of all kinds there are, written without libpng. */
#ifndef PENSTOCK_IMAGES_MAKE_PNG_H
#define PENSTOCK_IMAGES_MAKE_PNG_H

#include <stdint.h>

typedef struct {
  uint32_t width;
  uint32_t height;
  uint32_t type; /* 0: gray, 2: RGB, 3: palette, 4: gray and alpha, 6: RGB and alpha */
  uint32_t bits;
  int is_interlaced;
  int has_transparent;      /* a tRNS chunk: of palettes an alpha for each, else one colour */
  uint32_t colours_missing; /* of palettes: how many of the last colours are left out */
} png_kind;

typedef struct {
  uint8_t *bytes;
  uint64_t count;
} png_file;

/* Samples in a pixel, as stored. */
uint32_t png_samples(const png_kind *kind);

/* What is stored: a sample, or the index of a colour. */
uint32_t png_sample(const png_kind *kind, uint32_t x, uint32_t y, uint32_t sample);

/* Channel c (red, green, blue, alpha) of colour number `index` of the palette. */
uint8_t png_colour(uint32_t index, uint32_t c);

/* Writes the picture. The caller frees the bytes. */
png_file make_png(const png_kind *kind);

#endif
