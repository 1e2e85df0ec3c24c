/* A column of thousands of shards in several files: where its records are found, and that they are
 * what is read. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/source.h"
#include "support.h"

enum { FILES = 3, SHARDS = 3000, SHARD_RECORD = 5, SHARD_GAP = 11 };

/* Shards of 0 to 6 records in turn in each of three files, with gaps between them; the later ones
 * lie earlier in the file. */
static uint64_t make_shards(penstock_shard *shards) {
  uint64_t ends[FILES];
  for (uint32_t i = 0; i < FILES; i++)
    ends[i] = (uint64_t)SHARDS * (6 * SHARD_RECORD + SHARD_GAP);
  uint64_t count = 0;
  for (uint32_t i = 0; i < SHARDS; i++) {
    const uint32_t records = i * 5 % 7;
    const uint32_t file = i % FILES;
    ends[file] -= records * SHARD_RECORD + SHARD_GAP;
    shards[i] = (penstock_shard){.offset_bytes = ends[file], .record_count = records, .file = file};
    count += records;
  }
  return count;
}

static penstock_source *make_sharded(const penstock_shard *shards) {
  penstock_source *source = new_source();
  for (uint32_t i = 0; i < FILES; i++) {
    const char *path = make_file("shards", (uint64_t)SHARDS * (6 * SHARD_RECORD + SHARD_GAP), i);
    CHECK_EQUAL(add_file(source, path), i);
    unlink(path);
  }
  CHECK_EQUAL(penstock_source_add_column(source, SHARD_RECORD, shards, SHARDS), 0);
  return source;
}

/* Where record `index` is, found the slow way. */
static location find_slowly(const penstock_shard *shards, uint64_t index) {
  uint32_t at = 0;
  while (index >= shards[at].record_count)
    index -= shards[at++].record_count;
  return (location){.offset_bytes = shards[at].offset_bytes + index * SHARD_RECORD,
                    .file = shards[at].file};
}

static void records_are_found_in_many_shards_with_any_hint(void) {
  penstock_shard shards[SHARDS];
  const uint64_t count = make_shards(shards);
  penstock_source *source = make_sharded(shards);
  CHECK_EQUAL(source->record_count, count);
  uint64_t state = 3;
  for (uint64_t index = 0; index < count; index += 1 + index % 3) {
    const location expected = find_slowly(shards, index);
    uint32_t own = source_locate(&source->columns[0], index, 0).shard;
    const uint32_t hints[] = {
        0, own, own - 1, own + 1, SHARDS, UINT32_MAX, (uint32_t)(next_random(&state) % SHARDS)};
    for (uint32_t i = 0; i < sizeof hints / sizeof hints[0]; i++) {
      const location found = source_locate(&source->columns[0], index, hints[i]);
      CHECK_EQUAL(found.offset_bytes, expected.offset_bytes);
      CHECK_EQUAL(found.file, expected.file);
      CHECK_EQUAL(found.shard, own);
    }
  }
  close_source(source);
}

static void read_sharded(penstock_source *source, const penstock_shard *shards, uint64_t count,
                         uint32_t cells) {
  enum { BATCH = 64 };
  penstock_reader_options options = make_options(BATCH);
  options.cell_count = cells;
  penstock_reader *reader;
  CHECK_EQUAL(penstock_reader_open(source, &options, &reader), 0);
  int64_t *indices = make_shuffled(count, 5);
  uint64_t slot;
  CHECK_EQUAL(penstock_memory_allocate(BATCH * SHARD_RECORD, 0, &slot), 0);
  for (uint64_t at = 0; at < count; at += BATCH) {
    const uint32_t size = count - at < BATCH ? (uint32_t)(count - at) : BATCH;
    CHECK_EQUAL(penstock_reader_order(reader, indices + at, size, cells ? 0 : slot), 0);
    penstock_progress progress;
    CHECK_EQUAL(penstock_reader_drive(reader, size, UINT64_MAX, &progress), 0);
    penstock_failure failure;
    CHECK_EQUAL(penstock_reader_take(reader, size, slot, &failure), 0);
    const uint8_t *record = (const uint8_t *)(uintptr_t)slot;
    for (uint32_t i = 0; i < size; i++, record += SHARD_RECORD) {
      const location from = find_slowly(shards, (uint64_t)indices[at + i]);
      for (uint32_t byte = 0; byte < SHARD_RECORD; byte++)
        CHECK_EQUAL(record[byte], pattern(from.offset_bytes + byte, from.file));
    }
  }
  free(indices);
  CHECK_EQUAL(penstock_memory_free(slot, BATCH * SHARD_RECORD), 0);
  CHECK_EQUAL(penstock_reader_close(reader), 0);
}

