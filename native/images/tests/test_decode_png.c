/* The pixels of PNG files of every kind, against a model that is computed sample by sample. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "make_png.h"
#include "penstock_images.h"
#include "support.h"

enum { MEMORY = 64 << 20, BACKGROUND = 0x2040f0 };

typedef struct {
  uint32_t rgba[4];
} colour;

/* A pixel of a kind in 8 or 16 bits a channel. */
static colour stored_colour(const png_kind *kind, uint32_t x, uint32_t y) {
  const uint32_t full = kind->bits == 16 ? 65535 : 255;
  colour colour = {{0, 0, 0, full}};
  uint32_t samples[4] = {0};
  int is_transparent = kind->has_transparent;
  for (uint32_t s = 0; s < png_samples(kind); s++) {
    samples[s] = png_sample(kind, x, y, s);
    is_transparent = is_transparent && samples[s] == png_sample(kind, 0, 0, s);
  }
  if (kind->type == 3) {
    for (uint32_t c = 0; c < 3 + (kind->has_transparent != 0); c++)
      colour.rgba[c] = png_colour(samples[0], c);
    return colour;
  }
  const uint32_t scale = full / ((1U << kind->bits) - 1);
  for (uint32_t c = 0; c < 3; c++)
    colour.rgba[c] = samples[kind->type & 2 ? c : 0] * scale;
  if (kind->type & 4)
    colour.rgba[3] = samples[kind->type & 2 ? 3 : 1];
  else if (is_transparent)
    colour.rgba[3] = 0;
  return colour;
}

static colour blended(colour colour, uint32_t full) {
  for (uint32_t c = 0; c < 3; c++) {
    const double below = (double)(BACKGROUND >> (16 - 8 * c) & 0xff) * (full / 255);
    const double alpha = (double)colour.rgba[3] / full;
    colour.rgba[c] = (uint32_t)(colour.rgba[c] * alpha + below * (1 - alpha) + 0.5);
  }
  colour.rgba[3] = full;
  return colour;
}

static uint32_t gray(const colour *colour) {
  return (uint32_t)((19595.0 * colour->rgba[0] + 38470.0 * colour->rgba[1] +
                     7471.0 * colour->rgba[2] + 32768) /
                    65536);
}

static void check_pixel(const png_kind *kind, const penstock_images_request *request,
                        const uint8_t *pixel, uint32_t x, uint32_t y) {
  colour expected = stored_colour(kind, x, y);
  const int blends = (request->flags & PENSTOCK_IMAGES_BLEND) != 0;
  if (blends)
    expected = blended(expected, kind->bits == 16 ? 65535 : 255);
  for (uint32_t c = 0; c < request->channels; c++) {
    uint32_t found = pixel[c];
    if (request->bits == 16)
      found = ((const uint16_t *)(const void *)pixel)[c];
    const uint32_t value = request->channels == 1 ? gray(&expected) : expected.rgba[c];
    /* Halves may be rounded either way where pixels are blended. */
    const uint32_t off = found > value ? found - value : value - found;
    if (off > (blends ? 1U : 0U)) {
      fprintf(stderr,
              "type %u, %u bits, interlaced %d, tRNS %d, pixel (%u, %u), channel %u of %u\n",
              kind->type, kind->bits, kind->is_interlaced, kind->has_transparent, x, y, c,
              request->channels);
      CHECK_EQUAL(found, value);
    }
  }
}

static void check_request(penstock_images_decoder *decoder, const png_kind *kind, png_file file,
                          penstock_images_request request) {
  const uint32_t width = request.crop_width ? request.crop_width : kind->width;
  const uint32_t height = request.crop_height ? request.crop_height : kind->height;
  const uint64_t pixel_bytes = request.channels * request.bits / 8;
  const uint64_t count = width * height * pixel_bytes;
  uint8_t *pixels = malloc(count);
  CHECK(pixels != NULL);
  penstock_images_size size;
  const int32_t status =
      penstock_images_decode(decoder, file.bytes, file.count, &request, pixels, count, 0, &size);
  if (status != 0)
    fprintf(stderr, "%s\n", penstock_images_message(decoder));
  CHECK_EQUAL(status, 0);
  CHECK_EQUAL(size.width, width);
  CHECK_EQUAL(size.height, height);
  for (uint32_t y = 0; y < height; y++)
    for (uint32_t x = 0; x < width; x++)
      check_pixel(kind, &request, pixels + (y * width + x) * pixel_bytes, x + request.crop_x,
                  y + request.crop_y);
  free(pixels);
}

