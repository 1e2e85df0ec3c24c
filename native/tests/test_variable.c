/* Records that differ in size: sizes of chunks; giants, empty records, batches that come in
 * pieces; failed reads against a plain model; the memory of a reader. That all plans and backends
 * deliver them is in the tests of those, for each kind of column. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/common.h"
#include "core/reader.h"
#include "faulty.h"
#include "support.h"

/* ---- a reader ---------------------------------------------------------------------------------
 */

static penstock_source *source;
static penstock_reader *reader;
static penstock_reader_options options;
static uint64_t offsets[PENSTOCK_MAX_COLUMNS];
static uint64_t slot_bytes;
static uint64_t slot;

static void open_reader(void) {
  CHECK_EQUAL(reader_open_with(source, &options, faulty_open, &reader), 0);
  CHECK_EQUAL(
      penstock_slot_layout(source, options.batch_size, options.value_bytes, offsets, &slot_bytes),
      0);
  CHECK_EQUAL(penstock_memory_allocate(slot_bytes, 0, &slot), 0);
}

static void close_reader(void) {
  CHECK_EQUAL(penstock_reader_close(reader), 0);
  CHECK_EQUAL(penstock_memory_free(slot, slot_bytes), 0);
  close_source(source);
  memset(fault_rules, 0, sizeof fault_rules);
}

/* A source with one variable column over one file, of these records. */
static penstock_source *source_of(uint64_t file_bytes, const uint64_t *offsets_,
                                  const uint64_t *lengths, uint64_t count) {
  penstock_source *made = new_source();
  const char *path = make_file("records", file_bytes, 0);
  CHECK_EQUAL(add_file(made, path), 0);
  unlink(path);
  CHECK_EQUAL(penstock_source_add_variable_column(made), 0);
  uint32_t *files = calloc(count + 1, sizeof *files);
  CHECK(files != NULL);
  CHECK_EQUAL(penstock_source_add_records(made, 0, files, offsets_, lengths, count), 0);
  CHECK_EQUAL(penstock_source_seal_column(made, 0), 0);
  free(files);
  return made;
}

static const uint8_t *in_slot(void) { return (const uint8_t *)(uintptr_t)slot; }

static void order(const int64_t *indices, uint32_t count) {
  CHECK_EQUAL(penstock_reader_order(reader, indices, count, options.chunk_count > 0 ? 0 : slot), 0);
}

static penstock_progress drive(uint64_t wanted) {
  penstock_progress progress;
  CHECK_EQUAL(penstock_reader_drive(reader, wanted, UINT64_MAX, &progress), 0);
  return progress;
}

/* ---- sizes ------------------------------------------------------------------------------------
 */

static void options_for_chunks_that_cannot_be_are_refused(void) {
  kind_of_columns = ONE_GIANT;
  source = make_source((const uint64_t[]){700, 0}, 500);
  kind_of_columns = OF_ONE_SIZE;
  penstock_footprint footprint;
  options = make_options(10);
  options.chunk_bytes = 128;
  CHECK_EQUAL(penstock_reader_footprint(source, &options, &footprint), 0);
  const uint64_t giant = 20 * 700 + 70000;
  CHECK_EQUAL(footprint.least_chunk_count, (giant + 127) / 128 + 1);
  CHECK_EQUAL(footprint.least_value_bytes, round_up(giant, 64));
  const penstock_reader_options right = {.backend = options.backend,
                                         .io = options.io,
                                         .queue_depth = 4,
                                         .max_read_bytes = 65536,
                                         .staging_bytes = 1 << 20,
                                         .entry_count = 100,
                                         .batch_size = 10,
                                         .chunk_bytes = 128,
                                         .chunk_count = (uint32_t)footprint.least_chunk_count,
                                         .horizon_bytes = 100000,
                                         .value_bytes = 100000};
  options = right;
  CHECK_EQUAL(penstock_reader_footprint(source, &options, &footprint), 0);
#define REFUSED(field, value)                                                                      \
  options = right;                                                                                 \
  options.field = (value);                                                                         \
  CHECK_EQUAL(penstock_reader_footprint(source, &options, &footprint), -EINVAL);                   \
  CHECK_EQUAL(penstock_reader_open(source, &options, &reader), -EINVAL)
  REFUSED(chunk_bytes, 0);
  REFUSED(chunk_bytes, 63);
  REFUSED(chunk_bytes, 96);
  REFUSED(chunk_bytes, 8192);
  REFUSED(chunk_count, right.chunk_count - 1);
  REFUSED(chunk_count, UINT32_MAX);
  REFUSED(cell_count, 20); /* cells of one size, and chunks */
  REFUSED(cached_bytes, UINT64_MAX);
  REFUSED(cached_records, 501);
  REFUSED(value_bytes, UINT64_MAX);
  options = make_options(10);
  options.cell_count = 20; /* of one size, for records that are not */
  CHECK_EQUAL(penstock_reader_footprint(source, &options, &footprint), -EINVAL);
  close_source(source);
}

