/* Failed reads against a plain model: whatever fails, all other records are whole, and the device
 * is asked no more often than halving allows; a reader of whole batches stops asking once the batch
 * that is waited for has failed. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/common.h"
#include "core/reader.h"
#include "faulty.h"
#include "support.h"

enum { COUNT = 640, OFFSET = 128, MOST_BATCH = 64 };

static penstock_source *source;
static penstock_reader *reader;
static uint64_t slot;
static uint64_t slot_bytes;
static uint64_t offsets[PENSTOCK_MAX_COLUMNS];

static uint64_t below(uint64_t *state, uint64_t limit) { return next_random(state) % limit; }

static void open_reader(const uint64_t *sizes, const penstock_reader_options *options) {
  source = make_source(sizes, COUNT);
  CHECK_EQUAL(reader_open_with(source, options, faulty_open, &reader), 0);
  CHECK_EQUAL(penstock_slot_layout(source, options->batch_size, 0, offsets, &slot_bytes), 0);
  CHECK_EQUAL(penstock_memory_allocate(slot_bytes, 0, &slot), 0);
}

static void close_reader(void) {
  CHECK_EQUAL(penstock_reader_close(reader), 0);
  CHECK_EQUAL(penstock_source_close(source), 0);
  CHECK_EQUAL(penstock_memory_free(slot, slot_bytes), 0);
  memset(fault_rules, 0, sizeof fault_rules);
}

static uint64_t failed_reads(void) {
  uint64_t sum = 0;
  for (uint32_t i = 0; i < MAX_FAULT_RULES; i++)
    sum += fault_rules[i].counted;
  return sum;
}

/* The model: a record is bad when one of its blocks touches a spoilt byte that always fails. */
static int is_bad(uint64_t index, uint64_t record_bytes, uint64_t block) {
  const uint64_t begin = round_down(OFFSET + index * record_bytes, block);
  const uint64_t end = round_up(OFFSET + (index + 1) * record_bytes, block);
  for (uint32_t i = 0; i < MAX_FAULT_RULES; i++)
    if (fault_rules[i].times == UINT32_MAX && fault_rules[i].end > begin &&
        fault_rules[i].begin < end)
      return 1;
  return 0;
}

static uint64_t block_of(uint32_t io) { return source_offset_alignment(&source->files[0], io); }

static void check_batch(const int64_t *indices, uint32_t count, uint64_t record_bytes,
                        uint64_t block) {
  const penstock_failure nothing = {.column = -1, .file = -1, .index = -1, .offset_bytes = -1};
  penstock_failure failure = nothing;
  const int32_t status = penstock_reader_take(reader, count, slot, &failure);
  int32_t expected = 0;
  for (uint32_t i = 0; i < count; i++) {
    const uint8_t *record = (const uint8_t *)(uintptr_t)slot + offsets[0] + i * record_bytes;
    if (!is_bad((uint64_t)indices[i], record_bytes, block)) {
      check_records(record, &indices[i], 1, record_bytes, OFFSET, 0);
      continue;
    }
    if (expected == 0)
      CHECK_EQUAL(failure.index, indices[i]);
    expected = -EIO;
    for (uint64_t byte = 0; byte < record_bytes; byte++)
      CHECK_EQUAL(record[byte], 0);
  }
  CHECK_EQUAL(status, expected);
}

static void spoil(uint64_t *state, uint64_t record_bytes) {
  memset(fault_rules, 0, sizeof fault_rules);
  for (uint32_t i = 0; i < MAX_FAULT_RULES; i++) {
    const uint64_t begin = below(state, COUNT * record_bytes);
    const uint64_t bytes = 1 + below(state, below(state, 2) ? 4 : 4 * record_bytes);
    /* Some fail always, one goes away, some ask to be repeated. */
    switch (i == 0 ? 0 : below(state, 3)) {
    case 0:
      fault_rules[i] = (fault_rule){begin, begin + bytes, i == 0 ? -EIO : -EINTR, 1, 0};
      break;
    case 1:
      fault_rules[i] = (fault_rule){begin, begin + bytes, -EINTR, (uint32_t)below(state, 40), 0};
      break;
    default:
      fault_rules[i] = (fault_rule){begin, begin + bytes, -EIO, UINT32_MAX, 0};
    }
  }
}