static void check_kind(penstock_images_decoder *decoder, const png_kind *kind) {
  const png_file file = make_png(kind);
  penstock_images_info info;
  CHECK_EQUAL(penstock_images_read_info(decoder, file.bytes, file.count, &info), 0);
  CHECK_EQUAL(info.width, kind->width);
  CHECK_EQUAL(info.height, kind->height);
  CHECK_EQUAL(info.bits, kind->bits);
  CHECK_EQUAL(info.traits,
              (kind->is_interlaced ? PENSTOCK_IMAGES_PROGRESSIVE : 0) |
                  (kind->has_transparent || kind->type & 4 ? PENSTOCK_IMAGES_ALPHA : 0));
  penstock_images_request request = {.bits = kind->bits == 16 ? 16 : 8,
                                     .eighths = 8,
                                     .background = BACKGROUND,
                                     .max_pixels = 1 << 20};
  for (request.channels = 1; request.channels <= 4; request.channels += 1 + (request.channels == 1))
    for (int blends = 0; blends < 2; blends++) {
      request.flags = blends ? PENSTOCK_IMAGES_BLEND : 0;
      check_request(decoder, kind, file, request);
    }
  if (kind->width > 8) {
    request.channels = 3;
    request.crop_x = 3;
    request.crop_y = 2;
    request.crop_width = 5;
    request.crop_height = 4;
    check_request(decoder, kind, file, request);
    request.flags |= PENSTOCK_IMAGES_CHECK_ALL;
    check_request(decoder, kind, file, request);
  }
  free(file.bytes);
}

static void every_kind_has_its_pixels(void) {
  static const uint32_t kinds[][2] = {{0, 1}, {0, 2},  {0, 4},  {0, 8}, {0, 16},
                                      {2, 8}, {2, 16}, {3, 1},  {3, 2}, {3, 4},
                                      {3, 8}, {4, 8},  {4, 16}, {6, 8}, {6, 16}};
  static const uint32_t sizes[][2] = {{1, 1}, {3, 2}, {37, 21}};
  penstock_images_decoder *decoder;
  CHECK_EQUAL(penstock_images_decoder_open(MEMORY, &decoder), 0);
  for (uint32_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
    for (uint32_t s = 0; s < 3; s++)
      for (int more = 0; more < 4; more++) {
        const png_kind kind = {.width = sizes[s][0],
                               .height = sizes[s][1],
                               .type = kinds[k][0],
                               .bits = kinds[k][1],
                               .is_interlaced = more % 2,
                               .has_transparent = more / 2 && kinds[k][0] < 4};
        check_kind(decoder, &kind);
      }
  penstock_images_decoder_close(decoder);
}

static void bits_are_never_cut_nor_made_up(void) {
  penstock_images_decoder *decoder;
  CHECK_EQUAL(penstock_images_decoder_open(MEMORY, &decoder), 0);
  for (uint32_t bits = 8; bits <= 16; bits += 8) {
    const png_kind kind = {.width = 4, .height = 4, .type = 2, .bits = bits};
    const png_file file = make_png(&kind);
    uint16_t pixels[64];
    penstock_images_size size;
    penstock_images_request request = {
        .channels = 3, .bits = 24 - bits, .eighths = 8, .max_pixels = 16};
    CHECK_EQUAL(penstock_images_decode(decoder, file.bytes, file.count, &request, (uint8_t *)pixels,
                                       sizeof pixels, 0, &size),
                PENSTOCK_IMAGES_DEPTH);
    request.bits = bits;
    request.eighths = 4;
    CHECK_EQUAL(penstock_images_decode(decoder, file.bytes, file.count, &request, (uint8_t *)pixels,
                                       sizeof pixels, 0, &size),
                PENSTOCK_IMAGES_UNSUPPORTED);
    free(file.bytes);
  }
  penstock_images_decoder_close(decoder);
}

int main(void) {
  RUN(every_kind_has_its_pixels);
  RUN(bits_are_never_cut_nor_made_up);
  return 0;
}
