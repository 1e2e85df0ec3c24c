/* What is read, and in which order: merging, gaps, splitting, sorting, the sweeps over the file.
 * Seen through a backend that writes down what it is asked for; every byte delivered is checked. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "recorder.h"
#include "support.h"

enum { DATA_OFFSET = 128 }; /* of make_source */

static penstock_source *source;
static penstock_reader *reader;
static penstock_reader_options options;
static uint64_t offsets[PENSTOCK_MAX_COLUMNS];
static uint64_t slot_bytes;
static uint64_t slot;

static void open_reader(penstock_source *of) {
  source = of;
  recorded_count = recorded_depth = 0;
  CHECK_EQUAL(reader_open_with(source, &options, recorder_open, &reader), 0);
  CHECK_EQUAL(penstock_slot_layout(source, options.batch_size, offsets, &slot_bytes), 0);
  CHECK_EQUAL(penstock_memory_allocate(slot_bytes, 0, &slot), 0);
}

static void close_reader(void) {
  CHECK(recorded_depth <= options.queue_depth);
  CHECK_EQUAL(penstock_reader_close(reader), 0);
  CHECK_EQUAL(penstock_memory_free(slot, slot_bytes), 0);
  CHECK_EQUAL(penstock_source_close(source), 0);
}

static const uint8_t *column_in_slot(uint32_t column) {
  return (const uint8_t *)(uintptr_t)slot + offsets[column];
}

/* Takes the oldest records, which must be these ones, of a source made by make_source. */
static void take_these(const int64_t *indices, uint32_t count) {
  memset((void *)(uintptr_t)slot, 0xEE, slot_bytes);
  penstock_failure failure;
  CHECK_EQUAL(penstock_reader_take(reader, count, slot, &failure), 0);
  for (uint32_t i = 0; i < source->column_count; i++)
    check_records(column_in_slot(i), indices, count, source->columns[i].record_bytes, DATA_OFFSET,
                  i);
}

static void drive_until_ready(uint32_t wanted) {
  penstock_progress progress;
  CHECK_EQUAL(penstock_reader_drive(reader, wanted, UINT64_MAX, &progress), 0);
  CHECK(progress.ready >= wanted);
}

/* One batch in one slot: all of it is planned at once. */
static void read_batch(const int64_t *indices, uint32_t count) {
  CHECK_EQUAL(penstock_reader_order(reader, indices, count, slot), 0);
  /* In place, so what is read straight must not be wiped away between drive and take. */
  drive_until_ready(count);
  penstock_failure failure;
  CHECK_EQUAL(penstock_reader_take(reader, count, slot, &failure), 0);
  for (uint32_t i = 0; i < source->column_count; i++)
    check_records(column_in_slot(i), indices, count, source->columns[i].record_bytes, DATA_OFFSET,
                  i);
}

static penstock_statistics statistics_now(void) {
  penstock_statistics statistics;
  CHECK_EQUAL(penstock_reader_statistics(reader, &statistics), 0);
  return statistics;
}

static void check_read(uint32_t number, uint64_t offset_bytes, uint32_t length_bytes,
                       uint32_t records) {
  CHECK(number < recorded_count);
  CHECK_EQUAL(recorded_reads[number].offset_bytes, offset_bytes);
  CHECK_EQUAL(recorded_reads[number].length_bytes, length_bytes);
  CHECK_EQUAL(recorded_reads[number].records, records);
}

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

static int has_direct(penstock_source *of) {
  penstock_failure failure;
  const int32_t status =
      penstock_backend_probe(of, PENSTOCK_BACKEND_PREAD, PENSTOCK_IO_DIRECT, &failure);
  if (status < 0) {
    printf("  skipped: %s\n", penstock_status_name(status));
    CHECK_EQUAL(penstock_source_close(of), 0);
  }
  return status == 0;
}

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

/* ---- files and shards ----------------------------------------------------------------------- */

