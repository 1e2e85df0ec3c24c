/* Extents: turns entries into requests. */
#ifndef PENSTOCK_EXTENT_H
#define PENSTOCK_EXTENT_H

#include <stdint.h>

#include "penstock.h"

int32_t extent_issue(penstock_reader *reader, uint64_t forced);

#endif
