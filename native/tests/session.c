/* See session.h. */
#include "session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/reader.h"
#include "support.h"

penstock_source *source;
penstock_reader *reader;
penstock_reader_options options;
static uint64_t offsets[PENSTOCK_MAX_COLUMNS];
static uint64_t slot_bytes;
uint64_t slot;

void open_reader_with(penstock_source *of, backend_opener opener) {
  source = of;
  if (options.chunk_count == 0)
    adapt_options(source, &options);
  recorded_count = recorded_depth = 0;
  CHECK_EQUAL(reader_open_with(source, &options, opener, &reader), 0);
  CHECK_EQUAL(
      penstock_slot_layout(source, options.batch_size, options.value_bytes, offsets, &slot_bytes),
      0);
  CHECK_EQUAL(penstock_memory_allocate(slot_bytes, 0, &slot), 0);
}

void open_reader(penstock_source *of) { open_reader_with(of, recorder_open); }

void close_reader(void) {
  CHECK(recorded_depth <= options.queue_depth);
  CHECK_EQUAL(penstock_reader_close(reader), 0);
  CHECK_EQUAL(penstock_memory_free(slot, slot_bytes), 0);
  CHECK_EQUAL(penstock_source_close(source), 0);
}

const uint8_t *column_in_slot(uint32_t column) {
  return (const uint8_t *)(uintptr_t)slot + offsets[column];
}

static void check_slot(const int64_t *indices, uint32_t count) {
  for (uint32_t i = 0; i < source->column_count; i++)
    check_column(source, i, (const uint8_t *)(uintptr_t)slot, offsets[i], indices, count);
}

uint32_t take_these(const int64_t *indices, uint32_t count) {
  int64_t *ordered = malloc((count + 1) * sizeof *ordered);
  ordered[count] = -1;
  CHECK_EQUAL(penstock_reader_ordered(reader, count, ordered), 0);
  CHECK(memcmp(ordered, indices, count * sizeof *ordered) == 0);
  CHECK_EQUAL(ordered[count], -1);
  free(ordered);
  memset((void *)(uintptr_t)slot, 0xEE, slot_bytes);
  penstock_failure failure;
  CHECK_EQUAL(penstock_reader_take(reader, count, slot, &failure), 0);
  CHECK(failure.taken == count || (options.chunk_count > 0 && failure.taken > 0));
  check_slot(indices, failure.taken);
  return failure.taken;
}

uint32_t drive_until_ready(uint32_t wanted) {
  penstock_progress progress;
  CHECK_EQUAL(penstock_reader_drive(reader, wanted, UINT64_MAX, &progress), 0);
  CHECK(progress.ready >= wanted || (options.chunk_count > 0 && progress.ready > 0));
  return progress.ready < wanted ? (uint32_t)progress.ready : wanted;
}

/* One batch in one slot: all of it is planned at once. */
void read_batch(const int64_t *indices, uint32_t count) {
  CHECK_EQUAL(penstock_reader_order(reader, indices, count, slot), 0);
  /* In place, so what is read straight must not be wiped away between drive and take. */
  drive_until_ready(count);
  penstock_failure failure;
  CHECK_EQUAL(penstock_reader_take(reader, count, slot, &failure), 0);
  check_slot(indices, count);
}

penstock_statistics statistics_now(void) {
  penstock_statistics statistics;
  CHECK_EQUAL(penstock_reader_statistics(reader, &statistics), 0);
  return statistics;
}

void check_read(uint32_t number, uint64_t offset_bytes, uint32_t length_bytes, uint32_t records) {
  CHECK(number < recorded_count);
  CHECK_EQUAL(recorded_reads[number].offset_bytes, offset_bytes);
  CHECK_EQUAL(recorded_reads[number].length_bytes, length_bytes);
  CHECK_EQUAL(recorded_reads[number].records, records);
}

int has_direct(penstock_source *of) {
  if (is_available(of, PENSTOCK_BACKEND_PREAD, PENSTOCK_IO_DIRECT))
    return 1;
  close_source(of);
  return 0;
}

static void order_all_there_is_room_for(consumer *self) {
  penstock_progress progress;
  CHECK_EQUAL(penstock_reader_drive(reader, 0, 0, &progress), 0);
  uint64_t size = self->count - self->ordered;
  size = size < progress.room ? size : progress.room;
  if (size == 0)
    return;
  CHECK_EQUAL(penstock_reader_order(reader, self->indices + self->ordered, (uint32_t)size, 0), 0);
  self->ordered += size;
}

static void let_it_run_dry(void) {
  enum { MILLISECOND_NS = 1000000 };
  penstock_progress progress;
  uint64_t requests;
  do {
    requests = statistics_now().requests;
    CHECK_EQUAL(penstock_reader_drive(reader, 0, 0, &progress), 0);
    /* pread reads only while it is waited for: one more than there are now. */
    CHECK_EQUAL(penstock_reader_drive(reader, progress.ready + 1, MILLISECOND_NS, &progress), 0);
  } while (progress.in_flight > 0 || statistics_now().requests > requests);
}

void consume(consumer *self, uint64_t until) {
  while (self->taken < until) {
    order_all_there_is_room_for(self);
    if (self->habit == 1 && self->taken / options.batch_size % 16 == 5)
      let_it_run_dry();
    uint64_t size = options.batch_size;
    if (self->habit == 2)
      size = 1 + (self->taken * 7 + 3) % options.batch_size;
    size = size < until - self->taken ? size : until - self->taken;
    size = drive_until_ready((uint32_t)size);
    self->taken += take_these(self->indices + self->taken, (uint32_t)size);
  }
}
