/* Resident columns: small ones (labels beside images) are read once, from front to back, and kept.
 * Otherwise each label of a shuffled order would cost a request, as its image does. They are read
 * piecemeal, by drive: whoever opens a reader must be able to stop waiting for a slow device. */
#include <errno.h>
#include <string.h>

#include "core/backend.h"
#include "core/common.h"
#include "core/gather.h"
#include "core/io.h"
#include "core/reader.h"
#include "core/resident.h"
#include "core/verdict.h"

/* The resolution of damage: the block of file systems and of most disks. */
#define DAMAGE_BLOCK_BYTES PENSTOCK_BLOCK_BYTES
/* After this many failures in a row the rest of a file is not read. */
#define RESIDENT_MAX_FAILURES 16
/* As many shards are read whatever their size; more only if they have so many bytes on average. */
#define RESIDENT_SMALL_SHARDS 1024
#define LEAST_SHARD_BYTES (64 << 10)

uint64_t resident_column_bytes(const penstock_source *source, uint32_t column) {
  return source->record_count * source->columns[column].record_bytes;
}

/* Each shard is at least a read of its own: with many small ones the records that an epoch wants
 * are read as soon by themselves. */
static int is_in_large_shards(const source_column *column, uint64_t bytes) {
  return column->shard_count <= RESIDENT_SMALL_SHARDS ||
         bytes / column->shard_count >= LEAST_SHARD_BYTES;
}

/* Smallest first, as many as fit together. A column with gaps is not kept: reading it from front to
 * back would read what lies between its records, too, which may be the whole dataset. */
void resident_choose(const penstock_source *source, uint64_t budget_bytes, uint8_t *is_resident) {
  memset(is_resident, 0, PENSTOCK_MAX_COLUMNS);
  for (;;) {
    uint32_t best = PENSTOCK_MAX_COLUMNS;
    for (uint32_t i = 0; i < source->column_count; i++) {
      uint64_t bytes;
      if (!is_resident[i] && !source->columns[i].table && !source->columns[i].has_gaps &&
          !__builtin_mul_overflow(source->record_count, source->columns[i].record_bytes, &bytes) &&
          bytes <= budget_bytes && is_in_large_shards(&source->columns[i], bytes) &&
          (best == PENSTOCK_MAX_COLUMNS ||
           source->columns[i].record_bytes < source->columns[best].record_bytes))
        best = i;
    }
    if (best == PENSTOCK_MAX_COLUMNS)
      return;
    is_resident[best] = 1;
    budget_bytes -= resident_column_bytes(source, best);
  }
}

void resident_begin(penstock_reader *reader) {
  resident_loading *loading = &reader->loading;
  *loading = (resident_loading){.read_bytes = reader->options.max_read_bytes};
  for (uint32_t i = 0; i < reader->source->column_count; i++)
    if (reader->resident[i])
      loading->unloaded_bytes += resident_column_bytes(reader->source, i);
}

/* Adjoining ranges become one. If there is no room for more, the last one grows: nothing is
 * delivered that is not known to be whole. */
static void note_damage(penstock_reader *reader, uint32_t column, uint64_t begin, uint64_t end,
                        int32_t status) {
  if (reader->damage_count > 0) {
    damage *last = &reader->damaged[reader->damage_count - 1];
    if (last->column == column &&
        (last->end == begin || reader->damage_count == RESIDENT_MAX_DAMAGES)) {
      last->end = end;
      return;
    }
    if (reader->damage_count == RESIDENT_MAX_DAMAGES) {
      /* The last one is of another column: everything behind it is given up. */
      last->end = UINT64_MAX;
      last->column = PENSTOCK_MAX_COLUMNS;
      return;
    }
  }
  reader->damaged[reader->damage_count++] =
      (damage){.begin = begin, .end = end, .column = column, .status = status};
}

static const source_shard *shard_of(const penstock_reader *reader) {
  const resident_loading *loading = &reader->loading;
  return &reader->source->columns[loading->column].shards[loading->shard];
}

