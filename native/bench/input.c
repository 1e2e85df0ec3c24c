/* See input.h. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "input.h"

void fail(const char *what, int64_t status) {
  fprintf(stderr, "bench_reader: %s: %lld\n", what, (long long)status);
  exit(1);
}

void must(const char *what, int64_t status) {
  if (status < 0)
    fail(what, status);
}

void *allocate(uint64_t bytes) {
  void *memory = malloc(bytes);
  if (!memory)
    fail("no memory for this many bytes", (int64_t)bytes);
  return memory;
}

/* ---- Reads that bring nothing ---------------------------------------------------------------- */

typedef struct {
  uint32_t count;
  request *started[DEPTH];
} idle_state;

static int32_t idle_start(backend *self, request *request) {
  idle_state *state = self->state;
  state->started[state->count++] = request;
  return 0;
}

static int32_t idle_finish(backend *self, uint32_t wanted, uint64_t timeout_ns,
                           completion *completions, uint32_t capacity) {
  (void)wanted;
  (void)timeout_ns;
  idle_state *state = self->state;
  const uint32_t count = state->count < capacity ? state->count : capacity;
  for (uint32_t i = 0; i < count; i++)
    completions[i] = (completion){.request = state->started[i],
                                  .result = (int32_t)request_length(state->started[i])};
  state->count -= count;
  memmove(state->started, state->started + count, state->count * sizeof state->started[0]);
  return (int32_t)count;
}

static void idle_close(backend *self) { free(self->state); }

int32_t idle_open(backend *self, uint32_t kind, const backend_options *options) {
  (void)kind;
  (void)options;
  idle_state *state = calloc(1, sizeof *state);
  if (!state)
    return -ENOMEM;
  *self =
      (backend){.state = state, .start = idle_start, .finish = idle_finish, .close = idle_close};
  return 0;
}

/* ---- Data ------------------------------------------------------------------------------------ */

static uint64_t next_random(uint64_t *state) {
  uint64_t value = *state += UINT64_C(0x9e3779b97f4a7c15);
  value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
  return value ^ value >> 31;
}

static double uniform(uint64_t *state) {
  return ((double)(next_random(state) >> 11) + 1) / (double)(UINT64_C(1) << 53);
}

static uint64_t lognormal(uint64_t *state, uint64_t mean_bytes) {
  const double normal = sqrt(-2 * log(uniform(state))) * cos(2 * acos(-1.0) * uniform(state));
  return 1 + (uint64_t)((double)mean_bytes * exp(normal - 0.5));
}

penstock_source *new_source(uint64_t record_count, uint64_t mean_bytes, int is_variable) {
  penstock_source *source;
  must("source", penstock_source_open(&source));
  if (!is_variable) {
    const penstock_shard shard = {.record_count = record_count};
    must("file", penstock_source_add_object(source, record_count * mean_bytes));
    must("column", penstock_source_add_column(source, mean_bytes, &shard, 1));
    return source;
  }
  uint64_t *offsets = allocate((record_count + 1) * sizeof *offsets);
  uint32_t *files = allocate(record_count * sizeof *files);
  memset(files, 0, record_count * sizeof *files);
  uint64_t state = 1;
  offsets[0] = 0;
  for (uint64_t i = 0; i < record_count; i++)
    offsets[i + 1] = offsets[i] + lognormal(&state, mean_bytes);
  must("file", penstock_source_add_object(source, offsets[record_count]));
  must("column", penstock_source_add_variable_column(source));
  must("records", penstock_source_add_records(source, 0, files, offsets, NULL, record_count));
  must("column", penstock_source_seal_column(source, 0));
  free(offsets);
  free(files);
  return source;
}

static void shuffle(int64_t *order, uint64_t count, uint64_t *state) {
  for (uint64_t i = count; i > 1; i--) {
    const uint64_t other = next_random(state) % i;
    const int64_t index = order[i - 1];
    order[i - 1] = order[other];
    order[other] = index;
  }
}

static int64_t *new_sequence(uint64_t count) {
  int64_t *order = allocate(count * sizeof *order);
  for (uint64_t i = 0; i < count; i++)
    order[i] = (int64_t)i;
  return order;
}

int64_t *new_order(uint64_t record_count) {
  uint64_t state = 7;
  int64_t *order = new_sequence(record_count);
  shuffle(order, record_count, &state);
  return order;
}

int64_t *new_block_order(uint64_t record_count, uint64_t block_records, uint64_t window_blocks) {
  uint64_t state = 7;
  const uint64_t block_count = record_count / block_records;
  const uint64_t window = window_blocks * block_records;
  int64_t *blocks = new_order(block_count);
  int64_t *order = new_sequence(record_count);
  for (uint64_t i = 0; i < block_count * block_records; i++)
    order[i] = blocks[i / block_records] * (int64_t)block_records + (int64_t)(i % block_records);
  for (uint64_t at = 0; at < block_count * block_records; at += window) {
    const uint64_t left = block_count * block_records - at;
    shuffle(order + at, left < window ? left : window, &state);
  }
  free(blocks);
  return order;
}
