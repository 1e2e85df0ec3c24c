/* Where the bytes of one read go: every way to interrupt it, with and without blocks at its ends
 * that do not go straight to their place. */
#include <string.h>

#include "core/request.h"
#include "support.h"

enum { BLOCK = 16, LENGTH = 6 * BLOCK, GUARD = 64 };

static uint8_t place[GUARD + LENGTH + GUARD];
static uint8_t edges[2 * BLOCK];
static request read_now;

static void new_request(int is_straight, uint32_t head, uint32_t tail) {
  memset(place, 0xEE, sizeof place);
  memset(edges, 0xEE, sizeof edges);
  read_now = (request){.base = place + GUARD,
                       .edges = edges,
                       .length_bytes = LENGTH,
                       .lead_bytes = head,
                       .trail_bytes = tail,
                       .straight = (uint8_t)is_straight};
}

/* Answers as a device does that gives at most `step` bytes at once. */
static void read_in_steps(uint32_t step) {
  while (read_now.done_bytes < LENGTH) {
    const uint32_t count = request_pieces(&read_now);
    CHECK(count >= 1 && count <= MAX_PIECES);
    uint32_t left = step;
    uint64_t offered = 0;
    uint32_t at = read_now.done_bytes;
    for (uint32_t i = 0; i < count; i++) {
      CHECK(read_now.pieces[i].bytes > 0);
      offered += read_now.pieces[i].bytes;
      uint8_t *to = read_now.pieces[i].base;
      for (uint64_t byte = 0; byte < read_now.pieces[i].bytes && left > 0; byte++, left--)
        to[byte] = pattern(at++, 7);
    }
    CHECK_EQUAL(offered, request_length(&read_now));
    read_now.done_bytes = at;
  }
}

static void check_place(uint64_t begin, uint64_t end) {
  for (uint64_t at = 0; at < sizeof place; at++) {
    const uint64_t byte = at - GUARD;
    const int is_inside = at >= GUARD + begin && at < GUARD + end;
    CHECK_EQUAL(place[at], is_inside ? pattern(byte, 7) : 0xEE);
  }
}

static void a_straight_read_writes_its_record_and_nothing_else(void) {
  for (uint32_t step = 1; step <= LENGTH; step++)
    for (uint32_t begin = 0; begin < BLOCK; begin++)
      for (uint32_t end = LENGTH - BLOCK + 1; end <= LENGTH; end++) {
        new_request(1, begin > 0 ? BLOCK : 0, end < LENGTH ? BLOCK : 0);
        read_in_steps(step);
        request_copy(&read_now, begin, end, place + GUARD + begin);
        check_place(begin, end);
      }
}

static void a_staged_read_is_one_piece(void) {
  static uint8_t record[LENGTH];
  for (uint32_t step = 1; step <= LENGTH; step++) {
    new_request(0, 0, 0);
    CHECK_EQUAL(request_pieces(&read_now), 1);
    read_in_steps(step);
    check_place(0, LENGTH);
    for (uint32_t begin = 0; begin < LENGTH; begin += 7) {
      memset(record, 0xEE, sizeof record);
      request_copy(&read_now, begin, LENGTH - 3, record);
      for (uint32_t i = 0; i < sizeof record; i++)
        CHECK_EQUAL(record[i], i < LENGTH - 3 - begin ? pattern(begin + i, 7) : 0xEE);
    }
  }
}

static void pieces_are_whole_blocks(void) {
  new_request(1, BLOCK, BLOCK);
  CHECK_EQUAL(request_pieces(&read_now), 3);
  CHECK(read_now.pieces[0].base == edges);
  CHECK_EQUAL(read_now.pieces[0].bytes, BLOCK);
  CHECK(read_now.pieces[1].base == place + GUARD + BLOCK);
  CHECK_EQUAL(read_now.pieces[1].bytes, LENGTH - 2 * BLOCK);
  CHECK(read_now.pieces[2].base == edges + BLOCK);
  CHECK_EQUAL(read_now.pieces[2].bytes, BLOCK);
  new_request(1, 0, BLOCK);
  CHECK_EQUAL(request_pieces(&read_now), 2);
  CHECK(read_now.pieces[1].base == edges);
  new_request(1, BLOCK, 0);
  CHECK_EQUAL(request_pieces(&read_now), 2);
  new_request(1, 0, 0);
  CHECK_EQUAL(request_pieces(&read_now), 1);
}

int main(void) {
  RUN(a_straight_read_writes_its_record_and_nothing_else);
  RUN(a_staged_read_is_one_piece);
  RUN(pieces_are_whole_blocks);
  return 0;
}
