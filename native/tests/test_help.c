/* Copies that other threads make: however many there are and whatever they are about to do, the
 * same records are delivered, also when reads fail and when readers are reset and closed. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "core/io.h"
#include "core/reader.h"
#include "faulty.h"
#include "session.h"
#include "support.h"

enum { MOST_HELPERS = 3, MOST_BATCH = 160 };

static pthread_t threads[MOST_HELPERS];
static uint32_t thread_count;

static uint64_t below(uint64_t *state, uint64_t limit) { return next_random(state) % limit; }

static void *help(void *nothing) {
  CHECK_EQUAL(penstock_reader_help(reader), 0);
  return nothing;
}

static void start_helpers(uint32_t count) {
  for (uint32_t i = 0; i < count; i++)
    CHECK_EQUAL(pthread_create(&threads[i], NULL, help, NULL), 0);
  thread_count = count;
  while (atomic_load(&reader->help.helpers) < count)
    sched_yield();
}

static void end_helpers(void) {
  CHECK_EQUAL(penstock_reader_dismiss(reader), 0);
  for (uint32_t i = 0; i < thread_count; i++)
    CHECK_EQUAL(pthread_join(threads[i], NULL), 0);
}

/* A helper that never does anything: the owner waits for it nowhere. */
static void add_absent_helper(void) { atomic_fetch_add(&reader->help.helpers, 1); }

static void remove_absent_helper(void) { atomic_fetch_sub(&reader->help.helpers, 1); }

/* ---- Orders against what the files hold ------------------------------------------------------ */

static void order_more(consumer *self) {
  penstock_progress progress;
  CHECK_EQUAL(penstock_reader_drive(reader, 0, 0, &progress), 0);
  uint64_t size = self->count - self->ordered;
  size = size < progress.room ? size : progress.room;
  if (size > 0)
    CHECK_EQUAL(penstock_reader_order(reader, self->indices + self->ordered, (uint32_t)size, 0), 0);
  self->ordered += size;
}

/* Prepares what is taken next, or something else; then the reader may go on. */
static void prepare(consumer *self, uint32_t count, uint64_t *state) {
  while (below(state, 4) > 0) {
    const uint32_t prepared = below(state, 4) > 0 ? count : 1 + (uint32_t)below(state, count);
    CHECK_EQUAL(penstock_reader_prepare(reader, prepared, slot), 0);
    for (uint64_t i = below(state, 3); i > 0; i--)
      order_more(self);
  }
}

static void take_and_check(consumer *self, uint32_t count) {
  const int64_t *indices = self->indices + self->taken;
  penstock_failure failure;
  CHECK_EQUAL(penstock_reader_take(reader, count, slot, &failure), 0);
  CHECK(failure.taken == count || (options.chunk_count > 0 && failure.taken > 0));
  for (uint32_t i = 0; i < source->column_count; i++)
    check_column(source, i, (const uint8_t *)(uintptr_t)slot,
                 (uint64_t)(column_in_slot(i) - (const uint8_t *)(uintptr_t)slot), indices,
                 failure.taken);
  self->taken += failure.taken;
}

static void consume_all(consumer *self, uint64_t *state) {
  while (self->taken < self->count) {
    order_more(self);
    uint64_t size = below(state, 3) > 0 ? options.batch_size : 1 + below(state, options.batch_size);
    const uint64_t left = self->count - self->taken;
    const uint32_t count = drive_until_ready((uint32_t)(size < left ? size : left));
    if (count > 0 && below(state, 3) > 0)
      prepare(self, count, state);
    if (below(state, 40) == 0) {
      CHECK_EQUAL(penstock_reader_reset(reader), 0);
      self->ordered = self->taken;
      continue;
    }
    take_and_check(self, count);
  }
}

static void choose_options(uint64_t *state, uint64_t count) {
  options = make_options(1 + (uint32_t)below(state, MOST_BATCH));
  options.backend = below(state, 2) > 0 ? PENSTOCK_BACKEND_PREAD : PENSTOCK_BACKEND_URING;
  options.merge_gap_bytes = (uint32_t)below(state, 20000);
  options.max_read_bytes = 65536 << below(state, 3);
  options.staging_bytes = (uint32_t)(2 + below(state, 12)) * options.max_read_bytes;
  options.queue_depth = 1 + (uint32_t)below(state, 20);
  options.cell_count = options.batch_size + 1 + (uint32_t)below(state, count);
  options.entry_count = options.batch_size + (uint32_t)below(state, 2 * count);
  if (below(state, 3) == 0) {
    options.cached_records = 1 + below(state, count / 2);
    options.cache_key = 5;
  }
  if (below(state, 4) == 0)
    options.resident_bytes = 10 * count;
}

