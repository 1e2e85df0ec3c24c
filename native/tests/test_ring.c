/* io_uring as other kernels and containers answer: forbidden, missing, older, interrupted, broken.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/reader.h"
#include "kernel.h"
#include "support.h"

/* ---- helpers -------------------------------------------------------------------------------- */

enum { RECORD = 784, COUNT = 2000, BATCH = 50, CELLS = 300 };

static penstock_source *source;

static void open_source(void) { source = make_source((const uint64_t[]){RECORD, 8, 0}, COUNT); }

static void close_ring_source(void) {
  CHECK_EQUAL(penstock_source_close(source), 0);
  CHECK_EQUAL(seen.rings, 0);
}

static penstock_reader_options make_ring_options(int with_cells) {
  penstock_reader_options options = make_options(BATCH);
  options.backend = PENSTOCK_BACKEND_URING;
  options.fixed_buffers = 1;
  if (with_cells) {
    options.cell_count = CELLS;
    options.entry_count = 3 * CELLS / 2;
  }
  return options;
}

/* Reads a shuffled order through slots and through cells and checks every byte. */
static void read_all(void) {
  int64_t *indices = make_shuffled(COUNT, 6);
  for (int with_cells = 0; with_cells <= 1; with_cells++) {
    const penstock_reader_options options = make_ring_options(with_cells);
    penstock_reader *reader;
    CHECK_EQUAL(penstock_reader_open(source, &options, &reader), 0);
    read_and_check(reader, source, &options, indices, COUNT);
    CHECK_EQUAL(penstock_reader_close(reader), 0);
  }
  free(indices);
}

/* What probing says, which must be what opening says. */
static int32_t probe(void) {
  penstock_failure failure;
  const int32_t status =
      penstock_backend_probe(source, PENSTOCK_BACKEND_URING, PENSTOCK_IO_BUFFERED, &failure);
  CHECK_EQUAL(failure.status, status);
  const penstock_reader_options options = make_ring_options(1);
  penstock_reader *reader = NULL;
  CHECK_EQUAL(penstock_reader_open(source, &options, &reader), status);
  CHECK_EQUAL(reader != NULL, status == 0);
  if (reader)
    CHECK_EQUAL(penstock_reader_close(reader), 0);
  return status;
}

/* ---- set-up --------------------------------------------------------------------------------- */

static void a_ring_that_is_refused_is_told_and_leaves_nothing_behind(void) {
  static const int refusals[] = {-ENOSYS, -EPERM, -ENOMEM, -EMFILE, -ENFILE, -EACCES};
  open_source();
  const uint32_t descriptors = count_descriptors();
  for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
    kernel_is_this_one();
    kernel.setup = refusals[i];
    for (uint32_t round = 0; round < 20; round++)
      CHECK_EQUAL(probe(), refusals[i]);
    CHECK_EQUAL(count_descriptors(), descriptors);
    CHECK_EQUAL(seen.setups, 40); /* nothing but -EINVAL is tried again */
  }
  /* Not a reader has stayed. */
  close_ring_source();
}

static void older_kernels_get_fewer_flags(void) {
  static const struct {
    uint32_t unknown;
    uint32_t expected;
    uint32_t setups;
  } rungs[] = {
      {0, SINGLE_ISSUER | DEFER_TASKRUN, 1},
      {DEFER_TASKRUN, COOP_TASKRUN, 2},
      {SINGLE_ISSUER | DEFER_TASKRUN, COOP_TASKRUN, 2},
      {SINGLE_ISSUER | DEFER_TASKRUN | COOP_TASKRUN, 0, 3},
  };
  open_source();
  kernel_is_this_one();
  CHECK_EQUAL(probe(), 0);
  const int is_new = seen.flags == rungs[0].expected;
  for (size_t i = 0; i < sizeof rungs / sizeof rungs[0]; i++) {
    kernel_is_this_one();
    kernel.unknown_flags = rungs[i].unknown;
    CHECK_EQUAL(probe(), 0);
    CHECK_EQUAL(seen.flags & rungs[i].unknown, 0);
    if (is_new) { /* an old kernel refuses by itself */
      CHECK_EQUAL(seen.setups, 2 * rungs[i].setups);
      CHECK_EQUAL(seen.flags, rungs[i].expected);
    }
    read_all();
    CHECK_EQUAL(seen.rings, 0);
  }
  close_ring_source();
}

