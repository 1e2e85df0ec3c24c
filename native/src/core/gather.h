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
/* Copies what a request has read to its places. Any thread: it changes nothing of the reader,
 * and of the request how much was copied. */
void gather_copy(const penstock_reader *reader, request *request);
/* Goes on with a request whose bytes were copied. Returns 0, or -errno: the backend is broken. */
int32_t gather_copied(penstock_reader *reader, request *request);
/* Takes one hold off an entry; with a status below 0 the record has failed. Without holds it is
 * loaded. */
void gather_let_go(penstock_reader *reader, uint32_t entry, uint32_t column, int32_t status);
/* Gives a request and its staging back. */
void gather_drop(penstock_reader *reader, request *request);
/* Copies records from number `first` to `end` of the oldest ones to their slot. Any thread, as long
 * as they are not taken: it changes nothing of the reader. */
void gather_copy_taken(const penstock_reader *reader, uint32_t first, uint32_t end, uint8_t *slot,
                       int is_failed);
/* Has helpers begin to copy the oldest records: penstock_reader_prepare, after its checks. */
void gather_prepare(penstock_reader *reader, uint32_t count, uint64_t slot_address);
/* Hands over the oldest records: penstock_reader_take, after its checks. */
int32_t gather_take(penstock_reader *reader, uint32_t count, uint64_t slot_address,
                    penstock_failure *failure);

#endif
