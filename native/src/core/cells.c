/* Cells: memory for records that were read and are not taken yet. Where all columns have records of
 * one size there may be cells of that size, each with a place for every column. Otherwise cells are
 * in bytes: a record has a chain of chunks, in which its bytes of all columns that are read lie one
 * after another, those of one size first. */
#include "core/cells.h"
#include "core/common.h"

/* How many records ahead memory is prefetched. */
#define RELEASES_AHEAD 8

void cells_reset(penstock_reader *reader) {
  if (reader->pool.count > 0) {
    cache_reset(&reader->cache, &reader->pool);
    return;
  }
  reader->free_cell_count = reader->next_cell = 0;
}

/* One that was in use before, if there is one: its memory need not be fetched. */
static uint32_t take_cell(penstock_reader *reader) {
  if (reader->free_cell_count > 0)
    return reader->free_cells[--reader->free_cell_count];
  const uint32_t cell = reader->next_cell++;
  PENSTOCK_ASSERT(cell < reader->options.cell_count);
  if (reader->next_cell > atomic_load_explicit(&reader->fresh.used_cells, memory_order_relaxed))
    atomic_store_explicit(&reader->fresh.used_cells, reader->next_cell, memory_order_relaxed);
  return (uint32_t)reader->cache.cached + cell;
}

void cells_assign(penstock_reader *reader, uint32_t entry, uint64_t wanted) {
  PENSTOCK_ASSERT(wanted == cells_wanted(reader, entry));
  if (wanted == 0)
    return;
  PENSTOCK_ASSERT(cells_free(reader) >= wanted);
  entry_ring *ring = &reader->entries;
  if (reader->pool.count == 0) {
    entry_set(ring, entry, ENTRY_READING, take_cell(reader));
    return;
  }
  const chunk_run run = chunk_allocate(&reader->pool, wanted);
  entry_set(ring, entry, ENTRY_READING, run.first);
  if (run.next == CHUNK_NONE)
    entry_keep_one_run(ring, entry);
}

static void release_chain(penstock_reader *reader, uint32_t entry, uint32_t chunk) {
  const entry_ring *ring = &reader->entries;
  if (cache_keeps(&reader->cache, entry_index(ring, entry), chunk))
    return;
  if (entry_is_one_run(ring, entry))
    chunk_free_run(&reader->pool, chunk,
                   (uint32_t)chunks_for(&reader->pool, cells_entry_bytes(reader, entry)));
  else
    (void)chunk_free(&reader->pool, chunk);
}

static void release(penstock_reader *reader, uint32_t entry) {
  const uint32_t cell = entry_value(&reader->entries, entry);
  if (cell == ENTRY_NONE)
    return;
  if (reader->pool.count > 0) {
    release_chain(reader, entry, cell);
    return;
  }
  PENSTOCK_ASSERT(reader->free_cell_count <= reader->next_cell);
  if (cell >= reader->cache.cached)
    reader->free_cells[reader->free_cell_count++] = cell;
}

/* What giving back the chain of a later entry changes may lie anywhere in memory. */
PREFETCHING void prepare_release(const penstock_reader *reader, uint32_t entry) {
  const uint32_t chunk = entry_value(&reader->entries, entry);
  if (chunk == ENTRY_NONE)
    return;
  if (!entry_is_one_run(&reader->entries, entry))
    __builtin_prefetch(&reader->pool.next[chunk]);
  __builtin_prefetch(&reader->pool.vacant[chunk >> 6], 1);
}

void cells_release(penstock_reader *reader, uint32_t count) {
  const entry_ring *ring = &reader->entries;
  uint32_t entry = entry_at(ring, ring->taken);
  for (uint32_t i = 0; i < count; i++) {
    if (reader->pool.count > 0 && i + RELEASES_AHEAD < count)
      prepare_release(reader, entry_after(ring, entry, RELEASES_AHEAD));
    release(reader, entry);
    if (++entry == ring->capacity)
      entry = 0;
  }
}

uint64_t cells_chain_offset(const penstock_reader *reader, uint32_t entry, uint32_t column) {
  const source_column *columns = reader->source->columns;
  if (!columns[column].table)
    return reader->chain_offsets[column];
  const uint64_t index = entry_index(&reader->entries, entry);
  uint64_t offset = reader->fixed_bytes;
  for (uint32_t i = 0; reader->variable[i] != column; i++)
    offset += source_length(&columns[reader->variable[i]], index);
  return offset;
}

uint64_t cells_longest_record(const penstock_reader *reader) {
  uint64_t bytes = reader->fixed_bytes;
  for (uint32_t i = 0; i < reader->variable_count; i++)
    bytes += reader->source->columns[reader->variable[i]].table->summary.longest_bytes;
  return bytes;
}

uint64_t cells_mean_record(const penstock_reader *reader) {
  uint64_t bytes = reader->fixed_bytes;
  const uint64_t count = reader->source->record_count;
  for (uint32_t i = 0; count > 0 && i < reader->variable_count; i++)
    bytes += reader->source->columns[reader->variable[i]].table->summary.total_bytes / count;
  return bytes;
}

/* A few batches, or a quarter of all if that is less, but always enough for the record that is due:
 * a batch of records of one size, or the longest record. */
uint64_t cells_reserve(const penstock_reader *reader) {
  const penstock_reader_options *options = &reader->options;
  const uint64_t batches = PENSTOCK_RESERVE_BATCHES * (uint64_t)options->batch_size;
  const int in_bytes = options->chunk_count > 0;
  if (!in_bytes && options->cell_count == 0)
    return 0;
  const uint64_t most =
      in_bytes ? batches * (chunks_for(&reader->pool, cells_mean_record(reader)) + 1) : batches;
  const uint64_t quarter = (in_bytes ? options->chunk_count : options->cell_count) / 4;
  const uint64_t least =
      in_bytes ? chunks_for(&reader->pool, cells_longest_record(reader)) : options->batch_size;
  const uint64_t reserve = quarter < most ? quarter : most;
  return reserve > least ? reserve : least;
}
