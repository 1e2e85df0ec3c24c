/* Anonymous memory for slots and readers: huge pages where asked for, never seen by a forked child.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/mman.h>

#include "internal.h"

/* Linux 5.14; older C libraries do not name it. */
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif
/* Some milliseconds of work. */
#define POPULATE_STEP_BYTES ((uint64_t)4 * PENSTOCK_HUGE_PAGE_BYTES)

/* mmap gives 4 KiB alignment, huge pages need 2 MiB: map more, then cut both ends off. */
int32_t penstock_memory_allocate(uint64_t bytes, uint32_t huge_pages, uint64_t *address) {
  if (!address || bytes == 0 || bytes > (uint64_t)1 << 46)
    return -EINVAL;
  const uint64_t whole = round_up(bytes, 4096);
  const uint64_t mapped = whole + PENSTOCK_HUGE_PAGE_BYTES;
  uint8_t *base = mmap(NULL, mapped, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED)
    return errno == EAGAIN ? -ENOMEM : -errno;
  const uint64_t start = round_up((uint64_t)(uintptr_t)base, PENSTOCK_HUGE_PAGE_BYTES);
  uint8_t *aligned = (uint8_t *)(uintptr_t)start;
  if (aligned > base)
    munmap(base, (size_t)(aligned - base));
  const uint64_t left = (uint64_t)(base + mapped - (aligned + whole));
  if (left > 0)
    munmap(aligned + whole, left);
  /* Advice is a wish: a kernel without huge pages, or with them forbidden, serves small pages.
   * Where they are set to "always", not wanting them must be said. */
  (void)madvise(aligned, whole, huge_pages ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
  /* Direct reads into memory that a fork shares may land in the wrong process. Where a filter
   * (seccomp) forbids to say so, programs that fork must not read meanwhile; most never do. */
  if (madvise(aligned, whole, MADV_DONTFORK) != 0 && errno != EPERM && errno != ENOSYS &&
      errno != EACCES) {
    const int32_t status = -errno;
    munmap(aligned, whole);
    return status;
  }
  *address = start;
  return 0;
}

int32_t penstock_memory_free(uint64_t address, uint64_t bytes) {
  if (address == 0 || bytes == 0)
    return -EINVAL;
  if (munmap((void *)(uintptr_t)address, round_up(bytes, 4096)) != 0)
    return -errno;
  return 0;
}

int32_t memory_populate(uint8_t *memory, uint64_t bytes, uint64_t *done_bytes) {
  if (*done_bytes >= bytes)
    return 0;
  const uint64_t end = bytes - *done_bytes;
  const uint64_t begin = end > POPULATE_STEP_BYTES ? round_down(end - 1, POPULATE_STEP_BYTES) : 0;
  *done_bytes = bytes - begin;
  /* Whoever writes there gets the memory, or the error, in any case: this only comes first. */
  if (madvise(memory + begin, round_up(end - begin, 4096), MADV_POPULATE_WRITE) != 0)
    return 0;
  return begin > 0;
}
