/* Pace: how many requests are in flight, and which gaps are worth reading through. */
#ifndef PENSTOCK_PACE_H
#define PENSTOCK_PACE_H

#include <stdint.h>

#include "penstock.h"

/* How fast the device is driven; see pace.c. */
typedef struct pace {
  uint32_t adapt;
  uint32_t most;              /* limit of depth */
  uint32_t depth;             /* requests in flight, at most, now */
  uint32_t gap_bytes;         /* the largest gap that is read through now */
  uint32_t learned_gap_bytes; /* what is known to be worth it */
  uint32_t read_bytes;        /* the largest read now */
  uint32_t least_read;        /* limits of read_bytes */
  uint32_t most_read;
  uint32_t kept_depth; /* the best depth so far */
  int is_trial;        /* another depth is being tried */
  int direction;
  int pause; /* judgements until the next trial */
  double kept_rate;
  double xx, xy, yy, xt, yt; /* sums of the fit */
  int is_wide;               /* where gaps are varied: a wide one is tried */
  uint64_t varied_requests;  /* since when */
  uint64_t began_ns;         /* of the interval; 0: none */
  uint64_t requests;
  uint64_t bytes;
  uint64_t worked_ns;        /* of the interval the owner did not wait for the device */
  uint32_t judged_intervals; /* sums over intervals of this depth that are not judged yet */
  uint64_t judged_requests;
  double judged_work;
  double judged_ns;
} pace;

/* Staging has room for so many reads: one is copied out while another is on its way. */
#define LEAST_STAGED_READS 2

void pace_open(pace *pace, const penstock_reader_options *options);
/* The device was not busy enough: this interval says nothing about it. */
void pace_interrupted(pace *pace);
/* For so long the owner had something else to do than to wait for the device. */
void pace_worked(pace *pace, uint64_t nanoseconds);
/* Counts completed requests and their bytes. */
void pace_completed(pace *pace, uint64_t now, uint32_t requests, uint64_t bytes);

#endif
