/* All that core needs from the outside world: time, memory, files and backends. io implements it;
 * core includes nothing else of io, and calls no system function. */
#ifndef PENSTOCK_IO_H
#define PENSTOCK_IO_H

#include <stdatomic.h>
#include <stdint.h>

#include "core/backend.h"
#include "core/source.h"

/* A clock that never goes backwards, with any starting point. */
uint64_t io_now_ns(void);

/* Processor time of the calling thread. */
uint64_t io_thread_cpu_ns(void);

/* The size of a page: the unit of mappings and of the page cache. */
uint64_t io_page_bytes(void);

/* Waits until another thread wakes those that wait for this word, unless it has changed since it
 * was `seen`. May come back early. */
void io_wait(_Atomic uint32_t *word, uint32_t seen);

/* Wakes up to `count` threads that wait for this word. */
void io_wake(_Atomic uint32_t *word, uint32_t count);

/* Lets the processor rest for a moment, in a loop that looks what another thread does. */
void io_relax(void);

/* Has the kernel provide this memory, as the first write to each page would, and all of each page
 * that it begins or ends in; what is there stays as it is. Returns 0 or -errno. */
int32_t io_provide(uint8_t *memory, uint64_t bytes);

/* The size that the file has now. Returns 0 or -errno. */
int32_t io_file_size(const source_file *file, uint64_t *size_bytes);

/* Advises the kernel to drop pages of a range of the file from the page cache. */
void io_drop_pages(const source_file *file, uint64_t offset_bytes, uint64_t length_bytes);

/* Opens the backend that PENSTOCK_BACKEND_* names. */
int32_t io_backend_open(backend *self, uint32_t kind, const backend_options *options);

/* Bytes that this backend allocates when it is opened, the ring it shares with the kernel included.
 */
uint64_t io_backend_memory(uint32_t kind, uint32_t queue_depth);

#endif
