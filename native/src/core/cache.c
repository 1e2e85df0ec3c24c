/* The resident cache: a fixed pseudo-random subset of the records whose cells are not given back. A
 * new permutation each epoch makes every record equally likely to be next, so any fixed subset is
 * as good as clairvoyance, while the least recently used records are the wrong ones to keep. Where
 * cells are in bytes, the first ones of the subset that are read are kept, until the room is used
 * up.
 */
#include "core/cache.h"
#include "core/cells.h"
#include "core/common.h"
#include "core/reader.h"

/* Constants of SplitMix64 (Steele, Lea, Flood 2014): a full-period increment and a strong mix. */
static uint64_t mix(uint64_t value) {
  value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
  return value ^ value >> 31;
}

void cache_open(record_cache *cache, uint64_t record_count, uint64_t cached, uint64_t key) {
  cache->record_count = record_count;
  cache->cached = cached;
  cache->low_bits = 1;
  cache->high_bits = 1;
  while (UINT64_C(1) << (cache->low_bits + cache->high_bits) < record_count) {
    if (cache->low_bits == cache->high_bits)
      cache->low_bits++;
    else
      cache->high_bits++;
  }
  for (uint64_t i = 0; cache->kept && i < cached; i++)
    cache->kept[i] = CHUNK_NONE;
  for (uint32_t i = 0; i < CACHE_ROUNDS; i++)
    cache->keys[i] = mix(key += UINT64_C(0x9e3779b97f4a7c15));
}

/* A Feistel network over two halves of the bits of an index, one of which may have a bit more;
 * repeated until the result is below the number of records, fewer than two times on average. It
 * only picks a subset, so four rounds are enough (Luby, Rackoff 1988). */
static uint64_t permute(const record_cache *cache, uint64_t index) {
  const uint64_t low_mask = (UINT64_C(1) << cache->low_bits) - 1;
  const uint64_t high_mask = (UINT64_C(1) << cache->high_bits) - 1;
  do {
    uint64_t high = index >> cache->low_bits;
    uint64_t low = index & low_mask;
    for (uint32_t i = 0; i < CACHE_ROUNDS; i += 2) {
      high ^= mix(low ^ cache->keys[i]) & high_mask;
      low ^= mix(high ^ cache->keys[i + 1]) & low_mask;
    }
    index = high << cache->low_bits | low;
  } while (index >= cache->record_count);
  return index;
}

uint32_t cache_cell(const record_cache *cache, uint64_t index) {
  if (cache->cached == 0 || cache->kept)
    return ENTRY_NONE;
  const uint64_t cell = permute(cache, index);
  return cell < cache->cached ? (uint32_t)cell : ENTRY_NONE;
}

/* Where the chain of a record is kept; NULL for a record that is not kept. */
static uint32_t *kept_of(const record_cache *cache, uint64_t index) {
  if (cache->cached == 0 || !cache->kept)
    return NULL;
  const uint64_t number = permute(cache, index);
  return number < cache->cached ? &cache->kept[number] : NULL;
}

int cache_keeps(const record_cache *cache, uint64_t index, uint32_t chain) {
  const uint32_t *kept = kept_of(cache, index);
  return kept && *kept == chain;
}

void cache_reset(record_cache *cache, chunk_pool *pool) {
  chunk_reset(pool);
  for (uint64_t i = 0; i < cache->cached; i++)
    chunk_claim(pool, cache->kept[i]);
}

static uint32_t stored_cell(const penstock_reader *reader, uint64_t index) {
  const record_cache *cache = &reader->cache;
  if (cache->kept) {
    const uint32_t *kept = kept_of(cache, index);
    return kept ? *kept : ENTRY_NONE;
  }
  const uint32_t cell = cache_cell(cache, index);
  return cell != ENTRY_NONE && cache->filled[cell >> 6] >> (cell & 63) & 1 ? cell : ENTRY_NONE;
}

int cache_serve(penstock_reader *reader, uint32_t entry) {
  if (reader->cache.cached == 0)
    return 0;
  const uint32_t cell = stored_cell(reader, entry_index(&reader->entries, entry));
  if (cell == ENTRY_NONE)
    return 0;
  PENSTOCK_ASSERT(entry_state(&reader->entries, entry) == ENTRY_PENDING);
  entry_set(&reader->entries, entry, ENTRY_LOADED, cell);
  reader->statistics.cache_hits++;
  return 1;
}

/* Another read of the same record may have been first, and its chain is kept. */
static void keep_chain(penstock_reader *reader, uint32_t entry) {
  record_cache *cache = &reader->cache;
  const uint32_t chain = entry_value(&reader->entries, entry);
  uint32_t *kept = kept_of(cache, entry_index(&reader->entries, entry));
  if (!kept || *kept != CHUNK_NONE || chain == ENTRY_NONE)
    return;
  const uint64_t chunks = cells_units(reader, entry);
  if (cache->chunks + chunks > cache->most_chunks)
    return;
  if (entry_is_one_run(&reader->entries, entry))
    chunk_link(&reader->pool,
               (chunk_run){.first = chain, .count = (uint32_t)chunks, .next = CHUNK_NONE});
  *kept = chain;
  cache->chunks += chunks;
}

void cache_fill(penstock_reader *reader, uint32_t entry) {
  const uint32_t cell = entry_value(&reader->entries, entry);
  if (reader->cache.cached == 0 || entry_status(&reader->entries, entry) != 0)
    return;
  if (reader->cache.kept)
    keep_chain(reader, entry);
  else if (cell < reader->cache.cached)
    reader->cache.filled[cell >> 6] |= UINT64_C(1) << (cell & 63);
}
