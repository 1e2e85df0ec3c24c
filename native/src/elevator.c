/* The elevator decides which records are read next. The file is cut into buckets of neighbouring
 * records; the elevator goes over them from first to last, again and again, and at each takes all
 * records of the order that wait there.
 *
 * With cells this is Knuth's snowplow (The Art of Computer Programming, volume 3, 5.4.1: runs of
 * twice the memory): when the elevator passes a place, it takes the records there that are due
 * before it comes back, so a record waits in its cell for half a sweep on average, and cells for W
 * records serve a horizon of 2 W. Loading and using up one window of W after the other needs twice
 * the sweeps.
 *
 * It must not read anything: extent.c turns its visits into requests. */
#include <errno.h>
#include <string.h>

#include "internal.h"

static uint32_t bucket_of(const elevator *lift, uint64_t index) {
  return (uint32_t)(index >> lift->shift);
}

static void bucket_push(penstock_reader *reader, uint32_t entry) {
  elevator *lift = &reader->elevator;
  const uint32_t bucket = bucket_of(lift, entry_index(&reader->entries, entry));
  entry_set(&reader->entries, entry, ENTRY_PENDING, lift->heads[bucket]);
  lift->heads[bucket] = entry;
  lift->waiting[bucket >> 6] |= UINT64_C(1) << (bucket & 63);
}

/* How far ahead of the oldest record the elevator may look, as a sequence number. During its first
 * sweep the horizon grows with the elevator's place, else the places passed first would fill all
 * cells with records that are due late. A small part is open at once, so that it has a start. */
static uint64_t admission_limit(const penstock_reader *reader) {
  const elevator *lift = &reader->elevator;
  const entry_ring *ring = &reader->entries;
  uint64_t limit = ring->taken + ring->capacity;
  if (reader->options.cell_count > 0 && lift->sweeps == 0) {
    const double swept = (double)(lift->place + 1) / lift->count;
    limit = (uint64_t)((double)ring->capacity * (swept < 1.0 / 64 ? 1.0 / 64 : swept));
  }
  return limit < ring->ordered ? limit : ring->ordered;
}

void elevator_admit(penstock_reader *reader) {
  entry_ring *ring = &reader->entries;
  const uint64_t limit = admission_limit(reader);
  if (ring->admitted >= limit)
    return;
  uint32_t entry = entry_at(ring, ring->admitted);
  for (; ring->admitted < limit; ring->admitted++) {
    /* Urgent reads may have been ahead of us. */
    if (entry_state(ring, entry) == ENTRY_PENDING && !cache_serve(reader, entry))
      bucket_push(reader, entry);
    if (++entry == ring->capacity)
      entry = 0;
  }
}

static int next_bucket(elevator *lift, uint32_t begin, uint32_t end, uint32_t *found) {
  uint32_t at = begin;
  while (at < end) {
    const uint64_t bits = lift->waiting[at >> 6] >> (at & 63);
    if (bits != 0) {
      at += (uint32_t)__builtin_ctzll(bits);
      *found = at;
      return at < end;
    }
    at = (at | 63) + 1;
  }
  return 0;
}

/* Radix sort on the index part of the keys: it lies below records_per_bucket, so two or three
 * passes do. Few keys are faster by insertion. */
static void sort_keys(visit *visit, uint64_t span) {
  uint64_t *from = visit->keys;
  uint64_t *to = visit->scratch;
  if (visit->count <= 32) {
    for (uint32_t i = 1; i < visit->count; i++) {
      const uint64_t key = from[i];
      uint32_t at = i;
      for (; at > 0 && from[at - 1] > key; at--)
        from[at] = from[at - 1];
      from[at] = key;
    }
    return;
  }
  for (uint32_t shift = 32; shift < 64 && (span >> (shift - 32)) > 0; shift += 8) {
    uint32_t places[256] = {0};
    for (uint32_t i = 0; i < visit->count; i++)
      places[from[i] >> shift & 255]++;
    uint32_t sum = 0;
    for (uint32_t digit = 0; digit < 256; digit++) {
      const uint32_t size = places[digit];
      places[digit] = sum;
      sum += size;
    }
    for (uint32_t i = 0; i < visit->count; i++)
      to[places[from[i] >> shift & 255]++] = from[i];
    uint64_t *swap = from;
    from = to;
    to = swap;
  }
  visit->keys = from;
  visit->scratch = to;
}

