/* The elevator decides which records are read next. The file is cut into buckets of neighbouring
 * records; the elevator goes over them from first to last, again and again, and at each takes all
 * records of the order that wait there.
 *
 * With cells this is Knuth's snowplow (The Art of Computer Programming, volume 3, 5.4.1: runs of
 * twice the memory): when the elevator passes a place, it takes the records there that are due
 * before it comes back, so a record waits in its cell for half a sweep on average, and cells for W
 * records serve a horizon of 2 W. Loading W records and using them up before the next W are loaded
 * needs twice the sweeps.
 *
 * In a windowed order the elevator goes over the buckets of one window, then over those of the
 * next; the cells that it needs come back from the window before.
 *
 * It must not read anything: extent.c turns its visits into requests. */
#include <errno.h>
#include <string.h>

#include "core/cache.h"
#include "core/cells.h"
#include "core/common.h"
#include "core/elevator.h"
#include "core/head.h"
#include "core/order.h"
#include "core/reader.h"

/* Entries of a visit lie anywhere: they are prefetched so many ahead. */
#define ENTRIES_AHEAD 16

static uint32_t bucket_of(const elevator *elevator, uint64_t index) {
  return (uint32_t)(index >> elevator->shift);
}

/* The list that a pending entry waits in. Entries of the head have lists of their own, which are
 * short, because single entries are taken out of them again and again. Sequence numbers begin at 0,
 * so an entry belongs to the head if it is one of the first and was not taken and ordered anew. */
static uint32_t *list_of(penstock_reader *reader, uint32_t entry) {
  elevator *elevator = &reader->elevator;
  const int is_head = entry < elevator->head && entry >= reader->entries.taken;
  const uint64_t list = entry_index(&reader->entries, entry) >> elevator->list_shift;
  return &(is_head ? elevator->head_lists : elevator->lists)[list];
}

void elevator_push(penstock_reader *reader, uint32_t entry) {
  elevator *elevator = &reader->elevator;
  const uint32_t bucket = bucket_of(elevator, entry_index(&reader->entries, entry));
  elevator->waiting[bucket >> 6] |= UINT64_C(1) << (bucket & 63);
  if (reader->options.windowed) {
    window_return(reader, bucket, entry);
    return;
  }
  uint32_t *list = list_of(reader, entry);
  entry_set(&reader->entries, entry, ENTRY_PENDING, *list);
  *list = entry;
}

static int next_bucket(elevator *elevator, uint32_t begin, uint32_t end, uint32_t *found) {
  uint32_t at = begin;
  while (at < end) {
    const uint64_t bits = elevator->waiting[at >> 6] >> (at & 63);
    if (bits != 0) {
      at += (uint32_t)__builtin_ctzll(bits);
      *found = at;
      return at < end;
    }
    at = (at | 63) + 1;
  }
  return 0;
}

static void begin_visit(penstock_reader *reader, visit *visit, uint64_t span) {
  entry_ring *ring = &reader->entries;
  visit_sort(visit, span);
  memset(visit->cursors, 0, sizeof visit->cursors);
  visit->is_planned = 0;
  for (uint32_t i = 0; i < visit->count; i++) {
    if (i + ENTRIES_AHEAD < visit->count)
      __builtin_prefetch(&ring->all[(uint32_t)visit->keys[i + ENTRIES_AHEAD]], 1);
    const uint32_t entry = (uint32_t)visit->keys[i];
    /* Each column holds the entry until it has issued all of its reads for it. */
    entry_hold(ring, entry, reader->active_count);
    entry_set(ring, entry, ENTRY_READING,
              cache_exists(&reader->cache) ? cache_cell(&reader->cache, entry_index(ring, entry))
                                           : ENTRY_NONE);
  }
  if (reader->options.windowed && reader->pool.count > 0)
    visit_measure(reader, visit);
}

/* Moves entries of a bucket's lists to the visit, as many as fit. The lists take turns, so that the
 * processor fetches the next entries of all of them at the same time. */
static void visit_lists(penstock_reader *reader, uint32_t *lists) {
  const entry_ring *ring = &reader->entries;
  visit *visit = &reader->elevator.sweep;
  const uint64_t base = visit->base;
  const uint32_t list_count = lists_per_bucket(&reader->elevator);
  uint64_t *keys = visit->keys;
  uint32_t count = visit->count;
  uint32_t before;
  do {
    before = count;
    for (uint32_t i = 0; i < list_count && count < visit->capacity; i++) {
      const uint32_t entry = lists[i];
      if (entry == ENTRY_NONE)
        continue;
      const uint32_t next = entry_value(ring, entry);
      keys[count++] = (entry_index(ring, entry) - base) << 32 | entry;
      lists[i] = next;
      if (next != ENTRY_NONE)
        __builtin_prefetch(&ring->all[next], 1);
    }
  } while (count > before);
  visit->count = count;
}

