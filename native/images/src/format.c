/* What a file is, by its first bytes: names never count. */
#include <string.h>

#include "penstock_images.h"

typedef struct {
  int32_t format;
  uint32_t offset;
  uint32_t bytes;
  const char *mark;
} format_row;

/* Of a HEIF file the brand is looked at, because a film begins in the same way. */
static const format_row rows[] = {
    {PENSTOCK_IMAGES_FORMAT_JPEG, 0, 3, "\xff\xd8\xff"},
    {PENSTOCK_IMAGES_FORMAT_PNG, 0, 8, "\x89PNG\r\n\x1a\n"},
    {PENSTOCK_IMAGES_FORMAT_GIF, 0, 6, "GIF87a"},
    {PENSTOCK_IMAGES_FORMAT_GIF, 0, 6, "GIF89a"},
    {PENSTOCK_IMAGES_FORMAT_BMP, 0, 2, "BM"},
    {PENSTOCK_IMAGES_FORMAT_TIFF, 0, 4, "II*\0"},
    {PENSTOCK_IMAGES_FORMAT_TIFF, 0, 4, "MM\0*"},
    {PENSTOCK_IMAGES_FORMAT_WEBP, 8, 4, "WEBP"},
    {PENSTOCK_IMAGES_FORMAT_JPEG2000, 0, 12, "\0\0\0\fjP  \r\n\x87\n"},
    {PENSTOCK_IMAGES_FORMAT_JPEG2000, 0, 4, "\xff\x4f\xff\x51"},
    {PENSTOCK_IMAGES_FORMAT_HEIF, 4, 8, "ftypheic"},
    {PENSTOCK_IMAGES_FORMAT_HEIF, 4, 8, "ftypmif1"},
    {PENSTOCK_IMAGES_FORMAT_HEIF, 4, 8, "ftypavif"},
};

int32_t penstock_images_format(const uint8_t *file, uint64_t file_bytes) {
  for (uint32_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    const format_row *row = &rows[i];
    if (file_bytes >= row->offset + row->bytes &&
        memcmp(file + row->offset, row->mark, row->bytes) == 0)
      return row->format;
  }
  return PENSTOCK_IMAGES_FORMAT_UNKNOWN;
}