static void random_orders(uint64_t seed) {
  uint64_t state = seed;
  kind_of_columns = (column_kind)below(&state, COLUMN_KINDS);
  const uint64_t count = 300 + below(&state, 2000);
  choose_options(&state, count);
  penstock_source *of =
      make_source((const uint64_t[]){1 + below(&state, 1500), 1 + below(&state, 9), 0}, count);
  if (!is_available(of, options.backend, options.io)) {
    close_source(of);
    return;
  }
  open_reader_with(of, io_backend_open);
  reader->is_past_cache = reader->pool.is_past_cache = (int)below(&state, 2);
  const int is_absent = seed % 4 == 0;
  if (is_absent)
    add_absent_helper();
  else
    start_helpers((uint32_t)(seed % 4));
  for (uint64_t epoch = 0; epoch < 3; epoch++) {
    int64_t *indices = make_shuffled(count, seed + epoch);
    consumer consumer = {.indices = indices, .count = count};
    consume_all(&consumer, &state);
    free(indices);
  }
  CHECK(statistics_now().records >= 3 * count);
  if (is_absent)
    remove_absent_helper();
  else
    end_helpers();
  close_reader();
}

static void the_same_records_come_with_any_number_of_helpers(void) {
  for (uint64_t seed = 1; seed <= 60; seed++) {
    printf("seed %u\n", (uint32_t)seed);
    fflush(stdout);
    random_orders(seed);
  }
  kind_of_columns = OF_ONE_SIZE;
}

/* ---- Records in slots, in windows and not ---------------------------------------------------- */

static void records_in_slots_are_copied_by_helpers_too(void) {
  for (uint32_t kind = 0; kind < COLUMN_KINDS; kind++) {
    kind_of_columns = (column_kind)kind;
    options = make_options(100);
    options.max_read_bytes = 1 << 17;
    open_reader_with(make_source((const uint64_t[]){784, 8, 0}, 3000), io_backend_open);
    start_helpers(2);
    int64_t *indices = make_shuffled(3000, 5);
    for (uint32_t i = 0; i < 1500; i++) /* neighbours, so that reads are large */
      indices[i] = i;
    read_and_check(reader, source, &options, indices, 3000);
    free(indices);
    end_helpers();
    close_reader();
  }
  kind_of_columns = OF_ONE_SIZE;
}

static void windows_in_cells_are_copied_by_helpers_too(void) {
  enum { COUNT = 4000, WINDOW = 1000, BATCH = 100 };
  options = make_options(BATCH);
  options.windowed = 1;
  options.max_read_bytes = 1 << 18;
  options.cell_count = WINDOW + 5 * BATCH;
  options.entry_count = 2 * WINDOW;
  open_reader_with(make_source((const uint64_t[]){784, 0}, COUNT), io_backend_open);
  start_helpers(2);
  int64_t *indices = make_shuffled(COUNT, 3);
  for (uint64_t i = 0; i < COUNT; i++) /* each window has a run of the file */
    indices[i] = (int64_t)(i / WINDOW * WINDOW) + indices[i] % WINDOW;
  consumer consumer = {.indices = indices, .count = COUNT};
  while (consumer.taken < COUNT) {
    const uint64_t before = consumer.ordered;
    penstock_progress progress;
    CHECK_EQUAL(penstock_reader_drive(reader, 0, 0, &progress), 0);
    if (consumer.ordered < COUNT && progress.room >= WINDOW) {
      CHECK_EQUAL(penstock_reader_order(reader, indices + before, WINDOW, 0), 0);
      CHECK_EQUAL(penstock_reader_end_window(reader, 0), 0);
      consumer.ordered += WINDOW;
    }
    const uint32_t ready = drive_until_ready(BATCH);
    CHECK_EQUAL(penstock_reader_prepare(reader, ready, slot), 0);
    take_and_check(&consumer, ready);
  }
  free(indices);
  end_helpers();
  close_reader();
}

/* ---- Failures -------------------------------------------------------------------------------- */

