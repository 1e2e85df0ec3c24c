/* Pages of 16 and 64 KiB, as kernels for aarch64 have: a system that says so, and checks what is
 * asked of it. (The pages behind it are this machine's; larger ones are several of them.) */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/reader.h"
#include "core/source.h"
#include "support.h"

enum { RECORD = 784, COUNT = 3000, BATCH = 64 };

static uint64_t page;       /* what the system says; 0: the truth */
static const uint8_t *base; /* where a mapping begins: at a page, whatever its address */
static int holds_files;     /* whether advice about files must begin at a page, too */
static uint32_t checked;    /* calls that were held to pages */

long __real_sysconf(int name);
long __wrap_sysconf(int name) {
  return page > 0 && name == _SC_PAGESIZE ? (long)page : __real_sysconf(name);
}

/* A kernel with such pages answers -EINVAL to an address within one. */
int __real_madvise(void *memory, size_t bytes, int advice);
int __wrap_madvise(void *memory, size_t bytes, int advice) {
  if (page > 0) {
    CHECK_EQUAL((uint64_t)((const uint8_t *)memory - base) % page, 0);
    checked++;
  }
  return __real_madvise(memory, bytes, advice);
}

/* Any range is allowed; but the first page of one that begins within it may be left out. */
int __real_posix_fadvise(int fd, off_t offset, off_t length, int advice);
int __wrap_posix_fadvise(int fd, off_t offset, off_t length, int advice) {
  if (page > 0 && holds_files) {
    CHECK_EQUAL((uint64_t)offset % page, 0);
    checked++;
  }
  return __real_posix_fadvise(fd, offset, length, advice);
}

static void expect_calls(void) {
  CHECK(checked > 0);
  checked = 0;
}

static void the_system_is_asked(void) { CHECK_EQUAL(penstock_page_bytes(), page); }

static int is_mapped(uint64_t address) {
  uint8_t there;
  return mincore((void *)(uintptr_t)address, 1, &there) == 0;
}

static void memory_comes_and_goes_in_whole_pages(void) {
  const uint64_t sizes[] = {1, page - 1, page, page + 1, 5 * page + 4096};
  base = NULL; /* aligned to huge pages */
  for (uint32_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    const uint64_t whole = (sizes[i] + page - 1) / page * page;
    uint64_t address;
    CHECK_EQUAL(penstock_memory_allocate(sizes[i], i % 2, &address), 0);
    expect_calls();
    CHECK_EQUAL(address % page, 0);
    ((uint8_t *)(uintptr_t)address)[whole - 1] = 1;
    CHECK_EQUAL(penstock_memory_free(address, sizes[i]), 0);
    CHECK(!is_mapped(address) && !is_mapped(address + whole - 1));
  }
}

static void a_reader_takes_whole_pages(void) {
  base = NULL;
  penstock_source *source = make_source((const uint64_t[]){RECORD, 0}, COUNT);
  penstock_reader_options options = make_options(BATCH);
  options.cell_count = 200;
  penstock_reader *reader;
  CHECK_EQUAL(penstock_reader_open(source, &options, &reader), 0);
  CHECK_EQUAL(reader->memory_bytes % page, 0);
  uint64_t done_bytes = 0;
  while (penstock_reader_populate(reader, &done_bytes) == 1)
    ;
  expect_calls();
  CHECK_EQUAL(penstock_reader_close(reader), 0);
  close_source(source);
}

static void advice_begins_at_a_page(void) {
  penstock_source *source = make_source((const uint64_t[]){RECORD, 0}, COUNT);
  const uint64_t size = source->files[0].info.size_bytes;
  holds_files = 1;
  for (int maps = 0; maps <= 1; maps++) {
    if (maps) {
      uint64_t address;
      uint64_t bytes;
      CHECK_EQUAL(penstock_source_map(source, 0, &address, &bytes), 0);
      base = (const uint8_t *)(uintptr_t)address;
    }
    for (uint32_t advice = 0; advice <= PENSTOCK_ADVICE_DONTNEED; advice++) {
      CHECK_EQUAL(penstock_source_advise(source, 0, NULL, 0, advice), 0);
      for (int64_t index = 1; index < COUNT; index += 499)
        CHECK_EQUAL(penstock_source_advise(source, 0, &index, 1, advice), 0);
    }
    expect_calls();
    for (uint64_t at = 0; at + 5000 < size; at += 400001)
      CHECK_EQUAL(penstock_source_populate(source, 0, at, 5000), 0);
    if (maps)
      expect_calls();
    checked = 0;
  }
  holds_files = 0;
  close_source(source);
}

static void pages_are_counted_as_the_system_counts(void) {
  penstock_source *source = make_source((const uint64_t[]){RECORD, 0}, COUNT);
  const uint64_t size = source->files[0].info.size_bytes;
  uint64_t cached;
  uint64_t total;
  const int32_t status = penstock_source_cached(source, 0, &cached, &total);
  if (status == 0)
    CHECK_EQUAL(total, (size + page - 1) / page);
  else
    printf("  skipped: %s\n", penstock_status_name(status));
  close_source(source);
}

static void everything_is_read(void) {
  base = NULL;
  for (uint32_t way = 0; way < 8; way++) {
    const uint32_t backend = way & 1 ? PENSTOCK_BACKEND_URING : PENSTOCK_BACKEND_PREAD;
    const uint32_t io = way & 2 ? PENSTOCK_IO_DIRECT : PENSTOCK_IO_BUFFERED;
    penstock_source *source = make_source((const uint64_t[]){RECORD, 20000, 0}, COUNT / 10);
    if (is_available(source, backend, io)) {
      penstock_reader_options options = make_options(BATCH);
      options.backend = backend;
      options.io = io;
      options.huge_pages = way >> 2;
      options.cell_count = way & 4 ? 200 : 0;
      penstock_reader *reader;
      CHECK_EQUAL(penstock_reader_open(source, &options, &reader), 0);
      int64_t *indices = make_shuffled(COUNT / 10, way);
      read_and_check(reader, source, &options, indices, COUNT / 10);
      free(indices);
      CHECK_EQUAL(penstock_reader_close(reader), 0);
    }
    close_source(source);
  }
}

int main(void) {
  static const uint64_t sizes[] = {16 << 10, 64 << 10};
  const uint64_t truth = penstock_page_bytes();
  for (uint32_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    if (sizes[i] < truth)
      continue; /* this system's are larger */
    page = sizes[i];
    printf("%llu KiB\n", (unsigned long long)page >> 10);
    RUN_COUNTED(the_system_is_asked);
    RUN_COUNTED(memory_comes_and_goes_in_whole_pages);
    RUN_COUNTED(a_reader_takes_whole_pages);
    RUN_COUNTED(advice_begins_at_a_page);
    RUN_COUNTED(pages_are_counted_as_the_system_counts);
    RUN_COUNTED(everything_is_read);
  }
  return 0;
}
