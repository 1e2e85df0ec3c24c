/* What bindings rely on before anything else: names of statuses, the ABI number, the layout of the
 * structs as this compiler sees it. */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "core/reader.h"
#include "support.h"

#define ROW(error)                                                                                 \
  { error, #error }

/* What calls of the library answer with, or pass on from open(2), fstat(2), stat(2), mmap(2),
 * madvise(2), pread(2), io_uring_setup(2), io_uring_enter(2) and the block layer. */
static const struct {
  int32_t error;
  const char *name;
} named[] = {
    ROW(EPERM),     ROW(ENOENT),  ROW(EINTR),   ROW(EIO),          ROW(ENXIO),  ROW(EBADF),
    ROW(EAGAIN),    ROW(ENOMEM),  ROW(EACCES),  ROW(EFAULT),       ROW(EBUSY),  ROW(EEXIST),
    ROW(ENODEV),    ROW(ENOTDIR), ROW(EISDIR),  ROW(EINVAL),       ROW(ENFILE), ROW(EMFILE),
    ROW(EFBIG),     ROW(ENOSPC),  ROW(ERANGE),  ROW(ENAMETOOLONG), ROW(ENOSYS), ROW(ELOOP),
    ROW(ENODATA),   ROW(ETIME),   ROW(ENOLINK), ROW(EOVERFLOW),    ROW(EILSEQ), ROW(EOPNOTSUPP),
    ROW(ETIMEDOUT), ROW(ESTALE),  ROW(EUCLEAN), ROW(EREMOTEIO),    ROW(EXDEV),  ROW(EDQUOT),
};

static void every_status_has_its_name_and_a_sentence(void) {
  for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
    const char *name = penstock_status_name(-named[i].error);
    if (strcmp(name, named[i].name) != 0)
      check_failed(named[i].name, __LINE__, name, -named[i].error, 0);
    const char *text = penstock_status_text(-named[i].error);
    CHECK(strlen(text) > 5);
    CHECK(strcmp(text, penstock_status_text(INT32_MIN)) != 0);
    for (size_t j = 0; j < i; j++)
      CHECK(strcmp(text, penstock_status_text(-named[j].error)) != 0);
  }
}

static void success_is_ok(void) {
  const int32_t successes[] = {0, 1, 4096, INT32_MAX};
  for (size_t i = 0; i < sizeof successes / sizeof successes[0]; i++) {
    CHECK(strcmp(penstock_status_name(successes[i]), "OK") == 0);
    CHECK(strcmp(penstock_status_text(successes[i]), "no error") == 0);
  }
}

static void unknown_statuses_have_a_name_too(void) {
  const int32_t unknown[] = {-4095, -100000, INT32_MIN, INT32_MIN + 1};
  for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
    CHECK(strcmp(penstock_status_name(unknown[i]), "EUNKNOWN") == 0);
    CHECK(strlen(penstock_status_text(unknown[i])) > 5);
  }
}

static void abi_version_is_the_header_s(void) {
  CHECK_EQUAL(penstock_abi_version(), PENSTOCK_ABI_VERSION);
}

#define SIZE(type) sizeof(type)
#define PLACE(type, field) offsetof(type, field)