/* One record in so many cannot be read; nothing of it may be delivered. */
static void failed_records(uint64_t seed) {
  enum { COUNT = 1500, RECORD_BYTES = 700 };
  uint64_t state = seed;
  options = make_options(1 + (uint32_t)below(&state, MOST_BATCH));
  options.merge_gap_bytes = (uint32_t)below(&state, 9000);
  options.max_read_bytes = 1 << 17;
  options.cell_count = options.batch_size + 1 + (uint32_t)below(&state, COUNT);
  options.entry_count = options.batch_size + (uint32_t)below(&state, 2 * COUNT);
  options.whole_batches = below(&state, 2) > 0;
  memset(fault_rules, 0, sizeof fault_rules);
  int64_t bad[MAX_FAULT_RULES];
  for (uint32_t i = 0; i < MAX_FAULT_RULES; i++) {
    bad[i] = (int64_t)below(&state, COUNT);
    const uint64_t at = DATA_OFFSET + (uint64_t)bad[i] * RECORD_BYTES + below(&state, RECORD_BYTES);
    fault_rules[i] = (fault_rule){at, at + 1, -EIO, UINT32_MAX, 0};
  }
  open_reader_with(make_source((const uint64_t[]){RECORD_BYTES, 0}, COUNT), faulty_open);
  start_helpers(1 + (uint32_t)(seed % MOST_HELPERS));
  int64_t *indices = make_shuffled(COUNT, seed);
  consumer consumer = {.indices = indices, .count = COUNT};
  while (consumer.taken < COUNT) {
    order_more(&consumer);
    const uint64_t left = COUNT - consumer.taken;
    const uint32_t size = left < options.batch_size ? (uint32_t)left : options.batch_size;
    const uint32_t count = drive_until_ready(size);
    CHECK_EQUAL(penstock_reader_prepare(reader, count, slot), 0);
    order_more(&consumer);
    penstock_failure failure;
    const int32_t status = penstock_reader_take(reader, count, slot, &failure);
    CHECK_EQUAL(failure.taken, count);
    int32_t expected = 0;
    for (uint32_t i = 0; i < count; i++) {
      const int64_t *index = &indices[consumer.taken + i];
      int is_bad = 0;
      for (uint32_t k = 0; k < MAX_FAULT_RULES; k++)
        is_bad |= *index == bad[k];
      if (is_bad && expected == 0 && !options.whole_batches)
        CHECK_EQUAL(failure.index, *index);
      expected = is_bad ? -EIO : expected;
    }
    CHECK_EQUAL(status, expected);
    for (uint32_t i = 0; i < count; i++) {
      const int64_t *index = &indices[consumer.taken + i];
      const uint8_t *record = column_in_slot(0) + (uint64_t)i * RECORD_BYTES;
      static const uint8_t zeros[RECORD_BYTES];
      int is_bad = 0;
      for (uint32_t k = 0; k < MAX_FAULT_RULES; k++)
        is_bad |= *index == bad[k];
      const int is_zero = memcmp(record, zeros, RECORD_BYTES) == 0;
      if (is_bad)
        CHECK(is_zero);
      else if (!is_zero || expected == 0 || !options.whole_batches) /* else it was given up */
        check_records(record, index, 1, RECORD_BYTES, DATA_OFFSET, 0);
    }
    consumer.taken += count;
  }
  free(indices);
  end_helpers();
  close_reader();
}

static void of_a_failed_record_nothing_is_copied(void) {
  for (uint64_t seed = 1; seed <= 20; seed++)
    failed_records(seed);
  memset(fault_rules, 0, sizeof fault_rules);
}

/* ---- Rules of the calls ---------------------------------------------------------------------- */

static void open_small(void) {
  options = make_options(64);
  options.cell_count = 400;
  options.entry_count = 700;
  open_reader(make_source((const uint64_t[]){784, 0}, 2000));
}

static void a_reader_is_not_closed_while_a_thread_helps(void) {
  open_small();
  start_helpers(2);
  CHECK_EQUAL(penstock_reader_close(reader), -EBUSY);
  int64_t *indices = make_shuffled(2000, 1);
  consumer consumer = {.indices = indices, .count = 2000};
  consume(&consumer, 2000); /* it is as it was */
  free(indices);
  end_helpers();
  start_helpers(0);
  CHECK_EQUAL(penstock_reader_help(reader), 0); /* they were dismissed for good */
  close_reader();
}