static uint64_t shard_end_of(const penstock_reader *reader) {
  const resident_loading *loading = &reader->loading;
  return source_shard_end(&reader->source->columns[loading->column], loading->shard);
}

static uint64_t record_bytes_of(const penstock_reader *reader) {
  return reader->source->columns[reader->loading.column].record_bytes;
}

/* Where a byte of the shard's file lies in the column in memory. */
static uint64_t place_of(const penstock_reader *reader, uint64_t offset_bytes) {
  const source_shard *shard = shard_of(reader);
  return shard->first_index * record_bytes_of(reader) + (offset_bytes - shard->offset_bytes);
}

static uint32_t alignment_of(const penstock_reader *reader) {
  return source_offset_alignment(&reader->source->files[shard_of(reader)->file],
                                 reader->options.io);
}

/* Reads are cut at blocks of this size. */
static uint64_t unit_of(const penstock_reader *reader) {
  const uint32_t alignment = alignment_of(reader);
  return alignment > DAMAGE_BLOCK_BYTES ? alignment : DAMAGE_BLOCK_BYTES;
}

/* Moves on to the next shard or resident column if this one is done, and returns where the next
 * read ends. */
static void choose_range(penstock_reader *reader) {
  resident_loading *loading = &reader->loading;
  while (!reader->resident[loading->column] ||
         loading->shard == reader->source->columns[loading->column].shard_count) {
    loading->column++;
    loading->shard = 0;
    loading->begin = 0;
  }
  const source_shard *shard = shard_of(reader);
  const uint64_t shard_end = shard_end_of(reader);
  if (loading->begin < shard->offset_bytes)
    loading->begin = shard->offset_bytes;
  loading->end = round_down(loading->begin, unit_of(reader)) + loading->read_bytes;
  loading->end = loading->end < shard_end ? loading->end : shard_end;
}

static void start_range(penstock_reader *reader) {
  resident_loading *loading = &reader->loading;
  choose_range(reader);
  request *request = &reader->requests[reader->free_requests[--reader->free_request_count]];
  reader->in_flight++;
  const uint32_t alignment = alignment_of(reader);
  *request = (struct request){.base = reader->staging.base,
                              .cuts = request->cuts,
                              .offset_bytes = round_down(loading->begin, alignment),
                              .file = shard_of(reader)->file,
                              .column = loading->column};
  request->length_bytes = (uint32_t)(round_up(loading->end, alignment) - request->offset_bytes);
  request->needed_bytes = (uint32_t)(loading->end - request->offset_bytes);
  loading->request = request;
}

static int32_t start(penstock_reader *reader) {
  request *request = reader->loading.request;
  reader->statistics.requests++;
  reader->statistics.bytes_read += request_length(request);
  const int32_t status = reader->backend.start(&reader->backend, request);
  if (status < 0) {
    gather_drop(reader, request);
    reader->loading.request = NULL;
  }
  return status;
}

/* The range from begin to end is done, read or given up. */
static void go_on(penstock_reader *reader) {
  resident_loading *loading = &reader->loading;
  gather_drop(reader, loading->request);
  loading->request = NULL;
  loading->unloaded_bytes -= loading->end - loading->begin;
  loading->begin = loading->end;
  if (loading->begin == shard_end_of(reader)) {
    loading->shard++;
    loading->begin = 0;
  }
}

static void succeed(penstock_reader *reader) {
  resident_loading *loading = &reader->loading;
  const request *request = loading->request;
  memcpy(reader->resident[loading->column] + place_of(reader, loading->begin),
         request->base + (loading->begin - request->offset_bytes), loading->end - loading->begin);
  loading->failures = 0;
  loading->read_bytes *= 2;
  if (loading->read_bytes > reader->options.max_read_bytes)
    loading->read_bytes = reader->options.max_read_bytes;
  go_on(reader);
}

/* Half as much is tried, down to a block, which is given up: so one bad block costs only itself. A
 * device that answers nothing but errors is not asked for every block of a reader of whole batches.
 */
