/* Files that are cut short, damaged, too large, or no pictures: an error with a reason, never half
 * a picture, never more memory than allowed. Each file lies in memory of its own size, so that the
 * sanitizer sees who reads behind its end. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "make_jpeg.h"
#include "make_png.h"
#include "penstock_images.h"
#include "support.h"

enum { MEMORY = 16 << 20, WIDTH = 120, HEIGHT = 90 };

static penstock_images_request whole(void) {
  return (penstock_images_request){.channels = 3, .bits = 8, .eighths = 8, .max_pixels = 1 << 20};
}

static penstock_images_request corner(void) {
  penstock_images_request request = whole();
  request.crop_width = 16;
  request.crop_height = 4;
  return request;
}

/* Decodes a copy that is as long as it says. */
static int32_t decode(penstock_images_decoder *decoder, const uint8_t *file, uint64_t count,
                      const penstock_images_request *request) {
  static uint8_t pixels[WIDTH * HEIGHT * 3];
  uint8_t *copy = malloc(count + (count == 0));
  CHECK(copy != NULL);
  memcpy(copy, file, count);
  penstock_images_size size;
  const int32_t status =
      penstock_images_decode(decoder, copy, count, request, pixels, sizeof pixels, 0, &size);
  CHECK((status == 0) == (penstock_images_message(decoder)[0] == 0));
  free(copy);
  return status;
}

/* Two JPEG and two PNG files: what comes in one go, and what comes in several. */
static png_file file_of(int number) {
  if (number >= 2) {
    const png_kind kind = {
        .width = WIDTH, .height = HEIGHT, .type = 2, .bits = 8, .is_interlaced = number == 3};
    return make_png(&kind);
  }
  const jpeg_kind kind = {.width = WIDTH,
                          .height = HEIGHT,
                          .colours = OF_YCBCR,
                          .across = 2,
                          .down = 2,
                          .is_progressive = number,
                          .restart_rows = 1,
                          .quality = 85};
  const bytes file = make_jpeg(&kind);
  return (png_file){file.bytes, file.count};
}

static void a_file_cut_short_anywhere_is_an_error(void) {
  penstock_images_decoder *decoder;
  CHECK_EQUAL(penstock_images_decoder_open(MEMORY, &decoder), 0);
  for (int number = 0; number < 4; number++) {
    const png_file file = file_of(number);
    const penstock_images_request requests[] = {whole(), corner()};
    for (int r = 0; r < 2; r++) {
      CHECK_EQUAL(decode(decoder, file.bytes, file.count, &requests[r]), 0);
      for (uint64_t i = 0; i < 100; i++)
        CHECK_EQUAL(decode(decoder, file.bytes, file.count * i / 100, &requests[r]),
                    PENSTOCK_IMAGES_DAMAGED);
      for (uint64_t i = 1; i < 40; i++)
        CHECK_EQUAL(decode(decoder, file.bytes, file.count - i, &requests[r]),
                    PENSTOCK_IMAGES_DAMAGED);
    }
    free(file.bytes);
  }
  penstock_images_decoder_close(decoder);
}

/* JPEG has no checksums: some flips go unnoticed, as they must. PNG has, of all bytes that count.
 */
static void flipped_bits_are_an_error_or_a_whole_picture(void) {
  penstock_images_decoder *decoder;
  CHECK_EQUAL(penstock_images_decoder_open(MEMORY, &decoder), 0);
  uint64_t random = 7;
  for (int number = 0; number < 4; number++) {
    const png_file file = file_of(number);
    const penstock_images_request requests[] = {whole(), corner()};
    uint32_t found = 0;
    for (uint32_t i = 0; i < 400; i++) {
      const uint64_t at = next_random(&random) % file.count;
      const uint8_t bit = (uint8_t)(1U << next_random(&random) % 8);
      file.bytes[at] ^= bit;
      found += decode(decoder, file.bytes, file.count, &requests[0]) != 0;
      decode(decoder, file.bytes, file.count, &requests[1]);
      file.bytes[at] ^= bit;
    }
    CHECK(found > (number < 2 ? 100 : 399));
    CHECK_EQUAL(decode(decoder, file.bytes, file.count, &requests[0]), 0);
    free(file.bytes);
  }
  penstock_images_decoder_close(decoder);
}

static void what_is_no_picture_is_refused_by_its_name(void) {
  penstock_images_decoder *decoder;
  CHECK_EQUAL(penstock_images_decoder_open(MEMORY, &decoder), 0);
  const penstock_images_request request = whole();
  CHECK_EQUAL(decode(decoder, (const uint8_t *)"", 0, &request), PENSTOCK_IMAGES_DAMAGED);
  CHECK(strstr(penstock_images_message(decoder), "no bytes") != NULL);
  CHECK_EQUAL(decode(decoder, (const uint8_t *)"hello", 5, &request), PENSTOCK_IMAGES_DAMAGED);
  CHECK(strstr(penstock_images_message(decoder), "5 other bytes") != NULL);
  CHECK_EQUAL(decode(decoder, (const uint8_t *)"GIF89a", 6, &request), PENSTOCK_IMAGES_UNSUPPORTED);
  CHECK(strstr(penstock_images_message(decoder), "a GIF") != NULL);
  CHECK(strcmp(penstock_images_status_name(PENSTOCK_IMAGES_DAMAGED), "DAMAGED") == 0);
  CHECK(strcmp(penstock_images_status_name(-EINVAL), "EINVAL") == 0);
  CHECK(strcmp(penstock_images_status_name(-12345), "UNKNOWN") == 0);
  penstock_images_decoder_close(decoder);
}

