/* A reader from open to close: it allocates all that it will ever need, lets the parts do their
 * work, and waits only here, in drive. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "internal.h"

#define MAX_QUEUE_DEPTH 4096
#define MAX_READ_BYTES (UINT32_C(64) << 20)
/* Places of the elevator: few enough for its tables to stay in the processor's cache, or, where a
 * file has hundreds of gigabytes, in the one that its processors share. */
#define MAX_BUCKETS 65536
/* A bucket is worth a handful of large reads, and has few enough records to be sorted at once. */
#define BUCKET_BYTES (UINT64_C(2) << 20)
#define MAX_BUCKET_RECORDS 8192
#define MAX_VISIT_ENTRIES 65536
/* Following a list waits for memory at each step; following eight at once waits once for eight. */
#define LISTS_PER_BUCKET_LOG2 3
/* Records that one request may serve, and all that are in flight together: bounds what is kept for
 * requests. Deep queues are for small reads. */
#define MAX_CUTS 4096
#define MAX_CUTS_IN_FLIGHT (UINT32_C(1) << 18)
#define LEAST_CUTS 64
#define DRAIN_LIMIT_NS UINT64_C(30000000000)

uint64_t clock_ns(int clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* ---- memory: one mapping, cut up ------------------------------------------------------------- */

typedef struct {
  uint8_t *base; /* NULL: only count */
  uint64_t used;
  int overflow;
} arena;

static void *carve(arena *arena, uint64_t count, uint64_t bytes, uint64_t alignment) {
  uint64_t size;
  const uint64_t begin = round_up(arena->used, alignment);
  if (__builtin_mul_overflow(count, bytes, &size) || size > UINT64_C(1) << 46 ||
      begin > UINT64_C(1) << 46) {
    arena->overflow = 1;
    return NULL;
  }
  arena->used = begin + size;
  return arena->base ? arena->base + begin : NULL;
}

/* Records of whole blocks lie in memory as far behind the beginning of a block as they do in their
 * file, so that they can be read there directly; but at multiples of 64 bytes, as their elements
 * are promised to. All others begin at a page. */
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
  arena->used = round_up(arena->used, 4096) + phase_of(source, column);
  return carve(arena, count, source->columns[column].record_bytes, 1);
}

static uint32_t smaller(uint64_t left, uint64_t right) {
  return (uint32_t)(left < right ? left : right);
}

static void carve_columns(penstock_reader *reader, arena *arena) {
  const penstock_source *source = reader->source;
  uint8_t is_resident[PENSTOCK_MAX_COLUMNS];
  resident_choose(source, reader->options.resident_bytes, is_resident);
  const uint64_t cells = reader->options.cell_count + reader->options.cached_records;
  reader->active_count = 0;
  for (uint32_t i = 0; i < source->column_count; i++) {
    if (is_resident[i]) {
      reader->resident[i] = carve(arena, resident_column_bytes(source, i), 1, 4096);
      continue;
    }
    reader->active[reader->active_count++] = i;
    if (cells > 0)
      reader->cells[i] = carve_records(source, i, cells, arena);
  }
}

static void choose_buckets(penstock_reader *reader) {
  uint64_t bytes = 0;
  for (uint32_t i = 0; i < reader->active_count; i++)
    bytes += reader->source->columns[reader->active[i]].record_bytes;
  elevator *lift = &reader->elevator;
  const uint64_t last = reader->source->record_count > 0 ? reader->source->record_count - 1 : 0;
  lift->shift = 0;
  while ((UINT64_C(1) << lift->shift) * bytes < BUCKET_BYTES &&
         UINT64_C(1) << lift->shift < MAX_BUCKET_RECORDS)
    lift->shift++;
  while (last >> lift->shift >= MAX_BUCKETS)
    lift->shift++;
  lift->count = (uint32_t)(last >> lift->shift) + 1;
  lift->list_shift = lift->shift > LISTS_PER_BUCKET_LOG2 ? lift->shift - LISTS_PER_BUCKET_LOG2 : 0;
}

static void carve_visit(visit *visit, arena *arena, uint32_t capacity) {
  visit->capacity = capacity;
  visit->keys = carve(arena, capacity, sizeof *visit->keys, 64);
  visit->scratch = carve(arena, capacity, sizeof *visit->scratch, 64);
}