/* Shards of records of 100 bytes. */
static penstock_source *make_shards(const penstock_shard *shards, uint32_t count, uint32_t files) {
  penstock_source *of;
  CHECK_EQUAL(penstock_source_open(&of), 0);
  for (uint32_t i = 0; i < files; i++) {
    const char *path = make_file("shards", 40000, i);
    penstock_file_info info;
    CHECK_EQUAL(penstock_source_add_file(of, path, &info), i);
    unlink(path);
  }
  CHECK_EQUAL(penstock_source_add_column(of, 100, shards, count), 0);
  return of;
}

static void read_shards(const int64_t *indices, uint32_t count) {
  CHECK_EQUAL(penstock_reader_order(reader, indices, count, slot), 0);
  drive_until_ready(count);
  penstock_failure failure;
  CHECK_EQUAL(penstock_reader_take(reader, count, slot, &failure), 0);
  for (uint32_t i = 0; i < count; i++) {
    const location at = source_locate(&source->columns[0], (uint64_t)indices[i], 0);
    for (uint32_t byte = 0; byte < 100; byte++)
      CHECK_EQUAL(column_in_slot(0)[i * 100 + byte], pattern(at.offset_bytes + byte, at.file));
  }
}

/* By their offsets the runs would join: the second file's begins where the first one's ends. */
static void a_run_never_crosses_files(void) {
  const penstock_shard shards[] = {
      {.offset_bytes = 0, .record_count = 100, .file = 0},
      {.offset_bytes = 10000, .record_count = 100, .file = 1},
      {.offset_bytes = 20000, .record_count = 100, .file = 0},
  };
  options = make_options(16);
  open_reader(make_shards(shards, 3, 2));
  read_shards((const int64_t[]){98, 99, 100, 101, 102, 199, 200}, 7);
  CHECK_EQUAL(recorded_count, 4);
  check_read(0, 9800, 200, 2);
  check_read(1, 10000, 300, 3);
  check_read(2, 19900, 100, 1);
  check_read(3, 20000, 100, 1);
  CHECK_EQUAL(recorded_reads[0].file, 0);
  CHECK_EQUAL(recorded_reads[1].file, 1);
  CHECK_EQUAL(recorded_reads[2].file, 1);
  CHECK_EQUAL(recorded_reads[3].file, 0);
  close_reader();
}

static void a_run_goes_on_into_a_shard_that_adjoins_in_the_same_file(void) {
  const penstock_shard shards[] = {
      {.offset_bytes = 500, .record_count = 10, .file = 0},
      {.offset_bytes = 1500, .record_count = 10, .file = 0},
      {.offset_bytes = 100, .record_count = 4, .file = 0}, /* before them: indices go up, */
  };                                                       /* offsets do not */
  options = make_options(32);
  options.merge_gap_bytes = 0;
  open_reader(make_shards(shards, 3, 1));
  read_shards((const int64_t[]){8, 9, 10, 11, 19, 20, 21}, 7);
  CHECK_EQUAL(recorded_count, 3);
  check_read(0, 1300, 400, 4);
  check_read(1, 2400, 100, 1);
  check_read(2, 100, 200, 2);
  close_reader();
}

/* As the fields of structured arrays lie: 100 bytes of each 160. */
static void records_with_gaps_are_cut_out_of_what_lies_around_them(void) {
  const penstock_shard shards[] = {
      {.offset_bytes = 30, .record_count = 100, .stride_bytes = 160, .file = 0},
      {.offset_bytes = 20001, .record_count = 50, .stride_bytes = 350, .file = 0},
  };
  options = make_options(32);
  options.merge_gap_bytes = 60;
  open_reader(make_shards(shards, 2, 1));
  read_shards((const int64_t[]){7, 3, 99, 4, 100, 101, 149, 5}, 8);
  CHECK_EQUAL(recorded_count, 6);
  check_read(0, 30 + 3 * 160, 420, 3);
  check_read(1, 30 + 7 * 160, 100, 1);
  check_read(2, 30 + 99 * 160, 100, 1);
  check_read(3, 20001, 100, 1); /* 350 apart: too far to join */
  check_read(4, 20351, 100, 1);
  check_read(5, 20001 + 49 * 350, 100, 1);
  close_reader();
}

