/* The pixels of JPEG files: those of libjpeg's plain decode of the whole picture, byte for byte,
 * for every kind of file, size and scale, and for any part of it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "decode/turn.h"
#include "make_jpeg.h"
#include "penstock_images.h"
#include "support.h"

enum { MEMORY = 64 << 20, MARK = 0xA5 };

static penstock_images_request request_of(uint32_t channels, uint32_t eighths) {
  return (penstock_images_request){
      .channels = channels, .bits = 8, .eighths = eighths, .max_pixels = 1 << 24};
}

/* Decodes into memory that is just large enough, with stride bytes between rows that stay as they
 * are. */
static uint8_t *decode(penstock_images_decoder *decoder, bytes file,
                       const penstock_images_request *request, uint32_t gap,
                       penstock_images_size expected) {
  const uint64_t row = (uint64_t)expected.width * request->channels;
  const uint64_t stride = row + gap;
  const uint64_t count = stride * (expected.height - 1) + row;
  uint8_t *pixels = malloc(count);
  CHECK(pixels != NULL);
  memset(pixels, MARK, count);
  penstock_images_size size;
  const int32_t status = penstock_images_decode(decoder, file.bytes, file.count, request, pixels,
                                                count, stride, &size);
  if (status != 0)
    fprintf(stderr, "%s\n", penstock_images_message(decoder));
  CHECK_EQUAL(status, 0);
  CHECK_EQUAL(size.width, expected.width);
  CHECK_EQUAL(size.height, expected.height);
  for (uint32_t y = 0; y + 1 < expected.height; y++)
    for (uint32_t i = 0; i < gap; i++)
      CHECK_EQUAL(pixels[y * stride + row + i], MARK);
  return pixels;
}

static void check_rows(const uint8_t *pixels, uint64_t stride, const uint8_t *whole,
                       uint32_t whole_width, uint32_t channels, area part) {
  for (uint32_t y = 0; y < part.height; y++) {
    const uint8_t *expected = whole + ((uint64_t)(part.y + y) * whole_width + part.x) * channels;
    if (memcmp(pixels + y * stride, expected, (uint64_t)part.width * channels) != 0) {
      fprintf(stderr, "part %u x %u from (%u, %u) of rows of %u, %u channels\n", part.width,
              part.height, part.x, part.y, whole_width, channels);
      check_failed(__FILE__, __LINE__, "row of a part", y, part.y + y);
    }
  }
}

static void check_parts(penstock_images_decoder *decoder, bytes file, uint32_t channels,
                        uint32_t eighths, const uint8_t *whole, uint32_t width, uint32_t height,
                        uint64_t seed) {
  for (uint32_t i = 0; i < 6; i++) {
    penstock_images_request request = request_of(channels, eighths);
    area part;
    part.width = 1 + (uint32_t)(next_random(&seed) % width);
    part.height = 1 + (uint32_t)(next_random(&seed) % height);
    if (i % 2) { /* small ones, which leave room for margins */
      part.width = 1 + part.width / 4;
      part.height = 1 + part.height / 4;
    }
    part.x = (uint32_t)(next_random(&seed) % (width - part.width + 1));
    part.y = (uint32_t)(next_random(&seed) % (height - part.height + 1));
    request.crop_x = part.x;
    request.crop_y = part.y;
    request.crop_width = part.width;
    request.crop_height = part.height;
    request.flags = i % 3 == 0 ? PENSTOCK_IMAGES_CHECK_ALL : 0;
    const penstock_images_size size = {part.width, part.height};
    uint8_t *pixels = decode(decoder, file, &request, i % 2, size);
    check_rows(pixels, (uint64_t)part.width * channels + i % 2, whole, width, channels, part);
    free(pixels);
  }
}

static void check_kind(penstock_images_decoder *decoder, const jpeg_kind *kind, uint32_t eighths) {
  const bytes file = make_jpeg(kind);
  printf("%u x %u, sampling %u x %u, progressive %d, arithmetic %d, restart %u, %u/8\n",
         kind->width, kind->height, kind->across, kind->down, kind->is_progressive,
         kind->is_arithmetic, kind->restart_rows, eighths);
  for (uint32_t channels = 1; channels <= 3; channels += 2) {
    if (channels == 1 && kind->colours == OF_RGB)
      continue; /* gray of RGB is not libjpeg's */
    uint32_t width;
    uint32_t height;
    uint8_t *whole = decode_plainly(file, channels, eighths, &width, &height);
    const penstock_images_request request = request_of(channels, eighths);
    uint8_t *pixels = decode(decoder, file, &request, 5, (penstock_images_size){width, height});
    check_rows(pixels, (uint64_t)width * channels + 5, whole, width, channels,
               (area){0, 0, width, height});
    free(pixels);
    check_parts(decoder, file, channels, eighths, whole, width, height,
                kind->width * 131 + kind->height * 7 + eighths);
    free(whole);
  }
  free(file.bytes);
}

