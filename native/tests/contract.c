/* See contract.h. */
#define _GNU_SOURCE
#include "contract.h"

#include <errno.h>
#include <stdlib.h>

typedef struct {
  uint32_t backend;
  uint32_t io;
  int cells;
} variant;

static const variant variants[] = {
    {PENSTOCK_BACKEND_PREAD, PENSTOCK_IO_BUFFERED, 0},
    {PENSTOCK_BACKEND_PREAD, PENSTOCK_IO_BUFFERED, 1},
    {PENSTOCK_BACKEND_PREAD, PENSTOCK_IO_DIRECT, 0},
    {PENSTOCK_BACKEND_PREAD, PENSTOCK_IO_DIRECT, 1},
    {PENSTOCK_BACKEND_URING, PENSTOCK_IO_BUFFERED, 0},
    {PENSTOCK_BACKEND_URING, PENSTOCK_IO_BUFFERED, 1},
    {PENSTOCK_BACKEND_URING, PENSTOCK_IO_DIRECT, 0},
    {PENSTOCK_BACKEND_URING, PENSTOCK_IO_DIRECT, 1},
    {PENSTOCK_BACKEND_EXTERNAL, PENSTOCK_IO_BUFFERED, 0},
    {PENSTOCK_BACKEND_EXTERNAL, PENSTOCK_IO_BUFFERED, 1},
};

static variant current;

static penstock_reader_options options_now(uint32_t batch_size, uint32_t cells) {
  penstock_reader_options options = make_options(batch_size);
  options.backend = current.backend;
  options.io = current.io;
  if (current.cells) {
    options.cell_count = cells + batch_size + 1;
    options.entry_count = 2 * cells + batch_size;
  }
  return options;
}

static void read_order(penstock_source *source, const penstock_reader_options *wanted,
                       const int64_t *indices, uint64_t count) {
  penstock_reader_options adapted = *wanted;
  const penstock_reader_options *options = &adapted;
  adapt_options(source, &adapted);
  if (is_available(source, current.backend, current.io)) {
    penstock_reader *reader;
    CHECK_EQUAL(penstock_reader_open(source, options, &reader), 0);
    read_and_check(reader, source, options, indices, count);
    penstock_statistics statistics;
    CHECK_EQUAL(penstock_reader_statistics(reader, &statistics), 0);
    CHECK_EQUAL(statistics.records, count);
    CHECK_EQUAL(penstock_reader_close(reader), 0);
  }
  CHECK_EQUAL(penstock_source_close(source), 0);
}

/* With fewer records of each other kind of column: there are several kinds. */
static void read_shuffled(const uint64_t *sizes, uint64_t count, uint32_t batch, uint32_t cells) {
  if (kind_of_columns != OF_ONE_SIZE) {
    count = (count + 5) / 6;
    cells = (cells + 5) / 6;
  }
  int64_t *indices = make_shuffled(count, 42);
  const penstock_reader_options options = options_now(batch, cells);
  read_order(make_source(sizes, count), &options, indices, count);
  free(indices);
}

static void small_records_in_shuffled_order(void) {
  read_shuffled((const uint64_t[]){784, 0}, 5000, 64, 700);
}

static void one_byte_records(void) { read_shuffled((const uint64_t[]){1, 0}, 20000, 256, 3000); }

static void odd_records(void) { read_shuffled((const uint64_t[]){3, 0}, 3001, 7, 100); }

static void page_sized_records(void) { read_shuffled((const uint64_t[]){4096, 0}, 700, 32, 64); }

static void records_larger_than_a_request(void) {
  read_shuffled((const uint64_t[]){150528, 0}, 40, 4, 8);
  read_shuffled((const uint64_t[]){(1 << 20) + 1, 0}, 9, 2, 4);
}

/* What is read directly goes straight to its place, but for blocks that two records share. */
static void large_records_behind_a_header(void) {
  const uint64_t sizes[][3] = {{150528, 0}, {131072, 0}, {(1 << 20) + 512, 0}, {200000, 512, 0}};
  for (uint32_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    int64_t *indices = make_shuffled(24, i);
    penstock_reader_options options = options_now(3, 9);
    options.max_read_bytes = 1 << 19;
    options.staging_bytes = 1 << 22;
    options.merge_gap_bytes = 0;
    read_order(make_source(sizes[i], 24), &options, indices, 24);
    free(indices);
  }
}

