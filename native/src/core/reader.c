/* A reader from open to close: it allocates what its layout says, lets the parts do their work, and
 * waits for the device, in drive and when it is closed or reset. (resident.c waits, too, as a part
 * of drive.) */
#include <errno.h>
#include <stdlib.h>

#include "core/cache.h"
#include "core/cells.h"
#include "core/check.h"
#include "core/common.h"
#include "core/elevator.h"
#include "core/extent.h"
#include "core/gather.h"
#include "core/give_up.h"
#include "core/head.h"
#include "core/help.h"
#include "core/io.h"
#include "core/layout.h"
#include "core/order.h"
#include "core/pace.h"
#include "core/reader.h"
#include "core/resident.h"

/* No cache of a processor holds cells in so much memory until they are read, */
#define PAST_CACHE_BYTES (UINT64_C(64) << 20)
/* nor two windows of this size: all of one passes through it before the other is read. */
#define PAST_CACHE_WINDOWS_BYTES (UINT64_C(32) << 20)
#define DRAIN_LIMIT_NS UINT64_C(30000000000)

/* ---- open and close -------------------------------------------------------------------------- */

static void forget_all(penstock_reader *reader) {
  entry_ring *ring = &reader->entries;
  ring->taken = ring->ready = ring->ordered = 0;
  ring->failed = ring->oldest = 0;
  reader->windows.count = 0;
  reader->windows.open = 0;
  reader->batch_first = reader->batch_count = 0;
  cells_reset(reader);
  elevator_reset(reader);
}

/* Of slots, those of a windowed reader wait as long as cells do. */
static int is_past_cache(const penstock_reader *reader) {
  if (reader->options.windowed)
    return reader->options.entry_count * cells_mean_record(reader) >= PAST_CACHE_WINDOWS_BYTES;
  return cells_exist(reader) && reader->memory_bytes >= PAST_CACHE_BYTES;
}

static int32_t open_parts(penstock_reader *reader, backend_opener opener) {
  uint64_t address;
  int32_t status =
      penstock_memory_allocate(reader->memory_bytes, reader->options.huge_pages, &address);
  if (status < 0)
    return status;
  reader->memory = (uint8_t *)(uintptr_t)address;
  layout_carve(reader, reader->memory);
  for (uint32_t i = 0; i < reader->options.queue_depth; i++) {
    reader->requests[i].cuts = reader->cuts + (uint64_t)i * reader->cut_capacity;
    reader->free_requests[i] = i;
  }
  reader->free_request_count = reader->options.queue_depth;
  cache_open(&reader->cache, reader->source->record_count, reader->options.cached_records,
             reader->options.cache_key);
  pace_open(&reader->pace, &reader->options);
  reader->is_past_cache = reader->pool.is_past_cache = is_past_cache(reader);
  forget_all(reader);
  const backend_options options = {
      .source = reader->source,
      .io = reader->options.io,
      .queue_depth = reader->options.queue_depth,
      .fixed_base = reader->options.fixed_buffers ? reader->staging.base : NULL,
      .fixed_bytes = reader->staging.bytes,
      .drop_behind = reader->options.drop_behind,
  };
  resident_begin(reader);
  return opener(&reader->backend, reader->options.backend, &options);
}

static void free_parts(penstock_reader *reader) {
  if (reader->backend.close)
    reader->backend.close(&reader->backend);
  if (reader->memory)
    (void)penstock_memory_free((uint64_t)(uintptr_t)reader->memory, reader->memory_bytes);
  atomic_fetch_sub(&reader->source->readers, 1);
  free(reader);
}

