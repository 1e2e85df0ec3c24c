/* Values of variable columns in a slot: those of one column lie one after another, then those of
 * the next column. How many records fit depends on their sizes, all columns together. */
#include "core/values.h"
#include "core/common.h"

/* How many records ahead the memory of their tables is prefetched. */
#define VALUES_AHEAD 8

static void look_up_early(const penstock_reader *reader, const record_table *table, uint64_t at,
                          uint64_t end) {
  const entry_ring *ring = &reader->entries;
  if (at + 2 * VALUES_AHEAD < end)
    table_prefetch_position(table, entry_index(ring, entry_at(ring, at + 2 * VALUES_AHEAD)));
  if (at + VALUES_AHEAD < end)
    table_prefetch_group(table, entry_index(ring, entry_at(ring, at + VALUES_AHEAD)));
}

/* Adds a record; returns 0 when it does not fit. */
static int add(const penstock_reader *reader, uint64_t index, uint32_t record,
               int64_t *const *values) {
  uint64_t sum = 0;
  for (uint32_t v = 0; v < reader->variable_count; v++) {
    const uint64_t length = source_length(&reader->source->columns[reader->variable[v]], index);
    values[v][2 + record] = values[v][1 + record] + (int64_t)length;
    sum += round_up((uint64_t)values[v][2 + record], CACHE_LINE_BYTES);
  }
  return sum <= reader->options.value_bytes;
}

uint32_t values_lay_out(penstock_reader *reader, uint64_t first, uint32_t count, uint8_t *slot) {
  const entry_ring *ring = &reader->entries;
  int64_t *values[PENSTOCK_MAX_COLUMNS];
  for (uint32_t v = 0; v < reader->variable_count; v++) {
    values[v] = values_of(reader, slot, v);
    values[v][1] = 0;
  }
  uint32_t fit = 0;
  for (; fit < count; fit++) {
    for (uint32_t v = 0; v < reader->variable_count; v++)
      look_up_early(reader, reader->source->columns[reader->variable[v]].table, first + fit,
                    first + count);
    if (!add(reader, entry_index(ring, entry_at(ring, first + fit)), fit, values))
      break;
  }
  uint64_t at = reader->values_at;
  for (uint32_t v = 0; v < reader->variable_count; v++) {
    values[v][0] = (int64_t)at;
    at += round_up((uint64_t)values[v][1 + fit], CACHE_LINE_BYTES);
  }
  return fit;
}
