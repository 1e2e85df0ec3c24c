/* Options out of range, the memory a reader takes, and where columns lie in a slot. The library's
 * calls of malloc, mmap and their kin are counted (see CMakeLists.txt). */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/source.h"
#include "support.h"

/* ---- counting ------------------------------------------------------------------------------- */

enum { MAX_COUNTED = 4096, DATA_OFFSET = 128 /* of make_source */ };

/* What is allocated and not freed. */
static struct {
  const void *address;
  uint64_t bytes;
} counted[MAX_COUNTED];
static uint64_t heap_bytes;
static uint64_t mapped_bytes;
static uint64_t allocations; /* ever made */

void *__real_malloc(size_t bytes);
void *__real_calloc(size_t count, size_t bytes);
void *__real_realloc(void *memory, size_t bytes);
void __real_free(void *memory);
void *__real_mmap(void *address, size_t bytes, int protection, int flags, int fd, off_t offset);
int __real_munmap(void *address, size_t bytes);

static void count_in(const void *address, uint64_t bytes) {
  if (!address)
    return;
  allocations++;
  heap_bytes += bytes;
  for (uint32_t i = 0; i < MAX_COUNTED; i++)
    if (!counted[i].address) {
      counted[i].address = address;
      counted[i].bytes = bytes;
      return;
    }
  CHECK(!"more allocations than are counted");
}

/* What libc allocated by itself (strdup) was not counted in. */
static void count_out(const void *address) {
  for (uint32_t i = 0; address && i < MAX_COUNTED; i++)
    if (counted[i].address == address) {
      heap_bytes -= counted[i].bytes;
      counted[i].address = NULL;
      return;
    }
}

void *__wrap_malloc(size_t bytes) {
  void *memory = __real_malloc(bytes);
  count_in(memory, bytes);
  return memory;
}

void *__wrap_calloc(size_t count, size_t bytes) {
  void *memory = __real_calloc(count, bytes);
  count_in(memory, (uint64_t)count * bytes);
  return memory;
}

void *__wrap_realloc(void *memory, size_t bytes) {
  count_out(memory);
  void *moved = __real_realloc(memory, bytes);
  count_in(moved, bytes);
  return moved;
}

void __wrap_free(void *memory) {
  count_out(memory);
  __real_free(memory);
}

void *__wrap_mmap(void *address, size_t bytes, int protection, int flags, int fd, off_t offset) {
  void *memory = __real_mmap(address, bytes, protection, flags, fd, offset);
  if (memory != MAP_FAILED) {
    allocations++;
    mapped_bytes += bytes;
  }
  return memory;
}

int __wrap_munmap(void *address, size_t bytes) {
  const int result = __real_munmap(address, bytes);
  if (result == 0)
    mapped_bytes -= bytes;
  return result;
}

/* Rings are mapped by liburing's own system calls: the kernel tells of them. */
static uint64_t ring_bytes(void) {
  char line[512];
  uint64_t bytes = 0;
  FILE *maps = fopen("/proc/self/maps", "r");
  CHECK(maps != NULL);
  while (fgets(line, sizeof line, maps)) {
    char *end;
    const uint64_t begin = strtoull(line, &end, 16);
    if (strstr(line, "[io_uring]"))
      bytes += strtoull(end + 1, NULL, 16) - begin;
  }
  fclose(maps);
  return bytes;
}

static uint64_t bytes_now(void) { return heap_bytes + mapped_bytes + ring_bytes(); }

/* ---- options -------------------------------------------------------------------------------- */

static penstock_source *source;
static penstock_reader_options options;

static penstock_reader_options valid_options(void) {
  penstock_reader_options valid = make_options(10);
  valid.entry_count = 200;
  valid.cell_count = 100;
  return valid;
}

