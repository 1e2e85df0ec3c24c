/* Decoding and transforming in one call is decoding and then transforming. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "make_jpeg.h"
#include "make_png.h"
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

/* What the passes of a resize make of one channel, in long sums of doubles. */
static double triangle(double x) { return x < 0 ? (x > -1 ? 1 + x : 0) : x < 1 ? 1 - x : 0; }

static double sampled(const uint16_t *from, uint64_t step, uint32_t count, double begin,
                      double scale, uint32_t number) {
  const double stretch = scale < 1 ? 1 : scale;
  const double center = begin + (number + 0.5) * scale;
  double sum = 0;
  double all = 0;
  for (uint32_t i = 0; i < count; i++) {
    const double weight = triangle((i + 0.5 - center) / stretch);
    sum += weight * from[i * step];
    all += weight;
  }
  return sum / all;
}

static uint16_t near(double value) { return (uint16_t)(value + 0.5); }

/* Resized columns first, then rows, each rounded. */
static void resize_plainly(const uint16_t *from, uint32_t width, uint32_t height,
                           const penstock_images_transform *transform, uint16_t *to) {
  static uint16_t rows[HEIGHT * SIZE];
  const double across = (double)(transform->right - transform->left) / transform->full_width;
  const double down = (double)(transform->bottom - transform->top) / transform->full_height;
  for (uint32_t c = 0; c < 3; c++) {
    for (uint32_t y = 0; y < height; y++)
      for (uint32_t x = 0; x < SIZE; x++)
        rows[y * SIZE + x] = near(sampled(from + (uint64_t)y * width * 3 + c, 3, width,
                                          transform->left, across, x + transform->x));
    for (uint32_t y = 0; y < SIZE; y++)
      for (uint32_t x = 0; x < SIZE; x++) {
        const uint32_t column = transform->mirrored ? SIZE - 1 - x : x;
        to[(y * SIZE + x) * 3 + c] =
            near(sampled(rows + column, SIZE, height, transform->top, down, y + transform->y));
      }
  }
}

static void use_deep_png(bench *bench) {
  const png_kind deep = {.width = WIDTH, .height = HEIGHT, .type = 2, .bits = 16};
  const png_file png = make_png(&deep);
  free(bench->file.bytes);
  bench->file = (bytes){png.bytes, png.count};
}

static void sixteen_bits_are_resized_to_the_nearest(void) {
  static const uint32_t parts[][6] = {{0, 0, WIDTH, HEIGHT, SIZE, SIZE},
                                      {13, 9, 60, 50, 2 * SIZE, SIZE + 7},
                                      {37, 0, 33, HEIGHT, SIZE, SIZE},
                                      {5, 6, 7, 8, 3 * SIZE, 2 * SIZE}};
  static uint16_t pixels[WIDTH * HEIGHT * 3];
  static uint16_t expected[3 * SIZE * SIZE];
  bench bench;
  set_up(&bench);
  use_deep_png(&bench);
  for (uint32_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    const uint32_t *part = parts[i];
    penstock_images_request request = request_of(part[0], part[1], part[2], part[3]);
    request.bits = 16;
    penstock_images_transform transform = transform_of(&request);
    transform.mirrored = i % 2;
    transform.full_width = part[4];
    transform.full_height = part[5];
    transform.x = (part[4] - SIZE) / 2;
    transform.y = (part[5] - SIZE) / 2;
    transform.form = PENSTOCK_IMAGES_BYTES;
    CHECK_EQUAL(run(&bench, &request, &transform), 0);
    penstock_images_size size;
    CHECK_EQUAL(penstock_images_decode(bench.decoder, bench.file.bytes, bench.file.count, &request,
                                       (uint8_t *)pixels, sizeof pixels, 0, &size),
                0);
    resize_plainly(pixels, size.width, size.height, &transform, expected);
    const uint16_t *found = (const uint16_t *)bench.to;
    for (uint32_t k = 0; k < 3 * SIZE * SIZE; k++)
      CHECK(found[k] <= expected[k] + 1 && expected[k] <= found[k] + 1);
    uint16_t whole[3 * SIZE * SIZE];
    memcpy(whole, found, sizeof whole);
    transform.form = PENSTOCK_IMAGES_FLOATS;
    CHECK_EQUAL(run(&bench, &request, &transform), 0);
    for (uint32_t k = 0; k < 3 * SIZE * SIZE; k++) {
      const uint32_t c = k % 3;
      const float product = (float)whole[k] * transform.factors[c];
      CHECK(bench.to[c * SIZE * SIZE + k / 3] == product + transform.offsets[c]);
    }
  }
  tear_down(&bench);
}

