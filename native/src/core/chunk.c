/* Chunks: memory for records that differ in size. A pool is cut into chunks of one size, and a
 * record has a chain of them: no record is too large, and nothing but the rest of its last chunk is
 * lost.
 *
 * A chain is to lie in few runs of neighbours: copying, the processor's prefetching and following
 * the chain all cost several times as much when each chunk lies somewhere else. So links lead from
 * run to run, and a record in one piece costs the same whatever its length. As most of a pool
 * is in use, what a record leaves is the best place for one of the same size. So runs that become
 * free are remembered by their length, the latest ones, which the processor still has in its cache;
 * what is not remembered is found by going round through the bits of free chunks. Only when there
 * are no longer runs is a chain made of shorter ones: a pool can be used to its last chunk. */
#include <string.h>

#include "core/chunk.h"
#include "core/common.h"

/* How many words of 64 chunks are looked through for a run that is long enough. */
#define WORDS_AHEAD 8
/* Free runs of a length that are remembered in the smallest pool. */
#define LEAST_RECENT 4

void chunk_reset(chunk_pool *pool) {
  const uint64_t words = ((uint64_t)pool->count + 63) / 64;
  memset(pool->vacant, 0xFF, words * sizeof *pool->vacant);
  if (pool->count % 64 != 0)
    pool->vacant[words - 1] = (UINT64_C(1) << pool->count % 64) - 1;
  pool->free_count = pool->count;
  pool->cursor = 0;
  pool->remembered_lengths = 0;
  for (uint32_t i = 0; i < CHUNK_LONGEST_RUN; i++)
    pool->free_runs[i].count = 0;
}

/* Where the free part of a large pool was remembered by 256 of each length, a fifth of all chains
 * were of several runs. */
uint32_t chunk_recent_capacity(uint64_t count) {
  uint32_t capacity = LEAST_RECENT;
  while (capacity < CHUNK_MOST_RECENT && 2 * (uint64_t)capacity <= count / CHUNK_LONGEST_RUN)
    capacity *= 2;
  return capacity;
}

/* ---- Runs of free chunks, within a word ------------------------------------------------------ */

static uint64_t mask_of(uint32_t bit, uint32_t count) {
  return (count == 64 ? UINT64_MAX : (UINT64_C(1) << count) - 1) << bit;
}

/* How many bits are set from this one on. */
static uint32_t run_at(uint64_t bits, uint32_t bit) {
  const uint64_t others = ~(bits >> bit);
  return others == 0 ? 64 : (uint32_t)__builtin_ctzll(others);
}

/* Bits that begin a run of at least this many. */
static uint64_t begins_of_runs(uint64_t bits, uint32_t length) {
  for (uint32_t known = 1; known < length && bits != 0;) {
    const uint32_t more = known < length - known ? known : length - known;
    bits &= bits >> more;
    known += more;
  }
  return bits;
}

/* Keeps the run that has this free chunk in mind. Where there are too many of its length, the
 * oldest is forgotten. */
static void remember(chunk_pool *pool, uint32_t chunk) {
  const uint64_t bits = pool->vacant[chunk >> 6];
  const uint32_t bit = chunk & 63;
  const uint64_t taken_below = ~bits & mask_of(0, bit);
  const uint32_t begin = taken_below == 0 ? 0 : 64 - (uint32_t)__builtin_clzll(taken_below);
  const uint32_t place = run_at(bits, begin) - 1;
  recent_runs *runs = &pool->free_runs[place];
  const uint32_t at = place * pool->recent_capacity + (runs->next++ & (pool->recent_capacity - 1));
  pool->recent[at] = (chunk & ~UINT32_C(63)) + begin;
  runs->count += runs->count < pool->recent_capacity;
  pool->remembered_lengths |= UINT64_C(1) << place;
}

/* Takes chunks from this free one on, as many as are wanted and lie there. */
static chunk_run take_from(chunk_pool *pool, uint32_t chunk, uint64_t wanted) {
  uint64_t *word = &pool->vacant[chunk >> 6];
  const uint32_t run = run_at(*word, chunk & 63);
  const uint32_t count = wanted < run ? (uint32_t)wanted : run;
  *word &= ~mask_of(chunk & 63, count);
  if (chunk + count > atomic_load_explicit(&pool->used, memory_order_relaxed))
    atomic_store_explicit(&pool->used, chunk + count, memory_order_relaxed);
  if (count < run)
    remember(pool, chunk + count);
  return (chunk_run){.first = chunk, .count = count, .next = CHUNK_NONE};
}

/* ---- Allocating ------------------------------------------------------------------------------ */

/* The latest run of those of this length; CHUNK_NONE if there is none. Of one that was remembered,
 * parts may have been given out with its neighbours. */
