/* Memory that the kernel provides ahead: all of a reader's, in steps, with its contents kept. */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "core/common.h"
#include "core/io.h"
#include "core/reader.h"
#include "support.h"

static uint64_t resident_pages(const uint8_t *memory, uint64_t bytes) {
  static uint8_t pages[1 << 16];
  CHECK(bytes / penstock_page_bytes() <= sizeof pages);
  CHECK_EQUAL(mincore((void *)(uintptr_t)memory, bytes, pages), 0);
  uint64_t count = 0;
  for (uint64_t i = 0; i < bytes / penstock_page_bytes(); i++)
    count += pages[i] & 1;
  return count;
}

static void populating_ends_with_all_there(void) {
  penstock_source *source = make_source((const uint64_t[]){784, 0}, 60000);
  penstock_reader_options options = make_options(8);
  options.entry_count = 60000;
  options.cell_count = 50000;
  options.huge_pages = 0;
  penstock_reader *reader;
  CHECK_EQUAL(penstock_reader_open(source, &options, &reader), 0);
  const uint64_t whole = round_up(reader->memory_bytes, penstock_page_bytes());
  CHECK(resident_pages(reader->memory, whole) < whole / penstock_page_bytes() / 2);
  uint64_t done_bytes = 0;
  uint64_t before = 0;
  uint32_t steps = 0;
  int32_t status;
  while ((status = penstock_reader_populate(reader, &done_bytes)) == 1) {
    CHECK(done_bytes > before);
    CHECK(done_bytes < reader->memory_bytes);
    before = done_bytes;
    steps++;
  }
  CHECK_EQUAL(status, 0);
  CHECK_EQUAL(penstock_reader_populate(reader, &done_bytes), 0);
  if (done_bytes < reader->memory_bytes || resident_pages(reader->memory, whole) == 0) {
    printf("  skipped: this kernel has no MADV_POPULATE_WRITE\n");
  } else {
    CHECK_EQUAL(steps, (reader->memory_bytes - 1) / (8 << 20));
    CHECK_EQUAL(resident_pages(reader->memory, whole), whole / penstock_page_bytes());
  }
  CHECK_EQUAL(penstock_reader_close(reader), 0);
  CHECK_EQUAL(penstock_source_close(source), 0);
}

static void contents_are_kept(void) {
  enum { BYTES = 20 << 20 };
  uint64_t address;
  CHECK_EQUAL(penstock_memory_allocate(BYTES, 1, &address), 0);
  uint8_t *memory = (uint8_t *)(uintptr_t)address;
  for (uint32_t i = 0; i < BYTES; i += 4097)
    memory[i] = (uint8_t)(i >> 12);
  uint64_t done_bytes = 0;
  while (io_populate(memory, BYTES, &done_bytes) == 1)
    ;
  for (uint32_t i = 0; i < BYTES; i += 4097)
    CHECK_EQUAL(memory[i], (uint8_t)(i >> 12));
  CHECK_EQUAL(penstock_memory_free(address, BYTES), 0);
}

static void nothing_is_not_accepted(void) {
  uint64_t done_bytes = 0;
  CHECK_EQUAL(penstock_reader_populate(NULL, &done_bytes), -EINVAL);
}

int main(void) {
  RUN(populating_ends_with_all_there);
  RUN(contents_are_kept);
  RUN(nothing_is_not_accepted);
  return 0;
}
