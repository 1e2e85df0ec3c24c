/* Extents: which bytes to read for the entries of a visit. It builds one request at a time:
 * neighbours are read together where the gap between them is cheaper than another request; records
 * larger than a request are read in parts. It chooses where the bytes go (straight to their place
 * where alignment allows, otherwise to staging) and assigns cells to records. It must not wait. */
#include <errno.h>

#include "core/cells.h"
#include "core/common.h"
#include "core/elevator.h"
#include "core/extent.h"
#include "core/gather.h"
#include "core/head.h"
#include "core/io.h"
#include "core/order.h"
#include "core/pace.h"
#include "core/reader.h"
#include "core/staging.h"

/* A record that shares its first or last block with others goes straight to its place if at least
 * this much of it can. For less, reading into three pieces of memory is slower than reading into
 * one and copying (measured: 16 KiB 0.7, 64 KiB 0.95, 1 MiB 1.3 times as fast). Neighbours smaller
 * than this are read in one request and copied, too. */
#define LEAST_STRAIGHT_BYTES (96 << 10)

/* The copying between two requests of a visit takes its entries, which lie anywhere, out of the
 * processor's cache: they are prefetched so many ahead. */
#define ENTRIES_AHEAD 8

/* The column that is furthest behind, so that columns stay close together in cells and time. */
static uint32_t next_column(const penstock_reader *reader, const visit *visit) {
  uint32_t chosen = reader->active[0];
  for (uint32_t i = 1; i < reader->active_count; i++)
    if (visit->cursors[reader->active[i]].next < visit->cursors[chosen].next)
      chosen = reader->active[i];
  return chosen;
}

/* Whether byte number `into` of this record can be read directly to its place: its slot, or any of
 * the cells that it may get. */
static int is_aligned(const penstock_reader *reader, const extent *extent, uint32_t entry,
                      uint64_t into) {
  const uint32_t alignment = reader->source->files[extent->file].info.direct_memory_alignment;
  const uint8_t *place = reader->cells[extent->column];
  if (extent->alignment % alignment != 0)
    return 0; /* pieces of whole blocks would not be aligned */
  if (!cells_exist(reader))
    place = order_destination(reader, entry, extent->column);
  else if (reader->source->columns[extent->column].record_bytes % alignment != 0)
    return 0; /* it has no cell yet, and not all cells of the column are aligned */
  return ((uint64_t)(uintptr_t)place + into) % alignment == 0;
}

/* Direct reads are whole blocks: this many bytes at the beginning and at the end of what is read
 * may hold other records too. */
static uint32_t lead_of(const extent *extent) {
  return extent->begin < extent->record_offset ? extent->alignment : 0;
}

static uint32_t trail_of(const extent *extent) {
  return extent->end % extent->alignment != 0 ? extent->alignment : 0;
}

/* Whether what is read of this record may go straight to its place, except for the blocks at its
 * ends.
 */
static int can_go_straight(const penstock_reader *reader, const extent *extent, uint32_t entry) {
  if (reader->pool.count > 0)
    return 0; /* into chunks */
  const uint32_t ends = lead_of(extent) + trail_of(extent);
  const uint64_t length = round_up(extent->end, extent->alignment) - extent->begin;
  if (ends > 0 && length < ends + LEAST_STRAIGHT_BYTES)
    return 0;
  return reader->options.io == PENSTOCK_IO_BUFFERED ||
         is_aligned(reader, extent, entry, extent->begin + lead_of(extent) - extent->record_offset);
}

/* How far behind the end of an extent a record may begin to be read with it. Copying a large record
 * that can go straight to its place costs more than another request: only what overlaps is read
 * with it, unless requests are expensive on this device. */
static uint64_t reach_of(const penstock_reader *reader, const extent *extent, uint32_t entry) {
  const uint64_t record_bytes = extent->end - extent->record_offset;
  const uint64_t gap_bytes = reader->pace.gap_bytes;
  const int is_best_alone = record_bytes >= LEAST_STRAIGHT_BYTES && record_bytes > gap_bytes &&
                            can_go_straight(reader, extent, entry);
  return is_best_alone ? 0 : gap_bytes + 1;
}

/* The last byte that may be read along with a read of full size, where the size of reads is
 * learned: a rest of less than half a read costs a request just as a large one does. 0 if nothing
 * may be. */
static uint64_t rest_limit(const penstock_reader *reader, const extent *extent) {
  const uint64_t limit = extent->begin + reader->pace.read_bytes + reader->pace.read_bytes / 2 - 1;
  const uint64_t most = extent->begin + reader->staging.bytes / LEAST_STAGED_READS;
  return reader->options.adapt & PENSTOCK_ADAPT_READ ? limit < most ? limit : most : 0;
}

