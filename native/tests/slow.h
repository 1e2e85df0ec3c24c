/* A disk that is slow in a way that is known: each read costs a fixed time and a time for each of
 * its bytes, one after another, while the caller goes on. With two limits, as those of cloud disks
 * are, it does so many requests and so many bytes a second, and either may hold it back. It has a
 * clock of its own, which only
 * moves when somebody waits for the disk or looks at it, so what is measured is not this machine.
 * Programs that use it are linked with --wrap=clock_gettime. */
#ifndef PENSTOCK_SLOW_H
#define PENSTOCK_SLOW_H

#include "core/backend.h"

typedef struct {
  uint64_t request_ns;
  double byte_ns;
  int has_two_limits;
  uint64_t now_ns;
  uint64_t busy_until_ns;
  double requests_until_ns; /* with two limits */
  double bytes_until_ns;
  uint64_t reads;
} slow_disk;

extern slow_disk slow;

int32_t slow_open(backend *self, uint32_t kind, const backend_options *options);

#endif
