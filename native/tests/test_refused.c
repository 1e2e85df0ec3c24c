/* A filter (seccomp, as containers have them) that refuses madvise, posix_fadvise and cachestat: a
 * hint is a hint, and everything is read all the same. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "support.h"

#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif

enum { RECORD = 784, COUNT = 3000, BATCH = 64, OFFSET = 128 };

#define REFUSE(call, status)                                                                       \
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (call), 0, 1),                                               \
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (status))

/* Returns 0 where this process may not filter itself. */
static int refuse_hints(void) {
  struct sock_filter rules[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      REFUSE(SYS_madvise, EPERM),
      REFUSE(SYS_fadvise64, ENOSYS),
      REFUSE(SYS_cachestat, EPERM),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const struct sock_fprog program = {.len = sizeof rules / sizeof rules[0], .filter = rules};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static void advice_is_lost_and_no_failure(void) {
  penstock_source *source = make_source((const uint64_t[]){RECORD, 0}, COUNT);
  const int64_t indices[] = {5, 2999, 0, 5};
  for (int is_mapped = 0; is_mapped <= 1; is_mapped++) {
    for (uint32_t advice = PENSTOCK_ADVICE_NORMAL; advice <= PENSTOCK_ADVICE_DONTNEED; advice++) {
      CHECK_EQUAL(penstock_source_advise(source, 0, NULL, 0, advice), 0);
      CHECK_EQUAL(penstock_source_advise(source, 0, indices, 4, advice), 0);
    }
    uint64_t address;
    uint64_t bytes;
    CHECK_EQUAL(penstock_source_map(source, 0, &address, &bytes), 0);
  }
  uint64_t cached;
  uint64_t total;
  CHECK_EQUAL(penstock_source_cached(source, 0, &cached, &total), -EPERM);
  close_source(source);
}

static void everything_is_read(void) {
  for (uint32_t backend = PENSTOCK_BACKEND_URING; backend <= PENSTOCK_BACKEND_PREAD; backend++)
    for (int drop_behind = 0; drop_behind <= 1; drop_behind++) {
      penstock_source *source = make_source((const uint64_t[]){RECORD, 0}, COUNT);
      if (!is_available(source, backend, PENSTOCK_IO_BUFFERED)) {
        close_source(source);
        continue;
      }
      penstock_reader_options options = make_options(BATCH);
      options.backend = backend;
      options.io = PENSTOCK_IO_BUFFERED;
      options.drop_behind = (uint32_t)drop_behind;
      options.huge_pages = 1;
      penstock_reader *reader;
      CHECK_EQUAL(penstock_reader_open(source, &options, &reader), 0);
      uint64_t done_bytes = 0;
      CHECK_EQUAL(penstock_reader_populate(reader, &done_bytes), 0);
      int64_t *indices = make_shuffled(COUNT, 7);
      read_and_check(reader, source, &options, indices, COUNT);
      free(indices);
      CHECK_EQUAL(penstock_reader_close(reader), 0);
      close_source(source);
    }
}

int main(void) {
  if (!refuse_hints()) {
    printf("skipped: this process may not have a seccomp filter\n");
    return 77;
  }
  CHECK_EQUAL(madvise(NULL, 0, MADV_NORMAL), -1);
  RUN(advice_is_lost_and_no_failure);
  RUN(everything_is_read);
  return 0;
}
