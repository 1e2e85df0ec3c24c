/* See slow.h. */
#define _GNU_SOURCE
#include "slow.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "io/backends.h"
#include "support.h"

/* What the processor does takes some time, too: so nobody waits for ever for a clock to move. */
enum { LOOK_NS = 100 };

slow_disk slow;

typedef struct {
  request *request;
  uint64_t done_ns;
} slow_read;

typedef struct {
  const penstock_source *source;
  uint32_t io;
  uint32_t capacity;
  uint32_t first;
  uint32_t count;
  slow_read queue[];
} slow_state;

int __wrap_clock_gettime(clockid_t clock, struct timespec *time);
int __wrap_clock_gettime(clockid_t clock, struct timespec *time) {
  (void)clock;
  slow.now_ns += LOOK_NS;
  time->tv_sec = (time_t)(slow.now_ns / 1000000000);
  time->tv_nsec = (long)(slow.now_ns % 1000000000);
  return 0;
}

static double later(double until_ns, double by_ns) {
  const double now = (double)slow.now_ns;
  return (until_ns > now ? until_ns : now) + by_ns;
}

/* Reads come back in the order in which they were asked for. */
static uint64_t done_at(uint64_t length) {
  const double bytes_ns = slow.byte_ns * (double)length;
  if (!slow.has_two_limits)
    return (uint64_t)later((double)slow.busy_until_ns, (double)slow.request_ns + bytes_ns);
  slow.requests_until_ns = later(slow.requests_until_ns, (double)slow.request_ns);
  slow.bytes_until_ns = later(slow.bytes_until_ns, bytes_ns);
  const double done =
      slow.requests_until_ns > slow.bytes_until_ns ? slow.requests_until_ns : slow.bytes_until_ns;
  return done > (double)slow.busy_until_ns ? (uint64_t)done : slow.busy_until_ns;
}

static int32_t slow_start(backend *self, request *request) {
  slow_state *state = self->state;
  CHECK(state->count < state->capacity);
  slow.busy_until_ns = done_at(request_length(request));
  slow.reads++;
  state->queue[(state->first + state->count++) % state->capacity] =
      (slow_read){.request = request, .done_ns = slow.busy_until_ns};
  return 0;
}

static completion complete(slow_state *state) {
  request *request = state->queue[state->first].request;
  state->first = (state->first + 1) % state->capacity;
  state->count--;
  const uint32_t pieces = request_pieces(request);
  const ssize_t got = preadv(request_fd(state->source, request, state->io), request_iovec(request),
                             (int)pieces, (off_t)request_offset(request));
  CHECK(got >= 0);
  return (completion){.request = request, .result = (int32_t)got};
}

static int32_t slow_finish(backend *self, uint32_t wanted, uint64_t timeout_ns,
                           completion *completions, uint32_t capacity) {
  slow_state *state = self->state;
  if (wanted > state->count)
    wanted = state->count;
  if (wanted > 0) {
    const uint64_t left = UINT64_MAX - slow.now_ns;
    const uint64_t latest = slow.now_ns + (timeout_ns < left ? timeout_ns : left);
    const uint64_t done = state->queue[(state->first + wanted - 1) % state->capacity].done_ns;
    const uint64_t until = done < latest ? done : latest;
    if (until > slow.now_ns)
      slow.now_ns = until;
  }
  uint32_t count = 0;
  while (count < capacity && state->count > 0 && state->queue[state->first].done_ns <= slow.now_ns)
    completions[count++] = complete(state);
  return (int32_t)count;
}

static void slow_close(backend *self) { free(self->state); }

int32_t slow_open(backend *self, uint32_t kind, const backend_options *options) {
  (void)kind;
  slow_state *state = calloc(1, sizeof *state + options->queue_depth * sizeof *state->queue);
  CHECK(state != NULL);
  state->source = options->source;
  state->io = options->io;
  state->capacity = options->queue_depth;
  *self =
      (backend){.state = state, .start = slow_start, .finish = slow_finish, .close = slow_close};
  return 0;
}
