/* Chunks: memory for records that differ in size. A pool is cut into chunks of one size, and a
 * record has a chain of them: no record is too large, and nothing but the rest of its last chunk is
 * lost.
 *
 * Free chunks are given out in the order of their addresses, round and round: so the chunks of a
 * record lie close together, many one after another, and whoever fills or empties a chain goes
 * through memory forwards. A stack of free chunks would scatter each record over the whole pool. */
#include <string.h>

#include "core/chunk.h"
#include "core/common.h"

void chunk_reset(chunk_pool *pool) {
  const uint64_t words = ((uint64_t)pool->count + 63) / 64;
  memset(pool->vacant, 0xFF, words * sizeof *pool->vacant);
  if (pool->count % 64 != 0)
    pool->vacant[words - 1] = (UINT64_C(1) << pool->count % 64) - 1;
  pool->free_count = pool->count;
  pool->cursor = 0;
}

static uint32_t take_one(chunk_pool *pool) {
  const uint32_t words = (uint32_t)(((uint64_t)pool->count + 63) / 64);
  while (pool->vacant[pool->cursor] == 0)
    pool->cursor = pool->cursor + 1 == words ? 0 : pool->cursor + 1;
  uint64_t *word = &pool->vacant[pool->cursor];
  const uint32_t bit = (uint32_t)__builtin_ctzll(*word);
  *word &= *word - 1;
  return pool->cursor * 64 + bit;
}

uint32_t chunk_allocate(chunk_pool *pool, uint64_t count) {
  PENSTOCK_ASSERT(count > 0 && count <= pool->free_count);
  pool->free_count -= (uint32_t)count;
  const uint32_t first = take_one(pool);
  uint32_t last = first;
  for (uint64_t i = 1; i < count; i++) {
    const uint32_t chunk = take_one(pool);
    pool->next[last] = chunk;
    last = chunk;
  }
  pool->next[last] = CHUNK_NONE;
  return first;
}

uint32_t chunk_free(chunk_pool *pool, uint32_t first) {
  uint32_t count = 0;
  for (uint32_t chunk = first; chunk != CHUNK_NONE; chunk = pool->next[chunk]) {
    PENSTOCK_ASSERT(chunk < pool->count && !(pool->vacant[chunk >> 6] >> (chunk & 63) & 1));
    pool->vacant[chunk >> 6] |= UINT64_C(1) << (chunk & 63);
    count++;
  }
  pool->free_count += count;
  return count;
}

chain_place chain_seek(const chunk_pool *pool, chain_place from, uint64_t at) {
  while (at - from.before_bytes >= pool->chunk_bytes) {
    from.before_bytes += pool->chunk_bytes;
    from.chunk = pool->next[from.chunk];
    PENSTOCK_ASSERT(from.chunk != CHUNK_NONE);
  }
  return from;
}

/* The longest run of chunks that lie one after another, from this one on, as far as so many bytes
 * of it are needed. `from` becomes the last of them. */
static uint64_t run_bytes(const chunk_pool *pool, chain_place *from, uint64_t needed) {
  uint64_t bytes = pool->chunk_bytes;
  while (bytes < needed && pool->next[from->chunk] == from->chunk + 1) {
    from->chunk++;
    from->before_bytes += pool->chunk_bytes;
    bytes += pool->chunk_bytes;
  }
  return bytes;
}

void chain_write(const chunk_pool *pool, chain_place from, uint64_t at, const uint8_t *bytes,
                 uint64_t count) {
  if (count == 0)
    return;
  chain_place place = chain_seek(pool, from, at);
  for (uint64_t skip = at - place.before_bytes;; skip = 0) {
    uint8_t *memory = chunk_memory(pool, place.chunk) + skip;
    const uint64_t run = run_bytes(pool, &place, skip + count) - skip;
    const uint64_t part = run < count ? run : count;
    memcpy(memory, bytes, part);
    bytes += part;
    count -= part;
    if (count == 0)
      return;
    place.chunk = pool->next[place.chunk];
    PENSTOCK_ASSERT(place.chunk != CHUNK_NONE);
  }
}

chain_place chain_read(const chunk_pool *pool, chain_place from, uint64_t at, uint8_t *bytes,
                       uint64_t count) {
  if (count == 0)
    return from;
  chain_place place = chain_seek(pool, from, at);
  for (uint64_t skip = at - place.before_bytes;; skip = 0) {
    const uint8_t *memory = chunk_memory(pool, place.chunk) + skip;
    const uint64_t run = run_bytes(pool, &place, skip + count) - skip;
    const uint64_t part = run < count ? run : count;
    memcpy(bytes, memory, part);
    bytes += part;
    count -= part;
    if (count == 0)
      return place;
    place.chunk = pool->next[place.chunk];
    place.before_bytes += pool->chunk_bytes;
    PENSTOCK_ASSERT(place.chunk != CHUNK_NONE);
  }
}
