/* The pace is learned from what a device does: simulated ones, whose limits are known. */
#include "core/pace.h"
#include "support.h"

#include <math.h>

enum { SECOND = 1000000000 };

static penstock_reader_options options_with(uint32_t adapt, uint32_t depth) {
  penstock_reader_options options = make_options(1);
  options.adapt = adapt;
  options.queue_depth = depth;
  options.merge_gap_bytes = 16384;
  return options;
}

/* A disk that does `requests` a second and `bytes` a second, asked for one kind of read at a time.
 */
static void drive_disk(pace *pace, double requests, double bytes, uint32_t rounds) {
  static uint64_t now = 1;
  uint64_t state = 99;
  for (uint32_t i = 0; i < rounds; i++) {
    const uint64_t length = next_random(&state) % 4 == 0 ? 524288 : 4096;
    for (uint32_t burst = 0; burst < 400; burst++) {
      now += (uint64_t)(8 * (SECOND / requests + (double)length * SECOND / bytes));
      pace_completed(pace, now, 8, 8 * length);
    }
    pace_interrupted(pace);
  }
}

static void check_gap(double requests, double bytes) {
  const penstock_reader_options options = options_with(PENSTOCK_ADAPT_GAP, 64);
  pace pace;
  pace_open(&pace, &options);
  CHECK_EQUAL(pace.gap_bytes, 16384);
  drive_disk(&pace, requests, bytes, 400);
  const double expected = bytes / requests;
  CHECK(pace.learned_gap_bytes > 0.8 * expected);
  CHECK(pace.learned_gap_bytes < 1.25 * expected);
  CHECK_EQUAL(pace.depth, 64);
}

static void gap_is_what_a_request_costs_in_bytes(void) {
  check_gap(70000, 1.5e9);
  check_gap(20000, 500e6);
  check_gap(200000, 3e9);
  check_gap(1500, 1.5e8);
}

/* Large reads only: nothing is known of small ones but that the device is fast. */
static void half_of_the_evidence_leaves_the_guess(void) {
  const penstock_reader_options options = options_with(PENSTOCK_ADAPT_GAP, 64);
  pace pace;
  pace_open(&pace, &options);
  uint64_t now = 1;
  for (uint32_t i = 0; i < 10000; i++) {
    now += 8 * 75000;
    pace_completed(&pace, now, 8, 8 * 524288);
  }
  CHECK(pace.learned_gap_bytes > 16384);
  CHECK(pace.learned_gap_bytes < 28000);
}

/* While the order is filled, completed reads are fetched now and then: the time that passes is not
 * the device's. */
static void what_an_owner_at_work_sees_is_no_evidence(void) {
  const penstock_reader_options options = options_with(PENSTOCK_ADAPT_GAP, 64);
  pace pace;
  pace_open(&pace, &options);
  uint64_t now = 1;
  for (uint32_t i = 0; i < 10000; i++) {
    now += 8 * 120000;
    pace_worked(&pace, 8 * 110000);
    pace_completed(&pace, now, 8, 8 * 4096);
  }
  CHECK_EQUAL(pace.learned_gap_bytes, options.merge_gap_bytes);
  drive_disk(&pace, 20000, 500e6, 400);
  CHECK(pace.learned_gap_bytes > 20000 && pace.learned_gap_bytes < 31250);
}

/* Single records only, from a hard disk: it need not have been asked for large reads to be. */
static void a_disk_of_few_requests_is_asked_for_large_ones(void) {
  const uint32_t lengths[] = {512, 1024, 4096, 16384, 65536, 150528, 262144};
  for (uint32_t length = 0; length < sizeof lengths / sizeof *lengths; length++) {
    const penstock_reader_options options = options_with(PENSTOCK_ADAPT_GAP, 64);
    pace pace;
    pace_open(&pace, &options);
    uint64_t now = 1;
    for (uint32_t i = 0; i < 40; i++) {
      now += (uint64_t)(8.0 * SECOND / 150);
      pace_completed(&pace, now, 8, 8 * lengths[length]);
    }
    CHECK(pace.learned_gap_bytes > 375000);
  }
}

/* What a device does in a second: by and by, or a slice of it at once, as fast as it can, and the
 * next slice when its time has come, which is how Linux holds control groups to a rate. */
typedef struct {
  double requests;
  double bytes;
  double slice; /* in seconds; 0: none */
} device;

