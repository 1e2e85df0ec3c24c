/* What every part needs: invariants, alignments. */
#ifndef PENSTOCK_COMMON_H
#define PENSTOCK_COMMON_H

#include <stdint.h>

/* States an invariant. On in test builds only: this library never aborts a user's process. */
#ifdef PENSTOCK_TEST
#include <assert.h>
#define PENSTOCK_ASSERT(condition) assert(condition)
#else
#define PENSTOCK_ASSERT(condition) ((void)0)
#endif

/* A line of the processor's cache. Also what the columns of a slot are aligned to. */
#define CACHE_LINE_BYTES 64

/* For functions that do nothing but prefetch. Compilers take them for functions without any effect
 * (GCC 12 does) and leave out calls of them, unless they become a part of their callers. */
#define PREFETCHING static inline __attribute__((always_inline))

/* Prefetches memory that is read a little later, into the second of the processor's caches. The
 * first one has too few fetches under way at a time: lines of several records would wait for each
 * other, and the processor for them (784 B to 6 KB: an eighth to a sixth of all that a reader
 * costs). */
PREFETCHING void prefetch_far(const void *memory) { __builtin_prefetch(memory, 0, 2); }

static inline uint64_t round_down(uint64_t value, uint64_t alignment) {
  return value - value % alignment;
}

static inline uint64_t round_up(uint64_t value, uint64_t alignment) {
  return round_down(value + alignment - 1, alignment);
}

#endif
