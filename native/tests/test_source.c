/* Files and columns: what is refused and with which status. Descriptors are counted around every
 * test. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/source.h"
#include "support.h"

enum { NOBODY = 65534 };

/* A name of this process alone. */
static const char *name_of(const char *what) {
  static char names[8][64];
  static uint32_t next;
  char *name = names[next++ % 8];
  snprintf(name, sizeof names[0], "%s-%ld", what, (long)getpid());
  return name;
}

/* ---- add_file ------------------------------------------------------------------------------- */

static void missing_files_are_told(void) {
  penstock_source *source = new_source();
  CHECK_EQUAL(add_file(source, name_of("missing")), -ENOENT);
  CHECK_EQUAL(add_file(source, ""), -ENOENT);
  CHECK_EQUAL(add_file(source, "/dev/null/below"), -ENOTDIR);
  char path[8192];
  memset(path, 'x', sizeof path - 1);
  path[sizeof path - 1] = 0;
  CHECK_EQUAL(add_file(source, path), -ENAMETOOLONG);
  close_source(source);
}

static void what_is_no_regular_file_is_refused(void) {
  penstock_source *source = new_source();
  CHECK_EQUAL(add_file(source, "."), -EISDIR);
  CHECK_EQUAL(add_file(source, "/dev/null"), -EINVAL);
  /* Nobody writes to it: opening it the plain way would wait for ever. */
  const char *fifo = name_of("fifo");
  CHECK_EQUAL(mkfifo(fifo, 0600), 0);
  CHECK_EQUAL(add_file(source, fifo), -EINVAL);
  unlink(fifo);
  close_source(source);
}

static void links_are_followed_but_not_for_ever(void) {
  penstock_source *source = new_source();
  const char *path = make_file("linked", 1000, 0);
  const char *link = name_of("link");
  const char *loop = name_of("loop");
  CHECK_EQUAL(symlink(path, link), 0);
  CHECK_EQUAL(symlink(loop, loop), 0);
  CHECK_EQUAL(add_file(source, link), 0);
  CHECK_EQUAL(add_file(source, loop), -ELOOP);
  unlink(link);
  unlink(loop);
  unlink(path);
  close_source(source);
}

/* In a child, since root may read everything and cannot come back from being somebody else. */
static void forbidden_files_are_told(void) {
  const char *path = make_file("forbidden", 1000, 0);
  CHECK_EQUAL(chmod(path, 0), 0);
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    if (geteuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
      _exit(77);
    penstock_source *source = new_source();
    const int32_t status = add_file(source, path);
    close_source(source);
    _exit(status == -EACCES ? 0 : 1);
  }
  int status;
  CHECK_EQUAL(waitpid(child, &status, 0), child);
  CHECK(WIFEXITED(status));
  if (WEXITSTATUS(status) == 77)
    printf("  skipped: root cannot become another user here\n");
  else
    CHECK_EQUAL(WEXITSTATUS(status), 0);
  unlink(path);
}

/* With one descriptor left the file opens once, but not a second time for direct reads: that must
 * not look like a file system without direct reads. */
static void too_few_descriptors_are_told(void) {
  const char *path = make_file("descriptors", 1000, 0);
  penstock_source *source = new_source();
  const uint32_t open_now = count_descriptors();
  const int next = dup(0); /* the limit is one of numbers, and those in use may have gaps */
  CHECK(next >= 0);
  CHECK_EQUAL(close(next), 0);
  struct rlimit limit;
  CHECK_EQUAL(getrlimit(RLIMIT_NOFILE, &limit), 0);
  for (uint32_t left = 0; left < 2; left++) {
    const struct rlimit low = {.rlim_cur = (rlim_t)next + left, .rlim_max = limit.rlim_max};
    CHECK_EQUAL(setrlimit(RLIMIT_NOFILE, &low), 0);
    const int32_t status = add_file(source, path);
    CHECK_EQUAL(setrlimit(RLIMIT_NOFILE, &limit), 0);
    CHECK_EQUAL(status, -EMFILE);
    CHECK_EQUAL(count_descriptors(), open_now);
  }
  CHECK_EQUAL(add_file(source, path), 0);
  unlink(path);
  close_source(source);
}