static uint32_t recall(chunk_pool *pool, uint32_t length) {
  const uint32_t place = length - 1;
  recent_runs *runs = &pool->free_runs[place];
  while (runs->count > 0) {
    runs->count--;
    const uint32_t at =
        place * pool->recent_capacity + (--runs->next & (pool->recent_capacity - 1));
    const uint32_t chunk = pool->recent[at];
    if (run_at(pool->vacant[chunk >> 6], chunk & 63) >= length &&
        (pool->vacant[chunk >> 6] >> (chunk & 63) & 1))
      return chunk;
  }
  pool->remembered_lengths &= ~(UINT64_C(1) << place);
  return CHUNK_NONE;
}

/* One of the same length, or else the shortest that is longer. */
static uint32_t recall_fitting(chunk_pool *pool, uint32_t length) {
  uint32_t chunk = CHUNK_NONE;
  while (chunk == CHUNK_NONE && pool->remembered_lengths >> (length - 1) != 0) {
    length += (uint32_t)__builtin_ctzll(pool->remembered_lengths >> (length - 1));
    chunk = recall(pool, length);
  }
  return chunk;
}

/* The longest that is shorter. */
static uint32_t recall_any(chunk_pool *pool, uint32_t length) {
  uint32_t chunk = CHUNK_NONE;
  while (chunk == CHUNK_NONE && (pool->remembered_lengths & mask_of(0, length)) != 0) {
    length = 64 - (uint32_t)__builtin_clzll(pool->remembered_lengths & mask_of(0, length));
    chunk = recall(pool, length);
  }
  return chunk;
}

static uint32_t word_after(const chunk_pool *pool, uint32_t word) {
  const uint32_t words = (uint32_t)(((uint64_t)pool->count + 63) / 64);
  return word + 1 == words ? 0 : word + 1;
}

/* Goes on to the next run that is long enough, unless that is far. */
static uint32_t find_fitting(chunk_pool *pool, uint32_t length) {
  uint32_t word = pool->cursor;
  for (uint32_t i = 0; i < WORDS_AHEAD; i++) {
    const uint64_t begins = begins_of_runs(pool->vacant[word], length);
    if (begins != 0) {
      pool->cursor = word;
      return word * 64 + (uint32_t)__builtin_ctzll(begins);
    }
    word = word_after(pool, word);
  }
  return CHUNK_NONE;
}

static uint32_t find_any(chunk_pool *pool) {
  while (pool->vacant[pool->cursor] == 0)
    pool->cursor = word_after(pool, pool->cursor);
  return pool->cursor * 64 + (uint32_t)__builtin_ctzll(pool->vacant[pool->cursor]);
}

static chunk_run take_run(chunk_pool *pool, uint64_t wanted) {
  const uint32_t length = (uint32_t)(wanted < CHUNK_LONGEST_RUN ? wanted : CHUNK_LONGEST_RUN);
  uint32_t chunk = recall_fitting(pool, length);
  if (chunk == CHUNK_NONE)
    chunk = find_fitting(pool, length);
  if (chunk == CHUNK_NONE)
    chunk = recall_any(pool, length);
  return take_from(pool, chunk == CHUNK_NONE ? find_any(pool) : chunk, wanted);
}

void chunk_link(const chunk_pool *pool, chunk_run run) {
  pool->next[run.first] = run.next | (run.count > 1 ? CHUNK_IS_RUN : 0);
  if (run.count > 1)
    pool->next[run.first + 1] = run.count;
}

chunk_run chunk_allocate(chunk_pool *pool, uint64_t count) {
  PENSTOCK_ASSERT(count > 0 && count <= pool->free_count);
  pool->free_count -= (uint32_t)count;
  chunk_run first = take_run(pool, count);
  chunk_run last = first;
  int is_one_run = 1;
  for (count -= first.count; count > 0;) {
    const chunk_run run = take_run(pool, count);
    count -= run.count;
    if (run.first == last.first + last.count) { /* the end of a word of free chunks was between */
      last.count += run.count;
      continue;
    }
    last.next = run.first;
    chunk_link(pool, last);
    first = is_one_run ? last : first;
    is_one_run = 0;
    last = run;
  }
  if (is_one_run)
    return last;
  chunk_link(pool, last);
  return first;
}

/* How many chunks of a run lie in the word of its first one. */
static uint32_t within_word(chunk_run run) {
  const uint32_t left = 64 - (run.first & 63);
  return run.count < left ? run.count : left;
}

static chunk_run without(chunk_run run, uint32_t count) {
  return (chunk_run){.first = run.first + count, .count = run.count - count, .next = run.next};
}

