/* Variable columns of a source: their record tables, and what callers may ask about the records of
 * any column. */
#include <errno.h>
#include <stdlib.h>

#include "core/common.h"
#include "core/entry.h"
#include "core/source.h"
#include "core/table.h"
#include "penstock.h"

record_span source_find_next_in_table(source_pass *pass, uint64_t index) {
  return span_of(table_find_near(pass->column->table, index, &pass->table));
}

int32_t penstock_source_add_variable_column(penstock_source *source) {
  if (!source || source->column_count >= PENSTOCK_MAX_COLUMNS)
    return -EINVAL;
  record_table *table = table_new();
  if (!table)
    return -ENOMEM;
  source->columns[source->column_count] = (source_column){.table = table};
  return (int32_t)source->column_count++;
}

/* The table of a column that takes records, or NULL. */
static record_table *open_table(const penstock_source *source, uint32_t column) {
  if (!source || column >= source->column_count)
    return NULL;
  record_table *table = source->columns[column].table;
  return table && table->open ? table : NULL;
}

static int32_t check_record(const penstock_source *source, uint32_t file, uint64_t offset,
                            uint64_t length) {
  if (file >= source->file_count || length > TABLE_MAX_LENGTH)
    return -EINVAL;
  const uint64_t size_bytes = source->files[file].info.size_bytes;
  if (offset > size_bytes || length > size_bytes - offset)
    return -ENODATA;
  return (offset + length) >> TABLE_OFFSET_BITS == 0 ? 0 : -EINVAL;
}

int32_t penstock_source_add_records(penstock_source *source, uint32_t column, const uint32_t *files,
                                    const uint64_t *offsets, const uint64_t *lengths,
                                    uint64_t count) {
  record_table *table = open_table(source, column);
  if (!table || (count > 0 && (!files || !offsets)) || count > INDEX_MASK ||
      table->summary.record_count + count > INDEX_MASK)
    return -EINVAL;
  for (uint64_t i = 0; i < count; i++) {
    if (!lengths && offsets[i + 1] < offsets[i])
      return -EINVAL;
    const uint64_t length = lengths ? lengths[i] : offsets[i + 1] - offsets[i];
    const int32_t status = check_record(source, files[i], offsets[i], length);
    if (status < 0)
      return status;
  }
  return table_append(table, files, offsets, lengths, count);
}

int32_t penstock_source_seal_column(penstock_source *source, uint32_t column) {
  record_table *table = open_table(source, column);
  if (!table)
    return -EINVAL;
  if (source->counted_columns > 0 && table->summary.record_count != source->record_count)
    return -ERANGE;
  const int32_t status = table_seal(table);
  if (status < 0)
    return status;
  source->record_count = table->summary.record_count;
  source->counted_columns++;
  return 0;
}

int32_t penstock_source_column(penstock_source *source, uint32_t column,
                               penstock_column_info *info) {
  if (!source || column >= source->column_count || !info)
    return -EINVAL;
  const source_column *of = &source->columns[column];
  if (!of->table) {
    *info = (penstock_column_info){.record_count = source->record_count,
                                   .record_bytes = of->record_bytes,
                                   .total_bytes = source->record_count * of->record_bytes,
                                   .table_bytes = of->directory ? source_column_memory(of) : 0};
    info->least_bytes = info->longest_bytes = source->record_count > 0 ? of->record_bytes : 0;
    return 0;
  }
  const table_summary *summary = &of->table->summary;
  *info = (penstock_column_info){
      .record_count = summary->record_count,
      .total_bytes = summary->total_bytes,
      .least_bytes = summary->record_count > 0 ? summary->least_bytes : 0,
      .longest_bytes = summary->longest_bytes,
      .table_bytes = table_bytes(of->table),
  };
  return 0;
}

int32_t penstock_source_lengths(penstock_source *source, uint32_t column, uint64_t *counts,
                                uint32_t capacity) {
  if (!source || column >= source->column_count || (!counts && capacity > 0))
    return -EINVAL;
  const source_column *of = &source->columns[column];
  for (uint32_t i = 0; i < PENSTOCK_LENGTH_BUCKETS && i < capacity; i++)
    counts[i] = of->table ? of->table->summary.length_counts[i]
                : i == 64u - (uint32_t)__builtin_clzll(of->record_bytes) ? source->record_count
                                                                         : 0;
  return PENSTOCK_LENGTH_BUCKETS;
}

