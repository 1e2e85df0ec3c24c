/* Values of variable columns in a slot: those of one column lie one after another, then those of
 * the next column. How many records fit depends on their sizes, all columns together. */
#include "core/values.h"
#include "core/cells.h"
#include "core/common.h"

/* Of a record in variable column number v. An entry knows all of its bytes, which is enough where
 * no other column differs in size. */
static uint64_t length_of(const penstock_reader *reader, uint32_t entry, uint32_t v) {
  const uint64_t bytes =
      reader->variable_count == 1 ? entry_bytes(&reader->entries, entry) : BYTES_UNKNOWN;
  return bytes != BYTES_UNKNOWN ? bytes - reader->fixed_bytes
                                : source_length(&reader->source->columns[reader->variable[v]],
                                                entry_index(&reader->entries, entry));
}

/* Adds a record; returns 0 when it does not fit. */
static int add(const penstock_reader *reader, uint32_t entry, uint32_t record,
               int64_t *const *values) {
  uint64_t sum = 0;
  for (uint32_t v = 0; v < reader->variable_count; v++) {
    const int64_t end = values[v][1 + record] + (int64_t)length_of(reader, entry, v);
    values[v][2 + record] = end;
    sum += round_up((uint64_t)end, CACHE_LINE_BYTES);
  }
  return sum <= reader->options.value_bytes;
}

uint32_t values_lay_out(penstock_reader *reader, uint64_t first, uint32_t count, uint8_t *slot) {
  const entry_ring *ring = &reader->entries;
  const int are_known = reader->variable_count == 1 && cells_exist(reader);
  int64_t *values[PENSTOCK_MAX_COLUMNS];
  for (uint32_t v = 0; v < reader->variable_count; v++) {
    values[v] = values_of(reader, slot, v);
    values[v][1] = 0;
  }
  uint32_t fit = 0;
  for (uint32_t entry = entry_at(ring, first); fit < count; fit++) {
    if (!are_known)
      cells_prefetch_tables(reader, entry_among(ring, entry, TABLES_AHEAD, count - fit),
                            entry_among(ring, entry, 2 * TABLES_AHEAD, count - fit));
    if (!add(reader, entry, fit, values))
      break;
    entry = entry_after(ring, entry, 1);
  }
  uint64_t at = reader->values_at;
  for (uint32_t v = 0; v < reader->variable_count; v++) {
    values[v][0] = (int64_t)at;
    at += round_up((uint64_t)values[v][1 + fit], CACHE_LINE_BYTES);
  }
  return fit;
}
