/* The staging ring: memory for reads whose bytes are copied to their places afterwards. Chunks are
 * given out in the order in which requests start and mostly come back in that order, so a ring
 * serves any mixture of sizes without fragments: a chunk freed early waits for those before it. */
#include "core/staging.h"
#include "core/common.h"

/* Positions only grow, so "empty" and "full" differ. The end of the memory is skipped when a
 * chunk would not fit before it. */
uint8_t *staging_allocate(staging_ring *ring, request *request, uint32_t bytes,
                          uint32_t alignment) {
  uint64_t begin = round_up(ring->newest_end, alignment);
  if (begin % ring->bytes + bytes > ring->bytes)
    begin = round_up(begin, ring->bytes);
  if (begin + bytes - ring->oldest_begin > ring->bytes || ring->chunk_count == ring->chunk_capacity)
    return NULL;
  ring->newest_end = begin + bytes;
  const uint32_t chunk = (ring->chunk_first + ring->chunk_count) % ring->chunk_capacity;
  ring->chunks[chunk].end = ring->newest_end;
  ring->chunks[chunk].freed = 0;
  ring->chunk_count++;
  request->chunk = chunk + 1;
  return ring->base + begin % ring->bytes;
}

void staging_free(staging_ring *ring, request *request) {
  if (request->chunk == 0)
    return;
  PENSTOCK_ASSERT(request->chunk <= ring->chunk_capacity &&
                  !ring->chunks[request->chunk - 1].freed);
  ring->chunks[request->chunk - 1].freed = 1;
  request->chunk = 0;
  while (ring->chunk_count > 0 && ring->chunks[ring->chunk_first].freed) {
    ring->oldest_begin = ring->chunks[ring->chunk_first].end;
    ring->chunk_first = (ring->chunk_first + 1) % ring->chunk_capacity;
    ring->chunk_count--;
  }
  if (ring->chunk_count == 0)
    ring->oldest_begin = ring->newest_end;
}