static void the_ladder_has_an_end(void) {
  open_source();
  kernel_is_this_one();
  kernel.setup = -EINVAL;
  CHECK_EQUAL(probe(), -EINVAL);
  CHECK_EQUAL(seen.setups, 6);
  close_ring_source();
}

static void kernels_before_5_11_are_refused(void) {
  open_source();
  const uint32_t descriptors = count_descriptors();
  kernel_is_this_one();
  kernel.is_before_5_11 = 1;
  CHECK_EQUAL(probe(), -ENOSYS);
  CHECK_EQUAL(count_descriptors(), descriptors);
  close_ring_source();
}

/* ---- registration --------------------------------------------------------------------------- */

static void what_may_not_be_registered_is_read_all_the_same(void) {
  open_source();
  for (uint32_t refused = 0; refused < 8; refused++) {
    kernel_is_this_one();
    kernel.files = refused & 1 ? -EMFILE : 0;
    kernel.buffers = refused & 2 ? -ENOMEM : 0;
    kernel.ring_fd = refused & 4 ? -EINVAL : 0;
    read_all();
    CHECK_EQUAL(seen.files, refused & 1 ? 0 : 2);
    CHECK(seen.buffers <= (refused & 2 ? 0u : 2u)); /* the limit of locked memory may forbid it */
  }
  close_ring_source();
}

/* The table of files counts against the limit of descriptors: large ones are not registered. */
static void many_files_are_not_registered(void) {
  enum { FILES = 600, PER_FILE = 3 };
  struct rlimit limit;
  CHECK_EQUAL(getrlimit(RLIMIT_NOFILE, &limit), 0);
  const struct rlimit raised = {.rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max};
  if (limit.rlim_max < 2 * FILES + 64 || setrlimit(RLIMIT_NOFILE, &raised) != 0) {
    printf("  skipped: so many files may not be open here\n");
    return;
  }
  CHECK_EQUAL(penstock_source_open(&source), 0);
  penstock_shard shards[FILES];
  for (uint32_t i = 0; i < FILES; i++) {
    const char *path = make_file("one-of-many", PER_FILE * RECORD, i);
    penstock_file_info info;
    CHECK_EQUAL(penstock_source_add_file(source, path, &info), i);
    unlink(path);
    shards[i] = (penstock_shard){.record_count = PER_FILE, .file = i};
  }
  CHECK_EQUAL(penstock_source_add_column(source, RECORD, shards, FILES), 0);
  kernel_is_this_one();
  const penstock_reader_options options = make_ring_options(0);
  penstock_reader *reader;
  CHECK_EQUAL(penstock_reader_open(source, &options, &reader), 0);
  CHECK_EQUAL(seen.files, 0);
  uint64_t slot;
  CHECK_EQUAL(penstock_memory_allocate(BATCH * RECORD, 0, &slot), 0);
  uint64_t state = 8;
  for (uint32_t round = 0; round < 20; round++) {
    int64_t indices[BATCH];
    for (uint32_t i = 0; i < BATCH; i++)
      indices[i] = (int64_t)(next_random(&state) % (FILES * PER_FILE));
    CHECK_EQUAL(penstock_reader_order(reader, indices, BATCH, slot), 0);
    penstock_progress progress;
    CHECK_EQUAL(penstock_reader_drive(reader, BATCH, UINT64_MAX, &progress), 0);
    penstock_failure failure;
    CHECK_EQUAL(penstock_reader_take(reader, BATCH, slot, &failure), 0);
    for (uint32_t i = 0; i < BATCH; i++)
      check_records((const uint8_t *)(uintptr_t)slot + i * RECORD,
                    (const int64_t[]){indices[i] % PER_FILE}, 1, RECORD, 0,
                    (uint32_t)indices[i] / PER_FILE);
  }
  CHECK_EQUAL(penstock_memory_free(slot, BATCH * RECORD), 0);
  CHECK_EQUAL(penstock_reader_close(reader), 0);
  CHECK_EQUAL(setrlimit(RLIMIT_NOFILE, &limit), 0);
  close_ring_source();
}

/* ---- submission ----------------------------------------------------------------------------- */

static void a_busy_kernel_is_asked_again(void) {
  open_source();
  for (uint32_t rung = 0; rung < 2; rung++)
    for (uint32_t every = 2; every <= 4; every++) {
      kernel_is_this_one();
      kernel.unknown_flags = rung ? SINGLE_ISSUER | DEFER_TASKRUN : 0;
      kernel.busy_every = every;
      read_all();
      CHECK(seen.busy >= 6);
    }
  close_ring_source();
}

