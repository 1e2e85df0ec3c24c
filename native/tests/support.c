/* See support.h. */
#define _GNU_SOURCE
#include "support.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/source.h"

enum { SLOTS = 4, DATA_OFFSET = 128 };

void check_failed(const char *file, int line, const char *expression, int64_t left, int64_t right) {
  fprintf(stderr, "%s:%d: failed: %s (%lld, %lld)\n", file, line, expression, (long long)left,
          (long long)right);
  exit(1);
}

uint8_t pattern(uint64_t offset, uint32_t salt) {
  uint64_t value = (offset >> 3) * UINT64_C(0x9e3779b97f4a7c15) + salt;
  value ^= value >> 29;
  value *= UINT64_C(0xbf58476d1ce4e5b9);
  return (uint8_t)(value >> (8 * (offset & 7)));
}

uint64_t next_random(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

int64_t *make_shuffled(uint64_t count, uint64_t seed) {
  int64_t *indices = malloc(sizeof *indices * count);
  CHECK(indices != NULL);
  for (uint64_t i = 0; i < count; i++)
    indices[i] = (int64_t)i;
  for (uint64_t i = count - 1; i > 0; i--) {
    const uint64_t other = next_random(&seed) % (i + 1);
    const int64_t swap = indices[i];
    indices[i] = indices[other];
    indices[other] = swap;
  }
  return indices;
}

uint32_t count_descriptors(void) {
  DIR *directory = opendir("/proc/self/fd");
  CHECK(directory != NULL);
  uint32_t count = 0;
  while (readdir(directory))
    count++;
  closedir(directory);
  return count - 3; /* ".", ".." and the directory itself */
}

const char *make_file(const char *name, uint64_t bytes, uint32_t salt) {
  static char names[64][128];
  static uint32_t next;
  char *path = names[next++ % 64];
  snprintf(path, sizeof names[0], "file-%ld-%s", (long)getpid(), name);
  const int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
  CHECK(fd >= 0);
  uint8_t block[65536];
  for (uint64_t at = 0; at < bytes;) {
    uint64_t size = bytes - at < sizeof block ? bytes - at : sizeof block;
    for (uint64_t i = 0; i < size; i++)
      block[i] = pattern(at + i, salt);
    CHECK_EQUAL(write(fd, block, size), size);
    at += size;
  }
  CHECK_EQUAL(close(fd), 0);
  return path;
}

penstock_source *new_source(void) {
  penstock_source *source;
  CHECK_EQUAL(penstock_source_open(&source), 0);
  return source;
}

int32_t add_file(penstock_source *source, const char *path) {
  penstock_file_info info;
  return penstock_source_add_file(source, path, &info);
}

void close_source(penstock_source *source) { CHECK_EQUAL(penstock_source_close(source), 0); }

int is_available(penstock_source *source, uint32_t backend, uint32_t io) {
  penstock_failure failure;
  const int32_t status = penstock_backend_probe(source, backend, io, &failure);
  if (status < 0)
    printf("  skipped: backend %u, io %u: %s\n", backend, io, penstock_status_name(status));
  return status == 0;
}

penstock_source *make_source(const uint64_t *sizes, uint64_t record_count) {
  penstock_source *source;
  CHECK_EQUAL(penstock_source_open(&source), 0);
  for (uint32_t i = 0; sizes[i] != 0; i++) {
    char name[32];
    snprintf(name, sizeof name, "column-%u", i);
    const char *path = make_file(name, DATA_OFFSET + sizes[i] * record_count, i);
    penstock_file_info info;
    const int32_t file = penstock_source_add_file(source, path, &info);
    CHECK_EQUAL(file, i);
    const penstock_shard shard = {
        .offset_bytes = DATA_OFFSET, .record_count = record_count, .file = (uint32_t)file};
    CHECK_EQUAL(penstock_source_add_column(source, sizes[i], &shard, 1), i);
    unlink(path);
  }
  return source;
}

penstock_reader_options make_options(uint32_t batch_size) {
  return (penstock_reader_options){
      .backend = PENSTOCK_BACKEND_PREAD,
      .io = PENSTOCK_IO_BUFFERED,
      .queue_depth = 16,
      .merge_gap_bytes = 4096,
      .max_read_bytes = 65536,
      .staging_bytes = 1 << 20,
      .entry_count = SLOTS * batch_size,
      .batch_size = batch_size,
  };
}

void check_records(const uint8_t *slot, const int64_t *indices, uint32_t count,
                   uint64_t record_bytes, uint64_t data_offset, uint32_t salt) {
  for (uint32_t i = 0; i < count; i++)
    for (uint64_t byte = 0; byte < record_bytes; byte++) {
      const uint64_t offset = data_offset + (uint64_t)indices[i] * record_bytes + byte;
      if (slot[i * record_bytes + byte] != pattern(offset, salt))
        check_failed("record", (int)i, "byte of record", indices[i], (int64_t)byte);
    }
}

static void order_more(penstock_reader *reader, const penstock_reader_options *options,
                       const int64_t *indices, uint64_t count, uint64_t *ordered, uint64_t taken,
                       const uint64_t *slots) {
  while (*ordered < count) {
    const uint64_t left = count - *ordered;
    const uint32_t size = left < options->batch_size ? (uint32_t)left : options->batch_size;
    if (options->cell_count == 0 && *ordered - taken >= (uint64_t)SLOTS * options->batch_size)
      return;
    const uint64_t slot =
        options->cell_count > 0 ? 0 : slots[*ordered / options->batch_size % SLOTS];
    const int32_t status = penstock_reader_order(reader, indices + *ordered, size, slot);
    if (status == -11) /* -EAGAIN: no room */
      return;
    CHECK_EQUAL(status, 0);
    *ordered += size;
  }
}

void read_and_check(penstock_reader *reader, penstock_source *source,
                    const penstock_reader_options *options, const int64_t *indices,
                    uint64_t count) {
  uint64_t offsets[PENSTOCK_MAX_COLUMNS];
  uint64_t slot_bytes;
  uint64_t slots[SLOTS];
  CHECK_EQUAL(penstock_slot_layout(source, options->batch_size, offsets, &slot_bytes), 0);
  for (uint32_t i = 0; i < SLOTS; i++) {
    CHECK_EQUAL(penstock_memory_allocate(slot_bytes, 0, &slots[i]), 0);
    memset((void *)(uintptr_t)slots[i], 0xEE, slot_bytes);
  }
  uint64_t ordered = 0;
  uint64_t taken = 0;
  while (taken < count) {
    order_more(reader, options, indices, count, &ordered, taken, slots);
    const uint64_t left = count - taken;
    const uint32_t size = left < options->batch_size ? (uint32_t)left : options->batch_size;
    penstock_progress progress;
    CHECK_EQUAL(penstock_reader_drive(reader, size, UINT64_MAX, &progress), 0);
    CHECK(progress.ready >= size);
    penstock_failure failure;
    const uint64_t slot = slots[taken / options->batch_size % SLOTS];
    CHECK_EQUAL(penstock_reader_take(reader, size, slot, &failure), 0);
    for (uint32_t column = 0; column < source->column_count; column++)
      check_records((const uint8_t *)(uintptr_t)slot + offsets[column], indices + taken, size,
                    source->columns[column].record_bytes, DATA_OFFSET, column);
    taken += size;
  }
  for (uint32_t i = 0; i < SLOTS; i++)
    CHECK_EQUAL(penstock_memory_free(slots[i], slot_bytes), 0);
}
