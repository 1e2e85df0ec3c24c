/* Help: most of what a reader does for a small record is to copy it, out of a large read to a cell
 * and out of the cell to a slot. That needs nothing of the reader that changes meanwhile, so
 * threads of the caller can do it while the owner goes on with the next reads. The owner never
 * depends on them: what nobody has begun it copies itself when it has nothing better to do, so a
 * helper that comes late, or never, costs no time.
 *
 * What a helper touches: a request, which is nobody else's until it is collected, or a part of a
 * batch that is ready; the indices and cells of their entries, which do not change as long as the
 * request holds them, or the batch is not taken; staging, cells and slots at places that are
 * theirs.
 */
#include <errno.h>

#include "core/cells.h"
#include "core/common.h"
#include "core/gather.h"
#include "core/help.h"
#include "core/io.h"
#include "core/reader.h"

/* Waking a thread takes as long as copying so much. */
#define LEAST_BYTES (32 << 10)
/* How often to look again before going to sleep: some ten microseconds. */
#define LOOKS 400

/* ---- What the owner and helpers do ----------------------------------------------------------- */

/* Claims the next number. What belongs to it stays as it is until it is copied. */
static int claim(_Atomic uint64_t *claimed, const _Atomic uint64_t *posted, uint64_t *number) {
  *number = atomic_load(claimed);
  while (*number < atomic_load(posted))
    if (atomic_compare_exchange_weak(claimed, number, *number + 1))
      return 1;
  return 0;
}

/* Copies the next part of the batch that is prepared. Returns 0 if there is none that nobody has
 * begun. */
static int copy_part(penstock_reader *reader) {
  help_queue *help = &reader->help;
  uint64_t number;
  if (!claim(&help->parts_claimed, &help->parts_posted, &number))
    return 0;
  take_part *part = &help->parts[number - help->first_part];
  gather_copy_taken(reader, part->first, part->end, help->batch_slot, 0);
  atomic_store(&part->is_copied, 1);
  return 1;
}

/* The same for the records of a request. From the last line on the request is the owner's. */
static int copy_request(penstock_reader *reader) {
  help_queue *help = &reader->help;
  uint64_t number;
  if (!claim(&help->claimed, &help->posted, &number))
    return 0;
  request *request = help->ring[number % help->capacity];
  gather_copy(reader, request);
  atomic_store(&request->is_copied, 1);
  return 1;
}

/* ---- The owner's side ------------------------------------------------------------------------ */

static void tell(help_queue *help, uint32_t count) {
  atomic_fetch_add(&help->news, 1);
  if (atomic_load(&help->sleepers) > 0)
    io_wake(&help->news, count);
}

/* Another thread is copying this. */
static void await(help_queue *help, const _Atomic uint32_t *is_copied) {
  for (uint32_t look = 0; look < LOOKS; look++) {
    if (atomic_load(is_copied))
      return;
    io_relax();
  }
  atomic_store(&help->is_awaited, 1);
  for (;;) {
    const uint32_t copies = atomic_load(&help->copies);
    if (atomic_load(is_copied))
      break;
    io_wait(&help->copies, copies);
  }
  atomic_store(&help->is_awaited, 0);
}

int help_is_worth(const penstock_reader *reader, const request *request) {
  return request->needed_bytes >= LEAST_BYTES && !request->straight &&
         atomic_load(&reader->help.helpers) > 0;
}

uint32_t help_count(const penstock_reader *reader) {
  return (uint32_t)(atomic_load_explicit(&reader->help.posted, memory_order_relaxed) -
                    reader->help.collected);
}

void help_post(penstock_reader *reader, request *request) {
  help_queue *help = &reader->help;
  PENSTOCK_ASSERT(reader->in_flight > 0 && help_count(reader) < help->capacity);
  reader->in_flight--;
  request->is_copying = 1;
  atomic_store(&request->is_copied, 0);
  const uint64_t posted = atomic_load(&help->posted);
  help->ring[posted % help->capacity] = request;
  atomic_store(&help->posted, posted + 1);
  tell(help, 1);
}

static request *oldest_of(const help_queue *help) {
  return help->ring[help->collected % help->capacity];
}

/* The oldest request is the owner's again, and counts as in flight. */
static request *take_back(penstock_reader *reader) {
  request *oldest = oldest_of(&reader->help);
  reader->help.collected++;
  oldest->is_copying = 0;
  reader->in_flight++;
  return oldest;
}

int32_t help_collect(penstock_reader *reader) {
  int32_t status = 0;
  while (help_count(reader) > 0 && atomic_load(&oldest_of(&reader->help)->is_copied)) {
    const int32_t one = gather_copied(reader, take_back(reader));
    status = status < 0 ? status : one;
  }
  return status;
}

