/* Variable columns whose records are of one size after all: read as a fixed column is. And many
 * records of a few bytes each, on a device that fails now and then. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/common.h"
#include "core/reader.h"
#include "faulty.h"
#include "recorder.h"
#include "session.h"
#include "support.h"

/* ---- one size ---------------------------------------------------------------------------------
 */

enum { MOST_EQUAL = 3000, EQUAL_FILE_BYTES = 3 << 20, READS_COMPARED = 4096 };

/* One column over one file, of records of this size, one after another. */
static penstock_source *source_of_one_size(uint64_t record_bytes, uint64_t count, int is_variable) {
  penstock_source *made = new_source();
  const char *path = make_file("equal", DATA_OFFSET + record_bytes * count, 0);
  CHECK_EQUAL(add_file(made, path), 0);
  unlink(path);
  if (!is_variable) {
    const penstock_shard shard = {.offset_bytes = DATA_OFFSET, .record_count = count};
    CHECK_EQUAL(penstock_source_add_column(made, record_bytes, &shard, 1), 0);
    return made;
  }
  uint64_t *offsets = calloc(count + 1, sizeof *offsets);
  uint32_t *files = calloc(count + 1, sizeof *files);
  CHECK(offsets && files);
  for (uint64_t i = 0; i <= count; i++)
    offsets[i] = DATA_OFFSET + i * record_bytes;
  CHECK_EQUAL(penstock_source_add_variable_column(made), 0);
  CHECK_EQUAL(penstock_source_add_records(made, 0, files, offsets, NULL, count), 0);
  CHECK_EQUAL(penstock_source_seal_column(made, 0), 0);
  free(offsets);
  free(files);
  return made;
}

/* The values of a variable column of one size are what a fixed one has in a slot. */
static void check_values(const int64_t *indices, uint32_t count, uint64_t record_bytes) {
  const int64_t *values = (const int64_t *)(const void *)column_in_slot(0);
  for (uint32_t i = 0; i <= count; i++)
    CHECK_EQUAL(values[1 + i], i * record_bytes);
  check_records((const uint8_t *)(uintptr_t)slot + values[0], indices, count, record_bytes,
                DATA_OFFSET, 0);
}

/* Reads the whole order, whose batches lie in slots, or whose records wait in cells. */
static void read_order(const int64_t *indices, uint32_t count, uint64_t record_bytes,
                       int is_variable) {
  const int has_cells = options.cell_count + options.chunk_count > 0;
  if (has_cells)
    CHECK_EQUAL(penstock_reader_order(reader, indices, count, 0), 0);
  for (uint32_t taken = 0; taken < count;) {
    uint32_t size = count - taken;
    size = size < options.batch_size ? size : options.batch_size;
    if (has_cells)
      size = take_these(indices + taken, drive_until_ready(size));
    else
      read_batch(indices + taken, size);
    if (is_variable)
      check_values(indices + taken, size, record_bytes);
    taken += size;
  }
}

static void options_at_random(uint64_t *state, uint64_t record_bytes, uint32_t count) {
  options = make_options(1 + (uint32_t)(next_random(state) % 100));
  options.merge_gap_bytes = (uint32_t)(next_random(state) % 20000);
  options.max_read_bytes = (uint32_t)(4096 << next_random(state) % 6);
  options.staging_bytes = 4 * options.max_read_bytes;
  options.entry_count = options.batch_size + count;
  options.value_bytes = round_up(options.batch_size * record_bytes, CACHE_LINE_BYTES);
  if (next_random(state) % 2)
    options.cell_count = options.batch_size + 1 + (uint32_t)(next_random(state) % count);
}

/* The same records in the same order, byte for byte; where they land in slots, by the same reads.
 */
