/* Records that are kept across epochs. */
#ifndef PENSTOCK_CACHE_H
#define PENSTOCK_CACHE_H

#include <stdint.h>

#include "core/chunk.h"
#include "penstock.h"

#define CACHE_ROUNDS 4

/* Which records are kept across epochs: those that a keyed permutation of all records puts below
 * `cached`. The permuted number is the cell, so the set needs no table. */
typedef struct {
  uint64_t cached; /* cells 0 to cached - 1 are kept; 0: no cache */
  uint64_t record_count;
  uint32_t low_bits; /* of an index; the permutation works on these */
  uint32_t high_bits;
  uint64_t keys[CACHE_ROUNDS];
  uint64_t *filled; /* one bit per cell: it holds its record */
  /* If cells are in bytes, records keep their chains instead, as long as there is room. */
  uint32_t *kept;  /* the chain of each; CHUNK_NONE: it has none. NULL: cells of one size */
  uint64_t chunks; /* of all of them */
  uint64_t most_chunks;
} record_cache;

/* Without one nothing below need be called for each record. */
static inline int cache_exists(const record_cache *cache) { return cache->cached > 0; }

void cache_open(record_cache *cache, uint64_t record_count, uint64_t cached, uint64_t key);
/* The cell, of one size, that is kept for this record, or ENTRY_NONE. */
uint32_t cache_cell(const record_cache *cache, uint64_t index);
/* Gives a pending entry its kept cell. Returns 1 if the record is already there, and the entry is
 * loaded. */
int cache_serve(penstock_reader *reader, uint32_t entry);
/* Forgets which chunks are in use, except those of kept records. */
void cache_reset(record_cache *cache, chunk_pool *pool);
/* Whether this chain is the kept one of its record. */
int cache_keeps(const record_cache *cache, uint64_t index, uint32_t chain);
/* The record is whole: from now on its kept cell, if it has one, holds it. A failed one is not
 * kept. */
void cache_fill(penstock_reader *reader, uint32_t entry);

#endif
