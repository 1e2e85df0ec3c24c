/* See recorder.h. */
#include "recorder.h"

#include <stdlib.h>

#include "core/io.h"
#include "core/request.h"
#include "support.h"

recorded recorded_reads[MAX_RECORDED];
uint32_t recorded_count;
uint32_t recorded_depth;

typedef struct {
  backend inner;
  uint32_t depth;
} recorder_state;

static int32_t recorder_start(backend *self, request *request) {
  recorder_state *state = self->state;
  if (recorded_count < MAX_RECORDED)
    recorded_reads[recorded_count] = (recorded){.offset_bytes = request_offset(request),
                                                .length_bytes = request_length(request),
                                                .file = request->file,
                                                .column = request->column,
                                                .records = request->cut_count,
                                                .straight = request->straight};
  recorded_count++;
  if (++state->depth > recorded_depth)
    recorded_depth = state->depth;
  return state->inner.start(&state->inner, request);
}

static int32_t recorder_finish(backend *self, uint32_t wanted, uint64_t timeout_ns,
                               completion *completions, uint32_t capacity) {
  recorder_state *state = self->state;
  const int32_t count =
      state->inner.finish(&state->inner, wanted, timeout_ns, completions, capacity);
  CHECK(count >= 0);
  state->depth -= (uint32_t)count;
  return count;
}

static void recorder_close(backend *self) {
  recorder_state *state = self->state;
  state->inner.close(&state->inner);
  free(state);
}

int32_t recorder_open(backend *self, uint32_t kind, const backend_options *options) {
  recorder_state *state = calloc(1, sizeof *state);
  CHECK(state != NULL);
  CHECK_EQUAL(io_backend_open(&state->inner, kind, options), 0);
  *self = (backend){
      .state = state, .start = recorder_start, .finish = recorder_finish, .close = recorder_close};
  return 0;
}
