/* Mappings, advice and residency of a source's files. Never reads a mapped byte: see CAVEATS in
 * penstock.h. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "core/common.h"
#include "core/io.h"
#include "core/source.h"
#include "io/platform.h"
#include "penstock.h"

/* Pages between two advised records are advised, too, when that saves a system call. */
#define ADVICE_GAP_BYTES 16384
/* One WILLNEED reads at most about this much at once on common devices; larger advice is cut. */
#define ADVICE_LIMIT_BYTES ((uint64_t)128 << 10)

/* What is fetched on a hint: the beginning of a record. Behind that the processor sees the pattern
 * itself. */
#define HINT_BYTES 1024

int32_t penstock_source_cached(penstock_source *source, uint32_t file, uint64_t *cached_pages,
                               uint64_t *total_pages) {
  const source_file *of = source_open_file(source, file);
  if (!of || !cached_pages || !total_pages)
    return -EINVAL;
  const int32_t status = platform_cached_pages(of->fd_buffered, 0, 0, cached_pages);
  if (status < 0)
    return status;
  const uint64_t page = io_page_bytes();
  *total_pages = round_up(of->info.size_bytes, page) / page;
  return 0;
}

int32_t penstock_source_map(penstock_source *source, uint32_t file, uint64_t *address,
                            uint64_t *bytes) {
  source_file *of = source_open_file(source, file);
  if (!of || !address || !bytes)
    return -EINVAL;
  if (of->info.size_bytes == 0)
    return -ENODATA;
  if (!atomic_load(&of->map)) {
    void *map = mmap(NULL, of->info.size_bytes, PROT_READ, MAP_SHARED, of->fd_buffered, 0);
    if (map == MAP_FAILED)
      return -errno;
    atomic_store(&of->map, map);
  }
  *address = (uint64_t)(uintptr_t)atomic_load(&of->map);
  *bytes = of->info.size_bytes;
  return 0;
}

/* Advice may be refused by a busy kernel, by one built without it, by a seccomp filter or by a file
 * system; that costs only time. Readahead is a property of the mapping as well as of the
 * descriptor, and it is not known here by which of them the file is read. WILLNEED for a mapping is
 * that of its file; DONTNEED for a mapping drops only its view, and DONTNEED for the file drops the
 * pages. */
static void advise_range(const source_file *file, uint64_t begin, uint64_t end, uint32_t advice) {
  if (file->is_object)
    return;
  begin = round_down(begin, io_page_bytes());
  while (begin < end) {
    uint64_t length = end - begin;
    if (advice == PENSTOCK_ADVICE_WILLNEED && length > ADVICE_LIMIT_BYTES)
      length = ADVICE_LIMIT_BYTES;
    uint8_t *map = atomic_load(&file->map);
    if (map && advice != PENSTOCK_ADVICE_WILLNEED)
      platform_advise_map(map + begin, length, advice);
    (void)platform_advise_file(file->fd_buffered, begin, length, advice);
    begin += length;
  }
}

void io_drop_pages(const source_file *file, uint64_t offset_bytes, uint64_t length_bytes) {
  if (file->is_object)
    return;
  (void)platform_advise_file(file->fd_buffered, offset_bytes, length_bytes,
                             PENSTOCK_ADVICE_DONTNEED);
}

static int compare_indices(const void *left, const void *right) {
  const int64_t a = *(const int64_t *)left;
  const int64_t b = *(const int64_t *)right;
  return (a > b) - (a < b);
}

/* Neighbouring ranges of a file, which are advised about together. */
typedef struct {
  uint32_t file;
  uint64_t begin;
  uint64_t end; /* 0: nothing yet */
} advised;

static void advise_record(const penstock_source *source, advised *range, const record_span *at,
                          uint32_t advice) {
  const uint64_t end = at->offset_bytes + at->length_bytes;
  if (at->length_bytes == 0)
    return;
  if (range->end > 0 && at->file == range->file && at->offset_bytes >= range->begin &&
      at->offset_bytes <= range->end + ADVICE_GAP_BYTES) {
    range->end = end > range->end ? end : range->end;
    return;
  }
  if (range->end > 0)
    advise_range(&source->files[range->file], range->begin, range->end, advice);
  *range = (advised){.file = at->file, .begin = at->offset_bytes, .end = end};
}

