/* The backend whose requests the caller carries out. */
#ifndef PENSTOCK_EXTERNAL_H
#define PENSTOCK_EXTERNAL_H

#include <stdint.h>

#include "core/backend.h"

uint64_t external_memory(uint32_t queue_depth);
int32_t external_open(backend *self, const backend_options *options);

#endif
