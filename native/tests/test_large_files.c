/* Sizes, counts and indices beyond 31 and 32 bits, in files of mostly holes. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/common.h"
#include "core/source.h"
#include "support.h"

enum { DATA_OFFSET = 128 /* of make_source */ };

static penstock_source *source;
static penstock_reader_options options;

enum { BLOCK = 4096, MAX_BLOCKS = 400 };

/* Where a sparse file has bytes that are not 0, ascending. */
static uint64_t blocks[MAX_BLOCKS];
static uint32_t block_count;

static int compare(const void *left, const void *right) {
  const uint64_t a = *(const uint64_t *)left;
  const uint64_t b = *(const uint64_t *)right;
  return (a > b) - (a < b);
}

static uint8_t expected_byte(uint64_t offset) {
  const uint64_t block = round_down(offset, BLOCK);
  return bsearch(&block, blocks, block_count, sizeof block, compare) ? pattern(offset, 0) : 0;
}

static void choose_blocks(uint64_t bytes) {
  uint64_t state = bytes;
  block_count = 0;
  const uint64_t special[] = {0, UINT64_C(1) << 31, UINT64_C(1) << 32, (UINT64_C(1) << 32) - BLOCK,
                              bytes - 1};
  for (uint32_t i = 0; i < 5; i++)
    if (special[i] < bytes)
      blocks[block_count++] = round_down(special[i], BLOCK);
  while (block_count < MAX_BLOCKS)
    blocks[block_count++] = round_down(next_random(&state) % bytes, BLOCK);
  qsort(blocks, block_count, sizeof blocks[0], compare);
}

/* A file of mostly holes, with one column of records up to its end; 0 when the file system has no
 * files so large. */
static int open_sparse(uint64_t record_bytes, uint64_t record_count) {
  const char *path = make_file("sparse", 0, 0);
  const uint64_t bytes = DATA_OFFSET + record_bytes * record_count;
  const int fd = open(path, O_WRONLY);
  CHECK(fd >= 0);
  if (ftruncate(fd, (off_t)bytes) != 0) {
    printf("  skipped: no file of %llu bytes here\n", (unsigned long long)bytes);
    unlink(path);
    CHECK_EQUAL(close(fd), 0);
    return 0;
  }
  choose_blocks(bytes);
  for (uint32_t i = 0; i < block_count; i++) {
    uint8_t block[BLOCK];
    for (uint32_t j = 0; j < BLOCK; j++)
      block[j] = pattern(blocks[i] + j, 0);
    const uint64_t left = bytes - blocks[i];
    const uint64_t size = left < BLOCK ? left : BLOCK;
    CHECK_EQUAL(pwrite(fd, block, size, (off_t)blocks[i]), size);
  }
  CHECK_EQUAL(close(fd), 0);
  CHECK_EQUAL(penstock_source_open(&source), 0);
  penstock_file_info info;
  CHECK_EQUAL(penstock_source_add_file(source, path, &info), 0);
  CHECK_EQUAL(info.size_bytes, bytes);
  unlink(path);
  const penstock_shard shard = {.offset_bytes = DATA_OFFSET, .record_count = record_count};
  CHECK_EQUAL(penstock_source_add_column(source, record_bytes, &shard, 1), 0);
  return 1;
}

/* Records at random: half of them in blocks, runs of neighbours in disorder, the first and last. */
static void choose_records(int64_t *indices, uint32_t count) {
  const uint64_t record_bytes = source->columns[0].record_bytes;
  const uint64_t record_count = source->record_count;
  uint64_t state = 41;
  for (uint32_t i = 0; i < count; i++) {
    const uint64_t block = blocks[next_random(&state) % block_count];
    const uint64_t place = block + next_random(&state) % BLOCK;
    uint64_t index = place < DATA_OFFSET ? 0 : (place - DATA_OFFSET) / record_bytes;
    if (i % 4 == 1)
      index = next_random(&state) % record_count;
    if (i % 4 == 3)
      index = (uint64_t)indices[i - 1] - next_random(&state) % 3;
    indices[i] = (int64_t)(index < record_count ? index : record_count - 1);
  }
  indices[1] = 0;
  indices[5] = (int64_t)record_count - 1;
}

