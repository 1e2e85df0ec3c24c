/* A transform of the interface as a plan: a resize whose rows go to their destination, or, if
 * colours change, to an image of bytes first. */
#include <errno.h>

#include "jitter.h"
#include "penstock_images.h"
#include "resize.h"

#define ALIGNMENT UINT64_C(64)

static uint64_t aligned(uint64_t bytes) { return (bytes + ALIGNMENT - 1) & ~(ALIGNMENT - 1); }

typedef struct {
  resize_plan resize;
  jitter jitter;
  sink sink;
  uint64_t halves_bytes;
  uint64_t image_bytes; /* of the image between a resize and changes of colour; 0: there is none */
} plan;

static void plan_parts(plan *plan, const penstock_images_transform *transform, uint32_t width,
                       uint32_t height, uint32_t channels) {
  plan->resize = (resize_plan){
      .channels = channels,
      .across = {width, transform->left, transform->right, transform->full_width, transform->x,
                 transform->width, transform->filter, transform->mirrored},
      .down = {height, transform->top, transform->bottom, transform->full_height, transform->y,
               transform->height, transform->filter, 0}};
  plan->jitter = (jitter){.brightness = transform->brightness,
                          .contrast = transform->contrast,
                          .saturation = transform->saturation,
                          .hue = transform->hue};
  for (uint32_t i = 0; i < JITTER_STEPS; i++)
    plan->jitter.steps[i] = (uint8_t)(transform->steps >> 8 * i);
  plan->sink = (sink){.form = transform->form,
                      .width = transform->width,
                      .height = transform->height,
                      .channels = channels,
                      .factors = transform->factors,
                      .offsets = transform->offsets};
}

static int32_t make_plan(plan *plan, const penstock_images_transform *transform, uint32_t width,
                         uint32_t height, uint32_t channels) {
  plan_parts(plan, transform, width, height, channels);
  int32_t status = resize_check(&plan->resize);
  if (!status && transform->steps)
    status = jitter_check(&plan->jitter, channels);
  if (status)
    return status;
  if (transform->form < PENSTOCK_IMAGES_BYTES || transform->form > PENSTOCK_IMAGES_HALVES)
    return -EINVAL;
  plan->halves_bytes = transform->form == PENSTOCK_IMAGES_HALVES
                           ? aligned(SINK_HALVES_VALUES(channels) * sizeof(uint16_t))
                           : 0;
  plan->image_bytes =
      transform->steps ? aligned((uint64_t)transform->width * transform->height * channels) : 0;
  return 0;
}

static uint64_t scratch_bytes_of(const plan *plan) {
  return plan->halves_bytes + plan->image_bytes + resize_bytes(&plan->resize);
}

/* A value of each form, by its number. */
static uint64_t value_bytes(uint32_t form) {
  return form == PENSTOCK_IMAGES_BYTES ? 1 : form == PENSTOCK_IMAGES_HALVES ? 2 : 4;
}

int64_t penstock_images_apply_bytes(const penstock_images_transform *transform, uint32_t width,
                                    uint32_t height, uint32_t channels) {
  plan plan;
  if (!transform)
    return -EINVAL;
  const int32_t status = make_plan(&plan, transform, width, height, channels);
  return status ? status : (int64_t)scratch_bytes_of(&plan);
}

static void resize_to(const plan *plan, const uint8_t *pixels, uint64_t stride, uint8_t *memory,
                      const sink *sink) {
  resize_state state;
  uint32_t first, end;
  resize_begin(&state, &plan->resize, memory, 1);
  resize_needs(&state, &first, &end);
  const uint64_t behind = (plan->resize.down.size - end) * stride;
  resize_rows(&state, first, pixels + first * stride, stride, end - first, behind, sink);
}

static void run(plan *plan, const uint8_t *pixels, uint64_t stride, void *to, uint8_t *scratch) {
  plan->sink.to = to;
  plan->sink.halves = (uint16_t *)scratch;
  sink_begin(&plan->sink);
  uint8_t *image = scratch + plan->halves_bytes;
  uint8_t *memory = image + plan->image_bytes;
  if (!plan->image_bytes) {
    resize_to(plan, pixels, stride, memory, &plan->sink);
    return;
  }
  const uint32_t channels = plan->sink.channels;
  sink bytes = plan->sink;
  bytes.form = PENSTOCK_IMAGES_BYTES;
  if (plan->sink.form == PENSTOCK_IMAGES_BYTES)
    image = to;
  bytes.to = image;
  resize_to(plan, pixels, stride, memory, &bytes);
  jitter_apply(&plan->jitter, image, (uint64_t)bytes.width * bytes.height, channels, 1);
  if (plan->sink.form == PENSTOCK_IMAGES_BYTES)
    return;
  for (uint32_t row = 0; row < bytes.height; row++)
    sink_row(&plan->sink, row, image + (uint64_t)row * bytes.width * channels);
}

int32_t penstock_images_apply(const penstock_images_transform *transform, const uint8_t *pixels,
                              uint64_t stride_bytes, uint32_t width, uint32_t height,
                              uint32_t channels, void *to, uint64_t to_bytes, void *scratch,
                              uint64_t scratch_bytes) {
  plan plan;
  if (!transform || !pixels || !to || !scratch || (uintptr_t)scratch % ALIGNMENT)
    return -EINVAL;
  const int32_t status = make_plan(&plan, transform, width, height, channels);
  if (status)
    return status;
  const uint64_t size = value_bytes(transform->form);
  const uint64_t values = (uint64_t)transform->width * transform->height * channels;
  if ((uintptr_t)to % size || stride_bytes < (uint64_t)width * channels)
    return -EINVAL;
  if (to_bytes / size < values || scratch_bytes < scratch_bytes_of(&plan))
    return -ENOSPC;
  run(&plan, pixels, stride_bytes, to, scratch);
  return 0;
}
