/* Gather: brings the bytes of completed reads to their places, and decides what every error and
 * short read means. */
#include <errno.h>
#include <string.h>

#include "core/cache.h"
#include "core/cells.h"
#include "core/common.h"
#include "core/gather.h"
#include "core/head.h"
#include "core/help.h"
#include "core/io.h"
#include "core/order.h"
#include "core/reader.h"
#include "core/resident.h"
#include "core/staging.h"
#include "core/stream.h"
#include "core/verdict.h"

/* How many records ahead, and how much of each, are prefetched into the processor's cache. */
#define CUTS_AHEAD 4
#define LINES_AHEAD_BYTES 1024

/* The records of a request are looked up in one pass. */
static void begin_pass(source_pass *pass, const penstock_reader *reader, const request *request) {
  source_begin_pass(pass, &reader->source->columns[request->column], 0);
}

static record_span locate(source_pass *pass, const penstock_reader *reader, uint32_t entry) {
  return source_find_next(pass, entry_index(&reader->entries, entry));
}

void gather_let_go(penstock_reader *reader, uint32_t entry, uint32_t column, int32_t status) {
  entry_ring *ring = &reader->entries;
  if (status < 0)
    entry_fail(ring, entry, column, status);
  PENSTOCK_ASSERT(ring->all[entry].word >= HOLD_ONE && entry_state(ring, entry) == ENTRY_READING);
  entry_hold(ring, entry, -1);
  if (ring->all[entry].word <= INDEX_MASK) {
    entry_set(ring, entry, ENTRY_LOADED, entry_value(ring, entry));
    if (cache_exists(&reader->cache))
      cache_fill(reader, entry);
  }
}

/* The part of a record that a read was for, in bytes of the file. */
typedef struct {
  uint64_t begin;
  uint64_t end;
  int is_missing; /* the file ends before */
} cut;

static cut cut_of(const request *request, record_span found) {
  const uint64_t record_end = found.offset_bytes + found.length_bytes;
  const uint64_t read_end = request->offset_bytes + request->needed_bytes;
  const uint64_t end = record_end < read_end ? record_end : read_end;
  return (cut){.begin = found.offset_bytes > request->offset_bytes ? found.offset_bytes
                                                                   : request->offset_bytes,
               .end = end,
               .is_missing = end > request->offset_bytes + request->done_bytes};
}

/* A record in one piece is copied in whole lines: its chunks have room for that, and what the
 * request has read is followed by the next record. (Not inlined: every copy to a slot would save
 * registers for this one.) */
static __attribute__((noinline)) void copy_to_chain(const penstock_reader *reader,
                                                    const request *request, uint32_t entry,
                                                    uint64_t into, cut cut) {
  const chunk_pool *pool = &reader->pool;
  const uint64_t bytes = cut.end - cut.begin;
  const uint64_t begin = cut.begin - request->offset_bytes;
  if (entry_is_one_run(&reader->entries, entry) && entry_bytes(&reader->entries, entry) == bytes &&
      begin + round_up(bytes, CACHE_LINE_BYTES) <= request->length_bytes) {
    chain_fill(pool, entry_value(&reader->entries, entry), request->base + begin, bytes);
    return;
  }
  chain_write(pool, request->cut_count == 1 ? request->chain : cells_chain(reader, entry),
              cells_chain_offset(reader, entry, request->column) + into, request->base + begin,
              bytes);
}

static void copy_cut(const penstock_reader *reader, const request *request, uint32_t entry,
                     record_span found, cut cut) {
  if (cut.is_missing)
    return;
  const uint64_t into = cut.begin - found.offset_bytes;
  if (reader->pool.count > 0) {
    copy_to_chain(reader, request, entry, into, cut);
  } else if (!request->straight && reader->is_past_cache) {
    stream_copy(order_destination(reader, entry, request->column) + into,
                request->base + (cut.begin - request->offset_bytes), cut.end - cut.begin);
  } else if (!request->straight || request->lead_bytes + request->trail_bytes > 0) {
    request_copy(request, cut.begin - request->offset_bytes, cut.end - request->offset_bytes,
                 order_destination(reader, entry, request->column) + into);
  }
}

