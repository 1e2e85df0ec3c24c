/* Anonymous memory for slots and readers: huge pages where asked for, never seen by a forked child.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/mman.h>

#include "core/common.h"
#include "core/io.h"
#include "io/platform.h"
#include "penstock.h"

#define HUGE_PAGE_BYTES ((uint64_t)2 << 20)

/* mmap aligns to pages, huge pages need 2 MiB: map more, then cut both ends off. */
int32_t penstock_memory_allocate(uint64_t bytes, uint32_t huge_pages, uint64_t *address) {
  if (!address || bytes == 0 || bytes > (uint64_t)1 << 46)
    return -EINVAL;
  const uint64_t whole = round_up(bytes, io_page_bytes());
  const uint64_t mapped = whole + HUGE_PAGE_BYTES;
  uint8_t *base = mmap(NULL, mapped, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED)
    return errno == EAGAIN ? -ENOMEM : -errno;
  const uint64_t start = round_up((uint64_t)(uintptr_t)base, HUGE_PAGE_BYTES);
  uint8_t *aligned = (uint8_t *)(uintptr_t)start;
  if (aligned > base)
    munmap(base, (size_t)(aligned - base));
  const uint64_t left = (uint64_t)(base + mapped - (aligned + whole));
  if (left > 0)
    munmap(aligned + whole, left);
  platform_advise_huge_pages(aligned, whole, huge_pages != 0);
  /* Direct reads into memory that a fork shares may land in the wrong process. Where a filter
   * (seccomp) forbids the call, programs must not fork while they read; most never do. */
  const int32_t status = platform_hide_from_children(aligned, whole);
  if (status < 0) {
    munmap(aligned, whole);
    return status;
  }
  *address = start;
  return 0;
}

int32_t penstock_memory_free(uint64_t address, uint64_t bytes) {
  if (address == 0 || bytes == 0)
    return -EINVAL;
  if (munmap((void *)(uintptr_t)address, round_up(bytes, io_page_bytes())) != 0)
    return -errno;
  return 0;
}

int32_t io_provide(uint8_t *memory, uint64_t bytes) {
  const uint64_t page = io_page_bytes();
  const uint64_t begin = round_down((uint64_t)(uintptr_t)memory, page);
  const uint64_t end = round_up((uint64_t)(uintptr_t)memory + bytes, page);
  return bytes == 0 ? 0 : platform_populate_memory((uint8_t *)(uintptr_t)begin, end - begin);
}