static void check_sparse(const uint8_t *slot, const int64_t *indices, uint32_t count) {
  const uint64_t record_bytes = source->columns[0].record_bytes;
  for (uint32_t i = 0; i < count; i++)
    for (uint64_t byte = 0; byte < record_bytes; byte++) {
      const uint64_t offset = DATA_OFFSET + (uint64_t)indices[i] * record_bytes + byte;
      if (slot[i * record_bytes + byte] != expected_byte(offset))
        check_failed("record", (int)i, "byte of record", indices[i], (int64_t)byte);
    }
}

static void read_sparse(const int64_t *indices, uint32_t count) {
  const uint32_t batch = options.batch_size;
  const uint64_t slot_bytes = batch * source->columns[0].record_bytes;
  penstock_reader *reader;
  CHECK_EQUAL(penstock_reader_open(source, &options, &reader), 0);
  uint64_t slot;
  CHECK_EQUAL(penstock_memory_allocate(slot_bytes, 0, &slot), 0);
  uint32_t ordered = 0;
  for (uint32_t taken = 0; taken < count; taken += batch) {
    /* As far ahead as there is room, so that the elevator has something to sort. */
    while (ordered < count && (options.cell_count > 0 || ordered == taken)) {
      const int32_t status = penstock_reader_order(reader, indices + ordered, batch,
                                                   options.cell_count > 0 ? 0 : slot);
      if (status == -EAGAIN)
        break;
      CHECK_EQUAL(status, 0);
      ordered += batch;
    }
    penstock_progress progress;
    CHECK_EQUAL(penstock_reader_drive(reader, batch, UINT64_MAX, &progress), 0);
    CHECK(progress.ready >= batch);
    penstock_failure failure;
    CHECK_EQUAL(penstock_reader_take(reader, batch, slot, &failure), 0);
    check_sparse((const uint8_t *)(uintptr_t)slot, indices + taken, batch);
  }
  CHECK_EQUAL(penstock_memory_free(slot, slot_bytes), 0);
  CHECK_EQUAL(penstock_reader_close(reader), 0);
}

static void read_sparse_all_ways(uint32_t count, uint32_t cells) {
  int64_t *indices = malloc(sizeof *indices * count);
  CHECK(indices != NULL);
  choose_records(indices, count);
  for (uint32_t backend = PENSTOCK_BACKEND_URING; backend <= PENSTOCK_BACKEND_PREAD; backend++)
    for (uint32_t io = PENSTOCK_IO_DIRECT; io <= PENSTOCK_IO_BUFFERED; io++) {
      if (!is_available(source, backend, io))
        continue;
      options = make_options(50);
      options.backend = backend;
      options.io = io;
      read_sparse(indices, count);
      options.cell_count = cells;
      options.entry_count = 2 * cells;
      read_sparse(indices, count);
    }
  free(indices);
  CHECK_EQUAL(penstock_source_close(source), 0);
}

static void more_records_than_31_bits_count(void) {
  if (open_sparse(1, (UINT64_C(1) << 31) + 12345))
    read_sparse_all_ways(1000, 300);
}

static void a_file_larger_than_32_bits_measure(void) {
  if (open_sparse(5000, UINT64_C(5) << 30 >> 12))
    read_sparse_all_ways(500, 150);
}

/* Urgent reads are sorted by 32 bits of the index: neighbours may come in disorder. */
static void indices_beyond_32_bits(void) {
  if (open_sparse(1, UINT64_C(1) << 33))
    read_sparse_all_ways(5000, 1000);
  if (open_sparse(3, UINT64_C(1) << 41))
    read_sparse_all_ways(5000, 1000);
}

int main(void) {
  RUN(more_records_than_31_bits_count);
  RUN(a_file_larger_than_32_bits_measure);
  RUN(indices_beyond_32_bits);
  return 0;
}
