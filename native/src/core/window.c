/* The window that is being read. All of it is known when it is taken on, so its entries need no
 * lists: they are counted, and then lie in one array, bucket by bucket. Blocks are smaller than
 * buckets, and of the lists of a bucket a block fills one or two: following these was a fifth of
 * what a record cost, all of it waiting for memory. */
#include <string.h>

#include "core/cache.h"
#include "core/common.h"
#include "core/elevator.h"
#include "core/reader.h"
#include "core/window.h"

static uint64_t key_of(const penstock_reader *reader, uint32_t bucket, uint32_t entry) {
  const uint64_t base = (uint64_t)bucket << reader->elevator.shift;
  return (entry_index(&reader->entries, entry) - base) << 32 | entry;
}

static uint32_t bucket_of(const penstock_reader *reader, uint32_t entry) {
  return (uint32_t)(entry_index(&reader->entries, entry) >> reader->elevator.shift);
}

/* An urgent read may have taken it on already, and giants wait nowhere. */
static int is_waiting(const penstock_reader *reader, uint32_t entry) {
  return entry_state(&reader->entries, entry) == ENTRY_PENDING &&
         !(reader->elevator.has_giants && elevator_is_giant(reader, entry));
}

/* Marks buckets that have entries, and leaves in `ends` how many. */
static void count_all(penstock_reader *reader, uint64_t limit) {
  const entry_ring *ring = &reader->entries;
  elevator *elevator = &reader->elevator;
  uint32_t entry = entry_at(ring, ring->admitted);
  for (uint64_t at = ring->admitted; at < limit; at++, entry = entry_after(ring, entry, 1)) {
    if (!is_waiting(reader, entry) || (cache_exists(&reader->cache) && cache_serve(reader, entry)))
      continue;
    const uint32_t bucket = bucket_of(reader, entry);
    const uint64_t mark = UINT64_C(1) << (bucket & 63);
    if ((elevator->waiting[bucket >> 6] & mark) == 0)
      elevator->window.ends[bucket] = 0;
    elevator->waiting[bucket >> 6] |= mark;
    elevator->window.ends[bucket]++;
  }
}

/* Turns these numbers into places, where nothing lies yet. */
static void divide(elevator *elevator) {
  window_entries *window = &elevator->window;
  uint32_t at = 0;
  for (uint32_t word = 0; word <= elevator->count / 64; word++)
    for (uint64_t bits = elevator->waiting[word]; bits != 0; bits &= bits - 1) {
      const uint32_t bucket = word << 6 | (uint32_t)__builtin_ctzll(bits);
      const uint32_t count = window->ends[bucket];
      window->begins[bucket] = window->ends[bucket] = at;
      at += count;
    }
}

void window_admit(penstock_reader *reader, uint64_t limit) {
  entry_ring *ring = &reader->entries;
  window_entries *window = &reader->elevator.window;
  count_all(reader, limit);
  divide(&reader->elevator);
  uint32_t entry = entry_at(ring, ring->admitted);
  for (; ring->admitted < limit; ring->admitted++, entry = entry_after(ring, entry, 1)) {
    if (!is_waiting(reader, entry))
      continue;
    const uint32_t bucket = bucket_of(reader, entry);
    window->keys[window->ends[bucket]++] = key_of(reader, bucket, entry);
  }
}

int window_open(penstock_reader *reader) {
  window_queue *windows = &reader->windows;
  if (windows->count == 0)
    return 0;
  windows->open = windows->ends[windows->first];
  windows->first = (windows->first + 1) % MAX_WINDOW_ENDS;
  windows->count--;
  elevator_admit(reader);
  return 1;
}

void window_visit(penstock_reader *reader, uint32_t bucket, visit *visit) {
  window_entries *window = &reader->elevator.window;
  const uint32_t all = window->ends[bucket] - window->begins[bucket];
  visit->count = all < visit->capacity ? all : visit->capacity;
  memcpy(visit->keys, &window->keys[window->begins[bucket]], visit->count * sizeof *visit->keys);
  window->begins[bucket] += visit->count;
}

void window_return(penstock_reader *reader, uint32_t bucket, uint32_t entry) {
  window_entries *window = &reader->elevator.window;
  PENSTOCK_ASSERT(window->begins[bucket] > 0);
  entry_set(&reader->entries, entry, ENTRY_PENDING, ENTRY_NONE);
  window->keys[--window->begins[bucket]] = key_of(reader, bucket, entry);
}

void window_remove(penstock_reader *reader, uint32_t bucket, uint32_t entry) {
  window_entries *window = &reader->elevator.window;
  uint32_t at = window->begins[bucket];
  while ((uint32_t)window->keys[at] != entry) {
    at++;
    PENSTOCK_ASSERT(at < window->ends[bucket]);
  }
  window->keys[at] = window->keys[--window->ends[bucket]];
}
