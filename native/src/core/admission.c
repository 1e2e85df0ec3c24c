/* Admission: how far ahead of the consumer the elevator looks, in records and in bytes, and how
 * much of the reserve reads that cannot wait may use. */
#include "core/cache.h"
#include "core/cells.h"
#include "core/common.h"
#include "core/elevator.h"
#include "core/reader.h"

/* How many records ahead the memory of their tables is prefetched. */
#define ADMITTED_AHEAD 8

/* How far ahead of the oldest record the elevator may look, as a sequence number. During its first
 * sweep the horizon grows with the elevator's place; otherwise the places passed first would fill
 * all cells with records that are due late. The head may be seen at once, so that there is
 * something to begin with, and so that this sweep brings all of the head that was not read by
 * itself. */
static uint64_t admission_limit(const penstock_reader *reader) {
  const elevator *elevator = &reader->elevator;
  const entry_ring *ring = &reader->entries;
  if (reader->options.windowed)
    return reader->windows.open;
  uint64_t limit = ring->taken + ring->capacity;
  if (reader->options.cell_count > 0 && elevator->sweeps == 0) {
    const double swept = (double)(elevator->place + 1) / elevator->count;
    const uint64_t part = (uint64_t)((double)ring->capacity * swept);
    limit = ring->taken + (part > elevator->head ? part : elevator->head);
  }
  return limit < ring->ordered ? limit : ring->ordered;
}

/* The same in bytes, for records of different sizes: entries that are taken on in the order's
 * sequence must not need more than this, except for the last one. */
static uint64_t admission_bytes(const penstock_reader *reader) {
  const elevator *elevator = &reader->elevator;
  if (reader->pool.count == 0 || reader->options.windowed)
    return UINT64_MAX;
  if (elevator->sweeps > 0)
    return reader->options.horizon_bytes;
  const double swept = (double)(elevator->place + 1) / elevator->count;
  const double part = swept > 1.0 / HEAD_PART ? swept : 1.0 / HEAD_PART;
  return (uint64_t)((double)reader->options.horizon_bytes * part);
}

int elevator_is_at_horizon(const penstock_reader *reader) {
  return reader->elevator.sweeps > 0 && reader->elevator.admitted_bytes >= admission_bytes(reader);
}

int elevator_is_giant(const penstock_reader *reader, uint32_t entry) {
  return reader->elevator.has_giants && cells_units(reader, entry) > reader->elevator.most_units;
}

/* The tables of later entries may lie anywhere: prefetching hides the waits for memory. */
static void look_up_early(const penstock_reader *reader, uint64_t sequence) {
  const entry_ring *ring = &reader->entries;
  for (uint32_t i = 0; i < reader->variable_count; i++) {
    const record_table *table = reader->source->columns[reader->variable[i]].table;
    if (sequence + 2 * ADMITTED_AHEAD < ring->ordered)
      table_prefetch_position(table,
                              entry_index(ring, entry_at(ring, sequence + 2 * ADMITTED_AHEAD)));
    if (sequence + ADMITTED_AHEAD < ring->ordered)
      table_prefetch_group(table, entry_index(ring, entry_at(ring, sequence + ADMITTED_AHEAD)));
  }
}

void elevator_admit(penstock_reader *reader) {
  entry_ring *ring = &reader->entries;
  const uint64_t limit = admission_limit(reader);
  if (ring->admitted >= limit)
    return;
  const int in_bytes = reader->pool.count > 0;
  const uint64_t most_bytes = admission_bytes(reader);
  uint32_t entry = entry_at(ring, ring->admitted);
  for (; ring->admitted < limit; ring->admitted++) {
    if (in_bytes) {
      if (reader->elevator.admitted_bytes >= most_bytes)
        return;
      look_up_early(reader, ring->admitted);
      reader->elevator.admitted_bytes += cells_record_bytes(reader, entry_index(ring, entry));
    }
    /* An urgent read may have taken it on already. */
    if (entry_state(ring, entry) == ENTRY_PENDING && !cache_serve(reader, entry) &&
        !elevator_is_giant(reader, entry))
      elevator_push(reader, entry);
    if (++entry == ring->capacity)
      entry = 0;
  }
}

void elevator_taken(penstock_reader *reader, uint64_t sequence, uint64_t bytes) {
  elevator *elevator = &reader->elevator;
  if (sequence < reader->entries.admitted)
    elevator->admitted_bytes -= bytes;
  if (sequence < elevator->head_next)
    elevator->head_units -= chunks_for(&reader->pool, bytes);
}

uint64_t elevator_fit_reserve(const penstock_reader *reader, uint64_t begin, uint64_t end,
                              uint64_t *units) {
  if (reader->pool.count == 0)
    return end;
  for (uint64_t at = begin; at < end; at++) {
    const uint64_t more = cells_units(reader, entry_at(&reader->entries, at));
    if (*units + more > reader->elevator.reserve)
      return at;
    *units += more;
  }
  return end;
}
