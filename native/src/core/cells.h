/* Cells: memory for records that were read and are not taken yet, of one size or in bytes. */
#ifndef PENSTOCK_CELLS_H
#define PENSTOCK_CELLS_H

#include <stdint.h>

#include "core/chunk.h"
#include "core/reader.h"

/* Whether records wait in cells rather than in slots. */
static inline int cells_exist(const penstock_reader *reader) {
  return reader->options.cell_count > 0 || reader->pool.count > 0;
}

/* All bytes of a record in the columns that are read. */
static inline uint64_t cells_record_bytes(const penstock_reader *reader, uint64_t index) {
  uint64_t bytes = reader->fixed_bytes;
  for (uint32_t i = 0; i < reader->variable_count; i++)
    bytes += source_length(&reader->source->columns[reader->variable[i]], index);
  return bytes;
}

/* What a record takes of this memory: 1 cell, or chunks. */
static inline uint64_t cells_units(const penstock_reader *reader, uint32_t entry) {
  return reader->pool.count == 0
             ? 1
             : chunks_for(&reader->pool,
                          cells_record_bytes(reader, entry_index(&reader->entries, entry)));
}

/* What it still needs, when its length in a column has been looked up: nothing once it has its
 * cell.
 */
static inline uint64_t cells_wanted_by(const penstock_reader *reader, uint32_t entry,
                                       uint32_t column, uint64_t length_bytes) {
  if (!cells_exist(reader) || entry_value(&reader->entries, entry) != ENTRY_NONE)
    return 0;
  if (reader->pool.count == 0)
    return 1;
  uint64_t bytes = reader->fixed_bytes;
  for (uint32_t i = 0; i < reader->variable_count; i++)
    bytes += reader->variable[i] == column
                 ? length_bytes
                 : source_length(&reader->source->columns[reader->variable[i]],
                                 entry_index(&reader->entries, entry));
  return chunks_for(&reader->pool, bytes);
}

/* The same when nothing is known. */
static inline uint64_t cells_wanted(const penstock_reader *reader, uint32_t entry) {
  return cells_exist(reader) && entry_value(&reader->entries, entry) == ENTRY_NONE
             ? cells_units(reader, entry)
             : 0;
}

/* Free cells or chunks, without those that the cache is entitled to. */
static inline uint64_t cells_free(const penstock_reader *reader) {
  return reader->pool.count == 0
             ? reader->free_cell_count + (reader->options.cell_count - reader->next_cell)
             : reader->pool.free_count - (reader->cache.most_chunks - reader->cache.chunks);
}

/* All are free. */
void cells_reset(penstock_reader *reader);
/* Gives an entry what it still needs: see cells_wanted. */
void cells_assign(penstock_reader *reader, uint32_t entry, uint64_t wanted);
/* Gives the cells of the oldest `count` entries back. */
void cells_release(penstock_reader *reader, uint32_t count);
/* Where a column's bytes begin in the chain of a record. */
uint64_t cells_chain_offset(const penstock_reader *reader, uint32_t entry, uint32_t column);
/* The first chunk of a record. */
static inline chain_place cells_chain(const penstock_reader *reader, uint32_t entry) {
  return (chain_place){.chunk = entry_value(&reader->entries, entry)};
}
/* The longest possible record, all columns together. */
uint64_t cells_longest_record(const penstock_reader *reader);
/* The mean. */
uint64_t cells_mean_record(const penstock_reader *reader);
/* What is kept free for reads that cannot wait: cells or chunks. */
uint64_t cells_reserve(const penstock_reader *reader);

#endif