static void records_of_many_shards_are_read(void) {
  penstock_shard shards[SHARDS];
  const uint64_t count = make_shards(shards);
  penstock_source *source = make_sharded(shards);
  read_sharded(source, shards, count, 0);
  read_sharded(source, shards, count, 200);
  close_source(source);
}

/* With a million of them their memory counts. */
static void a_shard_takes_at_most_32_bytes(void) {
  enum { COUNT = 20000 };
  penstock_shard *shards = calloc(COUNT, sizeof *shards);
  for (uint32_t i = 0; i < COUNT; i++)
    shards[i] = (penstock_shard){.offset_bytes = (uint64_t)i * 7, .record_count = 1 + i % 2};
  penstock_source *source = new_source();
  const char *path = make_file("small", COUNT * 7 + 20, 0);
  CHECK_EQUAL(add_file(source, path), 0);
  unlink(path);
  CHECK_EQUAL(penstock_source_add_column(source, 3, shards, COUNT), 0);
  penstock_column_info info;
  CHECK_EQUAL(penstock_source_column(source, 0, &info), 0);
  CHECK(info.table_bytes > 0 && info.table_bytes <= 32 * COUNT);
  CHECK_EQUAL(info.table_bytes, source_column_memory(&source->columns[0]));
  CHECK(!source->columns[0].wide_strides);
  CHECK_EQUAL(penstock_source_add_column(source, 3, shards, 1), -ERANGE);
  close_source(source);
  free(shards);
}

/* Most shards have one record, some very many: then an entry of the directory has many shards. */
static void shards_of_very_different_sizes_are_found(void) {
  enum { COUNT = 1000, LARGE = 100000 };
  static penstock_shard shards[COUNT];
  uint64_t end = 0;
  for (uint32_t i = 0; i < COUNT; i++) {
    shards[i] = (penstock_shard){.offset_bytes = end, .record_count = i % 400 == 399 ? LARGE : 1};
    end += shards[i].record_count + 1;
  }
  penstock_source *source = new_source();
  const char *path = make_file("uneven", end, 0);
  CHECK_EQUAL(add_file(source, path), 0);
  unlink(path);
  CHECK_EQUAL(penstock_source_add_column(source, 1, shards, COUNT), 0);
  uint64_t first = 0;
  for (uint32_t i = 0; i < COUNT; i++) {
    const uint64_t last = first + shards[i].record_count - 1;
    CHECK_EQUAL(source_locate(&source->columns[0], first, UINT32_MAX).shard, i);
    CHECK_EQUAL(source_locate(&source->columns[0], last, UINT32_MAX).shard, i);
    CHECK_EQUAL(source_locate(&source->columns[0], last, UINT32_MAX).offset_bytes,
                shards[i].offset_bytes + shards[i].record_count - 1);
    first = last + 1;
  }
  close_source(source);
}

static void strides_may_be_larger_than_32_bits(void) {
  const uint64_t stride = UINT64_C(5) << 32;
  const penstock_shard shards[] = {
      {.offset_bytes = 8, .record_count = 3, .stride_bytes = 16},
      {.offset_bytes = 100, .record_count = 3, .stride_bytes = stride},
      {.offset_bytes = 200, .record_count = 1, .stride_bytes = stride * 1000},
  };
  const char *path = make_file("wide", 1, 0);
  CHECK_EQUAL(truncate(path, (int64_t)(100 + 2 * stride + 8)), 0);
  penstock_source *source = new_source();
  CHECK_EQUAL(add_file(source, path), 0);
  unlink(path);
  CHECK_EQUAL(penstock_source_add_column(source, 8, shards, 3), 0);
  const source_column *column = &source->columns[0];
  CHECK_EQUAL(source_locate(column, 2, 0).offset_bytes, 40);
  CHECK_EQUAL(source_locate(column, 5, 0).offset_bytes, 100 + 2 * stride);
  CHECK_EQUAL(source_locate(column, 6, 0).offset_bytes, 200);
  CHECK_EQUAL(source_shard_end(column, 1), 108 + 2 * stride);
  close_source(source);
}

int main(void) {
  RUN_COUNTED(a_shard_takes_at_most_32_bytes);
  RUN_COUNTED(shards_of_very_different_sizes_are_found);
  RUN_COUNTED(strides_may_be_larger_than_32_bits);
  RUN_COUNTED(records_are_found_in_many_shards_with_any_hint);
  RUN_COUNTED(records_of_many_shards_are_read);
  return 0;
}
