/* Mappings, advice about them, hints to the processor, and pages that are counted. Descriptors are
 * counted around every test. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/reader.h"
#include "core/source.h"
#include "support.h"

enum { ADVISED_RECORD = 784, ADVISED_COUNT = 6000 };

static penstock_source *open_advised(void) {
  return make_source((const uint64_t[]){ADVISED_RECORD, 8, 0}, ADVISED_COUNT);
}

static void a_file_is_mapped_once_and_whole(void) {
  penstock_source *source = open_advised();
  uint64_t address;
  uint64_t again;
  uint64_t bytes;
  CHECK_EQUAL(penstock_source_map(source, 0, &address, &bytes), 0);
  CHECK_EQUAL(bytes, 128 + ADVISED_RECORD * ADVISED_COUNT);
  CHECK_EQUAL(penstock_source_map(source, 0, &again, &bytes), 0);
  CHECK_EQUAL(again, address);
  CHECK_EQUAL(penstock_source_map(source, 1, &again, &bytes), 0);
  CHECK(again != address);
  CHECK_EQUAL(bytes, 128 + 8 * ADVISED_COUNT);
  CHECK_EQUAL(penstock_source_map(source, 2, &again, &bytes), -EINVAL);
  const uint8_t *map = (const uint8_t *)(uintptr_t)address;
  for (uint64_t at = 0; at < 128 + ADVISED_RECORD * ADVISED_COUNT; at += 997)
    CHECK_EQUAL(map[at], pattern(at, 0));
  CHECK_EQUAL(penstock_source_close(source), 0);
}

static void every_advice_is_taken(penstock_source *source) {
  enum { MANY = 5000 };
  int64_t indices[MANY];
  uint64_t state = 11;
  for (uint32_t i = 0; i < MANY; i++) /* in disorder, with duplicates */
    indices[i] = (int64_t)(next_random(&state) % ADVISED_COUNT);
  int64_t before[MANY];
  memcpy(before, indices, sizeof indices);
  for (uint32_t advice = 0; advice <= PENSTOCK_ADVICE_DONTNEED; advice++) {
    CHECK_EQUAL(penstock_source_advise(source, 0, NULL, 0, advice), 0);
    CHECK_EQUAL(penstock_source_advise(source, 1, NULL, 0, advice), 0);
    CHECK_EQUAL(penstock_source_advise(source, 0, (int64_t[]){ADVISED_COUNT - 1}, 1, advice), 0);
    CHECK_EQUAL(penstock_source_advise(source, 0, (int64_t[]){7, 7, 7, 0}, 4, advice), 0);
    CHECK_EQUAL(penstock_source_advise(source, 0, indices, 1024, advice), 0);
    CHECK_EQUAL(penstock_source_advise(source, 0, indices, 1025, advice), 0);
    CHECK_EQUAL(penstock_source_advise(source, 1, indices, MANY, advice), 0);
  }
  CHECK_EQUAL(memcmp(before, indices, sizeof indices), 0);
}

static void advice_is_taken_for_files_and_mappings(void) {
  penstock_source *source = open_advised();
  every_advice_is_taken(source);
  uint64_t address;
  uint64_t bytes;
  CHECK_EQUAL(penstock_source_map(source, 0, &address, &bytes), 0);
  every_advice_is_taken(source);
  /* What was advised away is there again when it is touched. */
  CHECK_EQUAL(*(const uint8_t *)(uintptr_t)(address + bytes - 1), pattern(bytes - 1, 0));
  CHECK_EQUAL(penstock_source_close(source), 0);
}

static void wrong_advice_is_refused(void) {
  penstock_source *source = open_advised();
  const int64_t indices[] = {0, ADVISED_COUNT, -1, INT64_MAX, INT64_MIN};
  CHECK_EQUAL(penstock_source_advise(source, 2, NULL, 0, 0), -EINVAL);
  CHECK_EQUAL(penstock_source_advise(source, 0, NULL, 0, PENSTOCK_ADVICE_DONTNEED + 1), -EINVAL);
  CHECK_EQUAL(penstock_source_advise(source, 0, NULL, 1, 0), -EINVAL);
  for (uint32_t i = 1; i < 5; i++)
    CHECK_EQUAL(penstock_source_advise(source, 0, (int64_t[]){0, indices[i]}, 2, 0), -EINVAL);
  CHECK_EQUAL(penstock_source_close(source), 0);
}

