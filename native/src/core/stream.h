/* Copies of whole lines, and stores that go past the processor's cache, for memory that is not read
 * again soon. */
#ifndef PENSTOCK_STREAM_H
#define PENSTOCK_STREAM_H

#include <stdint.h>
#include <string.h>

#include "core/common.h"

/* Copies whole lines of the processor's cache: what follows the bytes, too, up to the end of the
 * last line. Where lengths differ, a processor guesses most branches of memcpy wrong, and of this
 * loop only the last one. */
static inline void copy_lines(uint8_t *to, const uint8_t *from, uint64_t bytes) {
  for (uint64_t at = 0; at < bytes; at += CACHE_LINE_BYTES)
    memcpy(to + at, from + at, CACHE_LINE_BYTES);
}

/* Copies; other threads see it after stream_end. */
void stream_copy(uint8_t *to, const uint8_t *from, uint64_t bytes);
/* The same for whole lines, as copy_lines: `to` begins one. */
void stream_copy_lines(uint8_t *to, const uint8_t *from, uint64_t bytes);
/* Has what this thread has stored be seen by others that are told of it afterwards. */
void stream_end(void);

#endif
