/* What a reader costs the processor, by itself: reads bring no bytes and take no time, so what is
 * left is planning, cutting out of staging, cells, and handing over. Records of one size and of
 * sizes with the same mean (lognormal, sigma 1), in exact shuffles with memory for a part of them;
 * or in whole blocks of half a mebibyte, which are read in windows of so many bytes: records of one
 * size to slots for two windows, others to cells for one and a half.
 *
 *   bench_reader [--mean BYTES] [--records COUNT] [--parts 2,4,8 | --window BYTES] [--rounds COUNT]
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

#include "core/reader.h"
#include "input.h"
#include "penstock.h"

enum {
  BATCH = 256,
  SLOTS = 8, /* beside cells */
  MOST_PARTS = 8,
  MOST_RECORDS = 1 << 28,
  MOST_HELPERS = 16,
  WINDOW_BLOCKS = 16 /* of the order; those of the plan are larger */
};

/* As a loader asks for them: the mean, and four times it for a batch that is larger. */
#define READ_BYTES (512 << 10)
#define STAGING_BYTES (8 * READ_BYTES)
#define GAP_BYTES (16 << 10)
/* Half of the blocks of records of different sizes are larger than the mean. */
#define MOST_BLOCK_BYTES (READ_BYTES + READ_BYTES / 2)

