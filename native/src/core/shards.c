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

/* Below this many shards a binary search is as fast as the directory. */
#define LEAST_DIRECTORY_SHARDS 16

/* One entry for about each shard, so that a search looks at few shards whatever their number. */
static int32_t make_directory(source_column *column, uint64_t record_count) {
  const uint32_t shard_count = column->shard_count;
  if (shard_count < LEAST_DIRECTORY_SHARDS)
    return 0;
  uint32_t shift = 0;
  while (record_count >> shift > shard_count)
    shift++;
  const uint64_t entries = (record_count >> shift) + 2;
  column->directory = malloc(entries * sizeof *column->directory);
  if (!column->directory)
    return -ENOMEM;
  column->directory_shift = shift;
  uint32_t shard = 0;
  for (uint64_t i = 0; i < entries; i++) {
    while (shard + 1 < shard_count && column->shards[shard + 1].first_index <= i << shift)
      shard++;
    column->directory[i] = shard;
  }
  return 0;
}

/* Of a single record the stride has no meaning: it must not make strides wide. */
static uint64_t stride_kept(const penstock_shard *shard, uint64_t record_bytes) {
  return shard->record_count == 1 ? 1 : stride_of(shard, record_bytes);
}

static int32_t keep_wide_stride(source_column *column, uint32_t count, uint64_t stride_bytes) {
  if (!column->wide_strides)
    column->wide_strides = calloc(count, sizeof *column->wide_strides);
  if (!column->wide_strides)
    return -ENOMEM;
  column->wide_strides[column->shard_count] = stride_bytes;
  return 0;
}

/* Shards that were checked. */
static int32_t keep_shards(source_column *column, const penstock_shard *shards, uint32_t count) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < count; i++)
    kept += shards[i].record_count > 0;
  column->shards = calloc((size_t)kept + 1, sizeof *column->shards);
  if (!column->shards)
    return -ENOMEM;
  uint64_t first = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (shards[i].record_count == 0)
      continue;
    const uint64_t stride_bytes = stride_kept(&shards[i], column->record_bytes);
    const int is_wide = stride_bytes > UINT32_MAX;
    if (is_wide && keep_wide_stride(column, kept, stride_bytes) < 0)
      return -ENOMEM;
    column->shards[column->shard_count++] =
        (source_shard){.first_index = first,
                       .offset_bytes = shards[i].offset_bytes,
                       .stride_bytes = is_wide ? 0 : (uint32_t)stride_bytes,
                       .file = shards[i].file};
    column->has_gaps |= shards[i].record_count > 1 && stride_bytes != column->record_bytes;
    first += shards[i].record_count;
  }
  column->shards[column->shard_count].first_index = first;
  return make_directory(column, first);
}

void source_free_column(source_column *column) {
  free(column->shards);
  free(column->wide_strides);
  free(column->directory);
  table_free(column->table);
}

uint64_t source_column_memory(const source_column *column) {
  const uint64_t records = column->shards[column->shard_count].first_index;
  return (column->shard_count + UINT64_C(1)) * sizeof *column->shards +
         (column->wide_strides ? column->shard_count * sizeof *column->wide_strides : 0) +
         (column->directory ? ((records >> column->directory_shift) + 2) * sizeof *column->directory
                            : 0);
}

int32_t penstock_source_add_column(penstock_source *source, uint64_t record_bytes,
                                   const penstock_shard *shards, uint32_t count) {
  if (!source || (!shards && count > 0) || record_bytes == 0 || record_bytes > MAX_RECORD_BYTES ||
      count > INT32_MAX || source->column_count >= PENSTOCK_MAX_COLUMNS)
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
  *column = (source_column){.record_bytes = record_bytes};
  const int32_t status = keep_shards(column, shards, count);
  if (status < 0) {
    source_free_column(column);
    *column = (source_column){0};
    return status;
  }
  source->record_count = total;
  source->counted_columns++;
  return (int32_t)source->column_count++;
}

location source_search(const source_column *column, uint64_t index) {
  uint32_t low = 0;
  uint32_t high = column->shard_count;
  if (column->directory) {
    const uint32_t *entry = &column->directory[index >> column->directory_shift];
    low = entry[0];
    high = entry[1] + 1;
  }
  while (high - low > 1) {
    const uint32_t middle = low + (high - low) / 2;
    if (column->shards[middle].first_index <= index)
      low = middle;
    else
      high = middle;
  }
  PENSTOCK_ASSERT(index - column->shards[low].first_index < source_shard_records(column, low));
  return source_place_in(column, low, index);
}
