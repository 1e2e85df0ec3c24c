/* A reader takes the memory that its footprint tells, all of it when it is opened. The library's
 * calls of malloc, mmap and their kin are counted (see CMakeLists.txt). */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "support.h"

/* ---- counting ------------------------------------------------------------------------------- */

enum { MAX_COUNTED = 4096 };

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

/* ---- memory --------------------------------------------------------------------------------- */

static penstock_source *source;
static penstock_reader_options options;

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

int main(void) {
  RUN(readers_take_what_they_tell);
  return 0;
}
