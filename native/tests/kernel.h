/* A kernel that answers io_uring as a test wants it to: forbidden, older, busy, broken. The calls
 * of liburing that may fail are answered here first, in a program that CMakeLists.txt lets them be
 * wrapped in. */
#ifndef PENSTOCK_KERNEL_H
#define PENSTOCK_KERNEL_H

#include <stdint.h>

/* liburing 2.3 has no names for what came later. */
enum { COOP_TASKRUN = 1 << 8, SINGLE_ISSUER = 1 << 12, DEFER_TASKRUN = 1 << 13 };

/* What the kernel is to answer. */
typedef struct {
  int setup;              /* -errno of every set-up; 0: the real one */
  uint32_t unknown_flags; /* set-ups with one of these are answered with -EINVAL */
  int is_before_5_11;     /* waiting with a time limit is not known */
  int files;              /* of registrations, each: */
  int buffers;
  int ring_fd;
  uint32_t busy_every; /* every so manieth submission is answered with busy[...] */
  int broken;          /* -errno of every submission */
} kernel_answers;
extern kernel_answers kernel;

/* What it was asked. */
typedef struct {
  uint32_t setups; /* tried */
  uint32_t flags;  /* of the last that succeeded */
  int32_t rings;   /* that are open */
  uint32_t files;  /* registrations that succeeded */
  uint32_t buffers;
  uint32_t submissions;
  uint32_t busy; /* of these, answered with busy[...] */
} kernel_calls;
extern kernel_calls seen;

/* Answers as the kernel of this machine does, and forgets what was seen. */
void kernel_is_this_one(void);

#endif
