/* The head of the order: until the first sweep has ended the elevator can deliver nothing but what
 * it happens to pass. So the first records are read by themselves, a few batches ahead of the
 * consumer, and the sweep brings those of them that were not due before it came by.
 *
 * The least they get is a quarter of the device's time: for each request of the sweep a third of
 * its cost, by what pace.c knows of requests and bytes. Where both share one limit (an arm, a bus)
 * there is no more to be had. But many devices have a limit for each, and do nearly all the single
 * reads they ever could beside a sweep that hardly notices. Which it is, is measured: the sweep's
 * time per byte with the least and with more; the line through both tells how much more slows the
 * sweep down by a third, which is what the least costs it on any device. */
#include <string.h>

#include "core/cells.h"
#include "core/common.h"
#include "core/elevator.h"
#include "core/head.h"
#include "core/order.h"
#include "core/reader.h"

/* This many of its batches are read record by record whatever that costs: the consumer waits for
 * them. */
#define FREE_BATCHES 1
/* What the least may add to the sweep's time, and what more than the least may. */
#define LEAST_LOSS (1.0 / 3)
#define MOST_LOSS 0.15
/* A measurement lasts so long, and for so many reads of the sweep at least; what comes back in the
 * while before it is of the time before. Limits of cloud disks are kept to in slices of up to 100
 * ms. */
#define WINDOW_NS 200000000
#define WINDOW_READS 12
#define SETTLE_NS 100000000
/* After so many with more than the least, the least is measured again. When more was of no use it
 * is tried again after 1, 3, 7 windows and so on, up to so many. */
#define MOST_WINDOWS 16
#define MOST_REST 256
/* How much more is tried first, and how fast that changes: far from what was too much, and near it.
 * What was too much is forgotten slowly. */
#define FIRST_STEP 3.0
#define STEP_UP 4.0
#define SMALL_STEP_UP 1.5
#define STEP_DOWN 0.25
#define FORGOTTEN 1.5
/* More is tried where this part of what may be lost is. Less than USEFUL times the least is no
 * use. */
#define NEARLY 0.6
#define USEFUL 1.3
/* A device that does fewer single reads a second has an arm to move, and more of them would only
 * keep it from the sweep. */
#define WORTHWHILE_PER_SECOND 500.0
/* A sweep that has done so much when the first window ends is over before trying has paid. */
#define MOST_SWEPT 0.1
/* A window that takes so many times as long as with the least is not waited for. */
#define HOPELESS 3.0
/* Records that are read at once, where so many are due: a visit has a cost of its own. */
#define LEAST_RECORDS 16

/* The cost of a request, in bytes that could be read in the same time. */
static double request_cost(const penstock_reader *reader, uint64_t bytes) {
  return (double)bytes + reader->pace.learned_gap_bytes;
}

/* The cost of reading one record by itself, in all columns. */
static double record_cost(const penstock_reader *reader) {
  return (double)cells_mean_record(reader) + reader->active_count * request_cost(reader, 0);
}

static double least_credit(const penstock_reader *reader, uint64_t bytes) {
  return LEAST_LOSS * request_cost(reader, bytes) / record_cost(reader);
}

static int is_over(const elevator *elevator) {
  return elevator->sweeps > 0 || elevator->head_next >= elevator->head;
}

/* Whether reads of the head are for nothing: before the first sweep they have the device to
 * themselves, and the consumer waits for the first ones whatever they cost. */
static int is_free(const penstock_reader *reader) {
  const elevator *elevator = &reader->elevator;
  return !elevator->is_open ||
         elevator->head_next < FREE_BATCHES * (uint64_t)reader->options.batch_size;
}

/* How many of the records that are due may be read now. As long as the head has the least, only a
 * batch as a whole: on a hard disk a part of one that is read early is of no use to anybody. */
static uint64_t payable(penstock_reader *reader, uint64_t due) {
  head_share *share = &reader->elevator.share;
  const uint64_t batch = reader->options.batch_size;
  const uint64_t wanted = !share->gets_more || batch < LEAST_RECORDS ? batch : LEAST_RECORDS;
  if (share->credit < (double)(due < wanted ? due : wanted)) {
    share->was_short |= share->gets_more;
    return 0;
  }
  return share->credit < (double)due ? (uint64_t)share->credit : due;
}