static penstock_reader *open_with_reads_under_way(const penstock_reader_options *options,
                                                  uint64_t slot) {
  penstock_reader *reader;
  CHECK_EQUAL(penstock_reader_open(source, options, &reader), 0);
  int64_t *indices = make_shuffled(COUNT, 2);
  CHECK_EQUAL(penstock_reader_order(reader, indices, BATCH, options->cell_count > 0 ? 0 : slot), 0);
  penstock_progress progress;
  kernel.broken = -EBADF;
  CHECK_EQUAL(penstock_reader_drive(reader, BATCH, UINT64_MAX, &progress), -EBADF);
  CHECK(progress.in_flight > 0);
  CHECK_EQUAL(penstock_reader_drive(reader, 0, 0, &progress), -EBADF);
  free(indices);
  return reader;
}

static void a_broken_ring_is_told_at_once(void) {
  open_source();
  uint64_t slot;
  CHECK_EQUAL(penstock_memory_allocate(1 << 20, 0, &slot), 0);
  for (int with_cells = 0; with_cells <= 1; with_cells++) {
    kernel_is_this_one();
    const penstock_reader_options options = make_ring_options(with_cells);
    penstock_reader *reader = open_with_reads_under_way(&options, slot);
    penstock_failure failure;
    CHECK_EQUAL(penstock_reader_take(reader, BATCH, slot, &failure), -EAGAIN);
    /* Forgotten with what is under way, once the ring can tell of it. */
    CHECK(penstock_reader_reset(reader) < 0);
    kernel.broken = 0;
    CHECK_EQUAL(penstock_reader_reset(reader), 0);
    int64_t *indices = make_shuffled(COUNT, 3);
    read_and_check(reader, source, &options, indices, COUNT);
    free(indices);
    CHECK_EQUAL(penstock_reader_close(reader), 0);
  }
  CHECK_EQUAL(penstock_memory_free(slot, 1 << 20), 0);
  close_ring_source();
}

/* Reads under way may still land in memory: that is not given back, but all else is, and the reason
 * is told. */
static void a_broken_ring_with_reads_under_way_is_closed_and_told(void) {
  open_source();
  uint64_t slot;
  CHECK_EQUAL(penstock_memory_allocate(1 << 20, 0, &slot), 0);
  kernel_is_this_one();
  const penstock_reader_options options = make_ring_options(0);
  penstock_reader *reader = open_with_reads_under_way(&options, slot);
  uint8_t *const memory = reader->memory;
  CHECK_EQUAL(penstock_reader_close(reader), -EBADF);
  CHECK_EQUAL(seen.rings, 0);
  memory[0] = 1; /* it is still mapped */
  kernel.broken = 0;
  close_ring_source(); /* with all of its files */
}

static void a_ring_that_breaks_while_a_column_is_loaded_is_told(void) {
  open_source();
  kernel_is_this_one();
  penstock_reader_options options = make_ring_options(1);
  options.resident_bytes = 1 << 30;
  kernel.broken = -EBADF;
  penstock_reader *reader = NULL;
  CHECK_EQUAL(penstock_reader_open(source, &options, &reader), 0);
  penstock_progress progress;
  CHECK_EQUAL(penstock_reader_drive(reader, 0, UINT64_MAX, &progress), -EBADF);
  CHECK_EQUAL(penstock_reader_close(reader), -EBADF);
  penstock_failure failure;
  CHECK_EQUAL(
      penstock_backend_probe(source, PENSTOCK_BACKEND_URING, PENSTOCK_IO_BUFFERED, &failure),
      -EBADF);
  CHECK_EQUAL(failure.file, 0);
  close_ring_source();
}

int main(void) {
  open_source();
  const int32_t status = probe();
  close_ring_source();
  RUN(a_ring_that_is_refused_is_told_and_leaves_nothing_behind);
  RUN(the_ladder_has_an_end);
  if (status < 0) {
    printf("skipped: no io_uring here: %s\n", penstock_status_name(status));
    return 77;
  }
  RUN(older_kernels_get_fewer_flags);
  RUN(kernels_before_5_11_are_refused);
  RUN(what_may_not_be_registered_is_read_all_the_same);
  RUN(many_files_are_not_registered);
  RUN(a_busy_kernel_is_asked_again);
  RUN(a_broken_ring_is_told_at_once);
  RUN(a_broken_ring_with_reads_under_way_is_closed_and_told);
  RUN(a_ring_that_breaks_while_a_column_is_loaded_is_told);
  return 0;
}