static void begin_visit(penstock_reader *reader, visit *visit, uint64_t span) {
  sort_keys(visit, span);
  memset(visit->cursors, 0, sizeof visit->cursors);
  for (uint32_t i = 0; i < visit->count; i++) {
    const uint32_t entry = (uint32_t)visit->keys[i];
    /* Each column holds the entry until it has issued all of its reads for it. */
    reader->entries.words[entry] += HOLD_ONE * reader->active_count;
    entry_set(&reader->entries, entry, ENTRY_READING,
              cache_cell(&reader->cache, entry_index(&reader->entries, entry)));
  }
}

static void visit_bucket(penstock_reader *reader, uint32_t bucket) {
  elevator *lift = &reader->elevator;
  visit *visit = &lift->sweep;
  const uint64_t base = (uint64_t)bucket << lift->shift;
  visit->count = 0;
  uint32_t entry = lift->heads[bucket];
  while (entry != ENTRY_NONE && visit->count < visit->capacity) {
    const uint32_t next = entry_value(&reader->entries, entry);
    if (next != ENTRY_NONE)
      __builtin_prefetch(&reader->entries.links[next]);
    const uint64_t index = entry_index(&reader->entries, entry);
    visit->keys[visit->count++] = (index - base) << 32 | entry;
    entry = next;
  }
  lift->heads[bucket] = entry;
  /* A bucket with more entries than fit in a visit is visited again at once. */
  lift->stay = entry != ENTRY_NONE;
  if (entry == ENTRY_NONE)
    lift->waiting[bucket >> 6] &= ~(UINT64_C(1) << (bucket & 63));
  begin_visit(reader, visit, ((uint64_t)1 << lift->shift) - 1);
}

static int advance(penstock_reader *reader) {
  elevator *lift = &reader->elevator;
  const entry_ring *ring = &reader->entries;
  uint32_t bucket;
  const uint32_t from = lift->place + !lift->stay;
  if (!lift->started || !next_bucket(lift, from, lift->count, &bucket)) {
    if (lift->started) {
      lift->sweeps++;
      lift->started = 0;
      elevator_admit(reader);
    }
    if (!next_bucket(lift, 0, lift->count, &bucket)) {
      if (ring->admitted == ring->ordered)
        return 0;
      lift->sweeps++; /* nothing was near enough: the next sweep sees farther */
      elevator_admit(reader);
      if (!next_bucket(lift, 0, lift->count, &bucket))
        return 0;
    }
  }
  lift->started = 1;
  lift->place = bucket;
  visit_bucket(reader, bucket);
  return 1;
}

/* Takes an entry out of the list of its bucket. Only urgent reads do this, for a batch or so. */
static void bucket_remove(penstock_reader *reader, uint32_t entry) {
  entry_ring *ring = &reader->entries;
  elevator *lift = &reader->elevator;
  const uint32_t bucket = bucket_of(lift, entry_index(ring, entry));
  uint32_t at = lift->heads[bucket];
  if (at == entry) {
    lift->heads[bucket] = entry_value(ring, entry);
    if (lift->heads[bucket] == ENTRY_NONE)
      lift->waiting[bucket >> 6] &= ~(UINT64_C(1) << (bucket & 63));
    return;
  }
  while (entry_value(ring, at) != entry)
    at = entry_value(ring, at);
  entry_set(ring, at, ENTRY_PENDING, entry_value(ring, entry));
}

/* Gives entries of the sweep that no column has begun with back to their bucket: when all cells are
 * taken, the records that the consumer waits for may be among them. The elevator stays for them. */