static void copies_under_way_are_waited_for_when_a_reader_is_reset_or_closed(void) {
  for (uint32_t round = 0; round < 100; round++) {
    open_small();
    start_helpers(1 + round % MOST_HELPERS);
    int64_t *indices = make_shuffled(2000, round);
    consumer consumer = {.indices = indices, .count = 2000};
    order_more(&consumer);
    penstock_progress progress;
    CHECK_EQUAL(penstock_reader_drive(reader, 1 + round % 64, UINT64_MAX, &progress), 0);
    CHECK_EQUAL(penstock_reader_prepare(reader, 1 + round % 64, slot), 0);
    if (round % 2 > 0) {
      CHECK_EQUAL(penstock_reader_reset(reader), 0);
      CHECK_EQUAL(penstock_reader_drive(reader, 0, 0, &progress), 0);
      CHECK_EQUAL(progress.ordered, 0);
      CHECK_EQUAL(progress.in_flight, 0);
    }
    free(indices);
    end_helpers();
    close_reader();
  }
}

static void wrong_calls_are_refused(void) {
  open_small();
  CHECK_EQUAL(penstock_reader_help(NULL), -EINVAL);
  CHECK_EQUAL(penstock_reader_dismiss(NULL), -EINVAL);
  CHECK_EQUAL(penstock_reader_prepare(NULL, 1, slot), -EINVAL);
  CHECK_EQUAL(penstock_reader_prepare(reader, 0, slot), -EINVAL);
  CHECK_EQUAL(penstock_reader_prepare(reader, 65, slot), -EINVAL);
  CHECK_EQUAL(penstock_reader_prepare(reader, 1, 0), -EINVAL);
  CHECK_EQUAL(penstock_reader_prepare(reader, 1, slot + 8), -EINVAL);
  CHECK_EQUAL(penstock_reader_prepare(reader, 1, slot), -EAGAIN);
  close_reader();
}

/* The owner waits here until a helper has done all of its work, which it does nowhere else. */
static void what_helpers_copy_is_delivered_and_counted(void) {
  open_small();
  start_helpers(1);
  int64_t *indices = make_shuffled(2000, 1);
  for (uint64_t i = 0; i < 600; i++) /* neighbours, so that reads are large */
    indices[i] = (int64_t)i;
  consumer consumer = {.indices = indices, .count = 2000};
  order_more(&consumer);
  CHECK_EQUAL(drive_until_ready(options.batch_size), options.batch_size);
  CHECK_EQUAL(penstock_reader_prepare(reader, options.batch_size, slot), 0);
  CHECK(reader->help.part_count > 0);
  for (uint32_t i = 0; i < reader->help.part_count; i++)
    while (!atomic_load(&reader->help.parts[i].is_copied))
      sched_yield();
  take_and_check(&consumer, options.batch_size);
  while (consumer.taken < 2000) {
    const uint64_t left = 2000 - consumer.taken;
    order_more(&consumer);
    while (
        help_count(reader) > 0 &&
        !atomic_load(&reader->help.ring[reader->help.collected % reader->help.capacity]->is_copied))
      sched_yield();
    const uint64_t size = left < options.batch_size ? left : options.batch_size;
    take_and_check(&consumer, drive_until_ready((uint32_t)size));
  }
  free(indices);
  end_helpers();
  CHECK(atomic_load(&reader->help.copy_ns) > 0);
  CHECK(atomic_load(&reader->help.cpu_ns) > 0);
  CHECK(statistics_now().copy_ns >= atomic_load(&reader->help.copy_ns));
  CHECK(statistics_now().cpu_ns >= atomic_load(&reader->help.cpu_ns));
  close_reader();
}

int main(void) {
  RUN(wrong_calls_are_refused);
  RUN(the_same_records_come_with_any_number_of_helpers);
  RUN(records_in_slots_are_copied_by_helpers_too);
  RUN(windows_in_cells_are_copied_by_helpers_too);
  RUN(of_a_failed_record_nothing_is_copied);
  RUN(a_reader_is_not_closed_while_a_thread_helps);
  RUN(copies_under_way_are_waited_for_when_a_reader_is_reset_or_closed);
  RUN(what_helpers_copy_is_delivered_and_counted);
  return 0;
}
