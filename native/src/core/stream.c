/* Stores that go past the processor's cache. A record lies in its cell for as long as a sweep
 * takes, and no cache holds it until then. An ordinary store first reads the line of memory that it
 * changes a part of; one that goes past the cache, of whole lines, does not. That saves a third of
 * the memory traffic of a copy: 784 B to random cells took 142 ns with ordinary stores and
 * prefetches, 120 ns so, 4 KiB 390 and 260 ns. */
#include <string.h>

#include "core/common.h"
#include "core/stream.h"

#if defined(__x86_64__)
#include <emmintrin.h>

static void copy_line(uint8_t *to, const uint8_t *from) {
  for (uint32_t at = 0; at < CACHE_LINE_BYTES; at += sizeof(__m128i))
    _mm_stream_si128((__m128i *)(void *)(to + at),
                     _mm_loadu_si128((const __m128i *)(const void *)(from + at)));
}

/* The lines at both ends hold bytes of other records as well. */
void stream_copy(uint8_t *to, const uint8_t *from, uint64_t bytes) {
  const uint64_t before = (CACHE_LINE_BYTES - (uintptr_t)to % CACHE_LINE_BYTES) % CACHE_LINE_BYTES;
  const uint64_t first = before < bytes ? before : bytes;
  memcpy(to, from, first);
  uint64_t at = first;
  for (; at + CACHE_LINE_BYTES <= bytes; at += CACHE_LINE_BYTES)
    copy_line(to + at, from + at);
  memcpy(to + at, from + at, bytes - at);
}

void stream_copy_lines(uint8_t *to, const uint8_t *from, uint64_t bytes) {
  for (uint64_t at = 0; at < bytes; at += CACHE_LINE_BYTES)
    copy_line(to + at, from + at);
}

void stream_end(void) { _mm_sfence(); }

#else

void stream_copy(uint8_t *to, const uint8_t *from, uint64_t bytes) { memcpy(to, from, bytes); }

void stream_copy_lines(uint8_t *to, const uint8_t *from, uint64_t bytes) {
  copy_lines(to, from, bytes);
}

void stream_end(void) {}

#endif