/* As windows over a stream of tokens do. */
static void records_that_overlap_are_read_once(void) {
  const penstock_shard shard = {.offset_bytes = 8, .record_count = 300, .stride_bytes = 25};
  options = make_options(32);
  options.merge_gap_bytes = 0;
  open_reader(make_shards(&shard, 1, 1));
  read_shards((const int64_t[]){12, 10, 11, 10, 13, 200}, 6);
  CHECK_EQUAL(recorded_count, 2);
  check_read(0, 8 + 250, 175, 5);
  check_read(1, 8 + 5000, 100, 1);
  CHECK_EQUAL(statistics_now().bytes_wanted, 600);
  close_reader();
}

static void a_column_with_gaps_is_never_resident(void) {
  const penstock_shard shard = {.record_count = 100, .stride_bytes = 101};
  options = make_options(32);
  options.resident_bytes = 1 << 20;
  open_reader(make_shards(&shard, 1, 1));
  CHECK_EQUAL(statistics_now().bytes_read, 0);
  read_shards((const int64_t[]){99, 0}, 2);
  CHECK_EQUAL(statistics_now().bytes_read, 200);
  close_reader();
}

/* ---- sweeps --------------------------------------------------------------------------------- */

/* 8 MiB are several places of the elevator. */
enum { SWEPT_RECORD = 1024, SWEPT_COUNT = 8192 };

static void a_sweep_goes_over_the_file_once_in_order(void) {
  options = make_options(SWEPT_COUNT);
  options.entry_count = SWEPT_COUNT;
  options.merge_gap_bytes = 0;
  open_reader(make_source((const uint64_t[]){SWEPT_RECORD, 0}, SWEPT_COUNT));
  int64_t *indices = make_shuffled(SWEPT_COUNT, 77);
  read_batch(indices, SWEPT_COUNT);
  free(indices);
  uint64_t at = DATA_OFFSET;
  for (uint32_t i = 0; i < recorded_count; i++) {
    CHECK_EQUAL(recorded_reads[i].offset_bytes, at);
    at += recorded_reads[i].length_bytes;
  }
  CHECK_EQUAL(at, DATA_OFFSET + SWEPT_RECORD * SWEPT_COUNT);
  /* Few more reads than the limit of a read asks for: one at each edge of a place. */
  CHECK(recorded_count <= SWEPT_RECORD * SWEPT_COUNT / options.max_read_bytes + 64);
  CHECK_EQUAL(statistics_now().bytes_read, SWEPT_RECORD * SWEPT_COUNT);
  close_reader();
}

/* More records wait at one place than one visit takes on. */
static void a_crowded_place_is_read_in_several_visits(void) {
  enum { COUNT = 200000, RECORDS = 40 };
  options = make_options(COUNT);
  options.entry_count = COUNT;
  open_reader(make_source((const uint64_t[]){3, 0}, RECORDS));
  int64_t *indices = malloc(sizeof *indices * COUNT);
  CHECK(indices != NULL);
  uint64_t state = 31;
  for (uint32_t i = 0; i < COUNT; i++)
    indices[i] = (int64_t)(next_random(&state) % RECORDS);
  read_batch(indices, COUNT);
  free(indices);
  CHECK_EQUAL(statistics_now().bytes_wanted, 3 * COUNT);
  CHECK(statistics_now().sweeps <= 1); /* the elevator stays until all are taken on */
  close_reader();
}

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

static void consume(consumer *self, uint64_t until) {
  while (self->taken < until) {
    order_all_there_is_room_for(self);
    if (self->habit == 1 && self->taken / options.batch_size % 16 == 5)
      let_it_run_dry();
    uint64_t size = options.batch_size;
    if (self->habit == 2)
      size = 1 + (self->taken * 7 + 3) % options.batch_size;
    size = size < until - self->taken ? size : until - self->taken;
    drive_until_ready((uint32_t)size);
    take_these(self->indices + self->taken, (uint32_t)size);
    self->taken += size;
  }
}

enum {
  SNOW_RECORD = 32,
  SNOW_COUNT = 400000,
  SNOW_CELLS = 40000,
  SNOW_HORIZON = SNOW_CELLS * 19 / 10, /* not quite 2 W: some cells are for what is in flight */
  SNOW_BATCH = 64
};