static void every_kind_and_every_part_is_libjpeg_s(void) {
  static const uint32_t samplings[][2] = {{1, 1}, {2, 1}, {1, 2}, {2, 2}, {4, 1}, {4, 2}};
  static const uint32_t sizes[][2] = {{1, 1}, {7, 250}, {300, 9}, {259, 227}, {520, 200}};
  penstock_images_decoder *decoder;
  CHECK_EQUAL(penstock_images_decoder_open(MEMORY, &decoder), 0);
  for (uint32_t s = 0; s < 6; s++)
    for (uint32_t z = 0; z < 5; z++)
      for (int coding = 0; coding < 4; coding++) {
        jpeg_kind kind = {.width = sizes[z][0],
                          .height = sizes[z][1],
                          .colours = OF_YCBCR,
                          .across = samplings[s][0],
                          .down = samplings[s][1],
                          .is_progressive = coding % 2,
                          .is_arithmetic = coding == 2,
                          .restart_rows = coding == 3 || (s + z) % 2 ? 1 : 0,
                          .quality = 85};
        check_kind(decoder, &kind, 8);
        if (z > 2)
          check_kind(decoder, &kind, 1U << (s + (uint32_t)coding) % 3);
      }
  jpeg_kind kind = {
      .width = 333, .height = 222, .colours = OF_GRAY, .across = 1, .down = 1, .quality = 50};
  check_kind(decoder, &kind, 8);
  check_kind(decoder, &kind, 4);
  kind.colours = OF_RGB;
  check_kind(decoder, &kind, 8);
  penstock_images_decoder_close(decoder);
}

/* PIL: inverts all four, then red = 255 - black - cyan * (255 - black) / 255. */
static void cmyk_becomes_rgb_as_in_pil(void) {
  penstock_images_decoder *decoder;
  CHECK_EQUAL(penstock_images_decoder_open(MEMORY, &decoder), 0);
  for (jpeg_colours colours = OF_CMYK; colours <= OF_YCCK; colours++) {
    const jpeg_kind kind = {
        .width = 90, .height = 70, .colours = colours, .across = 1, .down = 1, .quality = 90};
    const bytes file = make_jpeg(&kind);
    uint32_t width;
    uint32_t height;
    uint8_t *inks = decode_plainly(file, 4, 8, &width, &height);
    const penstock_images_request request = request_of(3, 8);
    uint8_t *pixels = decode(decoder, file, &request, 0, (penstock_images_size){width, height});
    for (uint32_t i = 0; i < width * height; i++)
      for (uint32_t c = 0; c < 3; c++) {
        const double light = inks[4 * i + 3];
        const double value = light - (int)((255 - inks[4 * i + c]) * light / 255 + 0.5);
        CHECK_EQUAL(pixels[3 * i + c], (int)value);
      }
    free(pixels);
    free(inks);
    free(file.bytes);
  }
  penstock_images_decoder_close(decoder);
}

static void four_channels_have_an_opaque_alpha(void) {
  penstock_images_decoder *decoder;
  CHECK_EQUAL(penstock_images_decoder_open(MEMORY, &decoder), 0);
  for (jpeg_colours colours = OF_GRAY; colours <= OF_YCCK; colours++) {
    const jpeg_kind kind = {
        .width = 20, .height = 10, .colours = colours, .across = 1, .down = 1, .quality = 90};
    const bytes file = make_jpeg(&kind);
    const penstock_images_request rgb = request_of(3, 8);
    const penstock_images_request rgba = request_of(4, 8);
    const penstock_images_size size = {20, 10};
    uint8_t *three = decode(decoder, file, &rgb, 0, size);
    uint8_t *four = decode(decoder, file, &rgba, 0, size);
    for (uint32_t i = 0; i < 200; i++) {
      CHECK(memcmp(three + 3 * i, four + 4 * i, 3) == 0);
      CHECK_EQUAL(four[4 * i + 3], 255);
    }
    free(three);
    free(four);
    free(file.bytes);
  }
  penstock_images_decoder_close(decoder);
}

/* Where each pixel of the upright picture lies in the stored one, written out for each orientation.
 */
