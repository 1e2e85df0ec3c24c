/* The staging ring: chunks come in order, may come back in any, and never overlap. */
#include <string.h>

#include "core/staging.h"
#include "support.h"

enum { PAGE = 4096, CHUNKS = 8 };

static uint8_t memory[64 * PAGE];
static staging_ring ring;
static request requests[CHUNKS];

static void new_ring(uint64_t pages) {
  static __typeof__(*ring.chunks) chunks[CHUNKS];
  memset(&ring, 0, sizeof ring);
  memset(requests, 0, sizeof requests);
  ring.base = memory;
  ring.bytes = pages * PAGE;
  ring.chunk_capacity = CHUNKS;
  ring.chunks = chunks;
}

/* Where request `which` gets `bytes`, or -1 when there is no room. */
static int64_t allocate(uint32_t which, uint32_t bytes) {
  const uint8_t *place = staging_allocate(&ring, &requests[which], bytes, PAGE);
  if (!place)
    return -1;
  CHECK(place >= memory && place + bytes <= memory + ring.bytes);
  CHECK_EQUAL((place - memory) % PAGE, 0);
  CHECK(requests[which].chunk != 0);
  return place - memory;
}

static void give_back(uint32_t which) {
  staging_free(&ring, &requests[which]);
  CHECK_EQUAL(requests[which].chunk, 0);
}

static void chunks_lie_one_after_another(void) {
  new_ring(8);
  CHECK_EQUAL(allocate(0, PAGE), 0);
  CHECK_EQUAL(allocate(1, 2 * PAGE), PAGE);
  CHECK_EQUAL(allocate(2, PAGE), 3 * PAGE);
  /* Odd sizes: the next one is aligned again. */
  CHECK_EQUAL(allocate(3, 100), 4 * PAGE);
  CHECK_EQUAL(allocate(4, 1), 5 * PAGE);
  CHECK_EQUAL(allocate(5, 512), 6 * PAGE);
}

static void a_full_ring_says_so_and_takes_nothing(void) {
  new_ring(4);
  CHECK_EQUAL(allocate(0, 3 * PAGE), 0);
  CHECK_EQUAL(allocate(1, 2 * PAGE), -1);
  CHECK_EQUAL(requests[1].chunk, 0);
  CHECK_EQUAL(allocate(1, PAGE), 3 * PAGE);
  CHECK_EQUAL(allocate(2, 1), -1);
  give_back(0);
  CHECK_EQUAL(allocate(2, 3 * PAGE), 0);
  CHECK_EQUAL(allocate(3, 1), -1);
}

static void a_chunk_that_does_not_fit_before_the_end_goes_to_the_begin(void) {
  new_ring(8);
  CHECK_EQUAL(allocate(0, 3 * PAGE), 0);
  CHECK_EQUAL(allocate(1, 3 * PAGE), 3 * PAGE);
  /* Two pages are left at the end, and none at the begin. */
  CHECK_EQUAL(allocate(2, 3 * PAGE), -1);
  give_back(0);
  CHECK_EQUAL(allocate(2, 3 * PAGE), 0);
  /* The two pages at the end are skipped until the ring comes round again. */
  CHECK_EQUAL(allocate(3, PAGE), -1);
  give_back(1);
  CHECK_EQUAL(allocate(3, PAGE), 3 * PAGE);
}

static void a_chunk_freed_early_waits_for_older_ones(void) {
  new_ring(4);
  for (uint32_t i = 0; i < 4; i++)
    CHECK_EQUAL(allocate(i, PAGE), i * PAGE);
  give_back(2);
  give_back(1);
  CHECK_EQUAL(allocate(4, PAGE), -1);
  give_back(0);
  CHECK_EQUAL(allocate(4, 3 * PAGE), 0);
  CHECK_EQUAL(allocate(5, 1), -1);
  give_back(4);
  /* Number 3 is the oldest now. */
  CHECK_EQUAL(allocate(5, 1), -1);
  give_back(3);
  CHECK_EQUAL(ring.chunk_count, 0);
  CHECK(allocate(5, 2 * PAGE) >= 0);
}

static void there_are_so_many_chunks_and_no_more(void) {
  new_ring(64);
  for (uint32_t i = 0; i < CHUNKS; i++)
    CHECK(allocate(i, 1) >= 0);
  request more = {0};
  CHECK(staging_allocate(&ring, &more, 1, PAGE) == NULL);
  give_back(0);
  CHECK_EQUAL(allocate(0, 1), 8 * PAGE);
}

static void what_has_no_chunk_frees_nothing(void) {
  new_ring(4);
  CHECK_EQUAL(allocate(0, PAGE), 0);
  give_back(1);
  give_back(1);
  CHECK_EQUAL(ring.chunk_count, 1);
  give_back(0);
  give_back(0);
  CHECK_EQUAL(ring.chunk_count, 0);
}

/* Half of the ring always fits into an empty one, wherever it stands: a reader that has nothing in
 * flight can always go on. set_options relies on it. */
static void half_of_an_empty_ring_always_fits(void) {
  new_ring(8);
  uint64_t state = 17;
  for (uint32_t round = 0; round < 20000; round++) {
    CHECK(allocate(0, 1 + (uint32_t)(next_random(&state) % (4 * PAGE))) >= 0);
    give_back(0);
    CHECK(allocate(0, 4 * PAGE) >= 0);
    give_back(0);
  }
}

/* Random sizes, freed in random order; what is out never overlaps. */
static void chunks_never_overlap(void) {
  new_ring(16);
  int64_t begins[CHUNKS];
  uint32_t sizes[CHUNKS];
  uint32_t out = 0; /* one bit for each request that has a chunk */
  uint64_t state = 5;
  uint32_t given = 0;
  for (uint32_t round = 0; round < 200000; round++) {
    const uint32_t which = (uint32_t)(next_random(&state) % CHUNKS);
    if (out >> which & 1) {
      give_back(which);
      out &= ~(1u << which);
      continue;
    }
    sizes[which] = 1 + (uint32_t)(next_random(&state) % (8 * PAGE));
    begins[which] = allocate(which, sizes[which]);
    if (begins[which] < 0) {
      CHECK(out != 0);
      continue;
    }
    given++;
    for (uint32_t i = 0; i < CHUNKS; i++)
      if (i != which && (out >> i & 1))
        CHECK(begins[i] + sizes[i] <= begins[which] || begins[which] + sizes[which] <= begins[i]);
    out |= 1u << which;
  }
  CHECK(given > 20000);
}

int main(void) {
  RUN(chunks_lie_one_after_another);
  RUN(a_full_ring_says_so_and_takes_nothing);
  RUN(a_chunk_that_does_not_fit_before_the_end_goes_to_the_begin);
  RUN(a_chunk_freed_early_waits_for_older_ones);
  RUN(there_are_so_many_chunks_and_no_more);
  RUN(what_has_no_chunk_frees_nothing);
  RUN(half_of_an_empty_ring_always_fits);
  RUN(chunks_never_overlap);
  return 0;
}