/* Makes the header of a JPEG file say other sizes. */
static void set_jpeg_size(png_file file, uint32_t side) {
  for (uint64_t i = 0; i + 9 < file.count; i++)
    if (file.bytes[i] == 0xff && (file.bytes[i + 1] == 0xc0 || file.bytes[i + 1] == 0xc2)) {
      file.bytes[i + 5] = file.bytes[i + 7] = (uint8_t)(side >> 8);
      file.bytes[i + 6] = file.bytes[i + 8] = (uint8_t)side;
      return;
    }
  CHECK(0);
}

static void a_bomb_needs_no_more_memory_than_is_allowed(void) {
  penstock_images_decoder *decoder;
  CHECK_EQUAL(penstock_images_decoder_open(MEMORY, &decoder), 0);
  const png_file file = file_of(1); /* all coefficients of a progressive file are kept */
  set_jpeg_size(file, 65500);
  penstock_images_request request = corner();
  CHECK_EQUAL(decode(decoder, file.bytes, file.count, &request), PENSTOCK_IMAGES_LIMIT);
  CHECK(strstr(penstock_images_message(decoder), "65500 x 65500") != NULL);
  CHECK(penstock_images_decoder_peak(decoder) < 1 << 20);
  request.max_pixels = UINT64_MAX;
  CHECK_EQUAL(decode(decoder, file.bytes, file.count, &request), PENSTOCK_IMAGES_LIMIT);
  CHECK(penstock_images_decoder_peak(decoder) <= MEMORY);
  penstock_images_info info;
  CHECK_EQUAL(penstock_images_read_info(decoder, file.bytes, file.count, &info), 0);
  CHECK_EQUAL(info.width, 65500);
  free(file.bytes);
  const png_kind kind = {.width = 3000, .height = 2000, .type = 6, .bits = 8, .is_interlaced = 1};
  const png_file large = make_png(&kind);
  CHECK_EQUAL(decode(decoder, large.bytes, large.count, &request), PENSTOCK_IMAGES_LIMIT);
  CHECK(penstock_images_decoder_peak(decoder) <= MEMORY);
  free(large.bytes);
  penstock_images_decoder_close(decoder);
}

static void wrong_arguments_are_refused(void) {
  penstock_images_decoder *decoder;
  CHECK_EQUAL(penstock_images_decoder_open((1 << 20) - 1, &decoder), -EINVAL);
  CHECK_EQUAL(penstock_images_decoder_open(1 << 20, NULL), -EINVAL);
  CHECK_EQUAL(penstock_images_decoder_open(MEMORY, &decoder), 0);
  const png_file file = file_of(0);
  penstock_images_request wrong[7];
  for (int i = 0; i < 7; i++)
    wrong[i] = whole();
  wrong[0].channels = 2;
  wrong[1].channels = 5;
  wrong[2].bits = 12;
  wrong[3].eighths = 0;
  wrong[4].eighths = 3;
  wrong[5].flags = 8;
  wrong[6].reserved = 1;
  uint8_t pixels[3];
  penstock_images_size size;
  for (int i = 0; i < 7; i++)
    CHECK_EQUAL(
        penstock_images_decode(decoder, file.bytes, file.count, &wrong[i], pixels, 3, 0, &size),
        -EINVAL);
  penstock_images_request beyond = corner();
  beyond.crop_x = WIDTH - 15;
  CHECK_EQUAL(decode(decoder, file.bytes, file.count, &beyond), PENSTOCK_IMAGES_AREA);
  beyond = corner();
  beyond.crop_height = 0;
  CHECK_EQUAL(decode(decoder, file.bytes, file.count, &beyond), PENSTOCK_IMAGES_AREA);
  const penstock_images_request request = whole();
  CHECK_EQUAL(
      penstock_images_decode(decoder, file.bytes, file.count, &request, pixels, 3, 0, &size),
      PENSTOCK_IMAGES_ROOM);
  CHECK_EQUAL(size.width, WIDTH);
  CHECK_EQUAL(size.height, HEIGHT);
  free(file.bytes);
  penstock_images_decoder_close(decoder);
}

/* A palette of fewer colours than pixels name: libpng takes the missing ones for black. */
static void a_colour_that_the_palette_lacks_is_an_error(void) {
  penstock_images_decoder *decoder;
  CHECK_EQUAL(penstock_images_decoder_open(MEMORY, &decoder), 0);
  for (uint32_t bits = 1; bits <= 8; bits *= 2)
    for (int is_interlaced = 0; is_interlaced < 2; is_interlaced++) {
      const png_kind kind = {.width = 30,
                             .height = 20,
                             .type = 3,
                             .bits = bits,
                             .is_interlaced = is_interlaced,
                             .colours_missing = 1U << (bits - 1)};
      const png_file file = make_png(&kind);
      const penstock_images_request request = whole();
      CHECK_EQUAL(decode(decoder, file.bytes, file.count, &request), PENSTOCK_IMAGES_DAMAGED);
      CHECK(strstr(penstock_images_message(decoder), "a pixel has colour ") != NULL);
      free(file.bytes);
    }
  penstock_images_decoder_close(decoder);
}

int main(void) {
  RUN(a_file_cut_short_anywhere_is_an_error);
  RUN(flipped_bits_are_an_error_or_a_whole_picture);
  RUN(what_is_no_picture_is_refused_by_its_name);
  RUN(a_bomb_needs_no_more_memory_than_is_allowed);
  RUN(a_colour_that_the_palette_lacks_is_an_error);
  RUN(wrong_arguments_are_refused);
  return 0;
}
