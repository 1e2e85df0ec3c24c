/* A backend that reads through pread and writes down what was asked of it, in order: what the
 * elevator and the extents decided. Repeats after errors and short reads are written down too. */
#ifndef PENSTOCK_RECORDER_H
#define PENSTOCK_RECORDER_H

#include "core/backend.h"

typedef struct {
  uint64_t offset_bytes;
  uint32_t length_bytes;
  uint32_t file;
  uint32_t column;
  uint32_t records; /* that this read serves */
  uint32_t straight;
} recorded;

/* The reads since the test set recorded_count to 0; what does not fit is counted only. */
enum { MAX_RECORDED = 1 << 16 };
extern recorded recorded_reads[MAX_RECORDED];
extern uint32_t recorded_count;

/* Most requests that were under way at once. */
extern uint32_t recorded_depth;

int32_t recorder_open(backend *self, uint32_t kind, const backend_options *options);

#endif
