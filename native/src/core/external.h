/* The backend whose requests the caller carries out. */
#ifndef PENSTOCK_EXTERNAL_H
#define PENSTOCK_EXTERNAL_H

#include <stdint.h>

#include "core/backend.h"

uint64_t external_memory(uint32_t queue_depth);
int32_t external_open(backend *self, const backend_options *options);
/* Hands requests out; returns how many. */
uint32_t external_poll(backend *self, penstock_request *requests, uint32_t capacity);
/* Takes an answer: bytes or -errno. Returns 0, or -EINVAL: no such request is out, or it did not
 * ask for so much. */
int32_t external_complete(backend *self, uint64_t id, int64_t result);

#endif
