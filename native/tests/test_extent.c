/* What one visit reads: merging, gaps, splitting, sorting, whole blocks. Seen through a backend
 * that writes down what it is asked for. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/reader.h"
#include "session.h"
#include "support.h"

/* ---- one visit ------------------------------------------------------------------------------ */

static void plan_merges_adjacent_records(void) {
  options = make_options(16);
  options.merge_gap_bytes = 0;
  open_reader(make_source((const uint64_t[]){100, 0}, 50));
  read_batch((const int64_t[]){29, 28, 27, 26, 25, 24, 23, 22, 21, 20}, 10);
  CHECK_EQUAL(recorded_count, 1);
  check_read(0, DATA_OFFSET + 2000, 1000, 10);
  const penstock_statistics statistics = statistics_now();
  CHECK_EQUAL(statistics.records, 10);
  CHECK_EQUAL(statistics.requests, 1);
  CHECK_EQUAL(statistics.merged_records, 9);
  CHECK_EQUAL(statistics.bytes_read, 1000);
  CHECK_EQUAL(statistics.bytes_wanted, 1000);
  CHECK_EQUAL(statistics.straight_bytes, 0);
  close_reader();
}

static void records_apart_are_read_apart(void) {
  options = make_options(16);
  options.merge_gap_bytes = 0;
  open_reader(make_source((const uint64_t[]){100, 0}, 50));
  read_batch((const int64_t[]){44, 0, 4, 2}, 4);
  CHECK_EQUAL(recorded_count, 4);
  for (uint32_t i = 0; i < 4; i++) {
    CHECK_EQUAL(recorded_reads[i].records, 1);
    CHECK_EQUAL(recorded_reads[i].straight, 1);
  }
  check_read(3, DATA_OFFSET + 4400, 100, 1);
  const penstock_statistics statistics = statistics_now();
  CHECK_EQUAL(statistics.merged_records, 0);
  CHECK_EQUAL(statistics.straight_bytes, 400);
  CHECK_EQUAL(statistics.queue_depth_max, 4);
  close_reader();
}

static void duplicates_are_read_once(void) {
  options = make_options(16);
  options.merge_gap_bytes = 0;
  open_reader(make_source((const uint64_t[]){100, 0}, 50));
  read_batch((const int64_t[]){7, 9, 7, 7, 9}, 5);
  CHECK_EQUAL(recorded_count, 2);
  check_read(0, DATA_OFFSET + 700, 100, 3);
  check_read(1, DATA_OFFSET + 900, 100, 2);
  CHECK_EQUAL(statistics_now().merged_records, 3);
  close_reader();
}

/* Five records of 100 bytes lie between 10 and 16. */
static void a_gap_is_read_through_up_to_its_limit(void) {
  for (uint32_t gap = 499; gap <= 501; gap++) {
    options = make_options(16);
    options.merge_gap_bytes = gap;
    open_reader(make_source((const uint64_t[]){100, 0}, 50));
    read_batch((const int64_t[]){16, 10}, 2);
    const penstock_statistics statistics = statistics_now();
    CHECK_EQUAL(statistics.requests, gap < 500 ? 2 : 1);
    CHECK_EQUAL(statistics.bytes_read, gap < 500 ? 200 : 700);
    CHECK_EQUAL(statistics.bytes_wanted, 200);
    close_reader();
  }
}

static void a_read_is_filled_exactly_to_its_limit(void) {
  options = make_options(16);
  options.max_read_bytes = 4096;
  open_reader(make_source((const uint64_t[]){1024, 0}, 50));
  read_batch((const int64_t[]){5, 6, 7, 8, 9, 10, 11, 12, 13}, 9);
  CHECK_EQUAL(recorded_count, 3);
  check_read(0, DATA_OFFSET + 5 * 1024, 4096, 4);
  check_read(1, DATA_OFFSET + 9 * 1024, 4096, 4);
  check_read(2, DATA_OFFSET + 13 * 1024, 1024, 1);
  close_reader();
  open_reader(make_source((const uint64_t[]){1025, 0}, 50));
  read_batch((const int64_t[]){5, 6, 7, 8}, 4);
  CHECK_EQUAL(recorded_count, 2);
  check_read(0, DATA_OFFSET + 5 * 1025, 3 * 1025, 3);
  check_read(1, DATA_OFFSET + 8 * 1025, 1025, 1);
  close_reader();
}

