/* The elevator: which entries are read next. */
#ifndef PENSTOCK_ELEVATOR_H
#define PENSTOCK_ELEVATOR_H

#include <stdint.h>

#include "core/head.h"
#include "core/visit.h"
#include "core/window.h"

#include "penstock.h"

/* Where the records of the head lie is counted in this many parts of the file. */
#define HEAD_PLACES 64

/* Buckets of neighbouring records are the places where the elevator stops. The entries that wait in
 * a bucket are in several lists, each for a range of its records. */
typedef struct {
  uint32_t *lists;       /* the first waiting entry of each; ENTRY_NONE: none */
  uint32_t *head_lists;  /* the same for entries of the head of the order */
  uint32_t list_shift;   /* record index >> list_shift = list */
  window_entries window; /* of a windowed reader, which has no lists */
  uint64_t *waiting;     /* one bit per bucket: it has entries */
  uint32_t count;
  uint32_t shift;   /* record index >> shift = bucket */
  uint32_t place;   /* the bucket visited last */
  uint32_t started; /* a sweep is under way and has visited place */
  uint32_t stay;    /* entries are left in this bucket: visit it again */
  uint64_t sweeps;  /* sweeps that have ended */
  visit sweep;
  visit urgent;
  uint32_t is_open;    /* sweeps may begin */
  uint64_t head;       /* records before this may be read by themselves, ahead of the first sweep */
  uint64_t head_next;  /* the first of them that was not visited yet */
  uint64_t head_ahead; /* how far ahead of the consumer */
  uint64_t head_units; /* when cells are in bytes: chunks for those from the oldest to head_next */
  uint64_t reserve;    /* cells or chunks kept free for these reads and for forced ones, */
  uint64_t kept;       /* and by sweeps: see elevator_reset_admission */
  uint64_t most_units; /* chunks of a record that a sweep can take on; larger ones are forced */
  uint32_t has_giants;
  uint64_t admitted_bytes; /* with a horizon in bytes: of admitted entries that are not taken, */
  uint32_t sample_log2;    /* each measured one for 1 << sample_log2: see elevator_measured */
  uint64_t horizon; /* how many records ahead it looks: less than it could after cells ran out */
  uint64_t lacked;  /* records that were forced in this sweep because they had */
  uint32_t head_counts[HEAD_PLACES]; /* how many records of the head lie in each part of the file */
  double swept;                      /* which share of them the first sweep has passed */
  head_share share;                  /* of the device, for reads of the head */
} elevator;

static inline uint32_t lists_per_bucket(const elevator *elevator) {
  return UINT32_C(1) << (elevator->shift - elevator->list_shift);
}

/* Puts entries that are near enough into their buckets. */
void elevator_admit(penstock_reader *reader);
/* Whether it cannot look further ahead before something is taken. */
int elevator_is_at_horizon(const penstock_reader *reader);
/* Knows none of them, and chooses how much memory sweeps may use, and which entries are measured.
 */
void elevator_reset_admission(penstock_reader *reader);
/* Told when a sweep has ended: decides how far ahead the next one looks. */
void elevator_sweep_ended(penstock_reader *reader);
/* Told of the bucket that a sweep visits. */
void elevator_passes(elevator *elevator, uint32_t bucket);
/* Which entry of a group of neighbours in the order is measured, as a sequence number: one after
 * another all places in a group equally often, without a pattern that the order could have, too.
 * (Fibonacci hashing: The Art of Computer Programming, volume 3, 6.4.) */
static inline uint64_t elevator_measured(const elevator *elevator, uint64_t group) {
  const uint64_t place = group * UINT64_C(0x9e3779b97f4a7c15) >> 32 >> (32 - elevator->sample_log2);
  return (group << elevator->sample_log2) + place;
}

/* How many bytes an entry with so many counts for. */
static inline uint64_t elevator_counted(const elevator *elevator, uint64_t sequence,
                                        uint64_t bytes) {
  return elevator_measured(elevator, sequence >> elevator->sample_log2) == sequence
             ? bytes << elevator->sample_log2
             : 0;
}

/* Told of each entry that is taken, when cells are in bytes. */
void elevator_taken(penstock_reader *reader, uint64_t sequence, uint64_t bytes);
/* How far entries from `begin` on, at most to `end`, fit into the reserve beside the `units` chunks
 * that earlier ones need. Adds the chunks of those that fit to `units`. */
uint64_t elevator_fit_reserve(const penstock_reader *reader, uint64_t begin, uint64_t end,
                              uint64_t *units);
/* Whether so many cells or chunks are there for a visit. */
int elevator_has_room(const penstock_reader *reader, const visit *visit, uint64_t wanted);
/* Whether a record has more chunks than a sweep can take on: it waits in no list. */
int elevator_is_giant(const penstock_reader *reader, uint32_t entry);
/* Puts a pending entry into its bucket. */
void elevator_push(penstock_reader *reader, uint32_t entry);
/* Allows the first sweep to begin once the order is full or the caller has time to wait. */
void elevator_open(penstock_reader *reader, int is_waiting);
/* The visit whose entries are to be read next, or NULL when there is none. `forced` is 0, or how
 * many of the oldest records the consumer waits for while nothing else can be done. */
visit *elevator_visit(penstock_reader *reader, uint64_t forced);
/* Takes a pending entry out of its bucket. */
void elevator_remove(penstock_reader *reader, uint32_t entry);
/* Forgets all entries. */
void elevator_reset(penstock_reader *reader);

#endif
