/* Decoding and transforming in one call is decoding and then transforming. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "make_jpeg.h"
#include "penstock_images.h"
#include "support.h"

enum { WIDTH = 101, HEIGHT = 67, SIZE = 32, MEMORY = 64 << 20, SCRATCH = 1 << 20 };

static const jpeg_kind kind = {
    .width = WIDTH, .height = HEIGHT, .colours = OF_YCBCR, .across = 2, .down = 2, .quality = 85};

/* The part from (x, y) on, resized to SIZE x SIZE floats, mirrored. */
static penstock_images_request request_of(uint32_t x, uint32_t y, uint32_t width, uint32_t height) {
  const penstock_images_request request = {.channels = 3,
                                           .bits = 8,
                                           .eighths = 8,
                                           .crop_x = x,
                                           .crop_y = y,
                                           .crop_width = width,
                                           .crop_height = height,
                                           .max_pixels = 1 << 20};
  return request;
}

static penstock_images_transform transform_of(const penstock_images_request *request) {
  const penstock_images_transform transform = {.right = (float)request->crop_width,
                                               .bottom = (float)request->crop_height,
                                               .full_width = SIZE,
                                               .full_height = SIZE,
                                               .width = SIZE,
                                               .height = SIZE,
                                               .filter = PENSTOCK_IMAGES_BILINEAR,
                                               .mirrored = 1,
                                               .form = PENSTOCK_IMAGES_FLOATS,
                                               .factors = {0.01F, 0.02F, 0.03F},
                                               .offsets = {-1, -2, -3}};
  return transform;
}

typedef struct {
  penstock_images_decoder *decoder;
  bytes file;
  uint8_t *scratch;
  float to[3 * SIZE * SIZE];
} bench;

static void set_up(bench *bench) {
  CHECK_EQUAL(penstock_images_decoder_open(MEMORY, &bench->decoder), 0);
  bench->file = make_jpeg(&kind);
  bench->scratch = aligned_alloc(64, SCRATCH);
  CHECK(bench->scratch != NULL);
}

static void tear_down(bench *bench) {
  penstock_images_decoder_close(bench->decoder);
  free(bench->file.bytes);
  free(bench->scratch);
}

static int32_t run(bench *bench, const penstock_images_request *request,
                   const penstock_images_transform *transform) {
  const int64_t needed = penstock_images_decode_apply_bytes(request, transform);
  CHECK(needed < SCRATCH);
  return penstock_images_decode_apply(bench->decoder, bench->file.bytes, bench->file.count, request,
                                      transform, bench->to, sizeof bench->to, bench->scratch,
                                      needed < 0 ? SCRATCH : (uint64_t)needed);
}

static void the_result_is_that_of_two_calls(void) {
  static const uint32_t parts[][4] = {
      {0, 0, WIDTH, HEIGHT}, {13, 9, 60, 50}, {100, 66, 1, 1}, {37, 0, 33, HEIGHT}};
  bench bench;
  set_up(&bench);
  for (uint32_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    const penstock_images_request request =
        request_of(parts[i][0], parts[i][1], parts[i][2], parts[i][3]);
    const penstock_images_transform transform = transform_of(&request);
    CHECK_EQUAL(run(&bench, &request, &transform), 0);
    uint8_t pixels[WIDTH * HEIGHT * 3];
    float expected[3 * SIZE * SIZE];
    penstock_images_size size;
    CHECK_EQUAL(penstock_images_decode(bench.decoder, bench.file.bytes, bench.file.count, &request,
                                       pixels, sizeof pixels, 0, &size),
                0);
    CHECK_EQUAL(penstock_images_apply(&transform, pixels, 3 * size.width, size.width, size.height,
                                      3, expected, sizeof expected, bench.scratch, SCRATCH),
                0);
    CHECK_EQUAL(memcmp(bench.to, expected, sizeof expected), 0);
  }
  tear_down(&bench);
}

static void failures_of_both_are_returned(void) {
  bench bench;
  set_up(&bench);
  penstock_images_request request = request_of(90, 0, 20, 20);
  penstock_images_transform transform = transform_of(&request);
  CHECK_EQUAL(run(&bench, &request, &transform), PENSTOCK_IMAGES_AREA);
  request = request_of(0, 0, WIDTH, HEIGHT);
  transform = transform_of(&request);
  const unsigned long count = bench.file.count;
  bench.file.count = count / 2;
  CHECK_EQUAL(run(&bench, &request, &transform), PENSTOCK_IMAGES_DAMAGED);
  CHECK(strlen(penstock_images_message(bench.decoder)) > 0);
  bench.file.count = count;
  transform.width = SIZE * 2;
  CHECK_EQUAL(run(&bench, &request, &transform), -EINVAL);
  transform.full_width = SIZE * 2;
  CHECK_EQUAL(run(&bench, &request, &transform), -ENOSPC);
  tear_down(&bench);
}

static void requests_without_a_crop_or_of_16_bits_are_refused(void) {
  bench bench;
  set_up(&bench);
  penstock_images_request request = request_of(0, 0, WIDTH, HEIGHT);
  const penstock_images_transform transform = transform_of(&request);
  CHECK_EQUAL(penstock_images_decode_apply(bench.decoder, bench.file.bytes, bench.file.count,
                                           &request, &transform, bench.to, sizeof bench.to,
                                           bench.scratch, 1000),
              -ENOSPC);
  request.bits = 16;
  CHECK_EQUAL(run(&bench, &request, &transform), -EINVAL);
  request = request_of(0, 0, 0, 0);
  CHECK_EQUAL(run(&bench, &request, &transform), -EINVAL);
  tear_down(&bench);
}

int main(void) {
  RUN(the_result_is_that_of_two_calls);
  RUN(failures_of_both_are_returned);
  RUN(requests_without_a_crop_or_of_16_bits_are_refused);
  return 0;
}
