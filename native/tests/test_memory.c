/* Memory that the kernel provides ahead: a reader's, in the order of its use, as far as it can be
 * used, with its contents kept. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "core/common.h"
#include "core/io.h"
#include "core/reader.h"
#include "session.h"
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

static uint64_t done_bytes;

/* 40 MB of cells: one column, or two. */
enum { CELLS = 50000, RECORDS = 60000, BATCH = 8 };

static void open_cells(uint32_t columns) {
  options = make_options(BATCH);
  options.entry_count = RECORDS;
  options.cell_count = CELLS;
  options.huge_pages = 0;
  open_reader(columns == 1 ? make_source((const uint64_t[]){784, 0}, RECORDS)
                           : make_source((const uint64_t[]){500, 284, 0}, RECORDS));
  done_bytes = 0;
}

static uint64_t pages_of(uint64_t bytes) {
  return round_up(bytes, penstock_page_bytes()) / penstock_page_bytes();
}

static uint64_t pages_there(uint64_t from_bytes) {
  const uint64_t begin = round_down(from_bytes, penstock_page_bytes());
  return resident_pages((uint8_t *)reader->memory + begin,
                        round_up(reader->memory_bytes, penstock_page_bytes()) - begin);
}

static void order(uint32_t count) {
  int64_t *indices = make_shuffled(RECORDS, 3);
  CHECK_EQUAL(penstock_reader_order(reader, indices, count, 0), 0);
  free(indices);
}

/* Populates as far as possible now; returns the last status. */
static int32_t populate(void) {
  int32_t status;
  uint64_t before = done_bytes;
  while ((status = penstock_reader_populate(reader, &done_bytes)) == 1) {
    CHECK(done_bytes > before);
    CHECK(done_bytes - before <= 9 << 20);
    before = done_bytes;
  }
  return status;
}

static int can_populate(void) {
  uint64_t address;
  CHECK_EQUAL(penstock_memory_allocate(4096, 1, &address), 0);
  const int can = io_provide((uint8_t *)(uintptr_t)address, 1) == 0;
  CHECK_EQUAL(penstock_memory_free(address, 4096), 0);
  if (!can)
    printf("  skipped: this kernel has no MADV_POPULATE_WRITE\n");
  return can;
}

static void populating_ends_with_all_there(void) {
  if (!can_populate())
    return;
  for (uint32_t round = 0; round < 4; round++) {
    kind_of_columns = round < 2 ? OF_ONE_SIZE : ONE_AFTER_ANOTHER;
    open_cells(1 + round % 2);
    CHECK(pages_there(0) < pages_of(reader->memory_bytes) / 2);
    order(RECORDS);
    CHECK_EQUAL(populate(), 0);
    CHECK_EQUAL(penstock_reader_populate(reader, &done_bytes), 0);
    CHECK_EQUAL(pages_there(0), pages_of(reader->memory_bytes));
    close_reader();
  }
  kind_of_columns = OF_ONE_SIZE;
}

/* A small order needs few of many cells; what comes before them is there first. */
static void what_the_order_cannot_use_is_not_provided(void) {
  if (!can_populate())
    return;
  for (uint32_t round = 0; round < 4; round++) {
    kind_of_columns = round < 2 ? OF_ONE_SIZE : ONE_AFTER_ANOTHER;
    open_cells(1 + round % 2);
    const uint64_t cells_at = reader->fresh.first_bytes;
    CHECK_EQUAL(populate(), -EAGAIN);
    CHECK_EQUAL(done_bytes, cells_at);
    CHECK(pages_there(cells_at) <= 1); /* the first one is shared */
    order(100);
    CHECK_EQUAL(populate(), -EAGAIN);
    CHECK_EQUAL(populate(), -EAGAIN);
    const uint64_t few = pages_there(cells_at);
    CHECK(few >= 1 && few <= pages_of(10 << 20));
    order(RECORDS - 100);
    CHECK_EQUAL(populate(), 0);
    CHECK_EQUAL(pages_there(0), pages_of(reader->memory_bytes));
    close_reader();
  }
  kind_of_columns = OF_ONE_SIZE;
}

/* Cells that were given back are used again before new ones, so a reader that is never far ahead
 * uses the first ones only. */
static void cells_are_used_from_the_first_on(void) {
  for (uint32_t round = 0; round < 2; round++) {
    kind_of_columns = round == 0 ? OF_ONE_SIZE : ONE_AFTER_ANOTHER;
    open_cells(1);
    const uint64_t before = pages_there(reader->fresh.first_bytes);
    int64_t *indices = make_shuffled(RECORDS, 3);
    for (uint32_t at = 0; at < 10000; at += BATCH) {
      CHECK_EQUAL(penstock_reader_order(reader, indices + at, BATCH, 0), 0);
      for (uint32_t taken = 0; taken < BATCH;)
        taken += take_these(indices + at + taken, drive_until_ready(BATCH - taken));
    }
    free(indices);
    CHECK(pages_there(reader->fresh.first_bytes) - before <= pages_of(64 * BATCH * 784));
    close_reader();
  }
  kind_of_columns = OF_ONE_SIZE;
}

/* Who comes later does not touch what the owner has used, nor what it is about to use. */
static void an_owner_who_has_come_further_is_passed_over(void) {
  if (!can_populate())
    return;
  open_cells(1);
  order(RECORDS);
  while (done_bytes < reader->fresh.first_bytes)
    CHECK_EQUAL(penstock_reader_populate(reader, &done_bytes), 1);
  enum { USED = 5000 };
  atomic_store(&reader->fresh.used_cells, USED);
  CHECK_EQUAL(penstock_reader_populate(reader, &done_bytes), 1);
  const uint64_t left = 16 << 20;
  CHECK(done_bytes - reader->fresh.first_bytes > USED * 784 + left);
  uint8_t *cells = reader->cells[0];
  const uint8_t *first =
      (uint8_t *)(uintptr_t)round_up((uint64_t)(uintptr_t)cells, penstock_page_bytes());
  CHECK_EQUAL(resident_pages(first, left), 0);
  CHECK_EQUAL(populate(), 0);
  close_reader();
}

static void contents_are_kept(void) {
  enum { BYTES = 20 << 20 };
  uint64_t address;
  CHECK_EQUAL(penstock_memory_allocate(BYTES, 1, &address), 0);
  uint8_t *memory = (uint8_t *)(uintptr_t)address;
  for (uint32_t i = 0; i < BYTES; i += 4097)
    memory[i] = (uint8_t)(i >> 12);
  (void)io_provide(memory + 1, BYTES - 1);
  for (uint32_t i = 0; i < BYTES; i += 4097)
    CHECK_EQUAL(memory[i], (uint8_t)(i >> 12));
  CHECK_EQUAL(penstock_memory_free(address, BYTES), 0);
}

static void nothing_is_not_accepted(void) {
  uint64_t done = 0;
  CHECK_EQUAL(penstock_reader_populate(NULL, &done), -EINVAL);
}

int main(void) {
  RUN(populating_ends_with_all_there);
  RUN(what_the_order_cannot_use_is_not_provided);
  RUN(cells_are_used_from_the_first_on);
  RUN(an_owner_who_has_come_further_is_passed_over);
  RUN(contents_are_kept);
  RUN(nothing_is_not_accepted);
  return 0;
}
