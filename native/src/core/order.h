/* The order: what was ordered, in which windows, and where each record is to land. */
#ifndef PENSTOCK_ORDER_H
#define PENSTOCK_ORDER_H

#include <stdint.h>

#include "penstock.h"

/* Windows of the order that have ended and are not yet taken on: sequence numbers behind the last
 * entry of each. When there are more, the last one grows: large windows are few. */
enum { MAX_WINDOW_ENDS = 64 };

typedef struct {
  uint64_t ends[MAX_WINDOW_ENDS]; /* a ring */
  uint32_t first;
  uint32_t count;
  uint64_t open; /* before this the elevator may take entries on */
} window_queue;

typedef struct {
  uint64_t first;
  uint64_t address;
  uint32_t count;
} slot_batch;

uint64_t order_room(const penstock_reader *reader);
void order_advance_ready(penstock_reader *reader);
uint8_t *order_destination(const penstock_reader *reader, uint32_t entry, uint32_t column);

#endif
