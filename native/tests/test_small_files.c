/* Files that are opened to be read once: they are believed only if they are what they were when
 * they were listed; and files that are open, for whoever reads them in this library's place. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "support.h"

enum { BYTES = 3000 };

static uint8_t bytes[BYTES + 1];

static int64_t modified_of(const char *path) {
  struct stat now;
  CHECK_EQUAL(stat(path, &now), 0);
  return (int64_t)now.st_mtim.tv_sec * 1000000000 + now.st_mtim.tv_nsec;
}

static int64_t read_part(const char *path, int64_t modified_ns, uint64_t offset, uint64_t length) {
  memset(bytes, 0xEE, sizeof bytes);
  return penstock_file_read(path, BYTES, modified_ns, offset, length, (uint64_t)(uintptr_t)bytes);
}

static void check_bytes(uint64_t offset, uint64_t length) {
  for (uint64_t i = 0; i < length; i++)
    CHECK_EQUAL(bytes[i], pattern(offset + i, 3));
  CHECK_EQUAL(bytes[length], 0xEE);
}

static void a_file_is_read_in_whole_and_in_parts(void) {
  const char *path = make_file("small", BYTES, 3);
  const int64_t time = modified_of(path);
  CHECK_EQUAL(read_part(path, time, 0, BYTES), BYTES);
  check_bytes(0, BYTES);
  CHECK_EQUAL(read_part(path, time, 1000, 1), 1);
  check_bytes(1000, 1);
  CHECK_EQUAL(read_part(path, time, 2999, 1), 1);
  check_bytes(2999, 1);
  CHECK_EQUAL(read_part(path, time, BYTES, 0), 0);
  check_bytes(0, 0);
  CHECK_EQUAL(symlink(path, "small_link"), 0);
  CHECK_EQUAL(read_part("small_link", time, 0, BYTES), BYTES);
  check_bytes(0, BYTES);
  unlink("small_link");
  CHECK_EQUAL(read_part(path, time, BYTES, 1), -EINVAL);
  CHECK_EQUAL(read_part(path, time, BYTES + 1, 0), -EINVAL);
  CHECK_EQUAL(read_part(path, time, 1, UINT64_MAX), -EINVAL);
  CHECK_EQUAL(read_part(NULL, time, 0, 1), -EINVAL);
  CHECK_EQUAL(penstock_file_read(path, UINT64_MAX, time, 0, 1, (uint64_t)(uintptr_t)bytes),
              -EINVAL);
  CHECK_EQUAL(penstock_file_read(path, BYTES, time, 0, 1, 0), -EINVAL);
  check_bytes(0, 0);
  unlink(path);
}

static void a_file_without_bytes_is_looked_at(void) {
  const char *path = make_file("small", 0, 3);
  CHECK_EQUAL(penstock_file_read(path, 0, modified_of(path), 0, 0, 0), 0);
  CHECK_EQUAL(penstock_file_read(path, 0, modified_of(path) + 1, 0, 0, 0), -ESTALE);
  unlink(path);
}

static void a_file_that_was_modified_is_not_read(void) {
  const char *path = make_file("small", BYTES, 3);
  const int64_t time = modified_of(path);
  CHECK_EQUAL(read_part(path, time + 1, 0, BYTES), -ESTALE);
  CHECK_EQUAL(read_part(path, time - 1, 0, BYTES), -ESTALE);
  check_bytes(0, 0);
  CHECK_EQUAL(truncate(path, BYTES - 1), 0);
  CHECK_EQUAL(read_part(path, modified_of(path), 0, 10), -ESTALE);
  CHECK_EQUAL(truncate(path, BYTES + 1), 0);
  CHECK_EQUAL(read_part(path, modified_of(path), 0, 10), -ESTALE);
  check_bytes(0, 0);
  unlink(path);
  CHECK_EQUAL(read_part(path, time, 0, BYTES), -ENOENT);
}

/* None of them may be waited for. */
static void what_is_no_file_is_not_read(void) {
  CHECK_EQUAL(mkfifo("small_pipe", 0600), 0);
  CHECK_EQUAL(penstock_file_read("small_pipe", 0, modified_of("small_pipe"), 0, 0, 0), -ESTALE);
  CHECK_EQUAL(read_part("small_pipe", modified_of("small_pipe"), 0, 10), -ESTALE);
  unlink("small_pipe");
  CHECK_EQUAL(mkdir("small_folder", 0700), 0);
  CHECK_EQUAL(read_part("small_folder", modified_of("small_folder"), 0, 10), -ESTALE);
  CHECK_EQUAL(read_part("small_folder/in/it", 0, 0, 10), -ENOENT);
  CHECK_EQUAL(rmdir("small_folder"), 0);
  const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  CHECK(listener >= 0);
  const struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "small_socket"};
  CHECK_EQUAL(bind(listener, (const struct sockaddr *)&name, sizeof name), 0);
  CHECK_EQUAL(read_part("small_socket", 0, 0, 10), -ENXIO);
  close(listener);
  unlink("small_socket");
  CHECK_EQUAL(read_part("/dev/null", 0, 0, 10), -ESTALE);
  CHECK_EQUAL(symlink("small_nowhere", "small_link"), 0);
  CHECK_EQUAL(read_part("small_link", 0, 0, 10), -ENOENT);
  unlink("small_link");
  CHECK_EQUAL(symlink("small_link", "small_link"), 0);
  CHECK_EQUAL(read_part("small_link", 0, 0, 10), -ELOOP);
  unlink("small_link");
}

