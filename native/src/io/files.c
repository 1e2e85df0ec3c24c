/* What writers of files need and Java has no call for. It knows no source and keeps nothing. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "io/platform.h"
#include "penstock.h"

int32_t penstock_file_reserve(const char *path, uint64_t bytes) {
  if (!path || bytes == 0)
    return -EINVAL;
  if (bytes > INT64_MAX)
    return -EFBIG;
  const int fd = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0)
    return -errno;
  int32_t status;
  do {
    status = platform_reserve(fd, bytes);
  } while (status == -EINTR);
  close(fd);
  return status;
}

int32_t penstock_path_exchange(const char *one, const char *other) {
  if (!one || !other)
    return -EINVAL;
  return platform_exchange(one, other);
}
