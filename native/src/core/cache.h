/* Records that are kept over epochs. */
#ifndef PENSTOCK_CACHE_H
#define PENSTOCK_CACHE_H

#include <stdint.h>

#include "penstock.h"

#define CACHE_ROUNDS 4

/* Which records are kept over epochs: those that a keyed permutation of all records puts below
 * `cached`. The permuted number is the cell, so the set needs no table. */
typedef struct {
  uint64_t cached; /* cells 0 to cached - 1 are kept; 0: no cache */
  uint64_t record_count;
  uint32_t low_bits; /* of an index; the permutation works on these */
  uint32_t high_bits;
  uint64_t keys[CACHE_ROUNDS];
  uint64_t *filled; /* one bit per cell: it holds its record */
} record_cache;

void cache_open(record_cache *cache, uint64_t record_count, uint64_t cached, uint64_t key);
/* The cell that is kept for this record, or ENTRY_NONE. */
uint32_t cache_cell(const record_cache *cache, uint64_t index);
/* Gives a pending entry its kept cell. Returns 1 when the record is there already: it is loaded. */
int cache_serve(penstock_reader *reader, uint32_t entry);
/* The record is whole: from now on its kept cell, if it has one, holds it. A failed one is not
 * kept. */
void cache_fill(penstock_reader *reader, uint32_t entry);

#endif
