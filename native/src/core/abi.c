/* What bindings check before they call anything else: the ABI number, and the layout of the structs
 * of penstock.h. */
#include <stddef.h>

#include "penstock.h"

uint32_t penstock_abi_version(void) { return PENSTOCK_ABI_VERSION; }

/* Every struct with its size and every field with its offset, in the order of penstock.h. Callers
 * that were compiled elsewhere rely on these numbers: to change one is to change the interface,
 * which raises PENSTOCK_ABI_VERSION. */
/* clang-format off */
#define STRUCTS(SIZE, FIELD)                                   \
  SIZE(penstock_file_info, 40)                                 \
  FIELD(penstock_file_info, size_bytes, 0)                     \
  FIELD(penstock_file_info, inode, 8)                          \
  FIELD(penstock_file_info, device, 16)                        \
  FIELD(penstock_file_info, modified_ns, 24)                   \
  FIELD(penstock_file_info, direct_offset_alignment, 32)       \
  FIELD(penstock_file_info, direct_memory_alignment, 36)       \
  SIZE(penstock_shard, 32)                                     \
  FIELD(penstock_shard, offset_bytes, 0)                       \
  FIELD(penstock_shard, record_count, 8)                       \
  FIELD(penstock_shard, stride_bytes, 16)                      \
  FIELD(penstock_shard, file, 24)                              \
  FIELD(penstock_shard, reserved, 28)                          \
  SIZE(penstock_column_info, 48)                               \
  FIELD(penstock_column_info, record_count, 0)                 \
  FIELD(penstock_column_info, record_bytes, 8)                 \
  FIELD(penstock_column_info, total_bytes, 16)                 \
  FIELD(penstock_column_info, least_bytes, 24)                 \
  FIELD(penstock_column_info, longest_bytes, 32)               \
  FIELD(penstock_column_info, table_bytes, 40)                 \
  SIZE(penstock_failure, 48)                                   \
  FIELD(penstock_failure, status, 0)                           \
  FIELD(penstock_failure, column, 4)                           \
  FIELD(penstock_failure, file, 8)                             \
  FIELD(penstock_failure, taken, 12)                           \
  FIELD(penstock_failure, index, 16)                           \
  FIELD(penstock_failure, offset_bytes, 24)                    \
  FIELD(penstock_failure, expected_bytes, 32)                  \
  FIELD(penstock_failure, found_bytes, 40)                     \
  SIZE(penstock_reader_options, 120)                           \
  FIELD(penstock_reader_options, backend, 0)                   \
  FIELD(penstock_reader_options, io, 4)                        \
  FIELD(penstock_reader_options, queue_depth, 8)               \
  FIELD(penstock_reader_options, merge_gap_bytes, 12)          \
  FIELD(penstock_reader_options, max_read_bytes, 16)           \
  FIELD(penstock_reader_options, staging_bytes, 20)            \
  FIELD(penstock_reader_options, entry_count, 24)              \
  FIELD(penstock_reader_options, cell_count, 28)               \
  FIELD(penstock_reader_options, batch_size, 32)               \
  FIELD(penstock_reader_options, fixed_buffers, 36)            \
  FIELD(penstock_reader_options, huge_pages, 40)               \
  FIELD(penstock_reader_options, drop_behind, 44)              \
  FIELD(penstock_reader_options, adapt, 48)                    \
  FIELD(penstock_reader_options, windowed, 52)                 \
  FIELD(penstock_reader_options, whole_batches, 56)            \
  FIELD(penstock_reader_options, chunk_bytes, 60)              \
  FIELD(penstock_reader_options, chunk_count, 64)              \
  FIELD(penstock_reader_options, reserved, 68)                 \
  FIELD(penstock_reader_options, resident_bytes, 72)           \
  FIELD(penstock_reader_options, cached_records, 80)           \
  FIELD(penstock_reader_options, cache_key, 88)                \
  FIELD(penstock_reader_options, cached_bytes, 96)             \
  FIELD(penstock_reader_options, horizon_bytes, 104)           \
  FIELD(penstock_reader_options, value_bytes, 112)             \
  SIZE(penstock_footprint, 40)                                 \
  FIELD(penstock_footprint, bytes, 0)                          \
  FIELD(penstock_footprint, least_staging_bytes, 8)            \
  FIELD(penstock_footprint, least_chunk_count, 16)             \
  FIELD(penstock_footprint, least_value_bytes, 24)             \
  FIELD(penstock_footprint, reserve_cells, 32)                 \
  FIELD(penstock_footprint, request_records, 36)               \
  SIZE(penstock_progress, 40)                                  \
  FIELD(penstock_progress, ready, 0)                           \
  FIELD(penstock_progress, ordered, 8)                         \
  FIELD(penstock_progress, room, 16)                           \
  FIELD(penstock_progress, in_flight, 24)                      \
  FIELD(penstock_progress, unloaded, 32)                       \
  SIZE(penstock_request, 40)                                   \
  FIELD(penstock_request, id, 0)                               \
  FIELD(penstock_request, offset_bytes, 8)                     \
  FIELD(penstock_request, address, 16)                         \
  FIELD(penstock_request, length_bytes, 24)                    \
  FIELD(penstock_request, file, 28)                            \
  FIELD(penstock_request, column, 32)                          \
  FIELD(penstock_request, record_count, 36)                    \
  SIZE(penstock_statistics, 144)                               \
  FIELD(penstock_statistics, records, 0)                       \
  FIELD(penstock_statistics, requests, 8)                      \
  FIELD(penstock_statistics, bytes_read, 16)                   \
  FIELD(penstock_statistics, bytes_wanted, 24)                 \
  FIELD(penstock_statistics, merged_records, 32)               \
  FIELD(penstock_statistics, straight_bytes, 40)               \
  FIELD(penstock_statistics, short_reads, 48)                  \
  FIELD(penstock_statistics, repeats, 56)                      \
  FIELD(penstock_statistics, cache_hits, 64)                   \
  FIELD(penstock_statistics, sweeps, 72)                       \
  FIELD(penstock_statistics, wait_ns, 80)                      \
  FIELD(penstock_statistics, copy_ns, 88)                      \
  FIELD(penstock_statistics, cpu_ns, 96)                       \
  FIELD(penstock_statistics, queue_depth_max, 104)             \
  FIELD(penstock_statistics, plan_ns, 112)                     \
  FIELD(penstock_statistics, queue_depth, 120)                 \
  FIELD(penstock_statistics, merge_gap_bytes, 128)             \
  FIELD(penstock_statistics, bytes_taken, 136)
/* clang-format on */

#define CHECK_SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), "size of " #type);
#define CHECK_FIELD(type, field, bytes)                                                            \
  _Static_assert(offsetof(type, field) == (bytes), #field " of " #type);
STRUCTS(CHECK_SIZE, CHECK_FIELD)

#define ADD_SIZE(type, bytes) bytes,
#define ADD_FIELD(type, field, bytes) bytes,

int32_t penstock_layout(uint32_t *values, uint32_t capacity) {
  static const uint32_t layout[] = {STRUCTS(ADD_SIZE, ADD_FIELD)};
  const uint32_t count = sizeof layout / sizeof layout[0];
  if (!values)
    return (int32_t)count;
  for (uint32_t i = 0; i < count && i < capacity; i++)
    values[i] = layout[i];
  return (int32_t)count;
}
