/* See visit.h. */
#include "core/visit.h"

/* Radix sort by the index part of the keys, which is smaller than the number of records of a
 * bucket: two or three passes are enough. Insertion is faster for a few keys. */
void visit_sort(visit *visit, uint64_t span) {
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
