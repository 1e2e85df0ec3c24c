/* Pace: how many requests are in flight, how large a gap is worth reading through, and how large a
 * read may be, learned from what the device does while it is busy. Intervals in which there
 * was not enough to do, in which the consumer was the bottleneck, or in which the owner was busy
 * most of the time with something else, say nothing about the device and are not counted.
 *
 * Depth is found by trying: twice as many, kept if the device did more; a fifth less, kept if it
 * did not do less. Steps up are large since gains are small where they are gains (4 % from 64 to
 * 128 on a virtual NVMe disk), and a shared disk varies by more. The gap is what a request costs
 * divided by what a byte costs, both from a least-squares fit of time = requests * a + bytes * b
 * over recent intervals, drawn towards a guess that holds until there is evidence. Reads of one
 * size are no evidence, since they do not tell requests from bytes. Then wider and narrower gaps
 * than the learned one are read through in turn, until they do. Reads are as large as two gaps or
 * more: then requests cost less than the bytes. */

#include "core/pace.h"
#include "penstock.h"

#define LEAST_DEPTH 8
#define FIRST_DEPTH 64
#define INTERVAL_NS 5000000
/* Devices answer in bursts of a few dozen. */
#define INTERVAL_REQUESTS 32
/* A depth is judged over enough intervals to complete several times what is in flight. */
#define JUDGED_INTERVALS 3
#define JUDGED_REQUESTS_PER_DEPTH 4
/* Where the owner works for more than this part of an interval, the device waits for the owner: as
 * when the order is filled, and completed reads are fetched in between. */
#define MOST_WORK 0.75
/* How long to wait between trials, so that trials cost little when the depth is right. */
#define PAUSE_JUDGEMENTS 8
#define GAIN 1.03
#define LOSS 0.98
/* Reads are at least this many gaps large. */
#define GAPS_PER_READ 2

/* The fit is of numbers near 1, which are the guess. */
#define GUESS_REQUEST_NS ((double)PENSTOCK_GUESS_REQUEST_NS)
#define GUESS_BYTE_NS (PENSTOCK_GUESS_BYTE_PS / 1000.0)
/* Weight of the guess, where an interval has at most 1: a few intervals of both kinds outweigh it.
 */
#define GUESS_WEIGHT 0.05
/* With reads of several sizes. On a hard disk, whose requests cost hundreds of guesses, the first
 * weight would hold for minutes. */
#define GUESS_WEIGHT_AT_LAST 0.002
#define DECAY 0.98
#define FULL_INTERVAL_REQUESTS 256
/* The most that a byte is taken to cost, in guesses, as long as reads are of one size: less than
 * 100 MB/s is rare, however few requests a second a device does. Without this limit a hard disk
 * that has only been seen reading single records would be taken to be as slow with bytes, and would
 * never be asked for more of them. */
#define MOST_BYTE_GUESSES 15.0
/* How much the mixtures of requests and bytes differ between intervals: 1 minus the square of their
 * correlation. Below the first, reads are of one size; below the second, gaps are varied. In a
 * simulation of 72 devices and orders (test_pace.c) these, and a factor of 1.5, did best. */
#define ONE_SIZE 0.05
#define ENOUGH_SIZES 0.1
#define VARIATION 1.5
/* For so many requests the gap is a wide one, then as long a narrow one; but never for fewer than
 * are in flight several times over. */
#define VARIED_REQUESTS 256
#define VARIED_REQUESTS_PER_DEPTH 4
/* The least that either may cost. */
#define LEAST_GUESSES 0.01
#define LEAST_GAP_BYTES 4096
#define MOST_GAP_BYTES (1 << 20)