static void equal_sizes(uint64_t seed) {
  static const uint64_t sizes[] = {1, 63, 64, 65, 511, 512, 784, 4096, 5000, 70001};
  static recorded fixed_reads[READS_COMPARED];
  uint64_t state = seed * 7919;
  const uint64_t record_bytes = sizes[next_random(&state) % 10];
  const uint64_t most = EQUAL_FILE_BYTES / record_bytes;
  const uint32_t count = 1 + next_random(&state) % (most < MOST_EQUAL ? most : MOST_EQUAL);
  int64_t *indices = make_shuffled(count, seed);
  options_at_random(&state, record_bytes, count);
  open_reader(source_of_one_size(record_bytes, count, 0));
  read_order(indices, count, record_bytes, 0);
  const penstock_statistics fixed = statistics_now();
  const uint32_t reads = recorded_count;
  CHECK(reads > 0);
  memcpy(fixed_reads, recorded_reads, sizeof fixed_reads);
  close_reader();

  const int has_cells = options.cell_count > 0;
  if (has_cells) {
    options.chunk_bytes = 64;
    options.chunk_count = (uint32_t)(options.cell_count * ((record_bytes + 63) / 64));
    options.cell_count = 0;
    options.horizon_bytes = UINT64_MAX;
  }
  open_reader(source_of_one_size(record_bytes, count, 1));
  read_order(indices, count, record_bytes, 1);
  const penstock_statistics variable = statistics_now();
  CHECK_EQUAL(variable.records, fixed.records);
  CHECK_EQUAL(variable.bytes_taken, fixed.bytes_taken);
  for (uint32_t i = 0; !has_cells && i < reads && i < READS_COMPARED; i++)
    check_read(i, fixed_reads[i].offset_bytes, fixed_reads[i].length_bytes, fixed_reads[i].records);
  CHECK(has_cells || recorded_count == reads);
  close_reader();
  free(indices);
}

static void records_of_one_size_are_read_as_those_of_a_fixed_column(void) {
  for (uint64_t seed = 1; seed <= 60; seed++)
    equal_sizes(seed);
}

/* ---- many -------------------------------------------------------------------------------------
 */

enum { MANY = 10000000, MANY_BATCH = 8192, MANY_CELLS = 1 << 20, MANY_ADDED = 100000 };
enum { MANY_BYTES = MANY / 8 * 28 };

/* The model: which records have a byte that is never read. */
static uint8_t bad[MANY];
static uint32_t bad_count;

/* Errors that pass, the end of the file where it is not, and bytes that nobody can read: at the
 * beginning, in the middle, at the end. */
static void spoil_many(void) {
  const fault_rule rules[] = {
      {1000000, 9000000, -EINTR, 40, 0},         {12345678, 12345679, -EIO, 1, 0},
      {20000000, 30000000, 4097, 60, 0},         {3, 4, -EIO, UINT32_MAX, 0},
      {17000000, 17000100, -EIO, UINT32_MAX, 0}, {MANY_BYTES - 1, MANY_BYTES, -EIO, UINT32_MAX, 0},
  };
  memcpy(fault_rules, rules, sizeof rules);
}

static int is_spoilt(uint64_t begin, uint64_t end) {
  for (uint32_t i = 0; end > begin && i < MAX_FAULT_RULES; i++)
    if (fault_rules[i].times == UINT32_MAX && fault_rules[i].begin < end &&
        fault_rules[i].end > begin)
      return 1;
  return 0;
}

/* From 0 to 7 bytes each. */
static penstock_source *source_of_many(void) {
  static uint32_t files[MANY_ADDED];
  static uint64_t offsets[MANY_ADDED + 1];
  penstock_source *made = new_source();
  const char *path = make_file("many", MANY_BYTES, 0);
  CHECK_EQUAL(add_file(made, path), 0);
  unlink(path);
  CHECK_EQUAL(penstock_source_add_variable_column(made), 0);
  for (uint64_t begin = 0; begin < MANY; begin += MANY_ADDED) {
    for (uint64_t i = 0; i < MANY_ADDED; i++) {
      offsets[i + 1] = offsets[i] + (begin + i) * 5 % 8;
      bad[begin + i] = (uint8_t)is_spoilt(offsets[i], offsets[i + 1]);
      bad_count += bad[begin + i];
    }
    CHECK_EQUAL(penstock_source_add_records(made, 0, files, offsets, NULL, MANY_ADDED), 0);
    offsets[0] = offsets[MANY_ADDED];
  }
  CHECK_EQUAL(penstock_source_seal_column(made, 0), 0);
  return made;
}

/* Far from each other in the order, and each once: the factor has no divisor of 10. */
static int64_t many_index(uint64_t at) { return (int64_t)(at * 7368787 % MANY); }

