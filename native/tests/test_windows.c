/* Orders that come in windows of whole runs of records: every run is read once and as a whole,
 * window after window, whatever the consumer does. Seen through a backend that writes down what it
 * is asked for; every byte delivered is checked. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/reader.h"
#include "recorder.h"
#include "support.h"

enum {
  DATA_OFFSET = 128, /* of make_source */
  RECORD = 100,
  COUNT = 40000,
  BLOCK = 500,
  WINDOW_BLOCKS = 8,
  WINDOW = BLOCK * WINDOW_BLOCKS,
  BATCH = 64,
  READ_RECORDS = 65536 / RECORD,
  READ_OF_LESS_THAN_A_BLOCK = 45056,
  /* A window, what is kept for forced reads, and one more read. */
  CELLS = WINDOW + 4 * BATCH + READ_RECORDS,
};

static penstock_source *source;
static penstock_reader *reader;
static penstock_reader_options options;
static int with_slots;     /* batches are ordered with a slot, instead of landing in cells */
static int reads_may_grow; /* they are smaller than a block otherwise */
static uint64_t slot_bytes;
static uint64_t slots; /* one behind the other; with cells only the first is used */
static uint32_t slot_count;
static uint64_t offset_bytes;
static int64_t *order;
static uint64_t ordered;
static uint64_t taken;

static void shuffle(int64_t *indices, uint64_t count, uint64_t *state) {
  for (uint64_t i = count - 1; i > 0; i--) {
    const uint64_t other = next_random(state) % (i + 1);
    const int64_t index = indices[i];
    indices[i] = indices[other];
    indices[other] = index;
  }
}

/* Blocks in a shuffled order, the records of each window shuffled. */
static void make_order(void) {
  uint64_t state = 41;
  int64_t blocks[COUNT / BLOCK];
  for (int64_t i = 0; i < COUNT / BLOCK; i++)
    blocks[i] = i;
  shuffle(blocks, COUNT / BLOCK, &state);
  order = malloc(sizeof *order * COUNT);
  CHECK(order != NULL);
  for (int64_t i = 0; i < COUNT; i++)
    order[i] = blocks[i / BLOCK] * BLOCK + i % BLOCK;
  for (uint64_t at = 0; at < COUNT; at += WINDOW)
    shuffle(order + at, WINDOW, &state);
}

static void open_reader(uint32_t cells, uint32_t entries) {
  options = make_options(BATCH);
  options.cell_count = with_slots ? 0 : cells;
  options.entry_count = entries;
  options.windowed = 1;
  if (reads_may_grow) {
    options.max_read_bytes = READ_OF_LESS_THAN_A_BLOCK;
    options.staging_bytes = 1 << 20;
    options.adapt = PENSTOCK_ADAPT_READ;
  }
  source = make_source((const uint64_t[]){RECORD, 0}, COUNT);
  adapt_options(source, &options);
  recorded_count = recorded_depth = 0;
  CHECK_EQUAL(reader_open_with(source, &options, recorder_open, &reader), 0);
  CHECK_EQUAL(penstock_slot_layout(source, BATCH, options.value_bytes, &offset_bytes, &slot_bytes),
              0);
  slot_count = with_slots ? entries / BATCH : 1;
  slot_count = slot_count < PENSTOCK_MAX_SLOT_BATCHES ? slot_count : PENSTOCK_MAX_SLOT_BATCHES;
  CHECK_EQUAL(penstock_memory_allocate(slot_count * slot_bytes, 0, &slots), 0);
  memset((void *)(uintptr_t)slots, 0xEE, slot_count * slot_bytes);
  make_order();
  ordered = taken = 0;
}

static void close_reader(void) {
  CHECK_EQUAL(penstock_reader_close(reader), 0);
  CHECK_EQUAL(penstock_memory_free(slots, slot_count * slot_bytes), 0);
  CHECK_EQUAL(penstock_source_close(source), 0);
  free(order);
}

static penstock_progress drive(uint64_t wanted) {
  enum { MILLISECOND_NS = 1000000 };
  penstock_progress progress;
  CHECK_EQUAL(penstock_reader_drive(reader, wanted, wanted > 0 ? UINT64_MAX : 0, &progress), 0);
  return progress;
}

/* The slot of the batch that record number `at` of the order belongs to. */
static uint64_t slot_of(uint64_t at) { return slots + at / BATCH % slot_count * slot_bytes; }

static uint64_t batch_end(uint64_t at) {
  const uint64_t end = (at / BATCH + 1) * BATCH;
  return end < COUNT ? end : COUNT;
}

/* How many records may be ordered next, at most up to `end`: with slots, a whole batch. */
static uint64_t next_size(uint64_t end) {
  const uint64_t room = drive(0).room;
  if (with_slots) {
    const uint64_t size = batch_end(ordered) - ordered;
    const int is_free = ordered / BATCH - taken / BATCH < slot_count;
    return is_free && size <= room ? size : 0;
  }
  const uint64_t size = end - ordered < 1000 ? end - ordered : 1000;
  return size < room ? size : room;
}

