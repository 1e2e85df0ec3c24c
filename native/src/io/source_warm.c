/* Bringing ranges of a source's files into the page cache, and counting what of them is there.
 * Never reads a mapped byte: madvise(MADV_POPULATE_READ) reports what an access would be killed
 * for. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "internal.h"

#define PAGE_BYTES 4096
/* A byte of so many tells whether all of them have come: read-ahead completes in order of offsets,
 * but for pieces on which the device works at the same time. */
#define PIECE_BYTES ((uint64_t)128 << 10)

/* Linux 5.14; older C libraries do not name it. */
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif
#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif

/* The file of a range, or NULL; the range must lie within the file as it was opened. */
static const source_file *file_of_range(const penstock_source *source, uint32_t file,
                                        uint64_t offset_bytes, uint64_t length_bytes) {
  if (!source || file >= source->file_count)
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
  const uint64_t begin = round_down(offset_bytes, PAGE_BYTES);
  const uint64_t end = round_up(offset_bytes + length_bytes, PAGE_BYTES);
  struct {
    uint64_t offset;
    uint64_t length;
  } range = {begin, end - begin};
  struct {
    uint64_t cached, dirty, writeback, evicted, recently_evicted;
  } counts = {0};
  if (syscall(SYS_cachestat, (unsigned)of->fd_buffered, &range, &counts, 0u) != 0)
    return -errno;
  const uint64_t cached_bytes = counts.cached * PAGE_BYTES;
  *missing_bytes = cached_bytes < end - begin ? end - begin - cached_bytes : 0;
  return 0;
}

int32_t penstock_source_prefetch(penstock_source *source, uint32_t file, uint64_t offset_bytes,
                                 uint64_t length_bytes) {
  const source_file *of = file_of_range(source, file, offset_bytes, length_bytes);
  if (!of)
    return -EINVAL;
  if (length_bytes == 0) /* to the kernel that is the rest of the file */
    return 0;
  return -posix_fadvise(of->fd_buffered, (off_t)offset_bytes, (off_t)length_bytes,
                        POSIX_FADV_WILLNEED);
}

/* Of a file that is not mapped, or by a kernel that cannot populate. */
static int32_t await_pieces(const source_file *file, uint64_t begin, uint64_t end) {
  while (begin < end) {
    const uint64_t next = end - begin > PIECE_BYTES ? begin + PIECE_BYTES : end;
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
  const uint64_t begin = round_down(offset_bytes, PAGE_BYTES);
  const uint64_t end = offset_bytes + length_bytes;
  /* What goes wrong here (an older kernel, a page that cannot be read) is asked of the file. */
  if (of->map && end > begin &&
      madvise((uint8_t *)of->map + begin, (size_t)(end - begin), MADV_POPULATE_READ) == 0)
    return 0;
  return await_pieces(of, offset_bytes, end);
}