static void check_refused(void) {
  penstock_footprint footprint;
  CHECK_EQUAL(penstock_reader_footprint(source, &options, &footprint), -EINVAL);
  penstock_reader *reader = NULL;
  CHECK_EQUAL(penstock_reader_open(source, &options, &reader), -EINVAL);
  CHECK(reader == NULL);
}

#define CHECK_REFUSED(field, value)                                                                \
  do {                                                                                             \
    options = valid_options();                                                                     \
    options.field = (value);                                                                       \
    check_refused();                                                                               \
  } while (0)

#define CHECK_ACCEPTED(field, value)                                                               \
  do {                                                                                             \
    options = valid_options();                                                                     \
    options.field = (value);                                                                       \
    penstock_footprint footprint_;                                                                 \
    CHECK_EQUAL(penstock_reader_footprint(source, &options, &footprint_), 0);                      \
  } while (0)

static void options_out_of_range_are_refused(void) {
  source = make_source((const uint64_t[]){100, 0}, 1000);
  CHECK_REFUSED(backend, 0);
  CHECK_REFUSED(backend, 4);
  CHECK_REFUSED(backend, UINT32_MAX);
  CHECK_REFUSED(io, 0);
  CHECK_REFUSED(io, 3);
  CHECK_REFUSED(queue_depth, 0);
  CHECK_REFUSED(queue_depth, 4097);
  CHECK_REFUSED(queue_depth, UINT32_MAX);
  CHECK_REFUSED(merge_gap_bytes, (64 << 20) + 1);
  CHECK_REFUSED(merge_gap_bytes, UINT32_MAX);
  CHECK_REFUSED(max_read_bytes, 0);
  CHECK_REFUSED(max_read_bytes, 4095);
  CHECK_REFUSED(max_read_bytes, (64 << 20) + 1);
  CHECK_REFUSED(max_read_bytes, UINT32_MAX);
  CHECK_REFUSED(staging_bytes, 1);
  CHECK_REFUSED(staging_bytes, 2 * 65536 - 1);
  CHECK_REFUSED(entry_count, 0);
  CHECK_REFUSED(entry_count, 9); /* less than a batch */
  CHECK_REFUSED(entry_count, (1u << PENSTOCK_MAX_ENTRIES_LOG2) + 1);
  CHECK_REFUSED(cell_count, 10); /* nothing but the reserve */
  CHECK_REFUSED(cell_count, 1u << PENSTOCK_MAX_ENTRIES_LOG2);
  CHECK_REFUSED(cell_count, UINT32_MAX);
  CHECK_REFUSED(batch_size, 0);
  CHECK_REFUSED(batch_size, 201);
  CHECK_REFUSED(adapt, (PENSTOCK_ADAPT_DEPTH | PENSTOCK_ADAPT_GAP | PENSTOCK_ADAPT_READ) + 1);
  CHECK_REFUSED(cached_records, 1001);
  CHECK_REFUSED(cached_records, UINT64_MAX);
  options = valid_options();
  options.cell_count = 0;
  options.cached_records = 1; /* needs cells */
  check_refused();
  CHECK_EQUAL(penstock_source_close(source), 0);
}

