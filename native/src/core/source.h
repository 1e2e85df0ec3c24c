/* A source: the files of a dataset and where the records of its columns lie in them. Any number of
 * readers share it; nothing here changes once columns are added but `map` and `readers`. */
#ifndef PENSTOCK_SOURCE_H
#define PENSTOCK_SOURCE_H

#include <stdatomic.h>
#include <stdint.h>

#include "core/table.h"
#include "penstock.h"

/* An open file. Only io uses the descriptors and the mapping. */
typedef struct {
  int fd_buffered;
  int fd_direct;          /* -1: direct reads are not possible */
  atomic_int fd_in_order; /* for whole passes; -1 until it is needed */
  char *path;
  penstock_file_info info;
  _Atomic(void *) map; /* NULL until mapped, by one thread while others may read */
  int is_object;       /* it is not open, and only its caller can read it */
} source_file;

/* There may be a million of these: a chunk of an array each, or a member of an archive. So they are
 * small, and what the next one says is not repeated. */
typedef struct {
  uint64_t first_index;
  uint64_t offset_bytes;
  uint32_t stride_bytes; /* 0: it is larger, and in wide_strides */
  uint32_t file;
} source_shard;

typedef struct {
  uint64_t record_bytes;  /* 0: a variable column, which has a table and no shards */
  record_table *table;    /* NULL: records of one size */
  source_shard *shards;   /* ascending by first_index, without empty ones; one more ends the last */
  uint64_t *wide_strides; /* one for each shard, or NULL: all fit into 32 bits */
  uint32_t *directory;    /* the shard of every 2^directory_shift-th record, or NULL */
  uint32_t shard_count;
  uint32_t directory_shift;
  int has_gaps; /* a shard's records do not lie one right after another */
} source_column;

struct penstock_source {
  source_file *files;
  uint32_t file_count;
  uint32_t object_count; /* of the files */
  uint32_t column_count;
  source_column columns[PENSTOCK_MAX_COLUMNS];
  uint64_t record_count;
  uint32_t counted_columns; /* that are complete, and have record_count records */
  atomic_uint readers;
};

/* Never 0. */
static inline uint64_t source_shard_records(const source_column *column, uint32_t shard) {
  return column->shards[shard + 1].first_index - column->shards[shard].first_index;
}

/* Never 0. */
static inline uint64_t source_shard_stride(const source_column *column, uint32_t shard) {
  const uint32_t stride_bytes = column->shards[shard].stride_bytes;
  return stride_bytes > 0 ? stride_bytes : column->wide_strides[shard];
}

/* Where a shard's last record ends in its file. */
static inline uint64_t source_shard_end(const source_column *column, uint32_t shard) {
  return column->shards[shard].offset_bytes +
         (source_shard_records(column, shard) - 1) * source_shard_stride(column, shard) +
         column->record_bytes;
}

/* Frees what a column owns. */
void source_free_column(source_column *column);

/* Memory that the shards of a column take. */
uint64_t source_column_memory(const source_column *column);

/* Where a record of a column with shards lies. */
typedef struct {
  uint64_t offset_bytes;
  uint32_t file;
  uint32_t shard;
} location;

static inline location source_place_in(const source_column *column, uint32_t shard,
                                       uint64_t index) {
  const source_shard *of = &column->shards[shard];
  return (location){.offset_bytes = of->offset_bytes +
                                    (index - of->first_index) * source_shard_stride(column, shard),
                    .file = of->file,
                    .shard = shard};
}

/* Of a record in another shard than the last one. */
location source_search(const source_column *column, uint64_t index);

/* Finds record index of a column. `near` is any shard number: a hint that makes runs cheap. */
static inline location source_locate(const source_column *column, uint64_t index, uint32_t near) {
  PENSTOCK_ASSERT(column->shard_count > 0);
  return near < column->shard_count && column->shards[near].first_index <= index &&
                 index < column->shards[near + 1].first_index
             ? source_place_in(column, near, index)
             : source_search(column, index);
}

/* An open file, or NULL. */
static inline source_file *source_open_file(const penstock_source *source, uint32_t file) {
  return source && file < source->file_count && !source->files[file].is_object
             ? &source->files[file]
             : NULL;
}

/* Whether there is such a column, and all of its records are known. */
static inline int source_is_complete(const penstock_source *source, uint32_t column) {
  return source && column < source->column_count &&
         !(source->columns[column].table && source->columns[column].table->open);
}

/* Whether readers can be opened: there are columns, and all are complete. */
static inline int source_is_ready(const penstock_source *source) {
  for (uint32_t i = 0; source && i < source->column_count; i++)
    if (!source_is_complete(source, i))
      return 0;
  return source && source->column_count > 0;
}

/* Where a record of any column lies. */
typedef struct {
  uint64_t offset_bytes;
  uint64_t length_bytes;
  uint32_t file;
  uint32_t shard; /* a hint for the next one */
} record_span;

static inline record_span span_of(table_record found) {
  return (record_span){
      .offset_bytes = found.offset_bytes, .length_bytes = found.length_bytes, .file = found.file};
}

static inline record_span source_find_in_shards(const source_column *column, uint64_t index,
                                                uint32_t near) {
  const location found = source_locate(column, index, near);
  return (record_span){.offset_bytes = found.offset_bytes,
                       .length_bytes = column->record_bytes,
                       .file = found.file,
                       .shard = found.shard};
}

static inline record_span source_find(const source_column *column, uint64_t index, uint32_t near) {
  return column->table ? span_of(table_find(column->table, index))
                       : source_find_in_shards(column, index, near);
}

/* Where many records of a column are looked up in one pass, nearly in the order of the file. */
typedef struct {
  const source_column *column;
  uint32_t shard;
  table_cursor table;
} source_pass;

static inline void source_begin_pass(source_pass *pass, const source_column *column,
                                     uint32_t shard) {
  pass->column = column;
  pass->shard = shard;
  pass->table.group = 0;
}

/* Finds a record in a table; a function of its own, so that the other ones need no call. */
record_span source_find_next_in_table(source_pass *pass, uint64_t index);

static inline record_span source_find_next(source_pass *pass, uint64_t index) {
  if (pass->column->table)
    return source_find_next_in_table(pass, index);
  const record_span found = source_find_in_shards(pass->column, index, pass->shard);
  pass->shard = found.shard;
  return found;
}

static inline uint64_t source_length(const source_column *column, uint64_t index) {
  return column->table ? table_find(column->table, index).length_bytes : column->record_bytes;
}

/* A file system that has no direct reads leaves the alignment 0. */
static inline int source_reads_directly(const source_file *file) {
  return file->info.direct_offset_alignment > 0;
}

/* Alignment of offsets and lengths of reads of this file: 1 when buffered. */
static inline uint32_t source_offset_alignment(const source_file *file, uint32_t io) {
  return io == PENSTOCK_IO_DIRECT ? file->info.direct_offset_alignment : 1;
}

#endif