void help_work(penstock_reader *reader) {
  if (!copy_request(reader))
    await(&reader->help, &oldest_of(&reader->help)->is_copied);
}

int help_is_worth_taking(const penstock_reader *reader, uint32_t count) {
  return cells_exist(reader) && atomic_load(&reader->help.helpers) > 0 &&
         count * cells_mean_record(reader) >= LEAST_BYTES;
}

void help_post_taken(penstock_reader *reader, uint32_t count, uint32_t fit, uint8_t *slot) {
  help_queue *help = &reader->help;
  PENSTOCK_ASSERT(help->part_count == 0);
  if (fit == 0)
    return;
  uint64_t parts = fit * cells_mean_record(reader) / LEAST_BYTES;
  parts = parts < 1 ? 1 : parts < MAX_TAKE_PARTS ? parts : MAX_TAKE_PARTS;
  parts = parts < fit ? parts : fit;
  for (uint64_t i = 0; i < parts; i++) {
    help->parts[i].first = (uint32_t)(fit * i / parts);
    help->parts[i].end = (uint32_t)(fit * (i + 1) / parts);
    atomic_store(&help->parts[i].is_copied, 0);
  }
  help->part_count = (uint32_t)parts;
  help->batch_count = count;
  help->batch_fit = fit;
  help->batch_slot = slot;
  help->first_part = atomic_load(&help->parts_posted);
  atomic_store(&help->parts_posted, help->first_part + parts);
  tell(help, help->part_count);
}

uint32_t help_await_taken(penstock_reader *reader, uint32_t count, const uint8_t *slot) {
  help_queue *help = &reader->help;
  if (help->part_count == 0)
    return 0;
  while (copy_part(reader))
    continue;
  for (uint32_t i = 0; i < help->part_count; i++)
    await(help, &help->parts[i].is_copied);
  help->part_count = 0;
  return count == help->batch_count && slot == help->batch_slot ? help->batch_fit : 0;
}

/* What nobody has begun need not be copied. */
void help_drop(penstock_reader *reader) {
  help_queue *help = &reader->help;
  uint64_t number;
  (void)help_await_taken(reader, 0, NULL);
  while (claim(&help->claimed, &help->posted, &number))
    atomic_store(&help->ring[number % help->capacity]->is_copied, 1);
  while (help_count(reader) > 0) {
    await(help, &oldest_of(help)->is_copied);
    gather_drop(reader, take_back(reader));
  }
}

/* ---- The helper's side ----------------------------------------------------------------------- */

/* Waits until there may be something to do. */
static void await_news(help_queue *help, uint32_t seen) {
  for (uint32_t look = 0; look < LOOKS; look++) {
    if (atomic_load(&help->news) != seen)
      return;
    io_relax();
  }
  atomic_fetch_add(&help->sleepers, 1);
  if (atomic_load(&help->news) == seen)
    io_wait(&help->news, seen);
  atomic_fetch_sub(&help->sleepers, 1);
}

/* Batches come first: the consumer may be waiting. */
static int help_once(penstock_reader *reader) {
  help_queue *help = &reader->help;
  const uint64_t begin = io_now_ns();
  if (!copy_part(reader) && !copy_request(reader))
    return 0;
  atomic_fetch_add(&help->copy_ns, io_now_ns() - begin);
  atomic_fetch_add(&help->copies, 1);
  if (atomic_load(&help->is_awaited))
    io_wake(&help->copies, 1);
  return 1;
}

int32_t penstock_reader_help(penstock_reader *reader) {
  if (!reader)
    return -EINVAL;
  help_queue *help = &reader->help;
  uint64_t cpu_ns = io_thread_cpu_ns();
  atomic_fetch_add(&help->helpers, 1);
  while (!atomic_load(&help->are_dismissed)) {
    const uint32_t seen = atomic_load(&help->news);
    if (!help_once(reader)) {
      await_news(help, seen);
      continue;
    }
    const uint64_t now = io_thread_cpu_ns();
    atomic_fetch_add(&help->cpu_ns, now - cpu_ns);
    cpu_ns = now;
  }
  atomic_fetch_sub(&help->helpers, 1);
  return 0;
}

int32_t penstock_reader_dismiss(penstock_reader *reader) {
  if (!reader)
    return -EINVAL;
  help_queue *help = &reader->help;
  atomic_store(&help->are_dismissed, 1);
  atomic_fetch_add(&help->news, 1);
  io_wake(&help->news, UINT32_MAX);
  return 0;
}