int32_t reader_open_with(penstock_source *source, const penstock_reader_options *options,
                         backend_opener opener, penstock_reader **reader) {
  if (!source_is_ready(source) || !options || !reader)
    return -EINVAL;
  if (source->object_count > 0 && options->backend != PENSTOCK_BACKEND_EXTERNAL)
    return -EINVAL;
  for (uint32_t i = 0; i < source->file_count; i++)
    if (options->io == PENSTOCK_IO_DIRECT && !source_reads_directly(&source->files[i]))
      return -EINVAL;
  penstock_reader *opened = malloc(sizeof *opened);
  if (!opened)
    return -ENOMEM;
  int32_t status = layout_plan(opened, source, options);
  if (status < 0) {
    free(opened);
    return status;
  }
  opened->cpu_start_ns = io_thread_cpu_ns();
  atomic_fetch_add(&source->readers, 1);
  uint64_t slot_bytes;
  status = penstock_slot_layout(source, options->batch_size, options->value_bytes,
                                opened->slot_offsets, &slot_bytes);
  opened->values_at = slot_bytes - round_up(options->value_bytes, PENSTOCK_BLOCK_BYTES);
  if (status == 0)
    status = open_parts(opened, opener);
  if (status < 0) {
    free_parts(opened);
    return status;
  }
  *reader = opened;
  return 0;
}

int32_t penstock_reader_open(penstock_source *source, const penstock_reader_options *options,
                             penstock_reader **reader) {
  return reader_open_with(source, options, io_backend_open, reader);
}

/* Waits until nothing is in flight. What the device brings is dropped; what was not submitted yet
 * is not read any more. */
static int32_t drain(penstock_reader *reader) {
  const uint64_t begin = io_now_ns();
  help_drop(reader);
  if (reader->in_flight > 0)
    for (uint32_t i = 0; i < reader->options.queue_depth; i++)
      reader->requests[i].is_given_up = 1;
  while (reader->in_flight > 0) {
    const uint64_t spent = io_now_ns() - begin;
    if (spent >= DRAIN_LIMIT_NS)
      return -ETIMEDOUT;
    const int32_t count =
        reader->backend.finish(&reader->backend, reader->in_flight, DRAIN_LIMIT_NS - spent,
                               reader->completions, reader->options.queue_depth);
    if (count < 0)
      return count;
    for (int32_t i = 0; i < count; i++)
      gather_drop(reader, reader->completions[i].request);
    if (reader->backend.never_waits && count == 0)
      return -EBUSY; /* the caller has them */
  }
  return 0;
}

int32_t penstock_reader_reset(penstock_reader *reader) {
  if (!reader)
    return -EINVAL;
  const int32_t status = drain(reader);
  reader->loading.request = NULL; /* what was being read of a resident column is read again */
  if (status < 0)
    return status;
  forget_all(reader);
  check_resume(reader);
  check_invariants(reader);
  return 0;
}

/* A device that does not answer may still write to our memory later: then everything stays as it
 * is. When the backend broke, nobody will ever know whether the kernel has finished writing: then
 * that memory stays mapped forever, and everything else is freed. */
int32_t penstock_reader_close(penstock_reader *reader) {
  if (!reader)
    return -EINVAL;
  if (atomic_load(&reader->help.helpers) > 0)
    return -EBUSY;
  const int32_t status = drain(reader);
  if (status == -ETIMEDOUT || (status == -EBUSY && reader->backend.never_waits))
    return status;
  if (status < 0)
    reader->memory = NULL;
  free_parts(reader);
  return status;
}

/* ---- work ------------------------------------------------------------------------------------ */

static void count_latency(penstock_reader *reader, uint64_t nanoseconds) {
  uint32_t bucket = 0;
  if (nanoseconds >= 8) {
    const uint32_t shift = 60 - (uint32_t)__builtin_clzll(nanoseconds);
    bucket = shift * 8 + (uint32_t)(nanoseconds >> shift) - 8;
  }
  reader->latencies[bucket < LATENCY_BUCKETS ? bucket : LATENCY_BUCKETS - 1]++;
}

