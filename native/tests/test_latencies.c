/* How long requests take is counted in buckets, as the header says. */
#include <errno.h>
#include <string.h>

#include "faulty.h"
#include "session.h"
#include "support.h"

enum { RECORD = 784, COUNT = 400, BATCH = 40, BUCKETS = 256, SLOW = 253 };

static int with_cells;
static uint32_t io;

static void read_from(int64_t first) {
  int64_t indices[BATCH];
  for (int64_t i = 0; i < BATCH; i++)
    indices[i] = first + BATCH - 1 - i;
  if (!with_cells) {
    read_batch(indices, BATCH);
    return;
  }
  CHECK_EQUAL(penstock_reader_order(reader, indices, BATCH, 0), 0);
  CHECK_EQUAL(drive_until_ready(BATCH), BATCH);
  CHECK_EQUAL(take_these(indices, BATCH), BATCH);
}

/* Bucket 253 is for 13 << 31 ns (27.9 s) to less than 14 << 31 (30 s). */
static void latencies_are_counted_where_the_header_says(void) {
  uint64_t counts[BUCKETS + 1] = {[BUCKETS] = 77};
  options = make_options(BATCH);
  options.io = io;
  if (with_cells) {
    options.cell_count = 200;
    options.entry_count = 300;
  }
  open_reader_with(make_source((const uint64_t[]){RECORD, 0}, COUNT), faulty_open);
  CHECK_EQUAL(penstock_reader_latencies(reader, NULL, 0), BUCKETS);
  fault_delay_ns = (8ull + SLOW % 8) << (SLOW / 8);
  read_from(0);
  fault_delay_ns = UINT64_MAX / 2;
  fault_rules[0] = (fault_rule){.begin = 0, .end = UINT64_MAX, .result = -EINTR, .times = 3};
  read_from(40);
  CHECK_EQUAL(penstock_reader_latencies(reader, counts, BUCKETS + 1), BUCKETS);
  CHECK_EQUAL(counts[BUCKETS], 77);
  const penstock_statistics statistics = statistics_now();
  CHECK(counts[SLOW] > 0);
  CHECK(counts[BUCKETS - 1] > 3);
  CHECK_EQUAL(counts[SLOW] + counts[BUCKETS - 1], statistics.requests);
  close_reader();
  memset(fault_rules, 0, sizeof fault_rules);
  fault_start = 0;
  fault_delay_ns = 0;
}

int main(void) {
  for (io = PENSTOCK_IO_DIRECT; io <= PENSTOCK_IO_BUFFERED; io++)
    for (with_cells = 0; with_cells <= 1; with_cells++) {
      printf("io %u, %s\n", io, with_cells ? "cells" : "slots");
      RUN(latencies_are_counted_where_the_header_says);
    }
  return 0;
}