static void several_columns(void) {
  read_shuffled((const uint64_t[]){784, 1, 8, 5000, 0}, 1000, 50, 200);
}

static void one_record(void) { read_shuffled((const uint64_t[]){784, 0}, 1, 1, 3); }

static void few_cells_only(void) { read_shuffled((const uint64_t[]){100, 0}, 10000, 16, 17); }

static void sequential_order(void) {
  enum { COUNT = 9000 };
  int64_t *indices = make_shuffled(COUNT, 1);
  for (uint32_t i = 0; i < COUNT; i++)
    indices[i] = i;
  const penstock_reader_options options = options_now(100, 2000);
  read_order(make_source((const uint64_t[]){784, 0}, COUNT), &options, indices, COUNT);
  free(indices);
}

static void duplicate_indices(void) {
  enum { COUNT = 4000 };
  int64_t indices[COUNT];
  uint64_t state = 7;
  for (uint32_t i = 0; i < COUNT; i++)
    indices[i] = (int64_t)(next_random(&state) % 90);
  const penstock_reader_options options = options_now(64, 300);
  read_order(make_source((const uint64_t[]){784, 2, 0}, 90), &options, indices, COUNT);
  for (uint32_t i = 0; i < COUNT; i++)
    indices[i] = 89;
  read_order(make_source((const uint64_t[]){784, 2, 0}, 90), &options, indices, COUNT);
}

static void resident_columns(void) {
  int64_t *indices = make_shuffled(3000, 9);
  penstock_reader_options options = options_now(64, 500);
  options.resident_bytes = 3000 * 9;
  read_order(make_source((const uint64_t[]){784, 8, 1, 0}, 3000), &options, indices, 3000);
  options.resident_bytes = 1 << 30;
  read_order(make_source((const uint64_t[]){784, 8, 1, 0}, 3000), &options, indices, 3000);
  free(indices);
}

static void cached_records_are_read_once(void) {
  enum { COUNT = 4000, EPOCHS = 3 };
  if (!current.cells)
    return;
  penstock_source *source = make_source((const uint64_t[]){512, 0}, COUNT);
  if (is_available(source, current.backend, current.io)) {
    penstock_reader_options options = options_now(64, 400);
    options.cached_records = COUNT / 2;
    options.cache_key = 5;
    adapt_options(source, &options);
    penstock_reader *reader;
    CHECK_EQUAL(penstock_reader_open(source, &options, &reader), 0);
    for (uint64_t epoch = 0; epoch < EPOCHS; epoch++) {
      int64_t *indices = make_shuffled(COUNT, epoch + 11);
      read_and_check(reader, source, &options, indices, COUNT);
      penstock_statistics statistics;
      CHECK_EQUAL(penstock_reader_statistics(reader, &statistics), 0);
      if (kind_of_columns == OF_ONE_SIZE)
        CHECK_EQUAL(statistics.cache_hits, epoch * COUNT / 2);
      else /* what has no bytes is not kept */
        CHECK(statistics.cache_hits >= epoch * COUNT * 2 / 5);
      free(indices);
    }
    CHECK_EQUAL(penstock_reader_close(reader), 0);
  }
  CHECK_EQUAL(penstock_source_close(source), 0);
}

static void reset_forgets_the_order(void) {
  penstock_source *source = make_source((const uint64_t[]){784, 0}, 2000);
  if (is_available(source, current.backend, current.io)) {
    penstock_reader_options options = options_now(50, 300);
    adapt_options(source, &options);
    penstock_reader *reader;
    CHECK_EQUAL(penstock_reader_open(source, &options, &reader), 0);
    int64_t *indices = make_shuffled(2000, 3);
    uint64_t offset;
    uint64_t slot_bytes;
    uint64_t slot;
    CHECK_EQUAL(penstock_slot_layout(source, 50, options.value_bytes, &offset, &slot_bytes), 0);
    CHECK_EQUAL(penstock_memory_allocate(slot_bytes, 0, &slot), 0);
    for (uint32_t round = 0; round < 20; round++) {
      CHECK_EQUAL(penstock_reader_order(reader, indices, 50, current.cells ? 0 : slot), 0);
      penstock_progress progress;
      CHECK_EQUAL(penstock_reader_drive(reader, round % 3 ? 0 : 10, 0, &progress), 0);
      CHECK_EQUAL(progress.ordered, 50);
      CHECK_EQUAL(penstock_reader_reset(reader), 0);
      CHECK_EQUAL(penstock_reader_drive(reader, 0, 0, &progress), 0);
      CHECK_EQUAL(progress.ordered, 0);
      CHECK_EQUAL(progress.room, options.entry_count);
    }
    read_and_check(reader, source, &options, indices, 2000);
    free(indices);
    CHECK_EQUAL(penstock_source_close(source), -EBUSY);
    CHECK_EQUAL(penstock_reader_close(reader), 0);
    CHECK_EQUAL(penstock_memory_free(slot, slot_bytes), 0);
  }
  CHECK_EQUAL(penstock_source_close(source), 0);
}

