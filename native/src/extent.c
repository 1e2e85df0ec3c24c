/* Extents: which bytes to read for the entries of a visit. Builds one request at a time: neighbours
 * are read together where the gap between them is cheaper than another request, records larger than
 * a request in parts. It chooses where the bytes go (straight to their place where alignment
 * allows, to staging otherwise) and gives cells to records; it must not wait. */
#define _GNU_SOURCE
#include <errno.h>
#include <time.h>

#include "internal.h"

typedef struct {
  uint32_t column;
  uint32_t file;
  uint32_t alignment;
  uint32_t cut_count;
  uint32_t cells_needed;
  uint64_t begin; /* aligned */
  uint64_t end;   /* of the last wanted byte; not aligned */
  uint64_t record_offset;
  int is_part; /* of one record, with more to come */
} extent;

static uint32_t visit_entry(const visit *visit, uint32_t at) { return (uint32_t)visit->keys[at]; }

/* The column that is farthest behind: so columns stay close to each other in cells and time. */
static uint32_t next_column(const penstock_reader *reader, const visit *visit) {
  uint32_t chosen = reader->active[0];
  for (uint32_t i = 1; i < reader->active_count; i++)
    if (visit->cursors[reader->active[i]].next < visit->cursors[chosen].next)
      chosen = reader->active[i];
  return chosen;
}

/* A record that is to be cached has a cell of its own. */
static int needs_cell(const penstock_reader *reader, uint32_t entry) {
  return reader->options.cell_count > 0 && entry_value(&reader->entries, entry) == ENTRY_NONE;
}

/* Adds entries to the extent as long as reading on is cheaper than another request. */
static void extend(const penstock_reader *reader, visit *visit, extent *extent) {
  const source_column *column = &reader->source->columns[extent->column];
  const uint64_t limit = extent->begin + reader->pace.read_bytes;
  uint32_t near = visit->cursors[extent->column].shard;
  for (uint32_t at = visit->cursors[extent->column].next + 1;
       at < visit->count && extent->cut_count < reader->cut_capacity; at++) {
    const uint32_t entry = visit_entry(visit, at);
    const location found = source_locate(column, entry_index(&reader->entries, entry), near);
    const uint64_t end = found.offset_bytes + column->record_bytes;
    if (found.file != extent->file || found.offset_bytes < extent->begin ||
        found.offset_bytes > extent->end + reader->pace.gap_bytes ||
        round_up(end, extent->alignment) > limit)
      return;
    near = found.shard;
    if (end > extent->end)
      extent->end = end;
    extent->cut_count++;
    extent->cells_needed += (uint32_t)needs_cell(reader, entry);
  }
}

static extent plan(const penstock_reader *reader, visit *visit) {
  const uint32_t number = next_column(reader, visit);
  const source_column *column = &reader->source->columns[number];
  const uint32_t entry = visit_entry(visit, visit->cursors[number].next);
  const location found =
      source_locate(column, entry_index(&reader->entries, entry), visit->cursors[number].shard);
  visit->cursors[number].shard = found.shard;
  const uint32_t alignment =
      source_offset_alignment(&reader->source->files[found.file], reader->options.io);
  extent extent = {.column = number,
                   .file = found.file,
                   .alignment = alignment,
                   .cut_count = 1,
                   .cells_needed = (uint32_t)needs_cell(reader, entry),
                   .record_offset = found.offset_bytes};
  extent.begin = round_down(found.offset_bytes + visit->cursors[number].part_bytes, alignment);
  extent.end = found.offset_bytes + column->record_bytes;
  if (round_up(extent.end, alignment) - extent.begin > reader->pace.read_bytes) {
    extent.end = extent.begin + reader->pace.read_bytes;
    extent.is_part = 1;
  } else {
    extend(reader, visit, &extent);
  }
  return extent;
}

/* Straight: one record, and file offset, length and address fit direct reads. */
static int can_go_straight(const penstock_reader *reader, const extent *extent, uint32_t entry) {
  if (extent->cut_count > 1 || extent->begin < extent->record_offset ||
      extent->end % extent->alignment != 0)
    return 0;
  if (reader->options.io == PENSTOCK_IO_BUFFERED)
    return 1;
  const uint32_t alignment = reader->source->files[extent->file].info.direct_memory_alignment;
  const uint64_t into = extent->begin - extent->record_offset;
  /* Cells begin at a page, and have no number yet: all or none of a column are aligned. */
  const uint64_t address =
      reader->options.cell_count > 0
          ? reader->source->columns[extent->column].record_bytes + into
          : (uint64_t)(uintptr_t)order_destination(reader, entry, extent->column) + into;
  return address % alignment == 0 && into % alignment == 0;
}

