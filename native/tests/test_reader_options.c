/* Options out of range, what a footprint tells, and where columns lie in a slot. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/source.h"
#include "support.h"

enum { DATA_OFFSET = 128 /* of make_source */ };

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
  RUN(columns_of_a_slot_lie_so_that_they_can_be_read_directly);
  RUN(columns_of_a_slot_are_aligned_whatever_their_file_is_like);
  return 0;
}
