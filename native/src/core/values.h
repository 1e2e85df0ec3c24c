/* Values of variable columns in a slot. */
#ifndef PENSTOCK_VALUES_H
#define PENSTOCK_VALUES_H

#include <stdint.h>

#include "core/reader.h"

/* What lies in a slot at the offset of variable column number v: where its values begin in the
 * slot, and then the offsets of its records from there, one more than records. */
static inline int64_t *values_of(const penstock_reader *reader, uint8_t *slot, uint32_t v) {
  return (int64_t *)(void *)(slot + reader->slot_offsets[reader->variable[v]]);
}

static inline uint8_t *values_place(uint8_t *slot, const int64_t *values, uint32_t record) {
  return slot + values[0] + values[1 + record];
}

static inline uint64_t values_length(const int64_t *values, uint32_t record) {
  return (uint64_t)(values[2 + record] - values[1 + record]);
}

/* Lays the values of entries in a slot, from sequence number `first` on: as many as fit, at most
 * count. Returns how many do. */
uint32_t values_lay_out(penstock_reader *reader, uint64_t first, uint32_t count, uint8_t *slot);

#endif
