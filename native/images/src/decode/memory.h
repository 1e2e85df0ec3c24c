/* Scratch memory of a decoder: counted, and never more than its limit. */
#ifndef PENSTOCK_IMAGES_MEMORY_H
#define PENSTOCK_IMAGES_MEMORY_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
  uint64_t limit_bytes;
  uint64_t used_bytes;
  uint64_t peak_bytes;
  /* Set by a request beyond the limit: tells it from a machine without memory. */
  int was_refused;
} memory;

/* NULL beyond the limit, or if there is none. Aligned for everything. A NULL memory has no limit.
 */
void *memory_take(memory *memory, size_t bytes);

/* Gives back what memory_take has returned. NULL is fine. */
void memory_give(memory *memory, void *block);

#endif