static void carve_elevator(penstock_reader *reader, arena *arena) {
  elevator *lift = &reader->elevator;
  choose_buckets(reader);
  const uint64_t lists = (uint64_t)lift->count * lists_per_bucket(lift);
  lift->lists = carve(arena, lists, sizeof *lift->lists, 64);
  lift->head_lists = carve(arena, lists, sizeof *lift->head_lists, 64);
  lift->waiting = carve(arena, lift->count / 64 + 1, sizeof *lift->waiting, 64);
  const uint64_t bucket_records = UINT64_C(1) << lift->shift;
  carve_visit(&lift->sweep, arena,
              smaller(reader->options.entry_count,
                      bucket_records < MAX_VISIT_ENTRIES ? 2 * bucket_records : MAX_VISIT_ENTRIES));
  carve_visit(
      &lift->urgent, arena,
      smaller(reader->options.entry_count, smaller(reader->options.batch_size, MAX_VISIT_ENTRIES)));
  while (reader->source->record_count >> lift->urgent.shift > UINT32_MAX)
    lift->urgent.shift++;
}

static void carve_requests(penstock_reader *reader, arena *arena) {
  const penstock_reader_options *options = &reader->options;
  const uint32_t depth = options->queue_depth;
  uint64_t cuts = MAX_CUTS_IN_FLIGHT / depth;
  cuts = cuts < LEAST_CUTS ? LEAST_CUTS : smaller(cuts, MAX_CUTS);
  cuts = smaller(cuts, options->entry_count);
  /* One request must not want all cells at once. */
  if (options->cell_count > 0)
    cuts = smaller(cuts, (options->cell_count - options->batch_size + 3) / 4);
  reader->cut_capacity = (uint32_t)cuts;
  reader->requests = carve(arena, depth, sizeof *reader->requests, 64);
  reader->free_requests = carve(arena, depth, sizeof *reader->free_requests, 64);
  reader->completions = carve(arena, depth, sizeof *reader->completions, 64);
  reader->cuts = carve(arena, (uint64_t)depth * cuts, sizeof *reader->cuts, 64);
  staging_ring *staging = &reader->staging;
  staging->bytes = options->staging_bytes;
  staging->chunk_capacity = 4 * depth;
  staging->chunks = carve(arena, staging->chunk_capacity, sizeof *staging->chunks, 64);
}

/* Called twice: to count, and to hand out. */
static void carve_all(penstock_reader *reader, arena *arena) {
  const penstock_reader_options *options = &reader->options;
  reader->staging.base = carve(arena, options->staging_bytes, 1, 4096);
  carve_columns(reader, arena);
  entry_ring *ring = &reader->entries;
  ring->capacity = options->entry_count;
  ring->all = carve(arena, ring->capacity, sizeof *ring->all, 64);
  reader->free_cells = carve(arena, options->cell_count, sizeof *reader->free_cells, 64);
  reader->cache.filled =
      carve(arena, options->cached_records / 64 + 1, sizeof *reader->cache.filled, 64);
  carve_elevator(reader, arena);
  carve_requests(reader, arena);
  reader->batches = carve(arena, PENSTOCK_MAX_SLOT_BATCHES, sizeof *reader->batches, 64);
}

/* Checks and rounds: reads are whole blocks, and a staged one must fit twice, since the ring has an
 * end. */
static int32_t set_options(penstock_reader *reader, const penstock_reader_options *options) {
  const uint64_t limit = UINT64_C(1) << PENSTOCK_MAX_ENTRIES_LOG2;
  if (options->queue_depth == 0 || options->queue_depth > MAX_QUEUE_DEPTH ||
      options->max_read_bytes < 4096 || options->max_read_bytes > MAX_READ_BYTES ||
      options->merge_gap_bytes > MAX_READ_BYTES ||
      options->adapt > (PENSTOCK_ADAPT_DEPTH | PENSTOCK_ADAPT_GAP | PENSTOCK_ADAPT_READ))
    return -EINVAL;
  if (options->backend != PENSTOCK_BACKEND_URING && options->backend != PENSTOCK_BACKEND_PREAD)
    return -EINVAL;
  if (options->io != PENSTOCK_IO_DIRECT && options->io != PENSTOCK_IO_BUFFERED)
    return -EINVAL;
  if (options->entry_count == 0 || options->entry_count > limit || options->batch_size == 0 ||
      options->batch_size > options->entry_count)
    return -EINVAL;
  if (options->cell_count > 0 && (options->cell_count <= options->batch_size ||
                                  options->cell_count + options->cached_records >= limit))
    return -EINVAL;
  if (options->cached_records > 0 && (options->cell_count == 0 || options->cached_records > limit ||
                                      options->cached_records > reader->source->record_count))
    return -EINVAL;
  uint32_t alignment = 4096;
  for (uint32_t i = 0; i < reader->source->file_count; i++)
    if (source_offset_alignment(&reader->source->files[i], options->io) > alignment)
      alignment = reader->source->files[i].info.direct_offset_alignment;
  reader->options = *options;
  reader->options.max_read_bytes = (uint32_t)round_up(options->max_read_bytes, alignment);
  reader->options.staging_bytes = (uint32_t)round_down(options->staging_bytes, alignment);
  if (reader->options.staging_bytes < 2 * (uint64_t)reader->options.max_read_bytes)
    return -EINVAL;
  return 0;
}