int head_due(penstock_reader *reader, uint64_t *begin, uint64_t *end) {
  elevator *elevator = &reader->elevator;
  const entry_ring *ring = &reader->entries;
  /* Forced reads may have come first, and their records may be taken: then these entries are those
   * of other records by now. */
  if (elevator->head_next < ring->taken) {
    elevator->head_next = ring->taken;
    elevator->head_units = 0;
  }
  if (is_over(elevator))
    return 0;
  const uint64_t batch = reader->options.batch_size;
  uint64_t last = ring->taken + elevator->head_ahead;
  last = last < elevator->head ? last : elevator->head;
  last = last < ring->admitted ? last : ring->admitted;
  if (last > elevator->head_next + batch)
    last = elevator->head_next + batch;
  /* By whole batches, as long as more of the order is to come. */
  if (last <= elevator->head_next ||
      (!elevator->share.gets_more && last < elevator->head_next + batch && last < elevator->head &&
       last < ring->ordered))
    return 0;
  const int is_paid = !is_free(reader);
  *begin = elevator->head_next;
  *end = *begin + (is_paid ? payable(reader, last - *begin) : last - *begin);
  *end = elevator_fit_reserve(reader, *begin, *end, &elevator->head_units);
  elevator->head_next = *end;
  if (is_paid)
    elevator->share.credit -= (double)(*end - *begin);
  elevator->share.now.records += *end - *begin;
  return *end > *begin;
}

int head_leaves_room(const penstock_reader *reader) {
  const head_share *share = &reader->elevator.share;
  const uint32_t counted = share->gets_more ? share->sweep_in_flight : reader->in_flight;
  return counted < reader->pace.depth;
}

void head_issued(penstock_reader *reader, request *request, int is_urgent) {
  head_share *share = &reader->elevator.share;
  request->part_of = is_urgent ? PART_OF_HEAD : PART_OF_SWEEP;
  if (is_urgent) {
    if (share->singles_begin_ns == 0)
      share->singles_begin_ns = request->started_ns;
    return;
  }
  share->sweep_in_flight++;
  share->credit +=
      (share->gets_more ? share->rate : 1) * least_credit(reader, request->length_bytes);
  /* What the head has no use for is not saved for later. */
  const double most = (double)reader->elevator.head_ahead;
  share->credit = share->credit < most ? share->credit : most;
}

void head_completed(penstock_reader *reader, const request *request, uint64_t bytes, uint64_t now) {
  head_share *share = &reader->elevator.share;
  if (request->part_of == PART_OF_HEAD && share->windows == 0 && share->more_windows == 0) {
    share->singles++;
    share->singles_end_ns = now;
  }
  if (request->part_of != PART_OF_SWEEP)
    return;
  share->now.reads++;
  share->now.bytes += bytes;
}

void head_dropped(penstock_reader *reader, request *request) {
  head_share *share = &reader->elevator.share;
  share->sweep_in_flight -= request->part_of == PART_OF_SWEEP;
  request->part_of = PART_OF_NOTHING;
}

static void begin_window(head_share *share, uint64_t now) {
  share->now = (head_window){.began_ns = now};
}

static void change(head_share *share, int gets_more, uint64_t now) {
  share->gets_more = gets_more;
  share->is_settling = 1;
  share->old_reads = share->sweep_in_flight;
  share->windows = 0;
  begin_window(share, now);
}

static int has_settled(const head_share *share, uint64_t now) {
  return share->now.reads >= share->old_reads && now - share->now.began_ns >= SETTLE_NS;
}

static double window_time(const head_window *window) {
  return (double)window->ns / (double)(window->bytes + 1);
}

static double window_records(const head_window *window) {
  return (double)window->records / (double)(window->bytes + 1);
}

/* By what the sweep was slowed down beside the head: on the line through the time that it took with
 * more and takes now, with the least, compared with where it would be alone. */
static double loss(const head_share *share) {
  const double least = window_time(&share->now);
  const double few = window_records(&share->now);
  const double time = window_time(&share->more);
  const double many = window_records(&share->more);
  if (time <= least || many <= few)
    return 0;
  const double alone = least - (time - least) / (many - few) * few;
  return alone > 0 ? time / alone - 1 : 1 / MOST_LOSS;
}