static void settle_cut(penstock_reader *reader, const request *request, uint32_t entry, cut cut) {
  reader->statistics.bytes_wanted += cut.end - cut.begin;
  gather_let_go(reader, entry, request->column, cut.is_missing ? -ENODATA : 0);
}

/* Of a chain that goes past the cache only the last line is read, as it is not written as a whole.
 */
PREFETCHING void prepare_chain(const penstock_reader *reader, uint32_t entry) {
  const chunk_pool *pool = &reader->pool;
  const uint32_t chunk = entry_value(&reader->entries, entry);
  const uint64_t bytes = entry_bytes(&reader->entries, entry);
  if (!entry_is_one_run(&reader->entries, entry))
    __builtin_prefetch(&pool->next[chunk]);
  if (!pool->is_past_cache)
    __builtin_prefetch(chunk_memory(pool, chunk), 1);
  else if (bytes != BYTES_UNKNOWN)
    __builtin_prefetch(chunk_memory(pool, chunk) + bytes, 1);
}

/* Places and entries lie anywhere in memory: fetching the lines of later ones early hides most of
 * the wait. First the entry, which leads to the place, then the place. */
PREFETCHING void prepare_cuts(const penstock_reader *reader, const request *request, uint32_t i) {
  const entry_ring *ring = &reader->entries;
  if (i + 2 * CUTS_AHEAD < request->cut_count)
    __builtin_prefetch(&ring->all[request->cuts[i + 2 * CUTS_AHEAD]], 1);
  if (i + CUTS_AHEAD >= request->cut_count || request->cuts[i + CUTS_AHEAD] == ENTRY_NONE)
    return;
  if (reader->pool.count > 0) {
    prepare_chain(reader, request->cuts[i + CUTS_AHEAD]);
    return;
  }
  const uint64_t record_bytes = reader->source->columns[request->column].record_bytes;
  const uint8_t *place = order_destination(reader, request->cuts[i + CUTS_AHEAD], request->column);
  if (reader->is_past_cache) { /* only lines that other records share are read */
    __builtin_prefetch(place, 1);
    __builtin_prefetch(place + record_bytes - 1, 1);
    return;
  }
  const uint64_t lines = record_bytes < LINES_AHEAD_BYTES ? record_bytes : LINES_AHEAD_BYTES;
  for (uint64_t line = 0; line < lines; line += 64)
    __builtin_prefetch(place + line, 1);
}

/* The records that were read just now. */
static void cut_all(penstock_reader *reader, request *request) {
  source_pass pass;
  begin_pass(&pass, reader, request);
  for (uint32_t i = request->first; i < request->end; i++) {
    prepare_cuts(reader, request, i);
    const uint32_t entry = request->cuts[i];
    if (entry == ENTRY_NONE)
      continue;
    const record_span found = locate(&pass, reader, entry);
    const cut cut = cut_of(request, found);
    copy_cut(reader, request, entry, found, cut);
    settle_cut(reader, request, entry, cut);
  }
  stream_end();
}

void gather_copy(const penstock_reader *reader, request *request) {
  source_pass pass;
  begin_pass(&pass, reader, request);
  uint64_t bytes = 0;
  for (uint32_t i = request->first; i < request->end; i++) {
    prepare_cuts(reader, request, i);
    const uint32_t entry = request->cuts[i];
    if (entry == ENTRY_NONE)
      continue;
    const record_span found = locate(&pass, reader, entry);
    const cut cut = cut_of(request, found);
    copy_cut(reader, request, entry, found, cut);
    bytes += cut.end - cut.begin;
  }
  request->copied_bytes = bytes;
  stream_end();
}

/* The same records, when they have been copied: only where the file has ended before all of them
 * they are looked up again. */