static int32_t process(penstock_reader *reader, uint32_t count) {
  const uint64_t begin = io_now_ns();
  uint64_t bytes = 0;
  for (uint32_t i = 0; i < count; i++) {
    const completion *done = &reader->completions[i];
    count_latency(reader, begin - done->request->started_ns);
    const uint64_t got = done->result > 0 ? (uint64_t)done->result : 0;
    head_completed(reader, done->request, got, begin);
    bytes += got;
  }
  if (head_look(reader, begin))
    pace_completed(&reader->pace, begin, count, bytes);
  else
    pace_interrupted(&reader->pace);
  int32_t status = 0;
  for (uint32_t i = 0; i < count; i++) {
    const completion *done = &reader->completions[i];
    const int32_t one = gather_completion(reader, done->request, completion_result(done));
    status = status < 0 ? status : one;
  }
  order_advance_ready(reader);
  reader->statistics.copy_ns += io_now_ns() - begin;
  return status;
}

/* Waiting for several at once saves system calls; the wait is short compared with the queue. */
static int32_t wait_for_some(penstock_reader *reader, int must_wait, uint64_t timeout_ns) {
  const uint64_t begin = io_now_ns();
  const uint32_t wanted = must_wait ? 1 + reader->in_flight / 8 : 0;
  pace_worked(&reader->pace, begin - reader->waited_until_ns);
  const int32_t count = reader->backend.finish(&reader->backend, wanted, must_wait ? timeout_ns : 0,
                                               reader->completions, reader->options.queue_depth);
  reader->waited_until_ns = io_now_ns();
  reader->statistics.wait_ns += reader->waited_until_ns - begin;
  return count;
}

/* Goes on with what helpers have copied. */
static int32_t collect(penstock_reader *reader) {
  if (help_count(reader) == 0)
    return 0;
  const uint64_t begin = io_now_ns();
  const int32_t status = help_collect(reader);
  order_advance_ready(reader);
  reader->statistics.copy_ns += io_now_ns() - begin;
  return status;
}

/* Copies what helpers have not begun with, or waits for them. */
static void help_out(penstock_reader *reader) {
  const uint64_t begin = io_now_ns();
  help_work(reader);
  reader->statistics.copy_ns += io_now_ns() - begin;
}

/* Places in slots are looked up by batch: no copy may be under way when batches come and go. */
static int32_t finish_copies(penstock_reader *reader) {
  int32_t status = collect(reader);
  while (help_count(reader) > 0) {
    help_out(reader);
    const int32_t one = collect(reader);
    status = status < 0 ? status : one;
  }
  return status;
}

static uint64_t ready_count(const penstock_reader *reader) {
  return reader->entries.ready - reader->entries.taken;
}

static int32_t drive(penstock_reader *reader, uint64_t wanted, uint64_t timeout_ns) {
  const uint64_t begin = io_now_ns();
  int force = 0;
  if (reader->loading.unloaded_bytes > 0) {
    const int32_t status = resident_load(reader, timeout_ns);
    if (status < 0 || reader->loading.unloaded_bytes > 0)
      return status;
  }
  elevator_open(reader, timeout_ns > 0);
  for (;;) {
    if (reader->options.whole_batches && reader->entries.failed > 0)
      give_up_batch(reader, wanted);
    int32_t status = collect(reader);
    if (status < 0)
      return status;
    const uint64_t planning = io_now_ns();
    status = extent_issue(reader, force ? wanted : 0);
    reader->statistics.plan_ns += io_now_ns() - planning;
    if (status < 0)
      return status;
    order_advance_ready(reader);
    const int satisfied = ready_count(reader) >= wanted;
    const int are_copying = help_count(reader) > 0;
    if (!satisfied && reader->in_flight == 0 && !are_copying) {
      /* All cells may hold records that are due later: then the reserve is used. Or a window has
       * not ended, and will not before these records are taken. Only for the next batch: otherwise,
       * while the consumer is busy, small reads would take each cell that it gives back from the
       * sweep. And not while the caller does not wait: it may be about to order what a sweep or a
       * window waits for. */
      const int can_force = cells_exist(reader) || reader->options.windowed != 0;
      if (force || !can_force || timeout_ns == 0 ||
          ready_count(reader) >= reader->options.batch_size)
        return 0;
      force = 1;
      continue;
    }
    force = 0;
    const uint64_t spent = io_now_ns() - begin;
    const int is_late = spent >= timeout_ns;
    /* With copies to be made there is something better to do than to wait for the device. */
    status = wait_for_some(reader, !satisfied && !is_late && !are_copying, timeout_ns - spent);
    if (status < 0)
      return status;
    const int is_none = status == 0;
    status = process(reader, (uint32_t)status);
    if (status < 0 || satisfied || is_late ||
        (is_none && !are_copying && reader->backend.never_waits))
      return status;
    if (is_none && are_copying)
      help_out(reader);
  }
}

