/* The io_uring backend: many reads in flight from one thread. The ring belongs to the thread that
 * opens the reader. Newer features are asked for first and dropped one by one where the kernel is
 * older. */
#define _GNU_SOURCE
#include <errno.h>
#include <liburing.h>
#include <stdlib.h>
#include <string.h>

#include "core/common.h"
#include "core/io.h"
#include "io/backends.h"

/* liburing 2.3 has no names for what came later. */
#ifndef IORING_SETUP_COOP_TASKRUN
#define IORING_SETUP_COOP_TASKRUN (1U << 8)
#endif
#ifndef IORING_SETUP_SINGLE_ISSUER
#define IORING_SETUP_SINGLE_ISSUER (1U << 12)
#endif
#ifndef IORING_SETUP_DEFER_TASKRUN
#define IORING_SETUP_DEFER_TASKRUN (1U << 13)
#endif

#ifndef RWF_DONTCACHE
#define RWF_DONTCACHE 0x80
#endif

/* More descriptors than this are not registered: the table counts against RLIMIT_NOFILE. */
#define MAX_FIXED_FILES 512

/* Submissions that one page holds twice over. */
#define LEAST_SUBMISSIONS 32

typedef struct {
  struct io_uring ring;
  const penstock_source *source;
  uint32_t io;
  uint32_t in_flight;
  uint8_t *fixed_base;
  uint64_t fixed_bytes;
  int has_fixed_files;
  int is_deferred;
  int wants_dontcache; /* reads were to stay out of the page cache at first */
  uint32_t read_flags; /* RWF_DONTCACHE (Linux 6.14) until a read with it is refused */
} uring_state;

static int32_t uring_start(backend *self, request *request) {
  uring_state *state = self->state;
  struct io_uring_sqe *sqe = io_uring_get_sqe(&state->ring);
  if (!sqe) {
    /* The queue is as deep as the reader's: it is full only of reads that are not submitted yet. */
    const int status = io_uring_submit(&state->ring);
    if (status < 0 && status != -EAGAIN && status != -EBUSY && status != -EINTR)
      return status;
    sqe = io_uring_get_sqe(&state->ring);
    if (!sqe)
      return -EBUSY;
  }
  const int fd =
      state->has_fixed_files ? (int)request->file : request_fd(state->source, request, state->io);
  const uint32_t count = request_pieces(request);
  uint8_t *place = request->pieces[0].base;
  const uint32_t length = (uint32_t)request->pieces[0].bytes;
  const int is_fixed = state->fixed_base && place >= state->fixed_base &&
                       place + length <= state->fixed_base + state->fixed_bytes;
  if (count > 1)
    io_uring_prep_readv(sqe, fd, request_iovec(request), count, request_offset(request));
  else if (is_fixed)
    io_uring_prep_read_fixed(sqe, fd, place, length, request_offset(request), 0);
  else
    io_uring_prep_read(sqe, fd, place, length, request_offset(request));
  sqe->rw_flags = (int)state->read_flags;
  if (state->has_fixed_files)
    sqe->flags |= IOSQE_FIXED_FILE;
  io_uring_sqe_set_data(sqe, request);
  state->in_flight++;
  return 0;
}

/* A kernel or a file system without RWF_DONTCACHE refuses the read: then this and all later ones
 * are made without it, and pages are dropped by advice. */
static int32_t retry_without_dontcache(backend *self, int32_t result) {
  uring_state *state = self->state;
  if (!state->wants_dontcache || result != -EOPNOTSUPP)
    return result;
  state->read_flags = 0;
  self->drops_behind = 0;
  return -EAGAIN;
}

static uint32_t harvest(backend *self, completion *completions, uint32_t capacity) {
  uring_state *state = self->state;
  struct io_uring_cqe *cqe;
  unsigned head;
  uint32_t count = 0;
  io_uring_for_each_cqe(&state->ring, head, cqe) {
    if (count == capacity)
      break;
    completions[count++] = (completion){.request = io_uring_cqe_get_data(cqe),
                                        .result = retry_without_dontcache(self, cqe->res)};
  }
  io_uring_cq_advance(&state->ring, count);
  state->in_flight -= count;
  return count;
}

/* When the ring is busy (no memory for the request, completion queue full) or the call was
 * interrupted, the caller harvests and comes back. The end of the time is no error. Everything else
 * means that the ring is broken. */
static int32_t decide_status(int status) {
  switch (status) {
  case -ETIME:
  case -EINTR:
  case -EAGAIN:
  case -EBUSY:
    return 0;
  default:
    return status < 0 ? status : 0;
  }
}