/* The time, and what is left of the slice. */
typedef struct {
  double now;
  double end;
  double requests;
  double bytes;
} device_clock;

enum { TOGETHER = 8, FASTEST_REQUESTS = 70000, FASTEST_BYTES = 2000000000 };

/* What was not used of a slice is there for the next one, but no longer. */
static void next_slice(const device *device, device_clock *clock) {
  const double requests = device->requests * device->slice;
  const double bytes = device->bytes * device->slice;
  clock->end += device->slice;
  clock->requests = fmin(clock->requests + requests, 2 * requests);
  clock->bytes = fmin(clock->bytes + bytes, 2 * bytes);
}

static void read_together(const device *device, device_clock *clock, const double *lengths) {
  double sum = 0;
  for (uint32_t i = 0; i < TOGETHER; i++)
    sum += lengths[i];
  if (device->slice == 0) {
    clock->now += fmax(TOGETHER / device->requests, sum / device->bytes);
    return;
  }
  for (uint32_t i = 0; i < TOGETHER; i++) {
    while (clock->requests < 1 || clock->bytes <= 0) {
      clock->now = fmax(clock->now, clock->end);
      next_slice(device, clock);
    }
    clock->requests -= 1;
    clock->bytes -= lengths[i];
    clock->now += 1.0 / FASTEST_REQUESTS + lengths[i] / FASTEST_BYTES;
    while (clock->now >= clock->end)
      next_slice(device, clock);
  }
}

/* Seconds for records of `record_bytes` that are wanted here and there, by a reader that reads
 * through gaps as it has learned to, or through those up to `known_gap` if that is above 0. */
static double seconds_of_loop(const device *device, double record_bytes, double mean_gap,
                              double known_gap) {
  const penstock_reader_options options = options_with(PENSTOCK_ADAPT_GAP, 64);
  pace pace;
  pace_open(&pace, &options);
  device_clock clock = {.now = 1e-9};
  uint64_t state = 5;
  for (uint32_t record = 0; record < 100000;) {
    double lengths[TOGETHER] = {0};
    double sum = 0;
    for (uint32_t request = 0; request < TOGETHER; request++) {
      double gap = 0;
      do {
        lengths[request] += gap + record_bytes;
        record++;
        gap = -mean_gap * log((double)(next_random(&state) % 1000000 + 1) / 1000001);
      } while (gap <= (known_gap > 0 ? known_gap : pace.gap_bytes) &&
               sum + lengths[request] < 8 << 20);
      sum += lengths[request];
    }
    read_together(device, &clock, lengths);
    pace_completed(&pace, (uint64_t)(clock.now * SECOND), TOGETHER, (uint64_t)sum);
  }
  return clock.now;
}

/* Against the best gap, known from the beginning: returns the mean ratio; none may be `worst`. */
static double compare_with_known(const device *devices, uint32_t count, double worst) {
  const double records[] = {784, 4096, 16384, 150528};
  const double gaps[] = {8192, 65536, 524288};
  double sum = 0;
  for (uint32_t i = 0; i < count * 4 * 3; i++) {
    const device *device = &devices[i / 12];
    const double record = records[i / 3 % 4];
    const double mean_gap = gaps[i % 3];
    double least = INFINITY;
    for (double gap = 4096; gap <= 1 << 20; gap *= 2)
      least = fmin(least, seconds_of_loop(device, record, mean_gap, gap));
    const double ratio = seconds_of_loop(device, record, mean_gap, 0) / least;
    CHECK(ratio < worst);
    sum += log(ratio);
  }
  return exp(sum / (count * 4 * 3));
}

/* Devices do so many requests and so many bytes a second, as the limits of a cloud are. */
static void what_is_learned_is_nearly_as_fast_as_what_is_known(void) {
  const device devices[] = {{150, 150e6, 0},    {3000, 131e6, 0}, {20000, 500e6, 0},
                            {16000, 1049e6, 0}, {10000, 50e6, 0}, {2000, 20e6, 0},
                            {100000, 3e9, 0}};
  CHECK(compare_with_known(devices, 7, 1.4) < 1.07);
}

/* A few milliseconds of a slice say that the device is far faster than it is, or far slower: what
 * is learned swings. So this is looser than the above. */
