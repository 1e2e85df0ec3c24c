/* A disk that is slow in a way that is known: each read costs a fixed time and a time for each of
 * its bytes, one after another, while the caller goes on. It has a clock of its own, which only
 * moves when somebody waits for the disk or looks at it, so what is measured is not this machine.
 * Programs that use it are linked with --wrap=clock_gettime. */
#ifndef PENSTOCK_SLOW_H
#define PENSTOCK_SLOW_H

#include "core/backend.h"

typedef struct {
  uint64_t request_ns;
  double byte_ns;
  uint64_t now_ns;
  uint64_t busy_until_ns;
  uint64_t reads;
} slow_disk;

extern slow_disk slow;

int32_t slow_open(backend *self, uint32_t kind, const backend_options *options);

#endif
