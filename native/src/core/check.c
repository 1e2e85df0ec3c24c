/* What must be true of a reader between two calls. Only in test builds.
 *
 * The owners of things are compared without memory of its own: each entry, cell or request is given
 * a random number, and the numbers of both sides are summed up. */
#include "core/check.h"

#ifdef PENSTOCK_CHECK
#include <assert.h>

#include "core/cache.h"
#include "core/cells.h"
#include "core/common.h"
#include "core/reader.h"

/* How many entries, lists and cells are checked per call, on average. */
#define CHECKED_PER_CALL 256

static uint64_t number_of(uint64_t value) {
  value = (value + 1) * UINT64_C(0x9e3779b97f4a7c15);
  value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  return value ^ value >> 27;
}

/* ---- Small parts: always --------------------------------------------------------------------- */

static void check_sequence(const penstock_reader *reader) {
  const entry_ring *ring = &reader->entries;
  assert(ring->taken <= ring->ready && ring->ready <= ring->ordered);
  assert(ring->taken <= ring->admitted && ring->admitted <= ring->ordered);
  assert(ring->ordered - ring->taken <= ring->capacity);
  assert(ring->oldest == entry_at(ring, ring->taken));
  const window_queue *windows = &reader->windows;
  assert(windows->count <= MAX_WINDOW_ENDS && windows->open <= ring->ordered);
  for (uint32_t i = 0; i < windows->count; i++)
    assert(windows->ends[(windows->first + i) % MAX_WINDOW_ENDS] <= ring->ordered);
}

/* Batches lie one after another and hold all that is ordered. */
static void check_batches(const penstock_reader *reader) {
  if (cells_exist(reader)) {
    assert(reader->batch_count == 0);
    return;
  }
  uint64_t at = reader->entries.taken;
  for (uint32_t i = 0; i < reader->batch_count; i++) {
    const slot_batch *batch =
        &reader->batches[(reader->batch_first + i) % PENSTOCK_MAX_SLOT_BATCHES];
    assert(batch->first == at && batch->address % PENSTOCK_BLOCK_BYTES == 0);
    at += batch->count;
  }
  assert(at == reader->entries.ordered);
}

/* A request is free, under way, or the one that loads resident columns. */
static void check_requests(const penstock_reader *reader) {
  const uint32_t depth = reader->options.queue_depth;
  uint64_t all = 0;
  uint64_t found = 0;
  uint32_t busy = 0;
  for (uint32_t i = 0; i < depth; i++) {
    const request *request = &reader->requests[i];
    all += number_of(i);
    if (request->is_under_way || request == reader->loading.request) {
      busy++;
      found += number_of(i);
      assert(request->done_bytes < request->length_bytes || request->is_copying);
      assert(request->first <= request->end);
      assert(request->end <= request->cut_count && request->cut_count <= reader->cut_capacity);
    }
  }
  for (uint32_t i = 0; i < reader->free_request_count; i++)
    found += number_of(reader->free_requests[i]);
  assert(found == all);
  assert(busy == reader->in_flight + help_count(reader));
  assert(busy + reader->free_request_count == depth);
  assert(reader->pace.depth >= 1 && reader->pace.depth <= depth);
}

/* Chunks lie one after another, the oldest is in use, and each that is in use has its request. */
static void check_staging(const penstock_reader *reader) {
  const staging_ring *ring = &reader->staging;
  uint64_t at = ring->oldest_begin;
  uint64_t used = 0;
  assert(ring->chunk_count <= ring->chunk_capacity);
  for (uint32_t i = 0; i < ring->chunk_count; i++) {
    const uint32_t chunk = (ring->chunk_first + i) % ring->chunk_capacity;
    assert(ring->chunks[chunk].end > at && (i > 0 || !ring->chunks[chunk].freed));
    at = ring->chunks[chunk].end;
    used += ring->chunks[chunk].freed ? 0 : number_of(chunk);
  }
  assert(at == ring->newest_end && at - ring->oldest_begin <= ring->bytes);
  for (uint32_t i = 0; i < reader->options.queue_depth; i++) {
    const request *request = &reader->requests[i];
    if (!request->is_under_way || request->chunk == 0)
      continue;
    const uint8_t *memory = request->straight ? request->edges : request->base;
    assert(memory >= ring->base && memory < ring->base + ring->bytes);
    used -= number_of(request->chunk - 1);
  }
  assert(used == 0);
}

/* ---- Large parts: now and then --------------------------------------------------------------- */

/* Each hold of an entry is a request's that reads it, or a column's that has not yet issued all of
 * its reads for it. */
