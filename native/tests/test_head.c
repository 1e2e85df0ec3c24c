/* The head of the order, which is read by itself while the first sweep goes on: on a disk that is
 * slow at single reads, whatever was thought of it at first. Time is that of a simulated disk. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <time.h>

#include "core/reader.h"
#include "session.h"
#include "slow.h"
#include "support.h"

enum {
  RECORD = 784,
  COUNT = 40000,
  CELLS = COUNT / 4,
  HORIZON = CELLS * 7 / 4,
  BATCH = 64,
  CHUNK = 1024,
  MILLISECOND_NS = 1000000,
};

/* The proportions of a hard disk and a file of 400 MB: a pass over the file takes as long as 400
 * single reads. */
static void open_on_hard_disk(void) {
  slow = (slow_disk){.request_ns = 500000, .byte_ns = 6.67, .now_ns = 1};
  options = make_options(BATCH);
  options.cell_count = CELLS;
  options.entry_count = HORIZON;
  options.queue_depth = 64;
  options.max_read_bytes = 512 << 10;
  options.staging_bytes = 4 << 20;
  options.merge_gap_bytes = 4096; /* a guess that is wrong by far */
  options.adapt = PENSTOCK_ADAPT_DEPTH | PENSTOCK_ADAPT_GAP | PENSTOCK_ADAPT_READ;
  open_reader_with(make_source((const uint64_t[]){RECORD, 0}, COUNT), slow_open);
}

static double pass_seconds(void) { return slow.byte_ns * RECORD * COUNT / 1e9; }

static double now_seconds(void) { return (double)slow.now_ns / 1e9; }

/* What a loader does: it drives before it has ordered anything, orders far ahead in pieces without
 * waiting in between, and takes each batch as soon as it is there. Returns when the first came. */
static double consume_as_a_loader_does(const int64_t *indices, uint64_t until) {
  penstock_progress progress;
  uint64_t ordered = 0;
  uint64_t taken = 0;
  double first = 0;
  CHECK_EQUAL(penstock_reader_drive(reader, 0, 0, &progress), 0);
  while (taken < until) {
    uint64_t size = COUNT - ordered < progress.room ? COUNT - ordered : progress.room;
    size = size < CHUNK ? size : CHUNK;
    if (size >= BATCH || (size > 0 && ordered + size == COUNT)) {
      CHECK_EQUAL(penstock_reader_order(reader, indices + ordered, (uint32_t)size, 0), 0);
      ordered += size;
    }
    const int has_more = ordered < COUNT && progress.room >= size + BATCH;
    const uint64_t left = COUNT - taken;
    const uint32_t wanted = left < BATCH ? (uint32_t)left : BATCH;
    CHECK_EQUAL(
        penstock_reader_drive(reader, wanted, has_more ? 0 : 10 * MILLISECOND_NS, &progress), 0);
    if (progress.ready < wanted)
      continue;
    take_these(indices + taken, wanted);
    taken += wanted;
    progress.room += wanted;
    if (first == 0)
      first = now_seconds();
  }
  return first;
}

/* 1 + N / horizon passes; half as much again for sparse reads at the beginning of the first, for
 * requests, and for the head. */
static void an_epoch_on_a_hard_disk_takes_little_more_than_its_sweeps(void) {
  open_on_hard_disk();
  int64_t *indices = make_shuffled(COUNT, 5);
  const double first = consume_as_a_loader_does(indices, COUNT);
  const double passes = now_seconds() / pass_seconds();
  const double expected = 1 + (double)COUNT / HORIZON;
  printf("  %.2f passes, %.2f expected, first batch after %.3f s, %llu reads\n", passes, expected,
         first, (unsigned long long)slow.reads);
  CHECK(passes < 1.5 * expected);
  free(indices);
  close_reader();
}

