/* What an external reader of files asks the kernel: a part of a small file that is opened for this
 * and closed again, a range of a file that a source has open. It keeps nothing. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/source.h"
#include "io/platform.h"
#include "penstock.h"

/* Reads until length_bytes are there or the file ends. Returns how many bytes, or -errno. */
static int64_t read_range(int fd, uint64_t offset_bytes, uint64_t length_bytes, uint64_t address) {
  uint8_t *target = (uint8_t *)(uintptr_t)address;
  uint64_t done = 0;
  while (done < length_bytes) {
    const ssize_t got = pread(fd, target + done, length_bytes - done, (off_t)(offset_bytes + done));
    if (got == 0)
      break;
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return -errno;
    done += (uint64_t)got;
  }
  return (int64_t)done;
}

/* Whether an open file is what it was when it was listed. Returns 0, -ESTALE or what fstat(2)
 * reports. */
static int32_t check_listed(int fd, uint64_t size_bytes, int64_t modified_ns) {
  struct stat now;
  const int32_t status = platform_stat(fd, NULL, &now);
  if (status != 0)
    return status;
  const int is_same = S_ISREG(now.st_mode) && (uint64_t)now.st_size == size_bytes &&
                      platform_modified_ns(&now) == modified_ns;
  return is_same ? 0 : -ESTALE;
}

int64_t penstock_file_read(const char *path, uint64_t size_bytes, int64_t modified_ns,
                           uint64_t offset_bytes, uint64_t length_bytes, uint64_t address) {
  if (!path || size_bytes > INT64_MAX || offset_bytes > size_bytes ||
      length_bytes > size_bytes - offset_bytes || (length_bytes > 0 && address == 0))
    return -EINVAL;
  /* A read of a regular file waits, O_NONBLOCK or not; a terminal must not become ours. */
  const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0)
    return -errno;
  int64_t result = check_listed(fd, size_bytes, modified_ns);
  if (result == 0)
    result = read_range(fd, offset_bytes, length_bytes, address);
  if (result >= 0 && (uint64_t)result < length_bytes)
    result = -ESTALE;
  close(fd);
  return result;
}

int64_t penstock_source_read(penstock_source *source, uint32_t file, uint64_t offset_bytes,
                             uint64_t length_bytes, uint64_t address) {
  const source_file *of = source_open_file(source, file);
  if (!of || offset_bytes > INT64_MAX || length_bytes > INT64_MAX - offset_bytes ||
      (length_bytes > 0 && address == 0))
    return -EINVAL;
  return read_range(of->fd_buffered, offset_bytes, length_bytes, address);
}
