/* What a decoder is, and one picture on its way through it. A decoder of a format (jpeg.c, png.c)
 * reads the header into task->info, calls task_begin, writes rows at task_row, and calls task_end.
 */
#ifndef PENSTOCK_IMAGES_DECODER_H
#define PENSTOCK_IMAGES_DECODER_H

#include <stdint.h>

#include "decode/guard.h"
#include "decode/memory.h"
#include "penstock_images.h"

struct penstock_images_decoder {
  memory memory;
  guard guard;
  char message[256];
};

/* Columns x to x + width - 1, rows y to y + height - 1. */
typedef struct {
  uint32_t x;
  uint32_t y;
  uint32_t width;
  uint32_t height;
} area;

typedef struct {
  penstock_images_decoder *decoder;
  const uint8_t *file;
  uint64_t file_bytes;
  const penstock_images_request *request; /* NULL: the header only */
  penstock_images_info info;
  /* What the caller gave. */
  uint8_t *pixels;
  uint64_t pixels_bytes;
  uint64_t stride_bytes;
  penstock_images_size size;
  /* From task_begin on: the part of the picture as it lies in the file that is wanted, and where it
   * goes: to the caller's pixels, or to scratch memory, to be turned. */
  area wanted;
  uint8_t *rows;
  uint64_t row_bytes;
  uint8_t *turned; /* scratch memory, or NULL */
} task;

/* Says why and leaves the guard. */
_Noreturn void task_fail(task *task, int32_t status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Scratch memory; leaves the guard if there is none. */
void *task_take(task *task, uint64_t bytes);

/* The same that libjpeg and libpng ask for: which failure it is that they do not get it. */
int32_t task_memory_status(const task *task);

/* Fails if the picture has more pixels than the request allows. */
void task_check_pixels(task *task);

/* Decides what is wanted of a picture of this size (as stored, scaled). */
void task_begin(task *task, uint32_t width, uint32_t height);

/* Where a row of what is wanted goes, the first being 0. */
uint8_t *task_row(const task *task, uint32_t row);

/* All rows are there. */
void task_end(task *task);

/* Bytes of a pixel in the caller's memory. */
uint32_t task_pixel_bytes(const task *task);

/* The formats: answer 0 or the status; run below the decoder's guard, then clean up. */
int32_t jpeg_decode(task *task);
int32_t png_decode(task *task);

#endif
