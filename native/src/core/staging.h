/* The staging ring: memory for reads whose bytes are copied to their places afterwards. */
#ifndef PENSTOCK_STAGING_H
#define PENSTOCK_STAGING_H

#include <stdint.h>

#include "core/request.h"

typedef struct {
  uint8_t *base;
  uint64_t bytes;
  uint64_t newest_end; /* positions only grow; the place is position % bytes */
  uint64_t oldest_begin;
  struct {
    uint64_t end;
    uint32_t freed; /* given back, but an older chunk still blocks the ring */
  } * chunks;       /* oldest first; a ring, too */
  uint32_t chunk_capacity;
  uint32_t chunk_first;
  uint32_t chunk_count;
} staging_ring;

/* Memory for a request, or NULL if there is no room now. */
uint8_t *staging_allocate(staging_ring *ring, request *request, uint32_t bytes, uint32_t alignment);
/* Gives back the memory of a request, if it has any. */
void staging_free(staging_ring *ring, request *request);

#endif