static void fill(int64_t *indices, uint64_t at, uint32_t count) {
  for (uint32_t i = 0; i < count; i++)
    indices[i] = many_index(at + i);
}

/* A record of a batch in which one has failed: zeros if it has, or if it was given up. */
static int is_zero_or_right(int64_t index, const uint8_t *record, uint64_t length) {
  uint64_t from;
  uint64_t expected;
  CHECK_EQUAL(penstock_source_locate(source, 0, &index, 1, NULL, &from, &expected), 0);
  CHECK_EQUAL(length, expected);
  int is_zero = 1;
  int is_right = 1;
  for (uint64_t i = 0; i < length; i++) {
    is_zero &= record[i] == 0;
    is_right &= record[i] == pattern(from + i, 0);
  }
  return is_zero || (is_right && !bad[index]);
}

/* As take_these, of records that may be bad. Returns how many were taken. */
static uint32_t take_many(const int64_t *indices, uint32_t count, uint32_t *failures) {
  uint32_t first = 0;
  while (first < count && !bad[indices[first]])
    first++;
  memset((void *)(uintptr_t)slot, 0xEE, options.value_bytes);
  penstock_failure failure;
  const int32_t status = penstock_reader_take(reader, count, slot, &failure);
  CHECK(failure.taken > 0 && failure.taken <= count);
  const int64_t *values = (const int64_t *)(const void *)column_in_slot(0);
  if (first >= failure.taken) {
    CHECK_EQUAL(status, 0);
    const uint8_t *in_slot = (const uint8_t *)(uintptr_t)slot;
    const uint64_t offset = (uint64_t)(column_in_slot(0) - in_slot);
    check_column(source, 0, in_slot, offset, indices, failure.taken);
    return failure.taken;
  }
  CHECK_EQUAL(status, -EIO);
  CHECK_EQUAL(failure.index, indices[first]);
  *failures += 1;
  for (uint32_t i = 0; i < failure.taken; i++)
    CHECK(is_zero_or_right(indices[i], (const uint8_t *)(uintptr_t)slot + values[0] + values[1 + i],
                           (uint64_t)(values[2 + i] - values[1 + i])));
  return failure.taken;
}

static void ten_million_records(void) {
  static int64_t indices[MANY_BATCH];
  options = make_options(MANY_BATCH);
  options.entry_count = 3 * MANY_CELLS / 2;
  options.chunk_bytes = 64;
  options.chunk_count = MANY_CELLS;
  options.horizon_bytes = UINT64_C(7) * MANY_CELLS;
  options.value_bytes = MANY_BATCH * 8;
  spoil_many();
  open_reader_with(source_of_many(), faulty_open);
  uint64_t ordered = 0;
  uint32_t failures = 0;
  for (uint64_t taken = 0; taken < MANY;) {
    penstock_progress progress;
    CHECK_EQUAL(penstock_reader_drive(reader, 0, 0, &progress), 0);
    for (uint64_t room = progress.room; ordered < MANY && room >= MANY_BATCH; room -= MANY_BATCH) {
      const uint32_t size = MANY - ordered < MANY_BATCH ? (uint32_t)(MANY - ordered) : MANY_BATCH;
      fill(indices, ordered, size);
      CHECK_EQUAL(penstock_reader_order(reader, indices, size, 0), 0);
      ordered += size;
    }
    const uint32_t size =
        drive_until_ready(MANY - taken < MANY_BATCH ? (uint32_t)(MANY - taken) : MANY_BATCH);
    fill(indices, taken, size);
    taken += take_many(indices, size, &failures);
  }
  const penstock_statistics statistics = statistics_now();
  CHECK_EQUAL(statistics.records, MANY);
  printf("  %u reads, %u bad records in %u batches\n", (uint32_t)statistics.requests, bad_count,
         failures);
  CHECK(bad_count > 20 && failures > 2);
  for (uint32_t i = 0; i < MAX_FAULT_RULES; i++)
    CHECK(fault_rules[i].times == 0 || fault_rules[i].counted > 0);
  close_reader();
}

int main(void) {
  RUN(records_of_one_size_are_read_as_those_of_a_fixed_column);
  RUN(ten_million_records);
  return 0;
}
