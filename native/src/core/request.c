/* Where the bytes of one read go: all to staging, or straight to their place but for the blocks
 * that the record shares with its neighbours. Those are read beside it, in the same request, and of
 * them only the record's own bytes are copied. */
#include <string.h>

#include "core/request.h"

uint32_t request_pieces(request *request) {
  const uint32_t straight_bytes = request->length_bytes - request->head_bytes - request->tail_bytes;
  const memory_piece all[MAX_PIECES] = {
      {.base = request->edges, .bytes = request->head_bytes},
      {.base = request->base + request->head_bytes, .bytes = straight_bytes},
      {.base = request->edges + request->head_bytes, .bytes = request->tail_bytes},
  };
  uint64_t done = request->done_bytes;
  uint32_t count = 0;
  for (uint32_t i = 0; i < MAX_PIECES; i++) {
    if (done >= all[i].bytes) {
      done -= all[i].bytes;
      continue;
    }
    request->pieces[count++] =
        (memory_piece){.base = all[i].base + done, .bytes = all[i].bytes - done};
    done = 0;
  }
  return count;
}

void request_copy(const request *request, uint64_t begin, uint64_t end, uint8_t *place) {
  if (!request->straight) {
    memcpy(place, request->base + begin, end - begin);
    return;
  }
  const uint64_t head = request->head_bytes;
  const uint64_t tail = request->length_bytes - request->tail_bytes;
  if (begin < head)
    memcpy(place, request->edges + begin, (end < head ? end : head) - begin);
  if (end > tail) {
    const uint64_t from = begin > tail ? begin : tail;
    memcpy(place + (from - begin), request->edges + head + (from - tail), end - from);
  }
}