static int32_t plan_reader(penstock_reader *reader, penstock_source *source,
                           const penstock_reader_options *options) {
  memset(reader, 0, sizeof *reader);
  reader->source = source;
  const int32_t status = set_options(reader, options);
  if (status < 0)
    return status;
  arena count = {0};
  carve_all(reader, &count);
  if (count.overflow)
    return -EINVAL;
  reader->memory_bytes = round_up(count.used, 4096);
  return 0;
}

int32_t penstock_reader_memory(penstock_source *source, const penstock_reader_options *options,
                               uint64_t *bytes) {
  if (!source || !options || !bytes || source->column_count == 0)
    return -EINVAL;
  penstock_reader *reader = malloc(sizeof *reader);
  if (!reader)
    return -ENOMEM;
  const int32_t status = plan_reader(reader, source, options);
  if (status == 0)
    *bytes = reader->memory_bytes + sizeof *reader +
             backend_memory(options->backend, options->queue_depth);
  free(reader);
  return status;
}

int32_t penstock_slot_layout(penstock_source *source, uint32_t batch_size, uint64_t *offsets,
                             uint64_t *slot_bytes) {
  if (!source || batch_size == 0 || !offsets || !slot_bytes || source->column_count == 0)
    return -EINVAL;
  arena count = {0};
  for (uint32_t i = 0; i < source->column_count; i++) {
    (void)carve_records(source, i, batch_size, &count);
    offsets[i] = count.used - batch_size * source->columns[i].record_bytes;
  }
  *slot_bytes = round_up(count.used, 4096);
  return count.overflow ? -EINVAL : 0;
}

/* ---- open and close -------------------------------------------------------------------------- */

static void forget_all(penstock_reader *reader) {
  entry_ring *ring = &reader->entries;
  ring->taken = ring->ready = ring->ordered = 0;
  reader->windows.count = 0;
  reader->windows.open = 0;
  reader->batch_first = reader->batch_count = 0;
  const uint32_t cells = reader->options.cell_count;
  const uint32_t first = (uint32_t)reader->cache.cached;
  for (uint32_t i = 0; i < cells; i++)
    reader->free_cells[i] = first + cells - 1 - i;
  reader->free_cell_count = cells;
  elevator_reset(reader);
}

static int32_t open_parts(penstock_reader *reader, backend_opener opener) {
  uint64_t address;
  int32_t status =
      penstock_memory_allocate(reader->memory_bytes, reader->options.huge_pages, &address);
  if (status < 0)
    return status;
  arena arena = {.base = (uint8_t *)(uintptr_t)address};
  reader->memory = arena.base;
  carve_all(reader, &arena);
  for (uint32_t i = 0; i < reader->options.queue_depth; i++) {
    reader->requests[i].cuts = reader->cuts + (uint64_t)i * reader->cut_capacity;
    reader->free_requests[i] = i;
  }
  reader->free_request_count = reader->options.queue_depth;
  cache_open(&reader->cache, reader->source->record_count, reader->options.cached_records,
             reader->options.cache_key);
  pace_open(&reader->pace, &reader->options);
  forget_all(reader);
  const backend_options options = {
      .source = reader->source,
      .io = reader->options.io,
      .queue_depth = reader->options.queue_depth,
      .fixed_base = reader->options.fixed_buffers ? reader->staging.base : NULL,
      .fixed_bytes = reader->staging.bytes,
      .drop_behind = reader->options.drop_behind,
  };
  status = opener(&reader->backend, reader->options.backend, &options);
  for (uint32_t i = 0; i < reader->source->column_count && status == 0; i++)
    if (reader->resident[i])
      status = resident_load(reader, i);
  return status;
}

static void free_parts(penstock_reader *reader) {
  if (reader->backend.close)
    reader->backend.close(&reader->backend);
  if (reader->memory)
    (void)penstock_memory_free((uint64_t)(uintptr_t)reader->memory, reader->memory_bytes);
  atomic_fetch_sub(&reader->source->readers, 1);
  free(reader);
}

