/* Columns and their shards: where record i lies. Knows the sizes of files, and nothing else of
 * them.
 */
#include <errno.h>
#include <stdlib.h>

#include "core/common.h"
#include "core/entry.h"
#include "core/source.h"
#include "penstock.h"

#define MAX_RECORD_BYTES ((uint64_t)1 << 40)

static uint64_t stride_of(const penstock_shard *shard, uint64_t record_bytes) {
  return shard->stride_bytes > 0 ? shard->stride_bytes : record_bytes;
}

static int32_t check_shard(const penstock_source *source, const penstock_shard *shard,
                           uint64_t record_bytes) {
  if (shard->file >= source->file_count || shard->reserved != 0)
    return -EINVAL;
  const uint64_t size_bytes = source->files[shard->file].info.size_bytes;
  if (shard->record_count == 0)
    return shard->offset_bytes > size_bytes ? -ENODATA : 0;
  uint64_t bytes;
  uint64_t end;
  if (__builtin_mul_overflow(shard->record_count - 1, stride_of(shard, record_bytes), &bytes) ||
      __builtin_add_overflow(bytes, record_bytes, &bytes) ||
      __builtin_add_overflow(shard->offset_bytes, bytes, &end))
    return -EINVAL;
  return end > size_bytes ? -ENODATA : 0;
}

int32_t penstock_source_add_column(penstock_source *source, uint64_t record_bytes,
                                   const penstock_shard *shards, uint32_t count) {
  if (!source || (!shards && count > 0) || record_bytes == 0 || record_bytes > MAX_RECORD_BYTES ||
      source->column_count >= PENSTOCK_MAX_COLUMNS)
    return -EINVAL;
  uint64_t total = 0;
  for (uint32_t i = 0; i < count; i++) {
    const int32_t status = check_shard(source, &shards[i], record_bytes);
    if (status != 0)
      return status;
    total += shards[i].record_count;
    if (total > INDEX_MASK)
      return -EINVAL;
  }
  if (source->counted_columns > 0 && total != source->record_count)
    return -ERANGE;
  source_column *column = &source->columns[source->column_count];
  column->shards = calloc(count ? count : 1, sizeof *column->shards);
  if (!column->shards)
    return -ENOMEM;
  column->record_bytes = record_bytes;
  column->table = NULL;
  column->shard_count = 0;
  column->has_gaps = 0;
  uint64_t first = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (shards[i].record_count == 0)
      continue;
    const uint64_t stride_bytes = stride_of(&shards[i], record_bytes);
    column->shards[column->shard_count++] = (source_shard){.first_index = first,
                                                           .record_count = shards[i].record_count,
                                                           .offset_bytes = shards[i].offset_bytes,
                                                           .stride_bytes = stride_bytes,
                                                           .file = shards[i].file};
    column->has_gaps |= shards[i].record_count > 1 && stride_bytes != record_bytes;
    first += shards[i].record_count;
  }
  source->record_count = total;
  source->counted_columns++;
  return (int32_t)source->column_count++;
}

location source_locate(const source_column *column, uint64_t index, uint32_t near) {
  uint32_t low = 0;
  uint32_t high = column->shard_count;
  PENSTOCK_ASSERT(high > 0);
  if (near < high && column->shards[near].first_index <= index) {
    const source_shard *hint = &column->shards[near];
    if (index - hint->first_index < hint->record_count)
      return (location){.offset_bytes =
                            hint->offset_bytes + (index - hint->first_index) * hint->stride_bytes,
                        .file = hint->file,
                        .shard = near};
    low = near;
  }
  while (high - low > 1) {
    const uint32_t middle = low + (high - low) / 2;
    if (column->shards[middle].first_index <= index)
      low = middle;
    else
      high = middle;
  }
  const source_shard *shard = &column->shards[low];
  PENSTOCK_ASSERT(index - shard->first_index < shard->record_count);
  return (location){.offset_bytes =
                        shard->offset_bytes + (index - shard->first_index) * shard->stride_bytes,
                    .file = shard->file,
                    .shard = low};
}
