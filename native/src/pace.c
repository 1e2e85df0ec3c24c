/* Pace: how many requests are in flight, and how large a gap is worth reading through, learned from
 * what the device does while it is busy. Windows of time in which there was not enough to do, or
 * the consumer held us up, say nothing about the device and are not counted.
 *
 * Depth is found by trying: a quarter more, kept if the device did more; a fifth less, kept if it
 * did not do less. The gap is what a request costs divided by what a byte costs, both from a
 * least-squares fit of time = requests * a + bytes * b over recent windows, drawn towards a guess
 * that holds until there is evidence. */
#include <time.h>

#include "internal.h"

#define LEAST_DEPTH 8
#define FIRST_DEPTH 32
#define WINDOW_NS 5000000
#define WINDOW_REQUESTS_PER_DEPTH 4
/* Between two trials; so that trials cost little where the depth is right. */
#define HOLD_WINDOWS 24
#define GAIN 1.03
#define LOSS 0.98

/* The guess: a virtual NVMe disk. The fit is of numbers near 1, which are these. */
#define GUESS_REQUEST_NS 14000.0
#define GUESS_BYTE_NS 0.67
/* Weight of the guess, where a window has at most 1: a few windows of both kinds outweigh it. */
#define GUESS_WEIGHT 0.05
#define DECAY 0.98
/* At most so much for a byte, in guesses: under 100 MB/s is rare, however few requests a second a
 * device does. Without this a hard disk that has been seen to read single records only would be
 * taken to be as slow with bytes, and never be asked for more of them. */
#define MOST_BYTE_GUESSES 15.0
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
      .direction = 1,
      .hold = 4,
  };
  pace->kept_depth = pace->depth;
}

static void try_depth(pace *pace) {
  const uint32_t kept = pace->kept_depth;
  uint32_t depth = pace->direction > 0 ? kept + (kept + 3) / 4 : kept - kept / 5;
  const uint32_t least = pace->most < LEAST_DEPTH ? pace->most : LEAST_DEPTH;
  depth = depth > pace->most ? pace->most : depth < least ? least : depth;
  pace->is_trial = depth != kept;
  pace->depth = depth;
  if (!pace->is_trial) {
    pace->direction = -pace->direction;
    pace->hold = HOLD_WINDOWS;
  }
}

static void judge_depth(pace *pace, double rate) {
  if (!pace->is_trial) {
    pace->kept_rate = pace->kept_rate == 0 ? rate : 0.75 * pace->kept_rate + 0.25 * rate;
    if (pace->hold-- == 0)
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
  pace->hold = HOLD_WINDOWS;
}

/* Solves the two normal equations. The guess is the proportion of the two costs, not their size: a
 * fast device that has been seen to read large requests only is taken to be as fast with small
 * ones. */
static void fit_gap(pace *pace, double time_ns) {
  const double requests = (double)pace->requests * GUESS_REQUEST_NS;
  const double bytes = (double)pace->bytes * GUESS_BYTE_NS;
  /* Windows of any length weigh the same: only their mixture matters. */
  const double scale = 1 / (requests + bytes);
  const double x = requests * scale;
  const double y = bytes * scale;
  const double t = time_ns * scale;
  pace->xx = pace->xx * DECAY + x * x;
  pace->xy = pace->xy * DECAY + x * y;
  pace->yy = pace->yy * DECAY + y * y;
  pace->xt = pace->xt * DECAY + x * t;
  pace->yt = pace->yt * DECAY + y * t;
  const double xx = pace->xx + GUESS_WEIGHT;
  const double yy = pace->yy + GUESS_WEIGHT;
  const double xy = pace->xy - GUESS_WEIGHT;
  const double determinant = xx * yy - xy * xy;
  const double request = (pace->xt * yy - pace->yt * xy) / determinant;
  const double byte = (pace->yt * xx - pace->xt * xy) / determinant;
  const double least = 0.01;
  const double byte_cost = byte < least               ? least
                           : byte > MOST_BYTE_GUESSES ? MOST_BYTE_GUESSES
                                                      : byte;
  const double gap =
      (request < least ? least : request) * GUESS_REQUEST_NS / (byte_cost * GUESS_BYTE_NS);
  pace->gap_bytes = gap < LEAST_GAP_BYTES  ? LEAST_GAP_BYTES
                    : gap > MOST_GAP_BYTES ? MOST_GAP_BYTES
                                           : (uint32_t)gap;
}

static void begin_window(pace *pace, uint64_t now) {
  pace->began_ns = now;
  pace->requests = 0;
  pace->bytes = 0;
}

void pace_interrupted(pace *pace) { pace->began_ns = 0; }

void pace_completed(pace *pace, uint64_t now, uint32_t requests, uint64_t bytes) {
  if (!pace->adapt || requests == 0)
    return;
  if (pace->began_ns == 0) {
    begin_window(pace, now);
    return;
  }
  pace->requests += requests;
  pace->bytes += bytes;
  if (now - pace->began_ns < WINDOW_NS ||
      pace->requests < (uint64_t)WINDOW_REQUESTS_PER_DEPTH * pace->depth)
    return;
  const double time_ns = (double)(now - pace->began_ns);
  const double work =
      (double)pace->requests * GUESS_REQUEST_NS + (double)pace->bytes * GUESS_BYTE_NS;
  if (pace->adapt & PENSTOCK_ADAPT_DEPTH)
    judge_depth(pace, work / time_ns);
  if (pace->adapt & PENSTOCK_ADAPT_GAP)
    fit_gap(pace, time_ns);
  begin_window(pace, now);
}
