/* Stores past the cache against memcpy: any place, any length, and nothing beside it. */
#include <stdlib.h>
#include <string.h>

#include "core/stream.h"
#include "support.h"

enum { GUARD = 128, MOST = 5000 };

static void the_same_bytes_as_by_an_ordinary_copy(void) {
  static uint8_t from[MOST + 64];
  static uint8_t expected[MOST + 2 * GUARD + 64];
  static uint8_t actual[sizeof expected];
  uint64_t state = 1;
  for (uint32_t i = 0; i < sizeof from; i++)
    from[i] = (uint8_t)next_random(&state);
  for (uint32_t i = 0; i < 20000; i++) {
    const uint64_t most = next_random(&state) % 4 > 0 ? 300 : MOST;
    const uint64_t bytes = next_random(&state) % (most + 1);
    const uint64_t at = GUARD + next_random(&state) % 64;
    const uint64_t begin = next_random(&state) % 64;
    memset(expected, (int)i, sizeof expected);
    memset(actual, (int)i, sizeof actual);
    memcpy(expected + at, from + begin, bytes);
    stream_copy(actual + at, from + begin, bytes);
    stream_end();
    CHECK(memcmp(actual, expected, sizeof expected) == 0);
  }
}

/* The same up to the end of the last line, which is copied, too; nothing behind it. */
static void whole_lines(void) {
  static uint8_t from[MOST + 2 * 64];
  static _Alignas(64) uint8_t expected[MOST + 2 * GUARD];
  static _Alignas(64) uint8_t actual[sizeof expected];
  static _Alignas(64) uint8_t streamed[sizeof expected];
  uint64_t state = 2;
  for (uint32_t i = 0; i < sizeof from; i++)
    from[i] = (uint8_t)next_random(&state);
  for (uint32_t i = 0; i < 20000; i++) {
    const uint64_t most = next_random(&state) % 4 > 0 ? 300 : MOST;
    const uint64_t bytes = next_random(&state) % (most + 1);
    const uint64_t begin = next_random(&state) % 64;
    memset(expected, (int)i, sizeof expected);
    memset(actual, (int)i, sizeof actual);
    memset(streamed, (int)i, sizeof streamed);
    memcpy(expected + GUARD, from + begin, (bytes + 63) / 64 * 64);
    copy_lines(actual + GUARD, from + begin, bytes);
    stream_copy_lines(streamed + GUARD, from + begin, bytes);
    stream_end();
    CHECK(memcmp(actual, expected, sizeof expected) == 0);
    CHECK(memcmp(streamed, expected, sizeof expected) == 0);
  }
}

int main(void) {
  RUN(the_same_bytes_as_by_an_ordinary_copy);
  RUN(whole_lines);
  return 0;
}
