/* Where the bytes of one read go: all to staging, or straight to their place except for the blocks
 * that the record shares with its neighbours. These are read to staging by the same request, and
 * only the record's own bytes are copied from there. */
#include <string.h>

#include "core/request.h"

uint32_t request_pieces(request *request) {
  const uint32_t straight_bytes =
      request->length_bytes - request->lead_bytes - request->trail_bytes;
  const memory_piece all[MAX_PIECES] = {
      {.base = request->edges, .bytes = request->lead_bytes},
      {.base = request->base + request->lead_bytes, .bytes = straight_bytes},
      {.base = request->edges + request->lead_bytes, .bytes = request->trail_bytes},
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
  const uint64_t lead = request->lead_bytes;
  const uint64_t trail = request->length_bytes - request->trail_bytes;
  if (begin < lead)
    memcpy(place, request->edges + begin, (end < lead ? end : lead) - begin);
  if (end > trail) {
    const uint64_t from = begin > trail ? begin : trail;
    memcpy(place + (from - begin), request->edges + lead + (from - trail), end - from);
  }
}
