/* See kernel.h. */
#define _GNU_SOURCE
#include "kernel.h"

#include <errno.h>
#include <liburing.h>
#include <string.h>

kernel_answers kernel;
kernel_calls seen;

void kernel_is_this_one(void) {
  memset(&kernel, 0, sizeof kernel);
  memset(&seen, 0, sizeof seen);
}

int __real_io_uring_queue_init_params(unsigned entries, struct io_uring *ring,
                                      struct io_uring_params *params);
void __real_io_uring_queue_exit(struct io_uring *ring);
int __real_io_uring_register_files(struct io_uring *ring, const int *files, unsigned count);
int __real_io_uring_register_buffers(struct io_uring *ring, const struct iovec *buffers,
                                     unsigned count);
int __real_io_uring_register_ring_fd(struct io_uring *ring);
int __real_io_uring_submit(struct io_uring *ring);
int __real_io_uring_submit_and_get_events(struct io_uring *ring);
int __real_io_uring_submit_and_wait(struct io_uring *ring, unsigned wanted);
int __real_io_uring_submit_and_wait_timeout(struct io_uring *ring, struct io_uring_cqe **cqe,
                                            unsigned wanted, struct __kernel_timespec *time,
                                            sigset_t *mask);

int __wrap_io_uring_queue_init_params(unsigned entries, struct io_uring *ring,
                                      struct io_uring_params *params) {
  const uint32_t flags = params->flags;
  seen.setups++;
  if (kernel.setup < 0)
    return kernel.setup;
  if (flags & kernel.unknown_flags)
    return -EINVAL;
  const int status = __real_io_uring_queue_init_params(entries, ring, params);
  if (status < 0)
    return status;
  seen.flags = flags;
  seen.rings++;
  if (kernel.is_before_5_11)
    ring->features &= ~(unsigned)IORING_FEAT_EXT_ARG;
  return status;
}

void __wrap_io_uring_queue_exit(struct io_uring *ring) {
  seen.rings--;
  __real_io_uring_queue_exit(ring);
}

int __wrap_io_uring_register_files(struct io_uring *ring, const int *files, unsigned count) {
  const int status =
      kernel.files < 0 ? kernel.files : __real_io_uring_register_files(ring, files, count);
  seen.files += status == 0;
  return status;
}

int __wrap_io_uring_register_buffers(struct io_uring *ring, const struct iovec *buffers,
                                     unsigned count) {
  const int status =
      kernel.buffers < 0 ? kernel.buffers : __real_io_uring_register_buffers(ring, buffers, count);
  seen.buffers += status == 0;
  return status;
}

int __wrap_io_uring_register_ring_fd(struct io_uring *ring) {
  return kernel.ring_fd < 0 ? kernel.ring_fd : __real_io_uring_register_ring_fd(ring);
}

/* 0: ask the real one. */
static int answer(void) {
  static const int busy[] = {-EINTR, -EAGAIN, -EBUSY};
  seen.submissions++;
  if (kernel.broken < 0)
    return kernel.broken;
  if (kernel.busy_every > 0 && seen.submissions % kernel.busy_every == 0)
    return busy[seen.busy++ % 3];
  return 0;
}

int __wrap_io_uring_submit(struct io_uring *ring) {
  const int status = answer();
  return status < 0 ? status : __real_io_uring_submit(ring);
}

int __wrap_io_uring_submit_and_get_events(struct io_uring *ring) {
  const int status = answer();
  return status < 0 ? status : __real_io_uring_submit_and_get_events(ring);
}

int __wrap_io_uring_submit_and_wait(struct io_uring *ring, unsigned wanted) {
  const int status = answer();
  return status < 0 ? status : __real_io_uring_submit_and_wait(ring, wanted);
}

int __wrap_io_uring_submit_and_wait_timeout(struct io_uring *ring, struct io_uring_cqe **cqe,
                                            unsigned wanted, struct __kernel_timespec *time,
                                            sigset_t *mask) {
  const int status = answer();
  return status < 0 ? status
                    : __real_io_uring_submit_and_wait_timeout(ring, cqe, wanted, time, mask);
}