/* The limit is rounded up to whole blocks, and gaps count. */
/* Eight to twelve KiB in reads of four, where the size of a read is learned. */
static void a_small_rest_is_read_along_where_reads_may_grow(void) {
  const int64_t indices[] = {20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31};
  for (uint32_t count = 8; count <= 12; count++) {
    options = make_options(16);
    options.max_read_bytes = 4096;
    options.staging_bytes = 1 << 20;
    options.adapt = PENSTOCK_ADAPT_READ;
    open_reader(make_source((const uint64_t[]){1024, 0}, 50));
    read_batch(indices, count);
    const uint32_t rest = count - 8;
    CHECK_EQUAL(recorded_count, rest < 2 ? 2 : 3);
    check_read(0, DATA_OFFSET + 20 * 1024, 4096, 4);
    check_read(1, DATA_OFFSET + 24 * 1024, rest == 1 ? 5 * 1024 : 4096, rest == 1 ? 5 : 4);
    if (rest >= 2)
      check_read(2, DATA_OFFSET + 28 * 1024, rest * 1024, rest);
    close_reader();
  }
}

static void a_gap_does_not_reach_beyond_the_limit_of_a_read(void) {
  options = make_options(16);
  options.max_read_bytes = 4097;
  options.merge_gap_bytes = 1 << 20;
  open_reader(make_source((const uint64_t[]){1024, 0}, 50));
  read_batch((const int64_t[]){0, 7, 8}, 3);
  CHECK_EQUAL(recorded_count, 2);
  check_read(0, DATA_OFFSET, 8192, 2);
  check_read(1, DATA_OFFSET + 8 * 1024, 1024, 1);
  close_reader();
}

static void large_records_are_read_in_parts_straight_to_their_place(void) {
  options = make_options(4);
  options.max_read_bytes = 4096;
  open_reader(make_source((const uint64_t[]){10000, 0}, 10));
  read_batch((const int64_t[]){3, 2}, 2);
  CHECK_EQUAL(recorded_count, 6);
  for (uint32_t record = 0; record < 2; record++) {
    const uint64_t begin = DATA_OFFSET + (2 + record) * UINT64_C(10000);
    check_read(3 * record, begin, 4096, 1);
    check_read(3 * record + 1, begin + 4096, 4096, 1);
    check_read(3 * record + 2, begin + 8192, 1808, 1);
  }
  const penstock_statistics statistics = statistics_now();
  CHECK_EQUAL(statistics.straight_bytes, 20000);
  CHECK_EQUAL(statistics.merged_records, 0);
  close_reader();
}

/* Copying large records costs more than requests do, unless these are as dear as a hard disk's. */
static void large_neighbours_are_read_each_for_itself(void) {
  enum { RECORD = 96 << 10, COUNT = 8 };
  for (uint32_t dear = 0; dear <= 1; dear++) {
    options = make_options(4);
    options.merge_gap_bytes = dear ? RECORD : RECORD - 1;
    options.max_read_bytes = 1 << 20;
    options.staging_bytes = 4 << 20;
    open_reader(make_source((const uint64_t[]){RECORD, 0}, COUNT));
    read_batch((const int64_t[]){4, 2, 3, 6}, 4);
    CHECK_EQUAL(recorded_count, dear ? 1 : 4);
    check_read(0, DATA_OFFSET + 2 * RECORD, dear ? 5 * RECORD : RECORD, dear ? 4 : 1);
    const penstock_statistics statistics = statistics_now();
    CHECK_EQUAL(statistics.straight_bytes, dear ? 0 : 4 * RECORD);
    CHECK_EQUAL(statistics.merged_records, dear ? 3 : 0);
    close_reader();
  }
}