static void settle_all(penstock_reader *reader, const request *request) {
  const int is_complete = request->done_bytes >= request->needed_bytes;
  source_pass pass;
  begin_pass(&pass, reader, request);
  reader->statistics.bytes_wanted += is_complete ? request->copied_bytes : 0;
  for (uint32_t i = request->first; i < request->end; i++) {
    if (i + 2 * CUTS_AHEAD < request->end)
      __builtin_prefetch(&reader->entries.all[request->cuts[i + 2 * CUTS_AHEAD]], 1);
    const uint32_t entry = request->cuts[i];
    if (entry == ENTRY_NONE)
      continue;
    if (is_complete)
      gather_let_go(reader, entry, request->column, 0);
    else
      settle_cut(reader, request, entry, cut_of(request, locate(&pass, reader, entry)));
  }
}

static void fail_all(penstock_reader *reader, request *request, part part, int32_t status) {
  for (uint32_t i = part.first; i < part.end; i++)
    if (request->cuts[i] != ENTRY_NONE)
      gather_let_go(reader, request->cuts[i], request->column, status);
}

void gather_drop(penstock_reader *reader, request *request) {
  PENSTOCK_ASSERT(reader->in_flight > 0 &&
                  reader->free_request_count < reader->options.queue_depth);
  staging_free(&reader->staging, request);
  head_dropped(reader, request);
  request->is_under_way = 0;
  reader->free_requests[reader->free_request_count++] = (uint32_t)(request - reader->requests);
  reader->in_flight--;
}

static void release(penstock_reader *reader, request *request) {
  const source_file *file = &reader->source->files[request->file];
  /* This is only advice: pages that cannot be dropped stay. */
  if (reader->options.drop_behind && reader->options.io == PENSTOCK_IO_BUFFERED &&
      !reader->backend.drops_behind)
    io_drop_pages(file, request->offset_bytes, request->length_bytes);
  gather_drop(reader, request);
}

static int32_t start_again(penstock_reader *reader, request *request) {
  reader->statistics.requests++;
  reader->statistics.repeats++;
  request->started_ns = io_now_ns();
  request->is_again = 1;
  const int32_t status = reader->backend.start(&reader->backend, request);
  if (status < 0)
    gather_drop(reader, request);
  return status;
}

static part part_now(const request *request) {
  return (part){.first = request->first, .end = request->end};
}

/* Starts the read for the records of the present part, to the beginning of the same memory. Another
 * request may have the beginning of the first one; then only the rest is read. Returns 1, 0 when
 * all of them were given up, or -errno. */
static int32_t start_part(penstock_reader *reader, request *request) {
  const uint32_t alignment =
      source_offset_alignment(&reader->source->files[request->file], reader->options.io);
  uint64_t begin = UINT64_MAX;
  uint64_t end = 0; /* of records that overlap the last one may not be the one that ends last */
  source_pass pass;
  begin_pass(&pass, reader, request);
  for (uint32_t i = request->first; i < request->end; i++) {
    if (request->cuts[i] == ENTRY_NONE)
      continue;
    const record_span found = locate(&pass, reader, request->cuts[i]);
    begin = found.offset_bytes < begin ? found.offset_bytes : begin;
    if (found.offset_bytes + found.length_bytes > end)
      end = found.offset_bytes + found.length_bytes;
  }
  if (end == 0)
    return 0;
  begin = begin > request->origin_bytes ? begin : request->origin_bytes;
  request->offset_bytes = round_down(begin, alignment);
  request->length_bytes = (uint32_t)(round_up(end, alignment) - request->offset_bytes);
  request->needed_bytes = (uint32_t)(end - request->offset_bytes);
  request->done_bytes = 0;
  request->attempts = 0;
  request->busy = 0;
  const int32_t status = start_again(reader, request);
  return status < 0 ? status : 1;
}

