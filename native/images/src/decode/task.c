/* One picture: what is wanted of it, where it goes, and what is said when it fails. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "decode/decoder.h"
#include "decode/turn.h"

void task_fail(task *task, int32_t status, const char *format, ...) {
  va_list values;
  va_start(values, format);
  vsnprintf(task->decoder->message, sizeof task->decoder->message, format, values);
  va_end(values);
  guard_leave(&task->decoder->guard, status);
}

int32_t task_memory_status(const task *task) {
  return task->decoder->memory.was_refused ? PENSTOCK_IMAGES_LIMIT : -ENOMEM;
}

void *task_take(task *task, uint64_t bytes) {
  void *block = memory_take(&task->decoder->memory, bytes);
  if (!block)
    task_fail(task, task_memory_status(task), "needs %llu bytes of memory in addition to %llu",
              (unsigned long long)bytes, (unsigned long long)task->decoder->memory.used_bytes);
  return block;
}

void task_check_pixels(task *task) {
  const uint64_t pixels = (uint64_t)task->info.width * task->info.height;
  if (pixels > task->request->max_pixels)
    task_fail(task, PENSTOCK_IMAGES_LIMIT, "has %u x %u pixels, more than %llu", task->info.width,
              task->info.height, (unsigned long long)task->request->max_pixels);
}

uint32_t task_pixel_bytes(const task *task) {
  return task->request->channels * (task->request->bits / 8);
}

static uint32_t orientation(const task *task) {
  return task->request->flags & PENSTOCK_IMAGES_ORIENT ? task->info.orientation : 1;
}

/* The part of the turned picture that the caller gets. */
static area part(task *task, penstock_images_size whole) {
  const penstock_images_request *request = task->request;
  area part = {request->crop_x, request->crop_y, request->crop_width, request->crop_height};
  if (!part.x && !part.y && !part.width && !part.height)
    return (area){0, 0, whole.width, whole.height};
  if (part.width == 0 || part.height == 0 || part.width > whole.width ||
      part.height > whole.height || part.x > whole.width - part.width ||
      part.y > whole.height - part.height)
    task_fail(task, PENSTOCK_IMAGES_AREA, "has %u x %u pixels, not %u x %u from (%u, %u) on",
              whole.width, whole.height, part.width, part.height, part.x, part.y);
  return part;
}

void task_begin(task *task, uint32_t width, uint32_t height) {
  const uint32_t turn = orientation(task);
  const penstock_images_size stored = {width, height};
  const area got = part(task, turn_size(turn, stored));
  task->size = (penstock_images_size){got.width, got.height};

  const uint64_t tight = (uint64_t)got.width * task_pixel_bytes(task);
  if (task->stride_bytes == 0)
    task->stride_bytes = tight;
  /* No product can overflow: sides have 31 bits, a pixel has at most 8 bytes. */
  if (task->stride_bytes < tight || tight > task->pixels_bytes ||
      (got.height - 1) > (task->pixels_bytes - tight) / task->stride_bytes)
    task_fail(task, PENSTOCK_IMAGES_ROOM, "has %u x %u pixels, for which there is no room",
              got.width, got.height);

  task->wanted = turn_area(turn, stored, got);
  task->rows = task->pixels;
  task->row_bytes = task->stride_bytes;
  if (turn != 1) {
    task->row_bytes = (uint64_t)task->wanted.width * task_pixel_bytes(task);
    task->turned = task_take(task, task->row_bytes * task->wanted.height);
    task->rows = task->turned;
  }
}

uint8_t *task_row(const task *task, uint32_t row) { return task->rows + row * task->row_bytes; }

void task_end(task *task) {
  if (task->turned)
    turn_pixels(orientation(task), task_pixel_bytes(task), task->turned,
                (penstock_images_size){task->wanted.width, task->wanted.height}, task->pixels,
                task->stride_bytes);
}