static void file_info_is_what_stat_says(void) {
  const char *path = make_file("info", 123457, 0);
  penstock_source *source = new_source();
  penstock_file_info info;
  memset(&info, 0xEE, sizeof info);
  CHECK_EQUAL(penstock_source_add_file(source, path, &info), 0);
  struct stat stat_now;
  CHECK_EQUAL(stat(path, &stat_now), 0);
  CHECK_EQUAL(info.size_bytes, 123457);
  CHECK_EQUAL(info.inode, stat_now.st_ino);
  CHECK_EQUAL(info.device, stat_now.st_dev);
  CHECK_EQUAL(info.modified_ns,
              (int64_t)stat_now.st_mtim.tv_sec * 1000000000 + stat_now.st_mtim.tv_nsec);
  CHECK_EQUAL(info.direct_offset_alignment & (info.direct_offset_alignment - 1), 0);
  CHECK_EQUAL(info.direct_memory_alignment & (info.direct_memory_alignment - 1), 0);
  CHECK_EQUAL(info.direct_offset_alignment == 0, info.direct_memory_alignment == 0);
  unlink(path);
  close_source(source);
}

/* io_uring may answer reads of descriptors that must not wait with -EAGAIN. */
static void descriptors_may_wait_and_are_not_inherited(void) {
  const char *path = make_file("flags", 5000, 0);
  penstock_source *source = new_source();
  CHECK_EQUAL(add_file(source, path), 0);
  const int fds[] = {source->files[0].fd_buffered, source->files[0].fd_direct};
  for (uint32_t i = 0; i < 2 && fds[i] >= 0; i++) {
    CHECK_EQUAL(fcntl(fds[i], F_GETFL) & O_NONBLOCK, 0);
    CHECK_EQUAL((fcntl(fds[i], F_GETFL) & O_DIRECT) != 0, i == 1);
    CHECK_EQUAL(fcntl(fds[i], F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
  }
  unlink(path);
  close_source(source);
}

static void an_empty_file_is_a_file(void) {
  const char *path = make_file("empty", 0, 0);
  penstock_source *source = new_source();
  penstock_file_info info;
  CHECK_EQUAL(penstock_source_add_file(source, path, &info), 0);
  CHECK_EQUAL(info.size_bytes, 0);
  uint64_t address;
  uint64_t bytes;
  CHECK_EQUAL(penstock_source_map(source, 0, &address, &bytes), -ENODATA);
  const penstock_shard shard = {.record_count = 0};
  CHECK_EQUAL(penstock_source_add_column(source, 784, &shard, 1), 0);
  penstock_failure failure;
  CHECK_EQUAL(penstock_source_check(source, &failure), 0);
  CHECK_EQUAL(penstock_source_advise(source, 0, NULL, 0, PENSTOCK_ADVICE_WILLNEED), 0);
  CHECK_EQUAL(penstock_source_advise(source, 0, (int64_t[]){0}, 1, PENSTOCK_ADVICE_WILLNEED),
              -EINVAL);
  /* A reader of no records opens, and has nothing to order. */
  CHECK_EQUAL(
      penstock_backend_probe(source, PENSTOCK_BACKEND_PREAD, PENSTOCK_IO_BUFFERED, &failure), 0);
  const penstock_reader_options options = make_options(4);
  penstock_reader *reader;
  CHECK_EQUAL(penstock_reader_open(source, &options, &reader), 0);
  uint64_t slot;
  CHECK_EQUAL(penstock_memory_allocate(4096, 0, &slot), 0);
  CHECK_EQUAL(penstock_reader_order(reader, (int64_t[]){0}, 1, slot), -EINVAL);
  penstock_progress progress;
  CHECK_EQUAL(penstock_reader_drive(reader, 1, UINT64_MAX, &progress), 0);
  CHECK_EQUAL(progress.ready, 0);
  CHECK_EQUAL(penstock_reader_close(reader), 0);
  CHECK_EQUAL(penstock_memory_free(slot, 4096), 0);
  unlink(path);
  close_source(source);
}

static void files_are_numbered_as_added(void) {
  const char *path = make_file("many", 100, 0);
  penstock_source *source = new_source();
  for (int32_t i = 0; i < 100; i++) {
    CHECK_EQUAL(add_file(source, path), i);
    /* What is refused takes no number. */
    CHECK_EQUAL(add_file(source, "."), -EISDIR);
  }
  unlink(path);
  close_source(source);
}

static void nothing_is_not_accepted(void) {
  penstock_source *source = new_source();
  penstock_file_info info;
  penstock_failure failure;
  uint64_t number;
  CHECK_EQUAL(penstock_source_open(NULL), -EINVAL);
  CHECK_EQUAL(penstock_source_add_file(NULL, "x", &info), -EINVAL);
  CHECK_EQUAL(penstock_source_add_file(source, NULL, &info), -EINVAL);
  CHECK_EQUAL(penstock_source_add_file(source, "x", NULL), -EINVAL);
  CHECK_EQUAL(penstock_source_add_column(NULL, 1, NULL, 0), -EINVAL);
  CHECK_EQUAL(penstock_source_add_column(source, 1, NULL, 1), -EINVAL);
  CHECK_EQUAL(penstock_source_check(NULL, &failure), -EINVAL);
  CHECK_EQUAL(penstock_source_check(source, NULL), -EINVAL);
  CHECK_EQUAL(penstock_source_cached(source, 0, &number, &number), -EINVAL);
  CHECK_EQUAL(penstock_source_map(source, 0, &number, &number), -EINVAL);
  CHECK_EQUAL(penstock_source_map(NULL, 0, &number, &number), -EINVAL);
  CHECK_EQUAL(penstock_source_advise(source, 0, NULL, 0, 0), -EINVAL);
  CHECK_EQUAL(penstock_source_advise(NULL, 0, NULL, 0, 0), -EINVAL);
  CHECK_EQUAL(penstock_source_close(NULL), -EINVAL);
  close_source(source);
}

/* ---- add_column ----------------------------------------------------------------------------- */

static int32_t add_column(penstock_source *source, uint64_t record_bytes, penstock_shard shard) {
  return penstock_source_add_column(source, record_bytes, &shard, 1);
}

static void columns_that_cannot_be_are_refused(void) {
  const char *path = make_file("column", 1000, 0);
  penstock_source *source = new_source();
  CHECK_EQUAL(add_file(source, path), 0);
  CHECK_EQUAL(add_column(source, 0, (penstock_shard){.record_count = 1}), -EINVAL);
  CHECK_EQUAL(add_column(source, 10, (penstock_shard){.record_count = 1, .file = 1}), -EINVAL);
  CHECK_EQUAL(add_column(source, 10, (penstock_shard){.record_count = 1, .reserved = 1}), -EINVAL);
  /* Products and sums that overflow. */
  CHECK_EQUAL(add_column(source, 1 << 20, (penstock_shard){.record_count = UINT64_MAX}), -EINVAL);
  CHECK_EQUAL(add_column(source, 1 << 20, (penstock_shard){.record_count = UINT64_C(1) << 44}),
              -EINVAL);
  CHECK_EQUAL(
      add_column(source, 10, (penstock_shard){.offset_bytes = UINT64_MAX - 9, .record_count = 1}),
      -EINVAL);
  CHECK_EQUAL(add_column(source, UINT64_MAX, (penstock_shard){.record_count = 1}), -EINVAL);
  CHECK_EQUAL(add_column(source, (UINT64_C(1) << 40) + 1, (penstock_shard){.record_count = 1}),
              -EINVAL);
  unlink(path);
  close_source(source);
}

static void a_shard_must_end_within_its_file(void) {
  const char *path = make_file("short", 1000, 0);
  penstock_source *source = new_source();
  CHECK_EQUAL(add_file(source, path), 0);
  CHECK_EQUAL(add_column(source, 10, (penstock_shard){.record_count = 101}), -ENODATA);
  CHECK_EQUAL(add_column(source, 10, (penstock_shard){.offset_bytes = 1, .record_count = 100}),
              -ENODATA);
  CHECK_EQUAL(add_column(source, 10, (penstock_shard){.offset_bytes = 1001}), -ENODATA);
  CHECK_EQUAL(add_column(source, 1001, (penstock_shard){.record_count = 1}), -ENODATA);
  /* Refused columns leave nothing behind: the number and the record count are still free. */
  CHECK_EQUAL(add_column(source, 10, (penstock_shard){.record_count = 100}), 0);
  CHECK_EQUAL(add_column(source, 1, (penstock_shard){.offset_bytes = 900, .record_count = 100}), 1);
  unlink(path);
  close_source(source);
}

static void a_strided_shard_ends_with_its_last_record(void) {
  const char *path = make_file("strided", 1000, 0);
  penstock_source *source = new_source();
  CHECK_EQUAL(add_file(source, path), 0);
  const penstock_shard gaps = {.offset_bytes = 6, .record_count = 10, .stride_bytes = 110};
  CHECK_EQUAL(add_column(source, 5, gaps), -ENODATA); /* 6 + 9 * 110 + 5 = 1001 */
  CHECK_EQUAL(add_column(source, 4, gaps), 0);
  const penstock_shard overlapping = {.offset_bytes = 891, .record_count = 10, .stride_bytes = 1};
  CHECK_EQUAL(add_column(source, 101, overlapping), -ENODATA);
  CHECK_EQUAL(add_column(source, 100, overlapping), 1);
  const penstock_shard one = {.record_count = 1, .stride_bytes = UINT64_MAX};
  CHECK_EQUAL(add_column(source, 5, one), -ERANGE);
  const penstock_shard absurd = {.record_count = 3, .stride_bytes = UINT64_MAX / 2 + 1};
  CHECK_EQUAL(add_column(source, 5, absurd), -EINVAL);
  for (uint64_t index = 0; index < 10; index++) {
    CHECK_EQUAL(source_locate(&source->columns[0], index, 0).offset_bytes, 6 + index * 110);
    CHECK_EQUAL(source_locate(&source->columns[1], index, 9).offset_bytes, 891 + index);
  }
  unlink(path);
  close_source(source);
}

static void columns_have_the_same_record_count(void) {
  const char *path = make_file("count", 1000, 0);
  penstock_source *source = new_source();
  CHECK_EQUAL(add_file(source, path), 0);
  CHECK_EQUAL(add_column(source, 10, (penstock_shard){.record_count = 100}), 0);
  CHECK_EQUAL(add_column(source, 1, (penstock_shard){.record_count = 99}), -ERANGE);
  CHECK_EQUAL(add_column(source, 1, (penstock_shard){.record_count = 101}), -ERANGE);
  CHECK_EQUAL(penstock_source_add_column(source, 1, NULL, 0), -ERANGE);
  const penstock_shard two[] = {{.record_count = 60}, {.offset_bytes = 7, .record_count = 40}};
  CHECK_EQUAL(penstock_source_add_column(source, 1, two, 2), 1);
  unlink(path);
  close_source(source);
}

static void there_are_so_many_columns_and_no_more(void) {
  const char *path = make_file("columns", 100, 0);
  penstock_source *source = new_source();
  CHECK_EQUAL(add_file(source, path), 0);
  for (int32_t i = 0; i < PENSTOCK_MAX_COLUMNS; i++)
    CHECK_EQUAL(add_column(source, 1, (penstock_shard){.record_count = 100}), i);
  CHECK_EQUAL(add_column(source, 1, (penstock_shard){.record_count = 100}), -EINVAL);
  unlink(path);
  close_source(source);
}

/* ---- close ---------------------------------------------------------------------------------- */

static void a_source_outlives_its_readers(void) {
  penstock_source *source = make_source((const uint64_t[]){784, 8, 0}, 600);
  const penstock_reader_options options = make_options(8);
  penstock_reader *first;
  penstock_reader *second;
  CHECK_EQUAL(penstock_reader_open(source, &options, &first), 0);
  CHECK_EQUAL(penstock_reader_open(source, &options, &second), 0);
  CHECK_EQUAL(penstock_source_close(source), -EBUSY);
  CHECK_EQUAL(penstock_reader_close(second), 0);
  CHECK_EQUAL(penstock_source_close(source), -EBUSY);
  CHECK_EQUAL(penstock_reader_close(first), 0);
  /* Readers that did not open do not count. */
  penstock_reader_options wrong = options;
  wrong.backend = 99;
  CHECK_EQUAL(penstock_reader_open(source, &wrong, &first), -EINVAL);
  close_source(source);
}

int main(void) {
  RUN_COUNTED(missing_files_are_told);
  RUN_COUNTED(what_is_no_regular_file_is_refused);
  RUN_COUNTED(links_are_followed_but_not_for_ever);
  RUN_COUNTED(forbidden_files_are_told);
  RUN_COUNTED(too_few_descriptors_are_told);
  RUN_COUNTED(file_info_is_what_stat_says);
  RUN_COUNTED(descriptors_may_wait_and_are_not_inherited);
  RUN_COUNTED(an_empty_file_is_a_file);
  RUN_COUNTED(files_are_numbered_as_added);
  RUN_COUNTED(nothing_is_not_accepted);
  RUN_COUNTED(columns_that_cannot_be_are_refused);
  RUN_COUNTED(a_shard_must_end_within_its_file);
  RUN_COUNTED(a_strided_shard_ends_with_its_last_record);
  RUN_COUNTED(columns_have_the_same_record_count);
  RUN_COUNTED(there_are_so_many_columns_and_no_more);
  RUN_COUNTED(a_source_outlives_its_readers);
  return 0;
}