/* How many records the head gets next, and for how long. */
static void judge(head_share *share, double lost) {
  share->too_much *= FORGOTTEN;
  share->more_windows *= 2;
  if (lost > MOST_LOSS) {
    const double step = MOST_LOSS / lost;
    share->too_much = share->rate;
    share->rate *= step > STEP_DOWN ? step : STEP_DOWN;
    share->more_windows = 1;
  } else if (lost < NEARLY * MOST_LOSS && share->was_short) {
    const int is_far = share->too_much == 0 || share->rate * STEP_UP < share->too_much;
    share->rate *= is_far ? STEP_UP : SMALL_STEP_UP;
    share->more_windows = is_far ? 1 : share->more_windows;
  }
  if (share->more_windows > MOST_WINDOWS)
    share->more_windows = MOST_WINDOWS;
}

/* Whether trying pays: by the single reads before the first window ended, and by how far the sweep
 * had come then. */
static int is_worthwhile(const elevator *elevator) {
  const head_share *share = &elevator->share;
  const double ns = (double)(share->singles_end_ns - share->singles_begin_ns);
  return (share->more_windows > 0 || elevator->swept < MOST_SWEPT) &&
         (double)share->singles * 1e9 >= WORTHWHILE_PER_SECOND * ns;
}

/* Whether there is nothing to wait for: the sweep comes to a halt. */
static int is_hopeless(const head_share *share) {
  return share->gets_more && share->least.reads > 0 &&
         (double)share->now.ns * (double)share->least.reads >
             HOPELESS * (double)share->least.ns * (double)(share->now.reads + 1);
}

static void end_window(penstock_reader *reader, uint64_t now) {
  head_share *share = &reader->elevator.share;
  if (share->gets_more) {
    share->more.ns += share->now.ns;
    share->more.bytes += share->now.bytes;
    share->more.records += share->now.records;
    if (++share->windows < share->more_windows && !is_hopeless(share))
      begin_window(share, now);
    else
      change(share, 0, now);
    return;
  }
  if (share->more.ns > 0) {
    judge(share, loss(share));
    share->more = (head_window){0};
    const uint32_t longer = 2 * share->rest_windows + 1;
    share->rest_windows = share->rate >= USEFUL ? 0 : longer < MOST_REST ? longer : MOST_REST;
  }
  share->least = share->now;
  if (!is_worthwhile(&reader->elevator) || share->windows++ < share->rest_windows) {
    begin_window(share, now);
    return;
  }
  if (share->more_windows == 0) {
    share->more_windows = 1;
    share->rate = FIRST_STEP;
  } else if (share->rate < FIRST_STEP) {
    share->rate = FIRST_STEP;
  }
  share->was_short = 0;
  change(share, 1, now);
}

int head_look(penstock_reader *reader, uint64_t now) {
  head_share *share = &reader->elevator.share;
  if (!reader->elevator.is_open || is_over(&reader->elevator)) {
    share->gets_more = 0;
    return 1;
  }
  if (share->is_settling && has_settled(share, now)) {
    share->is_settling = 0;
    begin_window(share, now);
  }
  const int was_even = !share->gets_more;
  share->now.ns = now - share->now.began_ns;
  if (!share->is_settling && share->now.ns >= WINDOW_NS &&
      (share->now.reads >= WINDOW_READS || is_hopeless(share)))
    end_window(reader, now);
  return was_even;
}

/* At least a batch. */
static uint64_t choose_head(const penstock_reader *reader) {
  if (!cells_exist(reader) || reader->options.windowed)
    return 0;
  const uint64_t head = reader->entries.capacity / HEAD_PART;
  return head > reader->options.batch_size ? head : reader->options.batch_size;
}

void head_reset(penstock_reader *reader) {
  elevator *elevator = &reader->elevator;
  memset(elevator->head_counts, 0, sizeof elevator->head_counts);
  elevator->swept = 0;
  elevator->head = choose_head(reader);
  elevator->head_next = 0;
  elevator->head_units = 0;
  elevator->head_ahead = reader->pool.count == 0
                             ? elevator->reserve
                             : PENSTOCK_RESERVE_BATCHES * (uint64_t)reader->options.batch_size;
  elevator->share = (head_share){.is_settling = 1};
}
