/* See exif.h. Damage in here is no damage of the picture: it is passed over. */
#include "decode/exif.h"

#include <string.h>

enum { TAG_ORIENTATION = 0x0112, TYPE_SHORT = 3, TYPE_LONG = 4, ENTRY_BYTES = 12 };

typedef struct {
  const uint8_t *bytes;
  uint64_t count;
  int is_big_endian;
} tiff;

static uint32_t number(const tiff *tiff, uint64_t offset, uint32_t bytes) {
  uint32_t value = 0;
  for (uint32_t i = 0; i < bytes; i++)
    value = value << 8 | tiff->bytes[offset + (tiff->is_big_endian ? i : bytes - 1 - i)];
  return value;
}

uint32_t exif_orientation(const uint8_t *bytes, uint64_t count) {
  if (count < 8 || (memcmp(bytes, "II*\0", 4) != 0 && memcmp(bytes, "MM\0*", 4) != 0))
    return 1;
  const tiff tiff = {bytes, count, bytes[0] == 'M'};
  const uint64_t directory = number(&tiff, 4, 4);
  if (directory > count - 2)
    return 1;
  const uint32_t entries = number(&tiff, directory, 2);
  for (uint32_t i = 0; i < entries; i++) {
    const uint64_t entry = directory + 2 + (uint64_t)i * ENTRY_BYTES;
    if (entry + ENTRY_BYTES > count)
      return 1;
    if (number(&tiff, entry, 2) != TAG_ORIENTATION)
      continue;
    const uint32_t type = number(&tiff, entry + 2, 2);
    if ((type != TYPE_SHORT && type != TYPE_LONG) || number(&tiff, entry + 4, 4) != 1)
      return 1;
    const uint32_t value = number(&tiff, entry + 8, type == TYPE_SHORT ? 2 : 4);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

uint32_t exif_of_jpeg(const uint8_t *file, uint64_t file_bytes) {
  uint64_t at = 2;
  while (file_bytes - at >= 4 && file[at] == 0xff) {
    const uint8_t marker = file[at + 1];
    if (marker == 0xff) { /* a fill byte */
      at++;
      continue;
    }
    const uint64_t segment = (uint64_t)file[at + 2] << 8 | file[at + 3];
    if (marker == 0xda || marker == 0xd9 || segment < 2 || segment > file_bytes - at - 2)
      return 1;
    if (marker == 0xe1 && segment >= 8 && memcmp(file + at + 4, "Exif\0\0", 6) == 0)
      return exif_orientation(file + at + 10, segment - 8);
    at += 2 + segment;
  }
  return 1;
}
