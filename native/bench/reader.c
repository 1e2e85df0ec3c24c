/* What a reader costs the processor, by itself: reads bring no bytes and take no time, so what is
 * left is planning, cutting out of staging, cells, and handing over. Records of one size and of
 * sizes with the same mean (lognormal, sigma 1), in exact shuffles with memory for a part of them.
 *
 *   bench_reader [--mean BYTES] [--records COUNT] [--parts 2,4,8] [--rounds COUNT]
 *                [--only fixed|variable] [--helpers COUNT]
 *
 * Prints nanoseconds of the owner's thread a record, and of all helpers together, in the steady
 * state (from the second epoch on), the least of the rounds; they take turns. Under `perf stat` or
 * callgrind choose one part and one kind: nearly all of the program is the reader. */
#define _GNU_SOURCE
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/backend.h"
#include "core/reader.h"
#include "penstock.h"

enum {
  BATCH = 256,
  SLOTS = 8,
  DEPTH = 128,
  MOST_PARTS = 8,
  MOST_RECORDS = 1 << 28,
  MOST_HELPERS = 16
};

/* As a loader asks for them: the mean, and four times it for a batch that is larger. */
#define READ_BYTES (512 << 10)
#define STAGING_BYTES (8 * READ_BYTES)
#define GAP_BYTES (16 << 10)

typedef struct {
  uint64_t mean_bytes;
  uint64_t record_count;
  uint32_t parts[MOST_PARTS];
  uint32_t part_count;
  uint32_t rounds;
  uint32_t helpers;
  const char *only;
} arguments;

typedef struct {
  double nanoseconds; /* a record */
  double helped;      /* nanoseconds a record */
  double requests;    /* for a thousand records */
  double bytes_read;  /* a record */
} result;

static void fail(const char *what, int64_t status) {
  fprintf(stderr, "bench_reader: %s: %lld\n", what, (long long)status);
  exit(1);
}

static void must(const char *what, int64_t status) {
  if (status < 0)
    fail(what, status);
}

