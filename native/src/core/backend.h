/* A backend carries requests out. This is the contract between core, which starts them, and each
 * file of io that reads in its own way. */
#ifndef PENSTOCK_BACKEND_H
#define PENSTOCK_BACKEND_H

#include <errno.h>
#include <stdint.h>

#include "core/request.h"
#include "penstock.h"

typedef struct {
  request *request;
  int32_t result; /* bytes read, or -errno */
} completion;

/* The result of a read. The block layer reports a bad sector as -ENODATA ("critical medium
 * error"), which in this library means that a file ends early: it becomes -EIO. */
static inline int32_t completion_result(const completion *done) {
  return done->result == -ENODATA ? -EIO : done->result;
}

/* How requests become bytes. One value per reader; `state` belongs to the backend. */
typedef struct backend {
  void *state;
  /* Takes a request on; never more than queue_depth at once. Returns 0 or -errno: backend broken.
   */
  int32_t (*start)(struct backend *self, request *request);
  /* Submits what was started; waits until `wanted` requests completed or timeout_ns passed (0: does
   * not wait); stores at most capacity completions. Returns their number, or -errno: backend
   * broken. */
  int32_t (*finish)(struct backend *self, uint32_t wanted, uint64_t timeout_ns,
                    completion *completions, uint32_t capacity);
  /* Frees the state. Nothing is in flight. */
  void (*close)(struct backend *self);
  int never_waits;  /* finish returns at once, whatever is wanted: the caller is the backend */
  int drops_behind; /* what is read does not stay in the page cache: no advice is needed */
} backend;

typedef struct {
  const penstock_source *source;
  uint32_t io;
  uint32_t queue_depth;
  uint8_t *fixed_base; /* NULL: no buffer to register */
  uint64_t fixed_bytes;
  uint32_t drop_behind;
} backend_options;

/* Opens a backend. Tests use their own instead of io's, to inject faults. */
typedef int32_t (*backend_opener)(backend *self, uint32_t kind, const backend_options *options);

#endif
