/* The order: what was ordered, in which windows, and where each record goes. */
#ifndef PENSTOCK_ORDER_H
#define PENSTOCK_ORDER_H

#include <stdint.h>

#include "penstock.h"

/* Windows of the order that have ended and wait for the elevator: the sequence number after the
 * last entry of each. When there are more than fit, the last one grows: large windows are few. */
enum { MAX_WINDOW_ENDS = 64 };

typedef struct {
  uint64_t ends[MAX_WINDOW_ENDS]; /* a ring: count of them, from first on */
  uint32_t first;
  uint32_t count;
  uint64_t open; /* the elevator may take on entries before this */
} window_queue;

/* A batch that was ordered with a slot. */
typedef struct {
  uint64_t first; /* sequence number */
  uint64_t address;
  uint32_t count;
} slot_batch;

/* How many records may be ordered now. */
uint64_t order_room(const penstock_reader *reader);
/* Counts the oldest entries that are loaded. */
void order_advance_ready(penstock_reader *reader);
/* Where the bytes of this record go: in its slot or its cell. */
uint8_t *order_destination(const penstock_reader *reader, uint32_t entry, uint32_t column);

#endif