static void large_records_ordered_twice_are_read_once(void) {
  enum { RECORD = 96 << 10, COUNT = 8 };
  options = make_options(4);
  options.merge_gap_bytes = 4096;
  options.max_read_bytes = 1 << 20;
  options.staging_bytes = 4 << 20;
  open_reader(make_source((const uint64_t[]){RECORD, 0}, COUNT));
  read_batch((const int64_t[]){5, 2, 5, 3}, 4);
  CHECK_EQUAL(recorded_count, 3);
  check_read(2, DATA_OFFSET + 5 * RECORD, RECORD, 2);
  CHECK_EQUAL(statistics_now().merged_records, 1);
  close_reader();
}

static void columns_are_planned_each_for_itself(void) {
  options = make_options(16);
  options.merge_gap_bytes = 0;
  open_reader(make_source((const uint64_t[]){100, 8, 5000, 0}, 50));
  options.max_read_bytes = 65536;
  read_batch((const int64_t[]){12, 11, 10}, 3);
  CHECK_EQUAL(recorded_count, 3);
  uint32_t seen = 0;
  for (uint32_t i = 0; i < 3; i++) {
    const uint64_t record_bytes = source->columns[recorded_reads[i].column].record_bytes;
    check_read(i, DATA_OFFSET + 10 * record_bytes, (uint32_t)(3 * record_bytes), 3);
    CHECK_EQUAL(recorded_reads[i].file, recorded_reads[i].column);
    seen |= 1u << recorded_reads[i].column;
  }
  CHECK_EQUAL(seen, 7);
  close_reader();
}

/* ---- direct reads --------------------------------------------------------------------------- */

static void direct_reads_are_whole_blocks_within_the_limit(void) {
  options = make_options(64);
  options.io = PENSTOCK_IO_DIRECT;
  options.max_read_bytes = 8192;
  options.merge_gap_bytes = 3000;
  penstock_source *of = make_source((const uint64_t[]){784, 0}, 2000);
  if (!has_direct(of))
    return;
  open_reader(of);
  const uint64_t block = of->files[0].info.direct_offset_alignment;
  uint64_t state = 23;
  for (uint32_t round = 0; round < 30; round++) {
    int64_t indices[64];
    const int64_t first = (int64_t)(next_random(&state) % 1800);
    for (uint32_t i = 0; i < 64; i++)
      indices[i] = first + (int64_t)(next_random(&state) % 200);
    read_batch(indices, 64);
  }
  for (uint32_t i = 0; i < recorded_count; i++) {
    CHECK_EQUAL(recorded_reads[i].offset_bytes % block, 0);
    CHECK_EQUAL(recorded_reads[i].length_bytes % block, 0);
    CHECK(recorded_reads[i].length_bytes <= 8192);
    CHECK(recorded_reads[i].length_bytes > 0);
  }
  close_reader();
}

