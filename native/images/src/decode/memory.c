/* See memory.h. Each block begins with its size, since libpng does not tell it when it frees. */
#include "memory.h"

#include <stdlib.h>

enum { HEAD_BYTES = 32 }; /* keeps blocks aligned as malloc's are, and for vector instructions */

void *memory_take(memory *memory, size_t bytes) {
  if (bytes > SIZE_MAX - HEAD_BYTES)
    return NULL;
  const size_t all = bytes + HEAD_BYTES;
  if (memory && all > memory->limit_bytes - memory->used_bytes) {
    memory->was_refused = 1;
    return NULL;
  }
  uint8_t *head = malloc(all);
  if (!head)
    return NULL;
  *(size_t *)head = all;
  if (memory) {
    memory->used_bytes += all;
    if (memory->used_bytes > memory->peak_bytes)
      memory->peak_bytes = memory->used_bytes;
  }
  return head + HEAD_BYTES;
}

void memory_give(memory *memory, void *block) {
  if (!block)
    return;
  uint8_t *head = (uint8_t *)block - HEAD_BYTES;
  if (memory)
    memory->used_bytes -= *(size_t *)head;
  free(head);
}
