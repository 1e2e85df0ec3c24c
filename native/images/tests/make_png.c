/* See make_png.h. */
#include "make_png.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "support.h"

uint32_t png_samples(const png_kind *kind) {
  static const uint32_t samples[] = {1, 0, 3, 1, 2, 0, 4};
  return samples[kind->type];
}

uint32_t png_sample(const png_kind *kind, uint32_t x, uint32_t y, uint32_t sample) {
  const uint32_t value = (x * 2654435761U) ^ (y * 40503U) ^ ((sample + 1) * 977U << 7);
  return (value >> 5 ^ value >> 13) & ((1U << kind->bits) - 1);
}

uint8_t png_colour(uint32_t index, uint32_t c) { return (uint8_t)(index * (7 + 4 * c) + 50 * c); }

static void put(uint8_t *at, uint32_t value) {
  for (int i = 0; i < 4; i++)
    at[i] = (uint8_t)(value >> (24 - 8 * i));
}

static void add_chunk(png_file *file, const char *name, const uint8_t *data, uint32_t count) {
  file->bytes = realloc(file->bytes, file->count + count + 12);
  CHECK(file->bytes != NULL);
  uint8_t *at = file->bytes + file->count;
  put(at, count);
  memcpy(at + 4, name, 4);
  if (count)
    memcpy(at + 8, data, count);
  put(at + 8 + count, (uint32_t)crc32(crc32(0, NULL, 0), at + 4, count + 4));
  file->count += count + 12;
}

/* Appends the rows of one pass, each with filter 0; returns the new end. */
static uint8_t *add_pass(const png_kind *kind, uint8_t *to, const uint32_t *pass) {
  for (uint32_t y = pass[1]; y < kind->height; y += pass[3]) {
    if (pass[0] >= kind->width)
      continue;
    *to++ = 0;
    uint64_t bit = 0;
    for (uint32_t x = pass[0]; x < kind->width; x += pass[2])
      for (uint32_t s = 0; s < png_samples(kind); s++, bit += kind->bits) {
        const uint32_t sample = png_sample(kind, x, y, s);
        if (kind->bits == 16) {
          to[bit / 8] = (uint8_t)(sample >> 8);
          to[bit / 8 + 1] = (uint8_t)sample;
        } else {
          to[bit / 8] |= (uint8_t)(sample << (8 - kind->bits - bit % 8));
        }
      }
    to += (bit + 7) / 8;
  }
  return to;
}

static void add_picture(const png_kind *kind, png_file *file) {
  static const uint32_t passes[8][4] = {{0, 0, 1, 1}, {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8},
                                        {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};
  const size_t most = (size_t)(kind->width * 8 + 9) * (kind->height + 8) * 2;
  uint8_t *rows = calloc(1, most);
  CHECK(rows != NULL);
  uint8_t *end = rows;
  if (!kind->is_interlaced)
    end = add_pass(kind, end, passes[0]);
  for (int p = 1; kind->is_interlaced && p < 8; p++)
    end = add_pass(kind, end, passes[p]);
  uLongf packed_bytes = compressBound((uLong)(end - rows));
  uint8_t *packed = malloc(packed_bytes);
  CHECK(packed != NULL);
  CHECK_EQUAL(compress2(packed, &packed_bytes, rows, (uLong)(end - rows), 6), Z_OK);
  add_chunk(file, "IDAT", packed, (uint32_t)packed_bytes / 2);
  add_chunk(file, "IDAT", packed + packed_bytes / 2, (uint32_t)(packed_bytes - packed_bytes / 2));
  free(packed);
  free(rows);
}

static void add_transparent(const png_kind *kind, png_file *file) {
  uint8_t data[256];
  uint32_t count = 0;
  if (kind->type == 3) {
    for (; count < 1U << kind->bits; count++)
      data[count] = png_colour(count, 3);
  } else { /* the colour of the pixel at (0, 0) */
    for (uint32_t s = 0; s < png_samples(kind); s++, count += 2) {
      data[count] = (uint8_t)(png_sample(kind, 0, 0, s) >> 8);
      data[count + 1] = (uint8_t)png_sample(kind, 0, 0, s);
    }
  }
  add_chunk(file, "tRNS", data, count);
}

png_file make_png(const png_kind *kind) {
  png_file file = {malloc(8), 8};
  CHECK(file.bytes != NULL);
  memcpy(file.bytes, "\x89PNG\r\n\x1a\n", 8);
  uint8_t header[13] = {0};
  put(header, kind->width);
  put(header + 4, kind->height);
  header[8] = (uint8_t)kind->bits;
  header[9] = (uint8_t)kind->type;
  header[12] = kind->is_interlaced != 0;
  add_chunk(&file, "IHDR", header, 13);
  if (kind->type == 3) {
    uint8_t colours[768];
    for (uint32_t i = 0; i < 1U << kind->bits; i++)
      for (uint32_t c = 0; c < 3; c++)
        colours[3 * i + c] = png_colour(i, c);
    add_chunk(&file, "PLTE", colours, 3 * ((1U << kind->bits) - kind->colours_missing));
  }
  if (kind->has_transparent)
    add_transparent(kind, &file);
  add_picture(kind, &file);
  add_chunk(&file, "IEND", NULL, 0);
  return file;
}
