/* The layout of a reader: which options are possible, how much memory they take, and where in its
 * one mapping each part lies; also where the columns of a slot lie. It keeps nothing. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/cells.h"
#include "core/common.h"
#include "core/elevator.h"
#include "core/io.h"
#include "core/layout.h"
#include "core/reader.h"
#include "core/resident.h"

/* Places of the elevator: few enough for its tables to stay in the processor's cache, or, where a
 * file has hundreds of gigabytes, in the one that its processors share. */
#define MAX_BUCKETS 65536
/* A bucket is large enough for several large reads, and has few enough records to sort at once. */
#define BUCKET_BYTES (UINT64_C(2) << 20)
#define MAX_BUCKET_RECORDS 8192
#define MAX_VISIT_ENTRIES 65536
/* Each entry of a list that is followed is a wait for memory; following eight lists at once waits
 * once for eight entries. */
#define LISTS_PER_BUCKET_LOG2 3
/* The most records that all requests in flight serve together, which bounds the memory for them.
 * Deep queues are for small reads. */
#define MAX_CUTS_IN_FLIGHT (UINT32_C(1) << 18)
#define LEAST_CUTS 64
/* Of anything. */
#define MOST_BYTES (UINT64_C(1) << 46)

typedef struct {
  uint8_t *base; /* NULL: only count */
  uint64_t used;
  int overflow;
} arena;

static void *carve(arena *arena, uint64_t count, uint64_t bytes, uint64_t alignment) {
  uint64_t size;
  const uint64_t begin = round_up(arena->used, alignment);
  if (__builtin_mul_overflow(count, bytes, &size) || size > MOST_BYTES || begin > MOST_BYTES) {
    arena->overflow = 1;
    return NULL;
  }
  arena->used = begin + size;
  return arena->base ? arena->base + begin : NULL;
}

/* Records of whole blocks lie as far behind the beginning of a block in memory as in their file, so
 * that they can be read there directly; but always at multiples of 64 bytes, as callers are
 * promised. All others begin at a block. */
static uint64_t phase_of(const penstock_source *source, uint32_t column) {
  const source_column *of = &source->columns[column];
  if (of->shard_count == 0)
    return 0;
  const uint32_t block = source->files[of->shards[0].file].info.direct_memory_alignment;
  if (block == 0 || of->record_bytes % block != 0)
    return 0;
  const uint64_t phase = of->shards[0].offset_bytes % block;
  return phase % 64 == 0 ? phase : 0;
}

static uint8_t *carve_records(const penstock_source *source, uint32_t column, uint64_t count,
                              arena *arena) {
  arena->used = round_up(arena->used, PENSTOCK_BLOCK_BYTES) + phase_of(source, column);
  return carve(arena, count, source->columns[column].record_bytes, 1);
}

static uint32_t smaller(uint64_t left, uint64_t right) {
  return (uint32_t)(left < right ? left : right);
}

/* The columns that are read: which differ in size, and where the others lie in a chain. */
static void add_active(penstock_reader *reader, uint32_t column) {
  reader->active[reader->active_count++] = column;
  if (reader->source->columns[column].table) {
    reader->variable_number[column] = reader->variable_count;
    reader->variable[reader->variable_count++] = column;
    return;
  }
  reader->chain_offsets[column] = reader->fixed_bytes;
  reader->fixed_bytes += reader->source->columns[column].record_bytes;
}

static void carve_columns(penstock_reader *reader, arena *arena) {
  const penstock_source *source = reader->source;
  uint8_t is_resident[PENSTOCK_MAX_COLUMNS];
  resident_choose(source, reader->options.resident_bytes, is_resident);
  reader->active_count = reader->variable_count = 0;
  reader->fixed_bytes = 0;
  for (uint32_t i = 0; i < source->column_count; i++) {
    if (is_resident[i])
      reader->resident[i] = carve(arena, resident_column_bytes(source, i), 1, PENSTOCK_BLOCK_BYTES);
    else
      add_active(reader, i);
  }
}

/* What is known of cells in bytes, with those that the cache keeps. Without cells, places in slots.
 */
static void carve_chunk_tables(penstock_reader *reader, arena *arena) {
  const penstock_reader_options *options = &reader->options;
  chunk_pool *pool = &reader->pool;
  record_cache *cache = &reader->cache;
  if (options->chunk_count > 0) {
    pool->chunk_bytes = options->chunk_bytes;
    cache->most_chunks =
        options->cached_records > 0 ? options->cached_bytes / pool->chunk_bytes : 0;
    pool->count = (uint32_t)(options->chunk_count + cache->most_chunks);
    pool->next = carve(arena, pool->count, sizeof *pool->next, 64);
    pool->vacant = carve(arena, (uint64_t)pool->count / 64 + 1, sizeof *pool->vacant, 64);
    pool->recent_capacity = chunk_recent_capacity(pool->count);
    pool->recent =
        carve(arena, (uint64_t)pool->recent_capacity * CHUNK_LONGEST_RUN, sizeof *pool->recent, 64);
    if (options->cached_records > 0)
      cache->kept = carve(arena, options->cached_records, sizeof *cache->kept, 64);
  } else if (reader->variable_count > 0) {
    reader->places = carve(arena, (uint64_t)options->entry_count * reader->variable_count,
                           sizeof *reader->places, 64);
  }
}

