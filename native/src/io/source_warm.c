/* Brings ranges of a source's files into the page cache, and counts how much of them is there.
 * Never reads a mapped byte: madvise(MADV_POPULATE_READ) reports what an access would be killed
 * for. */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/common.h"
#include "core/io.h"
#include "core/source.h"
#include "io/platform.h"
#include "penstock.h"

/* One byte tells whether so many have come: read-ahead completes in order of offsets,
 * except where the device works on several requests at once. */
#define ANSWER_BYTES ((uint64_t)128 << 10)

/* The file of a range, or NULL; the range must lie within the file as it was opened. */
static source_file *file_of_range(const penstock_source *source, uint32_t file,
                                  uint64_t offset_bytes, uint64_t length_bytes) {
  if (!source_open_file(source, file))
    return NULL;
  const uint64_t size_bytes = source->files[file].info.size_bytes;
  if (offset_bytes > size_bytes || length_bytes > size_bytes - offset_bytes)
    return NULL;
  return &source->files[file];
}

int32_t penstock_source_missing(penstock_source *source, uint32_t file, uint64_t offset_bytes,
                                uint64_t length_bytes, uint64_t *missing_bytes) {
  const source_file *of = file_of_range(source, file, offset_bytes, length_bytes);
  if (!of || !missing_bytes)
    return -EINVAL;
  *missing_bytes = 0;
  if (length_bytes == 0) /* to the kernel that is the rest of the file */
    return 0;
  const uint64_t page = io_page_bytes();
  const uint64_t begin = round_down(offset_bytes, page);
  const uint64_t end = round_up(offset_bytes + length_bytes, page);
  uint64_t pages;
  const int32_t status = platform_cached_pages(of->fd_buffered, begin, end - begin, &pages);
  if (status < 0)
    return status;
  const uint64_t cached_bytes = pages * page;
  *missing_bytes = cached_bytes < end - begin ? end - begin - cached_bytes : 0;
  return 0;
}

/* Opened by the first pass; where it cannot be (a limit on open files), the other descriptor does:
 * the kernel then reads less far ahead. */
static int descriptor_in_order(source_file *file) {
  int known = atomic_load(&file->fd_in_order);
  if (known >= 0)
    return known;
  const int opened = platform_open_in_order(file->fd_buffered);
  if (opened < 0)
    return file->fd_buffered;
  if (atomic_compare_exchange_strong(&file->fd_in_order, &known, opened))
    return opened;
  close(opened); /* another thread was faster */
  return known;
}

int32_t penstock_source_fetch(penstock_source *source, uint32_t file, uint64_t offset_bytes,
                              uint64_t length_bytes, void *scratch, uint64_t scratch_bytes) {
  source_file *of = file_of_range(source, file, offset_bytes, length_bytes);
  if (!of || !scratch || scratch_bytes == 0)
    return -EINVAL;
  const int fd = descriptor_in_order(of);
  const uint64_t end = offset_bytes + length_bytes;
  while (offset_bytes < end) {
    const uint64_t left = end - offset_bytes;
    const uint64_t wanted = left < scratch_bytes ? left : scratch_bytes;
    const ssize_t got = pread(fd, scratch, wanted, (off_t)offset_bytes);
    if (got == 0)
      return -ENODATA;
    if (got < 0 && errno != EINTR)
      return -errno;
    if (got > 0)
      offset_bytes += (uint64_t)got;
  }
  return 0;
}

/* For a file that is not mapped, or a kernel that cannot populate. */
static int32_t await_range(const source_file *file, uint64_t begin, uint64_t end) {
  while (begin < end) {
    const uint64_t next = end - begin > ANSWER_BYTES ? begin + ANSWER_BYTES : end;
    uint8_t byte;
    ssize_t got;
    do {
      got = pread(file->fd_buffered, &byte, 1, (off_t)(next - 1));
    } while (got < 0 && errno == EINTR);
    if (got < 0)
      return -errno;
    if (got == 0)
      return -ENODATA;
    begin = next;
  }
  return 0;
}

int32_t penstock_source_populate(penstock_source *source, uint32_t file, uint64_t offset_bytes,
                                 uint64_t length_bytes) {
  const source_file *of = file_of_range(source, file, offset_bytes, length_bytes);
  if (!of)
    return -EINVAL;
  const uint64_t begin = round_down(offset_bytes, io_page_bytes());
  const uint64_t end = offset_bytes + length_bytes;
  /* When this fails (an older kernel, a page that cannot be read), reading the file says why. */
  if (of->map && end > begin && platform_populate_map((uint8_t *)of->map + begin, end - begin) == 0)
    return 0;
  return await_range(of, offset_bytes, end);
}
