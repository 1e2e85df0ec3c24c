/* First along the rows, then across them, each pass rounding to bytes, as Pillow does it. The rows
 * that the second pass needs next are all that is kept of the first: they stay in the processor's
 * cache, whatever the size of the image. */
#include "resize.h"

#include <errno.h>
#include <string.h>

#include "lines.h"

#define ALIGNMENT UINT64_C(64)

static uint64_t aligned(uint64_t bytes) { return (bytes + ALIGNMENT - 1) & ~(ALIGNMENT - 1); }

int32_t resize_check(const resize_plan *plan) {
  if (plan->channels != 1 && plan->channels != 3 && plan->channels != 4)
    return -EINVAL;
  const int32_t status = axis_check(&plan->across);
  if (status)
    return status;
  return plan->down.mirrored ? -EINVAL : axis_check(&plan->down);
}

static uint64_t ring_stride(const resize_plan *plan) {
  return aligned((uint64_t)plan->across.count * plan->channels + LINES_MARGIN);
}

/* The oldest row that the next result needs, up to the newest of a group that has just come. */
static uint32_t ring_rows(const resize_plan *plan) {
  return axis_most_taps(&plan->down) + LINES_ROWS;
}

/* A row and all that may be read behind it. */
static uint64_t spare_stride(const resize_plan *plan) {
  return aligned(((uint64_t)plan->across.size + axis_most_taps(&plan->across)) * plan->channels +
                 16);
}

static uint64_t pointers_bytes(const resize_plan *plan) {
  return aligned((axis_most_taps(&plan->down) + 1) * sizeof(uint8_t *));
}

uint64_t resize_bytes(const resize_plan *plan) {
  return weights_bytes(&plan->across) + weights_bytes(&plan->down) +
         (ring_rows(plan) + 1) * ring_stride(plan) + LINES_ROWS * spare_stride(plan) +
         pointers_bytes(plan);
}

static void place(resize_state *state, const resize_plan *plan, uint8_t *at) {
  weights_make(&state->across, &plan->across, at);
  at += weights_bytes(&plan->across);
  weights_make(&state->down, &plan->down, at);
  at += weights_bytes(&plan->down);
  state->ring_rows = ring_rows(plan);
  state->ring_stride = ring_stride(plan);
  state->ring = at;
  at += state->ring_rows * state->ring_stride;
  state->line = at;
  at += state->ring_stride;
  state->spare = at;
  state->spare_stride = spare_stride(plan);
  at += LINES_ROWS * state->spare_stride;
  state->rows = (const uint8_t **)at;
}

void resize_begin(resize_state *state, const resize_plan *plan, void *memory, int vectors) {
  place(state, plan, memory);
  state->channels = plan->channels;
  state->vectors = vectors != 0;
  state->copies_columns = axis_is_copy(&plan->across) && !plan->across.mirrored;
  state->copies_rows = axis_is_copy(&plan->down);
  state->row_bytes = (uint64_t)plan->across.count * plan->channels;
  state->source_row_bytes = (uint64_t)plan->across.size * plan->channels;
  state->first_byte = (uint64_t)state->across.first[0] * plan->channels;
  state->reach = lines_reach(&state->across, plan->channels);
  state->next_row = state->down.first[0];
  state->next_result = 0;
}

void resize_needs(const resize_state *state, uint32_t *first, uint32_t *end) {
  *first = state->down.first[0];
  *end = 0;
  /* Not always that of the last result: where weights end with zeros, these are dropped. */
  for (uint32_t i = 0; i < state->down.count; i++) {
    const uint32_t behind = state->down.first[i] + state->down.used[i];
    *end = behind > *end ? behind : *end;
  }
}

static uint8_t *ring_row(const resize_state *state, uint32_t row) {
  return state->ring + (row % state->ring_rows) * state->ring_stride;
}

/* Results whose rows have all come. */
static void emit(resize_state *state, const sink *sink) {
  const weights *down = &state->down;
  for (; state->next_result < down->count; state->next_result++) {
    const uint32_t at = state->next_result;
    const uint32_t first = down->first[at];
    if (first + down->used[at] > state->next_row)
      return;
    if (state->copies_rows) {
      sink_row(sink, at, ring_row(state, first));
      continue;
    }
    for (uint32_t k = 0; k < down->used[at]; k++)
      state->rows[k] = ring_row(state, first + k);
    lines_across(down, at, state->rows, state->line, state->row_bytes, state->vectors != 0);
    sink_row(sink, at, state->line);
  }
}

/* A row of which `readable` bytes may be read: itself, or a copy if that is too little. */
static const uint8_t *safe_row(const resize_state *state, const uint8_t *row, uint64_t readable,
                               uint32_t spare) {
  if (readable >= state->reach)
    return row;
  uint8_t *copy = state->spare + spare * state->spare_stride;
  memcpy(copy, row, state->source_row_bytes);
  if (state->reach > state->source_row_bytes)
    memset(copy + state->source_row_bytes, 0, state->reach - state->source_row_bytes);
  return copy;
}

/* At most LINES_ROWS rows into the ring. */
static void take(resize_state *state, const uint8_t *from, uint64_t stride, uint32_t count,
                 uint64_t readable) {
  const uint8_t *rows[LINES_ROWS];
  uint8_t *to[LINES_ROWS];
  for (uint32_t r = 0; r < LINES_ROWS; r++) {
    const uint32_t which = r < count ? r : count - 1;
    to[r] = ring_row(state, state->next_row + which);
    if (state->copies_columns) {
      if (r < count)
        memcpy(to[r], from + which * stride + state->first_byte, state->row_bytes);
      continue;
    }
    rows[r] =
        r < count ? safe_row(state, from + r * stride, readable - r * stride, r) : rows[r - 1];
  }
  if (!state->copies_columns)
    lines_along(&state->across, state->channels, rows, to, state->vectors != 0);
  state->next_row += count;
}

/* Whole pixels in both directions: rows go where they belong without a stop. */
static void pass(resize_state *state, uint32_t row, const uint8_t *from, uint64_t stride,
                 uint32_t count, const sink *sink) {
  const weights *down = &state->down;
  while (state->next_result < down->count && down->first[state->next_result] < row + count) {
    const uint32_t which = down->first[state->next_result] - row;
    sink_row(sink, state->next_result++, from + which * stride + state->first_byte);
  }
}

void resize_rows(resize_state *state, uint32_t row, const uint8_t *from, uint64_t stride,
                 uint32_t count, uint64_t readable, const sink *sink) {
  if (state->copies_rows && state->copies_columns) {
    pass(state, row, from, stride, count, sink);
    return;
  }
  const uint32_t end = row + count;
  const uint64_t limit = (count - 1) * stride + state->source_row_bytes + readable;
  while (state->next_result < state->down.count) {
    /* Rows between what two results need are not resized. */
    const uint32_t needed = state->down.first[state->next_result];
    if (state->next_row < needed)
      state->next_row = needed;
    if (state->next_row >= end)
      return;
    const uint64_t offset = (state->next_row - row) * stride;
    const uint32_t left = end - state->next_row;
    take(state, from + offset, stride, left < LINES_ROWS ? left : LINES_ROWS, limit - offset);
    emit(state, sink);
  }
}