static void abandon_sweep(penstock_reader *reader) {
  elevator *lift = &reader->elevator;
  visit *visit = &lift->sweep;
  uint32_t begun = 0;
  for (uint32_t i = 0; i < reader->active_count; i++) {
    const uint32_t column = reader->active[i];
    const uint32_t end = visit->cursors[column].next + (visit->cursors[column].part_bytes > 0);
    begun = end > begun ? end : begun;
  }
  for (uint32_t i = begun; i < visit->count; i++) {
    const uint32_t entry = (uint32_t)visit->keys[i];
    reader->entries.words[entry] &= INDEX_MASK;
    bucket_push(reader, entry);
    lift->stay = 1;
  }
  if (visit->count > begun)
    visit->count = begun;
}

/* Collects those of the oldest `wanted` entries that no visit has taken on yet. */
static int visit_urgent(penstock_reader *reader, uint64_t wanted) {
  entry_ring *ring = &reader->entries;
  visit *visit = &reader->elevator.urgent;
  visit->count = 0;
  const uint64_t end = wanted < ring->ordered - ring->taken ? ring->taken + wanted : ring->ordered;
  for (uint64_t at = ring->ready; at < end && visit->count < visit->capacity; at++) {
    const uint32_t entry = entry_at(ring, at);
    if (entry_state(ring, entry) != ENTRY_PENDING)
      continue;
    if (at < ring->admitted)
      bucket_remove(reader, entry);
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

/* What a request costs, in bytes that could be read instead: a gap as large as that is not worth a
 * request of its own, which is what merge_gap_bytes says. */
static uint64_t request_cost(const penstock_reader *reader, uint64_t bytes) {
  return bytes + reader->options.merge_gap_bytes;
}

/* While the first sweep is under way nothing else could be delivered: a quarter of the device's
 * time goes to the records that the consumer waits for. Later the sweep is always ahead of it. */
static int urgent_is_due(penstock_reader *reader, uint64_t wanted) {
  elevator *lift = &reader->elevator;
  if (wanted == 0 || reader->options.cell_count == 0 || lift->sweeps > 0)
    return 0;
  uint64_t record_bytes = 0;
  for (uint32_t i = 0; i < reader->active_count; i++)
    record_bytes += reader->source->columns[reader->active[i]].record_bytes;
  const uint64_t cost = request_cost(reader, record_bytes) * wanted;
  if (lift->started && lift->credit_bytes < cost)
    return 0;
  lift->credit_bytes -= lift->credit_bytes < cost ? lift->credit_bytes : cost;
  return 1;
}

void elevator_paid(penstock_reader *reader, const visit *visit, uint64_t bytes) {
  if (visit == &reader->elevator.sweep)
    reader->elevator.credit_bytes += request_cost(reader, bytes) / 3;
}

/* The visit whose entries are to be read next, or NULL when there is none. The oldest `wanted`
 * records are what the consumer waits for now; `force` reads them whatever it costs. */
visit *elevator_visit(penstock_reader *reader, uint64_t wanted, int force) {
  elevator *lift = &reader->elevator;
  if (!visit_done(reader, &lift->urgent))
    return &lift->urgent;
  if (force)
    abandon_sweep(reader);
  if ((force || urgent_is_due(reader, wanted)) && visit_urgent(reader, wanted))
    return &lift->urgent;
  if (!visit_done(reader, &lift->sweep))
    return &lift->sweep;
  return advance(reader) ? &lift->sweep : NULL;
}

void elevator_reset(penstock_reader *reader) {
  elevator *lift = &reader->elevator;
  for (uint32_t i = 0; i < lift->count; i++)
    lift->heads[i] = ENTRY_NONE;
  memset(lift->waiting, 0, sizeof *lift->waiting * (lift->count / 64 + 1));
  lift->place = 0;
  lift->started = 0;
  lift->sweeps = 0;
  lift->credit_bytes = 0;
  lift->stay = 0;
  lift->sweep.count = 0;
  lift->urgent.count = 0;
}