int32_t reader_open_with(penstock_source *source, const penstock_reader_options *options,
                         backend_opener opener, penstock_reader **reader) {
  if (!source || !options || !reader || source->column_count == 0)
    return -EINVAL;
  for (uint32_t i = 0; i < source->file_count; i++)
    if (options->io == PENSTOCK_IO_DIRECT && source->files[i].fd_direct < 0)
      return -EINVAL;
  penstock_reader *opened = malloc(sizeof *opened);
  if (!opened)
    return -ENOMEM;
  int32_t status = plan_reader(opened, source, options);
  if (status < 0) {
    free(opened);
    return status;
  }
  opened->cpu_start_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
  atomic_fetch_add(&source->readers, 1);
  uint64_t offset_bytes;
  status = penstock_slot_layout(source, options->batch_size, opened->slot_offsets, &offset_bytes);
  if (status == 0)
    status = open_parts(opened, opener);
  if (status < 0) {
    free_parts(opened);
    return status;
  }
  *reader = opened;
  return 0;
}

int32_t penstock_reader_open(penstock_source *source, const penstock_reader_options *options,
                             penstock_reader **reader) {
  return reader_open_with(source, options, backend_open, reader);
}

int32_t penstock_reader_populate(penstock_reader *reader, uint64_t *done_bytes) {
  if (!reader || !done_bytes)
    return -EINVAL;
  return memory_populate(reader->memory, reader->memory_bytes, done_bytes);
}

/* Waits until the device has answered all; what it brings is dropped. */
static int32_t drain(penstock_reader *reader) {
  const uint64_t begin = clock_ns(CLOCK_MONOTONIC);
  while (reader->in_flight > 0) {
    const uint64_t spent = clock_ns(CLOCK_MONOTONIC) - begin;
    if (spent >= DRAIN_LIMIT_NS)
      return -ETIMEDOUT;
    const int32_t count =
        reader->backend.finish(&reader->backend, reader->in_flight, DRAIN_LIMIT_NS - spent,
                               reader->completions, reader->options.queue_depth);
    if (count < 0)
      return count;
    for (int32_t i = 0; i < count; i++)
      gather_drop(reader, reader->completions[i].request);
  }
  return 0;
}

int32_t penstock_reader_reset(penstock_reader *reader) {
  if (!reader)
    return -EINVAL;
  const int32_t status = drain(reader);
  if (status == 0)
    forget_all(reader);
  return status;
}

/* A device that does not answer may still write to our memory later: then it stays ours for ever.
 */
int32_t penstock_reader_close(penstock_reader *reader) {
  if (!reader)
    return -EINVAL;
  if (drain(reader) < 0)
    return -ETIMEDOUT;
  free_parts(reader);
  return 0;
}

/* ---- work ------------------------------------------------------------------------------------ */

static void count_latency(penstock_reader *reader, uint64_t nanoseconds) {
  uint32_t bucket = 0;
  if (nanoseconds >= 8) {
    const uint32_t shift = 60 - (uint32_t)__builtin_clzll(nanoseconds);
    bucket = shift * 8 + (uint32_t)(nanoseconds >> shift) - 8;
  }
  reader->latencies[bucket < LATENCY_BUCKETS ? bucket : LATENCY_BUCKETS - 1]++;
}

static int32_t process(penstock_reader *reader, uint32_t count) {
  const uint64_t begin = clock_ns(CLOCK_MONOTONIC);
  uint64_t bytes = 0;
  for (uint32_t i = 0; i < count; i++) {
    const completion *done = &reader->completions[i];
    count_latency(reader, begin - done->request->started_ns);
    bytes += done->result > 0 ? (uint64_t)done->result : 0;
  }
  pace_completed(&reader->pace, begin, count, bytes);
  int32_t status = 0;
  for (uint32_t i = 0; i < count; i++) {
    const completion *done = &reader->completions[i];
    const int32_t one = gather_completion(reader, done->request, completion_result(done));
    status = status < 0 ? status : one;
  }
  order_advance_ready(reader);
  reader->statistics.copy_ns += clock_ns(CLOCK_MONOTONIC) - begin;
  return status;
}