static void place_of(uint32_t orientation, uint32_t w, uint32_t h, uint32_t x, uint32_t y,
                     uint32_t *sx, uint32_t *sy) {
  const uint32_t places[8][2] = {{x, y}, {w - 1 - x, y}, {w - 1 - x, h - 1 - y}, {x, h - 1 - y},
                                 {y, x}, {y, h - 1 - x}, {w - 1 - y, h - 1 - x}, {w - 1 - y, x}};
  *sx = places[orientation - 1][0];
  *sy = places[orientation - 1][1];
}

static void check_orientation(penstock_images_decoder *decoder, uint32_t orientation) {
  const uint32_t w = 150;
  const uint32_t h = 97;
  const jpeg_kind kind = {.width = w,
                          .height = h,
                          .colours = OF_YCBCR,
                          .across = 2,
                          .down = 2,
                          .quality = 80,
                          .orientation = orientation};
  const bytes file = make_jpeg(&kind);
  penstock_images_info info;
  CHECK_EQUAL(penstock_images_read_info(decoder, file.bytes, file.count, &info), 0);
  CHECK_EQUAL(info.orientation, orientation);
  penstock_images_request request = request_of(3, 8);
  uint8_t *stored = decode(decoder, file, &request, 0, (penstock_images_size){w, h});
  request.flags = PENSTOCK_IMAGES_ORIENT;
  for (int is_part = 0; is_part < 2; is_part++) {
    penstock_images_size size =
        orientation < 5 ? (penstock_images_size){w, h} : (penstock_images_size){h, w};
    if (is_part) {
      size = (penstock_images_size){41, 23};
      request.crop_x = 37;
      request.crop_y = 61;
      request.crop_width = size.width;
      request.crop_height = size.height;
    }
    uint8_t *upright = decode(decoder, file, &request, 3, size);
    for (uint32_t y = 0; y < size.height; y++)
      for (uint32_t x = 0; x < size.width; x++) {
        uint32_t sx;
        uint32_t sy;
        place_of(orientation, w, h, x + request.crop_x, y + request.crop_y, &sx, &sy);
        CHECK(memcmp(upright + y * (3 * size.width + 3) + 3 * x, stored + 3 * (sy * w + sx), 3) ==
              0);
      }
    free(upright);
  }
  free(stored);
  free(file.bytes);
}

static void orientation_is_applied_on_demand_to_parts_too(void) {
  penstock_images_decoder *decoder;
  CHECK_EQUAL(penstock_images_decoder_open(MEMORY, &decoder), 0);
  for (uint32_t orientation = 1; orientation <= 8; orientation++)
    check_orientation(decoder, orientation);
  penstock_images_decoder_close(decoder);
}

static void the_header_says_what_a_file_is(void) {
  penstock_images_decoder *decoder;
  CHECK_EQUAL(penstock_images_decoder_open(MEMORY, &decoder), 0);
  static const uint32_t colours[] = {PENSTOCK_IMAGES_GRAY, PENSTOCK_IMAGES_YCBCR,
                                     PENSTOCK_IMAGES_RGB, PENSTOCK_IMAGES_CMYK,
                                     PENSTOCK_IMAGES_YCCK};
  static const uint32_t channels[] = {1, 3, 3, 4, 4};
  for (jpeg_colours of = OF_GRAY; of <= OF_YCCK; of++) {
    const jpeg_kind kind = {.width = 31,
                            .height = 17,
                            .colours = of,
                            .across = 1,
                            .down = 1,
                            .quality = 75,
                            .is_progressive = of % 2};
    const bytes file = make_jpeg(&kind);
    penstock_images_info info;
    CHECK_EQUAL(penstock_images_read_info(decoder, file.bytes, file.count, &info), 0);
    CHECK_EQUAL(info.width, 31);
    CHECK_EQUAL(info.height, 17);
    CHECK_EQUAL(info.format, PENSTOCK_IMAGES_FORMAT_JPEG);
    CHECK_EQUAL(info.colours, colours[of]);
    CHECK_EQUAL(info.channels, channels[of]);
    CHECK_EQUAL(info.bits, 8);
    CHECK_EQUAL(info.orientation, 1);
    CHECK_EQUAL(info.traits, of % 2 ? PENSTOCK_IMAGES_PROGRESSIVE : 0);
    free(file.bytes);
  }
  penstock_images_decoder_close(decoder);
}

int main(void) {
  RUN(every_kind_and_every_part_is_libjpeg_s);
  RUN(cmyk_becomes_rgb_as_in_pil);
  RUN(four_channels_have_an_opaque_alpha);
  RUN(orientation_is_applied_on_demand_to_parts_too);
  RUN(the_header_says_what_a_file_is);
  return 0;
}