static void what_is_learned_from_slices_is_not_far_slower(void) {
  const device devices[] = {{3000, 131e6, 0.1},
                            {20000, 500e6, 0.1},
                            {16000, 1049e6, 0.1},
                            {10000, 50e6, 0.1},
                            {2000, 20e6, 0.1}};
  CHECK(compare_with_known(devices, 5, 2.6) < 1.15);
}

static uint32_t read_size_found(uint32_t adapt, uint32_t staging_bytes, double requests) {
  penstock_reader_options options = options_with(adapt, 64);
  options.max_read_bytes = 512 << 10;
  options.staging_bytes = staging_bytes;
  pace pace;
  pace_open(&pace, &options);
  CHECK_EQUAL(pace.read_bytes, 512 << 10);
  drive_disk(&pace, requests, 150e6, 400);
  return pace.read_bytes;
}

static void reads_grow_where_a_request_costs_more_than_its_bytes(void) {
  CHECK_EQUAL(read_size_found(PENSTOCK_ADAPT_READ, 8 << 20, 150), 3 << 19);
  CHECK_EQUAL(read_size_found(PENSTOCK_ADAPT_READ, 64 << 20, 120), 2 << 20);
  CHECK_EQUAL(read_size_found(PENSTOCK_ADAPT_READ, 4 << 20, 150), 3 << 19);
  CHECK_EQUAL(read_size_found(PENSTOCK_ADAPT_READ, 2 << 20, 150), 1 << 20);
  CHECK_EQUAL(read_size_found(PENSTOCK_ADAPT_READ, 1 << 20, 150), 512 << 10);
  CHECK_EQUAL(read_size_found(PENSTOCK_ADAPT_READ, 64 << 20, 20000), 512 << 10);
  CHECK_EQUAL(read_size_found(PENSTOCK_ADAPT_GAP, 64 << 20, 150), 512 << 10);
}

static void gap_has_an_end(void) {
  const penstock_reader_options options = options_with(PENSTOCK_ADAPT_GAP, 64);
  pace pace;
  pace_open(&pace, &options);
  drive_disk(&pace, 10, 1e9, 400);
  CHECK_EQUAL(pace.gap_bytes, 1 << 20);
}

/* Does depth * 1000 reads a second up to a knee, no more beyond it. */
static uint32_t depth_found(uint32_t knee, uint32_t most) {
  const penstock_reader_options options = options_with(PENSTOCK_ADAPT_DEPTH, most);
  pace pace;
  pace_open(&pace, &options);
  uint64_t now = 1;
  for (uint32_t i = 0; i < 200000; i++) {
    const uint32_t busy = pace.depth < knee ? pace.depth : knee;
    now += (uint64_t)(8.0 * SECOND / (busy * 1000.0));
    pace_completed(&pace, now, 8, 8 * 4096);
    CHECK(pace.depth >= 1 && pace.depth <= most);
  }
  CHECK_EQUAL(pace.gap_bytes, 16384);
  return pace.kept_depth;
}

static void depth_goes_to_where_the_device_does_most(void) {
  CHECK(depth_found(60, 256) >= 48);
  CHECK(depth_found(60, 256) <= 80);
  CHECK(depth_found(16, 256) >= 13);
  CHECK(depth_found(16, 256) <= 24);
  CHECK(depth_found(1000, 64) >= 60);
  CHECK_EQUAL(depth_found(1, 4), 4);
}

static void nothing_is_learned_when_told_not_to(void) {
  const penstock_reader_options options = options_with(0, 100);
  pace pace;
  pace_open(&pace, &options);
  drive_disk(&pace, 100, 1e9, 100);
  CHECK_EQUAL(pace.depth, 100);
  CHECK_EQUAL(pace.gap_bytes, 16384);
}

int main(void) {
  RUN(gap_is_what_a_request_costs_in_bytes);
  RUN(half_of_the_evidence_leaves_the_guess);
  RUN(what_an_owner_at_work_sees_is_no_evidence);
  RUN(a_disk_of_few_requests_is_asked_for_large_ones);
  RUN(what_is_learned_is_nearly_as_fast_as_what_is_known);
  RUN(what_is_learned_from_slices_is_not_far_slower);
  RUN(reads_grow_where_a_request_costs_more_than_its_bytes);
  RUN(gap_has_an_end);
  RUN(depth_goes_to_where_the_device_does_most);
  RUN(nothing_is_learned_when_told_not_to);
  return 0;
}