static void check_holds(const penstock_reader *reader) {
  const entry_ring *ring = &reader->entries;
  uint64_t holds = 0;
  for (uint64_t at = ring->taken; at < ring->ordered; at++) {
    const uint32_t entry = entry_at(ring, at);
    const uint64_t count = ring->all[entry].word >> PENSTOCK_MAX_RECORDS_LOG2;
    holds += number_of(entry) * count;
    assert((entry_state(ring, entry) == ENTRY_READING) == (count > 0));
    assert(at >= ring->ready || entry_state(ring, entry) == ENTRY_LOADED);
    assert(entry_index(ring, entry) < reader->source->record_count);
  }
  for (uint32_t i = 0; i < reader->options.queue_depth; i++) {
    const request *request = &reader->requests[i];
    for (uint32_t cut = 0; request->is_under_way && cut < request->cut_count; cut++)
      holds -= request->cuts[cut] == ENTRY_NONE ? 0 : number_of(request->cuts[cut]);
  }
  const visit *visits[] = {&reader->elevator.sweep, &reader->elevator.urgent};
  for (uint32_t v = 0; v < 2; v++)
    for (uint32_t i = 0; i < reader->active_count; i++)
      for (uint32_t k = visits[v]->cursors[reader->active[i]].next; k < visits[v]->count; k++)
        holds -= number_of((uint32_t)visits[v]->keys[k]);
  assert(holds == 0);
}

/* The entries of a list: all pending, and in the list of their record. Returns their numbers. */
static uint64_t check_list(const penstock_reader *reader, uint32_t first, uint64_t list,
                           int is_head) {
  const entry_ring *ring = &reader->entries;
  uint64_t found = 0;
  uint64_t length = 0;
  for (uint32_t entry = first; entry != ENTRY_NONE; entry = entry_value(ring, entry)) {
    assert(entry < ring->capacity && ++length <= ring->capacity);
    assert(entry_state(ring, entry) == ENTRY_PENDING);
    assert(entry_index(ring, entry) >> reader->elevator.list_shift == list);
    assert(is_head == (entry < reader->elevator.head && entry >= ring->taken));
    found += number_of(entry);
  }
  return found;
}

/* The same of the entries of a window that wait in a bucket. */
static uint64_t check_window(const penstock_reader *reader, uint32_t bucket) {
  const elevator *elevator = &reader->elevator;
  const window_entries *window = &elevator->window;
  uint64_t found = 0;
  if (!(elevator->waiting[bucket >> 6] >> (bucket & 63) & 1))
    return 0;
  assert(window->begins[bucket] < window->ends[bucket]);
  assert(window->ends[bucket] <= reader->entries.capacity);
  for (uint32_t at = window->begins[bucket]; at < window->ends[bucket]; at++) {
    const uint32_t entry = (uint32_t)window->keys[at];
    assert(entry_state(&reader->entries, entry) == ENTRY_PENDING);
    assert(entry_index(&reader->entries, entry) ==
           ((uint64_t)bucket << elevator->shift) + (window->keys[at] >> 32));
    found += number_of(entry);
  }
  return found;
}

/* What the elevator knows and has not visited waits in its list, and nothing else does. A bucket is
 * marked when any of its lists has an entry. */
static void check_lists(const penstock_reader *reader) {
  const entry_ring *ring = &reader->entries;
  const elevator *elevator = &reader->elevator;
  uint64_t pending = 0;
  for (uint64_t at = ring->taken; at < ring->admitted; at++)
    if (entry_state(ring, entry_at(ring, at)) == ENTRY_PENDING &&
        !elevator_is_giant(reader, entry_at(ring, at)))
      pending += number_of(entry_at(ring, at));
  for (uint32_t bucket = 0; bucket < elevator->count; bucket++) {
    if (reader->options.windowed) {
      pending -= check_window(reader, bucket);
      continue;
    }
    const uint32_t count = lists_per_bucket(elevator);
    int is_waiting = 0;
    for (uint64_t list = (uint64_t)bucket * count; list < (uint64_t)(bucket + 1) * count; list++) {
      is_waiting |= elevator->lists[list] != ENTRY_NONE || elevator->head_lists[list] != ENTRY_NONE;
      pending -= check_list(reader, elevator->lists[list], list, 0);
      pending -= check_list(reader, elevator->head_lists[list], list, 1);
    }
    assert((int)(elevator->waiting[bucket >> 6] >> (bucket & 63) & 1) == is_waiting);
  }
  assert(pending == 0);
}

/* A cell is free or has one record. Kept cells belong to their records. */
static void check_cells(const penstock_reader *reader) {
  const entry_ring *ring = &reader->entries;
  const uint64_t first = reader->cache.cached;
  const uint64_t count = reader->options.cell_count;
  uint64_t cells = 0;
  uint64_t failed = 0;
  assert(reader->next_cell <= count && reader->free_cell_count <= reader->next_cell);
  for (uint64_t cell = first; cell < first + reader->next_cell; cell++)
    cells += number_of(cell);
  for (uint32_t i = 0; i < reader->free_cell_count; i++)
    cells -= number_of(reader->free_cells[i]);
  for (uint64_t at = ring->taken; at < ring->ordered; at++) {
    const uint32_t entry = entry_at(ring, at);
    const uint32_t cell = entry_value(ring, entry);
    failed += (uint64_t)entry_has_failed(ring, entry);
    if (entry_state(ring, entry) == ENTRY_PENDING || cell == ENTRY_NONE)
      continue;
    if (cell < first)
      assert(cell == cache_cell(&reader->cache, entry_index(ring, entry)));
    else
      cells -= number_of(cell);
  }
  assert(cells == 0);
  assert(failed == ring->failed);
}

