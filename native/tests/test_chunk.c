/* The pool of chunks, in which records that differ in size are kept: chains come and go, and none
 * gets what another one holds. */
#include <stdlib.h>
#include <string.h>

#include "core/chunk.h"
#include "support.h"

enum { CHUNKS = 333, CHUNK_BYTES = 64, MOST_CHAINS = 60, MOST_BYTES = 5000 };

static _Alignas(64) uint8_t chunk_bytes[CHUNKS * CHUNK_BYTES];
static uint32_t chunk_next[CHUNKS];
static uint64_t chunk_vacant[CHUNKS / 64 + 1];
static uint32_t recent[CHUNK_LONGEST_RUN * CHUNK_MOST_RECENT];

static chain_place begin_of(chunk_run first) {
  return (chain_place){.chunk = (uint32_t)first.first, .is_one_run = first.next == CHUNK_NONE};
}

/* Returns how many chunks it has. */
static uint64_t give_back(chunk_pool *pool, chunk_run first) {
  if (first.next != CHUNK_NONE)
    return chunk_free(pool, (uint32_t)first.first);
  chunk_free_run(pool, (uint32_t)first.first, (uint32_t)first.count);
  return first.count;
}

/* Chains of random lengths come and go; each holds what was written to it, in random pieces or
 * at once. */
static void chains_hold_what_was_written_to_them(void) {
  chunk_pool pool = {.base = chunk_bytes,
                     .next = chunk_next,
                     .vacant = chunk_vacant,
                     .recent = recent,
                     .recent_capacity = chunk_recent_capacity(CHUNKS),
                     .chunk_bytes = CHUNK_BYTES,
                     .count = CHUNKS};
  chunk_reset(&pool);
  struct {
    chunk_run run;
    uint64_t bytes;
    uint32_t salt;
  } chains[MOST_CHAINS];
  uint32_t count = 0;
  uint64_t seed = 3;
  for (uint32_t round = 0; round < 20000; round++) {
    const uint64_t bytes = 1 + next_random(&seed) % (next_random(&seed) % 8 ? 300 : MOST_BYTES);
    pool.is_past_cache = (int)(next_random(&seed) % 2);
    if (count < MOST_CHAINS && chunks_for(&pool, bytes) <= pool.free_count) {
      chains[count].run = chunk_allocate(&pool, chunks_for(&pool, bytes));
      chains[count].bytes = bytes;
      chains[count].salt = round;
      chain_place place = begin_of(chains[count].run);
      uint8_t piece[MOST_BYTES + 64];
      const int is_filled = place.is_one_run && next_random(&seed) % 2;
      if (is_filled) {
        for (uint64_t i = 0; i < sizeof piece; i++)
          piece[i] = pattern(i, round);
        chain_fill(&pool, place.chunk, piece, bytes);
      }
      for (uint64_t at = is_filled ? bytes : 0; at < bytes;) {
        const uint64_t size = 1 + next_random(&seed) % (bytes - at);
        for (uint64_t i = 0; i < size; i++)
          piece[i] = pattern(at + i, round);
        place = chain_seek(&pool, place, at);
        chain_write(&pool, place, at, piece, size);
        at += size;
      }
      count++;
      continue;
    }
    const uint32_t gone = (uint32_t)(next_random(&seed) % count);
    uint8_t found[MOST_BYTES + 64];
    chain_place place = begin_of(chains[gone].run);
    const int is_whole = place.is_one_run && next_random(&seed) % 2;
    if (is_whole)
      chain_read_all(&pool, place.chunk, found, chains[gone].bytes);
    for (uint64_t at = is_whole ? chains[gone].bytes : 0; at < chains[gone].bytes;) {
      const uint64_t size = 1 + next_random(&seed) % (chains[gone].bytes - at);
      place = chain_read(&pool, place, at, found + at, size);
      at += size;
    }
    for (uint64_t i = 0; i < chains[gone].bytes; i++)
      CHECK_EQUAL(found[i], pattern(i, chains[gone].salt));
    CHECK_EQUAL(give_back(&pool, chains[gone].run), chunks_for(&pool, chains[gone].bytes));
    chains[gone] = chains[--count];
  }
  while (count > 0)
    (void)give_back(&pool, chains[--count].run);
  CHECK_EQUAL(pool.free_count, CHUNKS);
}

