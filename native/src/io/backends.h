/* The backends, and what they need of a source. */
#ifndef PENSTOCK_BACKENDS_H
#define PENSTOCK_BACKENDS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "core/backend.h"
#include "core/request.h"
#include "core/source.h"
#include "penstock.h"

int32_t backend_uring_open(backend *self, const backend_options *options);
uint64_t backend_uring_memory(uint32_t queue_depth);
int32_t backend_pread_open(backend *self, const backend_options *options);
uint64_t backend_pread_memory(uint32_t queue_depth);

static inline int request_fd(const penstock_source *source, const request *request, uint32_t io) {
  const source_file *file = &source->files[request->file];
  return io == PENSTOCK_IO_DIRECT ? file->fd_direct : file->fd_buffered;
}

_Static_assert(sizeof(memory_piece) == sizeof(struct iovec) &&
                   offsetof(memory_piece, base) == offsetof(struct iovec, iov_base) &&
                   offsetof(memory_piece, bytes) == offsetof(struct iovec, iov_len),
               "the kernel takes pieces of memory as they are");

static inline const struct iovec *request_iovec(const request *request) {
  return (const struct iovec *)request->pieces;
}

#endif
