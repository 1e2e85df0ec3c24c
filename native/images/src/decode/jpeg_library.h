/* libjpeg-turbo as it is used here: reads from memory, takes memory that is counted, and ends with
 * guard_leave whatever it would only warn of. */
#ifndef PENSTOCK_IMAGES_JPEG_LIBRARY_H
#define PENSTOCK_IMAGES_JPEG_LIBRARY_H

#include <stddef.h>
#include <stdio.h>
/* After stdio.h, which it does not include. */
#include <jpeglib.h>

#include "decode/decoder.h"

typedef struct {
  task *task;
  struct jpeg_decompress_struct library;
  struct jpeg_error_mgr errors;
  struct jpeg_source_mgr source;
  struct jpeg_progress_mgr progress;
  uint8_t *row; /* scratch memory for one row, or NULL */
} jpeg;

/* Prepares the library for a task; below the guard, since it may fail. */
void jpeg_open(jpeg *jpeg, task *task);

/* Frees all that the library has. Never fails. */
void jpeg_close(jpeg *jpeg);

#endif