/* How many records ahead the memory of the table is prefetched. */
#define LOCATES_AHEAD 8

PREFETCHING void look_ahead(const record_table *table, const int64_t *indices, uint32_t count,
                            uint64_t record_count, uint32_t i) {
  if (i + 2 * LOCATES_AHEAD < count && (uint64_t)indices[i + 2 * LOCATES_AHEAD] < record_count)
    table_prefetch_position(table, (uint64_t)indices[i + 2 * LOCATES_AHEAD]);
  if (i + LOCATES_AHEAD < count && (uint64_t)indices[i + LOCATES_AHEAD] < record_count)
    table_prefetch_group(table, (uint64_t)indices[i + LOCATES_AHEAD]);
}

int32_t penstock_source_locate(penstock_source *source, uint32_t column, const int64_t *indices,
                               uint32_t count, uint32_t *files, uint64_t *offsets,
                               uint64_t *lengths) {
  if (!source_is_complete(source, column) || (!indices && count > 0))
    return -EINVAL;
  const source_column *of = &source->columns[column];
  uint32_t near = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (indices[i] < 0 || (uint64_t)indices[i] >= source->record_count)
      return -EINVAL;
    if (of->table)
      look_ahead(of->table, indices, count, source->record_count, i);
    const record_span found = source_find(of, (uint64_t)indices[i], near);
    near = found.shard;
    if (files)
      files[i] = found.file;
    if (offsets)
      offsets[i] = found.offset_bytes;
    if (lengths)
      lengths[i] = found.length_bytes;
  }
  return 0;
}

/* Of a chunk: its link, and a bit that says whether it is free. */
#define LINK_BYTES (4 + 1.0 / 8)
#define MOST_WASTE 0.12

/* The waste of records of about this length: half of the last chunk, on average, if they have
 * several. */
static double loss(double length, double chunk_bytes) {
  const double chunks = length > chunk_bytes ? length / chunk_bytes + 0.5 : 1;
  return length == 0 ? 0 : chunks * (chunk_bytes + LINK_BYTES) - length;
}

/* Records of the variable column with the most bytes are looked at by their lengths; of all other
 * columns each record has the mean. */
static double waste(const penstock_source *source, uint32_t chunk_bytes) {
  const table_summary *main = NULL;
  double others = 0;
  const double count = (double)source->record_count;
  for (uint32_t i = 0; i < source->column_count; i++) {
    const source_column *column = &source->columns[i];
    const table_summary *summary = column->table ? &column->table->summary : NULL;
    others += summary ? (double)summary->total_bytes / count : (double)column->record_bytes;
    if (summary && (!main || summary->total_bytes > main->total_bytes))
      main = summary;
  }
  double lost = main ? 0 : loss(others, chunk_bytes) * count;
  double total = others * count;
  others -= main ? (double)main->total_bytes / count : 0;
  for (uint32_t i = 0; main && i < PENSTOCK_LENGTH_BUCKETS; i++) {
    const double length = i == 0 ? 0 : 0.75 * (double)(UINT64_C(1) << i);
    lost += loss(length + others, chunk_bytes) * (double)main->length_counts[i];
  }
  return total > 0 ? lost / total : 0;
}

int32_t penstock_source_chunk_bytes(penstock_source *source) {
  if (!source_is_ready(source))
    return -EINVAL;
  uint32_t best = PENSTOCK_LEAST_CHUNK_BYTES;
  double least = source->record_count > 0 ? waste(source, best) : 0;
  for (uint32_t bytes = 2 * best; bytes <= PENSTOCK_MOST_CHUNK_BYTES && source->record_count > 0;
       bytes *= 2) {
    const double lost = waste(source, bytes);
    if (lost <= MOST_WASTE || lost < least) {
      best = bytes;
      least = lost;
    }
  }
  return (int32_t)best;
}
