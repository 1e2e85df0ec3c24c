/* The backend whose requests the caller carries out: they are handed out by penstock_reader_poll,
 * and answers come back by penstock_reader_complete, in any order. It never waits: the caller knows
 * better when there is something to come back for. */
#include <errno.h>
#include <stdlib.h>

#include "core/common.h"
#include "core/external.h"
#include "core/reader.h"

/* A request from start to its answer. */
typedef struct {
  request *request; /* NULL: free */
  uint32_t
      generation; /* of its id, so that a late answer is not mistaken for that of another request */
  int is_out;
} ticket;

typedef struct {
  uint32_t capacity;
  uint32_t queue_first; /* tickets that wait to be handed out: a ring */
  uint32_t queue_count;
  uint32_t free_count;
  uint32_t done_count;
  ticket *tickets;
  uint32_t *queue;
  uint32_t *free;
  completion *done;
} external_state;

uint64_t external_memory(uint32_t queue_depth) {
  return sizeof(external_state) +
         (sizeof(ticket) + 2 * sizeof(uint32_t) + sizeof(completion)) * (uint64_t)queue_depth;
}

/* A repeated read has waited already: it comes first. */
static int32_t external_start(backend *self, request *request) {
  external_state *state = self->state;
  PENSTOCK_ASSERT(state->free_count > 0);
  const uint32_t number = state->free[--state->free_count];
  state->tickets[number].request = request;
  state->tickets[number].is_out = 0;
  if (request->is_again) {
    state->queue_first = (state->queue_first + state->capacity - 1) % state->capacity;
    state->queue[state->queue_first] = number;
  } else {
    state->queue[(state->queue_first + state->queue_count) % state->capacity] = number;
  }
  state->queue_count++;
  return 0;
}

static void answer(external_state *state, uint32_t number, int32_t result) {
  ticket *ticket = &state->tickets[number];
  state->done[state->done_count++] = (completion){.request = ticket->request, .result = result};
  ticket->request = NULL;
  ticket->is_out = 0;
  ticket->generation++;
  state->free[state->free_count++] = number;
}

/* What is not wanted any more need not be handed out. */
static void drop_given_up(external_state *state) {
  const uint32_t count = state->queue_count;
  state->queue_count = 0;
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t number = state->queue[(state->queue_first + i) % state->capacity];
    if (state->tickets[number].request->is_given_up)
      answer(state, number, -ECANCELED);
    else
      state->queue[(state->queue_first + state->queue_count++) % state->capacity] = number;
  }
}

static int32_t external_finish(backend *self, uint32_t wanted, uint64_t timeout_ns,
                               completion *completions, uint32_t capacity) {
  external_state *state = self->state;
  (void)wanted;
  (void)timeout_ns;
  drop_given_up(state);
  const uint32_t count = state->done_count < capacity ? state->done_count : capacity;
  for (uint32_t i = 0; i < count; i++)
    completions[i] = state->done[i];
  state->done_count -= count;
  for (uint32_t i = 0; i < state->done_count; i++)
    state->done[i] = state->done[count + i];
  return (int32_t)count;
}

static void external_close(backend *self) {
  free(self->state);
  self->state = NULL;
}

int32_t external_open(backend *self, const backend_options *options) {
  const uint32_t depth = options->queue_depth;
  external_state *state = calloc(1, external_memory(depth));
  if (!state)
    return -ENOMEM;
  state->capacity = state->free_count = depth;
  state->done = (completion *)(void *)(state + 1);
  state->tickets = (ticket *)(void *)(state->done + depth);
  state->queue = (uint32_t *)(void *)(state->tickets + depth);
  state->free = state->queue + depth;
  for (uint32_t i = 0; i < depth; i++)
    state->free[i] = depth - 1 - i;
  *self = (backend){.state = state,
                    .start = external_start,
                    .finish = external_finish,
                    .close = external_close,
                    .never_waits = 1};
  return 0;
}

/* Hands requests out; returns how many. */
static uint32_t hand_out(backend *self, penstock_request *requests, uint32_t capacity) {
  external_state *state = self->state;
  uint32_t count = 0;
  drop_given_up(state);
  while (count < capacity && state->queue_count > 0) {
    const uint32_t number = state->queue[state->queue_first];
    ticket *ticket = &state->tickets[number];
    request *request = ticket->request;
    state->queue_first = (state->queue_first + 1) % state->capacity;
    state->queue_count--;
    ticket->is_out = 1;
    const uint32_t pieces = request_pieces(request);
    PENSTOCK_ASSERT(pieces == 1); /* without alignment there is nothing to split off */
    (void)pieces;
    requests[count++] = (penstock_request){.id = (uint64_t)ticket->generation << 32 | number,
                                           .offset_bytes = request_offset(request),
                                           .address = (uint64_t)(uintptr_t)request->pieces[0].base,
                                           .length_bytes = request_length(request),
                                           .file = request->file,
                                           .column = request->column,
                                           .record_count = request->cut_count};
  }
  return count;
}

/* Takes an answer: bytes or -errno. Returns 0, or -EINVAL: no such request is out, or it did not
 * ask for so much. */
static int32_t take_answer(backend *self, uint64_t id, int64_t result) {
  external_state *state = self->state;
  const uint32_t number = (uint32_t)id;
  if (number >= state->capacity)
    return -EINVAL;
  const ticket *ticket = &state->tickets[number];
  if (!ticket->is_out || ticket->generation != id >> 32 || result < -4095 ||
      result > (int64_t)request_length(ticket->request))
    return -EINVAL;
  answer(state, number, (int32_t)result);
  return 0;
}

int32_t penstock_reader_poll(penstock_reader *reader, penstock_request *requests,
                             uint32_t capacity) {
  if (!reader || (!requests && capacity > 0) ||
      reader->options.backend != PENSTOCK_BACKEND_EXTERNAL)
    return -EINVAL;
  return (int32_t)hand_out(&reader->backend, requests, capacity);
}

int32_t penstock_reader_complete(penstock_reader *reader, uint64_t id, int64_t result) {
  if (!reader || reader->options.backend != PENSTOCK_BACKEND_EXTERNAL)
    return -EINVAL;
  return take_answer(&reader->backend, id, result);
}