static void carve_cells(penstock_reader *reader, arena *arena) {
  const uint64_t cells = reader->options.cell_count + reader->options.cached_records;
  for (uint32_t i = 0; reader->options.cell_count > 0 && i < reader->active_count; i++) {
    const uint32_t column = reader->active[i];
    reader->cells[column] = carve_records(reader->source, column, cells, arena);
  }
  chunk_pool *pool = &reader->pool;
  if (pool->count > 0)
    pool->base = carve(arena, pool->count, pool->chunk_bytes, PENSTOCK_BLOCK_BYTES);
}

static void choose_buckets(penstock_reader *reader) {
  const uint64_t bytes = cells_mean_record(reader);
  elevator *elevator = &reader->elevator;
  const uint64_t last = reader->source->record_count > 0 ? reader->source->record_count - 1 : 0;
  elevator->shift = 0;
  while ((UINT64_C(1) << elevator->shift) * bytes < BUCKET_BYTES &&
         UINT64_C(1) << elevator->shift < MAX_BUCKET_RECORDS)
    elevator->shift++;
  while (last >> elevator->shift >= MAX_BUCKETS)
    elevator->shift++;
  elevator->count = (uint32_t)(last >> elevator->shift) + 1;
  elevator->list_shift =
      elevator->shift > LISTS_PER_BUCKET_LOG2 ? elevator->shift - LISTS_PER_BUCKET_LOG2 : 0;
}

static void carve_visit(visit *visit, arena *arena, uint32_t capacity) {
  visit->capacity = capacity;
  visit->keys = carve(arena, capacity, sizeof *visit->keys, 64);
  visit->scratch = carve(arena, capacity, sizeof *visit->scratch, 64);
}

static void carve_elevator(penstock_reader *reader, arena *arena) {
  elevator *elevator = &reader->elevator;
  choose_buckets(reader);
  if (reader->options.windowed) {
    window_entries *window = &elevator->window;
    window->keys = carve(arena, reader->options.entry_count, sizeof *window->keys, 64);
    window->begins = carve(arena, elevator->count, sizeof *window->begins, 64);
    window->ends = carve(arena, elevator->count, sizeof *window->ends, 64);
  } else {
    const uint64_t lists = (uint64_t)elevator->count * lists_per_bucket(elevator);
    elevator->lists = carve(arena, lists, sizeof *elevator->lists, 64);
    elevator->head_lists = carve(arena, lists, sizeof *elevator->head_lists, 64);
  }
  elevator->waiting = carve(arena, elevator->count / 64 + 1, sizeof *elevator->waiting, 64);
  const uint64_t bucket_records = UINT64_C(1) << elevator->shift;
  carve_visit(&elevator->sweep, arena,
              smaller(reader->options.entry_count,
                      bucket_records < MAX_VISIT_ENTRIES ? 2 * bucket_records : MAX_VISIT_ENTRIES));
  carve_visit(
      &elevator->urgent, arena,
      smaller(reader->options.entry_count, smaller(reader->options.batch_size, MAX_VISIT_ENTRIES)));
  while (reader->source->record_count >> elevator->urgent.shift > UINT32_MAX)
    elevator->urgent.shift++;
}

static void carve_requests(penstock_reader *reader, arena *arena) {
  const penstock_reader_options *options = &reader->options;
  const uint32_t depth = options->queue_depth;
  uint64_t cuts = MAX_CUTS_IN_FLIGHT / depth;
  cuts = cuts < LEAST_CUTS ? LEAST_CUTS : smaller(cuts, PENSTOCK_MAX_REQUEST_RECORDS);
  cuts = smaller(cuts, options->entry_count);
  /* One request must not want all cells at once. */
  if (options->cell_count > 0)
    cuts = smaller(cuts, (options->cell_count - options->batch_size + 3) / 4);
  reader->cut_capacity = (uint32_t)cuts;
  reader->requests = carve(arena, depth, sizeof *reader->requests, 64);
  reader->free_requests = carve(arena, depth, sizeof *reader->free_requests, 64);
  reader->completions = carve(arena, depth, sizeof *reader->completions, 64);
  reader->help.ring = carve(arena, depth, sizeof *reader->help.ring, 64);
  reader->help.capacity = depth;
  reader->cuts = carve(arena, (uint64_t)depth * cuts, sizeof *reader->cuts, 64);
  staging_ring *staging = &reader->staging;
  staging->bytes = options->staging_bytes;
  staging->chunk_capacity = 4 * depth;
  staging->chunks = carve(arena, staging->chunk_capacity, sizeof *staging->chunks, 64);
}

