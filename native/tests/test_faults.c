/* What goes wrong goes wrong for its own record only: errors of the device, short reads,
 * interrupted reads, files that end early, a backend that breaks. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/reader.h"
#include "faulty.h"
#include "support.h"

enum { RECORD = 784, COUNT = 400, BATCH = 40, OFFSET = 128 };

static int with_cells;
static uint32_t io;

static penstock_reader_options options_now(void) {
  penstock_reader_options options = make_options(BATCH);
  options.io = io;
  if (with_cells) {
    options.cell_count = 200;
    options.entry_count = 300;
  }
  return options;
}

static penstock_source *source;
static penstock_reader *reader;
static uint64_t slot;
static const penstock_failure nothing = {.column = -1, .file = -1, .index = -1, .offset_bytes = -1};

static void open_reader(const uint64_t *sizes, const penstock_reader_options *options) {
  source = make_source(sizes, COUNT);
  CHECK_EQUAL(reader_open_with(source, options, faulty_open, &reader), 0);
  CHECK_EQUAL(penstock_memory_allocate(1 << 20, 0, &slot), 0);
}

static void close_reader(void) {
  CHECK_EQUAL(penstock_reader_close(reader), 0);
  CHECK_EQUAL(penstock_source_close(source), 0);
  CHECK_EQUAL(penstock_memory_free(slot, 1 << 20), 0);
  memset(fault_rules, 0, sizeof fault_rules);
  fault_start = 0;
  fault_delay_ns = 0;
}

/* Reads records first .. first + BATCH - 1 in descending order; returns what take says. */
static int32_t read_batch(int64_t first, penstock_failure *failure) {
  int64_t indices[BATCH];
  for (int64_t i = 0; i < BATCH; i++)
    indices[i] = first + BATCH - 1 - i;
  memset((void *)(uintptr_t)slot, 0xEE, 1 << 20);
  CHECK_EQUAL(penstock_reader_order(reader, indices, BATCH, with_cells ? 0 : slot), 0);
  penstock_progress progress;
  CHECK_EQUAL(penstock_reader_drive(reader, BATCH, UINT64_MAX, &progress), 0);
  CHECK_EQUAL(progress.ready, BATCH);
  *failure = nothing;
  return penstock_reader_take(reader, BATCH, slot, failure);
}

static void check_whole(int64_t first) {
  int64_t indices[BATCH];
  for (int64_t i = 0; i < BATCH; i++)
    indices[i] = first + BATCH - 1 - i;
  check_records((const uint8_t *)(uintptr_t)slot, indices, BATCH, RECORD, OFFSET, 0);
}

static uint64_t offset_of(int64_t index) { return OFFSET + (uint64_t)index * RECORD; }

static void device_error_fails_one_record_of_a_merged_read(void) {
  const penstock_reader_options options = options_now();
  open_reader((const uint64_t[]){RECORD, 0}, &options);
  /* 4 bytes in the middle of record 110, so that the block before and after belongs to others too.
   */
  const uint64_t bad = offset_of(110) + 390;
  fault_rules[0] = (fault_rule){.begin = bad, .end = bad + 4, .result = -EIO, .times = UINT32_MAX};
  penstock_failure failure;
  CHECK_EQUAL(read_batch(100, &failure), -EIO);
  CHECK_EQUAL(failure.status, -EIO);
  CHECK_EQUAL(failure.index, 110);
  CHECK_EQUAL(failure.offset_bytes, offset_of(110));
  CHECK_EQUAL(failure.column, 0);
  CHECK_EQUAL(failure.file, 0);
  CHECK_EQUAL(failure.expected_bytes, RECORD);
  const uint8_t *records = (const uint8_t *)(uintptr_t)slot;
  for (int64_t i = 0; i < BATCH; i++) {
    const int64_t index = 100 + BATCH - 1 - i;
    if (index == 110)
      for (uint32_t byte = 0; byte < RECORD; byte++)
        CHECK_EQUAL(records[i * RECORD + byte], 0);
    else
      check_records(records + i * RECORD, &index, 1, RECORD, OFFSET, 0);
  }
  CHECK_EQUAL(read_batch(200, &failure), 0);
  check_whole(200);
  close_reader();
}

