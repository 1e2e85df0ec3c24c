/* What is noticed of a file that changes while it is open. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/source.h"
#include "support.h"

static penstock_failure failure_now;

/* Checks a source of two files after the second one was changed. */
static penstock_source *open_two(const char **path) {
  penstock_source *source = new_source();
  const char *first = make_file("first", 3000, 0);
  *path = make_file("second", 5000, 1);
  CHECK_EQUAL(add_file(source, first), 0);
  CHECK_EQUAL(add_file(source, *path), 1);
  CHECK_EQUAL(penstock_source_check(source, &failure_now), 0);
  CHECK_EQUAL(failure_now.status, 0);
  CHECK_EQUAL(failure_now.file, -1);
  /* A relative path, so the first file must stay for check to find. */
  return source;
}

static void check_two(penstock_source *source, int32_t status) {
  memset(&failure_now, 0xEE, sizeof failure_now);
  CHECK_EQUAL(penstock_source_check(source, &failure_now), status);
  CHECK_EQUAL(failure_now.status, status);
  CHECK_EQUAL(failure_now.file, 1);
  CHECK_EQUAL(failure_now.column, -1);
  CHECK_EQUAL(failure_now.index, -1);
  CHECK_EQUAL(failure_now.offset_bytes, -1);
}

static void close_two(penstock_source *source, const char *path) {
  CHECK_EQUAL(unlink(source->files[0].path), 0);
  unlink(path);
  close_source(source);
}

/* Set, since two writes within one tick of the clock may leave the same time. */
static void set_modified(const char *path, int64_t later_ns) {
  struct stat now;
  CHECK_EQUAL(stat(path, &now), 0);
  const int64_t ns = (int64_t)now.st_mtim.tv_sec * 1000000000 + now.st_mtim.tv_nsec + later_ns;
  const struct timespec times[] = {{.tv_nsec = UTIME_OMIT},
                                   {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000}};
  CHECK_EQUAL(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void modification_in_place_is_noticed(void) {
  const char *path;
  penstock_source *source = open_two(&path);
  const int fd = open(path, O_WRONLY);
  CHECK(fd >= 0);
  CHECK_EQUAL(pwrite(fd, "x", 1, 100), 1);
  CHECK_EQUAL(close(fd), 0);
  set_modified(path, 1000000);
  check_two(source, -ESTALE);
  CHECK_EQUAL(failure_now.expected_bytes, 5000);
  CHECK_EQUAL(failure_now.found_bytes, 5000);
  close_two(source, path);
}

static void growth_is_noticed(void) {
  const char *path;
  penstock_source *source = open_two(&path);
  CHECK_EQUAL(truncate(path, 5001), 0);
  check_two(source, -ESTALE);
  CHECK_EQUAL(failure_now.expected_bytes, 5000);
  CHECK_EQUAL(failure_now.found_bytes, 5001);
  close_two(source, path);
}

static void shrinking_is_noticed(void) {
  const char *path;
  penstock_source *source = open_two(&path);
  CHECK_EQUAL(truncate(path, 4999), 0);
  check_two(source, -ENODATA);
  CHECK_EQUAL(failure_now.expected_bytes, 5000);
  CHECK_EQUAL(failure_now.found_bytes, 4999);
  close_two(source, path);
}

static void replacement_is_noticed(void) {
  const char *path;
  penstock_source *source = open_two(&path);
  CHECK_EQUAL(rename(make_file("other", 5000, 1), path), 0);
  check_two(source, -ESTALE);
  close_two(source, path);
}

static void deletion_is_noticed(void) {
  const char *path;
  penstock_source *source = open_two(&path);
  CHECK_EQUAL(unlink(path), 0);
  check_two(source, -ENOENT);
  close_two(source, path);
}

/* The time in nanoseconds does not fit; it is compared all the same. */
static void files_of_the_far_future_are_compared(void) {
  const char *path;
  penstock_source *source = open_two(&path);
  const struct timespec times[] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = INT64_C(10000000000)}};
  CHECK_EQUAL(utimensat(AT_FDCWD, path, times, 0), 0);
  check_two(source, -ESTALE);
  close_two(source, path);
}

static void reading_is_no_change(void) {
  const char *path;
  penstock_source *source = open_two(&path);
  uint64_t address;
  uint64_t bytes;
  CHECK_EQUAL(penstock_source_map(source, 1, &address, &bytes), 0);
  CHECK_EQUAL(*(const uint8_t *)(uintptr_t)address, pattern(0, 1));
  CHECK_EQUAL(chmod(path, 0400), 0);
  CHECK_EQUAL(penstock_source_check(source, &failure_now), 0);
  close_two(source, path);
}

int main(void) {
  RUN_COUNTED(modification_in_place_is_noticed);
  RUN_COUNTED(growth_is_noticed);
  RUN_COUNTED(shrinking_is_noticed);
  RUN_COUNTED(replacement_is_noticed);
  RUN_COUNTED(deletion_is_noticed);
  RUN_COUNTED(files_of_the_far_future_are_compared);
  RUN_COUNTED(reading_is_no_change);
  return 0;
}
