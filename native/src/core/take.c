/* Take: hands records over, from cells and resident columns to a slot, or as they lie in one. */
#include <errno.h>
#include <string.h>

#include "core/cells.h"
#include "core/common.h"
#include "core/elevator.h"
#include "core/gather.h"
#include "core/help.h"
#include "core/io.h"
#include "core/reader.h"
#include "core/resident.h"
#include "core/values.h"

/* How many records ahead, and how much of each, are prefetched into the processor's cache. */
#define TAKES_AHEAD 4
#define LINES_AHEAD_BYTES 1024
/* Most bytes of records that differ in size are in long ones. */
#define CHAIN_AHEAD_BYTES 4096

static void describe(const penstock_reader *reader, uint32_t entry, penstock_failure *failure) {
  const uint32_t column = entry_failed_column(&reader->entries, entry);
  const uint64_t index = entry_index(&reader->entries, entry);
  const record_span found = source_find(&reader->source->columns[column], index, 0);
  uint64_t size_bytes;
  const int32_t known = io_file_size(&reader->source->files[found.file], &size_bytes);
  *failure = (penstock_failure){
      .status = entry_status(&reader->entries, entry),
      .column = (int32_t)column,
      .file = (int32_t)found.file,
      .index = (int64_t)index,
      .offset_bytes = (int64_t)found.offset_bytes,
      .expected_bytes = found.length_bytes,
      .found_bytes = known == 0 ? size_bytes : 0,
  };
}

/* Records from number `first` to `end` of the oldest ones. */
static void take_column(const penstock_reader *reader, uint32_t column, uint32_t first,
                        uint32_t end, uint8_t *slot) {
  const entry_ring *ring = &reader->entries;
  const uint64_t record_bytes = reader->source->columns[column].record_bytes;
  const uint8_t *resident = reader->resident[column];
  const uint8_t *cells = reader->cells[column];
  uint8_t *to = slot + reader->slot_offsets[column] + first * record_bytes;
  uint32_t entry = entry_at(ring, ring->taken + first);
  uint32_t ahead =
      entry_at(ring, ring->taken + first + (end - first > TAKES_AHEAD ? TAKES_AHEAD : 0));
  for (uint32_t i = first; i < end; i++, to += record_bytes) {
    if (i + TAKES_AHEAD < end) {
      /* The next records lie anywhere: fetching their first lines early hides most of the wait. */
      const uint8_t *next = resident ? resident + entry_index(ring, ahead) * record_bytes
                            : cells  ? cells + entry_value(ring, ahead) * record_bytes
                                     : to;
      const uint64_t lines = record_bytes < LINES_AHEAD_BYTES ? record_bytes : LINES_AHEAD_BYTES;
      for (uint64_t line = 0; line < lines; line += 64)
        prefetch_far(next + line);
      if (++ahead == ring->capacity)
        ahead = 0;
    }
    if (entry_status(ring, entry) != 0)
      memset(to, 0, record_bytes);
    else if (resident)
      memcpy(to, resident + entry_index(ring, entry) * record_bytes, record_bytes);
    else if (cells)
      memcpy(to, cells + entry_value(ring, entry) * record_bytes, record_bytes);
    if (++entry == ring->capacity)
      entry = 0;
  }
}

/* The chain of a record that is taken soon, as if it were one run, which most are. For its first
 * lines there is no branch that depends on how long it is: it would be guessed wrong. */
PREFETCHING void prepare_chain(const penstock_reader *reader, uint32_t entry, uint64_t bytes) {
  const uint32_t chunk = entry_value(&reader->entries, entry);
  if (chunk == ENTRY_NONE)
    return;
  const chunk_pool *pool = &reader->pool;
  if (!entry_is_one_run(&reader->entries, entry))
    __builtin_prefetch(&pool->next[chunk]);
  const uint8_t *memory = chunk_memory(pool, chunk);
  for (uint64_t line = 0; line < LINES_AHEAD_BYTES; line += CACHE_LINE_BYTES)
    prefetch_far(memory + (line < bytes ? line : bytes));
  bytes = bytes < CHAIN_AHEAD_BYTES ? bytes : CHAIN_AHEAD_BYTES;
  for (uint64_t line = LINES_AHEAD_BYTES; line < bytes; line += CACHE_LINE_BYTES)
    prefetch_far(memory + line);
}