typedef struct {
  uint64_t mean_bytes;
  uint64_t record_count;
  uint64_t window_bytes; /* 0: an exact shuffle */
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

/* ---- Reading --------------------------------------------------------------------------------- */

static uint64_t block_records(const arguments *arguments) {
  return arguments->mean_bytes < READ_BYTES ? READ_BYTES / arguments->mean_bytes : 1;
}

/* Windows of the plan are those of the order, as many as fit, at least one. */
static uint64_t window_records(const arguments *arguments) {
  const uint64_t least = WINDOW_BLOCKS * block_records(arguments);
  const uint64_t most = arguments->window_bytes / arguments->mean_bytes;
  if (arguments->window_bytes == 0)
    return 0;
  return most < least ? least : most - most % least;
}

/* How many slots there are; those beside windows in slots are as
 * io.penstock.internal.plan.BlockPlan has them. */
static uint32_t count_slots(const arguments *arguments, int is_variable) {
  const int in_slots = arguments->window_bytes > 0 && !is_variable;
  return in_slots ? (uint32_t)(2 * window_records(arguments) / BATCH) + SLOTS - 3 : SLOTS;
}

/* As BlockPlan and ChunkSizes choose them. */
static void choose_window(penstock_reader_options *options, const arguments *arguments,
                          int is_variable) {
  const uint64_t window = window_records(arguments);
  options->windowed = 1;
  options->max_read_bytes = MOST_BLOCK_BYTES;
  options->cell_count = is_variable ? (uint32_t)(window + window / 2) : 0;
  options->entry_count = is_variable ? (uint32_t)(2 * window + 2 * BATCH)
                                     : BATCH * count_slots(arguments, is_variable);
}

/* As io.penstock.internal.plan.SweepPlan and ChunkSizes choose them. */
static void choose_sweep(penstock_reader_options *options, const arguments *arguments,
                         uint32_t part) {
  const uint64_t count = arguments->record_count;
  const uint64_t cells = count / part;
  const double in_flight = fmin(1, 2.0 / part) * STAGING_BYTES / (double)arguments->mean_bytes;
  const uint64_t spare = cells / 8 + (uint64_t)fmin(in_flight, (double)cells / 8);
  const uint64_t entries = 2 * (cells - spare) < count ? 2 * (cells - spare) : count;
  options->cell_count = (uint32_t)cells;
  options->entry_count = (uint32_t)entries;
}

static penstock_reader_options choose(penstock_source *source, const arguments *arguments,
                                      int is_variable, uint32_t part) {
  penstock_reader_options options = {
      .backend = PENSTOCK_BACKEND_EXTERNAL, /* which objects need; idle_open stands in for it */
      .io = PENSTOCK_IO_BUFFERED,
      .queue_depth = DEPTH,
      .merge_gap_bytes = GAP_BYTES,
      .max_read_bytes = READ_BYTES,
      .staging_bytes = STAGING_BYTES,
      .batch_size = BATCH,
      .huge_pages = 1,
      .whole_batches = 1,
  };
  if (arguments->window_bytes > 0)
    choose_window(&options, arguments, is_variable);
  else
    choose_sweep(&options, arguments, part);
  if (!is_variable)
    return options;
  penstock_column_info info;
  must("column", penstock_source_column(source, 0, &info));
  const double mean = (double)info.total_bytes / (double)arguments->record_count;
  const uint32_t entries = options.entry_count;
  options.chunk_bytes = (uint32_t)penstock_source_chunk_bytes(source);
  options.chunk_count = (uint32_t)((double)options.cell_count * (mean / options.chunk_bytes + 0.5));
  options.cell_count = 0;
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
  uint64_t *slots;
  uint32_t slot_count;
  uint64_t window;   /* records; 0: an exact shuffle */
  int in_slots;      /* batches are ordered with their slots */
  uint32_t prepared; /* records of the next batch that helpers may have begun with; 0: none */
} consumer;

/* The slot of the batch that begins with this record. */
static uint64_t slot_of(const consumer *self, uint64_t record) {
  return self->slots[record / BATCH % self->slot_count];
}

/* Ends the windows that end within the last records, which begin at this one. */
static void end_windows(consumer *self, uint64_t before) {
  const uint64_t epoch = before - before % self->count;
  const uint64_t end = self->ordered;
  uint64_t at = epoch + ((before - epoch) / self->window + 1) * self->window;
  for (; at <= end && at < epoch + self->count; at += self->window)
    must("window", penstock_reader_end_window(self->reader, end - at));
  if (end == epoch + self->count)
    must("window", penstock_reader_end_window(self->reader, 0));
}

static int has_slot(const consumer *self) {
  return !self->in_slots || (self->ordered - self->taken) / BATCH + 1 < self->slot_count;
}

static void order_all(consumer *self) {
  while (has_slot(self)) {
    const uint64_t before = self->ordered;
    const int32_t status = penstock_reader_order(self->reader, self->order + before % self->count,
                                                 BATCH, self->in_slots ? slot_of(self, before) : 0);
    if (status == -EAGAIN)
      return;
    must("order", status);
    self->ordered += BATCH;
    if (self->window > 0)
      end_windows(self, before);
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

static void prepare_next(consumer *self) {
  const int32_t status = penstock_reader_prepare(self->reader, BATCH, slot_of(self, self->taken));
  self->prepared = status == 0 ? BATCH : 0;
}

/* Goes on until so many records have been taken; epochs have the same order. */
static void consume(consumer *self, uint64_t until, uint32_t helpers) {
  while (self->taken < until) {
    order_all(self);
    const uint32_t size = next_batch(self);
    penstock_failure failure;
    must("take", penstock_reader_take(self->reader, size, slot_of(self, self->taken), &failure));
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
  consumer consumer = {.order = order,
                       .count = count,
                       .slot_count = count_slots(arguments, is_variable),
                       .window = window_records(arguments),
                       .in_slots = options.cell_count + options.chunk_count == 0};
  must("reader", reader_open_with(source, &options, idle_open, &consumer.reader));
  uint64_t offsets[PENSTOCK_MAX_COLUMNS];
  uint64_t slot_bytes;
  must("slots", penstock_slot_layout(source, BATCH, options.value_bytes, offsets, &slot_bytes));
  consumer.slots = allocate(consumer.slot_count * sizeof *consumer.slots);
  for (uint32_t i = 0; i < consumer.slot_count; i++)
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
  for (uint32_t i = 0; i < consumer.slot_count; i++)
    must("slots", penstock_memory_free(consumer.slots[i], slot_bytes));
  free(consumer.slots);
  const double records = (double)(after.records - before.records);
  return (result){.nanoseconds = spent / records,
                  .helped = ((double)(after.cpu_ns - before.cpu_ns) - spent) / records,
                  .requests = 1000 * (double)(after.requests - before.requests) / records,
                  .bytes_read = (double)(after.bytes_read - before.bytes_read) / records};
}

static void usage(void) {
  fprintf(stderr, "usage: bench_reader [--mean BYTES] [--records COUNT] "
                  "[--parts 2,4,8 | --window BYTES] [--rounds COUNT] [--only fixed|variable] "
                  "[--helpers COUNT]\n");
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
    } else if (strcmp(name, "--window") == 0) {
      arguments.window_bytes = number(texts[i + 1], UINT64_C(1) << 30, &end);
      arguments.part_count = 1;
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
  arguments.record_count = (arguments.record_count + BATCH - 1) / BATCH * BATCH;
  return arguments;
}

static result least_of(result left, result right) {
  return left.nanoseconds > 0 && left.nanoseconds < right.nanoseconds ? left : right;
}

static int64_t *order_for(const arguments *arguments) {
  return arguments->window_bytes > 0
             ? new_block_order(arguments->record_count, block_records(arguments), WINDOW_BLOCKS)
             : new_order(arguments->record_count);
}

static void print_result(const arguments *arguments, uint32_t part, const char *kind,
                         const result *best) {
  char memory[32];
  if (arguments->window_bytes > 0)
    (void)snprintf(memory, sizeof memory, "%s", "blocks");
  else
    (void)snprintf(memory, sizeof memory, "1/%u", part);
  printf("%-10s%-10s%14.0f%14.0f%24.2f%20.0f\n", memory, kind, best->nanoseconds, best->helped,
         best->requests, best->bytes_read);
}

int main(int count, char **texts) {
  const arguments arguments = parse(count, texts);
  static const char *const kinds[] = {"fixed", "variable"};
  penstock_source *sources[2];
  int64_t *order = order_for(&arguments);
  for (int kind = 0; kind < 2; kind++)
    sources[kind] = new_source(arguments.record_count, arguments.mean_bytes, kind);
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
        print_result(&arguments, arguments.parts[i], kinds[kind], &best[kind]);
    if (!arguments.only)
      printf("%-20s%14.2f\n", "variable / fixed", best[1].nanoseconds / best[0].nanoseconds);
  }
  for (int kind = 0; kind < 2; kind++)
    must("source", penstock_source_close(sources[kind]));
  free(order);
  return 0;
}
