/* See carrier.h. */
#include "carrier.h"

#include <errno.h>

enum { MOST_ROUNDS = 1000000 };

carrier start_carrier(penstock_reader *reader, const penstock_reader_options *options,
                      uint64_t seed) {
  return (carrier){.reader = reader, .options = *options, .seed = seed, .dead_from = UINT64_MAX};
}

void take_requests(carrier *self, uint32_t capacity) {
  const int32_t count = penstock_reader_poll(self->reader, self->out + self->out_count, capacity);
  CHECK(count >= 0 && (uint32_t)count <= capacity);
  self->out_count += (uint32_t)count;
  CHECK(self->out_count <= self->options.queue_depth);
}

static void fill(const penstock_request *request, uint64_t count) {
  uint8_t *bytes = (uint8_t *)(uintptr_t)request->address;
  for (uint64_t i = 0; i < count; i++)
    bytes[i] = pattern(request->offset_bytes + i, request->file);
}

static int64_t carry_out(carrier *self, const penstock_request *request) {
  if (request->offset_bytes + request->length_bytes > self->dead_from)
    return -EIO;
  if (next_random(&self->seed) % 100 < self->error_percent)
    return next_random(&self->seed) % 2 ? -EAGAIN : -EINTR;
  const uint64_t most = request->length_bytes;
  const int is_short = next_random(&self->seed) % 100 < self->error_percent;
  const uint64_t count = is_short ? 1 + next_random(&self->seed) % most : most;
  fill(request, count);
  return (int64_t)count;
}

void answer_one(carrier *self) {
  const uint32_t chosen = (uint32_t)(next_random(&self->seed) % self->out_count);
  const penstock_request request = self->out[chosen];
  self->out[chosen] = self->out[--self->out_count];
  CHECK_EQUAL(penstock_reader_complete(self->reader, request.id, (int64_t)request.length_bytes + 1),
              -EINVAL);
  CHECK_EQUAL(penstock_reader_complete(self->reader, request.id, carry_out(self, &request)), 0);
  CHECK_EQUAL(penstock_reader_complete(self->reader, request.id, 0), -EINVAL);
}

void answer_all(carrier *self) {
  while (self->out_count > 0)
    answer_one(self);
}

uint32_t carry_until_ready(carrier *self, uint32_t wanted) {
  for (uint32_t rounds = 0;; rounds++) {
    CHECK(rounds < MOST_ROUNDS);
    penstock_progress progress;
    CHECK_EQUAL(penstock_reader_drive(self->reader, wanted, UINT64_MAX, &progress), 0);
    if (progress.ready >= wanted)
      return wanted;
    if (progress.in_flight == 0) {
      CHECK(self->options.chunk_count > 0 && progress.ready > 0);
      return (uint32_t)progress.ready;
    }
    CHECK(progress.in_flight >= self->out_count);
    take_requests(self, self->options.queue_depth - self->out_count);
    CHECK(self->out_count > 0);
    if (self->out_count < self->options.queue_depth / 2 && next_random(&self->seed) % 2)
      continue; /* late */
    for (uint64_t count = next_random(&self->seed) % 20; count > 0 && self->out_count > 0; count--)
      answer_one(self);
  }
}
