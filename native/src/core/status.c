/* Names of statuses, the ABI number, and the layout of the public structs, for bindings to check.
 */
#include <errno.h>
#include <stddef.h>

#include "penstock.h"

typedef struct {
  int32_t error;
  const char *name;
  const char *text;
} status_row;

static const status_row rows[] = {
    {0, "OK", "no error"},
    {EPERM, "EPERM", "not permitted"},
    {ENOENT, "ENOENT", "no such file"},
    {EINTR, "EINTR", "interrupted"},
    {EIO, "EIO", "input/output error: the device could not read these bytes"},
    {ENXIO, "ENXIO", "no such device behind this file"},
    {EBADF, "EBADF", "bad file descriptor"},
    {EAGAIN, "EAGAIN", "not possible now"},
    {ENOMEM, "ENOMEM", "not enough memory (or locked memory)"},
    {EACCES, "EACCES", "permission denied"},
    {EFAULT, "EFAULT", "bad address"},
    {EBUSY, "EBUSY", "still in use"},
    {EEXIST, "EEXIST", "the ring belongs to another thread"},
    {ENODEV, "ENODEV", "the device is gone, or its file system cannot map files"},
    {ENOTDIR, "ENOTDIR", "a part of the path is not a directory"},
    {EISDIR, "EISDIR", "is a directory"},
    {EINVAL, "EINVAL", "invalid argument"},
    {ENFILE, "ENFILE", "too many open files on this system"},
    {EMFILE, "EMFILE", "too many open files in this process"},
    {EFBIG, "EFBIG", "file too large"},
    {ENOSPC, "ENOSPC", "no space left"},
    {ERANGE, "ERANGE", "sizes do not agree"},
    {ENAMETOOLONG, "ENAMETOOLONG", "path too long"},
    {ENOSYS, "ENOSYS", "not supported by this kernel"},
    {ELOOP, "ELOOP", "too many symbolic links"},
    {ENODATA, "ENODATA", "the file ends before the data does"},
    {ETIME, "ETIME", "the device gave up in time"},
    {ENOLINK, "ENOLINK", "the connection to the device is lost"},
    {EOVERFLOW, "EOVERFLOW", "a size does not fit its type"},
    {EILSEQ, "EILSEQ", "the device found that these bytes are not what was written"},
    {EOPNOTSUPP, "EOPNOTSUPP", "not supported by this file system"},
    {ETIMEDOUT, "ETIMEDOUT", "the device did not answer"},
    {ESTALE, "ESTALE", "the file was replaced or modified"},
    {EUCLEAN, "EUCLEAN", "the file system is damaged"},
    {EREMOTEIO, "EREMOTEIO", "the device reported an error of its own"},
};

static const status_row *find_status(int32_t status) {
  if (status > 0)
    status = 0;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (rows[i].error == -(int64_t)status)
      return &rows[i];
  return NULL;
}

const char *penstock_status_name(int32_t status) {
  const status_row *row = find_status(status);
  return row ? row->name : "EUNKNOWN";
}

const char *penstock_status_text(int32_t status) {
  const status_row *row = find_status(status);
  return row ? row->text : "an error without a name here: see errno(3)";
}

uint32_t penstock_abi_version(void) { return PENSTOCK_ABI_VERSION; }

#define SIZE(type) sizeof(type)
#define FIELD(type, field) offsetof(type, field)

int32_t penstock_layout(uint32_t *values, uint32_t capacity) {
  static const uint32_t layout[] = {
      SIZE(penstock_file_info),
      FIELD(penstock_file_info, size_bytes),
      FIELD(penstock_file_info, inode),
      FIELD(penstock_file_info, device),
      FIELD(penstock_file_info, modified_ns),
      FIELD(penstock_file_info, direct_offset_alignment),
      FIELD(penstock_file_info, direct_memory_alignment),
      SIZE(penstock_shard),
      FIELD(penstock_shard, offset_bytes),
      FIELD(penstock_shard, record_count),
      FIELD(penstock_shard, stride_bytes),
      FIELD(penstock_shard, file),
      FIELD(penstock_shard, reserved),
      SIZE(penstock_failure),
      FIELD(penstock_failure, status),
      FIELD(penstock_failure, column),
      FIELD(penstock_failure, file),
      FIELD(penstock_failure, reserved),
      FIELD(penstock_failure, index),
      FIELD(penstock_failure, offset_bytes),
      FIELD(penstock_failure, expected_bytes),
      FIELD(penstock_failure, found_bytes),
      SIZE(penstock_reader_options),
      FIELD(penstock_reader_options, backend),
      FIELD(penstock_reader_options, io),
      FIELD(penstock_reader_options, queue_depth),
      FIELD(penstock_reader_options, merge_gap_bytes),
      FIELD(penstock_reader_options, max_read_bytes),
      FIELD(penstock_reader_options, staging_bytes),
      FIELD(penstock_reader_options, entry_count),
      FIELD(penstock_reader_options, cell_count),
      FIELD(penstock_reader_options, batch_size),
      FIELD(penstock_reader_options, fixed_buffers),
      FIELD(penstock_reader_options, huge_pages),
      FIELD(penstock_reader_options, drop_behind),
      FIELD(penstock_reader_options, adapt),
      FIELD(penstock_reader_options, windowed),
      FIELD(penstock_reader_options, whole_batches),
      FIELD(penstock_reader_options, reserved),
      FIELD(penstock_reader_options, resident_bytes),
      FIELD(penstock_reader_options, cached_records),
      FIELD(penstock_reader_options, cache_key),
      SIZE(penstock_progress),
      FIELD(penstock_progress, ready),
      FIELD(penstock_progress, ordered),
      FIELD(penstock_progress, room),
      FIELD(penstock_progress, in_flight),
      FIELD(penstock_progress, unloaded),
      SIZE(penstock_statistics),
      FIELD(penstock_statistics, records),
      FIELD(penstock_statistics, requests),
      FIELD(penstock_statistics, bytes_read),
      FIELD(penstock_statistics, bytes_wanted),
      FIELD(penstock_statistics, merged_records),
      FIELD(penstock_statistics, straight_bytes),
      FIELD(penstock_statistics, short_reads),
      FIELD(penstock_statistics, repeats),
      FIELD(penstock_statistics, cache_hits),
      FIELD(penstock_statistics, sweeps),
      FIELD(penstock_statistics, wait_ns),
      FIELD(penstock_statistics, copy_ns),
      FIELD(penstock_statistics, cpu_ns),
      FIELD(penstock_statistics, queue_depth_max),
      FIELD(penstock_statistics, plan_ns),
      FIELD(penstock_statistics, queue_depth),
      FIELD(penstock_statistics, merge_gap_bytes),
  };
  const uint32_t count = sizeof layout / sizeof layout[0];
  if (!values)
    return (int32_t)count;
  for (uint32_t i = 0; i < count && i < capacity; i++)
    values[i] = layout[i];
  return (int32_t)count;
}