/* Called twice: to count, and to hand out. Cells are last: how much of them is used depends on the
 * order. */
static void carve_all(penstock_reader *reader, arena *arena) {
  const penstock_reader_options *options = &reader->options;
  reader->staging.base = carve(arena, options->staging_bytes, 1, PENSTOCK_BLOCK_BYTES);
  carve_columns(reader, arena);
  carve_chunk_tables(reader, arena);
  entry_ring *ring = &reader->entries;
  ring->capacity = options->entry_count;
  ring->all = carve(arena, ring->capacity, sizeof *ring->all, 64);
  reader->free_cells = carve(arena, options->cell_count, sizeof *reader->free_cells, 64);
  if (options->chunk_count == 0)
    reader->cache.filled =
        carve(arena, options->cached_records / 64 + 1, sizeof *reader->cache.filled, 64);
  carve_elevator(reader, arena);
  carve_requests(reader, arena);
  reader->batches = carve(arena, PENSTOCK_MAX_SLOT_BATCHES, sizeof *reader->batches, 64);
  reader->fresh.first_bytes = arena->used;
  carve_cells(reader, arena);
}

static int has_variable_column(const penstock_source *source) {
  for (uint32_t i = 0; i < source->column_count; i++)
    if (source->columns[i].table)
      return 1;
  return 0;
}

/* Records that differ in size need cells in bytes. */
static int chunks_are_possible(const penstock_source *source,
                               const penstock_reader_options *options) {
  if (options->chunk_count == 0)
    return options->chunk_bytes == 0 && options->cached_bytes == 0 &&
           (options->cell_count == 0 || !has_variable_column(source));
  return options->cell_count == 0 && options->chunk_bytes >= PENSTOCK_LEAST_CHUNK_BYTES &&
         options->chunk_bytes <= PENSTOCK_MOST_CHUNK_BYTES && options->chunk_bytes % 64 == 0 &&
         options->cached_bytes / options->chunk_bytes + options->chunk_count < CHUNK_NONE &&
         options->cached_bytes <= MOST_BYTES;
}

/* Checks and rounds: reads are whole blocks. */
static int32_t set_options(penstock_reader *reader, const penstock_reader_options *options) {
  const uint64_t limit = UINT64_C(1) << PENSTOCK_MAX_ENTRIES_LOG2;
  if (options->queue_depth == 0 || options->queue_depth > PENSTOCK_MAX_QUEUE_DEPTH ||
      options->max_read_bytes < PENSTOCK_BLOCK_BYTES ||
      options->max_read_bytes > PENSTOCK_MAX_READ_BYTES ||
      options->merge_gap_bytes > PENSTOCK_MAX_READ_BYTES ||
      options->adapt > (PENSTOCK_ADAPT_DEPTH | PENSTOCK_ADAPT_GAP | PENSTOCK_ADAPT_READ))
    return -EINVAL;
  if (options->reserved != 0 || options->value_bytes > MOST_BYTES)
    return -EINVAL;
  if (options->backend < PENSTOCK_BACKEND_URING || options->backend > PENSTOCK_BACKEND_EXTERNAL ||
      (options->backend == PENSTOCK_BACKEND_EXTERNAL && options->io == PENSTOCK_IO_DIRECT))
    return -EINVAL;
  if (options->io != PENSTOCK_IO_DIRECT && options->io != PENSTOCK_IO_BUFFERED)
    return -EINVAL;
  if (options->entry_count == 0 || options->entry_count > limit || options->batch_size == 0 ||
      options->batch_size > options->entry_count)
    return -EINVAL;
  if (options->cell_count > 0 && (options->cell_count <= options->batch_size ||
                                  options->cell_count + options->cached_records >= limit))
    return -EINVAL;
  const int has_cells = options->cell_count > 0 || options->chunk_count > 0;
  if (options->cached_records > 0 && (!has_cells || options->cached_records > limit ||
                                      options->cached_records > reader->source->record_count))
    return -EINVAL;
  if (!chunks_are_possible(reader->source, options))
    return -EINVAL;
  uint32_t alignment = PENSTOCK_BLOCK_BYTES;
  for (uint32_t i = 0; i < reader->source->file_count; i++)
    if (source_offset_alignment(&reader->source->files[i], options->io) > alignment)
      alignment = reader->source->files[i].info.direct_offset_alignment;
  reader->options = *options;
  reader->options.max_read_bytes = (uint32_t)round_up(options->max_read_bytes, alignment);
  reader->options.staging_bytes = (uint32_t)round_down(options->staging_bytes, alignment);
  return 0;
}

