/* The one reader under test in a program, with the slot that its records land in, and a consumer
 * for it. Its backend writes down what it is asked for; every byte delivered is checked. */
#ifndef PENSTOCK_SESSION_H
#define PENSTOCK_SESSION_H

#include "core/backend.h"
#include "recorder.h"

enum { DATA_OFFSET = 128 }; /* of make_source */

extern penstock_source *source;
extern penstock_reader *reader;
extern penstock_reader_options options; /* to be set before open_reader */
extern uint64_t slot;

/* Opens a reader of this source, which close_reader closes as well. Options for cells become those
 * for chunks when kind_of_columns asks for that, see support.h. */
void open_reader(penstock_source *of);
void open_reader_with(penstock_source *of, backend_opener opener);
void close_reader(void);

const uint8_t *column_in_slot(uint32_t column);
penstock_statistics statistics_now(void);

/* Takes the oldest records, which must be these ones, of a source made by make_source: all of them,
 * or, where they differ in size, as many as fit. Returns how many. */
uint32_t take_these(const int64_t *indices, uint32_t count);

/* Waits for so many records; where they differ in size there may be room for fewer. Returns how
 * many of them are ready. */
uint32_t drive_until_ready(uint32_t wanted);

/* One batch in one slot: all of it is planned at once. */
void read_batch(const int64_t *indices, uint32_t count);

/* What read number `number` was, counted from 0. */
void check_read(uint32_t number, uint64_t offset_bytes, uint32_t length_bytes, uint32_t records);

/* Whether the files can be read directly; closes the source if not. */
int has_direct(penstock_source *of);

/* Consumes an order through cells as a loader does: orders all that there is room for, waits for a
 * batch, takes it. Between batches, what a consumer may do: nothing (0), let the reader run until
 * it has nothing left to do (1), take odd numbers of records (2). */
typedef struct {
  const int64_t *indices;
  uint64_t count;
  uint64_t ordered;
  uint64_t taken;
  int habit;
} consumer;

void consume(consumer *self, uint64_t until);

#endif