/* Where a read must end: what would be a small rest of its visit is read along. */
static uint64_t limit_of(const penstock_reader *reader, const visit *visit, const extent *extent) {
  const uint64_t limit = extent->begin + reader->pace.read_bytes;
  const source_column *column = &reader->source->columns[extent->column];
  const uint32_t entry = visit_entry(visit, visit->count - 1);
  const record_span last = source_find(column, entry_index(&reader->entries, entry),
                                       visit->cursors[extent->column].shard);
  const uint64_t end = round_up(last.offset_bytes + last.length_bytes, extent->alignment);
  const int is_small_rest =
      last.file == extent->file && end > limit && end <= rest_limit(reader, extent);
  return is_small_rest ? end : limit;
}

/* The same for a block of a window, which may end in the middle of a visit, when a read has reached
 * its limit at this entry. */
static uint64_t limit_of_block(const penstock_reader *reader, const visit *visit,
                               const extent *extent, uint64_t reach, uint32_t at, uint64_t limit) {
  const uint64_t most = reader->options.windowed ? rest_limit(reader, extent) : 0;
  const source_column *column = &reader->source->columns[extent->column];
  const uint64_t last_end = round_down(most, extent->alignment);
  uint64_t end = extent->end;
  source_pass pass;
  source_begin_pass(&pass, column, visit->cursors[extent->column].shard);
  for (; at < visit->count && end <= last_end; at++) {
    const record_span found = source_find_next(&pass, visit_index(visit, &reader->entries, at));
    if (found.length_bytes > 0 && (found.file != extent->file || found.offset_bytes >= end + reach))
      break;
    if (found.length_bytes > 0 && found.offset_bytes + found.length_bytes > end)
      end = found.offset_bytes + found.length_bytes;
  }
  end = round_up(end, extent->alignment);
  return end > limit && end <= most ? end : limit;
}

/* Adds entries to the extent as long as reading on is cheaper than another request. */
static void extend(penstock_reader *reader, visit *visit, extent *extent) {
  const uint64_t reach =
      reach_of(reader, extent, visit_entry(visit, visit->cursors[extent->column].next));
  const source_column *column = &reader->source->columns[extent->column];
  const uint64_t limit = limit_of(reader, visit, extent);
  int knows_block = limit > extent->begin + reader->pace.read_bytes;
  /* A record that ends before this ends before the limit, rounded up or not. */
  uint64_t last_end = round_down(limit, extent->alignment);
  /* One request must not want all chunks at once. */
  const uint64_t most_units = reader->pool.count == 0 || visit == &reader->elevator.urgent
                                  ? UINT64_MAX
                                  : reader->elevator.most_units / 4;
  const int have_cells = cells_exist(reader);
  source_pass pass;
  source_begin_pass(&pass, column, visit->cursors[extent->column].shard);
  for (uint32_t at = visit->cursors[extent->column].next + 1;
       at < visit->count && extent->cut_count < reader->cut_capacity; at++) {
    if (have_cells && at + ENTRIES_AHEAD < visit->count)
      __builtin_prefetch(&reader->entries.all[visit_entry(visit, at + ENTRIES_AHEAD)], 1);
    const record_span found = source_find_next(&pass, visit_index(visit, &reader->entries, at));
    const uint64_t end = found.offset_bytes + found.length_bytes;
    const uint64_t wanted =
        have_cells ? cells_plan(reader, visit_entry(visit, at), column, found.length_bytes) : 0;
    visit->scratch[at] = wanted;
    if (extent->cells_needed + wanted > most_units)
      return;
    if (found.length_bytes == 0) {
      extent->cut_count++; /* there is nothing to read of it */
      extent->cells_needed += wanted;
      continue;
    }
    if (found.file != extent->file || found.offset_bytes < extent->begin ||
        found.offset_bytes >= extent->end + reach)
      return;
    if (end > last_end && !knows_block) {
      last_end =
          round_down(limit_of_block(reader, visit, extent, reach, at, limit), extent->alignment);
      knows_block = 1;
    }
    if (end > last_end)
      return;
    if (end > extent->end)
      extent->end = end;
    extent->cut_count++;
    extent->cells_needed += wanted;
  }
}

