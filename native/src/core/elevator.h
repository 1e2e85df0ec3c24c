/* The elevator: which entries are read next. */
#ifndef PENSTOCK_ELEVATOR_H
#define PENSTOCK_ELEVATOR_H

#include <stdint.h>

#include "penstock.h"

/* Entries that are being turned into requests, ascending by record index (where the index has more
 * than 32 bits, urgent ones nearly so: extents must not rely on it). */
typedef struct {
  uint64_t *keys; /* what they are sorted by << 32 | entry */
  uint64_t *scratch;
  uint32_t count;
  uint32_t capacity;
  uint32_t shift; /* urgent: low bits of the index that are not sorted by */
  struct {
    uint32_t next;       /* key whose bytes are to be issued */
    uint64_t part_bytes; /* of that record, already issued */
    uint32_t shard;      /* hint */
  } cursors[PENSTOCK_MAX_COLUMNS];
} visit;

/* Buckets of neighbouring records: the places where the elevator stops. What waits in a bucket is
 * in several lists, each of a part of its records. */
typedef struct {
  uint32_t *lists;      /* the first waiting entry of each, but */
  uint32_t *head_lists; /* those of the head of the order are here */
  uint32_t list_shift;  /* record index >> list_shift = list */
  uint64_t *waiting;    /* one bit a bucket: it has entries */
  uint32_t count;
  uint32_t shift;   /* record index >> shift = bucket */
  uint32_t place;   /* the bucket visited last */
  uint32_t started; /* place was visited; otherwise a sweep begins at the first bucket */
  uint32_t stay;    /* not all that waits at this place was taken on */
  uint64_t sweeps;  /* ended */
  visit sweep;
  visit urgent;
  uint32_t is_open;    /* sweeps may begin */
  uint64_t head;       /* records before this may be read by themselves, ahead of the first sweep */
  uint64_t head_next;  /* the first of them that is not begun with */
  uint64_t head_ahead; /* how far ahead; so many cells are kept for them and for forced reads */
  uint64_t credit_bytes; /* what reads of the head may cost before the elevator must move on */
} elevator;

static inline uint32_t lists_per_bucket(const elevator *lift) {
  return UINT32_C(1) << (lift->shift - lift->list_shift);
}

void elevator_admit(penstock_reader *reader);
void elevator_open(penstock_reader *reader, int is_waiting);
visit *elevator_visit(penstock_reader *reader, uint64_t forced);
void elevator_remove(penstock_reader *reader, uint32_t entry);
void elevator_paid(penstock_reader *reader, const visit *visit, uint64_t bytes);
void elevator_reset(penstock_reader *reader);

#endif
