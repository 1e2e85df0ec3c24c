/* Cells: memory for records that were read and are not taken yet, of one size or in bytes. */
#ifndef PENSTOCK_CELLS_H
#define PENSTOCK_CELLS_H

#include <stdint.h>

#include "core/chunk.h"
#include "core/common.h"
#include "core/reader.h"

/* Whether records wait in cells rather than in slots. */
static inline int cells_exist(const penstock_reader *reader) {
  return reader->options.cell_count > 0 || reader->pool.count > 0;
}

/* All bytes of a record in the columns that are read, looked up in the tables. */
static inline uint64_t cells_record_bytes(const penstock_reader *reader, uint64_t index) {
  uint64_t bytes = reader->fixed_bytes;
  for (uint32_t i = 0; i < reader->variable_count; i++)
    bytes += source_length(&reader->source->columns[reader->variable[i]], index);
  return bytes;
}

/* The same of an entry's record, which knows it once the elevator has looked it up. */
static inline uint64_t cells_entry_bytes(const penstock_reader *reader, uint32_t entry) {
  const uint64_t bytes = entry_bytes(&reader->entries, entry);
  return bytes != BYTES_UNKNOWN ? bytes
                                : cells_record_bytes(reader, entry_index(&reader->entries, entry));
}

/* Looks it up and keeps it. */
static inline uint64_t cells_measure(penstock_reader *reader, uint32_t entry) {
  const uint64_t bytes = cells_entry_bytes(reader, entry);
  entry_keep_bytes(&reader->entries, entry, bytes);
  return bytes;
}

/* How many entries ahead the memory of tables is prefetched. */
enum { TABLES_AHEAD = 8 };

/* Before entries are measured one after another: the tables of later ones may lie anywhere, and
 * prefetching hides the waits for memory. First where the group of a `far` one begins, then the
 * group of a `near` one; ENTRY_NONE: there is none. */
PREFETCHING void cells_prefetch_tables(const penstock_reader *reader, uint32_t near, uint32_t far) {
  const entry_ring *ring = &reader->entries;
  for (uint32_t i = 0; i < reader->variable_count; i++) {
    const record_table *table = reader->source->columns[reader->variable[i]].table;
    if (far != ENTRY_NONE)
      table_prefetch_position(table, entry_index(ring, far));
    if (near != ENTRY_NONE)
      table_prefetch_group(table, entry_index(ring, near));
  }
}

/* What a record takes of this memory: 1 cell, or chunks. */
static inline uint64_t cells_units(const penstock_reader *reader, uint32_t entry) {
  return reader->pool.count == 0 ? 1 : chunks_for(&reader->pool, cells_entry_bytes(reader, entry));
}

/* What it still needs: nothing once it has its cell. */
static inline uint64_t cells_wanted(const penstock_reader *reader, uint32_t entry) {
  return cells_exist(reader) && entry_value(&reader->entries, entry) == ENTRY_NONE
             ? cells_units(reader, entry)
             : 0;
}

/* The same when this column of the record is looked up anyway: the entry keeps how large it is. */
static inline uint64_t cells_plan(penstock_reader *reader, uint32_t entry,
                                  const source_column *column, uint64_t length_bytes) {
  if (reader->pool.count > 0 && entry_value(&reader->entries, entry) == ENTRY_NONE) {
    if (column->table && reader->variable_count == 1)
      entry_keep_bytes(&reader->entries, entry, reader->fixed_bytes + length_bytes);
    else
      (void)cells_measure(reader, entry);
  }
  return cells_wanted(reader, entry);
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
  return (chain_place){.chunk = entry_value(&reader->entries, entry),
                       .is_one_run = (uint32_t)entry_is_one_run(&reader->entries, entry)};
}
/* The longest possible record, all columns together. */
uint64_t cells_longest_record(const penstock_reader *reader);
/* The mean. */
uint64_t cells_mean_record(const penstock_reader *reader);
/* What is kept free for reads that cannot wait: cells or chunks. */
uint64_t cells_reserve(const penstock_reader *reader);

#endif