/* Up to a sequence number; windows end every `window` records and at the end of the order. */
static void order_until(uint64_t end, uint64_t window) {
  while (ordered < end) {
    const uint64_t size = next_size(end);
    if (size == 0)
      return;
    const uint64_t before = ordered;
    CHECK_EQUAL(penstock_reader_order(reader, order + ordered, (uint32_t)size,
                                      with_slots ? slot_of(ordered) : 0),
                0);
    ordered += size;
    for (uint64_t at = (before / window + 1) * window; at <= ordered; at += window)
      CHECK_EQUAL(penstock_reader_end_window(reader, ordered - at), 0);
    if (ordered == COUNT && COUNT % window != 0)
      CHECK_EQUAL(penstock_reader_end_window(reader, 0), 0);
  }
}

/* A batch, in as many pieces as it comes in. */
static void take_batch(void) {
  for (const uint64_t end = batch_end(taken); taken < end;) {
    const uint64_t wanted = end - taken;
    const uint64_t ready = drive(wanted).ready;
    CHECK(ready >= wanted || (options.chunk_count > 0 && ready > 0));
    const uint64_t slot = slot_of(taken);
    penstock_failure failure;
    CHECK_EQUAL(
        penstock_reader_take(reader, (uint32_t)(ready < wanted ? ready : wanted), slot, &failure),
        0);
    CHECK(failure.taken == wanted || (options.chunk_count > 0 && failure.taken > 0));
    check_column(source, 0, (const uint8_t *)(uintptr_t)slot, offset_bytes, order + taken,
                 failure.taken);
    memset((void *)(uintptr_t)slot, 0xEE, slot_bytes);
    taken += failure.taken;
  }
}

static penstock_statistics statistics_now(void) {
  penstock_statistics statistics;
  CHECK_EQUAL(penstock_reader_statistics(reader, &statistics), 0);
  return statistics;
}

/* Until it has nothing left to do: pread reads only while it is waited for. */
static void let_it_run_dry(void) {
  penstock_progress progress;
  uint64_t requests;
  do {
    requests = statistics_now().requests;
    CHECK_EQUAL(penstock_reader_drive(reader, drive(0).ready + 1, 1000000, &progress), 0);
  } while (progress.in_flight > 0 || statistics_now().requests > requests);
}

/* Blocks are runs, cut where a read is full and where a place of the elevator ends. */
static void check_whole_blocks(void) {
  const penstock_statistics statistics = statistics_now();
  penstock_column_info info;
  CHECK_EQUAL(penstock_source_column(source, 0, &info), 0);
  CHECK_EQUAL(statistics.bytes_read, info.total_bytes);
  CHECK_EQUAL(statistics.bytes_wanted, info.total_bytes);
  CHECK_EQUAL(statistics.bytes_taken, info.total_bytes);
  CHECK_EQUAL(statistics.records, COUNT);
  const uint64_t places = COUNT * RECORD / (1 << 19);
  const uint64_t cuts = reads_may_grow ? 0 : COUNT / READ_RECORDS;
  CHECK(statistics.requests <= COUNT / BLOCK + cuts + places + 1);
}

static void every_block_is_read_once_as_a_whole(void) {
  open_reader(CELLS, 2 * WINDOW + BATCH);
  while (taken < COUNT) {
    order_until(COUNT, WINDOW);
    take_batch();
  }
  check_whole_blocks();
  close_reader();
}

/* 50,000 bytes in reads of 45,056. */
static void a_small_rest_of_a_block_is_read_along(void) {
  reads_may_grow = 1;
  every_block_is_read_once_as_a_whole();
  reads_may_grow = 0;
}

static void a_consumer_that_pauses_costs_nothing(void) {
  open_reader(CELLS, 2 * WINDOW + BATCH);
  for (uint32_t batch = 0; taken < COUNT; batch++) {
    order_until(COUNT, WINDOW);
    if (batch % 7 == 3)
      let_it_run_dry();
    take_batch();
  }
  check_whole_blocks();
  close_reader();
}

/* Most of the next window is there when the last record of this one is taken: with so few cells,
 * and with slots for two windows. */
static void the_next_window_is_read_while_this_one_is_consumed(void) {
  open_reader(CELLS, 2 * WINDOW + BATCH);
  while (taken < WINDOW / BATCH * BATCH) {
    order_until(COUNT, WINDOW);
    let_it_run_dry();
    take_batch();
  }
  let_it_run_dry();
  const uint64_t read = statistics_now().bytes_read / RECORD;
  CHECK(read >= WINDOW + WINDOW * 9 / 10);
  CHECK(read <= taken + (with_slots ? options.entry_count : CELLS));
  close_reader();
}