static void *allocate(uint64_t bytes) {
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

static int32_t idle_open(backend *self, uint32_t kind, const backend_options *options) {
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

static penstock_source *new_source(const arguments *arguments, int is_variable) {
  const uint64_t count = arguments->record_count;
  penstock_source *source;
  must("source", penstock_source_open(&source));
  if (!is_variable) {
    const penstock_shard shard = {.record_count = count};
    must("file", penstock_source_add_object(source, count * arguments->mean_bytes));
    must("column", penstock_source_add_column(source, arguments->mean_bytes, &shard, 1));
    return source;
  }
  uint64_t *offsets = allocate((count + 1) * sizeof *offsets);
  uint32_t *files = allocate(count * sizeof *files);
  memset(files, 0, count * sizeof *files);
  uint64_t state = 1;
  offsets[0] = 0;
  for (uint64_t i = 0; i < count; i++)
    offsets[i + 1] = offsets[i] + lognormal(&state, arguments->mean_bytes);
  must("file", penstock_source_add_object(source, offsets[count]));
  must("column", penstock_source_add_variable_column(source));
  must("records", penstock_source_add_records(source, 0, files, offsets, NULL, count));
  must("column", penstock_source_seal_column(source, 0));
  free(offsets);
  free(files);
  return source;
}

static int64_t *new_order(uint64_t count) {
  int64_t *order = allocate(count * sizeof *order);
  uint64_t state = 7;
  for (uint64_t i = 0; i < count; i++) {
    const uint64_t other = next_random(&state) % (i + 1);
    order[i] = order[other];
    order[other] = (int64_t)i;
  }
  return order;
}

/* ---- Reading --------------------------------------------------------------------------------- */

/* As io.penstock.internal.plan.SweepPlan and ChunkSizes choose them. */
static penstock_reader_options choose(penstock_source *source, const arguments *arguments,
                                      int is_variable, uint32_t part) {
  const uint64_t count = arguments->record_count;
  const uint64_t cells = count / part;
  const double in_flight = fmin(1, 2.0 / part) * STAGING_BYTES / (double)arguments->mean_bytes;
  const uint64_t spare = cells / 8 + (uint64_t)fmin(in_flight, (double)cells / 8);
  const uint64_t entries = 2 * (cells - spare) < count ? 2 * (cells - spare) : count;
  penstock_reader_options options = {
      .backend = PENSTOCK_BACKEND_EXTERNAL, /* which objects need; idle_open stands in for it */
      .io = PENSTOCK_IO_BUFFERED,
      .queue_depth = DEPTH,
      .merge_gap_bytes = GAP_BYTES,
      .max_read_bytes = READ_BYTES,
      .staging_bytes = STAGING_BYTES,
      .entry_count = (uint32_t)entries,
      .cell_count = (uint32_t)cells,
      .batch_size = BATCH,
      .huge_pages = 1,
      .whole_batches = 1,
  };
  if (!is_variable)
    return options;
  penstock_column_info info;
  must("column", penstock_source_column(source, 0, &info));
  const double mean = (double)info.total_bytes / (double)count;
  options.chunk_bytes = (uint32_t)penstock_source_chunk_bytes(source);
  options.cell_count = 0;
  options.chunk_count = (uint32_t)((double)cells * (mean / options.chunk_bytes + 0.5));
  options.horizon_bytes = (uint64_t)((double)entries * mean);
  options.entry_count = (uint32_t)(entries + entries / 4);
  options.value_bytes = (uint64_t)(4 * BATCH * mean) + info.longest_bytes;
  return options;
}

typedef struct {
  penstock_reader *reader;
  const int64_t *order;
  uint64_t count;
  uint64_t ordered;
  uint64_t taken;
  uint64_t slots[SLOTS];
  uint32_t prepared; /* records of the next batch that helpers may have begun with; 0: none */
} consumer;

static void order_all(consumer *self) {
  for (;;) {
    const uint64_t at = self->ordered % self->count;
    const uint64_t left = self->count - at;
    const uint32_t size = left < BATCH ? (uint32_t)left : BATCH;
    const int32_t status = penstock_reader_order(self->reader, self->order + at, size, 0);
    if (status == -EAGAIN)
      return;
    must("order", status);
    self->ordered += size;
  }
}

/* As a reading thread of a loader does: while helpers copy a batch, reading goes on. */
static uint32_t next_batch(consumer *self) {
  penstock_progress progress;
  const uint32_t prepared = self->prepared;
  self->prepared = 0;
  must("drive",
       penstock_reader_drive(self->reader, prepared > 0 ? 0 : BATCH, UINT64_MAX, &progress));
  if (prepared > 0)
    return prepared;
  if (progress.ready == 0)
    fail("nothing is ready", 0);
  return progress.ready < BATCH ? (uint32_t)progress.ready : BATCH;
}

static uint64_t slot_of(const consumer *self) { return self->slots[self->taken / BATCH % SLOTS]; }

static void prepare_next(consumer *self) {
  const int32_t status = penstock_reader_prepare(self->reader, BATCH, slot_of(self));
  self->prepared = status == 0 ? BATCH : 0;
}

/* Goes on until so many records have been taken; epochs have the same order. */
static void consume(consumer *self, uint64_t until, uint32_t helpers) {
  while (self->taken < until) {
    order_all(self);
    const uint32_t size = next_batch(self);
    penstock_failure failure;
    must("take", penstock_reader_take(self->reader, size, slot_of(self), &failure));
    self->taken += failure.taken;
    if (helpers > 0)
      prepare_next(self);
  }
}

static void *help(void *reader) {
  must("help", penstock_reader_help(reader));
  return NULL;
}

static double thread_ns(void) {
  struct timespec time;
  must("clock", clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time));
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static result measure(penstock_source *source, const arguments *arguments, const int64_t *order,
                      int is_variable, uint32_t part) {
  const uint64_t count = arguments->record_count;
  const penstock_reader_options options = choose(source, arguments, is_variable, part);
  consumer consumer = {.order = order, .count = count};
  must("reader", reader_open_with(source, &options, idle_open, &consumer.reader));
  uint64_t offsets[PENSTOCK_MAX_COLUMNS];
  uint64_t slot_bytes;
  must("slots", penstock_slot_layout(source, BATCH, options.value_bytes, offsets, &slot_bytes));
  for (uint32_t i = 0; i < SLOTS; i++)
    must("slots", penstock_memory_allocate(slot_bytes, 1, &consumer.slots[i]));
  pthread_t helpers[MOST_HELPERS];
  for (uint32_t i = 0; i < arguments->helpers; i++)
    must("helper", -pthread_create(&helpers[i], NULL, help, consumer.reader));
  consume(&consumer, count, arguments->helpers);
  penstock_statistics before;
  must("statistics", penstock_reader_statistics(consumer.reader, &before));
  const double begin = thread_ns();
  consume(&consumer, 3 * count, arguments->helpers);
  const double spent = thread_ns() - begin;
  penstock_statistics after;
  must("statistics", penstock_reader_statistics(consumer.reader, &after));
  must("helpers", penstock_reader_dismiss(consumer.reader));
  for (uint32_t i = 0; i < arguments->helpers; i++)
    must("helper", -pthread_join(helpers[i], NULL));
  must("reader", penstock_reader_close(consumer.reader));
  for (uint32_t i = 0; i < SLOTS; i++)
    must("slots", penstock_memory_free(consumer.slots[i], slot_bytes));
  const double records = (double)(after.records - before.records);
  return (result){.nanoseconds = spent / records,
                  .helped = ((double)(after.cpu_ns - before.cpu_ns) - spent) / records,
                  .requests = 1000 * (double)(after.requests - before.requests) / records,
                  .bytes_read = (double)(after.bytes_read - before.bytes_read) / records};
}

static void usage(void) {
  fprintf(stderr, "usage: bench_reader [--mean BYTES] [--records COUNT] [--parts 2,4,8] "
                  "[--rounds COUNT] [--only fixed|variable] [--helpers COUNT]\n");
  exit(2);
}

static uint64_t number(const char *text, uint64_t most, char **end) {
  const unsigned long long value = strtoull(text, end, 10);
  if (*end == text || value == 0 || value > most)
    usage();
  return value;
}

static arguments parse(int count, char **texts) {
  arguments arguments = {
      .mean_bytes = 990, .record_count = 1 << 20, .parts = {2, 4, 8}, .part_count = 3, .rounds = 3};
  for (int i = 1; i < count; i += 2) {
    const char *name = texts[i];
    char *end = NULL;
    if (i + 1 == count)
      usage();
    if (strcmp(name, "--mean") == 0) {
      arguments.mean_bytes = number(texts[i + 1], 1 << 20, &end);
    } else if (strcmp(name, "--records") == 0) {
      arguments.record_count = number(texts[i + 1], MOST_RECORDS, &end);
    } else if (strcmp(name, "--rounds") == 0) {
      arguments.rounds = (uint32_t)number(texts[i + 1], 1000, &end);
    } else if (strcmp(name, "--helpers") == 0) {
      arguments.helpers = (uint32_t)number(texts[i + 1], MOST_HELPERS, &end);
    } else if (strcmp(name, "--only") == 0) {
      arguments.only = texts[i + 1];
    } else if (strcmp(name, "--parts") == 0) {
      arguments.part_count = 0;
      const char *at = texts[i + 1];
      do {
        arguments.parts[arguments.part_count++] = (uint32_t)number(at, 1024, &end);
        at = end + 1;
      } while (*end == ',' && arguments.part_count < MOST_PARTS);
    } else {
      usage();
    }
    if (end && *end != '\0')
      usage();
  }
  return arguments;
}

static result least_of(result left, result right) {
  return left.nanoseconds > 0 && left.nanoseconds < right.nanoseconds ? left : right;
}

int main(int count, char **texts) {
  const arguments arguments = parse(count, texts);
  static const char *const kinds[] = {"fixed", "variable"};
  penstock_source *sources[2];
  int64_t *order = new_order(arguments.record_count);
  for (int kind = 0; kind < 2; kind++)
    sources[kind] = new_source(&arguments, kind);
  printf("%-10s%-10s%14s%14s%24s%20s\n", "memory", "records", "ns a record", "of helpers",
         "requests for a thousand", "bytes read a record");
  for (uint32_t i = 0; i < arguments.part_count; i++) {
    result best[2];
    memset(best, 0, sizeof best);
    for (uint32_t round = 0; round < arguments.rounds; round++)
      for (int kind = 0; kind < 2; kind++)
        if (!arguments.only || strcmp(arguments.only, kinds[kind]) == 0)
          best[kind] = least_of(
              best[kind], measure(sources[kind], &arguments, order, kind, arguments.parts[i]));
    for (int kind = 0; kind < 2; kind++)
      if (best[kind].nanoseconds > 0)
        printf("1/%-8u%-10s%14.0f%14.0f%24.2f%20.0f\n", arguments.parts[i], kinds[kind],
               best[kind].nanoseconds, best[kind].helped, best[kind].requests,
               best[kind].bytes_read);
    if (!arguments.only)
      printf("%-20s%14.2f\n", "variable / fixed", best[1].nanoseconds / best[0].nanoseconds);
  }
  for (int kind = 0; kind < 2; kind++)
    must("source", penstock_source_close(sources[kind]));
  free(order);
  return 0;
}
