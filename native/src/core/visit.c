/* See visit.h. */
#include <string.h>

#include "core/cells.h"
#include "core/reader.h"
#include "core/visit.h"

/* If at least one in so many of the possible records is there, they are not sorted, but put where
 * they belong. */
#define DENSE_PART 16

/* Returns whether it is done: the same record may have been ordered twice, and then there is not
 * one place for each, and nothing has changed. The scratch has a bit for each record that is there,
 * and behind these the entries. */
static int place_all(visit *visit, uint64_t span) {
  const uint64_t words = span / 64 + 1;
  if (words + span / 2 + 1 > visit->capacity)
    return 0;
  uint64_t *present = visit->scratch;
  uint32_t *entries = (uint32_t *)(void *)(visit->scratch + words);
  memset(present, 0, words * sizeof *present);
  for (uint32_t i = 0; i < visit->count; i++) {
    const uint64_t record = visit->keys[i] >> 32;
    const uint64_t bit = UINT64_C(1) << (record & 63);
    if (present[record >> 6] & bit)
      return 0;
    present[record >> 6] |= bit;
    entries[record] = (uint32_t)visit->keys[i];
  }
  uint32_t count = 0;
  for (uint64_t word = 0; word < words; word++)
    for (uint64_t bits = present[word]; bits != 0; bits &= bits - 1) {
      const uint64_t record = word << 6 | (uint32_t)__builtin_ctzll(bits);
      visit->keys[count++] = record << 32 | entries[record];
    }
  return 1;
}

/* Radix sort by the index part of the keys, which is smaller than the number of records of a
 * bucket: two or three passes are enough. Insertion is faster for a few keys. */
void visit_sort(visit *visit, uint64_t span) {
  uint64_t *from = visit->keys;
  uint64_t *to = visit->scratch;
  if (visit->count > 32 && span / DENSE_PART < visit->count && place_all(visit, span))
    return;
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

void visit_measure(penstock_reader *reader, const visit *visit) {
  for (uint32_t i = 0; i < visit->count; i++)
    visit->scratch[i] = reader->fixed_bytes;
  for (uint32_t v = 0; v < reader->variable_count; v++) {
    source_pass pass;
    source_begin_pass(&pass, &reader->source->columns[reader->variable[v]], 0);
    for (uint32_t i = 0; i < visit->count; i++)
      visit->scratch[i] +=
          source_find_next(&pass, visit_index(visit, &reader->entries, i)).length_bytes;
  }
  for (uint32_t i = 0; i < visit->count; i++)
    entry_keep_bytes(&reader->entries, (uint32_t)visit->keys[i], visit->scratch[i]);
}
