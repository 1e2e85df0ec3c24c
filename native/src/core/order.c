/* The order: entries for records that are ordered and not yet taken, and where each goes. It knows
 * nothing about files. */
#include <errno.h>
#include <string.h>

#include "core/cells.h"
#include "core/common.h"
#include "core/fresh.h"
#include "core/order.h"
#include "core/reader.h"
#include "core/values.h"

uint64_t order_room(const penstock_reader *reader) {
  const entry_ring *ring = &reader->entries;
  return ring->capacity - (ring->ordered - ring->taken);
}

void order_advance_ready(penstock_reader *reader) {
  entry_ring *ring = &reader->entries;
  if (reader->loading.unloaded_bytes > 0)
    return;
  uint32_t entry = entry_at(ring, ring->ready);
  while (ring->ready < ring->ordered && entry_state(ring, entry) == ENTRY_LOADED) {
    ring->ready++;
    if (++entry == ring->capacity)
      entry = 0;
  }
}

static const slot_batch *batch_at(const penstock_reader *reader, uint32_t number) {
  return &reader->batches[(reader->batch_first + number) % PENSTOCK_MAX_SLOT_BATCHES];
}

/* Batches lie in order from the oldest record on, and nearly all are full: looks where the batch
 * would be if all were, then bisects what lies behind. */
static const slot_batch *find_batch(const penstock_reader *reader, uint32_t age) {
  const uint64_t sequence = reader->entries.taken + age;
  uint32_t low = age / reader->options.batch_size;
  const slot_batch *guess = batch_at(reader, low);
  if (sequence - guess->first < guess->count)
    return guess;
  uint32_t high = reader->batch_count;
  PENSTOCK_ASSERT(low < high);
  while (high - low > 1) {
    const uint32_t middle = low + (high - low) / 2;
    if (batch_at(reader, middle)->first <= sequence)
      low = middle;
    else
      high = middle;
  }
  return batch_at(reader, low);
}

uint8_t *order_destination(const penstock_reader *reader, uint32_t entry, uint32_t column) {
  const entry_ring *ring = &reader->entries;
  const uint64_t record_bytes = reader->source->columns[column].record_bytes;
  if (reader->options.cell_count > 0)
    return reader->cells[column] + record_bytes * entry_value(ring, entry);
  const uint32_t age = entry_age(ring, entry);
  const slot_batch *batch = find_batch(reader, age);
  if (record_bytes == 0)
    return (uint8_t *)(uintptr_t)batch->address +
           reader
               ->places[(uint64_t)entry * reader->variable_count + reader->variable_number[column]];
  return (uint8_t *)(uintptr_t)batch->address + reader->slot_offsets[column] +
         (ring->taken + age - batch->first) * record_bytes;
}

static int32_t check_order(const penstock_reader *reader, const int64_t *indices, uint32_t count,
                           uint64_t slot_address) {
  if (!indices || count == 0)
    return -EINVAL;
  if ((slot_address == 0) != cells_exist(reader) || slot_address % PENSTOCK_BLOCK_BYTES != 0)
    return -EINVAL;
  if (slot_address != 0 && count > reader->options.batch_size)
    return -EINVAL;
  const uint64_t record_count = reader->source->record_count;
  for (uint32_t i = 0; i < count; i++)
    if (indices[i] < 0 || (uint64_t)indices[i] >= record_count)
      return -EINVAL;
  if (order_room(reader) < count)
    return -EAGAIN;
  if (slot_address != 0 && reader->batch_count == PENSTOCK_MAX_SLOT_BATCHES)
    return -EAGAIN;
  return 0;
}

int32_t penstock_reader_ordered(const penstock_reader *reader, uint32_t count, int64_t *indices) {
  if (!reader || !indices || count > reader->entries.ordered - reader->entries.taken)
    return -EINVAL;
  const entry_ring *ring = &reader->entries;
  uint32_t entry = entry_at(ring, ring->taken);
  for (uint32_t i = 0; i < count; i++) {
    indices[i] = (int64_t)entry_index(ring, entry);
    if (++entry == ring->capacity)
      entry = 0;
  }
  return 0;
}

/* The window that the elevator works on is not in the queue, so the last one there may grow. */
int32_t penstock_reader_end_window(penstock_reader *reader, uint64_t later) {
  if (!reader || !reader->options.windowed ||
      later > reader->entries.ordered - reader->entries.taken)
    return -EINVAL;
  window_queue *windows = &reader->windows;
  if (windows->count == MAX_WINDOW_ENDS)
    windows->count--;
  windows->ends[(windows->first + windows->count) % MAX_WINDOW_ENDS] =
      reader->entries.ordered - later;
  windows->count++;
  return 0;
}

/* Where the values of a batch go in its slot. Returns 0 or -ENOSPC. */
static int32_t place_values(penstock_reader *reader, uint32_t count, uint64_t slot_address) {
  uint8_t *slot = (uint8_t *)(uintptr_t)slot_address;
  const entry_ring *ring = &reader->entries;
  if (reader->variable_count == 0 || slot_address == 0)
    return 0;
  if (values_lay_out(reader, ring->ordered, count, slot) < count)
    return -ENOSPC;
  for (uint32_t v = 0; v < reader->variable_count; v++) {
    const int64_t *values = values_of(reader, slot, v);
    for (uint32_t i = 0; i < count; i++)
      reader->places[(uint64_t)entry_at(ring, ring->ordered + i) * reader->variable_count + v] =
          (uint64_t)(values[0] + values[1 + i]);
  }
  return 0;
}

int32_t penstock_reader_order(penstock_reader *reader, const int64_t *indices, uint32_t count,
                              uint64_t slot_address) {
  if (!reader)
    return -EINVAL;
  int32_t status = check_order(reader, indices, count, slot_address);
  if (status != 0)
    return status;
  entry_ring *ring = &reader->entries;
  /* With all columns resident there is nothing to read. */
  const uint32_t state = reader->active_count > 0 ? ENTRY_PENDING : ENTRY_LOADED;
  uint32_t entry = entry_at(ring, ring->ordered);
  for (uint32_t i = 0; i < count; i++) {
    ring->all[entry] = (order_entry){.word = (uint64_t)indices[i]};
    entry_set(ring, entry, state, ENTRY_NONE);
    if (++entry == ring->capacity)
      entry = 0;
  }
  status = place_values(reader, count, slot_address);
  if (status != 0)
    return status;
  if (slot_address != 0) {
    reader->batches[(reader->batch_first + reader->batch_count) % PENSTOCK_MAX_SLOT_BATCHES] =
        (slot_batch){.first = ring->ordered, .address = slot_address, .count = count};
    reader->batch_count++;
  }
  ring->ordered += count;
  fresh_ordered(reader);
  return 0;
}
