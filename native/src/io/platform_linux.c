/* Linux. Newer calls are asked for by number, and what an older kernel does not have is answered as
 * platform.h says. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "core/common.h"
#include "core/io.h"
#include "io/platform.h"
#include "penstock.h"

/* Linux 5.14; older C libraries do not name them. */
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif
/* Of linux/fs.h, which does not go together with every sys/mount.h. */
#ifndef RENAME_EXCHANGE
#define RENAME_EXCHANGE (1 << 1)
#endif
/* Linux 6.5. */
#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif

/* ---- Time and pages -------------------------------------------------------------------------- */

static uint64_t nanoseconds_of(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

uint64_t io_now_ns(void) { return nanoseconds_of(CLOCK_MONOTONIC); }

uint64_t io_thread_cpu_ns(void) { return nanoseconds_of(CLOCK_THREAD_CPUTIME_ID); }

/* The C library has it from the kernel since the process began: no system call. */
uint64_t io_page_bytes(void) { return (uint64_t)sysconf(_SC_PAGESIZE); }

uint64_t penstock_page_bytes(void) { return io_page_bytes(); }

/* ---- Threads --------------------------------------------------------------------------------- */

void io_wait(_Atomic uint32_t *word, uint32_t seen) {
  (void)syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, seen, NULL, NULL, 0);
}

void io_wake(_Atomic uint32_t *word, uint32_t count) {
  const int most = count < INT_MAX ? (int)count : INT_MAX;
  (void)syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, most, NULL, NULL, 0);
}

void io_relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/* ---- Memory ---------------------------------------------------------------------------------- */

/* A kernel without huge pages, or with them forbidden, serves small pages. Where they are set to
 * "always", not wanting them must be said. */
void platform_advise_huge_pages(uint8_t *memory, uint64_t bytes, int are_wanted) {
  (void)madvise(memory, bytes, are_wanted ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
}

int32_t platform_hide_from_children(uint8_t *memory, uint64_t bytes) {
  if (madvise(memory, bytes, MADV_DONTFORK) == 0)
    return 0;
  return errno == EPERM || errno == ENOSYS || errno == EACCES ? 0 : -errno;
}

int32_t platform_populate_memory(uint8_t *memory, uint64_t bytes) {
  return madvise(memory, bytes, MADV_POPULATE_WRITE) == 0 ? 0 : -errno;
}

/* ---- Files ----------------------------------------------------------------------------------- */

int platform_open_direct(const char *path) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_DIRECT);
  return fd >= 0 ? fd : -errno;
}

int platform_open_in_order(int fd) {
  char link[sizeof "/proc/self/fd/" + 3 * sizeof fd];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const int in_order = open(link, O_RDONLY | O_CLOEXEC);
  if (in_order < 0)
    return -errno;
  (void)posix_fadvise(in_order, 0, 0, POSIX_FADV_SEQUENTIAL); /* only advice */
  return in_order;
}

/* By number: the C library's functions have a symbol version of glibc 2.33, and the library would
 * not load where there is an older one. The kernel's structure is the C library's on 64-bit
 * systems. */
_Static_assert(sizeof(long) == 8, "the structures of 32-bit systems differ");
int32_t platform_stat(int fd, const char *path, struct stat *stat) {
  const long status =
      path ? syscall(SYS_newfstatat, AT_FDCWD, path, stat, 0) : syscall(SYS_fstat, fd, stat);
  return status == 0 ? 0 : -errno;
}

int64_t platform_modified_ns(const struct stat *stat) {
  int64_t nanos;
  if (__builtin_mul_overflow((int64_t)stat->st_mtim.tv_sec, INT64_C(1000000000), &nanos) ||
      __builtin_add_overflow(nanos, (int64_t)stat->st_mtim.tv_nsec, &nanos))
    return stat->st_mtim.tv_sec < 0 ? INT64_MIN : INT64_MAX;
  return nanos;
}

/* statx tells since Linux 6.1; before, whole blocks always work where direct reads do. */
void platform_direct_alignment(int fd, uint32_t *offset_alignment, uint32_t *memory_alignment) {
  *offset_alignment = PENSTOCK_BLOCK_BYTES;
  *memory_alignment = PENSTOCK_BLOCK_BYTES;
#ifdef STATX_DIOALIGN
  struct statx extended;
  memset(&extended, 0, sizeof extended);
  if (statx(fd, "", AT_EMPTY_PATH, STATX_DIOALIGN, &extended) == 0 &&
      (extended.stx_mask & STATX_DIOALIGN)) {
    *offset_alignment = extended.stx_dio_offset_align;
    *memory_alignment = extended.stx_dio_mem_align;
  }
#else
  (void)fd;
#endif
}

int32_t platform_cached_pages(int fd, uint64_t offset_bytes, uint64_t length_bytes,
                              uint64_t *pages) {
  struct {
    uint64_t offset;
    uint64_t length;
  } range = {offset_bytes, length_bytes};
  struct {
    uint64_t cached, dirty, writeback, evicted, recently_evicted;
  } counts = {0};
  if (syscall(SYS_cachestat, (unsigned)fd, &range, &counts, 0u) != 0)
    return -errno;
  *pages = counts.cached;
  return 0;
}

int32_t platform_advise_file(int fd, uint64_t offset_bytes, uint64_t length_bytes,
                             uint32_t advice) {
  static const int names[] = {POSIX_FADV_NORMAL, POSIX_FADV_RANDOM, POSIX_FADV_SEQUENTIAL,
                              POSIX_FADV_WILLNEED, POSIX_FADV_DONTNEED};
  PENSTOCK_ASSERT(advice < sizeof names / sizeof names[0]);
  return -posix_fadvise(fd, (off_t)offset_bytes, (off_t)length_bytes, names[advice]);
}

void platform_advise_map(uint8_t *map, uint64_t bytes, uint32_t advice) {
  static const int names[] = {MADV_NORMAL, MADV_RANDOM, MADV_SEQUENTIAL, MADV_WILLNEED,
                              MADV_DONTNEED};
  PENSTOCK_ASSERT(advice < sizeof names / sizeof names[0]);
  (void)madvise(map, bytes, names[advice]);
}

int32_t platform_populate_map(uint8_t *map, uint64_t bytes) {
  return madvise(map, bytes, MADV_POPULATE_READ) == 0 ? 0 : -errno;
}

int32_t platform_reserve(int fd, uint64_t bytes) {
  return fallocate(fd, 0, 0, (off_t)bytes) == 0 ? 0 : -errno;
}

/* By number: not every C library has the function. */
int32_t platform_exchange(const char *one, const char *other) {
  return syscall(SYS_renameat2, AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE) == 0 ? 0 : -errno;
}