static void options_at_the_edge_are_accepted(void) {
  source = make_source((const uint64_t[]){100, 0}, 1000);
  CHECK_ACCEPTED(queue_depth, 1);
  CHECK_ACCEPTED(queue_depth, 4096);
  CHECK_ACCEPTED(merge_gap_bytes, 0);
  CHECK_ACCEPTED(merge_gap_bytes, 64 << 20);
  CHECK_ACCEPTED(max_read_bytes, 4096);
  CHECK_ACCEPTED(staging_bytes, 2 * 65536);
  CHECK_ACCEPTED(staging_bytes, UINT32_MAX);
  CHECK_ACCEPTED(entry_count, 10);
  CHECK_ACCEPTED(entry_count, 1u << PENSTOCK_MAX_ENTRIES_LOG2);
  CHECK_ACCEPTED(cell_count, 0);
  CHECK_ACCEPTED(cell_count, 11);
  CHECK_ACCEPTED(cell_count, (1u << PENSTOCK_MAX_ENTRIES_LOG2) - 1);
  CHECK_ACCEPTED(batch_size, 1);
  CHECK_ACCEPTED(fixed_buffers, UINT32_MAX);
  CHECK_ACCEPTED(resident_bytes, UINT64_MAX);
  CHECK_ACCEPTED(cached_records, 1000);
  CHECK_ACCEPTED(cache_key, UINT64_MAX);
  options = valid_options();
  options.max_read_bytes = 64 << 20;
  options.staging_bytes = 128 << 20;
  penstock_footprint footprint;
  CHECK_EQUAL(penstock_reader_footprint(source, &options, &footprint), 0);
  /* Rounded up to whole blocks, and staging must hold two of that. */
  options.max_read_bytes = 4097;
  options.staging_bytes = 16383;
  check_refused();
  options.staging_bytes = 16384;
  CHECK_EQUAL(penstock_reader_footprint(source, &options, &footprint), 0);
  CHECK_EQUAL(penstock_source_close(source), 0);
}

/* Whatever reads are rounded up to, a reader opens with the least staging and not with less. */
static void the_least_staging_is_told(void) {
  const uint32_t reads[] = {4096, 4097, 65536, 100000, 64 << 20};
  source = make_source((const uint64_t[]){100, 0}, 1000);
  for (uint32_t io = PENSTOCK_IO_DIRECT; io <= PENSTOCK_IO_BUFFERED; io++) {
    for (uint32_t i = 0; i < sizeof reads / sizeof reads[0]; i++) {
      options = valid_options();
      options.io = io;
      options.max_read_bytes = reads[i];
      options.staging_bytes = 0;
      penstock_footprint least;
      CHECK_EQUAL(penstock_reader_footprint(source, &options, &least), 0);
      CHECK(least.least_staging_bytes >= 2 * (uint64_t)reads[i]);
      options.staging_bytes = (uint32_t)least.least_staging_bytes - 1;
      check_refused();
      options.staging_bytes++;
      penstock_footprint footprint;
      CHECK_EQUAL(penstock_reader_footprint(source, &options, &footprint), 0);
      CHECK_EQUAL(footprint.bytes, least.bytes);
      CHECK_EQUAL(footprint.least_staging_bytes, least.least_staging_bytes);
      if (!is_available(source, options.backend, io))
        continue;
      penstock_reader *reader;
      CHECK_EQUAL(penstock_reader_open(source, &options, &reader), 0);
      CHECK_EQUAL(penstock_reader_close(reader), 0);
    }
  }
  options = valid_options();
  options.staging_bytes = 0; /* only to measure with */
  penstock_reader *reader;
  CHECK_EQUAL(penstock_reader_open(source, &options, &reader), -EINVAL);
  close_source(source);
}

static penstock_footprint footprint_of(uint32_t cells, uint32_t batch_size, uint32_t depth) {
  options = valid_options();
  options.entry_count = 1 << 20;
  options.cell_count = cells;
  options.batch_size = batch_size;
  options.queue_depth = depth;
  penstock_footprint footprint;
  CHECK_EQUAL(penstock_reader_footprint(source, &options, &footprint), 0);
  return footprint;
}

static void the_reserve_is_a_few_batches(void) {
  source = make_source((const uint64_t[]){100, 0}, 1000);
  CHECK_EQUAL(footprint_of(100000, 100, 8).reserve_cells, PENSTOCK_RESERVE_BATCHES * 100);
  CHECK_EQUAL(footprint_of(1000, 100, 8).reserve_cells, 250);
  CHECK_EQUAL(footprint_of(101, 100, 8).reserve_cells, 100);
  CHECK_EQUAL(footprint_of(0, 100, 8).reserve_cells, 0);
  close_source(source);
}