static int is_empty(const penstock_reader *reader, uint32_t bucket) {
  const elevator *elevator = &reader->elevator;
  if (reader->options.windowed)
    return window_is_empty(&elevator->window, bucket);
  const uint32_t list_count = lists_per_bucket(elevator);
  const uint64_t first = (uint64_t)bucket * list_count;
  for (uint64_t list = first; list < first + list_count; list++)
    if (elevator->head_lists[list] != ENTRY_NONE || elevator->lists[list] != ENTRY_NONE)
      return 0;
  return 1;
}

static void unmark_if_empty(penstock_reader *reader, uint32_t bucket) {
  if (is_empty(reader, bucket))
    reader->elevator.waiting[bucket >> 6] &= ~(UINT64_C(1) << (bucket & 63));
}

static void visit_bucket(penstock_reader *reader, uint32_t bucket) {
  elevator *elevator = &reader->elevator;
  elevator->sweep.base = (uint64_t)bucket << elevator->shift;
  elevator->sweep.count = 0;
  const uint64_t first = (uint64_t)bucket * lists_per_bucket(elevator);
  if (reader->options.windowed) {
    window_visit(reader, bucket, &elevator->sweep);
  } else {
    visit_lists(reader, &elevator->head_lists[first]);
    visit_lists(reader, &elevator->lists[first]);
  }
  /* A bucket with more entries than fit in a visit is visited again at once. */
  elevator->stay = !is_empty(reader, bucket);
  unmark_if_empty(reader, bucket);
  begin_visit(reader, &elevator->sweep, ((uint64_t)1 << elevator->shift) - 1);
}

/* Nothing is left to visit: looks further ahead. Returns whether there may be something now. */
static int look_ahead(penstock_reader *reader) {
  if (reader->options.windowed)
    return window_open(reader);
  if (reader->entries.admitted >= reader->entries.ordered || elevator_is_at_horizon(reader))
    return 0;
  elevator_sweep_ended(reader); /* nothing was near enough */
  elevator_admit(reader);
  return 1;
}

static int advance(penstock_reader *reader) {
  elevator *elevator = &reader->elevator;
  uint32_t bucket;
  if (!elevator->is_open)
    return 0;
  const uint32_t from = elevator->place + !elevator->stay;
  if (!elevator->started || !next_bucket(elevator, from, elevator->count, &bucket)) {
    if (elevator->started) {
      elevator_sweep_ended(reader);
      elevator->started = 0;
      elevator_admit(reader);
    }
    while (!next_bucket(elevator, 0, elevator->count, &bucket))
      if (!look_ahead(reader))
        return 0;
  }
  elevator->started = 1;
  elevator->place = bucket;
  elevator_passes(elevator, bucket);
  visit_bucket(reader, bucket);
  return 1;
}

/* Only for urgent reads and for batches that are given up: a batch at most. */
void elevator_remove(penstock_reader *reader, uint32_t entry) {
  entry_ring *ring = &reader->entries;
  elevator *elevator = &reader->elevator;
  if (elevator_is_giant(reader, entry))
    return;
  const uint32_t bucket = bucket_of(elevator, entry_index(ring, entry));
  if (reader->options.windowed) {
    window_remove(reader, bucket, entry);
    unmark_if_empty(reader, bucket);
    return;
  }
  uint32_t *list = list_of(reader, entry);
  uint32_t at = *list;
  if (at == entry) {
    *list = entry_value(ring, entry);
    unmark_if_empty(reader, bucket);
    return;
  }
  PENSTOCK_ASSERT(entry_state(ring, entry) == ENTRY_PENDING && at != ENTRY_NONE);
  while (entry_value(ring, at) != entry) {
    at = entry_value(ring, at);
    PENSTOCK_ASSERT(at != ENTRY_NONE);
  }
  entry_set(ring, at, ENTRY_PENDING, entry_value(ring, entry));
}

/* Returns entries of the sweep that no column has begun to read to their bucket: when all cells are
 * taken, the records that the consumer waits for may be among them. The elevator stays there. */
