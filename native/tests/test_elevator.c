/* The sweeps over the file and what they cost; random readers and orders. Seen through a backend
 * that writes down what it is asked for; every byte delivered is checked. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/reader.h"
#include "session.h"
#include "support.h"

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
 * little more is allowed for the cells that are spare and for the reads of the head. The order
 * wants records of a share of the file. */
static void check_sweeps(uint64_t records, double share) {
  const penstock_statistics statistics = statistics_now();
  double file_bytes = 0;
  for (uint32_t i = 0; i < source->column_count; i++) {
    penstock_column_info info;
    CHECK_EQUAL(penstock_source_column(source, i, &info), 0);
    file_bytes += share * (double)info.total_bytes;
  }
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
  for (uint32_t round = 0; round < 4; round++) {
    kind_of_columns = round < 2 ? OF_ONE_SIZE : ONE_AFTER_ANOTHER;
    open_snowplow(1 + round % 2);
    int64_t *indices = make_shuffled(SNOW_COUNT, 3);
    consumer consumer = {.indices = indices, .count = SNOW_COUNT};
    consume(&consumer, SNOW_COUNT);
    check_sweeps(SNOW_COUNT, 1);
    check_requests();
    free(indices);
    close_reader();
  }
  kind_of_columns = OF_ONE_SIZE;
}

/* Whatever the consumer does, a batch that is wanted can always be had: cells are kept for it. */
static void cells_never_run_out_when_the_consumer_pauses(void) {
  for (int habit = 1; habit <= 2; habit++) {
    open_snowplow(1);
    int64_t *indices = make_shuffled(SNOW_COUNT, 4);
    consumer consumer = {.indices = indices, .count = SNOW_COUNT, .habit = habit};
    consume(&consumer, SNOW_COUNT);
    check_sweeps(SNOW_COUNT, 1);
    check_requests();
    free(indices);
    close_reader();
  }
}

/* To want several batches must not cost the next one the cells that are kept for it. */
static void whoever_wants_much_gets_a_batch(void) {
  enum { RECORDS = 4000, BATCH = 10, CELLS = 40 };
  for (uint64_t seed = 1; seed <= 80; seed++) {
    kind_of_columns = seed <= 40 ? OF_ONE_SIZE : (column_kind)(seed % COLUMN_KINDS);
    options = make_options(BATCH);
    options.cell_count = CELLS;
    options.entry_count = 2000;
    open_reader(make_source((const uint64_t[]){64, 0}, RECORDS));
    int64_t *indices = make_shuffled(RECORDS, seed);
    uint64_t state = seed;
    uint64_t ordered = 0;
    for (uint64_t taken = 0; taken < RECORDS;) {
      penstock_progress progress;
      CHECK_EQUAL(penstock_reader_drive(reader, 0, 0, &progress), 0);
      const uint64_t rest = RECORDS - ordered;
      const uint64_t more = rest < progress.room ? rest : progress.room;
      if (more > 0)
        CHECK_EQUAL(penstock_reader_order(reader, indices + ordered, (uint32_t)more, 0), 0);
      ordered += more;
      const uint64_t wanted = 1 + next_random(&state) % (4 * BATCH);
      CHECK_EQUAL(penstock_reader_drive(reader, wanted, UINT64_MAX, &progress), 0);
      uint64_t size = next_random(&state) % 3 == 0 ? BATCH : 1 + next_random(&state) % BATCH;
      size = size < wanted ? size : wanted;
      size = size < RECORDS - taken ? size : RECORDS - taken;
      CHECK(progress.ready >= size || kind_of_columns != OF_ONE_SIZE);
      size = size < progress.ready ? size : progress.ready;
      CHECK(size > 0);
      taken += take_these(indices + taken, (uint32_t)size);
    }
    free(indices);
    close_reader();
  }
  kind_of_columns = OF_ONE_SIZE;
}

/* Records of the last part of a file, as those of a rank may be. Sweeps go over this part, and the
 * first one begins with few of the records there, as anywhere. */