/* Halves have no second try, but single records do: so an error that happens once costs none. */
static void random_faults(uint64_t seed) {
  uint64_t state = seed;
  const uint64_t record_bytes = 1 + below(&state, 1500);
  penstock_reader_options options = make_options(1 + (uint32_t)below(&state, MOST_BATCH));
  options.io = below(&state, 2) ? PENSTOCK_IO_DIRECT : PENSTOCK_IO_BUFFERED;
  options.merge_gap_bytes = (uint32_t)below(&state, 20000);
  options.entry_count = 4 * options.batch_size;
  if (below(&state, 2))
    options.cell_count = 2 * options.batch_size + 1;
  open_reader((const uint64_t[]){record_bytes, 0}, &options);
  spoil(&state, record_bytes);
  for (uint32_t round = 0; round < 20; round++) {
    int64_t indices[MOST_BATCH];
    const uint32_t count = 1 + (uint32_t)below(&state, options.batch_size);
    const uint64_t from = below(&state, COUNT - MOST_BATCH);
    for (uint32_t i = 0; i < count; i++) /* neighbours, so that they are merged; some twice */
      indices[i] = (int64_t)(from + below(&state, MOST_BATCH));
    CHECK_EQUAL(penstock_reader_order(reader, indices, count, options.cell_count ? 0 : slot), 0);
    penstock_progress progress;
    CHECK_EQUAL(penstock_reader_drive(reader, count, UINT64_MAX, &progress), 0);
    CHECK_EQUAL(progress.ready, count);
    check_batch(indices, count, record_bytes, block_of(options.io));
  }
  close_reader();
}

static void whatever_fails_all_other_records_are_whole(void) {
  for (uint64_t seed = 1; seed <= 80; seed++) {
    printf("seed %u\n", (uint32_t)seed);
    random_faults(seed);
  }
}

static void order_run(uint64_t first, uint32_t count, const penstock_reader_options *options) {
  int64_t indices[MOST_BATCH];
  for (uint32_t i = 0; i < count; i++)
    indices[i] = (int64_t)(first + i);
  CHECK_EQUAL(penstock_reader_order(reader, indices, count, options->cell_count ? 0 : slot), 0);
}

/* 64 records in one read, of which one is bad: twice as a whole, down to it in 6 halvings, and once
 * more. */
static void one_bad_record_costs_a_read_for_each_halving(void) {
  penstock_reader_options options = make_options(MOST_BATCH);
  options.io = PENSTOCK_IO_BUFFERED;
  open_reader((const uint64_t[]){100, 0}, &options);
  for (uint64_t bad = 0; bad < MOST_BATCH; bad += 21) {
    const uint64_t at = OFFSET + (200 + bad) * 100 + 50;
    fault_rules[0] = (fault_rule){at, at + 1, -EIO, UINT32_MAX, 0};
    order_run(200, MOST_BATCH, &options);
    penstock_progress progress;
    CHECK_EQUAL(penstock_reader_drive(reader, MOST_BATCH, UINT64_MAX, &progress), 0);
    CHECK_EQUAL(fault_rules[0].counted, 2 + 6 + 1);
    penstock_failure failure;
    CHECK_EQUAL(penstock_reader_take(reader, MOST_BATCH, slot, &failure), -EIO);
    CHECK_EQUAL(failure.index, (int64_t)(200 + bad));
  }
  close_reader();
}

static void what_no_repetition_cures_is_not_repeated(void) {
  const int32_t errors[] = {-EINVAL, -EFAULT, -EBADF};
  for (uint32_t i = 0; i < 3; i++) {
    penstock_reader_options options = make_options(MOST_BATCH);
    options.io = PENSTOCK_IO_BUFFERED;
    open_reader((const uint64_t[]){100, 0}, &options);
    fault_rules[0] = (fault_rule){0, UINT64_MAX, errors[i], UINT32_MAX, 0};
    order_run(200, MOST_BATCH, &options);
    penstock_progress progress;
    CHECK_EQUAL(penstock_reader_drive(reader, MOST_BATCH, UINT64_MAX, &progress), 0);
    CHECK_EQUAL(fault_rules[0].counted, 1);
    penstock_failure failure;
    CHECK_EQUAL(penstock_reader_take(reader, MOST_BATCH, slot, &failure), errors[i]);
    close_reader();
  }
}