/* What is proposed loses at most 12 % of the chunks, as counted for each record, and of larger
 * chunks none does that, but for small records. */
static void the_size_of_chunks_that_is_proposed_wastes_little(void) {
  const struct {
    uint64_t mean;
    uint32_t chunk_bytes;
  } expected[] = {{20, 64}, {600, 64}, {6000, 1024}, {100000, 4096}};
  for (uint32_t i = 0; i < 4; i++) {
    kind_of_columns = ONE_AFTER_ANOTHER;
    source = make_source((const uint64_t[]){expected[i].mean, 0}, 400);
    kind_of_columns = OF_ONE_SIZE;
    const int32_t bytes = penstock_source_chunk_bytes(source);
    uint64_t total = 0;
    uint64_t used = 0;
    for (int64_t index = 0; index < 400; index++) {
      uint64_t length;
      CHECK_EQUAL(penstock_source_locate(source, 0, &index, 1, NULL, NULL, &length), 0);
      total += length;
      used += (length + (uint64_t)bytes - 1) / (uint64_t)bytes * ((uint64_t)bytes + 5);
    }
    printf("  mean %llu: %d bytes, %.3f\n", (unsigned long long)expected[i].mean, bytes,
           (double)used / (double)total - 1);
    CHECK_EQUAL(bytes, expected[i].chunk_bytes);
    if (i > 0)
      CHECK((double)used <= 1.14 * (double)total);
    close_source(source);
  }
}

/* A column that is not complete has no readers. */
static void open_columns_have_no_readers(void) {
  source = make_source((const uint64_t[]){700, 0}, 3);
  CHECK_EQUAL(penstock_source_add_variable_column(source), 1);
  options = make_options(2);
  penstock_footprint footprint;
  CHECK_EQUAL(penstock_reader_footprint(source, &options, &footprint), -EINVAL);
  CHECK_EQUAL(penstock_reader_open(source, &options, &reader), -EINVAL);
  CHECK_EQUAL(penstock_slot_layout(source, 2, 0, offsets, &slot_bytes), -EINVAL);
  close_source(source);
}

/* Values that do not fit are refused when they are ordered with a slot, and come in pieces from
 * chunks; one that never fits is told. */
static void batches_come_in_pieces(void) {
  const uint64_t lengths[] = {100, 0, 300, 1000, 1, 63, 64, 4000, 5};
  uint64_t places[9];
  uint64_t end = 0;
  for (uint32_t i = 0; i < 9; i++) {
    places[i] = end;
    end += lengths[i];
  }
  source = source_of(end, places, lengths, 9);
  const int64_t all[] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
  options = make_options(9);
  options.value_bytes = 1408; /* 100 + 0 + 300 + 1000 are 1400 */
  open_reader();
  CHECK_EQUAL(penstock_reader_order(reader, all, 9, slot), -ENOSPC);
  CHECK_EQUAL(penstock_reader_order(reader, all + 1, 6, slot), -ENOSPC);
  order(all, 4);
  CHECK_EQUAL(drive(4).ready, 4);
  penstock_failure failure;
  CHECK_EQUAL(penstock_reader_take(reader, 4, slot, &failure), 0);
  CHECK_EQUAL(failure.taken, 4);
  check_column(source, 0, in_slot(), offsets[0], all, 4);
  CHECK_EQUAL(penstock_reader_close(reader), 0);
  CHECK_EQUAL(penstock_memory_free(slot, slot_bytes), 0);
  options.chunk_bytes = 64;
  options.chunk_count = 200;
  options.horizon_bytes = UINT64_MAX;
  open_reader();
  order(all, 9);
  CHECK_EQUAL(drive(9).ready, 9);
  const uint32_t pieces[] = {5, 2};
  uint32_t taken = 0;
  for (uint32_t i = 0; i < 2; i++) {
    CHECK_EQUAL(penstock_reader_take(reader, 9 - taken, slot, &failure), 0);
    CHECK_EQUAL(failure.taken, pieces[i]);
    check_column(source, 0, in_slot(), offsets[0], all + taken, pieces[i]);
    taken += pieces[i];
  }
  failure.taken = 77;
  CHECK_EQUAL(penstock_reader_take(reader, 2, slot, &failure), -ENOSPC);
  CHECK_EQUAL(failure.taken, 77); /* left alone */
  CHECK_EQUAL(drive(0).ordered, 2);
  CHECK_EQUAL(penstock_reader_reset(reader), 0);
  order(all + 8, 1);
  CHECK_EQUAL(drive(1).ready, 1);
  CHECK_EQUAL(penstock_reader_take(reader, 1, slot, &failure), 0);
  check_column(source, 0, in_slot(), offsets[0], all + 8, 1);
  close_reader();
}