static void deep_queues_have_few_records_a_request(void) {
  source = make_source((const uint64_t[]){100, 0}, 1000);
  CHECK_EQUAL(footprint_of(100000, 100, 1).request_records, PENSTOCK_MAX_REQUEST_RECORDS);
  CHECK_EQUAL(footprint_of(100000, 100, 128).request_records, 2048);
  CHECK_EQUAL(footprint_of(100000, 100, PENSTOCK_MAX_QUEUE_DEPTH).request_records, 64);
  CHECK_EQUAL(footprint_of(1100, 100, 1).request_records, 250);
  close_source(source);
}

static void a_source_without_columns_has_no_readers(void) {
  CHECK_EQUAL(penstock_source_open(&source), 0);
  options = valid_options();
  check_refused();
  uint64_t number;
  CHECK_EQUAL(penstock_slot_layout(source, 1, 0, &number, &number), -EINVAL);
  CHECK_EQUAL(penstock_source_close(source), 0);
}

static void nothing_is_not_accepted(void) {
  source = make_source((const uint64_t[]){100, 0}, 1000);
  options = valid_options();
  uint64_t bytes;
  penstock_reader *reader;
  penstock_progress progress;
  penstock_failure failure;
  penstock_statistics statistics;
  penstock_footprint footprint;
  CHECK_EQUAL(penstock_reader_footprint(NULL, &options, &footprint), -EINVAL);
  CHECK_EQUAL(penstock_reader_footprint(source, NULL, &footprint), -EINVAL);
  CHECK_EQUAL(penstock_reader_footprint(source, &options, NULL), -EINVAL);
  CHECK_EQUAL(penstock_reader_open(NULL, &options, &reader), -EINVAL);
  CHECK_EQUAL(penstock_reader_open(source, NULL, &reader), -EINVAL);
  CHECK_EQUAL(penstock_reader_open(source, &options, NULL), -EINVAL);
  CHECK_EQUAL(penstock_reader_order(NULL, (int64_t[]){0}, 1, 0), -EINVAL);
  CHECK_EQUAL(penstock_reader_drive(NULL, 0, 0, &progress), -EINVAL);
  CHECK_EQUAL(penstock_reader_take(NULL, 1, 4096, &failure), -EINVAL);
  CHECK_EQUAL(penstock_reader_reset(NULL), -EINVAL);
  CHECK_EQUAL(penstock_reader_statistics(NULL, &statistics), -EINVAL);
  CHECK_EQUAL(penstock_reader_latencies(NULL, &bytes, 1), -EINVAL);
  CHECK_EQUAL(penstock_reader_close(NULL), -EINVAL);
  CHECK_EQUAL(penstock_backend_probe(NULL, 1, 1, &failure), -EINVAL);
  CHECK_EQUAL(penstock_backend_probe(source, 1, 1, NULL), -EINVAL);
  CHECK_EQUAL(penstock_backend_probe(source, 4, PENSTOCK_IO_BUFFERED, &failure), -EINVAL);
  CHECK_EQUAL(penstock_backend_probe(source, PENSTOCK_BACKEND_PREAD, 3, &failure), -EINVAL);
  CHECK_EQUAL(penstock_memory_allocate(0, 0, &bytes), -EINVAL);
  CHECK_EQUAL(penstock_memory_allocate(UINT64_MAX, 0, &bytes), -EINVAL);
  CHECK_EQUAL(penstock_memory_allocate(4096, 0, NULL), -EINVAL);
  CHECK_EQUAL(penstock_memory_free(0, 4096), -EINVAL);
  CHECK_EQUAL(penstock_source_close(source), 0);
}

/* ---- memory --------------------------------------------------------------------------------- */

