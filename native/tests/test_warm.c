/* Bringing ranges of files into the page cache: counted, asked for, waited for. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "core/source.h"
#include "support.h"

enum { RECORD = 4096, COUNT = 2000 };

static uint8_t scratch[10000];

static int32_t fetch(penstock_source *source, uint32_t file, uint64_t offset_bytes,
                     uint64_t length_bytes) {
  return penstock_source_fetch(source, file, offset_bytes, length_bytes, scratch, sizeof scratch);
}

static void a_range_that_is_waited_for_is_there(void) {
  for (int is_mapped = 0; is_mapped < 2; is_mapped++) {
    penstock_source *source = make_source((const uint64_t[]){RECORD, 0}, COUNT);
    const uint64_t size = source->files[0].info.size_bytes;
    uint64_t address = 0;
    uint64_t bytes;
    uint64_t missing;
    CHECK_EQUAL(fsync(source->files[0].fd_buffered), 0);
    CHECK_EQUAL(penstock_source_advise(source, 0, NULL, 0, PENSTOCK_ADVICE_DONTNEED), 0);
    if (is_mapped)
      CHECK_EQUAL(penstock_source_map(source, 0, &address, &bytes), 0);
    const int32_t status = penstock_source_missing(source, 0, 0, size, &missing);
    CHECK(status == 0 || status == -ENOSYS || status == -EPERM);
    if (status == 0)
      printf("  %llu of %llu bytes are missing\n", (unsigned long long)missing,
             (unsigned long long)size);
    CHECK_EQUAL(fetch(source, 0, 0, size / 2), 0);
    if (status == 0) {
      CHECK_EQUAL(penstock_source_missing(source, 0, 0, size / 2, &missing), 0);
      CHECK_EQUAL(missing, 0);
    }
    CHECK_EQUAL(fetch(source, 0, size / 2, size - size / 2), 0);
    CHECK_EQUAL(scratch[(size - size / 2 - 1) % sizeof scratch], pattern(size - 1, 0));
    CHECK_EQUAL(penstock_source_populate(source, 0, 0, size / 2 + 1), 0);
    CHECK_EQUAL(penstock_source_populate(source, 0, size / 2 + 1, size - size / 2 - 1), 0);
    if (status == 0) {
      CHECK_EQUAL(penstock_source_missing(source, 0, 0, size, &missing), 0);
      CHECK_EQUAL(missing, 0);
      CHECK_EQUAL(penstock_source_missing(source, 0, 4095, 2, &missing), 0);
      CHECK_EQUAL(missing, 0);
    }
    if (is_mapped)
      CHECK_EQUAL(*(const uint8_t *)(uintptr_t)(address + size - 1), pattern(size - 1, 0));
    CHECK_EQUAL(penstock_source_close(source), 0);
  }
}

static void ranges_outside_of_a_file_are_refused(void) {
  penstock_source *source = make_source((const uint64_t[]){RECORD, 0}, COUNT);
  const uint64_t size = source->files[0].info.size_bytes;
  uint64_t missing = 7;
  const uint64_t wrong[][3] = {{1, 0, 1},        {0, size, 1},       {0, size + 1, 0},
                               {0, 0, size + 1}, {0, UINT64_MAX, 2}, {0, 2, UINT64_MAX}};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    const uint32_t file = (uint32_t)wrong[i][0];
    CHECK_EQUAL(penstock_source_missing(source, file, wrong[i][1], wrong[i][2], &missing), -EINVAL);
    CHECK_EQUAL(fetch(source, file, wrong[i][1], wrong[i][2]), -EINVAL);
    CHECK_EQUAL(penstock_source_populate(source, file, wrong[i][1], wrong[i][2]), -EINVAL);
  }
  CHECK_EQUAL(missing, 7);
  CHECK_EQUAL(penstock_source_missing(source, 0, 0, 1, NULL), -EINVAL);
  CHECK_EQUAL(penstock_source_missing(NULL, 0, 0, 1, &missing), -EINVAL);
  CHECK_EQUAL(fetch(NULL, 0, 0, 1), -EINVAL);
  CHECK_EQUAL(penstock_source_fetch(source, 0, 0, 1, NULL, 1), -EINVAL);
  CHECK_EQUAL(penstock_source_fetch(source, 0, 0, 1, scratch, 0), -EINVAL);
  CHECK_EQUAL(penstock_source_populate(NULL, 0, 0, 1), -EINVAL);
  CHECK_EQUAL(penstock_source_missing(source, 0, size, 0, &missing), 0);
  CHECK_EQUAL(missing, 0);
  CHECK_EQUAL(fetch(source, 0, size, 0), 0);
  CHECK_EQUAL(penstock_source_populate(source, 0, size, 0), 0);
  CHECK_EQUAL(penstock_source_close(source), 0);
}

/* An access to a page behind the end would be SIGBUS; populating says so instead. */
static void a_file_that_was_cut_short_is_told_of(void) {
  for (int is_mapped = 0; is_mapped < 2; is_mapped++) {
    penstock_source *source = make_source((const uint64_t[]){RECORD, 0}, COUNT);
    const uint64_t size = source->files[0].info.size_bytes;
    uint64_t address;
    uint64_t bytes;
    if (is_mapped)
      CHECK_EQUAL(penstock_source_map(source, 0, &address, &bytes), 0);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", source->files[0].fd_buffered);
    CHECK_EQUAL(truncate(path, (off_t)(size / 2)), 0);
    CHECK_EQUAL(fetch(source, 0, 0, size / 4), 0);
    CHECK_EQUAL(fetch(source, 0, 0, size), -ENODATA);
    CHECK_EQUAL(penstock_source_populate(source, 0, 0, size / 4), 0);
    CHECK_EQUAL(penstock_source_populate(source, 0, 0, size), -ENODATA);
    CHECK_EQUAL(penstock_source_close(source), 0);
  }
}

int main(void) {
  RUN_COUNTED(a_range_that_is_waited_for_is_there);
  RUN_COUNTED(ranges_outside_of_a_file_are_refused);
  RUN_COUNTED(a_file_that_was_cut_short_is_told_of);
  return 0;
}