/* That is how the block layer reports a bad sector; here -ENODATA means a file that ends early. */
static void bad_sector_is_an_error_of_the_device(void) {
  for (uint32_t resident = 0; resident <= 1; resident++) {
    penstock_reader_options options = options_now();
    options.resident_bytes = resident << 30;
    const uint64_t bad = offset_of(110) + 390;
    fault_rules[0] =
        (fault_rule){.begin = bad, .end = bad + 4, .result = -ENODATA, .times = UINT32_MAX};
    open_reader((const uint64_t[]){RECORD, 0}, &options);
    penstock_failure failure;
    CHECK_EQUAL(read_batch(100, &failure), -EIO);
    CHECK_EQUAL(failure.status, -EIO);
    CHECK(failure.index >= 105 && failure.index <= 115);
    CHECK_EQUAL(read_batch(200, &failure), 0);
    check_whole(200);
    close_reader();
  }
}

static void error_that_goes_away_is_not_seen(void) {
  const penstock_reader_options options = options_now();
  open_reader((const uint64_t[]){RECORD, 0}, &options);
  fault_rules[0] = (fault_rule){.begin = 0, .end = UINT64_MAX, .result = -EIO, .times = 1};
  penstock_failure failure;
  CHECK_EQUAL(read_batch(0, &failure), 0);
  check_whole(0);
  penstock_statistics statistics;
  CHECK_EQUAL(penstock_reader_statistics(reader, &statistics), 0);
  CHECK_EQUAL(statistics.repeats, 1);
  close_reader();
}

static void interrupted_and_busy_reads_are_repeated(void) {
  const penstock_reader_options options = options_now();
  open_reader((const uint64_t[]){RECORD, 0}, &options);
  fault_rules[0] = (fault_rule){.begin = 0, .end = UINT64_MAX, .result = -EINTR, .times = 9};
  fault_rules[1] = (fault_rule){.begin = 0, .end = UINT64_MAX, .result = -EAGAIN, .times = 9};
  penstock_failure failure;
  CHECK_EQUAL(read_batch(0, &failure), 0);
  check_whole(0);
  CHECK_EQUAL(fault_rules[1].counted, 9);
  close_reader();
}

/* To be asked to repeat a read is no failure of the device: the next error is the first one. */
static void error_after_an_interruption_is_tried_again(void) {
  const penstock_reader_options options = options_now();
  open_reader((const uint64_t[]){RECORD, 0}, &options);
  fault_rules[0] = (fault_rule){.end = UINT64_MAX, .result = -EINTR, .times = 1};
  fault_rules[1] = (fault_rule){.end = UINT64_MAX, .result = -EIO, .times = 1};
  CHECK_EQUAL(penstock_reader_order(reader, (int64_t[]){9}, 1, with_cells ? 0 : slot), 0);
  penstock_progress progress;
  CHECK_EQUAL(penstock_reader_drive(reader, 1, UINT64_MAX, &progress), 0);
  penstock_failure failure;
  CHECK_EQUAL(penstock_reader_take(reader, 1, slot, &failure), 0);
  CHECK_EQUAL(fault_rules[1].counted, 1);
  check_records((const uint8_t *)(uintptr_t)slot, (int64_t[]){9}, 1, RECORD, OFFSET, 0);
  close_reader();
}

/* A file system in user space may answer with any number; not all of its bits may be lost. */
static void error_with_a_large_number_is_an_error(void) {
  const penstock_reader_options options = options_now();
  open_reader((const uint64_t[]){RECORD, 0}, &options);
  fault_rules[0] = (fault_rule){.end = UINT64_MAX, .result = -256, .times = UINT32_MAX};
  penstock_failure failure;
  CHECK_EQUAL(read_batch(0, &failure), -256);
  CHECK_EQUAL(failure.status, -256);
  for (uint32_t byte = 0; byte < BATCH * RECORD; byte++)
    CHECK_EQUAL(((const uint8_t *)(uintptr_t)slot)[byte], 0);
  close_reader();
}