/* A gigabyte that is nowhere but in the file system's books, read in parts and taken as a whole. */
static void a_record_of_a_gigabyte(void) {
  enum { MEBIBYTE = 1 << 20 };
  const uint64_t giant = UINT64_C(1) << 30;
  const uint64_t lengths[] = {10, giant, 10};
  const uint64_t places[] = {0, 10, giant + 10};
  source = new_source();
  const char *path = make_file("giant", 10, 0);
  CHECK_EQUAL(truncate(path, (off_t)giant + 20), 0);
  const int fd = open(path, O_WRONLY);
  CHECK_EQUAL(pwrite(fd, "end", 3, (off_t)giant + 7), 3);
  CHECK_EQUAL(close(fd), 0);
  CHECK_EQUAL(add_file(source, path), 0);
  unlink(path);
  const uint32_t files[3] = {0};
  CHECK_EQUAL(penstock_source_add_variable_column(source), 0);
  CHECK_EQUAL(penstock_source_add_records(source, 0, files, places, lengths, 3), 0);
  CHECK_EQUAL(penstock_source_seal_column(source, 0), 0);
  for (int in_chunks = 0; in_chunks <= 1; in_chunks++) {
    options = make_options(3);
    options.max_read_bytes = MEBIBYTE;
    options.staging_bytes = 4 * MEBIBYTE;
    options.entry_count = 20;
    options.value_bytes = giant + 3 * 64;
    options.chunk_bytes = in_chunks ? 4096 : 0;
    options.chunk_count = in_chunks ? giant / 4096 + 1 : 0;
    options.horizon_bytes = giant;
    open_reader();
    const int64_t indices[] = {2, 1, 0};
    order(indices, 3);
    uint32_t taken = 0;
    while (taken < 3) {
      const penstock_progress progress = drive(3 - taken);
      CHECK(progress.ready > 0);
      penstock_failure failure;
      const uint32_t size = progress.ready < 3 - taken ? (uint32_t)progress.ready : 3 - taken;
      CHECK_EQUAL(penstock_reader_take(reader, size, slot, &failure), 0);
      const int64_t *values = (const int64_t *)(uintptr_t)(slot + offsets[0]);
      for (uint32_t i = 0; i < failure.taken; i++)
        CHECK_EQUAL(values[2 + i] - values[1 + i], lengths[indices[taken + i]]);
      if (taken <= 1 && taken + failure.taken > 1) {
        const uint8_t *record = in_slot() + values[0] + values[1 + (1 - taken)];
        CHECK(memcmp(record + giant - 3, "end", 3) == 0);
        CHECK_EQUAL(record[giant / 2], 0);
      }
      taken += failure.taken;
    }
    CHECK_EQUAL(penstock_reader_close(reader), 0);
    CHECK_EQUAL(penstock_memory_free(slot, slot_bytes), 0);
  }
  close_source(source);
}

/* ---- failures ---------------------------------------------------------------------------------
 */

enum { COUNT = 640, MOST_BATCH = 64 };

/* The model: a record is bad when one of its blocks touches a spoilt byte that always fails. */
static int is_bad(int64_t index, uint64_t block) {
  uint64_t begin;
  uint64_t length;
  CHECK_EQUAL(penstock_source_locate(source, 0, &index, 1, NULL, &begin, &length), 0);
  const uint64_t end = round_up(begin + length, block);
  begin = round_down(begin, block);
  for (uint32_t i = 0; length > 0 && i < MAX_FAULT_RULES; i++)
    if (fault_rules[i].times == UINT32_MAX && fault_rules[i].end > begin &&
        fault_rules[i].begin < end)
      return 1;
  return 0;
}

