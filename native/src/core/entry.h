/* Entries: the records of the order that are not taken yet. */
#ifndef PENSTOCK_ENTRY_H
#define PENSTOCK_ENTRY_H

#include <stdint.h>

#include "penstock.h"

/* An entry is a record of the order that is not taken yet; entries form a ring. There may be
 * millions of them, and they are visited in another order than their own: what is needed at the
 * same time lies in one line of the processor's cache. */
enum { ENTRY_PENDING = 0, ENTRY_READING = 1, ENTRY_LOADED = 2 };

#define ENTRY_STATE_SHIFT 30
#define ENTRY_VALUE_MASK ((UINT32_C(1) << ENTRY_STATE_SHIFT) - 1)
#define ENTRY_NONE ENTRY_VALUE_MASK
#define INDEX_MASK ((UINT64_C(1) << PENSTOCK_MAX_RECORDS_LOG2) - 1)
#define HOLD_ONE (UINT64_C(1) << PENSTOCK_MAX_RECORDS_LOG2)

typedef struct {
  /* Record index in the low 48 bits. Above: holds, that is requests in flight for this record plus
   * columns that have not yet issued all of theirs. It is loaded when no hold is left. */
  uint64_t word;
  /* State in the high 2 bits. Below: the next entry of its list while pending; its cell (or
   * ENTRY_NONE with a slot) later. */
  uint32_t link;
  /* What is known of its record: how many bytes it has, and whether they lie in one piece. Or why
   * it cannot be delivered: see entry_keep_bytes and entry_fail. */
  uint32_t note;
} order_entry;

_Static_assert(sizeof(order_entry) == 16, "four entries lie in a line of the processor's cache");

typedef struct {
  order_entry *all;
  uint32_t capacity;
  uint32_t failed;   /* entries that have failed and are not taken */
  uint32_t oldest;   /* the entry of number `taken` */
  uint64_t taken;    /* sequence numbers: entries before this are gone, */
  uint64_t ready;    /* before this they are loaded, */
  uint64_t admitted; /* before this the elevator knows them, */
  uint64_t ordered;  /* and this is where the next one goes */
} entry_ring;

/* Helpers read the index while the owner changes the holds beside it. */
static inline uint64_t entry_index(const entry_ring *ring, uint32_t entry) {
  return __atomic_load_n(&ring->all[entry].word, __ATOMIC_RELAXED) & INDEX_MASK;
}

/* Adds holds to an entry or, below 0, takes them off. */
static inline void entry_hold(entry_ring *ring, uint32_t entry, int64_t holds) {
  __atomic_store_n(&ring->all[entry].word, ring->all[entry].word + (uint64_t)holds * HOLD_ONE,
                   __ATOMIC_RELAXED);
}

static inline uint32_t entry_state(const entry_ring *ring, uint32_t entry) {
  return ring->all[entry].link >> ENTRY_STATE_SHIFT;
}

static inline uint32_t entry_value(const entry_ring *ring, uint32_t entry) {
  return ring->all[entry].link & ENTRY_VALUE_MASK;
}

static inline void entry_set(entry_ring *ring, uint32_t entry, uint32_t state, uint32_t value) {
  ring->all[entry].link = state << ENTRY_STATE_SHIFT | value;
}

/* In a note: the chunks of the record lie one after another, and no links lead through them. */
#define NOTE_ONE_RUN (UINT32_C(1) << 29)
/* It is a failure. Else bits below these two are how many bytes the record has, and one more; 0:
 * they were not looked up. */
#define NOTE_FAULT (UINT32_C(1) << 30)
/* The record was not read because another one of its batch had failed. */
#define NOTE_GIVEN_UP (UINT32_C(1) << 31)
/* How many bytes a record has is not in its entry. */
#define BYTES_UNKNOWN UINT64_MAX