/* Of a record that is laid out in a slot, in all columns that are read. */
static uint64_t length_of(const penstock_reader *reader, int64_t *const *values, uint32_t i) {
  uint64_t bytes = reader->fixed_bytes;
  for (uint32_t v = 0; v < reader->variable_count; v++)
    bytes += values_length(values[v], i);
  return bytes;
}

/* A record that is one run of one column, if there is room for whole lines before `end`: what is
 * copied behind it is where the next record goes. */
static int take_lines(const penstock_reader *reader, uint32_t entry, uint32_t i, uint8_t *slot,
                      const int64_t *values, uint32_t end) {
  const uint64_t bytes = values_length(values, i);
  const uint64_t room = (uint64_t)(values[1 + end] - values[1 + i]);
  if (round_up(bytes, CACHE_LINE_BYTES) > room || !entry_is_one_run(&reader->entries, entry) ||
      entry_has_failed(&reader->entries, entry))
    return 0;
  chain_read_all(&reader->pool, entry_value(&reader->entries, entry), values_place(slot, values, i),
                 bytes);
  return 1;
}

/* All columns of a record, in the order in which they lie in its chain. */
static void take_chain(const penstock_reader *reader, uint32_t entry, uint32_t i, uint8_t *slot,
                       int64_t *const *values) {
  const int is_failed = entry_status(&reader->entries, entry) != 0;
  chain_place place = cells_chain(reader, entry);
  uint64_t at = 0;
  for (uint32_t k = 0; k < reader->active_count; k++) {
    const uint32_t column = reader->active[k];
    const uint64_t bytes = reader->source->columns[column].record_bytes;
    if (bytes == 0)
      continue; /* variable */
    uint8_t *to = slot + reader->slot_offsets[column] + i * bytes;
    if (is_failed)
      memset(to, 0, bytes);
    else
      place = chain_read(&reader->pool, place, at, to, bytes);
    at += bytes;
  }
  for (uint32_t v = 0; v < reader->variable_count; v++) {
    const uint64_t bytes = values_length(values[v], i);
    uint8_t *to = values_place(slot, values[v], i);
    if (is_failed)
      memset(to, 0, bytes);
    else
      place = chain_read(&reader->pool, place, at, to, bytes);
    at += bytes;
  }
  if (!is_failed)
    PENSTOCK_ASSERT(at == cells_entry_bytes(reader, entry));
}

static void take_chains(const penstock_reader *reader, uint32_t first, uint32_t end,
                        uint8_t *slot) {
  const entry_ring *ring = &reader->entries;
  int64_t *values[PENSTOCK_MAX_COLUMNS];
  for (uint32_t v = 0; v < reader->variable_count; v++)
    values[v] = values_of(reader, slot, v);
  const int is_plain = reader->variable_count == 1 && reader->fixed_bytes == 0;
  uint32_t entry = entry_at(ring, ring->taken + first);
  for (uint32_t i = first; i < end; i++) {
    if (i + TAKES_AHEAD < end)
      prepare_chain(reader, entry_after(ring, entry, TAKES_AHEAD),
                    length_of(reader, values, i + TAKES_AHEAD));
    if (!is_plain || !take_lines(reader, entry, i, slot, values[0], end))
      take_chain(reader, entry, i, slot, values);
    entry = entry_after(ring, entry, 1);
  }
}

/* Values that were read in place need nothing, except those of failed records. */
static void clear_failed_values(const penstock_reader *reader, uint32_t count, uint8_t *slot) {
  const entry_ring *ring = &reader->entries;
  for (uint32_t v = 0; v < reader->variable_count; v++) {
    const int64_t *values = values_of(reader, slot, v);
    for (uint32_t i = 0; i < count; i++)
      if (entry_status(ring, entry_at(ring, ring->taken + i)) != 0)
        memset(values_place(slot, values, i), 0, values_length(values, i));
  }
}

/* Reports the first failure of these records. A record that was given up is not one, unless it is
 * all that is left of its batch. */
