/* A source from open to close: its files, their descriptors, and what has changed since they were
 * opened. It reads no data. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/common.h"
#include "core/io.h"
#include "core/source.h"
#include "io/platform.h"
#include "penstock.h"

#define MAX_FILES (1u << TABLE_FILE_BITS)

int32_t penstock_source_open(penstock_source **source) {
  if (!source)
    return -EINVAL;
  *source = calloc(1, sizeof **source);
  return *source ? 0 : -ENOMEM;
}

static void fill_info(penstock_file_info *info, const struct stat *stat) {
  info->size_bytes = (uint64_t)stat->st_size;
  info->inode = stat->st_ino;
  info->device = stat->st_dev;
  info->modified_ns = platform_modified_ns(stat);
}

/* Whether a direct read of one block works: not every file system keeps what it promises. */
static int direct_read_works(int fd, uint32_t offset_alignment, uint32_t memory_alignment) {
  const uint32_t larger = offset_alignment > memory_alignment ? offset_alignment : memory_alignment;
  void *block = NULL;
  if (posix_memalign(&block, larger < PENSTOCK_BLOCK_BYTES ? PENSTOCK_BLOCK_BYTES : larger,
                     larger) != 0)
    return 0;
  ssize_t got;
  do {
    got = pread(fd, block, offset_alignment, 0);
  } while (got < 0 && errno == EINTR);
  free(block);
  return got >= 0;
}

/* Opens the file a second time for direct reads. A file system that has none is no error: fd_direct
 * stays -1; too few descriptors or too little memory must not look like that. Returns 0 or -errno.
 */
static int32_t open_direct(source_file *file) {
  file->fd_direct = -1;
  const int fd = platform_open_direct(file->path);
  if (fd < 0)
    return fd == -EMFILE || fd == -ENFILE || fd == -ENOMEM ? fd : 0;
  struct stat stat;
  uint32_t offset_alignment;
  uint32_t memory_alignment;
  platform_direct_alignment(fd, &offset_alignment, &memory_alignment);
  const int sane = offset_alignment > 0 && offset_alignment <= 65536 && memory_alignment > 0 &&
                   memory_alignment <= 65536 && (offset_alignment & (offset_alignment - 1)) == 0 &&
                   (memory_alignment & (memory_alignment - 1)) == 0;
  /* The path may lead elsewhere by now. */
  if (!sane || platform_stat(fd, NULL, &stat) != 0 || stat.st_ino != file->info.inode ||
      stat.st_dev != file->info.device ||
      !direct_read_works(fd, offset_alignment, memory_alignment)) {
    close(fd);
    return 0;
  }
  file->fd_direct = fd;
  file->info.direct_offset_alignment = offset_alignment;
  file->info.direct_memory_alignment = memory_alignment;
  return 0;
}

/* O_NONBLOCK is only for opening, which must not wait for the writer of a FIFO. io_uring may take
 * it to mean "do not wait for the device either" and answer reads of a regular file with -EAGAIN:
 * so it is removed again. */
static void allow_waiting(int fd) {
  const int flags = fcntl(fd, F_GETFL);
  if (flags >= 0)
    (void)fcntl(fd, F_SETFL, flags & ~O_NONBLOCK); /* cannot fail on a regular file */
}

static int32_t open_file(const char *path, source_file *file) {
  memset(file, 0, sizeof *file);
  file->fd_direct = -1;
  atomic_init(&file->fd_in_order, -1);
  file->fd_buffered = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file->fd_buffered < 0)
    return -errno;
  struct stat stat;
  int32_t status = platform_stat(file->fd_buffered, NULL, &stat);
  if (status == 0 && !S_ISREG(stat.st_mode))
    status = S_ISDIR(stat.st_mode) ? -EISDIR : -EINVAL;
  if (status == 0 && !(file->path = strdup(path)))
    status = -ENOMEM;
  if (status == 0) {
    fill_info(&file->info, &stat);
    status = open_direct(file);
  }
  if (status != 0) {
    free(file->path);
    close(file->fd_buffered);
    return status;
  }
  allow_waiting(file->fd_buffered);
  if (file->fd_direct >= 0)
    allow_waiting(file->fd_direct);
  return 0;
}

