/* A visit: entries of one place, on their way to being read. */
#ifndef PENSTOCK_VISIT_H
#define PENSTOCK_VISIT_H

#include <stdint.h>

#include "core/chunk.h"
#include "core/entry.h"

#include "penstock.h"

/* What is to be read by one request: see extent.c. */
typedef struct {
  uint32_t column;
  uint32_t file;
  uint32_t alignment;
  uint32_t cut_count;
  uint64_t cells_needed; /* or chunks */
  uint64_t begin;        /* aligned */
  uint64_t end;          /* of the last wanted byte; not aligned */
  uint64_t record_offset;
  int is_part; /* of one record, with more to come */
} extent;

/* Entries that are being turned into requests, ascending by record index. (Urgent ones only nearly
 * so where an index has more than 32 bits: extents must not rely on the order.) */
typedef struct {
  uint64_t *keys;    /* what they are sorted by << 32 | entry */
  uint64_t *scratch; /* for sorting; then what each entry needs of the cells, as far as it is due */
  uint32_t count;
  uint32_t capacity;
  uint32_t shift; /* urgent: low bits of the index that are not sorted by */
  uint64_t base;  /* what was taken off the index before that */
  struct {
    uint32_t next;       /* the key to issue reads for next */
    uint64_t part_bytes; /* of that record, already issued */
    uint32_t shard;      /* of the last record: a hint for source_locate */
    chain_place chain;   /* where what is issued of it ends, when cells are in bytes */
  } cursors[PENSTOCK_MAX_COLUMNS];
  /* The next read, when cells or staging were short: it is not planned again at each attempt. */
  extent planned;
  int is_planned;
} visit;

static inline uint32_t visit_entry(const visit *visit, uint32_t at) {
  return (uint32_t)visit->keys[at];
}

/* The record of key number `at`; the key knows it, unless bits of it were shifted out. */
static inline uint64_t visit_index(const visit *visit, const entry_ring *ring, uint32_t at) {
  return visit->shift == 0 ? visit->base + (visit->keys[at] >> 32)
                           : entry_index(ring, visit_entry(visit, at));
}

/* Sorts the keys, whose upper halves are less than `span`. May swap keys and scratch. */
void visit_sort(visit *visit, uint64_t span);

/* Has each entry know how many bytes its record has. Where no horizon in bytes has asked for it
 * before, this is cheaper: in the order of the file. Uses the scratch, which is free once keys are
 * sorted. */
void visit_measure(penstock_reader *reader, const visit *visit);

#endif