static void open_snowplow(uint32_t columns) {
  options = make_options(SNOW_BATCH);
  options.cell_count = SNOW_CELLS;
  options.entry_count = SNOW_HORIZON;
  options.merge_gap_bytes = 4096;
  open_reader(columns == 1 ? make_source((const uint64_t[]){SNOW_RECORD, 0}, SNOW_COUNT)
                           : make_source((const uint64_t[]){SNOW_RECORD - 1, 1, 0}, SNOW_COUNT));
}

/* Cells for W records serve a horizon of 2 W: N records take N / 2 W sweeps, and one to begin. A
 * little more is allowed for the cells that are spare and for the reads of the head. */
static void check_sweeps(uint64_t records) {
  const penstock_statistics statistics = statistics_now();
  const double file_bytes = (double)SNOW_RECORD * SNOW_COUNT;
  const double sweeps = 1 + (double)records / (2.0 * SNOW_CELLS);
  printf("  %.2f files read for %.2f sweeps, with %llu requests\n",
         (double)statistics.bytes_read / file_bytes, sweeps,
         (unsigned long long)statistics.requests);
  CHECK((double)statistics.bytes_read <= 1.15 * sweeps * file_bytes);
  CHECK((double)statistics.sweeps <= 1.1 * sweeps + 1); /* the last ones are short */
  CHECK_EQUAL(statistics.records, records);
}

/* A sweep that does not run out of cells reads the file in large pieces. */
static void check_requests(void) {
  const penstock_statistics statistics = statistics_now();
  CHECK(statistics.requests * options.max_read_bytes <= 3 * statistics.bytes_read);
}

static void cells_for_w_records_serve_a_horizon_of_2_w(void) {
  for (uint32_t columns = 1; columns <= 2; columns++) {
    open_snowplow(columns);
    int64_t *indices = make_shuffled(SNOW_COUNT, 3);
    consumer consumer = {.indices = indices, .count = SNOW_COUNT};
    consume(&consumer, SNOW_COUNT);
    check_sweeps(SNOW_COUNT);
    check_requests();
    free(indices);
    close_reader();
  }
}

/* Whatever the consumer does, a batch that is wanted can always be had: cells are kept for it. */
static void cells_never_run_out_when_the_consumer_pauses(void) {
  for (int habit = 1; habit <= 2; habit++) {
    open_snowplow(1);
    int64_t *indices = make_shuffled(SNOW_COUNT, 4);
    consumer consumer = {.indices = indices, .count = SNOW_COUNT, .habit = habit};
    consume(&consumer, SNOW_COUNT);
    check_sweeps(SNOW_COUNT);
    check_requests();
    free(indices);
    close_reader();
  }
}

/* Epoch after epoch in one order: the elevator does not notice where one ends. */
static void later_epochs_cost_no_first_sweep(void) {
  enum { EPOCHS = 3 };
  open_snowplow(1);
  int64_t *indices = malloc(sizeof *indices * EPOCHS * SNOW_COUNT);
  CHECK(indices != NULL);
  for (uint32_t epoch = 0; epoch < EPOCHS; epoch++) {
    int64_t *one = make_shuffled(SNOW_COUNT, 10 + epoch);
    memcpy(indices + (uint64_t)epoch * SNOW_COUNT, one, sizeof *one * SNOW_COUNT);
    free(one);
  }
  consumer consumer = {.indices = indices, .count = EPOCHS * SNOW_COUNT};
  consume(&consumer, EPOCHS * SNOW_COUNT);
  check_sweeps(EPOCHS * SNOW_COUNT);
  free(indices);
  close_reader();
}

static void the_first_batch_comes_long_before_the_first_sweep_ends(void) {
  open_snowplow(1);
  int64_t *indices = make_shuffled(SNOW_COUNT, 8);
  consumer consumer = {.indices = indices, .count = SNOW_COUNT};
  consume(&consumer, SNOW_BATCH);
  penstock_statistics statistics = statistics_now();
  CHECK_EQUAL(statistics.sweeps, 0);
  CHECK(statistics.bytes_read < (uint64_t)SNOW_RECORD * SNOW_COUNT / 3);
  free(indices);
  close_reader();
}

