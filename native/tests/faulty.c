/* See faulty.h. */
#include "faulty.h"

#include <errno.h>
#include <stdlib.h>

#include "core/io.h"
#include "support.h"

fault_rule fault_rules[MAX_FAULT_RULES];
int32_t fault_start;
uint64_t fault_delay_ns;

typedef struct {
  backend inner;
} faulty_state;

static int32_t faulty_start(backend *self, request *request) {
  faulty_state *state = self->state;
  return fault_start < 0 ? fault_start : state->inner.start(&state->inner, request);
}

static void spoil(completion *done) {
  if (done->result == -ECANCELED)
    return; /* it was given up, and nobody read it */
  done->request->started_ns -= fault_delay_ns;
  const uint64_t begin = request_offset(done->request);
  const uint64_t end = begin + request_length(done->request);
  for (uint32_t i = 0; i < MAX_FAULT_RULES; i++) {
    fault_rule *rule = &fault_rules[i];
    if (rule->end <= begin || rule->begin >= end || rule->counted >= rule->times)
      continue;
    rule->counted++;
    if (rule->result <= 0 || rule->result < done->result)
      done->result = rule->result;
    return;
  }
}

/* One by one, as a failed read ends it. */
static int32_t faulty_finish(backend *self, uint32_t wanted, uint64_t timeout_ns,
                             completion *completions, uint32_t capacity) {
  faulty_state *state = self->state;
  int32_t count = 0;
  while ((uint32_t)count < capacity) {
    const uint32_t one = (uint32_t)count < wanted;
    const int32_t more =
        state->inner.finish(&state->inner, one, timeout_ns, &completions[count], 1);
    if (more <= 0)
      return more < 0 ? more : count;
    spoil(&completions[count++]);
    if (completions[count - 1].result < 0 && completions[count - 1].result != -ECANCELED)
      return count;
  }
  return count;
}

static void faulty_close(backend *self) {
  faulty_state *state = self->state;
  state->inner.close(&state->inner);
  free(state);
}

int32_t faulty_open(backend *self, uint32_t kind, const backend_options *options) {
  faulty_state *state = calloc(1, sizeof *state);
  CHECK(state != NULL);
  CHECK_EQUAL(io_backend_open(&state->inner, kind, options), 0);
  *self = (backend){
      .state = state, .start = faulty_start, .finish = faulty_finish, .close = faulty_close};
  return 0;
}
