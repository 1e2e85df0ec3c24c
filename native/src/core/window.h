/* The window that is being read: its entries, by bucket. */
#ifndef PENSTOCK_WINDOW_H
#define PENSTOCK_WINDOW_H

#include <stdint.h>

#include "core/visit.h"
#include "penstock.h"

/* Entries that wait in a bucket: keys from begins[bucket] to ends[bucket], in any order. They mean
 * something where the bucket is marked as waiting. */
typedef struct {
  uint64_t *keys; /* one for each entry of the ring: as those of a visit of the bucket */
  uint32_t *begins;
  uint32_t *ends;
} window_entries;

/* Takes on the next window. Returns 0 when none has ended. */
int window_open(penstock_reader *reader);
/* Puts all entries before `limit` into their buckets. All of them must be empty. */
void window_admit(penstock_reader *reader, uint64_t limit);
/* Moves entries of a bucket to the visit, as many as fit. */
void window_visit(penstock_reader *reader, uint32_t bucket, visit *visit);
/* Returns an entry of the last visit to its bucket. */
void window_return(penstock_reader *reader, uint32_t bucket, uint32_t entry);
/* Takes an entry out of its bucket. */
void window_remove(penstock_reader *reader, uint32_t bucket, uint32_t entry);

static inline int window_is_empty(const window_entries *window, uint32_t bucket) {
  return window->begins[bucket] == window->ends[bucket];
}

#endif