static void sixteen_bits_have_no_changes_of_colour(void) {
  bench bench;
  set_up(&bench);
  penstock_images_request request = request_of(0, 0, WIDTH, HEIGHT);
  penstock_images_transform transform = transform_of(&request);
  request.bits = 16;
  CHECK_EQUAL(run(&bench, &request, &transform), PENSTOCK_IMAGES_DEPTH);
  use_deep_png(&bench);
  transform.steps = PENSTOCK_IMAGES_BRIGHTNESS;
  transform.brightness = 1;
  CHECK_EQUAL(run(&bench, &request, &transform), -EINVAL);
  tear_down(&bench);
}

/* Anything that a caller may say, of files that are whole, cut short or flipped: what is returned
 * is 0 or a reason. Sanitizers see the rest. */
static void any_request_is_done_or_refused(void) {
  bench bench;
  set_up(&bench);
  const bytes jpeg = bench.file;
  const png_kind deep = {.width = 40, .height = 30, .type = 6, .bits = 16, .is_interlaced = 1};
  const png_file png = make_png(&deep);
  uint64_t random = 5;
  uint32_t done = 0;
  for (uint32_t i = 0; i < 4000; i++) {
    const int is_png = next_random(&random) % 3 == 0;
    const bytes file = is_png ? (bytes){png.bytes, png.count} : jpeg;
    uint8_t *copy = malloc(file.count);
    CHECK(copy != NULL);
    memcpy(copy, file.bytes, file.count);
    const uint64_t damage = next_random(&random) % 4;
    bench.file = (bytes){copy, damage == 0 ? next_random(&random) % file.count : file.count};
    if (damage == 1)
      copy[next_random(&random) % file.count] ^= (uint8_t)(1 << next_random(&random) % 8);
    const uint32_t wide = is_png ? 40 : WIDTH, high = is_png ? 30 : HEIGHT;
    penstock_images_request request =
        request_of((uint32_t)(next_random(&random) % wide), (uint32_t)(next_random(&random) % high),
                   1 + (uint32_t)(next_random(&random) % (wide + 2)),
                   1 + (uint32_t)(next_random(&random) % (high + 2)));
    if (next_random(&random) % 2) {
      request.crop_width = 1 + request.crop_width % (wide - request.crop_x);
      request.crop_height = 1 + request.crop_height % (high - request.crop_y);
    }
    request.bits = is_png ? 16 : 8;
    request.flags = (uint32_t)(next_random(&random) % 8);
    penstock_images_transform transform = transform_of(&request);
    transform.left = (float)(next_random(&random) % 3) * 0.5F;
    transform.full_width = 1 + (uint32_t)(next_random(&random) % 80);
    transform.full_height = 1 + (uint32_t)(next_random(&random) % 80);
    transform.x = (uint32_t)(next_random(&random) % transform.full_width);
    transform.y = (uint32_t)(next_random(&random) % transform.full_height);
    transform.width = 1 + (uint32_t)(next_random(&random) % SIZE);
    transform.height = 1 + (uint32_t)(next_random(&random) % SIZE);
    if (transform.width > transform.full_width - transform.x)
      transform.width = transform.full_width - transform.x;
    if (transform.height > transform.full_height - transform.y)
      transform.height = transform.full_height - transform.y;
    transform.filter = 1 + (uint32_t)(next_random(&random) % 2);
    transform.mirrored = (uint32_t)(next_random(&random) % 2);
    transform.form = 1 + (uint32_t)(next_random(&random) % 3);
    transform.steps = is_png ? 0 : (uint32_t)(next_random(&random) % 5);
    transform.brightness = transform.contrast = transform.saturation = 0.5F;
    const int32_t status = run(&bench, &request, &transform);
    CHECK(status <= 0);
    done += status == 0;
    free(copy);
  }
  CHECK(done > 400);
  bench.file = jpeg;
  free(png.bytes);
  tear_down(&bench);
}

static void requests_without_a_crop_are_refused(void) {
  bench bench;
  set_up(&bench);
  penstock_images_request request = request_of(0, 0, WIDTH, HEIGHT);
  const penstock_images_transform transform = transform_of(&request);
  CHECK_EQUAL(penstock_images_decode_apply(bench.decoder, bench.file.bytes, bench.file.count,
                                           &request, &transform, bench.to, sizeof bench.to,
                                           bench.scratch, 1000),
              -ENOSPC);
  request.bits = 12;
  CHECK_EQUAL(run(&bench, &request, &transform), -EINVAL);
  request = request_of(0, 0, 0, 0);
  CHECK_EQUAL(run(&bench, &request, &transform), -EINVAL);
  tear_down(&bench);
}

int main(void) {
  RUN(the_result_is_that_of_two_calls);
  RUN(failures_of_both_are_returned);
  RUN(sixteen_bits_are_resized_to_the_nearest);
  RUN(sixteen_bits_have_no_changes_of_colour);
  RUN(any_request_is_done_or_refused);
  RUN(requests_without_a_crop_are_refused);
  return 0;
}