static void fail(penstock_reader *reader, int32_t status) {
  resident_loading *loading = &reader->loading;
  const uint64_t unit = unit_of(reader);
  const int is_dead = reader->options.whole_batches && ++loading->failures >= RESIDENT_MAX_FAILURES;
  if (loading->end - round_down(loading->begin, unit) > unit && !is_dead) {
    gather_drop(reader, loading->request);
    loading->request = NULL;
    const uint64_t half = round_up(loading->end - round_down(loading->begin, unit), 2 * unit) / 2;
    loading->read_bytes = half;
    return;
  }
  if (is_dead)
    loading->end = shard_end_of(reader);
  note_damage(reader, loading->column, place_of(reader, loading->begin),
              place_of(reader, loading->end), status);
  go_on(reader);
}

/* Whether to read it again: what is busy many times, what failed once more, at full size and for
 * single blocks, and what no repetition cures never. */
static int is_tried_again(penstock_reader *reader, int32_t result) {
  resident_loading *loading = &reader->loading;
  request *request = loading->request;
  if (result < 0 && verdict_of(result) == VERDICT_BUSY)
    return ++request->busy < MAX_ATTEMPTS_BUSY;
  if (result < 0 && verdict_of(result) == VERDICT_FINAL)
    return 0;
  const uint64_t bytes = loading->end - round_down(loading->begin, unit_of(reader));
  const int is_half = bytes < reader->options.max_read_bytes && bytes > unit_of(reader);
  return ++request->attempts < MAX_ATTEMPTS_ERROR && !is_half;
}

/* Deals with the result of the read. Returns 0 or -errno: the backend is broken. */
static int32_t completed(penstock_reader *reader, const completion *done) {
  request *request = reader->loading.request;
  const uint32_t got = done->result > 0 ? (uint32_t)done->result : 0;
  request->done_bytes += got;
  if (request->done_bytes >= request->needed_bytes) {
    succeed(reader);
    return 0;
  }
  if (got > 0 && got % alignment_of(reader) == 0)
    return start(reader);
  request->done_bytes -= got;
  if (is_tried_again(reader, done->result))
    return start(reader);
  const int is_busy = done->result < 0 && verdict_of(done->result) == VERDICT_BUSY;
  fail(reader, is_busy ? -EIO : done->result < 0 ? completion_result(done) : -ENODATA);
  return 0;
}

/* Reads on, for about timeout_ns; at least one read when that is not 0. Returns 0 or -errno: the
 * backend is broken. */
int32_t resident_load(penstock_reader *reader, uint64_t timeout_ns) {
  resident_loading *loading = &reader->loading;
  const uint64_t begin = io_now_ns();
  while (loading->unloaded_bytes > 0) {
    int32_t status = 0;
    if (!loading->request) {
      start_range(reader);
      status = start(reader);
    }
    if (status < 0 || timeout_ns == 0)
      return status;
    const uint64_t spent = io_now_ns() - begin;
    completion done;
    status = reader->backend.finish(&reader->backend, 1,
                                    spent < timeout_ns ? timeout_ns - spent : 1, &done, 1);
    if (status == 0 && reader->backend.never_waits)
      return 0;
    if (status > 0)
      status = completed(reader, &done);
    if (status < 0 || io_now_ns() - begin >= timeout_ns)
      return status;
  }
  return 0;
}

/* Called for each record that is taken; damage is rare, so the loop is nearly always empty. */
void resident_check(penstock_reader *reader, uint32_t entry) {
  for (uint32_t i = 0; i < reader->damage_count; i++) {
    const damage *damage = &reader->damaged[i];
    const int any = damage->column == PENSTOCK_MAX_COLUMNS;
    const uint64_t record_bytes = any ? 1 : reader->source->columns[damage->column].record_bytes;
    const uint64_t begin = entry_index(&reader->entries, entry) * record_bytes;
    if (any || (begin < damage->end && begin + record_bytes > damage->begin))
      entry_fail(&reader->entries, entry, any ? 0 : damage->column, damage->status);
  }
}