/* A reader takes when it is opened what was told, nothing while it works, and gives all back. */
static void check_memory(uint64_t count) {
  if (kind_of_columns != OF_ONE_SIZE && options.chunk_count == 0)
    adapt_options(source, &options);
  if (!is_available(source, options.backend, options.io))
    return;
  penstock_footprint footprint;
  CHECK_EQUAL(penstock_reader_footprint(source, &options, &footprint), 0);
  const uint64_t told = footprint.bytes;
  const uint64_t before = bytes_now();
  penstock_reader *reader;
  CHECK_EQUAL(penstock_reader_open(source, &options, &reader), 0);
  const uint64_t taken = bytes_now() - before;
  /* How the kernel lays out a ring is its own business, but for a page or two. */
  CHECK(taken <= told);
  CHECK(taken == told ||
        (options.backend == PENSTOCK_BACKEND_URING && taken + 2 * penstock_page_bytes() >= told));
  int64_t *indices = make_shuffled(count, 3);
  uint64_t offsets[PENSTOCK_MAX_COLUMNS];
  uint64_t slot_bytes;
  CHECK_EQUAL(
      penstock_slot_layout(source, options.batch_size, options.value_bytes, offsets, &slot_bytes),
      0);
  uint64_t slot;
  CHECK_EQUAL(penstock_memory_allocate(slot_bytes, 0, &slot), 0);
  const uint64_t opened = allocations;
  for (uint64_t at = 0; at + options.batch_size <= count; at += options.batch_size) {
    CHECK_EQUAL(penstock_reader_order(reader, indices + at, options.batch_size,
                                      options.cell_count + options.chunk_count > 0 ? 0 : slot),
                0);
    for (uint32_t taken = 0; taken < options.batch_size;) {
      penstock_progress progress;
      CHECK_EQUAL(penstock_reader_drive(reader, options.batch_size - taken, UINT64_MAX, &progress),
                  0);
      penstock_failure failure;
      CHECK_EQUAL(penstock_reader_take(reader, (uint32_t)progress.ready, slot, &failure), 0);
      taken += failure.taken;
    }
  }
  penstock_statistics statistics;
  CHECK_EQUAL(penstock_reader_statistics(reader, &statistics), 0);
  CHECK_EQUAL(penstock_reader_reset(reader), 0);
  CHECK_EQUAL(allocations, opened);
  CHECK_EQUAL(penstock_memory_free(slot, slot_bytes), 0);
  free(indices);
  CHECK_EQUAL(penstock_reader_close(reader), 0);
  CHECK_EQUAL(bytes_now(), before);
}

static void check_memory_of_readers(void) {
  enum { COUNT = 2000 };
  source = make_source((const uint64_t[]){784, 8, 0}, COUNT);
  for (uint32_t backend = PENSTOCK_BACKEND_URING; backend <= PENSTOCK_BACKEND_PREAD; backend++)
    for (uint32_t depth = 1; depth <= 4096; depth = depth * 7 + 1) {
      options = make_options(50);
      options.backend = backend;
      options.queue_depth = depth < 1000 ? depth : 4096;
      check_memory(COUNT);
      options.cell_count = 333;
      options.entry_count = 777;
      options.huge_pages = depth & 1;
      check_memory(COUNT);
      options.cached_records = 1001;
      if (options.chunk_count > 0)
        options.cached_bytes = 600000;
      options.resident_bytes = 8 * COUNT;
      options.fixed_buffers = 1;
      check_memory(COUNT);
      options.resident_bytes = 1 << 30;
      check_memory(COUNT);
    }
  CHECK_EQUAL(penstock_source_close(source), 0);
}

static void readers_take_what_they_tell(void) {
  for (kind_of_columns = OF_ONE_SIZE; kind_of_columns < COLUMN_KINDS; kind_of_columns++)
    check_memory_of_readers();
  kind_of_columns = OF_ONE_SIZE;
}

/* ---- slots ---------------------------------------------------------------------------------- */