static void spoil(uint64_t *seed, uint64_t mean) {
  for (uint32_t i = 0; i < MAX_FAULT_RULES; i++) {
    const uint64_t begin = next_random(seed) % (COUNT * mean);
    const uint64_t end = begin + 1 + next_random(seed) % (next_random(seed) % 2 ? 4 : 4 * mean);
    const int32_t errors[] = {-EIO, -EINTR, -EIO};
    const uint32_t kind = i == 0 ? 0 : next_random(seed) % 3;
    const uint32_t times = kind == 0 ? 1 : kind == 1 ? next_random(seed) % 40 : UINT32_MAX;
    fault_rules[i] = (fault_rule){begin, end, errors[kind], times, 0};
  }
}

/* Takes one batch, in as many pieces as it comes in. */
static void check_batch(const int64_t *indices, uint32_t count, uint64_t block) {
  for (uint32_t taken = 0; taken < count;) {
    const penstock_progress progress = drive(count - taken);
    CHECK(progress.ready > 0);
    uint32_t size = count - taken;
    size = size < progress.ready ? size : (uint32_t)progress.ready;
    penstock_failure failure;
    const int32_t status = penstock_reader_take(reader, size, slot, &failure);
    CHECK(status == 0 || status == -EIO);
    CHECK(failure.taken > 0 && failure.taken <= size);
    int32_t expected = 0;
    const int64_t *values = (const int64_t *)(uintptr_t)(slot + offsets[0]);
    for (uint32_t i = 0; i < failure.taken; i++) {
      if (!is_bad(indices[taken + i], block))
        continue;
      if (expected == 0)
        CHECK_EQUAL(failure.index, indices[taken + i]);
      expected = -EIO;
      for (int64_t byte = values[1 + i]; byte < values[2 + i]; byte++)
        CHECK_EQUAL(in_slot()[values[0] + byte], 0);
    }
    CHECK_EQUAL(status, expected);
    if (expected == 0)
      check_column(source, 0, in_slot(), offsets[0], indices + taken, failure.taken);
    taken += failure.taken;
  }
}

static void random_faults(uint64_t seed) {
  uint64_t state = seed * 977;
  const uint64_t mean = 1 + next_random(&state) % 1500;
  kind_of_columns = (column_kind)(ONE_AFTER_ANOTHER + next_random(&state) % (COLUMN_KINDS - 1));
  source = make_source((const uint64_t[]){mean, 0}, COUNT);
  options = make_options(1 + (uint32_t)(next_random(&state) % MOST_BATCH));
  options.io = next_random(&state) % 2 ? PENSTOCK_IO_DIRECT : PENSTOCK_IO_BUFFERED;
  options.merge_gap_bytes = (uint32_t)(next_random(&state) % 20000);
  options.entry_count = 4 * options.batch_size;
  if (next_random(&state) % 2)
    options.cell_count = 2 * options.batch_size + 1;
  adapt_options(source, &options);
  kind_of_columns = OF_ONE_SIZE;
  open_reader();
  const uint64_t block = source_offset_alignment(&source->files[0], options.io);
  spoil(&state, mean);
  for (uint32_t round = 0; round < 20; round++) {
    int64_t indices[MOST_BATCH];
    const uint32_t count = 1 + (uint32_t)(next_random(&state) % options.batch_size);
    const uint64_t from = next_random(&state) % (COUNT - MOST_BATCH);
    for (uint32_t i = 0; i < count; i++) /* neighbours, so that they are merged; some twice */
      indices[i] = (int64_t)(from + next_random(&state) % MOST_BATCH);
    order(indices, count);
    check_batch(indices, count, block);
  }
  close_reader();
}

static void whatever_fails_all_other_records_are_whole(void) {
  for (uint64_t seed = 1; seed <= 60; seed++) {
    printf("  seed %u\n", (uint32_t)seed);
    random_faults(seed);
  }
}

int main(void) {
  RUN(options_for_chunks_that_cannot_be_are_refused);
  RUN(the_size_of_chunks_that_is_proposed_wastes_little);
  RUN(open_columns_have_no_readers);
  RUN(batches_come_in_pieces);
  RUN(whatever_fails_all_other_records_are_whole);
  RUN(a_record_of_a_gigabyte);
  return 0;
}
