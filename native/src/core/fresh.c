/* Fresh memory: the first touch of a page costs far more than what is then written to it, above
 * all in a virtual machine that has to get it from its host. So another thread of the caller has
 * the kernel provide a reader's memory ahead of its use, in the order of its use: first what lies
 * before cells or chunks, then these, from the first one on, as they are given out.
 *
 * Where the owner has come further than that thread, it is not followed: both would have the kernel
 * clear the same pages, and one of them in vain. What lies just ahead is left to the owner, and
 * the thread goes on behind it. What the order cannot use is not provided.
 *
 * What the other thread touches: nothing of a reader that changes after it was opened, except two
 * counters. */
#include <errno.h>

#include "core/cells.h"
#include "core/fresh.h"
#include "core/io.h"
#include "core/reader.h"

/* Some milliseconds of work: so long may a call take, and closing wait for it. */
#define STEP_BYTES (UINT64_C(8) << 20)
/* So many steps are left to an owner who has come further. */
#define STEPS_LEFT 2

/* Records need a cell each; of those that differ in size, the mean and the rest of a chunk. */
void fresh_ordered(penstock_reader *reader) {
  const uint64_t records = reader->entries.ordered - reader->entries.taken;
  uint64_t units = reader->cache.cached + records;
  if (reader->pool.count > 0)
    units = reader->cache.most_chunks +
            records * (chunks_for(&reader->pool, cells_mean_record(reader)) + 1);
  if (units > atomic_load_explicit(&reader->fresh.wanted, memory_order_relaxed))
    atomic_store(&reader->fresh.wanted, units);
}

/* Cells, with those of the cache, or chunks. */
static uint64_t unit_count(const penstock_reader *reader) {
  return reader->pool.count > 0           ? reader->pool.count
         : reader->options.cell_count > 0 ? reader->options.cell_count + reader->cache.cached
                                          : 0;
}

/* All columns together. */
static uint64_t unit_bytes(const penstock_reader *reader) {
  return reader->pool.count > 0 ? reader->pool.chunk_bytes : reader->fixed_bytes;
}

static uint64_t used_units(const penstock_reader *reader) {
  return reader->pool.count > 0
             ? atomic_load_explicit(&reader->pool.used, memory_order_relaxed)
             : reader->cache.cached +
                   atomic_load_explicit(&reader->fresh.used_cells, memory_order_relaxed);
}

static int32_t provide_units(const penstock_reader *reader, uint64_t begin, uint64_t end) {
  if (reader->pool.count > 0)
    return io_provide(chunk_memory(&reader->pool, (uint32_t)begin),
                      (end - begin) * reader->pool.chunk_bytes);
  int32_t status = 0;
  for (uint32_t i = 0; i < reader->active_count && status == 0; i++) {
    const uint32_t column = reader->active[i];
    const uint64_t record_bytes = reader->source->columns[column].record_bytes;
    status = io_provide(reader->cells[column] + begin * record_bytes, (end - begin) * record_bytes);
  }
  return status;
}

/* The next step over what comes before cells or chunks. */
static int32_t provide_first(const penstock_reader *reader, uint64_t *done_bytes) {
  const uint64_t left = reader->fresh.first_bytes - *done_bytes;
  const uint64_t step = left < STEP_BYTES ? left : STEP_BYTES;
  if (io_provide((uint8_t *)reader->memory + *done_bytes, step) < 0)
    return 0; /* the first write gets the memory, or the error, in any case */
  *done_bytes += step;
  return *done_bytes < reader->fresh.first_bytes || unit_count(reader) > 0;
}

static int32_t provide_next(const penstock_reader *reader, uint64_t *done_bytes) {
  const uint64_t first_bytes = reader->fresh.first_bytes;
  const uint64_t bytes = unit_bytes(reader);
  const uint64_t count = unit_count(reader);
  const uint64_t step = STEP_BYTES > bytes ? STEP_BYTES / bytes : 1;
  const uint64_t used = used_units(reader);
  uint64_t begin = (*done_bytes - first_bytes) / bytes;
  if (used > begin)
    begin = used + STEPS_LEFT * step;
  if (begin >= count)
    return 0;
  if (begin >= atomic_load_explicit(&reader->fresh.wanted, memory_order_relaxed))
    return -EAGAIN;
  const uint64_t end = begin + step < count ? begin + step : count;
  if (provide_units(reader, begin, end) < 0)
    return 0;
  *done_bytes = first_bytes + end * bytes;
  return end < count;
}

int32_t penstock_reader_populate(penstock_reader *reader, uint64_t *done_bytes) {
  if (!reader || !done_bytes)
    return -EINVAL;
  return *done_bytes < reader->fresh.first_bytes ? provide_first(reader, done_bytes)
                                                 : provide_next(reader, done_bytes);
}