static void endless_interruption_ends_as_an_error(void) {
  for (uint32_t resident = 0; resident <= 1; resident++) {
    penstock_reader_options options = options_now();
    options.resident_bytes = resident << 30;
    fault_rules[0] = (fault_rule){.end = UINT64_MAX, .result = -EAGAIN, .times = UINT32_MAX};
    open_reader((const uint64_t[]){RECORD, 0}, &options);
    penstock_failure failure;
    CHECK_EQUAL(read_batch(0, &failure), -EIO);
    CHECK_EQUAL(failure.status, -EIO);
    close_reader();
  }
}

static void short_reads_are_continued(void) {
  const penstock_reader_options options = options_now();
  open_reader((const uint64_t[]){RECORD, 0}, &options);
  const int32_t step = io == PENSTOCK_IO_DIRECT ? 1024 : 100;
  fault_rules[0] = (fault_rule){.begin = 0, .end = UINT64_MAX, .result = step, .times = UINT32_MAX};
  penstock_failure failure;
  CHECK_EQUAL(read_batch(60, &failure), 0);
  check_whole(60);
  penstock_statistics statistics;
  CHECK_EQUAL(penstock_reader_statistics(reader, &statistics), 0);
  CHECK(statistics.short_reads > 10);
  close_reader();
}

/* Records that are read straight to their place but for their first and last block: cut short
 * within each of the three pieces and between them, and failed. */
static void large_records_are_continued_and_fail_alone(void) {
  enum { LARGE = 128 << 10, FEW = 6 };
  const int32_t steps[] = {512, 1024, 4096, LARGE - 512, LARGE, LARGE + 512};
  const int64_t indices[FEW] = {5, 0, 4, 1, 3, 2};
  for (uint32_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
    penstock_reader_options options = options_now();
    options.max_read_bytes = 1 << 18;
    options.merge_gap_bytes = 0;
    options.entry_count = BATCH * 2;
    options.cell_count = with_cells ? BATCH + FEW : 0;
    source = make_source((const uint64_t[]){LARGE, 0}, FEW);
    CHECK_EQUAL(reader_open_with(source, &options, faulty_open, &reader), 0);
    CHECK_EQUAL(penstock_memory_allocate(1 << 20, 0, &slot), 0);
    fault_rules[0] = (fault_rule){.end = UINT64_MAX, .result = steps[i], .times = UINT32_MAX};
    const uint64_t ends = OFFSET + 4 * LARGE; /* the last byte of record 3 lies before it */
    penstock_failure failure;
    uint64_t offset;
    uint64_t bytes;
    CHECK_EQUAL(penstock_slot_layout(source, BATCH, 0, &offset, &bytes), 0);
    const uint8_t *records = (const uint8_t *)(uintptr_t)(slot + offset);
    for (int64_t at = 0; at < FEW; at++) { /* one by one: neighbours would be merged */
      memset((void *)(uintptr_t)slot, 0xEE, 1 << 20);
      CHECK_EQUAL(penstock_reader_order(reader, &indices[at], 1, with_cells ? 0 : slot), 0);
      penstock_progress progress;
      CHECK_EQUAL(penstock_reader_drive(reader, 1, UINT64_MAX, &progress), 0);
      CHECK_EQUAL(penstock_reader_take(reader, 1, slot, &failure), 0);
      check_records(records, &indices[at], 1, LARGE, OFFSET, 0);
      for (uint64_t byte = 0; byte < 1 << 20; byte++)
        if (byte < offset || byte >= offset + LARGE)
          CHECK_EQUAL(((const uint8_t *)(uintptr_t)slot)[byte], 0xEE);
    }
    fault_rules[0] =
        (fault_rule){.begin = ends - 1, .end = ends, .result = -EIO, .times = UINT32_MAX};
    CHECK_EQUAL(penstock_reader_order(reader, (int64_t[]){3}, 1, with_cells ? 0 : slot), 0);
    penstock_progress progress;
    CHECK_EQUAL(penstock_reader_drive(reader, 1, UINT64_MAX, &progress), 0);
    CHECK_EQUAL(penstock_reader_take(reader, 1, slot, &failure), -EIO);
    CHECK_EQUAL(failure.index, 3);
    for (uint64_t byte = 0; byte < LARGE; byte++)
      CHECK_EQUAL(records[byte], 0);
    close_reader();
  }
}