static void layout_is_what_this_compiler_makes_of_the_header(void) {
  uint32_t values[256];
  const uint32_t expected[] = {
      SIZE(penstock_file_info),
      PLACE(penstock_file_info, size_bytes),
      PLACE(penstock_file_info, inode),
      PLACE(penstock_file_info, device),
      PLACE(penstock_file_info, modified_ns),
      PLACE(penstock_file_info, direct_offset_alignment),
      PLACE(penstock_file_info, direct_memory_alignment),
      SIZE(penstock_shard),
      PLACE(penstock_shard, offset_bytes),
      PLACE(penstock_shard, record_count),
      PLACE(penstock_shard, stride_bytes),
      PLACE(penstock_shard, file),
      PLACE(penstock_shard, reserved),
      SIZE(penstock_column_info),
      PLACE(penstock_column_info, record_count),
      PLACE(penstock_column_info, record_bytes),
      PLACE(penstock_column_info, total_bytes),
      PLACE(penstock_column_info, least_bytes),
      PLACE(penstock_column_info, longest_bytes),
      PLACE(penstock_column_info, table_bytes),
      SIZE(penstock_failure),
      PLACE(penstock_failure, status),
      PLACE(penstock_failure, column),
      PLACE(penstock_failure, file),
      PLACE(penstock_failure, taken),
      PLACE(penstock_failure, index),
      PLACE(penstock_failure, offset_bytes),
      PLACE(penstock_failure, expected_bytes),
      PLACE(penstock_failure, found_bytes),
      SIZE(penstock_reader_options),
      PLACE(penstock_reader_options, backend),
      PLACE(penstock_reader_options, io),
      PLACE(penstock_reader_options, queue_depth),
      PLACE(penstock_reader_options, merge_gap_bytes),
      PLACE(penstock_reader_options, max_read_bytes),
      PLACE(penstock_reader_options, staging_bytes),
      PLACE(penstock_reader_options, entry_count),
      PLACE(penstock_reader_options, cell_count),
      PLACE(penstock_reader_options, batch_size),
      PLACE(penstock_reader_options, fixed_buffers),
      PLACE(penstock_reader_options, huge_pages),
      PLACE(penstock_reader_options, drop_behind),
      PLACE(penstock_reader_options, adapt),
      PLACE(penstock_reader_options, windowed),
      PLACE(penstock_reader_options, whole_batches),
      PLACE(penstock_reader_options, chunk_bytes),
      PLACE(penstock_reader_options, chunk_count),
      PLACE(penstock_reader_options, reserved),
      PLACE(penstock_reader_options, resident_bytes),
      PLACE(penstock_reader_options, cached_records),
      PLACE(penstock_reader_options, cache_key),
      PLACE(penstock_reader_options, cached_bytes),
      PLACE(penstock_reader_options, horizon_bytes),
      PLACE(penstock_reader_options, value_bytes),
      SIZE(penstock_footprint),
      PLACE(penstock_footprint, bytes),
      PLACE(penstock_footprint, least_staging_bytes),
      PLACE(penstock_footprint, least_chunk_count),
      PLACE(penstock_footprint, least_value_bytes),
      PLACE(penstock_footprint, reserve_cells),
      PLACE(penstock_footprint, request_records),
      SIZE(penstock_progress),
      PLACE(penstock_progress, ready),
      PLACE(penstock_progress, ordered),
      PLACE(penstock_progress, room),
      PLACE(penstock_progress, in_flight),
      PLACE(penstock_progress, unloaded),
      SIZE(penstock_request),
      PLACE(penstock_request, id),
      PLACE(penstock_request, offset_bytes),
      PLACE(penstock_request, address),
      PLACE(penstock_request, length_bytes),
      PLACE(penstock_request, file),
      PLACE(penstock_request, column),
      PLACE(penstock_request, record_count),
      SIZE(penstock_statistics),
      PLACE(penstock_statistics, records),
      PLACE(penstock_statistics, requests),
      PLACE(penstock_statistics, bytes_read),
      PLACE(penstock_statistics, bytes_wanted),
      PLACE(penstock_statistics, merged_records),
      PLACE(penstock_statistics, straight_bytes),
      PLACE(penstock_statistics, short_reads),
      PLACE(penstock_statistics, repeats),
      PLACE(penstock_statistics, cache_hits),
      PLACE(penstock_statistics, sweeps),
      PLACE(penstock_statistics, wait_ns),
      PLACE(penstock_statistics, copy_ns),
      PLACE(penstock_statistics, cpu_ns),
      PLACE(penstock_statistics, queue_depth_max),
      PLACE(penstock_statistics, plan_ns),
      PLACE(penstock_statistics, queue_depth),
      PLACE(penstock_statistics, merge_gap_bytes),
      PLACE(penstock_statistics, bytes_taken),
  };
  const int32_t count = sizeof expected / sizeof expected[0];
  memset(values, 0xFF, sizeof values);
  CHECK_EQUAL(penstock_layout(values, 256), count);
  for (int32_t i = 0; i < count; i++)
    CHECK_EQUAL(values[i], expected[i]);
  CHECK_EQUAL(values[count], UINT32_MAX);
}

/* Java's layouts have no padding of their own: the structs must have none either. */
static void structs_have_no_padding(void) {
  CHECK_EQUAL(sizeof(penstock_file_info), 4 * 8 + 2 * 4);
  CHECK_EQUAL(sizeof(penstock_shard), 3 * 8 + 2 * 4);
  CHECK_EQUAL(sizeof(penstock_column_info), 6 * 8);
  CHECK_EQUAL(sizeof(penstock_failure), 4 * 4 + 4 * 8);
  CHECK_EQUAL(sizeof(penstock_reader_options), 18 * 4 + 6 * 8);
  CHECK_EQUAL(sizeof(penstock_progress), 5 * 8);
  CHECK_EQUAL(sizeof(penstock_request), 3 * 8 + 4 * 4);
  CHECK_EQUAL(sizeof(penstock_statistics), 18 * 8);
}

static void layout_writes_no_more_than_fits(void) {
  uint32_t values[4] = {7, 7, 7, 7};
  const int32_t count = penstock_layout(NULL, 0);
  CHECK(count > 50);
  CHECK_EQUAL(penstock_layout(values, 0), count);
  CHECK_EQUAL(values[0], 7);
  CHECK_EQUAL(penstock_layout(values, 2), count);
  CHECK_EQUAL(values[0], sizeof(penstock_file_info));
  CHECK_EQUAL(values[2], 7);
}

int main(void) {
  RUN(every_status_has_its_name_and_a_sentence);
  RUN(success_is_ok);
  RUN(unknown_statuses_have_a_name_too);
  RUN(abi_version_is_the_header_s);
  RUN(layout_is_what_this_compiler_makes_of_the_header);
  RUN(structs_have_no_padding);
  RUN(layout_writes_no_more_than_fits);
  return 0;
}