static void too_many_open_files_are_reported(void) {
  const char *path = make_file("small", BYTES, 3);
  struct rlimit limit;
  CHECK_EQUAL(getrlimit(RLIMIT_NOFILE, &limit), 0);
  const struct rlimit none = {.rlim_cur = 0, .rlim_max = limit.rlim_max};
  const int64_t time = modified_of(path);
  CHECK_EQUAL(setrlimit(RLIMIT_NOFILE, &none), 0);
  const int64_t result = read_part(path, time, 0, BYTES);
  CHECK_EQUAL(setrlimit(RLIMIT_NOFILE, &limit), 0);
  CHECK_EQUAL(result, -EMFILE);
  CHECK_EQUAL(read_part(path, time, 0, BYTES), BYTES);
  unlink(path);
}

/* A time that 64 bits cannot hold in nanoseconds is the last, or the first, that they can; where
 * the file system has such times. */
static void times_far_away_are_the_farthest(void) {
  const char *path = make_file("small", BYTES, 3);
  const int64_t years[] = {INT64_C(10500000000), INT64_C(-10500000000)};
  for (uint32_t i = 0; i < 2; i++) {
    const struct timespec times[2] = {{.tv_sec = years[i]}, {.tv_sec = years[i]}};
    struct stat now;
    if (utimensat(AT_FDCWD, path, times, 0) != 0 || stat(path, &now) != 0 ||
        now.st_mtim.tv_sec != years[i])
      continue;
    const int64_t farthest = years[i] > 0 ? INT64_MAX : INT64_MIN;
    CHECK_EQUAL(read_part(path, farthest, 0, BYTES), BYTES);
    penstock_source *source = new_source();
    penstock_file_info info;
    CHECK_EQUAL(penstock_source_add_file(source, path, &info), 0);
    CHECK_EQUAL(info.modified_ns, farthest);
    close_source(source);
  }
  unlink(path);
}

static void an_open_file_is_read_in_parts(void) {
  const char *path = make_file("small", BYTES, 3);
  penstock_source *source = new_source();
  CHECK_EQUAL(add_file(source, path), 0);
  CHECK_EQUAL(penstock_source_add_object(source, BYTES), 1);
  unlink(path);
  const uint64_t address = (uint64_t)(uintptr_t)bytes;
  memset(bytes, 0xEE, sizeof bytes);
  CHECK_EQUAL(penstock_source_read(source, 0, 100, 200, address), 200);
  check_bytes(100, 200);
  memset(bytes, 0xEE, sizeof bytes);
  CHECK_EQUAL(penstock_source_read(source, 0, BYTES - 7, 200, address), 7);
  check_bytes(BYTES - 7, 7);
  memset(bytes, 0xEE, sizeof bytes);
  CHECK_EQUAL(penstock_source_read(source, 0, BYTES, 1, address), 0);
  CHECK_EQUAL(penstock_source_read(source, 0, 0, 0, 0), 0);
  CHECK_EQUAL(penstock_source_read(source, 1, 0, 1, address), -EINVAL);
  CHECK_EQUAL(penstock_source_read(source, 2, 0, 1, address), -EINVAL);
  CHECK_EQUAL(penstock_source_read(NULL, 0, 0, 1, address), -EINVAL);
  CHECK_EQUAL(penstock_source_read(source, 0, 0, 1, 0), -EINVAL);
  CHECK_EQUAL(penstock_source_read(source, 0, UINT64_MAX, 1, address), -EINVAL);
  CHECK_EQUAL(penstock_source_read(source, 0, 1, INT64_MAX, address), -EINVAL);
  CHECK_EQUAL(penstock_source_read(source, 0, 0, 8, 8), -EFAULT);
  check_bytes(0, 0);
  close_source(source);
}

int main(void) {
  RUN_COUNTED(a_file_is_read_in_whole_and_in_parts);
  RUN_COUNTED(a_file_without_bytes_is_looked_at);
  RUN_COUNTED(a_file_that_was_modified_is_not_read);
  RUN_COUNTED(what_is_no_file_is_not_read);
  RUN_COUNTED(too_many_open_files_are_reported);
  RUN_COUNTED(times_far_away_are_the_farthest);
  RUN_COUNTED(an_open_file_is_read_in_parts);
  return 0;
}