/* The last part of a record is read together with the record behind it, at the end of staging. When
 * that fails, what is read again of the first one must not be more than there is room for. */
static void last_part_read_with_a_neighbour_has_no_more_room_than_that(void) {
  enum { PARTED = 65536 - 96, FEW = 2 };
  penstock_reader_options options = options_now();
  options.staging_bytes = 2 * options.max_read_bytes;
  source = make_source((const uint64_t[]){PARTED, 0}, FEW);
  CHECK_EQUAL(reader_open_with(source, &options, faulty_open, &reader), 0);
  CHECK_EQUAL(penstock_memory_allocate(1 << 20, 0, &slot), 0);
  fault_rules[0] =
      (fault_rule){.begin = 120000, .end = 120001, .result = -EIO, .times = UINT32_MAX};
  const int64_t indices[FEW] = {0, 1};
  CHECK_EQUAL(penstock_reader_order(reader, indices, FEW, with_cells ? 0 : slot), 0);
  penstock_progress progress;
  CHECK_EQUAL(penstock_reader_drive(reader, FEW, UINT64_MAX, &progress), 0);
  penstock_failure failure;
  CHECK_EQUAL(penstock_reader_take(reader, FEW, slot, &failure), -EIO);
  CHECK_EQUAL(failure.index, 1);
  const uint8_t *records = (const uint8_t *)(uintptr_t)slot;
  check_records(records, indices, 1, PARTED, OFFSET, 0);
  for (uint32_t byte = 0; byte < PARTED; byte++)
    CHECK_EQUAL(records[PARTED + byte], 0);
  close_reader();
}

static void early_end_of_file_fails_the_records_behind_it(void) {
  const penstock_reader_options options = options_now();
  open_reader((const uint64_t[]){RECORD, 0}, &options);
  fault_rules[0] = (fault_rule){
      .begin = offset_of(20) + 512, .end = UINT64_MAX, .result = 0, .times = UINT32_MAX};
  penstock_failure failure;
  CHECK_EQUAL(read_batch(0, &failure), -ENODATA);
  CHECK_EQUAL(failure.status, -ENODATA);
  CHECK(failure.index >= 0 && failure.index < BATCH);
  close_reader();
}

static void file_cut_short_is_told(void) {
  const char *path = make_file("cut", OFFSET + RECORD * COUNT, 0);
  CHECK_EQUAL(penstock_source_open(&source), 0);
  penstock_file_info info;
  CHECK_EQUAL(penstock_source_add_file(source, path, &info), 0);
  const penstock_shard shard = {.offset_bytes = OFFSET, .record_count = COUNT};
  CHECK_EQUAL(penstock_source_add_column(source, RECORD, &shard, 1), 0);
  const penstock_reader_options options = options_now();
  CHECK_EQUAL(reader_open_with(source, &options, faulty_open, &reader), 0);
  CHECK_EQUAL(penstock_memory_allocate(1 << 20, 0, &slot), 0);
  penstock_failure failure;
  CHECK_EQUAL(read_batch(300, &failure), 0);
  check_whole(300);
  CHECK_EQUAL(truncate(path, (off_t)offset_of(321) + 5), 0);
  CHECK_EQUAL(read_batch(300, &failure), -ENODATA);
  CHECK(failure.index >= 321);
  CHECK_EQUAL(failure.found_bytes, offset_of(321) + 5);
  /* What is still there is still delivered. */
  const uint8_t *last = (const uint8_t *)(uintptr_t)slot + (BATCH - 1) * RECORD;
  check_records(last, (int64_t[]){300}, 1, RECORD, OFFSET, 0);
  CHECK_EQUAL(penstock_source_check(source, &failure), -ENODATA);
  unlink(path);
  close_reader();
}