/* Records that lie too far apart to be read together, and a device that fails each read. */
static void a_dead_device_is_asked_a_handful_of_times_for_a_whole_batch(void) {
  for (int with_cells = 0; with_cells <= 1; with_cells++)
    for (uint32_t io = PENSTOCK_IO_DIRECT; io <= PENSTOCK_IO_BUFFERED; io++) {
      penstock_reader_options options = make_options(MOST_BATCH);
      options.io = io;
      options.merge_gap_bytes = 0;
      options.whole_batches = 1;
      options.entry_count = 8 * MOST_BATCH;
      options.cell_count = with_cells ? 4 * MOST_BATCH : 0;
      open_reader((const uint64_t[]){3000, 8, 0}, &options);
      int64_t indices[MOST_BATCH];
      fault_rules[0] = (fault_rule){0, UINT64_MAX, -EIO, UINT32_MAX, 0};
      for (uint32_t batch = 0; batch < 4; batch++) {
        for (uint32_t i = 0; i < MOST_BATCH; i++)
          indices[i] = (int64_t)((i * 31 + batch * 7) % COUNT);
        CHECK_EQUAL(penstock_reader_order(reader, indices, MOST_BATCH, with_cells ? 0 : slot), 0);
      }
      for (uint32_t batch = 0; batch < 4; batch++) {
        penstock_progress progress;
        CHECK_EQUAL(penstock_reader_drive(reader, MOST_BATCH, UINT64_MAX, &progress), 0);
        CHECK(progress.ready >= MOST_BATCH);
        penstock_failure failure;
        CHECK_EQUAL(penstock_reader_take(reader, MOST_BATCH, slot, &failure), -EIO);
        CHECK_EQUAL(failure.status, -EIO);
        CHECK(failed_reads() <= 16 + 16 * (batch + 1));
      }
      fault_rules[0].times = 0; /* the device is back */
      order_run(100, MOST_BATCH, &options);
      penstock_progress progress;
      CHECK_EQUAL(penstock_reader_drive(reader, MOST_BATCH, UINT64_MAX, &progress), 0);
      penstock_failure failure;
      CHECK_EQUAL(penstock_reader_take(reader, MOST_BATCH, slot, &failure), 0);
      for (uint32_t i = 0; i < MOST_BATCH; i++)
        indices[i] = 100 + i;
      check_records((const uint8_t *)(uintptr_t)slot + offsets[0], indices, MOST_BATCH, 3000,
                    OFFSET, 0);
      check_records((const uint8_t *)(uintptr_t)slot + offsets[1], indices, MOST_BATCH, 8, OFFSET,
                    1);
      close_reader();
    }
}

/* What was read is delivered, the record that failed is named, and the other batches are whole. */
static void giving_up_concerns_the_failed_batch_only(void) {
  for (uint64_t seed = 1; seed <= 30; seed++) {
    uint64_t state = seed;
    penstock_reader_options options = make_options(MOST_BATCH);
    options.io = PENSTOCK_IO_BUFFERED;
    options.whole_batches = 1;
    options.merge_gap_bytes = (uint32_t)below(&state, 5000);
    options.entry_count = 8 * MOST_BATCH;
    options.cell_count = below(&state, 2) ? 3 * MOST_BATCH : 0;
    open_reader((const uint64_t[]){700, 0}, &options);
    const int64_t bad = (int64_t)below(&state, COUNT);
    const uint64_t at = OFFSET + (uint64_t)bad * 700 + 333;
    fault_rules[0] = (fault_rule){at, at + 1, -EIO, UINT32_MAX, 0};
    int64_t *indices = make_shuffled(COUNT, seed);
    uint64_t ordered = 0;
    for (uint64_t taken = 0; taken + MOST_BATCH <= COUNT; taken += MOST_BATCH) {
      while (ordered + MOST_BATCH <= COUNT && ordered < taken + (options.cell_count ? 256 : 64)) {
        CHECK_EQUAL(penstock_reader_order(reader, indices + ordered, MOST_BATCH,
                                          options.cell_count ? 0 : slot),
                    0);
        ordered += MOST_BATCH;
      }
      penstock_progress progress;
      CHECK_EQUAL(penstock_reader_drive(reader, MOST_BATCH, UINT64_MAX, &progress), 0);
      CHECK(progress.ready >= MOST_BATCH);
      penstock_failure failure;
      const int32_t status = penstock_reader_take(reader, MOST_BATCH, slot, &failure);
      int has_bad = 0;
      for (uint32_t i = 0; i < MOST_BATCH; i++)
        has_bad |= indices[taken + i] == bad;
      CHECK_EQUAL(status, has_bad ? -EIO : 0);
      if (has_bad)
        CHECK_EQUAL(failure.index, bad);
      else
        check_records((const uint8_t *)(uintptr_t)slot + offsets[0], indices + taken, MOST_BATCH,
                      700, OFFSET, 0);
    }
    free(indices);
    close_reader();
  }
}