void pace_open(pace *pace, const penstock_reader_options *options) {
  const uint32_t most = options->queue_depth;
  const int adapts = (options->adapt & PENSTOCK_ADAPT_DEPTH) != 0;
  *pace = (struct pace){
      .adapt = options->adapt,
      .most = most,
      .depth = adapts && most > FIRST_DEPTH ? FIRST_DEPTH : most,
      .gap_bytes = options->merge_gap_bytes,
      .learned_gap_bytes = options->merge_gap_bytes,
      .read_bytes = options->max_read_bytes,
      .least_read = options->max_read_bytes,
      .most_read = options->max_read_bytes,
      .direction = 1,
      .pause = 1,
  };
  const uint32_t share = options->staging_bytes / LEAST_STAGED_READS;
  /* Blocks of windows hardly ever lie side by side, and cells are counted for reads of this size.
   */
  if ((options->adapt & PENSTOCK_ADAPT_READ) && !options->windowed &&
      share > options->max_read_bytes)
    pace->most_read = share - share % options->max_read_bytes;
  pace->kept_depth = pace->depth;
}

static void try_depth(pace *pace) {
  const uint32_t kept = pace->kept_depth;
  uint32_t depth = pace->direction > 0 ? 2 * kept : kept - kept / 5;
  const uint32_t least = pace->most < LEAST_DEPTH ? pace->most : LEAST_DEPTH;
  depth = depth > pace->most ? pace->most : depth < least ? least : depth;
  pace->is_trial = depth != kept;
  pace->depth = depth;
  if (!pace->is_trial) {
    pace->direction = -pace->direction;
    pace->pause = PAUSE_JUDGEMENTS;
  }
}

static void judge_depth(pace *pace, double rate) {
  if (!pace->is_trial) {
    pace->kept_rate = pace->kept_rate == 0 ? rate : 0.75 * pace->kept_rate + 0.25 * rate;
    if (pace->pause-- == 0)
      try_depth(pace);
    return;
  }
  if (rate > pace->kept_rate * (pace->direction > 0 ? GAIN : LOSS)) {
    pace->kept_depth = pace->depth;
    pace->kept_rate = rate;
    try_depth(pace);
    return;
  }
  pace->depth = pace->kept_depth;
  pace->is_trial = 0;
  pace->direction = -pace->direction;
  pace->pause = PAUSE_JUDGEMENTS;
}

static void begin_judgement(pace *pace) {
  pace->judged_intervals = 0;
  pace->judged_requests = 0;
  pace->judged_work = 0;
  pace->judged_ns = 0;
}

/* Intervals of one depth are judged together: one by one they differ by too much. */
static void add_interval(pace *pace, double time_ns) {
  pace->judged_intervals++;
  pace->judged_requests += pace->requests;
  pace->judged_ns += time_ns;
  pace->judged_work +=
      (double)pace->requests * GUESS_REQUEST_NS + (double)pace->bytes * GUESS_BYTE_NS;
  if (pace->judged_intervals < JUDGED_INTERVALS ||
      pace->judged_requests < (uint64_t)JUDGED_REQUESTS_PER_DEPTH * pace->depth)
    return;
  judge_depth(pace, pace->judged_work / pace->judged_ns);
  begin_judgement(pace);
}

static double clamp_gap(double gap) {
  return gap < LEAST_GAP_BYTES ? LEAST_GAP_BYTES : gap > MOST_GAP_BYTES ? MOST_GAP_BYTES : gap;
}

/* The gap that is read through next: the learned one, or one beside it. */
static double vary_gap(pace *pace, double gap, double sizes) {
  const uint64_t in_flight = (uint64_t)VARIED_REQUESTS_PER_DEPTH * pace->depth;
  pace->varied_requests += pace->requests;
  if (pace->varied_requests >= (in_flight > VARIED_REQUESTS ? in_flight : VARIED_REQUESTS)) {
    pace->varied_requests = 0;
    pace->is_wide = !pace->is_wide;
  }
  if (sizes >= ENOUGH_SIZES)
    return gap;
  return clamp_gap(pace->is_wide ? gap * VARIATION : gap / VARIATION);
}

