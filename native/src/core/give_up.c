/* Giving up what is not worth reading any more. A reader of whole batches has no use for the rest
 * of a batch in which a record has failed. On a device that takes long over each error the consumer
 * must hear of the first one without waiting for all of them. What was read already is still
 * delivered. */
#include "core/give_up.h"
#include "core/elevator.h"
#include "core/gather.h"
#include "core/order.h"
#include "core/reader.h"

static int32_t first_failure(const penstock_reader *reader, uint64_t end, uint32_t *column) {
  const entry_ring *ring = &reader->entries;
  for (uint64_t at = ring->taken; at < end; at++) {
    const uint32_t entry = entry_at(ring, at);
    if (entry_status(ring, entry) != 0 && !entry_is_given_up(ring, entry)) {
      *column = entry_failed_column(ring, entry);
      return entry_status(ring, entry);
    }
  }
  return 0;
}

/* A pending entry has nothing under way. One that is being read is released by its requests and by
 * its visit. */
static void give_up(penstock_reader *reader, uint64_t at, uint32_t column, int32_t status) {
  entry_ring *ring = &reader->entries;
  const uint32_t entry = entry_at(ring, at);
  const uint32_t state = entry_state(ring, entry);
  if (state == ENTRY_LOADED || entry_status(ring, entry) != 0)
    return;
  entry_fail(ring, entry, column, status);
  entry_set_note(ring, entry, entry_note(ring, entry) | NOTE_GIVEN_UP);
  if (state != ENTRY_PENDING)
    return;
  if (at < ring->admitted)
    elevator_remove(reader, entry);
  entry_set(ring, entry, ENTRY_LOADED, ENTRY_NONE);
}

/* A request whose bytes go to staging releases what was given up: it is not used from there. What
 * goes straight to its place must be waited for. Returns whether anything of the part is wanted. */
static int leave_part(penstock_reader *reader, request *request, part part) {
  int is_wanted = 0;
  for (uint32_t i = part.first; i < part.end; i++) {
    const uint32_t entry = request->cuts[i];
    if (entry == ENTRY_NONE)
      continue;
    if (!entry_is_given_up(&reader->entries, entry)) {
      is_wanted = 1;
    } else if (!request->straight) {
      request->cuts[i] = ENTRY_NONE;
      gather_let_go(reader, entry, request->column, 0);
    }
  }
  return is_wanted;
}

static void leave_request(penstock_reader *reader, request *request) {
  int is_wanted = leave_part(reader, request, (part){.first = request->first, .end = request->end});
  for (uint32_t i = 0; i < request->later_count; i++)
    is_wanted |= leave_part(reader, request, request->later[i]);
  request->is_given_up = !is_wanted;
}

/* Takes entries that were given up out of a visit: columns that have not begun with them release
 * them, and cursors move along. Entries that all columns are done with are not looked at: they may
 * have been taken and ordered anew. */
static void leave_visit(penstock_reader *reader, visit *visit) {
  uint32_t removed[PENSTOCK_MAX_COLUMNS] = {0};
  uint32_t begin = visit->count;
  for (uint32_t i = 0; i < reader->active_count; i++) {
    const uint32_t next = visit->cursors[reader->active[i]].next;
    begin = next < begin ? next : begin;
  }
  uint32_t kept = begin;
  for (uint32_t at = begin; at < visit->count; at++) {
    const uint32_t entry = (uint32_t)visit->keys[at];
    if (!entry_is_given_up(&reader->entries, entry)) {
      visit->keys[kept++] = visit->keys[at];
      continue;
    }
    for (uint32_t i = 0; i < reader->active_count; i++) {
      const uint32_t column = reader->active[i];
      if (visit->cursors[column].next > at) {
        removed[column]++;
        continue;
      }
      if (visit->cursors[column].next == at)
        visit->cursors[column].part_bytes = 0;
      gather_let_go(reader, entry, column, 0);
    }
  }
  visit->count = kept;
  visit->is_planned = 0;
  for (uint32_t i = 0; i < reader->active_count; i++)
    visit->cursors[reader->active[i]].next -= removed[reader->active[i]];
}

/* Looks at the oldest `wanted` records; called while there is any failed one. */
void give_up_batch(penstock_reader *reader, uint64_t wanted) {
  entry_ring *ring = &reader->entries;
  if (wanted > reader->options.batch_size)
    wanted = reader->options.batch_size;
  uint64_t end = ring->taken + wanted;
  end = end < ring->ordered ? end : ring->ordered;
  uint32_t column = 0;
  const int32_t status = first_failure(reader, end, &column);
  if (status == 0 || ring->ready >= end)
    return;
  for (uint64_t at = ring->ready; at < end; at++)
    give_up(reader, at, column, status);
  leave_visit(reader, &reader->elevator.sweep);
  leave_visit(reader, &reader->elevator.urgent);
  for (uint32_t i = 0; i < reader->options.queue_depth; i++)
    if (reader->requests[i].is_under_way && !reader->requests[i].is_copying)
      leave_request(reader, &reader->requests[i]);
  order_advance_ready(reader);
}
