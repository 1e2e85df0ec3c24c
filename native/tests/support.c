/* See support.h. */
#define _GNU_SOURCE
#include "support.h"

#include "carrier.h"

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

/* Eight bytes, from a multiple of eight on; the first is the lowest. */
static uint64_t pattern_word(uint64_t offset, uint32_t salt) {
  uint64_t value = (offset >> 3) * UINT64_C(0x9e3779b97f4a7c15) + salt;
  value ^= value >> 29;
  value *= UINT64_C(0xbf58476d1ce4e5b9);
  return value;
}

uint8_t pattern(uint64_t offset, uint32_t salt) {
  return (uint8_t)(pattern_word(offset, salt) >> (8 * (offset & 7)));
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
    for (uint64_t i = 0; i < size; i += 8) { /* blocks begin at multiples of 8 */
      const uint64_t word = pattern_word(at + i, salt);
      memcpy(block + i, &word, 8);
    }
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

column_kind kind_of_columns;

/* Lengths around `mean`, some of them at the edges of blocks. */
static uint64_t length_of(uint64_t mean, uint64_t index, uint64_t count, uint64_t *seed) {
  static const uint64_t edges[] = {0, 1, 511, 512, 513};
  if (kind_of_columns == ALL_EQUAL)
    return mean;
  if (kind_of_columns == ONE_GIANT)
    return index == count / 3 ? (mean < 10000 ? 20 : 3) * mean + 70000
                              : next_random(seed) % (mean / 2 + 2);
  if (mean > 300 && next_random(seed) % 16 == 0)
    return edges[next_random(seed) % 5];
  return next_random(seed) % (2 * mean + 1);
}

static void add_variable_column(penstock_source *source, uint64_t mean, uint64_t count,
                                uint32_t salt) {
  uint64_t *offsets = calloc(count + 1, sizeof *offsets);
  uint64_t *lengths = calloc(count + 1, sizeof *lengths);
  uint32_t *files = calloc(count + 1, sizeof *files);
  CHECK(offsets && lengths && files);
  uint64_t seed = 77 + salt;
  uint64_t end = DATA_OFFSET;
  uint64_t most = end;
  for (uint64_t i = 0; i < count; i++) {
    files[i] = salt;
    lengths[i] = length_of(mean, i, count, &seed);
    offsets[i] = end;
    const uint64_t what = kind_of_columns == IN_DISORDER ? next_random(&seed) % 5 : 0;
    if (what == 1) /* a gap */
      offsets[i] += next_random(&seed) % (mean + 1);
    if (what == 2 && i > 0) /* overlapping, perhaps behind the next one */
      offsets[i] -= next_random(&seed) % (end - DATA_OFFSET + 1) % (2 * mean + 1);
    if (what == 3 && i > 0) { /* the same as an earlier one */
      const uint64_t same = i - 1 - next_random(&seed) % (i < 9 ? i : 9);
      offsets[i] = offsets[same];
      lengths[i] = lengths[same];
    }
    end = offsets[i] + lengths[i];
    most = end > most ? end : most;
  }
  char name[32];
  snprintf(name, sizeof name, "column-%u", salt);
  const char *path = make_file(name, most, salt);
  CHECK_EQUAL(add_file(source, path), salt);
  unlink(path);
  CHECK_EQUAL(penstock_source_add_variable_column(source), salt);
  CHECK_EQUAL(penstock_source_add_records(source, salt, files, offsets, lengths, count), 0);
  CHECK_EQUAL(penstock_source_seal_column(source, salt), 0);
  free(offsets);
  free(lengths);
  free(files);
}

static void add_fixed_column(penstock_source *source, uint64_t record_bytes, uint64_t count,
                             uint32_t salt) {
  char name[32];
  snprintf(name, sizeof name, "column-%u", salt);
  const char *path = make_file(name, DATA_OFFSET + record_bytes * count, salt);
  CHECK_EQUAL(add_file(source, path), salt);
  const penstock_shard shard = {.offset_bytes = DATA_OFFSET, .record_count = count, .file = salt};
  CHECK_EQUAL(penstock_source_add_column(source, record_bytes, &shard, 1), salt);
  unlink(path);
}

penstock_source *make_source(const uint64_t *sizes, uint64_t record_count) {
  penstock_source *source = new_source();
  for (uint32_t i = 0; sizes[i] != 0; i++)
    if (kind_of_columns != OF_ONE_SIZE && i != 1)
      add_variable_column(source, sizes[i], record_count, i);
    else
      add_fixed_column(source, sizes[i], record_count, i);
  return source;
}

static uint64_t total_mean(const penstock_source *source) {
  uint64_t total = 0;
  for (uint32_t i = 0; i < source->column_count; i++) {
    penstock_column_info info;
    CHECK_EQUAL(penstock_source_column((penstock_source *)(uintptr_t)source, i, &info), 0);
    total += info.record_count > 0 ? info.total_bytes / info.record_count + 1 : 0;
  }
  return total;
}

void adapt_options(const penstock_source *source, penstock_reader_options *options) {
  penstock_source *of = (penstock_source *)(uintptr_t)source;
  if (kind_of_columns == OF_ONE_SIZE)
    return;
  const uint64_t cells = options->cell_count;
  options->cell_count = 0;
  if (cells > 0)
    options->chunk_bytes = total_mean(of) > 1000 ? 256 : 64;
  penstock_footprint footprint;
  penstock_reader_options least = *options;
  least.cached_records = 0;
  CHECK_EQUAL(penstock_reader_footprint(of, &least, &footprint), 0);
  if (cells == 0) {
    options->value_bytes = footprint.least_value_bytes * options->batch_size;
    return;
  }
  /* Values for two records of any size, or a batch of mean size: some batches come in pieces. */
  options->value_bytes = total_mean(of) * options->batch_size + 2 * footprint.least_value_bytes;
  const uint64_t chunks = cells * (total_mean(of) / options->chunk_bytes + 1);
  options->chunk_count =
      (uint32_t)(chunks > footprint.least_chunk_count ? chunks : footprint.least_chunk_count);
  options->horizon_bytes = options->entry_count * total_mean(of);
  if (options->cached_records > 0)
    options->cached_bytes = 2 * options->cached_records * (total_mean(of) + options->chunk_bytes);
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

/* Whether these are the bytes of a file made with salt, from `offset` on; eight at a time, as most
 * of what the tests do is this. */
static int are_of_file(const uint8_t *bytes, uint64_t offset, uint64_t count, uint32_t salt) {
  while (count > 0 && offset % 8 != 0) {
    if (*bytes++ != pattern(offset++, salt))
      return 0;
    count--;
  }
  for (; count >= 8; count -= 8, bytes += 8, offset += 8) {
    uint64_t word = 0;
    memcpy(&word, bytes, 8);
    if (word != pattern_word(offset, salt))
      return 0;
  }
  for (; count > 0; count--)
    if (*bytes++ != pattern(offset++, salt))
      return 0;
  return 1;
}

void check_records(const uint8_t *slot, const int64_t *indices, uint32_t count,
                   uint64_t record_bytes, uint64_t data_offset, uint32_t salt) {
  for (uint32_t i = 0; i < count; i++)
    for (uint64_t byte = 0; byte < record_bytes; byte++) {
      const uint64_t offset = data_offset + (uint64_t)indices[i] * record_bytes + byte;
      if (byte == 0 && are_of_file(slot + i * record_bytes, offset, record_bytes, salt))
        break;
      if (slot[i * record_bytes + byte] != pattern(offset, salt))
        check_failed("record", (int)i, "byte of record", indices[i], (int64_t)byte);
    }
}

static void check_variable(const penstock_source *source, uint32_t column, const uint8_t *slot,
                           uint64_t offset, const int64_t *indices, uint32_t count) {
  const int64_t *values = (const int64_t *)(const void *)(slot + offset);
  CHECK_EQUAL(values[0] % 64, 0);
  CHECK_EQUAL(values[1], 0);
  for (uint32_t i = 0; i < count; i++) {
    uint64_t from;
    uint64_t length;
    CHECK_EQUAL(penstock_source_locate((penstock_source *)(uintptr_t)source, column, &indices[i], 1,
                                       NULL, &from, &length),
                0);
    CHECK_EQUAL(values[2 + i] - values[1 + i], length);
    const uint8_t *record = slot + values[0] + values[1 + i];
    if (are_of_file(record, from, length, column))
      continue;
    for (uint64_t byte = 0; byte < length; byte++)
      if (record[byte] != pattern(from + byte, column))
        check_failed("variable record", (int)i, "byte of record", indices[i], (int64_t)byte);
  }
}

void check_column(const penstock_source *source, uint32_t column, const uint8_t *slot,
                  uint64_t offset, const int64_t *indices, uint32_t count) {
  if (source->columns[column].table)
    check_variable(source, column, slot, offset, indices, count);
  else
    check_records(slot + offset, indices, count, source->columns[column].record_bytes, DATA_OFFSET,
                  column);
}

static int has_cells(const penstock_reader_options *options) {
  return options->cell_count > 0 || options->chunk_count > 0;
}

static void order_more(penstock_reader *reader, const penstock_reader_options *options,
                       const int64_t *indices, uint64_t count, uint64_t *ordered, uint64_t taken,
                       const uint64_t *slots) {
  while (*ordered < count) {
    const uint64_t left = count - *ordered;
    const uint32_t size = left < options->batch_size ? (uint32_t)left : options->batch_size;
    if (!has_cells(options) && *ordered - taken >= (uint64_t)SLOTS * options->batch_size)
      return;
    const uint64_t slot = has_cells(options) ? 0 : slots[*ordered / options->batch_size % SLOTS];
    const int32_t status = penstock_reader_order(reader, indices + *ordered, size, slot);
    if (status == -11) /* -EAGAIN: no room */
      return;
    CHECK_EQUAL(status, 0);
    *ordered += size;
  }
}

uint32_t drive_until(penstock_reader *reader, const penstock_reader_options *options,
                     uint32_t wanted, carrier *caller) {
  if (options->backend == PENSTOCK_BACKEND_EXTERNAL) {
    carrier once = start_carrier(reader, options, wanted);
    const uint32_t ready = carry_until_ready(caller ? caller : &once, wanted);
    answer_all(&once);
    return ready;
  }
  penstock_progress progress;
  CHECK_EQUAL(penstock_reader_drive(reader, wanted, UINT64_MAX, &progress), 0);
  CHECK(progress.ready >= (options->chunk_count > 0 ? 1 : wanted));
  return wanted < progress.ready ? wanted : (uint32_t)progress.ready;
}

void read_and_check(penstock_reader *reader, penstock_source *source,
                    const penstock_reader_options *options, const int64_t *indices,
                    uint64_t count) {
  uint64_t offsets[PENSTOCK_MAX_COLUMNS];
  uint64_t slot_bytes;
  uint64_t slots[SLOTS];
  CHECK_EQUAL(
      penstock_slot_layout(source, options->batch_size, options->value_bytes, offsets, &slot_bytes),
      0);
  for (uint32_t i = 0; i < SLOTS; i++) {
    CHECK_EQUAL(penstock_memory_allocate(slot_bytes, 0, &slots[i]), 0);
    memset((void *)(uintptr_t)slots[i], 0xEE, slot_bytes);
  }
  carrier caller = start_carrier(reader, options, count);
  caller.error_percent = 10;
  uint64_t ordered = 0;
  uint64_t taken = 0;
  while (taken < count) {
    order_more(reader, options, indices, count, &ordered, taken, slots);
    const uint64_t left = count - taken;
    uint32_t size = left < options->batch_size ? (uint32_t)left : options->batch_size;
    size = drive_until(reader, options, size, &caller);
    penstock_failure failure;
    const uint64_t slot = slots[has_cells(options) ? 0 : taken / options->batch_size % SLOTS];
    CHECK_EQUAL(penstock_reader_take(reader, size, slot, &failure), 0);
    CHECK(failure.taken > 0 && failure.taken <= size);
    CHECK(failure.taken == size || options->chunk_count > 0);
    for (uint32_t column = 0; column < source->column_count; column++)
      check_column(source, column, (const uint8_t *)(uintptr_t)slot, offsets[column],
                   indices + taken, failure.taken);
    taken += failure.taken;
  }
  answer_all(&caller);
  for (uint32_t i = 0; i < SLOTS; i++)
    CHECK_EQUAL(penstock_memory_free(slots[i], slot_bytes), 0);
}