/* Records of whole blocks at whole blocks need no copy, in slots and in cells. */
static void aligned_records_go_straight_to_their_place(void) {
  enum { COUNT = 64, RECORD = 8192 };
  for (uint32_t cells = 0; cells <= 1; cells++) {
    penstock_source *of;
    CHECK_EQUAL(penstock_source_open(&of), 0);
    const char *path = make_file("aligned", 4096 + COUNT * RECORD, 9);
    penstock_file_info info;
    CHECK_EQUAL(penstock_source_add_file(of, path, &info), 0);
    unlink(path);
    const penstock_shard shard = {.offset_bytes = 4096, .record_count = COUNT};
    CHECK_EQUAL(penstock_source_add_column(of, RECORD, &shard, 1), 0);
    options = make_options(8);
    options.io = PENSTOCK_IO_DIRECT;
    options.merge_gap_bytes = 0;
    options.max_read_bytes = 4096;
    options.cell_count = cells ? 40 : 0;
    if (!has_direct(of))
      return;
    open_reader(of);
    const int64_t indices[] = {60, 1, 33, 3, 9, 12, 20, 44};
    CHECK_EQUAL(penstock_reader_order(reader, indices, 8, cells ? 0 : slot), 0);
    drive_until_ready(8);
    penstock_failure failure;
    CHECK_EQUAL(penstock_reader_take(reader, 8, slot, &failure), 0);
    check_records(column_in_slot(0), indices, 8, RECORD, 4096, 9);
    CHECK_EQUAL(recorded_count, 16); /* two halves each */
    CHECK_EQUAL(statistics_now().straight_bytes, 8 * RECORD);
    close_reader();
  }
}

/* Of a record behind a header the first and the last block hold bytes of others: they are read in
 * the same request, but beside it. Parts of large ones have one such block, or none. */
static void records_behind_a_header_go_straight_but_for_their_ends(void) {
  enum { COUNT = 12, LARGE = 600 << 10, PART = 256 << 10 };
  for (uint32_t cells = 0; cells <= 1; cells++)
    for (uint64_t record = 128 << 10; record <= LARGE; record += LARGE - (128 << 10)) {
      options = make_options(4);
      options.io = PENSTOCK_IO_DIRECT;
      options.merge_gap_bytes = 0;
      options.max_read_bytes = PART;
      options.staging_bytes = 4 * PART;
      options.cell_count = cells ? 9 : 0;
      penstock_source *of = make_source((const uint64_t[]){record, 0}, COUNT);
      if (!has_direct(of))
        return;
      const uint64_t block = of->files[0].info.direct_offset_alignment;
      if (record % block != 0 || DATA_OFFSET % block == 0) {
        printf("  skipped: blocks of %llu bytes\n", (unsigned long long)block);
        CHECK_EQUAL(penstock_source_close(of), 0);
        return;
      }
      open_reader(of);
      const int64_t indices[] = {8, 1, 11, 5};
      CHECK_EQUAL(penstock_reader_order(reader, indices, 4, cells ? 0 : slot), 0);
      drive_until_ready(4);
      penstock_failure failure;
      CHECK_EQUAL(penstock_reader_take(reader, 4, slot, &failure), 0);
      check_records(column_in_slot(0), indices, 4, record, DATA_OFFSET, 0);
      const uint64_t parts = (record + block + PART - 1) / PART;
      CHECK_EQUAL(recorded_count, 4 * parts);
      const penstock_statistics statistics = statistics_now();
      CHECK_EQUAL(statistics.bytes_read, 4 * (record + block));
      /* The last part of a large one is small: less than it takes to be worth two pieces. */
      const uint64_t straight = record < PART ? record - block : 2 * PART - block;
      CHECK_EQUAL(statistics.straight_bytes, 4 * straight);
      close_reader();
    }
}

int main(void) {
  RUN(plan_merges_adjacent_records);
  RUN(records_apart_are_read_apart);
  RUN(duplicates_are_read_once);
  RUN(a_gap_is_read_through_up_to_its_limit);
  RUN(a_read_is_filled_exactly_to_its_limit);
  RUN(a_small_rest_is_read_along_where_reads_may_grow);
  RUN(a_gap_does_not_reach_beyond_the_limit_of_a_read);
  RUN(large_records_are_read_in_parts_straight_to_their_place);
  RUN(large_neighbours_are_read_each_for_itself);
  RUN(large_records_ordered_twice_are_read_once);
  RUN(columns_are_planned_each_for_itself);
  RUN(direct_reads_are_whole_blocks_within_the_limit);
  RUN(aligned_records_go_straight_to_their_place);
  RUN(records_behind_a_header_go_straight_but_for_their_ends);
  return 0;
}