/* Neighbours are one run, also where a word of free chunks ends between them. After a reset what is
 * claimed is still in use, and nothing else. */
static void chains_are_claimed_after_a_reset(void) {
  chunk_pool pool = {.next = chunk_next,
                     .vacant = chunk_vacant,
                     .recent = recent,
                     .recent_capacity = chunk_recent_capacity(CHUNKS),
                     .chunk_bytes = CHUNK_BYTES,
                     .count = CHUNKS};
  chunk_reset(&pool);
  const chunk_run gone = chunk_allocate(&pool, 60);
  const chunk_run kept = chunk_allocate(&pool, 150);
  CHECK_EQUAL(kept.count, 150);
  CHECK_EQUAL(kept.next, CHUNK_NONE);
  CHECK_EQUAL(give_back(&pool, gone), 60);
  chunk_link(&pool, kept);
  chunk_reset(&pool);
  chunk_claim(&pool, (uint32_t)kept.first);
  chunk_claim(&pool, CHUNK_NONE);
  CHECK_EQUAL(pool.free_count, CHUNKS - 150);
  const chunk_run all = chunk_allocate(&pool, CHUNKS - 150);
  CHECK(all.next != CHUNK_NONE); /* it lies around what is kept */
  for (chunk_run run = all;; run = chain_run(&pool, (uint32_t)run.next)) {
    CHECK(run.first + run.count <= kept.first || run.first >= kept.first + 150);
    if (run.next == CHUNK_NONE)
      break;
  }
  CHECK_EQUAL(chunk_free(&pool, (uint32_t)kept.first), 150);
  CHECK_EQUAL(chunk_free(&pool, (uint32_t)all.first), CHUNKS - 150);
}

enum { MANY = 5000, MOST_LENGTH = 40, SPARE = MANY / 5 };

static uint32_t runs_of(const chunk_pool *pool, chunk_run run) {
  uint32_t runs = 1;
  for (; run.next != CHUNK_NONE; run = chain_run(pool, (uint32_t)run.next))
    runs++;
  return runs;
}

/* However long chains of different lengths come and go in a pool of which a fifth is free, most of
 * them are one piece of memory, as copying wants it; one by one from all free chunks they would
 * have a piece for every one or two chunks. */
static void chains_lie_in_few_runs(void) {
  static uint32_t next[MANY];
  static uint64_t vacant[MANY / 64 + 1];
  static chunk_run chains[MANY];
  chunk_pool pool = {.next = next,
                     .vacant = vacant,
                     .recent = recent,
                     .recent_capacity = chunk_recent_capacity(MANY),
                     .chunk_bytes = 64,
                     .count = MANY};
  chunk_reset(&pool);
  uint32_t count = 0;
  uint64_t seed = 11;
  uint64_t lengths = 0;
  uint64_t runs = 0;
  uint64_t made = 0;
  for (uint32_t round = 0; round < 200000; round++) {
    const uint64_t length = 1 + next_random(&seed) % MOST_LENGTH;
    if (pool.free_count >= SPARE + length) {
      chains[count] = chunk_allocate(&pool, length);
      if (round > 100000) {
        made++;
        lengths += length;
        runs += runs_of(&pool, chains[count]);
      }
      count++;
      continue;
    }
    const uint32_t gone = (uint32_t)(next_random(&seed) % count);
    (void)give_back(&pool, chains[gone]);
    chains[gone] = chains[--count];
  }
  printf("  %.2f runs for a chain of %.1f\n", (double)runs / (double)made,
         (double)lengths / (double)made);
  CHECK(runs < 2 * made);
}

int main(void) {
  RUN(chains_hold_what_was_written_to_them);
  RUN(chains_are_claimed_after_a_reset);
  RUN(chains_lie_in_few_runs);
  return 0;
}