/* At pages, or as far behind them as records of whole blocks lie behind blocks in their file. */
static void columns_of_a_slot_lie_so_that_they_can_be_read_directly(void) {
  const uint64_t sizes[] = {1, 784, 4096, 5000, 8, 4095, 4097, 0};
  source = make_source(sizes, 100);
  for (uint32_t batch = 1; batch <= 5000; batch = batch * 3 + 1) {
    uint64_t offsets[PENSTOCK_MAX_COLUMNS];
    uint64_t slot_bytes;
    memset(offsets, 0xEE, sizeof offsets);
    CHECK_EQUAL(penstock_slot_layout(source, batch, 0, offsets, &slot_bytes), 0);
    uint64_t end = 0;
    for (uint32_t i = 0; sizes[i] != 0; i++) {
      const uint64_t block = source->files[i].info.direct_memory_alignment;
      const int in_phase = block > 0 && sizes[i] % block == 0;
      CHECK_EQUAL(offsets[i] % 4096, in_phase ? DATA_OFFSET % block : 0);
      CHECK(offsets[i] >= end);
      CHECK(offsets[i] < end + 2 * 4096);
      end = offsets[i] + batch * sizes[i];
    }
    CHECK_EQUAL(slot_bytes % 4096, 0);
    CHECK(slot_bytes >= end && slot_bytes < end + 4096);
    CHECK_EQUAL(offsets[7], UINT64_C(0xEEEEEEEEEEEEEEEE));
  }
  uint64_t number[PENSTOCK_MAX_COLUMNS];
  CHECK_EQUAL(penstock_slot_layout(source, 0, 0, number, number), -EINVAL);
  CHECK_EQUAL(penstock_slot_layout(NULL, 1, 0, number, number), -EINVAL);
  CHECK_EQUAL(penstock_slot_layout(source, 1, 0, NULL, number), -EINVAL);
  CHECK_EQUAL(penstock_slot_layout(source, 1, 0, number, NULL), -EINVAL);
  CHECK_EQUAL(penstock_source_close(source), 0);
}

static void columns_of_a_slot_are_aligned_whatever_their_file_is_like(void) {
  const uint64_t begins[] = {0, 1, 63, 64, 80, 100, 448, 512, 4096, 4160};
  for (uint32_t i = 0; i < sizeof begins / sizeof begins[0]; i++) {
    CHECK_EQUAL(penstock_source_open(&source), 0);
    const char *path = make_file("phase", begins[i] + 3 * 8192, 1);
    penstock_file_info info;
    CHECK_EQUAL(penstock_source_add_file(source, path, &info), 0);
    unlink(path);
    const penstock_shard shard = {.offset_bytes = begins[i], .record_count = 3};
    CHECK_EQUAL(penstock_source_add_column(source, 8192, &shard, 1), 0);
    uint64_t offset;
    uint64_t slot_bytes;
    CHECK_EQUAL(penstock_slot_layout(source, 5, 0, &offset, &slot_bytes), 0);
    CHECK_EQUAL(offset % 64, 0);
    if (info.direct_memory_alignment > 0)
      CHECK_EQUAL(offset, begins[i] % 64 == 0 ? begins[i] % info.direct_memory_alignment : 0);
    CHECK(slot_bytes >= offset + 5 * 8192);
    CHECK_EQUAL(penstock_source_close(source), 0);
  }
}

int main(void) {
  RUN(options_out_of_range_are_refused);
  RUN(options_at_the_edge_are_accepted);
  RUN(the_least_staging_is_told);
  RUN(the_reserve_is_a_few_batches);
  RUN(deep_queues_have_few_records_a_request);
  RUN(a_source_without_columns_has_no_readers);
  RUN(nothing_is_not_accepted);
  RUN(readers_take_what_they_tell);
  RUN(columns_of_a_slot_lie_so_that_they_can_be_read_directly);
  RUN(columns_of_a_slot_are_aligned_whatever_their_file_is_like);
  return 0;
}