static void abandon_sweep(penstock_reader *reader) {
  elevator *elevator = &reader->elevator;
  visit *visit = &elevator->sweep;
  uint32_t begun = 0;
  for (uint32_t i = 0; i < reader->active_count; i++) {
    const uint32_t column = reader->active[i];
    const uint32_t end = visit->cursors[column].next + (visit->cursors[column].part_bytes > 0);
    begun = end > begun ? end : begun;
  }
  for (uint32_t i = begun; i < visit->count; i++) {
    const uint32_t entry = (uint32_t)visit->keys[i];
    reader->entries.all[entry].word &= INDEX_MASK;
    elevator_push(reader, entry);
    elevator->stay = 1;
  }
  if (visit->count > begun)
    visit->count = begun;
  visit->is_planned = 0;
}

/* Takes on the entries from `begin` to `end` that no visit has yet. */
static int visit_urgent(penstock_reader *reader, uint64_t begin, uint64_t end) {
  entry_ring *ring = &reader->entries;
  visit *visit = &reader->elevator.urgent;
  visit->count = 0;
  for (uint64_t at = begin; at < end && visit->count < visit->capacity; at++) {
    const uint32_t entry = entry_at(ring, at);
    if (entry_state(ring, entry) != ENTRY_PENDING)
      continue;
    if (at < ring->admitted)
      elevator_remove(reader, entry);
    else if (cache_serve(reader, entry))
      continue;
    visit->keys[visit->count++] = entry_index(ring, entry) >> visit->shift << 32 | entry;
  }
  begin_visit(reader, visit, UINT32_MAX);
  return visit->count > 0;
}

static int visit_done(const penstock_reader *reader, const visit *visit) {
  for (uint32_t i = 0; i < reader->active_count; i++)
    if (visit->cursors[reader->active[i]].next < visit->count)
      return 0;
  return 1;
}

/* Those of the head that the sweep has not brought. */
static int visit_head(penstock_reader *reader) {
  uint64_t begin;
  uint64_t end;
  while (head_due(reader, &begin, &end))
    if (visit_urgent(reader, begin, end))
      return 1;
  return 0;
}

/* All cells may hold records that are due later than those that the consumer waits for, or a visit
 * may be waiting for cells itself: then the records are read into the reserve, whatever it costs.
 */
static int visit_forced(penstock_reader *reader, uint64_t wanted) {
  const entry_ring *ring = &reader->entries;
  const int has_stopped = !visit_done(reader, &reader->elevator.sweep);
  abandon_sweep(reader);
  /* The reserve is for one batch: later records could take the cells that this one needs. */
  uint64_t most = ring->ordered - ring->taken;
  if (most > reader->options.batch_size)
    most = reader->options.batch_size;
  uint64_t units = 0;
  const int is_any =
      visit_urgent(reader, ring->ready,
                   elevator_fit_reserve(reader, ring->taken,
                                        ring->taken + (wanted < most ? wanted : most), &units));
  reader->elevator.lacked += has_stopped ? reader->elevator.urgent.count : 0;
  return is_any;
}

visit *elevator_visit(penstock_reader *reader, uint64_t forced) {
  elevator *elevator = &reader->elevator;
  if (!visit_done(reader, &elevator->urgent))
    return &elevator->urgent;
  if (forced > 0 ? visit_forced(reader, forced) : visit_head(reader))
    return &elevator->urgent;
  if (!visit_done(reader, &elevator->sweep))
    return &elevator->sweep;
  return advance(reader) ? &elevator->sweep : NULL;
}

void elevator_reset(penstock_reader *reader) {
  elevator *elevator = &reader->elevator;
  const uint64_t list_count =
      reader->options.windowed ? 0 : (uint64_t)elevator->count * lists_per_bucket(elevator);
  for (uint64_t i = 0; i < list_count; i++)
    elevator->lists[i] = elevator->head_lists[i] = ENTRY_NONE;
  memset(elevator->waiting, 0, sizeof *elevator->waiting * (elevator->count / 64 + 1));
  reader->statistics.sweeps += elevator->sweeps;
  elevator->place = 0;
  elevator->started = 0;
  elevator->sweeps = 0;
  elevator->horizon = reader->entries.capacity;
  elevator->lacked = 0;
  elevator_reset_admission(reader);
  head_reset(reader);
  elevator->is_open = elevator->head == 0;
  reader->entries.admitted = 0;
  elevator->stay = 0;
  elevator->sweep.count = 0;
  elevator->urgent.count = 0;
}