static void cached_pages_are_counted(void) {
  const char *path = make_file("cached", 1000001, 0);
  const int fd = open(path, O_RDWR);
  CHECK(fd >= 0);
  CHECK_EQUAL(fsync(fd), 0); /* dirty pages cannot be dropped */
  penstock_source *source;
  penstock_file_info info;
  const penstock_shard shard = {.record_count = 1000001};
  CHECK_EQUAL(penstock_source_open(&source), 0);
  CHECK_EQUAL(penstock_source_add_file(source, path, &info), 0);
  CHECK_EQUAL(penstock_source_add_column(source, 1, &shard, 1), 0);
  uint64_t cached;
  uint64_t total;
  const uint64_t pages = (1000001 + penstock_page_bytes() - 1) / penstock_page_bytes();
  const int32_t status = penstock_source_cached(source, 0, &cached, &total);
  if (status == -ENOSYS || status == -EPERM) {
    printf("  skipped: %s\n", penstock_status_name(status));
  } else {
    CHECK_EQUAL(status, 0);
    CHECK_EQUAL(total, pages);
    /* A wish: pages may stay, as they do where memory is the disk. */
    CHECK_EQUAL(penstock_source_advise(source, 0, NULL, 0, PENSTOCK_ADVICE_DONTNEED), 0);
    CHECK_EQUAL(penstock_source_cached(source, 0, &cached, &total), 0);
    printf("  %llu of %llu pages after dropping\n", (unsigned long long)cached,
           (unsigned long long)total);
    CHECK(cached <= total);
    uint8_t buffer[4096];
    for (off_t at = 0; at < 1000001; at += 4096)
      CHECK(pread(fd, buffer, sizeof buffer, at) > 0);
    CHECK_EQUAL(penstock_source_cached(source, 0, &cached, &total), 0);
    CHECK_EQUAL(cached, pages);
    CHECK_EQUAL(total, pages);
    CHECK_EQUAL(penstock_source_cached(source, 1, &cached, &total), -EINVAL);
  }
  CHECK_EQUAL(close(fd), 0);
  unlink(path);
  CHECK_EQUAL(penstock_source_close(source), 0);
}

/* Those who share the machine ask for it. How much stays is the kernel's business: pages come in
 * folios, which are dropped as a whole. */
static void what_is_read_and_dropped_behind_is_not_kept(void) {
  enum { RECORD = 65536, COUNT = 400, BATCH = 8 };
  penstock_source *source = make_source((const uint64_t[]){RECORD, 0}, COUNT);
  uint64_t cached;
  uint64_t total;
  CHECK_EQUAL(fsync(source->files[0].fd_buffered), 0);
  CHECK_EQUAL(penstock_source_advise(source, 0, NULL, 0, PENSTOCK_ADVICE_DONTNEED), 0);
  if (penstock_source_cached(source, 0, &cached, &total) != 0 || cached > total / 100) {
    printf("  skipped: pages cannot be counted or dropped here\n");
  } else {
    for (uint32_t backend = 0; backend < 2; backend++) {
      penstock_reader_options options = make_options(BATCH);
      options.backend = backend == 0 ? PENSTOCK_BACKEND_URING : PENSTOCK_BACKEND_PREAD;
      options.drop_behind = 1;
      options.max_read_bytes = 2 * RECORD;
      options.staging_bytes = 16 * RECORD;
      penstock_reader *reader;
      const int32_t status = penstock_reader_open(source, &options, &reader);
      if (status != 0) {
        printf("  skipped: %s\n", penstock_status_name(status));
        continue;
      }
      int64_t *indices = make_shuffled(COUNT, 3);
      read_and_check(reader, source, &options, indices, COUNT);
      free(indices);
      CHECK_EQUAL(penstock_source_cached(source, 0, &cached, &total), 0);
      printf("  %llu of %llu pages stayed\n", (unsigned long long)cached,
             (unsigned long long)total);
      CHECK(cached < total / 2);
      CHECK_EQUAL(penstock_reader_close(reader), 0);
    }
  }
  CHECK_EQUAL(penstock_source_close(source), 0);
}

/* Memory as a file system has nothing else to keep files in: it refuses, and is read nevertheless.
 */
static void a_refused_wish_is_given_up(void) {
  const int here = open(".", O_RDONLY | O_DIRECTORY);
  CHECK(here >= 0);
  if (chdir("/dev/shm") != 0) {
    printf("  skipped: no /dev/shm\n");
  } else {
    penstock_source *source = make_source((const uint64_t[]){784, 0}, 5000);
    CHECK_EQUAL(fchdir(here), 0);
    penstock_reader_options options = make_options(64);
    options.backend = PENSTOCK_BACKEND_URING;
    options.drop_behind = 1;
    penstock_reader *reader;
    const int32_t status = penstock_reader_open(source, &options, &reader);
    if (status != 0) {
      printf("  skipped: %s\n", penstock_status_name(status));
    } else {
      CHECK_EQUAL(reader->backend.drops_behind, 1);
      int64_t *indices = make_shuffled(5000, 5);
      read_and_check(reader, source, &options, indices, 5000);
      free(indices);
      CHECK_EQUAL(reader->backend.drops_behind, 0);
      CHECK_EQUAL(penstock_reader_close(reader), 0);
    }
    CHECK_EQUAL(penstock_source_close(source), 0);
  }
  CHECK_EQUAL(close(here), 0);
}

