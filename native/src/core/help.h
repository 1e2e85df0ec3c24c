/* Help: copies that other threads than the owner carry out. */
#ifndef PENSTOCK_HELP_H
#define PENSTOCK_HELP_H

#include <stdatomic.h>
#include <stdint.h>

#include "core/request.h"
#include "penstock.h"

/* A batch is copied out of cells in at most so many parts. */
enum { MAX_TAKE_PARTS = 8 };

typedef struct {
  uint32_t first; /* records, counted from the oldest one */
  uint32_t end;
  _Atomic uint32_t is_copied;
} take_part;

/* What is to be copied. There are two kinds: requests whose bytes are in staging, oldest first, in
 * a ring; and the parts of the batch that is prepared for its slot. The owner posts them; helpers
 * and the owner claim them, one after another; the owner collects what is copied. The numbers of
 * requests and of parts only grow. */
typedef struct {
  request **ring;
  uint32_t capacity;
  uint64_t collected; /* the owner's alone */
  _Atomic uint64_t posted;
  _Atomic uint64_t claimed;

  take_part parts[MAX_TAKE_PARTS];
  uint32_t part_count;  /* 0: no batch is prepared */
  uint32_t batch_count; /* its records, as many as were asked for, */
  uint32_t batch_fit;   /* and as many as fit */
  uint8_t *batch_slot;
  uint64_t first_part; /* the number of parts[0] */
  _Atomic uint64_t parts_posted;
  _Atomic uint64_t parts_claimed;

  _Atomic uint32_t news;       /* changes when something is posted, and when helpers may go, */
  _Atomic uint32_t sleepers;   /* helpers that wait for that */
  _Atomic uint32_t copies;     /* changes when a helper has copied something, */
  _Atomic uint32_t is_awaited; /* and whether the owner waits for that */
  _Atomic uint32_t helpers;    /* threads that are in penstock_reader_help */
  _Atomic uint32_t are_dismissed;
  _Atomic uint64_t copy_ns; /* of helpers */
  _Atomic uint64_t cpu_ns;
} help_queue;

/* ---- Requests, from staging to their places ---- */

/* Whether the copies of this request are worth handing to another thread, and there is one. */
int help_is_worth(const penstock_reader *reader, const request *request);
/* Hands them out. The request is no longer in flight. */
void help_post(penstock_reader *reader, request *request);
/* Requests that are handed out and not collected. */
uint32_t help_count(const penstock_reader *reader);
/* Goes on with all requests whose copies have been made. Returns 0 or -errno: backend broken. */
int32_t help_collect(penstock_reader *reader);
/* The owner has nothing better to do than to make a copy, or to wait for one. There must be one. */
void help_work(penstock_reader *reader);

/* ---- The oldest records, from cells to their slot ---- */

/* The same for so many of them. */
int help_is_worth_taking(const penstock_reader *reader, uint32_t count);
/* Hands out the copies of the oldest `fit` records, of `count` that are wanted. No others may be
 * handed out. */
void help_post_taken(penstock_reader *reader, uint32_t count, uint32_t fit, uint8_t *slot);
/* Waits until nobody copies to a slot. Returns how many records are there if these are the ones
 * that were prepared, else 0. */
uint32_t help_await_taken(penstock_reader *reader, uint32_t count, const uint8_t *slot);

/* Waits for all copies, and drops their requests: nothing is loaded by them. */
void help_drop(penstock_reader *reader);

#endif