static int32_t uring_finish(backend *self, uint32_t wanted, uint64_t timeout_ns,
                            completion *completions, uint32_t capacity) {
  uring_state *state = self->state;
  int status;
  if (wanted > state->in_flight)
    wanted = state->in_flight;
  if (wanted == 0) {
    status = state->is_deferred ? io_uring_submit_and_get_events(&state->ring)
                                : io_uring_submit(&state->ring);
  } else if (timeout_ns == UINT64_MAX) {
    status = io_uring_submit_and_wait(&state->ring, wanted);
  } else {
    struct __kernel_timespec time = {.tv_sec = (long long)(timeout_ns / 1000000000),
                                     .tv_nsec = (long long)(timeout_ns % 1000000000)};
    struct io_uring_cqe *cqe;
    status = io_uring_submit_and_wait_timeout(&state->ring, &cqe, wanted, &time, NULL);
  }
  const int32_t decided = decide_status(status);
  if (decided < 0)
    return decided;
  return (int32_t)harvest(self, completions, capacity);
}

static void uring_close(backend *self) {
  uring_state *state = self->state;
  io_uring_queue_exit(&state->ring);
  free(state);
  self->state = NULL;
}

/* SINGLE_ISSUER | DEFER_TASKRUN (6.1): completions are handled when we ask for them, not by
 * interrupting us. COOP_TASKRUN (5.19): at least no interrupt between processors. A queue of
 * submissions that is shorter than the reader's depth is emptied more often; that of completions
 * always has room for all that can be in flight. */
static int32_t open_ring_of(uring_state *state, uint32_t entries, uint32_t depth) {
  static const uint32_t ladder[] = {IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN,
                                    IORING_SETUP_COOP_TASKRUN, 0};
  int status = -EINVAL;
  for (size_t i = 0; i < sizeof ladder / sizeof ladder[0] && status == -EINVAL; i++) {
    struct io_uring_params params;
    memset(&params, 0, sizeof params);
    params.flags = ladder[i];
    if (entries < depth) {
      params.flags |= IORING_SETUP_CQSIZE; /* 5.5; rounded up to a power of two */
      params.cq_entries = depth;
    }
    status = io_uring_queue_init_params(entries, &state->ring, &params);
    state->is_deferred = (ladder[i] & IORING_SETUP_DEFER_TASKRUN) != 0;
  }
  if (status < 0)
    return status;
  /* Timed waits without a timeout request (5.11): the oldest kernel this is made for. */
  if (!(state->ring.features & IORING_FEAT_EXT_ARG)) {
    io_uring_queue_exit(&state->ring);
    return -ENOSYS;
  }
  return 0;
}

/* The kernel charges rings to the user's limit on locked memory. Where that is nearly used up, two
 * pages may still be had when four cannot. */
static int32_t open_ring(uring_state *state, uint32_t depth) {
  const int32_t status = open_ring_of(state, depth, depth);
  return status == -ENOMEM && depth > LEAST_SUBMISSIONS
             ? open_ring_of(state, LEAST_SUBMISSIONS, depth)
             : status;
}

/* Registering saves a few tenths of a microsecond per read. Where it is refused (locked memory,
 * number of files) reads work all the same. */
static void register_all(uring_state *state, const backend_options *options) {
  (void)io_uring_register_ring_fd(&state->ring);
  const uint32_t count = options->source->file_count;
  if (count > 0 && count <= MAX_FIXED_FILES) {
    int fds[MAX_FIXED_FILES];
    for (uint32_t i = 0; i < count; i++)
      fds[i] = options->io == PENSTOCK_IO_DIRECT ? options->source->files[i].fd_direct
                                                 : options->source->files[i].fd_buffered;
    state->has_fixed_files = io_uring_register_files(&state->ring, fds, count) == 0;
  }
  if (options->fixed_base) {
    const struct iovec buffer = {.iov_base = options->fixed_base, .iov_len = options->fixed_bytes};
    if (io_uring_register_buffers(&state->ring, &buffer, 1) == 0) {
      state->fixed_base = options->fixed_base;
      state->fixed_bytes = options->fixed_bytes;
    }
  }
}

/* The kernel rounds the depth up to a power of two and allots whole pages: to the submissions (64
 * bytes each), and to both queues together (4 bytes a submission, two completions of 16 bytes each,
 * a head). */
uint64_t backend_uring_memory(uint32_t queue_depth) {
  uint64_t entries = 1;
  while (entries < queue_depth)
    entries *= 2;
  const uint64_t page = io_page_bytes();
  return sizeof(uring_state) + round_up(64 * entries, page) + round_up(36 * entries + 512, page);
}

int32_t backend_uring_open(backend *self, const backend_options *options) {
  uring_state *state = calloc(1, sizeof *state);
  if (!state)
    return -ENOMEM;
  const int32_t status = open_ring(state, options->queue_depth);
  if (status < 0) {
    free(state);
    return status;
  }
  state->source = options->source;
  state->io = options->io;
  (void)io_uring_ring_dontfork(&state->ring); /* every kernel from 5.11 on can */
  register_all(state, options);
  state->wants_dontcache = options->drop_behind && options->io == PENSTOCK_IO_BUFFERED;
  state->read_flags = state->wants_dontcache ? RWF_DONTCACHE : 0;
  *self = (backend){.state = state,
                    .start = uring_start,
                    .finish = uring_finish,
                    .close = uring_close,
                    .drops_behind = state->wants_dontcache};
  return 0;
}