/* Room for one more file. Returns it, or NULL with why not. */
static source_file *next_file(penstock_source *source, int32_t *status) {
  *status = -EMFILE;
  if (source->file_count >= MAX_FILES)
    return NULL;
  const uint32_t count = source->file_count;
  if ((count & (count - 1)) == 0) { /* full: capacities are powers of two */
    source_file *grown = realloc(source->files, sizeof *grown * (count ? 2 * (size_t)count : 1));
    *status = -ENOMEM;
    if (!grown)
      return NULL;
    source->files = grown;
  }
  *status = 0;
  return &source->files[count];
}

int32_t penstock_source_add_file(penstock_source *source, const char *path,
                                 penstock_file_info *info) {
  if (!source || !path || !info)
    return -EINVAL;
  int32_t status;
  source_file *file = next_file(source, &status);
  if (file)
    status = open_file(path, file);
  if (status != 0)
    return status;
  *info = file->info;
  return (int32_t)source->file_count++;
}

int32_t penstock_source_add_object(penstock_source *source, uint64_t size_bytes) {
  if (!source || size_bytes > INT64_MAX)
    return -EINVAL;
  int32_t status;
  source_file *file = next_file(source, &status);
  if (!file)
    return status;
  memset(file, 0, sizeof *file);
  file->fd_buffered = file->fd_direct = -1;
  atomic_init(&file->fd_in_order, -1);
  file->info.size_bytes = size_bytes;
  file->is_object = 1;
  source->object_count++;
  return (int32_t)source->file_count++;
}

/* The descriptor shows modifications in place; the path shows whether another file has taken this
 * one's place. */
static int32_t check_file(const source_file *file, penstock_failure *failure) {
  struct stat open_now;
  struct stat path_now;
  int32_t status = platform_stat(file->fd_buffered, NULL, &open_now);
  if (status == 0)
    status = platform_stat(-1, file->path, &path_now);
  if (status != 0)
    return status;
  penstock_file_info now;
  fill_info(&now, &open_now);
  failure->expected_bytes = file->info.size_bytes;
  failure->found_bytes = now.size_bytes;
  if (now.size_bytes < file->info.size_bytes)
    return -ENODATA;
  if (now.size_bytes != file->info.size_bytes || now.modified_ns != file->info.modified_ns ||
      path_now.st_ino != open_now.st_ino || path_now.st_dev != open_now.st_dev)
    return -ESTALE;
  return 0;
}

int32_t penstock_source_check(penstock_source *source, penstock_failure *failure) {
  if (!source || !failure)
    return -EINVAL;
  for (uint32_t i = 0; i < source->file_count; i++) {
    *failure =
        (penstock_failure){.column = -1, .file = (int32_t)i, .index = -1, .offset_bytes = -1};
    const int32_t status = source->files[i].is_object ? 0 : check_file(&source->files[i], failure);
    if (status != 0) {
      failure->status = status;
      return status;
    }
  }
  *failure = (penstock_failure){.column = -1, .file = -1, .index = -1, .offset_bytes = -1};
  return 0;
}

int32_t io_file_size(const source_file *file, uint64_t *size_bytes) {
  if (file->is_object) {
    *size_bytes = file->info.size_bytes;
    return 0;
  }
  struct stat now;
  const int32_t status = platform_stat(file->fd_buffered, NULL, &now);
  if (status == 0)
    *size_bytes = (uint64_t)now.st_size;
  return status;
}

int32_t penstock_source_close(penstock_source *source) {
  if (!source)
    return -EINVAL;
  if (atomic_load(&source->readers) > 0)
    return -EBUSY;
  for (uint32_t i = 0; i < source->column_count; i++)
    source_free_column(&source->columns[i]);
  for (uint32_t i = 0; i < source->file_count; i++) {
    source_file *file = &source->files[i];
    void *map = atomic_load(&file->map);
    if (map)
      munmap(map, file->info.size_bytes);
    if (file->fd_direct >= 0)
      close(file->fd_direct);
    const int fd_in_order = atomic_load(&file->fd_in_order);
    if (fd_in_order >= 0)
      close(fd_in_order);
    if (file->fd_buffered >= 0)
      close(file->fd_buffered);
    free(file->path);
  }
  free(source->files);
  free(source);
  return 0;
}
