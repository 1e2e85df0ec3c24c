/* How far ahead the elevator looks where records differ in size: as many bytes as it may, although
 * few records are measured. */
#include <unistd.h>

#include "core/reader.h"
#include "session.h"
#include "support.h"

enum { MANY = 1 << 17, PERIOD = 8, LONG = 1000, SHORT = 8, BATCH = 256, HORIZON = 4 << 20 };

static uint64_t lengths[MANY];
static int64_t indices[MANY];

/* One record of a few is long. */
static penstock_source *source_with_a_pattern(void) {
  static uint32_t files[MANY];
  static uint64_t offsets[MANY + 1];
  for (uint64_t i = 0; i < MANY; i++) {
    lengths[i] = i % PERIOD == 3 ? LONG : SHORT;
    offsets[i + 1] = offsets[i] + lengths[i];
  }
  penstock_source *made = new_source();
  const char *path = make_file("pattern", offsets[MANY], 0);
  CHECK_EQUAL(add_file(made, path), 0);
  unlink(path);
  CHECK_EQUAL(penstock_source_add_variable_column(made), 0);
  CHECK_EQUAL(penstock_source_add_records(made, 0, files, offsets, NULL, MANY), 0);
  CHECK_EQUAL(penstock_source_seal_column(made, 0), 0);
  return made;
}

/* Groups of neighbours in the file, shuffled, so the order has the same pattern. */
static void shuffle_groups(void) {
  for (uint64_t i = 0; i < MANY; i++)
    indices[i] = (int64_t)(i / PERIOD * 5063 % (MANY / PERIOD) * PERIOD + i % PERIOD);
}

static uint64_t bytes_ahead(void) {
  const entry_ring *ring = &reader->entries;
  uint64_t bytes = 0;
  for (uint64_t at = ring->taken; at < ring->admitted; at++)
    bytes += lengths[indices[at]];
  return bytes;
}

static void a_pattern_in_the_order_does_not_deceive_it(void) {
  options = make_options(BATCH);
  options.entry_count = MANY;
  options.chunk_bytes = 64;
  options.chunk_count = MANY / PERIOD * (LONG / 64 + PERIOD); /* for all */
  options.horizon_bytes = HORIZON;
  options.value_bytes = BATCH * LONG;
  open_reader(source_with_a_pattern());
  CHECK(reader->elevator.sample_log2 > 0);
  shuffle_groups();
  CHECK_EQUAL(penstock_reader_order(reader, indices, MANY, 0), 0);
  uint32_t full = 0;
  for (uint32_t taken = 0; taken < MANY;) {
    const uint32_t ready = drive_until_ready(MANY - taken < BATCH ? MANY - taken : BATCH);
    CHECK(bytes_ahead() <= HORIZON + HORIZON / 10);
    full += bytes_ahead() >= HORIZON - HORIZON / 10;
    penstock_failure failure;
    CHECK_EQUAL(penstock_reader_take(reader, ready, slot, &failure), 0);
    taken += failure.taken;
  }
  printf("  it was full at %u of %u batches\n", full, MANY / BATCH);
  CHECK(full > MANY / BATCH / 4);
  close_reader();
}

int main(void) {
  RUN(a_pattern_in_the_order_does_not_deceive_it);
  return 0;
}
