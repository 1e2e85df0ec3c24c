/* Gather: brings what was read to its place, and hands records over. */
#ifndef PENSTOCK_GATHER_H
#define PENSTOCK_GATHER_H

#include <stdint.h>

#include "core/request.h"
#include "penstock.h"

/* How often a read is repeated at the kernel's request before it counts as an error. After an error
 * of the device it is tried once more: some errors are transient, and a bad sector fails again at
 * once. */
enum { MAX_ATTEMPTS_BUSY = 64, MAX_ATTEMPTS_ERROR = 2 };

/* Deals with the answer to a request. Returns 0, or -errno: the backend is broken. */
int32_t gather_completion(penstock_reader *reader, request *request, int32_t result);
/* Takes one hold off an entry; with a status below 0 the record has failed. Without holds it is
 * loaded. */
void gather_let_go(penstock_reader *reader, uint32_t entry, uint32_t column, int32_t status);
/* Gives a request and its staging back. */
void gather_drop(penstock_reader *reader, request *request);
/* Hands over the oldest records: penstock_reader_take, after its checks. */
int32_t gather_take(penstock_reader *reader, uint32_t count, uint64_t slot_address,
                    penstock_failure *failure);

#endif
