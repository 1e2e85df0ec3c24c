/* See support.h. */
#include "support.h"

#include <stdlib.h>

void check_failed(const char *file, int line, const char *expression, int64_t left, int64_t right) {
  fprintf(stderr, "%s:%d: failed: %s (%lld, %lld)\n", file, line, expression, (long long)left,
          (long long)right);
  exit(1);
}

uint64_t next_random(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}