int32_t penstock_reader_drive(penstock_reader *reader, uint64_t wanted, uint64_t timeout_ns,
                              penstock_progress *progress) {
  if (!reader || !progress)
    return -EINVAL;
  int32_t status = drive(reader, wanted, timeout_ns);
  if (!cells_exist(reader)) {
    const int32_t copied = finish_copies(reader);
    status = status < 0 ? status : copied;
  }
  if (status < 0)
    check_suspend(reader);
  check_invariants(reader);
  const entry_ring *ring = &reader->entries;
  progress->ready = ready_count(reader);
  progress->ordered = ring->ordered - ring->taken;
  progress->room = order_room(reader);
  progress->in_flight = reader->in_flight + help_count(reader);
  progress->unloaded = reader->loading.unloaded_bytes;
  return status;
}

int32_t penstock_reader_prepare(penstock_reader *reader, uint32_t count, uint64_t slot_address) {
  if (!reader || count == 0 || count > reader->options.batch_size || slot_address == 0 ||
      slot_address % PENSTOCK_BLOCK_BYTES != 0)
    return -EINVAL;
  if (ready_count(reader) < count)
    return -EAGAIN;
  const uint64_t begin = io_now_ns();
  gather_prepare(reader, count, slot_address);
  reader->statistics.copy_ns += io_now_ns() - begin;
  return 0;
}

int32_t penstock_reader_take(penstock_reader *reader, uint32_t count, uint64_t slot_address,
                             penstock_failure *failure) {
  if (!reader || !failure || count == 0 || count > reader->options.batch_size ||
      slot_address == 0 || slot_address % PENSTOCK_BLOCK_BYTES != 0)
    return -EINVAL;
  if (ready_count(reader) < count)
    return -EAGAIN;
  if (!cells_exist(reader)) {
    const slot_batch *batch = &reader->batches[reader->batch_first];
    if (reader->batch_count == 0 || batch->count != count || batch->address != slot_address)
      return -EINVAL;
    reader->batch_first = (reader->batch_first + 1) % PENSTOCK_MAX_SLOT_BATCHES;
    reader->batch_count--;
  }
  const uint64_t begin = io_now_ns();
  const int32_t status = gather_take(reader, count, slot_address, failure);
  reader->statistics.copy_ns += io_now_ns() - begin;
  check_invariants(reader);
  return status;
}

int32_t penstock_reader_statistics(penstock_reader *reader, penstock_statistics *statistics) {
  if (!reader || !statistics)
    return -EINVAL;
  *statistics = reader->statistics;
  statistics->sweeps += reader->elevator.sweeps;
  statistics->queue_depth = reader->pace.depth;
  statistics->merge_gap_bytes = reader->pace.learned_gap_bytes;
  statistics->copy_ns += atomic_load(&reader->help.copy_ns);
  statistics->cpu_ns =
      io_thread_cpu_ns() - reader->cpu_start_ns + atomic_load(&reader->help.cpu_ns);
  return 0;
}

int32_t penstock_reader_latencies(penstock_reader *reader, uint64_t *counts, uint32_t capacity) {
  if (!reader || (!counts && capacity > 0))
    return -EINVAL;
  for (uint32_t i = 0; i < LATENCY_BUCKETS && i < capacity; i++)
    counts[i] = reader->latencies[i];
  return LATENCY_BUCKETS;
}
