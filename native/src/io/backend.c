/* Which backend, and whether it works, which it finds out by reading through it. */
#define _GNU_SOURCE
#include <errno.h>

#include "core/external.h"
#include "core/io.h"
#include "core/source.h"
#include "io/backends.h"
#include "penstock.h"

int32_t io_backend_open(backend *self, uint32_t kind, const backend_options *options) {
  switch (kind) {
  case PENSTOCK_BACKEND_URING:
    return backend_uring_open(self, options);
  case PENSTOCK_BACKEND_PREAD:
    return backend_pread_open(self, options);
  case PENSTOCK_BACKEND_EXTERNAL:
    return external_open(self, options);
  default:
    return -EINVAL;
  }
}

uint64_t io_backend_memory(uint32_t kind, uint32_t queue_depth) {
  switch (kind) {
  case PENSTOCK_BACKEND_URING:
    return backend_uring_memory(queue_depth);
  case PENSTOCK_BACKEND_PREAD:
    return backend_pread_memory(queue_depth);
  default:
    return external_memory(queue_depth);
  }
}

/* The first block of the first file that is not empty; 0 when there is nothing to read. */
static int32_t read_block(backend *backend, const penstock_source *source, uint32_t io,
                          uint64_t address, penstock_failure *failure) {
  for (uint32_t i = 0; i < source->file_count; i++) {
    if (source->files[i].info.size_bytes == 0)
      continue;
    failure->file = (int32_t)i;
    failure->offset_bytes = 0;
    const uint32_t alignment = source_offset_alignment(&source->files[i], io);
    request request = {.base = (uint8_t *)(uintptr_t)address,
                       .length_bytes = alignment < 512 ? 512 : alignment,
                       .file = i};
    for (uint32_t attempt = 0; attempt < 64; attempt++) {
      completion done;
      int32_t status = backend->start(backend, &request);
      while (status == 0)
        status = backend->finish(backend, 1, UINT64_MAX, &done, 1);
      if (status < 0)
        return status;
      if (done.result != -EINTR && done.result != -EAGAIN)
        return done.result < 0 ? done.result : 0;
    }
    return -EAGAIN;
  }
  return 0;
}

static int32_t check_files(const penstock_source *source, uint32_t io, penstock_failure *failure) {
  for (uint32_t i = 0; i < source->file_count; i++)
    if (source->files[i].is_object ||
        (io == PENSTOCK_IO_DIRECT && !source_reads_directly(&source->files[i]))) {
      failure->file = (int32_t)i;
      return -EINVAL;
    }
  return 0;
}

static int32_t probe(penstock_source *source, uint32_t kind, uint32_t io,
                     penstock_failure *failure) {
  if (kind == PENSTOCK_BACKEND_EXTERNAL) /* the caller knows */
    return io == PENSTOCK_IO_BUFFERED ? 0 : -EINVAL;
  int32_t status = check_files(source, io, failure);
  if (status < 0)
    return status;
  uint64_t address;
  status = penstock_memory_allocate(65536, 0, &address);
  if (status < 0)
    return status;
  const backend_options options = {.source = source, .io = io, .queue_depth = 1};
  backend backend;
  status = io_backend_open(&backend, kind, &options);
  if (status == 0) {
    status = read_block(&backend, source, io, address, failure);
    backend.close(&backend);
  }
  (void)penstock_memory_free(address, 65536);
  return status;
}

int32_t penstock_backend_probe(penstock_source *source, uint32_t backend, uint32_t io,
                               penstock_failure *failure) {
  if (!source || !failure || (io != PENSTOCK_IO_DIRECT && io != PENSTOCK_IO_BUFFERED))
    return -EINVAL;
  *failure = (penstock_failure){.column = -1, .file = -1, .index = -1, .offset_bytes = -1};
  failure->status = probe(source, backend, io, failure);
  return failure->status;
}