static extent plan(penstock_reader *reader, visit *visit) {
  const uint32_t number = next_column(reader, visit);
  const source_column *column = &reader->source->columns[number];
  const uint32_t entry = visit_entry(visit, visit->cursors[number].next);
  const record_span found =
      source_find(column, entry_index(&reader->entries, entry), visit->cursors[number].shard);
  visit->cursors[number].shard = found.shard;
  const uint32_t alignment =
      source_offset_alignment(&reader->source->files[found.file], reader->options.io);
  extent extent = {.column = number,
                   .file = found.file,
                   .alignment = alignment,
                   .cut_count = 1,
                   .cells_needed = cells_plan(reader, entry, column, found.length_bytes),
                   .record_offset = found.offset_bytes};
  visit->scratch[visit->cursors[number].next] = extent.cells_needed;
  extent.begin = round_down(found.offset_bytes + visit->cursors[number].part_bytes, alignment);
  extent.end = found.offset_bytes + found.length_bytes;
  if (round_up(extent.end, alignment) - extent.begin > reader->pace.read_bytes) {
    extent.end = extent.begin + reader->pace.read_bytes;
    extent.is_part = 1;
  } else {
    extend(reader, visit, &extent);
  }
  return extent;
}

/* Decides whether a read goes straight to its place, which only one for a single record can. */
static void choose_way(const penstock_reader *reader, const extent *extent, uint32_t entry,
                       request *request) {
  request->straight = extent->cut_count == 1 && can_go_straight(reader, extent, entry);
  request->lead_bytes = request->straight ? lead_of(extent) : 0;
  request->trail_bytes = request->straight ? trail_of(extent) : 0;
}

/* Returns 0 if there is not enough staging now. */
static int allocate_staging(penstock_reader *reader, request *request) {
  const uint32_t bytes =
      request->straight ? request->lead_bytes + request->trail_bytes : request->length_bytes;
  request->chunk = 0;
  request->edges = NULL;
  if (bytes == 0)
    return 1;
  uint8_t *memory = staging_allocate(&reader->staging, request, bytes, PENSTOCK_BLOCK_BYTES);
  if (request->straight)
    request->edges = memory;
  else
    request->base = memory;
  return memory != NULL;
}

static void assign_cells(penstock_reader *reader, const visit *visit, const extent *extent) {
  if (extent->cells_needed == 0)
    return;
  const uint32_t first = visit->cursors[extent->column].next;
  for (uint32_t i = 0; i < extent->cut_count; i++)
    cells_assign(reader, visit_entry(visit, first + i), visit->scratch[first + i]);
}

/* Of a single record, perhaps a part of a large one: where its bytes go in its chain, so that the
 * place need not be searched for from the first chunk on. */
static void find_chain(const penstock_reader *reader, visit *visit, const extent *extent,
                       request *request) {
  if (reader->pool.count == 0 || extent->cut_count > 1)
    return;
  const uint32_t entry = request->cuts[0];
  const uint64_t into =
      extent->begin > extent->record_offset ? extent->begin - extent->record_offset : 0;
  const chain_place from = visit->cursors[extent->column].part_bytes > 0
                               ? visit->cursors[extent->column].chain
                               : cells_chain(reader, entry);
  request->chain =
      chain_seek(&reader->pool, from, cells_chain_offset(reader, entry, extent->column) + into);
  visit->cursors[extent->column].chain = request->chain;
}

/* Records without bytes in this column are done with. */
static void leave_empty(penstock_reader *reader, request *request) {
  const source_column *column = &reader->source->columns[request->column];
  if (!column->table || column->table->summary.least_bytes > 0)
    return;
  for (uint32_t i = 0; i < request->cut_count; i++) {
    const uint32_t entry = request->cuts[i];
    if (source_length(column, entry_index(&reader->entries, entry)) > 0)
      continue;
    request->cuts[i] = ENTRY_NONE;
    gather_let_go(reader, entry, request->column, 0);
  }
}

/* Each request holds its entries; a column lets go of those for which it has nothing more to issue.
 */
static void cut(penstock_reader *reader, visit *visit, const extent *extent, request *request) {
  const uint32_t first = visit->cursors[extent->column].next;
  for (uint32_t i = 0; i < extent->cut_count; i++)
    request->cuts[i] = visit_entry(visit, first + i);
  request->cut_count = request->end = extent->cut_count;
  find_chain(reader, visit, extent, request);
  if (extent->is_part) {
    entry_hold(&reader->entries, request->cuts[0], 1);
    visit->cursors[extent->column].part_bytes = extent->end - extent->record_offset;
  } else {
    visit->cursors[extent->column].next += extent->cut_count;
    visit->cursors[extent->column].part_bytes = 0;
    leave_empty(reader, request);
  }
}