static void assign_cells(penstock_reader *reader, const visit *visit, const extent *extent) {
  if (extent->cells_needed == 0)
    return;
  const uint32_t first = visit->cursors[extent->column].next;
  for (uint32_t i = 0; i < extent->cut_count; i++) {
    const uint32_t entry = visit_entry(visit, first + i);
    if (needs_cell(reader, entry))
      entry_set(&reader->entries, entry, ENTRY_READING,
                reader->free_cells[--reader->free_cell_count]);
  }
}

/* Each request holds its entries; a column lets go of those for which it has nothing more to issue.
 */
static void cut(penstock_reader *reader, visit *visit, const extent *extent, request *request) {
  const uint32_t first = visit->cursors[extent->column].next;
  for (uint32_t i = 0; i < extent->cut_count; i++)
    request->cuts[i] = visit_entry(visit, first + i);
  request->cut_count = extent->cut_count;
  if (extent->is_part) {
    reader->entries.all[request->cuts[0]].word += HOLD_ONE;
    visit->cursors[extent->column].part_bytes = extent->end - extent->record_offset;
  } else {
    visit->cursors[extent->column].next += extent->cut_count;
    visit->cursors[extent->column].part_bytes = 0;
  }
}

static void count_request(penstock_reader *reader, const extent *extent, const request *request) {
  penstock_statistics *statistics = &reader->statistics;
  statistics->requests++;
  statistics->bytes_read += request->length_bytes;
  statistics->merged_records += extent->cut_count - 1;
  if (request->straight)
    statistics->straight_bytes += request->length_bytes;
  reader->in_flight++;
  if (reader->in_flight > statistics->queue_depth_max)
    statistics->queue_depth_max = reader->in_flight;
}

/* Returns 1 when a request was started, 0 when cells or staging are short now, or -errno. */
static int32_t issue_one(penstock_reader *reader, visit *visit) {
  extent extent = plan(reader, visit);
  const uint32_t entry = visit_entry(visit, visit->cursors[extent.column].next);
  const uint32_t kept = visit == &reader->elevator.urgent ? 0 : reader->elevator.head_ahead;
  if (extent.cells_needed > 0 && reader->free_cell_count < extent.cells_needed + kept)
    return 0;
  request *request = &reader->requests[reader->free_requests[reader->free_request_count - 1]];
  request->offset_bytes = extent.begin;
  request->length_bytes = (uint32_t)(round_up(extent.end, extent.alignment) - extent.begin);
  request->needed_bytes = (uint32_t)(extent.end - extent.begin);
  request->straight = (uint8_t)can_go_straight(reader, &extent, entry);
  request->chunk = 0;
  if (!request->straight) {
    request->base = staging_allocate(&reader->staging, request, request->length_bytes, 4096);
    if (!request->base)
      return 0;
  }
  assign_cells(reader, visit, &extent);
  if (request->straight)
    request->base =
        order_destination(reader, entry, extent.column) + (extent.begin - extent.record_offset);
  request->done_bytes = 0;
  request->started_ns = clock_ns(CLOCK_MONOTONIC);
  request->file = extent.file;
  request->column = extent.column;
  request->solo = 0;
  request->attempts = 0;
  cut(reader, visit, &extent, request);
  reader->free_request_count--;
  count_request(reader, &extent, request);
  elevator_paid(reader, visit, request->length_bytes);
  const int32_t status = reader->backend.start(&reader->backend, request);
  if (status < 0)
    gather_drop(reader, request); /* the backend is broken: only a reset or close makes sense now */
  return status < 0 ? status : 1;
}

int32_t extent_issue(penstock_reader *reader, uint64_t forced) {
  while (reader->in_flight < reader->pace.depth) {
    elevator_admit(reader);
    visit *visit = elevator_visit(reader, forced);
    forced = 0;
    const int32_t issued = visit ? issue_one(reader, visit) : 0;
    if (issued < 0)
      return issued;
    if (issued == 0) {
      /* Short of staging the device has enough to do; otherwise it has not. */
      if (reader->staging.chunk_count == 0)
        pace_interrupted(&reader->pace);
      return 0;
    }
  }
  return 0;
}