static void wrong_calls_are_refused(void) {
  penstock_source *source = make_source((const uint64_t[]){784, 0}, 100);
  if (is_available(source, current.backend, current.io)) {
    penstock_reader_options options = options_now(10, 50);
    adapt_options(source, &options);
    penstock_reader *reader;
    CHECK_EQUAL(penstock_reader_open(source, &options, &reader), 0);
    uint64_t offset;
    uint64_t slot_bytes;
    uint64_t slot;
    CHECK_EQUAL(penstock_slot_layout(source, 10, options.value_bytes, &offset, &slot_bytes), 0);
    CHECK_EQUAL(penstock_memory_allocate(slot_bytes, 0, &slot), 0);
    const uint64_t right = current.cells ? 0 : slot;
    const uint64_t wrong = current.cells ? slot : 0;
    penstock_failure failure;
    CHECK_EQUAL(penstock_reader_order(reader, (int64_t[]){0, 100}, 2, right), -EINVAL);
    CHECK_EQUAL(penstock_reader_order(reader, (int64_t[]){-1}, 1, right), -EINVAL);
    CHECK_EQUAL(penstock_reader_order(reader, (int64_t[]){1}, 1, wrong), -EINVAL);
    CHECK_EQUAL(penstock_reader_order(reader, (int64_t[]){1}, 0, right), -EINVAL);
    CHECK_EQUAL(penstock_reader_take(reader, 1, slot, &failure), -EAGAIN);
    CHECK_EQUAL(penstock_reader_take(reader, 11, slot, &failure), -EINVAL);
    int64_t ordered[2] = {-1, -1};
    CHECK_EQUAL(penstock_reader_ordered(reader, 0, ordered), 0);
    CHECK_EQUAL(penstock_reader_ordered(reader, 1, ordered), -EINVAL);
    CHECK_EQUAL(penstock_reader_order(reader, (int64_t[]){99}, 1, right), 0);
    CHECK_EQUAL(penstock_reader_ordered(reader, 2, ordered), -EINVAL);
    CHECK_EQUAL(penstock_reader_ordered(reader, 1, NULL), -EINVAL);
    CHECK_EQUAL(ordered[0], -1);
    CHECK_EQUAL(penstock_reader_ordered(reader, 1, ordered), 0);
    CHECK_EQUAL(ordered[0], 99);
    CHECK_EQUAL(drive_until(reader, &options, 1, NULL), 1);
    CHECK_EQUAL(penstock_reader_take(reader, 1, 1, &failure), -EINVAL);
    CHECK_EQUAL(penstock_reader_take(reader, 1, slot, &failure), 0);
    check_column(source, 0, (const uint8_t *)(uintptr_t)slot, offset, (int64_t[]){99}, 1);
    CHECK_EQUAL(penstock_reader_close(reader), 0);
    CHECK_EQUAL(penstock_memory_free(slot, slot_bytes), 0);
  }
  CHECK_EQUAL(penstock_source_close(source), 0);
}

static void run_all(void) {
  RUN(small_records_in_shuffled_order);
  RUN(one_byte_records);
  RUN(odd_records);
  RUN(page_sized_records);
  RUN(records_larger_than_a_request);
  RUN(large_records_behind_a_header);
  RUN(several_columns);
  RUN(one_record);
  RUN(few_cells_only);
  RUN(sequential_order);
  RUN(duplicate_indices);
  RUN(resident_columns);
  RUN(cached_records_are_read_once);
  RUN(reset_forgets_the_order);
  RUN(wrong_calls_are_refused);
}

int check_contract(column_kind kind) {
  kind_of_columns = kind;
  for (uint32_t i = 0; i < sizeof variants / sizeof variants[0]; i++) {
    current = variants[i];
    printf("backend %u, io %u, %s\n", current.backend, current.io,
           current.cells ? "cells" : "slots");
    run_all();
  }
  return 0;
}