static void count_request(penstock_reader *reader, const extent *extent, const request *request) {
  penstock_statistics *statistics = &reader->statistics;
  statistics->requests++;
  statistics->bytes_read += request->length_bytes;
  statistics->merged_records += extent->cut_count - 1;
  if (request->straight)
    statistics->straight_bytes +=
        request->length_bytes - request->lead_bytes - request->trail_bytes;
  reader->in_flight++;
  if (reader->in_flight > statistics->queue_depth_max)
    statistics->queue_depth_max = reader->in_flight;
}

typedef enum { SOMETHING_TO_READ, NOTHING_TO_READ, NO_ROOM } outlook;

/* Goes past records of a visit that have no bytes in the column that is due. They get their chunks
 * here: a record that any column has begun with has its cell. */
static outlook skip_empty(penstock_reader *reader, visit *visit) {
  for (;;) {
    const uint32_t number = next_column(reader, visit);
    const source_column *column = &reader->source->columns[number];
    if (visit->cursors[number].next == visit->count)
      return NOTHING_TO_READ;
    if (!column->table || column->table->summary.least_bytes > 0)
      return SOMETHING_TO_READ;
    const uint32_t entry = visit_entry(visit, visit->cursors[number].next);
    if (source_length(column, entry_index(&reader->entries, entry)) > 0)
      return SOMETHING_TO_READ;
    const uint64_t wanted = cells_plan(reader, entry, column, 0);
    if (!elevator_has_room(reader, visit, wanted))
      return NO_ROOM;
    cells_assign(reader, entry, wanted);
    visit->cursors[number].next++;
    gather_let_go(reader, entry, number, 0);
  }
}

/* Returns 1 when a request was started, 0 when cells or staging are short now, or -errno. */
static int32_t issue_one(penstock_reader *reader, visit *visit) {
  const outlook outlook =
      reader->variable_count > 0 ? skip_empty(reader, visit) : SOMETHING_TO_READ;
  if (outlook != SOMETHING_TO_READ)
    return outlook == NOTHING_TO_READ;
  if (!visit->is_planned)
    visit->planned = plan(reader, visit);
  visit->is_planned = 1;
  const extent extent = visit->planned;
  const uint32_t entry = visit_entry(visit, visit->cursors[extent.column].next);
  if (!elevator_has_room(reader, visit, extent.cells_needed))
    return 0;
  PENSTOCK_ASSERT(reader->free_request_count > 0);
  request *request = &reader->requests[reader->free_requests[reader->free_request_count - 1]];
  request->offset_bytes = extent.begin;
  request->length_bytes = (uint32_t)(round_up(extent.end, extent.alignment) - extent.begin);
  request->needed_bytes = (uint32_t)(extent.end - extent.begin);
  choose_way(reader, &extent, entry, request);
  if (!allocate_staging(reader, request))
    return 0;
  visit->is_planned = 0;
  assign_cells(reader, visit, &extent);
  if (request->straight) /* the record may begin behind the first byte that is read */
    request->base = order_destination(reader, entry, extent.column) +
                    (ptrdiff_t)(extent.begin - extent.record_offset);
  request->done_bytes = 0;
  request->started_ns = io_now_ns();
  request->file = extent.file;
  request->column = extent.column;
  request->is_under_way = 1;
  request->origin_bytes = extent.begin;
  request->first = 0;
  request->later_count = 0;
  request->is_again = 0;
  request->is_given_up = 0;
  request->is_copying = 0;
  request->attempts = 0;
  request->busy = 0;
  cut(reader, visit, &extent, request);
  reader->free_request_count--;
  count_request(reader, &extent, request);
  head_issued(reader, request, visit == &reader->elevator.urgent);
  const int32_t status = reader->backend.start(&reader->backend, request);
  if (status < 0)
    gather_drop(reader, request); /* the backend is broken: only a reset or close makes sense now */
  return status < 0 ? status : 1;
}

int32_t extent_issue(penstock_reader *reader, uint64_t forced) {
  while (head_leaves_room(reader) && reader->free_request_count > 0) {
    elevator_admit(reader);
    visit *visit = elevator_visit(reader, forced);
    forced = 0;
    const int32_t issued = visit ? issue_one(reader, visit) : 0;
    if (issued < 0)
      return issued;
    if (issued == 0) {
      /* If staging is short, the device has enough to do; otherwise not. */
      if (reader->staging.chunk_count == 0)
        pace_interrupted(&reader->pace);
      return 0;
    }
  }
  return 0;
}
