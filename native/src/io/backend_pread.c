/* The backend without io_uring: pread, one request after the other. The kernel is asked ahead of
 * time (POSIX_FADV_WILLNEED) to read what is queued, which keeps the device as busy as many
 * requests in flight would. Direct reads cannot be asked for ahead: they are done one by one. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/common.h"
#include "core/io.h"
#include "io/backends.h"
#include "io/platform.h"

typedef struct {
  const penstock_source *source;
  uint32_t io;
  uint32_t capacity;
  uint32_t first;
  uint32_t count;
  request *queue[];
} pread_state;

/* Advice may be refused: pread works all the same. What is read again has waited already, and its
 * records are due first. */
static int32_t pread_start(backend *self, request *request) {
  pread_state *state = self->state;
  PENSTOCK_ASSERT(state->count < state->capacity);
  if (state->io == PENSTOCK_IO_BUFFERED)
    (void)platform_advise_file(request_fd(state->source, request, state->io),
                               request_offset(request), request_length(request),
                               PENSTOCK_ADVICE_WILLNEED);
  if (request->is_again) {
    state->first = (state->first + state->capacity - 1) % state->capacity;
    state->queue[state->first] = request;
    state->count++;
  } else {
    state->queue[(state->first + state->count++) % state->capacity] = request;
  }
  return 0;
}

static int32_t read_one(const pread_state *state, request *request) {
  if (request->is_given_up)
    return -ECANCELED;
  const uint32_t pieces = request_pieces(request);
  const ssize_t got = preadv(request_fd(state->source, request, state->io), request_iovec(request),
                             (int)pieces, (off_t)request_offset(request));
  return got < 0 ? -errno : (int32_t)got;
}

/* A failed read ends the call: the next ones may take as long and may not be wanted any more. */
static int32_t pread_finish(backend *self, uint32_t wanted, uint64_t timeout_ns,
                            completion *completions, uint32_t capacity) {
  pread_state *state = self->state;
  const uint64_t begin = io_now_ns();
  uint32_t count = 0;
  while (count < wanted && count < capacity && state->count > 0) {
    request *request = state->queue[state->first];
    state->first = (state->first + 1) % state->capacity;
    state->count--;
    const int32_t result = read_one(state, request);
    completions[count++] = (completion){.request = request, .result = result};
    if (result == -ECANCELED)
      continue;
    if (result < 0 || io_now_ns() - begin >= timeout_ns)
      break;
  }
  return (int32_t)count;
}

static void pread_close(backend *self) {
  free(self->state);
  self->state = NULL;
}

uint64_t backend_pread_memory(uint32_t queue_depth) {
  return sizeof(pread_state) + sizeof(request *) * (uint64_t)queue_depth;
}

int32_t backend_pread_open(backend *self, const backend_options *options) {
  pread_state *state = calloc(1, backend_pread_memory(options->queue_depth));
  if (!state)
    return -ENOMEM;
  state->source = options->source;
  state->io = options->io;
  state->capacity = options->queue_depth;
  *self =
      (backend){.state = state, .start = pread_start, .finish = pread_finish, .close = pread_close};
  return 0;
}