static void advise_rest(const penstock_source *source, const advised *range, uint32_t advice) {
  if (range->end > 0)
    advise_range(&source->files[range->file], range->begin, range->end, advice);
}

static void advise_sorted(const penstock_source *source, const source_column *column,
                          const int64_t *indices, uint32_t count, uint32_t advice) {
  advised range = {0};
  uint32_t near = 0;
  for (uint32_t i = 0; i < count; i++) {
    const record_span at = source_find(column, (uint64_t)indices[i], near);
    near = at.shard;
    advise_record(source, &range, &at, advice);
  }
  advise_rest(source, &range, advice);
}

static void advise_table(const penstock_source *source, const source_column *column,
                         uint32_t advice) {
  advised range = {0};
  for (uint64_t i = 0; i < source->record_count; i++) {
    const record_span at = source_find(column, i, 0);
    advise_record(source, &range, &at, advice);
  }
  advise_rest(source, &range, advice);
}

static void advise_column(const penstock_source *source, const source_column *column,
                          uint32_t advice) {
  if (column->table)
    advise_table(source, column, advice);
  advised range = {0};
  for (uint32_t i = 0; i < column->shard_count; i++) {
    const source_shard *shard = &column->shards[i];
    const record_span all = {.offset_bytes = shard->offset_bytes,
                             .length_bytes = source_shard_end(column, i) - shard->offset_bytes,
                             .file = shard->file};
    advise_record(source, &range, &all, advice);
  }
  advise_rest(source, &range, advice);
}

int32_t penstock_source_advise(penstock_source *source, uint32_t column, const int64_t *indices,
                               uint32_t count, uint32_t advice) {
  if (!source_is_complete(source, column) || advice > PENSTOCK_ADVICE_DONTNEED)
    return -EINVAL;
  const source_column *of = &source->columns[column];
  if (count == 0) {
    advise_column(source, of, advice);
    return 0;
  }
  if (!indices)
    return -EINVAL;
  for (uint32_t i = 0; i < count; i++)
    if (indices[i] < 0 || (uint64_t)indices[i] >= source->record_count)
      return -EINVAL;
  /* Batches are small; for a large one the allocation is cheap compared with the system calls. */
  int64_t small[1024];
  int64_t *sorted = count <= 1024 ? small : malloc(sizeof *sorted * count);
  if (!sorted)
    return -ENOMEM;
  for (uint32_t i = 0; i < count; i++)
    sorted[i] = indices[i];
  qsort(sorted, count, sizeof *sorted, compare_indices);
  advise_sorted(source, of, sorted, count, advice);
  if (sorted != small)
    free(sorted);
  return 0;
}

/* A prefetch instruction never faults: the only way in which C may point at mapped bytes. */
static void hint_record(const uint8_t *map, uint64_t begin, uint64_t length) {
  const uint64_t end = begin + (length < HINT_BYTES ? length : HINT_BYTES);
  for (uint64_t line = round_down(begin, CACHE_LINE_BYTES); line < end; line += CACHE_LINE_BYTES)
    __builtin_prefetch(map + line, 0, 2);
}

int32_t penstock_source_hint(penstock_source *source, uint32_t column, const int64_t *indices,
                             uint32_t first, uint32_t count) {
  if (!source_is_complete(source, column) || !indices)
    return -EINVAL;
  const source_column *of = &source->columns[column];
  uint32_t near = 0;
  for (uint32_t i = first; i < first + count; i++) {
    if (indices[i] < 0 || (uint64_t)indices[i] >= source->record_count)
      return -EINVAL;
    const record_span at = source_find(of, (uint64_t)indices[i], near);
    near = at.shard;
    const uint8_t *map = atomic_load_explicit(&source->files[at.file].map, memory_order_relaxed);
    if (map)
      hint_record(map, at.offset_bytes, at.length_bytes);
  }
  return 0;
}