/* Reads are whole multiples of the smallest read, so they stay aligned. */
static void adopt_gap(pace *pace, double worth, double sizes) {
  const double gap = clamp_gap(worth);
  if (pace->adapt & PENSTOCK_ADAPT_GAP) {
    pace->learned_gap_bytes = (uint32_t)gap;
    pace->gap_bytes = (uint32_t)vary_gap(pace, gap, sizes);
  }
  const uint32_t wanted = GAPS_PER_READ * (uint32_t)gap;
  const uint32_t most = wanted < pace->most_read ? wanted : pace->most_read;
  pace->read_bytes = most < pace->least_read ? pace->least_read : most - most % pace->least_read;
}

/* Solves the two normal equations. The guess is the proportion of the two costs, not their size: a
 * fast device that has only been seen reading large requests is taken to be as fast with small
 * ones.
 */
static void fit_gap(pace *pace, double time_ns) {
  const double requests = (double)pace->requests * GUESS_REQUEST_NS;
  const double bytes = (double)pace->bytes * GUESS_BYTE_NS;
  /* All intervals weigh the same, however long they are: only the mixture of requests and bytes
   * matters. */
  const double scale = 1 / (requests + bytes);
  const double x = requests * scale;
  const double y = bytes * scale;
  const double t = time_ns * scale;
  const double weight =
      pace->requests < FULL_INTERVAL_REQUESTS ? (double)pace->requests / FULL_INTERVAL_REQUESTS : 1;
  const double decay = 1 - (1 - DECAY) * weight;
  pace->xx = pace->xx * decay + weight * x * x;
  pace->xy = pace->xy * decay + weight * x * y;
  pace->yy = pace->yy * decay + weight * y * y;
  pace->xt = pace->xt * decay + weight * x * t;
  pace->yt = pace->yt * decay + weight * y * t;
  const double sizes = 1 - pace->xy * pace->xy / (pace->xx * pace->yy);
  const double guess = sizes < ENOUGH_SIZES ? GUESS_WEIGHT : GUESS_WEIGHT_AT_LAST;
  const double xx = pace->xx + guess;
  const double yy = pace->yy + guess;
  const double xy = pace->xy - guess;
  const double determinant = xx * yy - xy * xy;
  double request = (pace->xt * yy - pace->yt * xy) / determinant;
  double byte = (pace->yt * xx - pace->xt * xy) / determinant;
  /* Reads of one size: requests account for what bytes cannot. If that is wrong, the larger reads
   * that come of it will tell. */
  if (sizes < ONE_SIZE && byte > MOST_BYTE_GUESSES) {
    byte = MOST_BYTE_GUESSES;
    request = (pace->xt - pace->xy * byte) / pace->xx;
  }
  byte = byte < LEAST_GUESSES ? LEAST_GUESSES : byte;
  request = request < LEAST_GUESSES ? LEAST_GUESSES : request;
  adopt_gap(pace, request * GUESS_REQUEST_NS / (byte * GUESS_BYTE_NS), sizes);
}

static void begin_interval(pace *pace, uint64_t now) {
  pace->began_ns = now;
  pace->requests = 0;
  pace->bytes = 0;
  pace->worked_ns = 0;
}

void pace_interrupted(pace *pace) {
  pace->began_ns = 0;
  begin_judgement(pace);
}

void pace_worked(pace *pace, uint64_t nanoseconds) { pace->worked_ns += nanoseconds; }

void pace_completed(pace *pace, uint64_t now, uint32_t requests, uint64_t bytes) {
  if (!pace->adapt || requests == 0)
    return;
  if (pace->began_ns == 0) {
    begin_interval(pace, now);
    return;
  }
  pace->requests += requests;
  pace->bytes += bytes;
  if (now - pace->began_ns < INTERVAL_NS || pace->requests < INTERVAL_REQUESTS)
    return;
  const double time_ns = (double)(now - pace->began_ns);
  if ((double)pace->worked_ns > MOST_WORK * time_ns) {
    pace_interrupted(pace);
    return;
  }
  if (pace->adapt & PENSTOCK_ADAPT_DEPTH)
    add_interval(pace, time_ns);
  if (pace->adapt & (PENSTOCK_ADAPT_GAP | PENSTOCK_ADAPT_READ))
    fit_gap(pace, time_ns);
  begin_interval(pace, now);
}
