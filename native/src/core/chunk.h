/* Chunks: cells in bytes. */
#ifndef PENSTOCK_CHUNK_H
#define PENSTOCK_CHUNK_H

#include <stdatomic.h>
#include <stdint.h>

#include "core/stream.h"

/* The end of a chain; the same number as ENTRY_NONE. */
#define CHUNK_NONE ((UINT32_C(1) << 30) - 1)

/* The longest run: a word of `vacant`. Of each length the latest ones are remembered, at most so
 * many. */
enum { CHUNK_LONGEST_RUN = 64, CHUNK_MOST_RECENT = 1024 };

/* Runs of free chunks of one length, the latest ones: a stack that forgets what is too far down. */
typedef struct {
  uint32_t next; /* where the next one goes, counted on */
  uint32_t count;
} recent_runs;

/* A pool of chunks of one size. A record has a chain of them, in runs of neighbours. */
typedef struct {
  uint8_t *base;
  uint32_t *next;   /* of the first chunks of runs: see chain_run */
  uint64_t *vacant; /* a bit for each chunk: it is free */
  uint32_t chunk_bytes;
  uint32_t count;    /* 0: there is no pool */
  int is_past_cache; /* so large that stores go past the processor's cache: see stream.h */
  uint32_t free_count;
  _Atomic uint32_t used; /* chunks from the first one on: the most that were ever in use */
  uint32_t cursor;       /* the word of `vacant` where the search for the next free chunk begins */
  recent_runs free_runs[CHUNK_LONGEST_RUN]; /* of 1 chunk, of 2, ... */
  uint64_t remembered_lengths;              /* a bit for each of them that is not empty */
  uint32_t *recent;         /* their first chunks: recent_capacity for each length */
  uint32_t recent_capacity; /* a power of two */
} chunk_pool;

/* Neighbours in a chain, one after another in memory. (Of words: a struct of halves is put together
 * in memory when it is returned, and the processor waits for that.) */
typedef struct {
  uint64_t first;
  uint64_t count;
  uint64_t next; /* the first chunk of the next run of the chain; CHUNK_NONE: it is the last one */
} chunk_run;

/* The first chunk of a run, and how many bytes of its chain lie before it. */
typedef struct {
  uint64_t before_bytes;
  uint32_t chunk;
  uint32_t is_one_run; /* it is all of the chain, and has no links */
} chain_place;

/* In `next` of a run's first chunk: it has more chunks, and that of the second one says how many
 * they all are. */
#define CHUNK_IS_RUN (UINT32_C(1) << 31)

/* The run of a chain that begins with this chunk. */
static inline chunk_run chain_run(const chunk_pool *pool, uint32_t first) {
  const uint32_t next = pool->next[first];
  const int is_run = (next & CHUNK_IS_RUN) != 0;
  return (chunk_run){
      .first = first, .count = is_run ? pool->next[first + 1] : 1, .next = next & ~CHUNK_IS_RUN};
}

static inline uint64_t chunks_for(const chunk_pool *pool, uint64_t bytes) {
  return (bytes + pool->chunk_bytes - 1) / pool->chunk_bytes;
}

static inline uint8_t *chunk_memory(const chunk_pool *pool, uint32_t chunk) {
  return pool->base + (uint64_t)chunk * pool->chunk_bytes;
}

/* How many runs of each length a pool of so many chunks remembers. */
uint32_t chunk_recent_capacity(uint64_t count);
/* All chunks are free. */
void chunk_reset(chunk_pool *pool);
/* The first run of a chain of this many chunks, at least one; there must be as many free ones. If
 * it is the only one, no link is written: memory that nobody reads later would have to be fetched.
 */
chunk_run chunk_allocate(chunk_pool *pool, uint64_t count);
/* Writes the links of a run. */
void chunk_link(const chunk_pool *pool, chunk_run run);
/* Gives a chain back; returns how many chunks it had. */
uint32_t chunk_free(chunk_pool *pool, uint32_t first);
/* The same for one that is one run of so many. */
void chunk_free_run(chunk_pool *pool, uint32_t first, uint32_t count);
/* After a reset: a chain is still in use. CHUNK_NONE is a chain without chunks. */
void chunk_claim(chunk_pool *pool, uint32_t first);
/* The run that has byte number `at` of a chain, coming from one before it. */
chain_place chain_seek(const chunk_pool *pool, chain_place from, uint64_t at);
/* Copies bytes to a chain, from byte number `at` on; `from` is a run before that byte. With
 * is_past_cache other threads see them after stream_end. */
void chain_write(const chunk_pool *pool, chain_place from, uint64_t at, const uint8_t *bytes,
                 uint64_t count);
/* Copies all bytes of a chain that is one run, and up to a line what follows them, which must be
 * readable. */
void chain_fill(const chunk_pool *pool, uint32_t chunk, const uint8_t *bytes, uint64_t count);
/* Copies bytes out of a chain; returns the run of the last of them. */
chain_place chain_read(const chunk_pool *pool, chain_place from, uint64_t at, uint8_t *bytes,
                       uint64_t count);
/* Copies all bytes of a chain that is one run, and up to a line what follows them, for which there
 * must be room. */
static inline void chain_read_all(const chunk_pool *pool, uint32_t chunk, uint8_t *bytes,
                                  uint64_t count) {
  copy_lines(bytes, chunk_memory(pool, chunk), count);
}

#endif