/* The numbers of a run's chunks, which are in use. */
static uint64_t check_run(const chunk_pool *pool, uint32_t first, uint64_t count) {
  uint64_t found = 0;
  assert(count > 0 && first < pool->count && count <= pool->count - first);
  for (uint32_t chunk = first; chunk < first + count; chunk++) {
    assert(!(pool->vacant[chunk >> 6] >> (chunk & 63) & 1));
    found += number_of(chunk);
  }
  return found;
}

/* The same for a chain with links. */
static uint64_t check_chain(const chunk_pool *pool, uint32_t first) {
  uint64_t found = 0;
  uint64_t length = 0;
  for (uint32_t chunk = first; chunk != CHUNK_NONE;) {
    assert(chunk < pool->count);
    const chunk_run run = chain_run(pool, chunk);
    found += check_run(pool, run.first, run.count);
    length += run.count;
    assert(length <= pool->count && run.next != chunk + run.count);
    chunk = run.next;
  }
  return found;
}

static uint64_t check_record(const penstock_reader *reader, uint32_t entry, uint64_t bytes) {
  const uint32_t first = entry_value(&reader->entries, entry);
  return entry_is_one_run(&reader->entries, entry)
             ? check_run(&reader->pool, first, chunks_for(&reader->pool, bytes))
             : check_chain(&reader->pool, first);
}

/* A chunk is free, or in the chain of one record or of a kept one. The elevator knows how many
 * bytes it has taken on. */
static void check_chunks(const penstock_reader *reader) {
  const entry_ring *ring = &reader->entries;
  const chunk_pool *pool = &reader->pool;
  uint64_t chunks = 0;
  uint32_t vacant = 0;
  for (uint32_t chunk = 0; chunk < pool->count; chunk++) {
    const int is_free = pool->vacant[chunk >> 6] >> (chunk & 63) & 1;
    vacant += (uint32_t)is_free;
    chunks += is_free ? 0 : number_of(chunk);
  }
  assert(vacant == pool->free_count);
  assert(reader->cache.chunks <= reader->cache.most_chunks);
  assert(pool->free_count >= reader->cache.most_chunks - reader->cache.chunks);
  for (uint64_t i = 0; reader->cache.kept && i < reader->cache.cached; i++)
    chunks -= check_chain(pool, reader->cache.kept[i]);
  uint64_t admitted_bytes = 0;
  uint64_t failed = 0;
  for (uint64_t at = ring->taken; at < ring->ordered; at++) {
    const uint32_t entry = entry_at(ring, at);
    const uint64_t index = entry_index(ring, entry);
    failed += (uint64_t)entry_has_failed(ring, entry);
    const uint64_t bytes = cells_record_bytes(reader, index);
    if (at < ring->admitted && !reader->options.windowed)
      admitted_bytes += elevator_counted(&reader->elevator, at, bytes);
    assert(entry_bytes(ring, entry) == BYTES_UNKNOWN || entry_bytes(ring, entry) == bytes);
    if (entry_state(ring, entry) != ENTRY_PENDING && entry_value(ring, entry) != ENTRY_NONE &&
        !cache_keeps(&reader->cache, index, entry_value(ring, entry)))
      chunks -= check_record(reader, entry, bytes);
  }
  assert(chunks == 0);
  assert(failed == ring->failed);
  assert(admitted_bytes == reader->elevator.admitted_bytes);
}

void check_invariants(penstock_reader *reader) {
  if (reader->check.is_suspended)
    return;
  check_sequence(reader);
  check_batches(reader);
  check_requests(reader);
  check_staging(reader);
  const uint64_t size = (reader->entries.ordered - reader->entries.taken) +
                        reader->options.cell_count + reader->pool.count +
                        (uint64_t)reader->elevator.count * lists_per_bucket(&reader->elevator);
  reader->check.credit += CHECKED_PER_CALL;
  if (reader->check.credit < size)
    return;
  reader->check.credit = 0;
  check_holds(reader);
  check_lists(reader);
  if (reader->pool.count > 0)
    check_chunks(reader);
  else
    check_cells(reader);
}

void check_suspend(penstock_reader *reader) { reader->check.is_suspended = 1; }

void check_resume(penstock_reader *reader) { reader->check.is_suspended = 0; }
#endif