static void an_order_may_want_a_part_of_the_file(void) {
  enum { PARTS = 4 };
  for (uint32_t round = 0; round < 2; round++) {
    kind_of_columns = round == 0 ? OF_ONE_SIZE : ONE_AFTER_ANOTHER;
    open_snowplow(1);
    close_reader();
    open_reader(make_source((const uint64_t[]){SNOW_RECORD, 0}, PARTS * SNOW_COUNT));
    int64_t *indices = make_shuffled(SNOW_COUNT, 30);
    for (uint32_t i = 0; i < SNOW_COUNT; i++)
      indices[i] += (PARTS - 1) * SNOW_COUNT;
    consumer consumer = {.indices = indices, .count = SNOW_COUNT};
    consume(&consumer, SNOW_COUNT);
    check_sweeps(SNOW_COUNT, 1.0 / PARTS);
    check_requests();
    free(indices);
    close_reader();
  }
  kind_of_columns = OF_ONE_SIZE;
}

/* Cells run out when more is known ahead than they can serve. The elevator looks less far ahead
 * then, and goes on sweeping: without that, most records would be read one by one. */
static void an_elevator_that_lacked_cells_catches_up(void) {
  enum { EPOCHS = 4 };
  for (uint32_t round = 0; round < 2; round++) {
    kind_of_columns = round == 0 ? OF_ONE_SIZE : ONE_AFTER_ANOTHER;
    open_snowplow(1);
    close_reader();
    options.entry_count = SNOW_CELLS * 3;
    open_reader(make_source((const uint64_t[]){SNOW_RECORD, 0}, SNOW_COUNT));
    int64_t *indices = malloc(sizeof *indices * EPOCHS * SNOW_COUNT);
    CHECK(indices != NULL);
    for (uint32_t epoch = 0; epoch < EPOCHS; epoch++) {
      int64_t *one = make_shuffled(SNOW_COUNT, 40 + epoch);
      memcpy(indices + (uint64_t)epoch * SNOW_COUNT, one, sizeof *one * SNOW_COUNT);
      free(one);
    }
    consumer consumer = {.indices = indices, .count = EPOCHS * SNOW_COUNT};
    consume(&consumer, EPOCHS * SNOW_COUNT);
    const penstock_statistics statistics = statistics_now();
    printf("  %llu requests for %.2f files\n", (unsigned long long)statistics.requests,
           (double)statistics.bytes_read / ((double)SNOW_RECORD * SNOW_COUNT));
    CHECK(statistics.requests < EPOCHS * SNOW_COUNT / 10);
    free(indices);
    close_reader();
  }
  kind_of_columns = OF_ONE_SIZE;
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
  check_sweeps(EPOCHS * SNOW_COUNT, 1);
  free(indices);
  close_reader();
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
  options.adapt = draw(state, 0, PENSTOCK_ADAPT_DEPTH | PENSTOCK_ADAPT_GAP | PENSTOCK_ADAPT_READ);
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
  for (uint64_t seed = 1; seed <= 25 * COLUMN_KINDS; seed++) {
    uint64_t state = seed * UINT64_C(0x9e3779b97f4a7c15);
    kind_of_columns = (column_kind)((seed - 1) / 25);
    printf("  kind %d, seed %llu\n", (int)kind_of_columns, (unsigned long long)seed);
    open_random(&state);
    for (uint32_t round = draw(&state, 1, 4); round > 0; round--)
      consume_random(&state);
    close_reader();
  }
  kind_of_columns = OF_ONE_SIZE;
}

int main(void) {
  RUN(a_sweep_goes_over_the_file_once_in_order);
  RUN(a_crowded_place_is_read_in_several_visits);
  RUN(cells_for_w_records_serve_a_horizon_of_2_w);
  RUN(cells_never_run_out_when_the_consumer_pauses);
  RUN(whoever_wants_much_gets_a_batch);
  RUN(an_order_may_want_a_part_of_the_file);
  RUN(an_elevator_that_lacked_cells_catches_up);
  RUN(later_epochs_cost_no_first_sweep);
  RUN(sweeps_skip_what_is_cached);
  RUN(statistics_count_on_over_a_reset);
  RUN(random_readers_deliver_random_orders);
  return 0;
}