/* Goes on with the next part that is still wanted. */
static int32_t next_part(penstock_reader *reader, request *request) {
  for (uint32_t i = request->first; i < request->end; i++)
    request->cuts[i] = ENTRY_NONE;
  while (request->later_count > 0) {
    const part next = request->later[--request->later_count];
    request->first = next.first;
    request->end = next.end;
    const int32_t status = start_part(reader, request);
    if (status != 0)
      return status < 0 ? status : 0;
  }
  release(reader, request);
  return 0;
}

/* The half with the record that is due first comes first: if that record fails, the consumer hears
 * of it early. */
static int32_t halve(penstock_reader *reader, request *request) {
  PENSTOCK_ASSERT(request->later_count < MAX_HALVINGS);
  const uint32_t middle = request->first + (request->end - request->first) / 2;
  uint32_t due = request->first;
  uint32_t least = UINT32_MAX;
  for (uint32_t i = request->first; i < request->end; i++) {
    if (request->cuts[i] == ENTRY_NONE || entry_age(&reader->entries, request->cuts[i]) >= least)
      continue;
    least = entry_age(&reader->entries, request->cuts[i]);
    due = i;
  }
  if (due < middle) {
    request->later[request->later_count++] = (part){.first = middle, .end = request->end};
    request->end = middle;
  } else {
    request->later[request->later_count++] = (part){.first = request->first, .end = middle};
    request->first = middle;
  }
  const int32_t status = start_part(reader, request);
  return status == 0 ? next_part(reader, request) : status < 0 ? status : 0;
}

/* One bad sector must fail one record only, with as few reads as possible, because some devices
 * take long over each error: the records of a merged read are read in halves, of which one fails
 * again. The whole read and single records get a second try, halves do not. */
static int32_t fail(penstock_reader *reader, request *request, int32_t status) {
  const uint32_t count = request->end - request->first;
  const int is_half = count < request->cut_count && count > 1;
  if (request->is_given_up || verdict_of(status) == VERDICT_FINAL) {
    fail_all(reader, request, part_now(request), status);
    while (request->later_count > 0)
      fail_all(reader, request, request->later[--request->later_count], status);
    release(reader, request);
    return 0;
  }
  if (++request->attempts < MAX_ATTEMPTS_ERROR && !is_half)
    return start_again(reader, request);
  if (count > 1)
    return halve(reader, request);
  fail_all(reader, request, part_now(request), status);
  return next_part(reader, request);
}

/* Fewer bytes came than are needed: the rest is read, until the end of the file. A direct read that
 * ends within a block has reached that end: what follows cannot be read directly, and does not
 * exist. */
static int32_t go_on(penstock_reader *reader, request *request, uint32_t got, int *ended) {
  const uint32_t alignment =
      source_offset_alignment(&reader->source->files[request->file], reader->options.io);
  *ended = got == 0 || got % alignment != 0;
  if (*ended)
    return 0;
  reader->statistics.short_reads++;
  return start_again(reader, request);
}

/* The records of the present part are where they belong. */
static int32_t leave_part(penstock_reader *reader, request *request) {
  if (request->later_count > 0)
    return next_part(reader, request);
  release(reader, request);
  return 0;
}

int32_t gather_completion(penstock_reader *reader, request *request, int32_t result) {
  if (result < 0 && verdict_of(result) == VERDICT_BUSY)
    return ++request->busy < MAX_ATTEMPTS_BUSY ? start_again(reader, request)
                                               : fail(reader, request, -EIO);
  if (result < 0)
    return fail(reader, request, result);
  request->done_bytes += (uint32_t)result;
  if (request->done_bytes < request->needed_bytes) {
    int ended;
    const int32_t status = go_on(reader, request, (uint32_t)result, &ended);
    if (!ended)
      return status;
  }
  if (help_is_worth(reader, request)) {
    help_post(reader, request);
    return 0;
  }
  cut_all(reader, request);
  return leave_part(reader, request);
}

int32_t gather_copied(penstock_reader *reader, request *request) {
  settle_all(reader, request);
  return leave_part(reader, request);
}