static void free_run(chunk_pool *pool, chunk_run run) {
  while (run.count > 0) {
    const uint32_t part = within_word(run);
    const uint64_t bits = mask_of(run.first & 63, part);
    PENSTOCK_ASSERT((pool->vacant[run.first >> 6] & bits) == 0);
    pool->vacant[run.first >> 6] |= bits;
    remember(pool, run.first);
    run = without(run, part);
  }
}

static void claim_run(chunk_pool *pool, chunk_run run) {
  while (run.count > 0) {
    const uint32_t part = within_word(run);
    pool->vacant[run.first >> 6] &= ~mask_of(run.first & 63, part);
    pool->free_count -= part;
    run = without(run, part);
  }
}

uint32_t chunk_free(chunk_pool *pool, uint32_t first) {
  uint32_t count = 0;
  for (uint32_t chunk = first; chunk != CHUNK_NONE;) {
    const chunk_run run = chain_run(pool, chunk);
    PENSTOCK_ASSERT(run.first + run.count <= pool->count);
    free_run(pool, run);
    count += run.count;
    chunk = run.next;
  }
  pool->free_count += count;
  return count;
}

void chunk_free_run(chunk_pool *pool, uint32_t first, uint32_t count) {
  free_run(pool, (chunk_run){.first = first, .count = count});
  pool->free_count += count;
}

void chunk_claim(chunk_pool *pool, uint32_t first) {
  for (uint32_t chunk = first; chunk != CHUNK_NONE;) {
    const chunk_run run = chain_run(pool, chunk);
    claim_run(pool, run);
    chunk = run.next;
  }
}

/* ---- Copying --------------------------------------------------------------------------------- */

static uint64_t run_bytes(const chunk_pool *pool, chunk_run run) {
  return (uint64_t)run.count * pool->chunk_bytes;
}

/* Goes on to the next run. */
static chunk_run follow(const chunk_pool *pool, chunk_run run, chain_place *place) {
  PENSTOCK_ASSERT(run.next != CHUNK_NONE);
  place->before_bytes += run_bytes(pool, run);
  place->chunk = run.next;
  return chain_run(pool, run.next);
}

/* The run that has byte number `at`, of a chain of several. */
static chunk_run seek(const chunk_pool *pool, chain_place *place, uint64_t at) {
  chunk_run run = chain_run(pool, place->chunk);
  while (at - place->before_bytes >= run_bytes(pool, run))
    run = follow(pool, run, place);
  return run;
}

chain_place chain_seek(const chunk_pool *pool, chain_place from, uint64_t at) {
  if (!from.is_one_run)
    (void)seek(pool, &from, at);
  return from;
}

static uint64_t smaller(uint64_t left, uint64_t right) { return left < right ? left : right; }

static void put(const chunk_pool *pool, uint8_t *memory, const uint8_t *bytes, uint64_t count) {
  if (pool->is_past_cache)
    stream_copy(memory, bytes, count);
  else
    memcpy(memory, bytes, count);
}

void chain_write(const chunk_pool *pool, chain_place from, uint64_t at, const uint8_t *bytes,
                 uint64_t count) {
  if (count == 0)
    return;
  if (from.is_one_run) {
    put(pool, chunk_memory(pool, from.chunk) + at, bytes, count);
    return;
  }
  chunk_run run = seek(pool, &from, at);
  for (uint64_t skip = at - from.before_bytes;; skip = 0) {
    uint8_t *memory = chunk_memory(pool, run.first) + skip;
    const uint64_t part = smaller(count, run_bytes(pool, run) - skip);
    put(pool, memory, bytes, part);
    bytes += part;
    count -= part;
    if (count == 0)
      return;
    run = follow(pool, run, &from);
  }
}

void chain_fill(const chunk_pool *pool, uint32_t chunk, const uint8_t *bytes, uint64_t count) {
  if (pool->is_past_cache)
    stream_copy_lines(chunk_memory(pool, chunk), bytes, count);
  else
    copy_lines(chunk_memory(pool, chunk), bytes, count);
}

chain_place chain_read(const chunk_pool *pool, chain_place from, uint64_t at, uint8_t *bytes,
                       uint64_t count) {
  if (count == 0)
    return from;
  if (from.is_one_run) {
    memcpy(bytes, chunk_memory(pool, from.chunk) + at, count);
    return from;
  }
  chunk_run run = seek(pool, &from, at);
  for (uint64_t skip = at - from.before_bytes;; skip = 0) {
    const uint8_t *memory = chunk_memory(pool, run.first) + skip;
    const uint64_t part = smaller(count, run_bytes(pool, run) - skip);
    memcpy(bytes, memory, part);
    bytes += part;
    count -= part;
    if (count == 0)
      return from;
    run = follow(pool, run, &from);
  }
}