static void error_in_one_column_names_it(void) {
  const penstock_reader_options options = options_now();
  /* Only the second column's file reaches so far. */
  open_reader((const uint64_t[]){8, RECORD, 4, 0}, &options);
  fault_rules[0] = (fault_rule){.begin = offset_of(333) + 390,
                                .end = offset_of(333) + 391,
                                .result = -EIO,
                                .times = UINT32_MAX};
  penstock_failure failure;
  CHECK_EQUAL(read_batch(333, &failure), -EIO);
  CHECK_EQUAL(failure.column, 1);
  CHECK_EQUAL(failure.index, 333);
  CHECK_EQUAL(read_batch(100, &failure), 0);
  close_reader();
}

static void damage_of_a_resident_column_fails_its_records_only(void) {
  penstock_reader_options options = options_now();
  options.resident_bytes = 1 << 20;
  fault_rules[0] = (fault_rule){.begin = 8192, .end = 8193, .result = -EIO, .times = UINT32_MAX};
  open_reader((const uint64_t[]){RECORD, 0}, &options);
  penstock_failure failure;
  CHECK_EQUAL(read_batch(100, &failure), 0);
  check_whole(100);
  /* The block from 8192 holds parts of records 10 to 15. */
  CHECK_EQUAL(read_batch(0, &failure), -EIO);
  CHECK_EQUAL(failure.column, 0);
  CHECK_EQUAL(failure.index, 15);
  CHECK_EQUAL(read_batch(16, &failure), 0);
  check_whole(16);
  close_reader();
}

static void failed_records_are_not_cached(void) {
  if (!with_cells)
    return;
  penstock_reader_options options = options_now();
  options.cached_records = COUNT;
  open_reader((const uint64_t[]){RECORD, 0}, &options);
  fault_rules[0] = (fault_rule){
      .begin = offset_of(7) + 300, .end = offset_of(7) + 301, .result = -EIO, .times = UINT32_MAX};
  penstock_failure failure;
  CHECK_EQUAL(read_batch(0, &failure), -EIO);
  CHECK_EQUAL(failure.index, 7);
  fault_rules[0].times = 0;
  CHECK_EQUAL(read_batch(0, &failure), 0);
  check_whole(0);
  close_reader();
}

static void broken_backend_is_told_at_once(void) {
  const penstock_reader_options options = options_now();
  open_reader((const uint64_t[]){RECORD, 0}, &options);
  fault_start = -EBADF;
  int64_t indices[BATCH] = {0};
  CHECK_EQUAL(penstock_reader_order(reader, indices, BATCH, with_cells ? 0 : slot), 0);
  penstock_progress progress;
  CHECK_EQUAL(penstock_reader_drive(reader, BATCH, UINT64_MAX, &progress), -EBADF);
  fault_start = 0;
  CHECK_EQUAL(penstock_reader_reset(reader), 0);
  penstock_failure failure;
  CHECK_EQUAL(read_batch(40, &failure), 0);
  check_whole(40);
  close_reader();
}

int main(void) {
  for (io = PENSTOCK_IO_DIRECT; io <= PENSTOCK_IO_BUFFERED; io++)
    for (with_cells = 0; with_cells <= 1; with_cells++) {
      printf("io %u, %s\n", io, with_cells ? "cells" : "slots");
      RUN(device_error_fails_one_record_of_a_merged_read);
      RUN(bad_sector_is_an_error_of_the_device);
      RUN(error_that_goes_away_is_not_seen);
      RUN(interrupted_and_busy_reads_are_repeated);
      RUN(error_after_an_interruption_is_tried_again);
      RUN(error_with_a_large_number_is_an_error);
      RUN(endless_interruption_ends_as_an_error);
      RUN(short_reads_are_continued);
      RUN(large_records_are_continued_and_fail_alone);
      RUN(last_part_read_with_a_neighbour_has_no_more_room_than_that);
      RUN(early_end_of_file_fails_the_records_behind_it);
      RUN(file_cut_short_is_told);
      RUN(error_in_one_column_names_it);
      RUN(damage_of_a_resident_column_fails_its_records_only);
      RUN(failed_records_are_not_cached);
      RUN(broken_backend_is_told_at_once);
    }
  return 0;
}
