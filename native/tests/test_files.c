/* What writers need: room that is reserved before anything is written, names that are exchanged. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"

static uint64_t size_of(const char *path) {
  struct stat stat_now;
  CHECK_EQUAL(stat(path, &stat_now), 0);
  return (uint64_t)stat_now.st_size;
}

static void room_is_reserved_and_bytes_stay(void) {
  const char *path = make_file("reserved", 1000, 3);
  const int32_t status = penstock_file_reserve(path, 3 << 20);
  if (status == -EOPNOTSUPP) {
    printf("  this file system cannot reserve\n");
    unlink(path);
    return;
  }
  CHECK_EQUAL(status, 0);
  CHECK_EQUAL(size_of(path), 3 << 20);
  struct stat now;
  CHECK_EQUAL(stat(path, &now), 0);
  CHECK(now.st_blocks * INT64_C(512) >= 3 << 20);
  uint8_t bytes[1001];
  FILE *file = fopen(path, "rb");
  CHECK_EQUAL(fread(bytes, 1, sizeof bytes, file), sizeof bytes);
  fclose(file);
  for (uint32_t i = 0; i < 1000; i++)
    CHECK_EQUAL(bytes[i], pattern(i, 3));
  CHECK_EQUAL(bytes[1000], 0);
  /* Less than there is changes nothing. */
  CHECK_EQUAL(penstock_file_reserve(path, 10), 0);
  CHECK_EQUAL(size_of(path), 3 << 20);
  unlink(path);
}

static void too_much_room_is_refused(void) {
  const char *path = make_file("reserved", 1000, 3);
  const int32_t status = penstock_file_reserve(path, INT64_MAX);
  CHECK(status == -EFBIG || status == -ENOSPC || status == -EOPNOTSUPP);
  CHECK_EQUAL(penstock_file_reserve(path, UINT64_MAX), -EFBIG);
  CHECK_EQUAL(size_of(path), 1000);
  unlink(path);
  CHECK_EQUAL(penstock_file_reserve(path, 10), -ENOENT);
  CHECK_EQUAL(penstock_file_reserve(path, 0), -EINVAL);
  CHECK_EQUAL(penstock_file_reserve(NULL, 10), -EINVAL);
  CHECK_EQUAL(penstock_file_reserve(".", 10), -EISDIR);
}

static void directories_change_their_names(void) {
  CHECK_EQUAL(mkdir("exchange_one", 0700), 0);
  CHECK_EQUAL(mkdir("exchange_other", 0700), 0);
  FILE *file = fopen("exchange_one/inside", "wb");
  CHECK(file != NULL);
  fclose(file);
  const int32_t status = penstock_path_exchange("exchange_one", "exchange_other");
  if (status == 0) {
    CHECK_EQUAL(size_of("exchange_other/inside"), 0);
    CHECK_EQUAL(rmdir("exchange_one"), 0);
    unlink("exchange_other/inside");
    CHECK_EQUAL(penstock_path_exchange("exchange_one", "exchange_other"), -ENOENT);
    CHECK_EQUAL(penstock_path_exchange("exchange_other", "exchange_one"), -ENOENT);
  } else {
    printf("  this file system cannot exchange\n");
    CHECK(status == -EINVAL || status == -ENOSYS);
    unlink("exchange_one/inside");
    rmdir("exchange_one");
  }
  CHECK_EQUAL(rmdir("exchange_other"), 0);
  CHECK_EQUAL(penstock_path_exchange(NULL, "x"), -EINVAL);
  CHECK_EQUAL(penstock_path_exchange("x", NULL), -EINVAL);
}

static void the_size_of_a_page_is_the_systems(void) {
  CHECK_EQUAL(penstock_page_bytes(), sysconf(_SC_PAGESIZE));
}

int main(void) {
  RUN_COUNTED(room_is_reserved_and_bytes_stay);
  RUN_COUNTED(too_much_room_is_refused);
  RUN_COUNTED(directories_change_their_names);
  RUN(the_size_of_a_page_is_the_systems);
  return 0;
}