/* Helpers read how many bytes a record has while the owner may note that it has failed. */
static inline uint32_t entry_note(const entry_ring *ring, uint32_t entry) {
  return __atomic_load_n(&ring->all[entry].note, __ATOMIC_RELAXED);
}

static inline void entry_set_note(entry_ring *ring, uint32_t entry, uint32_t note) {
  __atomic_store_n(&ring->all[entry].note, note, __ATOMIC_RELAXED);
}

static inline int entry_has_failed(const entry_ring *ring, uint32_t entry) {
  return (entry_note(ring, entry) & NOTE_FAULT) != 0;
}

/* Notes why a record cannot be delivered. The first failure is the one that is reported. */
static inline void entry_fail(entry_ring *ring, uint32_t entry, uint32_t column, int32_t status) {
  const uint32_t note = entry_note(ring, entry);
  if ((note & NOTE_FAULT) == 0) {
    entry_set_note(ring, entry,
                   (note & NOTE_ONE_RUN) | NOTE_FAULT | (uint32_t)(-status & 0xffff) |
                       column << 16);
    ring->failed++;
  }
}

static inline int32_t entry_status(const entry_ring *ring, uint32_t entry) {
  return entry_has_failed(ring, entry) ? -(int32_t)(entry_note(ring, entry) & 0xffff) : 0;
}

static inline uint32_t entry_failed_column(const entry_ring *ring, uint32_t entry) {
  return entry_note(ring, entry) >> 16 & 0xff;
}

static inline int entry_is_given_up(const entry_ring *ring, uint32_t entry) {
  return (entry_note(ring, entry) & NOTE_GIVEN_UP) != 0;
}

/* How many bytes the record has in all columns that are read, or BYTES_UNKNOWN. */
static inline uint64_t entry_bytes(const entry_ring *ring, uint32_t entry) {
  const uint32_t note = entry_note(ring, entry) & ~NOTE_ONE_RUN;
  return note == 0 || note >= NOTE_FAULT ? BYTES_UNKNOWN : note - 1;
}

/* Keeps that, unless the record has failed. A very large one is looked up again. */
static inline void entry_keep_bytes(entry_ring *ring, uint32_t entry, uint64_t bytes) {
  if (entry_note(ring, entry) == 0 && bytes < NOTE_ONE_RUN - 1)
    entry_set_note(ring, entry, (uint32_t)bytes + 1);
}

static inline int entry_is_one_run(const entry_ring *ring, uint32_t entry) {
  return (entry_note(ring, entry) & NOTE_ONE_RUN) != 0;
}

static inline void entry_keep_one_run(entry_ring *ring, uint32_t entry) {
  entry_set_note(ring, entry, entry_note(ring, entry) | NOTE_ONE_RUN);
}

static inline uint32_t entry_at(const entry_ring *ring, uint64_t sequence) {
  return (uint32_t)(sequence % ring->capacity);
}

/* How many entries were ordered after the oldest one and before this one: how soon it is due. */
static inline uint32_t entry_age(const entry_ring *ring, uint32_t entry) {
  return entry >= ring->oldest ? entry - ring->oldest : ring->capacity - ring->oldest + entry;
}

/* The entry `count` entries behind another one; count is at most the capacity. */
static inline uint32_t entry_after(const entry_ring *ring, uint32_t entry, uint32_t count) {
  const uint32_t at = entry + count; /* at most 2^31: see PENSTOCK_MAX_ENTRIES_LOG2 */
  return at < ring->capacity ? at : at - ring->capacity;
}

/* The oldest ones are gone. */
static inline void entry_take(entry_ring *ring, uint32_t count) {
  ring->taken += count;
  ring->oldest = entry_after(ring, ring->oldest, count);
}

/* The same if it is among the next `left` ones, else ENTRY_NONE. */
static inline uint32_t entry_among(const entry_ring *ring, uint32_t entry, uint32_t count,
                                   uint64_t left) {
  return count < left ? entry_after(ring, entry, count) : ENTRY_NONE;
}

#endif