/* While the consumer pauses the sweep takes all cells, and earns little for reads of the head: many
 * copies of a few records. So forced reads overtake those of the head, and what they delivered is
 * taken and its entries are ordered anew before the head's reads come to them. */
static void the_head_is_not_read_behind_the_consumer(void) {
  enum { COUNT = 3000, RECORDS = 60 };
  int64_t indices[COUNT];
  uint64_t state = 19;
  for (uint32_t i = 0; i < COUNT; i++)
    indices[i] = (int64_t)(next_random(&state) % RECORDS);
  for (uint32_t cells = 100; cells <= 200; cells += 10) {
    options = make_options(1);
    options.queue_depth = 1;
    options.merge_gap_bytes = 0;
    options.cell_count = cells;
    options.entry_count = 436;
    open_reader(make_source((const uint64_t[]){784, 0}, COUNT));
    consumer consumer = {.indices = indices, .count = COUNT, .habit = 1};
    consume(&consumer, COUNT);
    close_reader();
  }
}

/* Half of the memory kept over epochs: those records are not read again. */
static void sweeps_skip_what_is_cached(void) {
  open_snowplow(1);
  close_reader();
  options.cached_records = SNOW_COUNT / 2;
  options.merge_gap_bytes = 0;
  open_reader(make_source((const uint64_t[]){SNOW_RECORD, 0}, SNOW_COUNT));
  for (uint32_t epoch = 0; epoch < 2; epoch++) {
    int64_t *indices = make_shuffled(SNOW_COUNT, 20 + epoch);
    const penstock_statistics before = statistics_now();
    consumer consumer = {.indices = indices, .count = SNOW_COUNT};
    consume(&consumer, SNOW_COUNT);
    const penstock_statistics after = statistics_now();
    CHECK_EQUAL(after.cache_hits - before.cache_hits, epoch * (SNOW_COUNT / 2));
    CHECK_EQUAL(after.bytes_wanted - before.bytes_wanted,
                SNOW_RECORD * (SNOW_COUNT - epoch * (SNOW_COUNT / 2)));
    free(indices);
  }
  close_reader();
}

static void statistics_count_on_over_a_reset(void) {
  open_snowplow(1);
  int64_t *indices = make_shuffled(SNOW_COUNT, 8);
  consumer first = {.indices = indices, .count = SNOW_COUNT};
  consume(&first, SNOW_COUNT / 2);
  const penstock_statistics before = statistics_now();
  CHECK(before.sweeps > 0);
  CHECK_EQUAL(penstock_reader_reset(reader), 0);
  penstock_statistics after = statistics_now();
  CHECK_EQUAL(after.records, before.records);
  CHECK_EQUAL(after.sweeps, before.sweeps);
  consumer second = {.indices = indices, .count = SNOW_COUNT};
  consume(&second, SNOW_COUNT / 2);
  after = statistics_now();
  CHECK_EQUAL(after.records, 2 * before.records);
  CHECK(after.sweeps > before.sweeps);
  free(indices);
  close_reader();
}

/* ---- anything goes -------------------------------------------------------------------------- */

static uint32_t draw(uint64_t *state, uint32_t low, uint32_t high) {
  return low + (uint32_t)(next_random(state) % (high - low + 1));
}

/* Any backend that works here. */
static void choose_backend(uint64_t *state, penstock_source *of) {
  penstock_failure failure;
  options.backend = draw(state, PENSTOCK_BACKEND_URING, PENSTOCK_BACKEND_PREAD);
  options.io = draw(state, PENSTOCK_IO_DIRECT, PENSTOCK_IO_BUFFERED);
  if (penstock_backend_probe(of, options.backend, options.io, &failure) < 0) {
    options.backend = PENSTOCK_BACKEND_PREAD;
    options.io = PENSTOCK_IO_BUFFERED;
  }
  options.fixed_buffers = draw(state, 0, 1);
  options.drop_behind = draw(state, 0, 1);
}