static void a_window_is_read_when_it_has_ended_and_not_before(void) {
  open_reader(4 * WINDOW, 4 * WINDOW);
  order_until(WINDOW - BATCH, WINDOW);
  let_it_run_dry();
  /* Only what was waited for: the first batch. */
  CHECK(statistics_now().bytes_read <= (BATCH + 1) * (RECORD + options.merge_gap_bytes));
  order_until(WINDOW + WINDOW / 2, WINDOW);
  let_it_run_dry();
  CHECK_EQUAL(drive(0).ready, WINDOW);
  CHECK_EQUAL(penstock_reader_end_window(reader, 0), 0);
  let_it_run_dry();
  CHECK_EQUAL(drive(0).ready, ordered);
  close_reader();
}

static void windows_come_one_after_the_other(void) {
  open_reader(4 * WINDOW, 4 * WINDOW);
  order_until(3 * WINDOW, WINDOW);
  let_it_run_dry();
  uint64_t records = 0;
  for (uint32_t i = 0; i < recorded_count; i++) {
    const int64_t index = (int64_t)(recorded_reads[i].offset_bytes - DATA_OFFSET) / RECORD;
    uint64_t position = 0;
    while (order[position] != index)
      position++;
    CHECK_EQUAL(position / WINDOW, records / WINDOW);
    records += recorded_reads[i].records;
  }
  CHECK_EQUAL(records, 3 * WINDOW);
  close_reader();
}

/* More windows than are kept apart: the later ones are read together. */
static void very_many_windows_are_delivered_all_the_same(void) {
  for (uint64_t window = 1; window <= 100; window += 33) {
    open_reader(CELLS, COUNT);
    while (taken < COUNT) {
      order_until(COUNT, window);
      take_batch();
    }
    CHECK_EQUAL(statistics_now().records, COUNT);
    close_reader();
  }
}

/* It is a waste, but no deadlock. */
static void a_window_larger_than_all_cells_is_delivered_all_the_same(void) {
  open_reader(WINDOW / 3, 2 * WINDOW);
  while (taken < COUNT) {
    order_until(COUNT, WINDOW);
    take_batch();
  }
  close_reader();
  open_reader(WINDOW / 3, WINDOW / 2); /* nor one that never ends, as there is no room for it */
  while (taken < 2 * WINDOW) {
    order_until(COUNT, WINDOW);
    take_batch();
  }
  close_reader();
}

static void a_reset_forgets_windows(void) {
  open_reader(CELLS, 2 * WINDOW + BATCH);
  order_until(WINDOW + 70, WINDOW);
  take_batch();
  CHECK_EQUAL(penstock_reader_reset(reader), 0);
  ordered = taken = 0;
  while (taken < COUNT) {
    order_until(COUNT, WINDOW);
    take_batch();
  }
  close_reader();
}

static void an_end_that_cannot_be_is_refused(void) {
  open_reader(CELLS, 2 * WINDOW);
  CHECK_EQUAL(penstock_reader_end_window(NULL, 0), -EINVAL);
  CHECK_EQUAL(penstock_reader_order(reader, order, 10, with_slots ? slots : 0), 0);
  CHECK_EQUAL(penstock_reader_end_window(reader, 11), -EINVAL);
  CHECK_EQUAL(penstock_reader_end_window(reader, 10), 0);
  close_reader();
  options.windowed = 0;
  source = make_source((const uint64_t[]){RECORD, 0}, COUNT);
  CHECK_EQUAL(penstock_reader_open(source, &options, &reader), 0);
  CHECK_EQUAL(penstock_reader_end_window(reader, 0), -EINVAL);
  CHECK_EQUAL(penstock_reader_close(reader), 0);
  CHECK_EQUAL(penstock_source_close(source), 0);
}

int main(void) {
  for (kind_of_columns = OF_ONE_SIZE; kind_of_columns < COLUMN_KINDS; kind_of_columns++)
    for (with_slots = 0; with_slots <= 1; with_slots++) {
      printf("kind %d, %s\n", (int)kind_of_columns, with_slots ? "slots" : "cells");
      if (kind_of_columns == ONE_GIANT && with_slots)
        continue; /* each slot would need room for it in each place */
      if (kind_of_columns <= ONE_AFTER_ANOTHER) {
        RUN(every_block_is_read_once_as_a_whole);
        RUN(a_small_rest_of_a_block_is_read_along);
        RUN(a_consumer_that_pauses_costs_nothing);
      }
      if (kind_of_columns == OF_ONE_SIZE) { /* where each read lies is known */
        RUN(the_next_window_is_read_while_this_one_is_consumed);
        RUN(a_window_is_read_when_it_has_ended_and_not_before);
        RUN(windows_come_one_after_the_other);
      }
      RUN(very_many_windows_are_delivered_all_the_same);
      RUN(a_window_larger_than_all_cells_is_delivered_all_the_same);
      RUN(a_reset_forgets_windows);
      RUN(an_end_that_cannot_be_is_refused);
    }
  return 0;
}
