/* See make_jpeg.h. */
#include "make_jpeg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* After stdio.h, which it does not include. */
#include <jpeglib.h>

#include "support.h"

static const uint8_t exif[] =
    "Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0";

static void write_exif(struct jpeg_compress_struct *library, uint32_t orientation) {
  uint8_t segment[sizeof exif];
  memcpy(segment, exif, sizeof exif);
  segment[25] = (uint8_t)orientation;
  jpeg_write_marker(library, JPEG_APP0 + 1, segment, sizeof exif - 1);
}

static void fill_row(uint8_t *row, const jpeg_kind *kind, uint32_t channels, uint32_t y) {
  uint64_t random = 88172645463325252U + y;
  for (uint32_t x = 0; x < kind->width; x++)
    for (uint32_t c = 0; c < channels; c++) {
      uint32_t value = (x * (c + 1) + y * (3 - c % 3)) & 0xff;
      if ((x / 11 + y / 7) % 3 == 0)
        value = c * 90;
      row[x * channels + c] = (uint8_t)(value + (next_random(&random) & 31));
    }
}

static void choose_colours(struct jpeg_compress_struct *library, const jpeg_kind *kind) {
  static const J_COLOR_SPACE given[] = {JCS_GRAYSCALE, JCS_RGB, JCS_RGB, JCS_CMYK, JCS_CMYK};
  static const J_COLOR_SPACE stored[] = {JCS_GRAYSCALE, JCS_YCbCr, JCS_RGB, JCS_CMYK, JCS_YCCK};
  static const int channels[] = {1, 3, 3, 4, 4};
  library->in_color_space = given[kind->colours];
  library->input_components = channels[kind->colours];
  jpeg_set_defaults(library);
  jpeg_set_colorspace(library, stored[kind->colours]);
  for (int c = 0; c < library->num_components; c++) {
    const int is_first = c == 0 || (c == 3 && kind->colours == OF_YCCK);
    library->comp_info[c].h_samp_factor = is_first ? (int)kind->across : 1;
    library->comp_info[c].v_samp_factor = is_first ? (int)kind->down : 1;
  }
}

bytes make_jpeg(const jpeg_kind *kind) {
  struct jpeg_compress_struct library;
  struct jpeg_error_mgr errors;
  memset(&library, 0, sizeof library);
  library.err = jpeg_std_error(&errors);
  jpeg_create_compress(&library);
  bytes file = {NULL, 0};
  jpeg_mem_dest(&library, &file.bytes, &file.count);
  library.image_width = kind->width;
  library.image_height = kind->height;
  choose_colours(&library, kind);
  jpeg_set_quality(&library, (int)kind->quality, TRUE);
  library.restart_in_rows = (int)kind->restart_rows;
  library.arith_code = kind->is_arithmetic;
  if (kind->is_progressive)
    jpeg_simple_progression(&library);
  jpeg_start_compress(&library, TRUE);
  if (kind->orientation)
    write_exif(&library, kind->orientation);
  const uint32_t channels = (uint32_t)library.input_components;
  uint8_t *row = malloc((size_t)kind->width * channels);
  CHECK(row != NULL);
  for (uint32_t y = 0; y < kind->height; y++) {
    fill_row(row, kind, channels, y);
    jpeg_write_scanlines(&library, &row, 1);
  }
  free(row);
  jpeg_finish_compress(&library);
  jpeg_destroy_compress(&library);
  return file;
}

uint8_t *decode_plainly(bytes file, uint32_t channels, uint32_t eighths, uint32_t *width,
                        uint32_t *height) {
  static const J_COLOR_SPACE spaces[] = {[1] = JCS_GRAYSCALE, [3] = JCS_RGB, [4] = JCS_CMYK};
  struct jpeg_decompress_struct library;
  struct jpeg_error_mgr errors;
  memset(&library, 0, sizeof library);
  library.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&library);
  jpeg_mem_src(&library, file.bytes, file.count);
  jpeg_read_header(&library, TRUE);
  library.out_color_space = spaces[channels];
  library.scale_num = eighths;
  library.scale_denom = 8;
  jpeg_start_decompress(&library);
  *width = library.output_width;
  *height = library.output_height;
  uint8_t *pixels = malloc((size_t)*width * *height * channels);
  CHECK(pixels != NULL);
  while (library.output_scanline < library.output_height) {
    uint8_t *row = pixels + (size_t)library.output_scanline * *width * channels;
    jpeg_read_scanlines(&library, &row, 1);
  }
  jpeg_finish_decompress(&library);
  CHECK_EQUAL(errors.num_warnings, 0);
  jpeg_destroy_decompress(&library);
  return pixels;
}
