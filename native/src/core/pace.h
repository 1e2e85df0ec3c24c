/* Pace: how many requests are in flight, and which gaps are worth reading through. */
#ifndef PENSTOCK_PACE_H
#define PENSTOCK_PACE_H

#include <stdint.h>

#include "penstock.h"

/* How fast the device is driven; see pace.c. */
typedef struct pace {
  uint32_t adapt;
  uint32_t most;       /* requests in flight, at most ever */
  uint32_t depth;      /* ... and now */
  uint32_t gap_bytes;  /* read through now */
  uint32_t read_bytes; /* size of a read at most now, of */
  uint32_t least_read; /* these limits */
  uint32_t most_read;
  uint32_t kept_depth;
  int is_trial; /* depth is tried, kept_depth is what was best before */
  int direction;
  int hold; /* judgements until the next trial */
  double kept_rate;
  double xx, xy, yy, xt, yt; /* sums of the fit */
  uint64_t began_ns;         /* of the window; 0: none */
  uint64_t requests;
  uint64_t bytes;
  uint32_t judged_windows; /* of this depth, not yet judged: what they come to */
  uint64_t judged_requests;
  double judged_work;
  double judged_ns;
} pace;

#define LEAST_STAGED_READS 2 /* one is copied out of staging while another is on its way */

void pace_open(pace *pace, const penstock_reader_options *options);
void pace_interrupted(pace *pace);
void pace_completed(pace *pace, uint64_t now, uint32_t requests, uint64_t bytes);

#endif