static void resident_columns_are_read_as_long_as_the_caller_has_time(void) {
  penstock_reader_options options = make_options(MOST_BATCH);
  options.io = PENSTOCK_IO_BUFFERED;
  options.max_read_bytes = 4096;
  options.resident_bytes = COUNT * 8;
  open_reader((const uint64_t[]){700, 8, 0}, &options);
  penstock_progress progress;
  CHECK_EQUAL(penstock_reader_drive(reader, 0, 0, &progress), 0);
  CHECK_EQUAL(progress.unloaded, COUNT * 8);
  order_run(300, MOST_BATCH, &options);
  uint64_t unloaded = progress.unloaded;
  while (unloaded > 0) {
    CHECK_EQUAL(penstock_reader_drive(reader, 0, 1, &progress), 0);
    CHECK(progress.unloaded < unloaded);
    CHECK_EQUAL(progress.ready, 0);
    unloaded = progress.unloaded;
    if (unloaded > 4000) /* what is ordered is forgotten, what is loaded is not */
      CHECK_EQUAL(penstock_reader_reset(reader), 0);
  }
  CHECK_EQUAL(penstock_reader_reset(reader), 0);
  order_run(300, MOST_BATCH, &options);
  CHECK_EQUAL(penstock_reader_drive(reader, MOST_BATCH, UINT64_MAX, &progress), 0);
  penstock_failure failure;
  CHECK_EQUAL(penstock_reader_take(reader, MOST_BATCH, slot, &failure), 0);
  int64_t indices[MOST_BATCH];
  for (uint32_t i = 0; i < MOST_BATCH; i++)
    indices[i] = 300 + i;
  check_records((const uint8_t *)(uintptr_t)slot + offsets[1], indices, MOST_BATCH, 8, OFFSET, 1);
  close_reader();
}

static void a_dead_device_is_not_asked_for_each_block_of_a_resident_column(void) {
  penstock_reader_options options = make_options(MOST_BATCH);
  options.io = PENSTOCK_IO_BUFFERED;
  options.resident_bytes = 1 << 30;
  options.whole_batches = 1;
  open_reader((const uint64_t[]){700, 0}, &options);
  fault_rules[0] = (fault_rule){OFFSET, UINT64_MAX, -EIO, UINT32_MAX, 0};
  penstock_progress progress;
  CHECK_EQUAL(penstock_reader_drive(reader, 0, UINT64_MAX, &progress), 0);
  CHECK_EQUAL(progress.unloaded, 0);
  CHECK(failed_reads() <= 40);
  order_run(COUNT - MOST_BATCH, MOST_BATCH, &options);
  CHECK_EQUAL(penstock_reader_drive(reader, MOST_BATCH, UINT64_MAX, &progress), 0);
  penstock_failure failure;
  CHECK_EQUAL(penstock_reader_take(reader, MOST_BATCH, slot, &failure), -EIO);
  close_reader();
}

int main(void) {
  RUN(whatever_fails_all_other_records_are_whole);
  RUN(one_bad_record_costs_a_read_for_each_halving);
  RUN(what_no_repetition_cures_is_not_repeated);
  RUN(a_dead_device_is_asked_a_handful_of_times_for_a_whole_batch);
  RUN(giving_up_concerns_the_failed_batch_only);
  RUN(resident_columns_are_read_as_long_as_the_caller_has_time);
  RUN(a_dead_device_is_not_asked_for_each_block_of_a_resident_column);
  return 0;
}