/* Waiting for some at once saves system calls; the wait is short beside the queue's length. */
static int32_t wait_for_some(penstock_reader *reader, int satisfied, uint64_t timeout_ns) {
  const uint64_t begin = clock_ns(CLOCK_MONOTONIC);
  const uint32_t wanted = satisfied ? 0 : 1 + reader->in_flight / 8;
  const int32_t count = reader->backend.finish(&reader->backend, wanted, satisfied ? 0 : timeout_ns,
                                               reader->completions, reader->options.queue_depth);
  reader->statistics.wait_ns += clock_ns(CLOCK_MONOTONIC) - begin;
  return count;
}

static uint64_t ready_count(const penstock_reader *reader) {
  return reader->entries.ready - reader->entries.taken;
}

static int32_t drive(penstock_reader *reader, uint64_t wanted, uint64_t timeout_ns) {
  const uint64_t begin = clock_ns(CLOCK_MONOTONIC);
  int force = 0;
  elevator_open(reader, timeout_ns > 0);
  for (;;) {
    const uint64_t planning = clock_ns(CLOCK_MONOTONIC);
    int32_t status = extent_issue(reader, force ? wanted : 0);
    reader->statistics.plan_ns += clock_ns(CLOCK_MONOTONIC) - planning;
    if (status < 0)
      return status;
    order_advance_ready(reader);
    const int satisfied = ready_count(reader) >= wanted;
    if (!satisfied && reader->in_flight == 0) {
      /* All cells may be taken by records that are due later: then the reserve is used. Or a window
       * has not ended, and will not before these records are taken. Not for more than the next
       * batch: while the consumer is busy, that would take the cells that it gives back from the
       * sweep, one small read for each. And not while the caller has no time: it may be about to
       * order what a sweep or a window waits for. */
      const int can_force = reader->options.cell_count > 0 || reader->options.windowed != 0;
      if (force || !can_force || timeout_ns == 0 ||
          ready_count(reader) >= reader->options.batch_size)
        return 0;
      force = 1;
      continue;
    }
    force = 0;
    const uint64_t spent = clock_ns(CLOCK_MONOTONIC) - begin;
    const int is_late = spent >= timeout_ns;
    status = wait_for_some(reader, satisfied || is_late, timeout_ns - spent);
    if (status < 0)
      return status;
    status = process(reader, (uint32_t)status);
    if (status < 0 || satisfied || is_late)
      return status;
  }
}

int32_t penstock_reader_drive(penstock_reader *reader, uint64_t wanted, uint64_t timeout_ns,
                              penstock_progress *progress) {
  if (!reader || !progress)
    return -EINVAL;
  const int32_t status = drive(reader, wanted, timeout_ns);
  const entry_ring *ring = &reader->entries;
  progress->ready = ready_count(reader);
  progress->ordered = ring->ordered - ring->taken;
  progress->room = order_room(reader);
  progress->in_flight = reader->in_flight;
  return status;
}

int32_t penstock_reader_take(penstock_reader *reader, uint32_t count, uint64_t slot_address,
                             penstock_failure *failure) {
  if (!reader || !failure || count == 0 || count > reader->options.batch_size ||
      slot_address == 0 || slot_address % 4096 != 0)
    return -EINVAL;
  if (ready_count(reader) < count)
    return -EAGAIN;
  if (reader->options.cell_count == 0) {
    const slot_batch *batch = &reader->batches[reader->batch_first];
    if (reader->batch_count == 0 || batch->count != count || batch->address != slot_address)
      return -EINVAL;
    reader->batch_first = (reader->batch_first + 1) % PENSTOCK_MAX_SLOT_BATCHES;
    reader->batch_count--;
  }
  const uint64_t begin = clock_ns(CLOCK_MONOTONIC);
  const int32_t status = gather_take(reader, count, slot_address, failure);
  reader->statistics.copy_ns += clock_ns(CLOCK_MONOTONIC) - begin;
  return status;
}

int32_t penstock_reader_statistics(penstock_reader *reader, penstock_statistics *statistics) {
  if (!reader || !statistics)
    return -EINVAL;
  *statistics = reader->statistics;
  statistics->sweeps += reader->elevator.sweeps;
  statistics->queue_depth = reader->pace.depth;
  statistics->merge_gap_bytes = reader->pace.gap_bytes;
  statistics->cpu_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID) - reader->cpu_start_ns;
  return 0;
}

int32_t penstock_reader_latencies(penstock_reader *reader, uint64_t *counts, uint32_t capacity) {
  if (!reader || (!counts && capacity > 0))
    return -EINVAL;
  for (uint32_t i = 0; i < LATENCY_BUCKETS && i < capacity; i++)
    counts[i] = reader->latencies[i];
  return LATENCY_BUCKETS;
}
