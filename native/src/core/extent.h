/* Extents: turns entries into requests. */
#ifndef PENSTOCK_EXTENT_H
#define PENSTOCK_EXTENT_H

#include <stdint.h>

#include "penstock.h"

/* Starts requests until the device has enough to do, or no entry, cell or staging is left. Returns
 * 0 or -errno: the backend is broken. */
int32_t extent_issue(penstock_reader *reader, uint64_t forced);

#endif