/* Options, sizes and orders at random, cells always scarce. */
static void open_random(uint64_t *state) {
  static const uint64_t sizes[][4] = {{1, 0},      {7, 0},    {784, 0},
                                      {100, 3, 0}, {5000, 0}, {64, 64, 9}};
  const uint64_t *chosen = sizes[draw(state, 0, 5)];
  const uint64_t columns[] = {chosen[0], chosen[1], chosen[2], 0};
  options = make_options(draw(state, 1, 40));
  options.queue_depth = draw(state, 1, 20);
  options.adapt = draw(state, 0, PENSTOCK_ADAPT_DEPTH | PENSTOCK_ADAPT_GAP);
  options.merge_gap_bytes = draw(state, 0, 1) * draw(state, 0, 20000);
  options.max_read_bytes = 4096 * draw(state, 1, 8);
  options.staging_bytes = 2 * options.max_read_bytes + 4096 * draw(state, 0, 20);
  options.cell_count = options.batch_size + draw(state, 1, 300);
  options.entry_count = options.batch_size + draw(state, 0, 3 * options.cell_count);
  const uint32_t records = draw(state, 1, columns[0] > 1000 ? 300 : 2000);
  if (draw(state, 0, 3) == 0) {
    options.cached_records = draw(state, 0, records);
    options.cache_key = next_random(state);
  }
  if (draw(state, 0, 3) == 0)
    options.resident_bytes = 9 * records;
  penstock_source *of = make_source(columns, records);
  choose_backend(state, of);
  open_reader(of);
}

static void consume_random(uint64_t *state) {
  const uint32_t count = draw(state, 1, 3000);
  const uint32_t near = draw(state, 1, (uint32_t)source->record_count);
  int64_t *indices = malloc(sizeof *indices * count);
  CHECK(indices != NULL);
  for (uint32_t i = 0; i < count; i++)
    indices[i] = (int64_t)(next_random(state) % near);
  consumer consumer = {.indices = indices, .count = count, .habit = (int)draw(state, 0, 2)};
  const uint64_t until = draw(state, 0, 4) == 0 ? draw(state, 1, count) : count;
  consume(&consumer, until);
  if (until < count)
    CHECK_EQUAL(penstock_reader_reset(reader), 0);
  free(indices);
}

static void random_readers_deliver_random_orders(void) {
  for (uint64_t seed = 1; seed <= 25; seed++) {
    uint64_t state = seed * UINT64_C(0x9e3779b97f4a7c15);
    printf("  seed %llu\n", (unsigned long long)seed);
    open_random(&state);
    for (uint32_t round = draw(&state, 1, 4); round > 0; round--)
      consume_random(&state);
    close_reader();
  }
}

int main(void) {
  RUN(plan_merges_adjacent_records);
  RUN(records_apart_are_read_apart);
  RUN(duplicates_are_read_once);
  RUN(a_gap_is_read_through_up_to_its_limit);
  RUN(a_read_is_filled_exactly_to_its_limit);
  RUN(a_gap_does_not_reach_beyond_the_limit_of_a_read);
  RUN(large_records_are_read_in_parts_straight_to_their_place);
  RUN(columns_are_planned_each_for_itself);
  RUN(direct_reads_are_whole_blocks_within_the_limit);
  RUN(aligned_records_go_straight_to_their_place);
  RUN(a_run_never_crosses_files);
  RUN(a_run_goes_on_into_a_shard_that_adjoins_in_the_same_file);
  RUN(records_with_gaps_are_cut_out_of_what_lies_around_them);
  RUN(records_that_overlap_are_read_once);
  RUN(a_column_with_gaps_is_never_resident);
  RUN(a_sweep_goes_over_the_file_once_in_order);
  RUN(a_crowded_place_is_read_in_several_visits);
  RUN(cells_for_w_records_serve_a_horizon_of_2_w);
  RUN(cells_never_run_out_when_the_consumer_pauses);
  RUN(later_epochs_cost_no_first_sweep);
  RUN(the_first_batch_comes_long_before_the_first_sweep_ends);
  RUN(the_head_is_not_read_behind_the_consumer);
  RUN(sweeps_skip_what_is_cached);
  RUN(statistics_count_on_over_a_reset);
  RUN(random_readers_deliver_random_orders);
  return 0;
}