/* As soon as physics allow: its records, each by itself. */
static void the_first_batch_comes_after_its_own_reads(void) {
  open_on_hard_disk();
  int64_t *indices = make_shuffled(COUNT, 6);
  const double first = consume_as_a_loader_does(indices, BATCH);
  CHECK(first < 1.1 * BATCH * (double)slow.request_ns / 1e9);
  free(indices);
  close_reader();
}

/* While the first sweep goes on, which delivers nothing, the consumer gets some more batches. */
static void reads_of_the_head_go_on_beside_the_first_sweep(void) {
  open_on_hard_disk();
  slow.request_ns = 20000; /* an SSD: worth 3 KB */
  int64_t *indices = make_shuffled(COUNT, 7);
  consume_as_a_loader_does(indices, 8 * BATCH);
  CHECK_EQUAL(statistics_now().sweeps, 0);
  CHECK(now_seconds() < pass_seconds() / 2);
  free(indices);
  close_reader();
}

/* A sweep that began with a little of the order would go over the file nearly in vain. */
static void the_sweep_waits_until_the_order_is_full(void) {
  open_on_hard_disk();
  int64_t *indices = make_shuffled(COUNT, 8);
  penstock_progress progress;
  CHECK_EQUAL(penstock_reader_drive(reader, 0, 0, &progress), 0);
  for (uint32_t ordered = 0; ordered + CHUNK < HORIZON; ordered += CHUNK) {
    CHECK_EQUAL(penstock_reader_order(reader, indices + ordered, CHUNK, 0), 0);
    CHECK_EQUAL(penstock_reader_drive(reader, 0, 0, &progress), 0);
    CHECK(slow.reads <= 4 * BATCH); /* of the head, and those a few batches ahead */
  }
  const uint64_t before = slow.reads;
  CHECK_EQUAL(penstock_reader_drive(reader, HORIZON / 2, MILLISECOND_NS * 200, &progress), 0);
  CHECK(slow.reads > before);
  free(indices);
  close_reader();
}

static void the_first_batch_comes_long_before_the_first_sweep_ends(void) {
  open_on_hard_disk();
  int64_t *indices = make_shuffled(COUNT, 9);
  consumer consumer = {.indices = indices, .count = COUNT};
  consume(&consumer, BATCH);
  const penstock_statistics statistics = statistics_now();
  CHECK_EQUAL(statistics.sweeps, 0);
  CHECK(statistics.bytes_read < (uint64_t)RECORD * COUNT / 3);
  free(indices);
  close_reader();
}

/* While the consumer pauses the sweep takes all cells, and earns little for reads of the head: many
 * copies of a few records. So forced reads overtake those of the head, and what they delivered is
 * taken and its entries are ordered anew before the head's reads come to them. */
static void the_head_is_not_read_behind_the_consumer(void) {
  enum { ORDERED = 3000, RECORDS = 60 };
  int64_t indices[ORDERED];
  uint64_t state = 19;
  for (uint32_t i = 0; i < ORDERED; i++)
    indices[i] = (int64_t)(next_random(&state) % RECORDS);
  for (uint32_t cells = 100; cells <= 200; cells += 10) {
    options = make_options(1);
    options.queue_depth = 1;
    options.merge_gap_bytes = 0;
    options.cell_count = cells;
    options.entry_count = 436;
    open_reader(make_source((const uint64_t[]){RECORD, 0}, ORDERED));
    consumer consumer = {.indices = indices, .count = ORDERED, .habit = 1};
    consume(&consumer, ORDERED);
    close_reader();
  }
}

int main(void) {
  RUN(an_epoch_on_a_hard_disk_takes_little_more_than_its_sweeps);
  RUN(the_first_batch_comes_after_its_own_reads);
  RUN(reads_of_the_head_go_on_beside_the_first_sweep);
  RUN(the_sweep_waits_until_the_order_is_full);
  RUN(the_first_batch_comes_long_before_the_first_sweep_ends);
  RUN(the_head_is_not_read_behind_the_consumer);
  return 0;
}