/* A staged read must fit twice, since the ring has an end. */
static uint64_t least_staging(const penstock_reader *reader) {
  return 2 * (uint64_t)reader->options.max_read_bytes;
}

/* The longest record must fit beside another one. */
static uint64_t least_chunks(const penstock_reader *reader) {
  return chunks_for(&reader->pool, cells_longest_record(reader)) + 1;
}

int32_t layout_plan(penstock_reader *reader, penstock_source *source,
                    const penstock_reader_options *options) {
  memset(reader, 0, sizeof *reader);
  reader->source = source;
  const int32_t status = set_options(reader, options);
  if (status < 0)
    return status;
  if (reader->options.staging_bytes < least_staging(reader))
    return -EINVAL;
  arena count = {0};
  carve_all(reader, &count);
  if (count.overflow || (options->chunk_count > 0 && options->chunk_count < least_chunks(reader)))
    return -EINVAL;
  reader->memory_bytes = round_up(count.used, io_page_bytes());
  return 0;
}

void layout_carve(penstock_reader *reader, uint8_t *memory) {
  arena arena = {.base = memory};
  carve_all(reader, &arena);
}

static uint64_t least_values(const penstock_reader *reader) {
  uint64_t bytes = 0;
  for (uint32_t i = 0; i < reader->variable_count; i++) {
    const source_column *column = &reader->source->columns[reader->variable[i]];
    bytes += round_up(column->table->summary.longest_bytes, CACHE_LINE_BYTES);
  }
  return bytes;
}

static int32_t measure(penstock_reader *reader, penstock_source *source,
                       const penstock_reader_options *options, penstock_footprint *footprint) {
  penstock_reader_options wanted = *options;
  const int is_least = options->chunk_bytes > 0 && options->chunk_count == 0;
  memset(reader, 0, sizeof *reader);
  reader->source = source;
  if (is_least)
    wanted.chunk_count = 1;
  int32_t status = set_options(reader, &wanted);
  if (status < 0)
    return status;
  if (is_least) {
    arena count = {0};
    carve_all(reader, &count);
    const uint64_t least = least_chunks(reader);
    wanted.chunk_count = (uint32_t)(least < CHUNK_NONE ? least : CHUNK_NONE);
  }
  if (wanted.staging_bytes == 0)
    wanted.staging_bytes = (uint32_t)least_staging(reader);
  status = layout_plan(reader, source, &wanted);
  if (status < 0)
    return status;
  *footprint = (penstock_footprint){
      .bytes = reader->memory_bytes + sizeof *reader +
               io_backend_memory(options->backend, options->queue_depth),
      .least_staging_bytes = least_staging(reader),
      .least_chunk_count = options->chunk_bytes > 0 ? least_chunks(reader) : 0,
      .least_value_bytes = least_values(reader),
      .reserve_cells = (uint32_t)cells_reserve(reader),
      .request_records = reader->cut_capacity,
  };
  return 0;
}

int32_t penstock_reader_footprint(penstock_source *source, const penstock_reader_options *options,
                                  penstock_footprint *footprint) {
  if (!source_is_ready(source) || !options || !footprint)
    return -EINVAL;
  penstock_reader *reader = malloc(sizeof *reader);
  if (!reader)
    return -ENOMEM;
  const int32_t status = measure(reader, source, options, footprint);
  free(reader);
  return status;
}

/* A variable column has where its values begin, and an offset more than records. */
static void carve_in_slot(const penstock_source *source, uint32_t column, uint32_t batch_size,
                          uint64_t *offset, arena *arena) {
  if (source->columns[column].table) {
    (void)carve(arena, (uint64_t)batch_size + 2, sizeof(int64_t), CACHE_LINE_BYTES);
    *offset = arena->used - ((uint64_t)batch_size + 2) * sizeof(int64_t);
    return;
  }
  (void)carve_records(source, column, batch_size, arena);
  *offset = arena->used - batch_size * source->columns[column].record_bytes;
}

int32_t penstock_slot_layout(penstock_source *source, uint32_t batch_size, uint64_t value_bytes,
                             uint64_t *offsets, uint64_t *slot_bytes) {
  if (!source_is_ready(source) || batch_size == 0 || !offsets || !slot_bytes ||
      value_bytes > MOST_BYTES)
    return -EINVAL;
  arena count = {0};
  for (uint32_t i = 0; i < source->column_count; i++)
    carve_in_slot(source, i, batch_size, &offsets[i], &count);
  if (has_variable_column(source))
    (void)carve(&count, round_up(value_bytes, PENSTOCK_BLOCK_BYTES), 1, PENSTOCK_BLOCK_BYTES);
  *slot_bytes = round_up(count.used, PENSTOCK_BLOCK_BYTES);
  return count.overflow ? -EINVAL : 0;
}