/* ---- hints ---------------------------------------------------------------------------------- */

static void hints_are_taken_for_files_and_mappings(void) {
  penstock_source *source = open_advised();
  const int64_t indices[] = {7, 0, ADVISED_COUNT - 1, 7};
  CHECK_EQUAL(penstock_source_hint(source, 0, indices, 0, 4), 0); /* not mapped: nothing to do */
  uint64_t address;
  uint64_t bytes;
  CHECK_EQUAL(penstock_source_map(source, 0, &address, &bytes), 0);
  CHECK_EQUAL(penstock_source_map(source, 1, &address, &bytes), 0);
  CHECK_EQUAL(penstock_source_hint(source, 0, indices, 0, 4), 0);
  CHECK_EQUAL(penstock_source_hint(source, 1, indices, 1, 3), 0);
  CHECK_EQUAL(penstock_source_hint(source, 1, indices, 4, 0), 0);
  CHECK_EQUAL(penstock_source_close(source), 0);
}

/* What a batch is made of must be asked for with care: the caller's mistakes are told. */
static void wrong_hints_are_refused(void) {
  penstock_source *source = open_advised();
  const int64_t indices[] = {0, ADVISED_COUNT, -1, INT64_MAX, INT64_MIN};
  CHECK_EQUAL(penstock_source_hint(NULL, 0, indices, 0, 1), -EINVAL);
  CHECK_EQUAL(penstock_source_hint(source, 2, indices, 0, 1), -EINVAL);
  CHECK_EQUAL(penstock_source_hint(source, 0, NULL, 0, 1), -EINVAL);
  for (uint32_t i = 1; i < 5; i++)
    CHECK_EQUAL(penstock_source_hint(source, 0, indices, i, 1), -EINVAL);
  CHECK_EQUAL(penstock_source_close(source), 0);
}

/* In a child: it would be a signal that ends it. Reading the lost pages does raise one. */
static int exit_signal(int reads) {
  const char *path = make_file("shrinking", 2000000, 0);
  const penstock_shard shard = {.record_count = 20};
  penstock_source *source;
  penstock_file_info info;
  uint64_t address;
  uint64_t bytes;
  CHECK_EQUAL(penstock_source_open(&source), 0);
  CHECK_EQUAL(penstock_source_add_file(source, path, &info), 0);
  CHECK_EQUAL(penstock_source_add_column(source, 100000, &shard, 1), 0);
  CHECK_EQUAL(penstock_source_map(source, 0, &address, &bytes), 0);
  CHECK_EQUAL(truncate(path, 4096), 0);
  unlink(path);
  fflush(stdout);
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    const int64_t last = 19;
    if (penstock_source_hint(source, 0, &last, 0, 1) != 0)
      _exit(1);
    _exit(reads ? *(const volatile uint8_t *)(uintptr_t)(address + bytes - 1) * 0 : 0);
  }
  int status;
  CHECK_EQUAL(waitpid(child, &status, 0), child);
  CHECK_EQUAL(penstock_source_close(source), 0);
  if (WIFSIGNALED(status))
    return WTERMSIG(status);
  return WEXITSTATUS(status) == 0 ? 0 : -1;
}

static void a_hint_at_lost_pages_does_no_harm(void) {
  CHECK_EQUAL(exit_signal(0), 0);
#ifndef __SANITIZE_ADDRESS__ /* it turns the signal into an exit */
  CHECK_EQUAL(exit_signal(1), SIGBUS);
#endif
}

#define RUN_COUNTED(test)                                                                          \
  do {                                                                                             \
    const uint32_t before = count_descriptors();                                                   \
    RUN(test);                                                                                     \
    CHECK_EQUAL(count_descriptors(), before);                                                      \
  } while (0)

int main(void) {
  RUN_COUNTED(a_file_is_mapped_once_and_whole);
  RUN_COUNTED(advice_is_taken_for_files_and_mappings);
  RUN_COUNTED(wrong_advice_is_refused);
  RUN_COUNTED(cached_pages_are_counted);
  RUN_COUNTED(what_is_read_and_dropped_behind_is_not_kept);
  RUN_COUNTED(a_refused_wish_is_given_up);
  RUN_COUNTED(hints_are_taken_for_files_and_mappings);
  RUN_COUNTED(wrong_hints_are_refused);
  RUN_COUNTED(a_hint_at_lost_pages_does_no_harm);
  return 0;
}
