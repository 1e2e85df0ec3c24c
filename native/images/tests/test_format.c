/* What a file is, by its first bytes, and that no byte behind the last one is looked at. */
#include <stdlib.h>
#include <string.h>

#include "penstock_images.h"
#include "support.h"

static const struct {
  int32_t format;
  uint32_t bytes;
  const char *file;
} files[] = {
    {PENSTOCK_IMAGES_FORMAT_JPEG, 4, "\xff\xd8\xff\xe0"},
    {PENSTOCK_IMAGES_FORMAT_PNG, 9, "\x89PNG\r\n\x1a\n\0"},
    {PENSTOCK_IMAGES_FORMAT_GIF, 6, "GIF89a"},
    {PENSTOCK_IMAGES_FORMAT_GIF, 6, "GIF87a"},
    {PENSTOCK_IMAGES_FORMAT_BMP, 6, "BM\x36\0\0\0"},
    {PENSTOCK_IMAGES_FORMAT_TIFF, 4, "II*\0"},
    {PENSTOCK_IMAGES_FORMAT_TIFF, 4, "MM\0*"},
    {PENSTOCK_IMAGES_FORMAT_WEBP, 16, "RIFF\x10\0\0\0WEBPVP8 "},
    {PENSTOCK_IMAGES_FORMAT_JPEG2000, 12, "\0\0\0\x0cjP  \r\n\x87\n"},
    {PENSTOCK_IMAGES_FORMAT_HEIF, 12,
     "\0\0\0\x18"
     "ftypheic"},
    {PENSTOCK_IMAGES_FORMAT_HEIF, 12,
     "\0\0\0\x18"
     "ftypavif"},
    {PENSTOCK_IMAGES_FORMAT_UNKNOWN, 12,
     "\0\0\0\x18"
     "ftypmp42"},
    {PENSTOCK_IMAGES_FORMAT_UNKNOWN, 16, "RIFF\x10\0\0\0WAVEfmt "},
    {PENSTOCK_IMAGES_FORMAT_UNKNOWN, 5, "<?xml"},
    {PENSTOCK_IMAGES_FORMAT_UNKNOWN, 0, ""},
};

static void first_bytes_say_what_a_file_is(void) {
  for (uint32_t i = 0; i < sizeof files / sizeof files[0]; i++)
    if (penstock_images_format((const uint8_t *)files[i].file, files[i].bytes) != files[i].format)
      check_failed(__FILE__, __LINE__, "format of file", i, files[i].format);
}

/* Each length in memory of its own: the sanitizer sees who reads behind its end. */
static void a_file_cut_short_is_unknown_or_what_it_was(void) {
  for (uint32_t i = 0; i < sizeof files / sizeof files[0]; i++)
    for (uint32_t bytes = 0; bytes <= files[i].bytes; bytes++) {
      uint8_t *copy = malloc(bytes + (bytes == 0));
      CHECK(copy != NULL);
      memcpy(copy, files[i].file, bytes);
      const int32_t format = penstock_images_format(copy, bytes);
      CHECK(format == files[i].format || format == PENSTOCK_IMAGES_FORMAT_UNKNOWN);
      free(copy);
    }
}

static void abi_version_is_the_header_s(void) {
  CHECK_EQUAL(penstock_images_abi_version(), PENSTOCK_IMAGES_ABI_VERSION);
}

int main(void) {
  RUN(first_bytes_say_what_a_file_is);
  RUN(a_file_cut_short_is_unknown_or_what_it_was);
  RUN(abi_version_is_the_header_s);
  return 0;
}