static void report_failure(penstock_reader *reader, uint32_t count, penstock_failure *failure) {
  entry_ring *ring = &reader->entries;
  int64_t given_up = -1;
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t entry = entry_at(ring, ring->taken + i);
    resident_check(reader, entry);
    if (entry_status(ring, entry) == 0)
      continue;
    ring->failed--;
    if (entry_is_given_up(ring, entry))
      given_up = entry;
    else if (failure->status == 0)
      describe(reader, entry, failure);
  }
  if (failure->status == 0 && given_up >= 0) /* the one that failed was taken before */
    describe(reader, (uint32_t)given_up, failure);
}

static void look_for_failures(penstock_reader *reader, uint32_t count, penstock_failure *failure) {
  *failure = (penstock_failure){.column = -1, .file = -1, .index = -1, .offset_bytes = -1};
  if (reader->entries.failed > 0 || reader->damage_count > 0)
    report_failure(reader, count, failure);
  failure->taken = count;
}

static void count_taken(penstock_reader *reader, uint32_t count, uint8_t *slot) {
  penstock_statistics *statistics = &reader->statistics;
  statistics->records += count;
  for (uint32_t column = 0; column < reader->source->column_count; column++)
    statistics->bytes_taken += count * reader->source->columns[column].record_bytes;
  for (uint32_t v = 0; v < reader->variable_count; v++)
    statistics->bytes_taken += (uint64_t)values_of(reader, slot, v)[1 + count];
}

/* What the elevator knows of the records that are taken, in bytes. */
static void tell_elevator(penstock_reader *reader, uint32_t count, uint8_t *slot) {
  if (reader->pool.count == 0)
    return;
  int64_t *values[PENSTOCK_MAX_COLUMNS];
  for (uint32_t v = 0; v < reader->variable_count; v++)
    values[v] = values_of(reader, slot, v);
  for (uint32_t i = 0; i < count; i++)
    elevator_taken(reader, reader->entries.taken + i, length_of(reader, values, i));
}

void gather_copy_taken(const penstock_reader *reader, uint32_t first, uint32_t end, uint8_t *slot,
                       int is_failed) {
  const int in_chains = reader->pool.count > 0;
  if (in_chains)
    take_chains(reader, first, end, slot);
  for (uint32_t column = 0; column < reader->source->column_count; column++) {
    if (reader->source->columns[column].table)
      continue;
    if (reader->resident[column] || (!in_chains && (reader->cells[column] || is_failed)))
      take_column(reader, column, first, end, slot);
  }
}

/* How many of the oldest records fit in the slot. */
static uint32_t lay_out(penstock_reader *reader, uint32_t count, uint8_t *slot) {
  return reader->variable_count > 0 && cells_exist(reader)
             ? values_lay_out(reader, reader->entries.taken, count, slot)
             : count;
}

void gather_prepare(penstock_reader *reader, uint32_t count, uint64_t slot_address) {
  uint8_t *slot = (uint8_t *)(uintptr_t)slot_address;
  (void)help_await_taken(reader, 0, NULL); /* what was prepared before, perhaps for this slot */
  if (help_is_worth_taking(reader, count))
    help_post_taken(reader, count, lay_out(reader, count, slot), slot);
}

int32_t gather_take(penstock_reader *reader, uint32_t count, uint64_t slot_address,
                    penstock_failure *failure) {
  entry_ring *ring = &reader->entries;
  uint8_t *slot = (uint8_t *)(uintptr_t)slot_address;
  const uint32_t prepared = help_await_taken(reader, count, slot);
  count = prepared > 0 ? prepared : lay_out(reader, count, slot);
  if (count == 0)
    return -ENOSPC;
  look_for_failures(reader, count, failure);
  const int is_failed = failure->status != 0;
  if (prepared == 0 || is_failed)
    gather_copy_taken(reader, 0, count, slot, is_failed);
  if (is_failed && reader->pool.count == 0)
    clear_failed_values(reader, count, slot);
  tell_elevator(reader, count, slot);
  count_taken(reader, count, slot);
  if (cells_exist(reader))
    cells_release(reader, count);
  entry_take(ring, count);
  if (ring->admitted < ring->taken)
    ring->admitted = ring->taken;
  return failure->status;
}
