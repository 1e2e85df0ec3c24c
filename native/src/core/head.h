/* The head of the order: what is read by itself beside the first sweep. */
#ifndef PENSTOCK_HEAD_H
#define PENSTOCK_HEAD_H

#include <stdint.h>

#include "core/request.h"

#include "penstock.h"

/* The head of an order is this part of what is known ahead. */
#define HEAD_PART 8

/* What was done in a while. */
typedef struct {
  uint64_t began_ns;
  uint64_t ns;      /* so far */
  uint64_t reads;   /* of the sweep, that came back */
  uint64_t bytes;   /* of these */
  uint64_t records; /* of the head that were passed, whoever brought them */
} head_window;

/* How much of the device reads of the head get beside the first sweep; see head.c. */
typedef struct {
  double credit;         /* records that may be read before the sweep must move on */
  int gets_more;         /* than the least, */
  double rate;           /* so many times that */
  double too_much;       /* a rate that was; 0: none */
  int was_short;         /* in this window: more of them were due than credit allowed */
  int is_settling;       /* what began earlier is still coming back */
  uint32_t old_reads;    /* those of the sweep among it */
  uint32_t windows;      /* measured since this began */
  uint32_t rest_windows; /* how many the least is kept for, as more was no use */
  head_window now;
  head_window least;     /* the last one with the least */
  head_window more;      /* those with more since then, together */
  uint32_t more_windows; /* how many these are to be */
  uint64_t singles;      /* reads of the head that came back before the first window ended */
  uint64_t singles_begin_ns;
  uint64_t singles_end_ns;
  uint32_t sweep_in_flight; /* reads of the sweep */
} head_share;

/* The next records of the head, if they are due and may be read now. They are paid for, those that
 * the sweep has brought as well. */
int head_due(penstock_reader *reader, uint64_t *begin, uint64_t *end);
/* Whether there may be another read in flight. Where the head gets more than the least, its own do
 * not count: these wait behind those of the sweep, which are large, so it takes many of them. */
int head_leaves_room(const penstock_reader *reader);
/* Told of each read when it is issued, when it has come back, and when it is done with. */
void head_issued(penstock_reader *reader, request *request, int is_urgent);
void head_completed(penstock_reader *reader, const request *request, uint64_t bytes, uint64_t now);
void head_dropped(penstock_reader *reader, request *request);
/* Told the time after some have come back. Returns whether the device was used evenly enough to
 * learn its costs. */
int head_look(penstock_reader *reader, uint64_t now);
/* Begins with the first record. */
void head_reset(penstock_reader *reader);

#endif
