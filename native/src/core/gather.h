/* Gather: brings what was read to its place, and hands records over. */
#ifndef PENSTOCK_GATHER_H
#define PENSTOCK_GATHER_H

#include <stdint.h>

#include "core/request.h"
#include "penstock.h"

/* A read that the kernel asks to repeat is repeated so often before it counts as an error; a device
 * error is tried once more: some go away, and a bad sector fails at once again. */
enum { MAX_ATTEMPTS_BUSY = 64, MAX_ATTEMPTS_ERROR = 2 };

int32_t gather_completion(penstock_reader *reader, request *request, int32_t result);
void gather_let_go(penstock_reader *reader, uint32_t entry, uint32_t column, int32_t status);
void gather_drop(penstock_reader *reader, request *request);
int32_t gather_take(penstock_reader *reader, uint32_t count, uint64_t slot_address,
                    penstock_failure *failure);

#endif
